"""`/search`, its count and its export. The index is behind by the sandbox's lag; a thousand rows can be read."""

from __future__ import annotations

from typing import Any

from providers.zendesk.simulator import errors, organizations, search_tickets, sideloads, tickets, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.paging import cursor_link, offset_envelope, seal, unseal
from providers.zendesk.simulator.render import seconds
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.search_grammar import Term, parse
from providers.zendesk.simulator.search_people import (
    Source,
    find_groups,
    find_organizations,
    find_users,
    sort_of,
)
from sandbox.listing import By, TicketQuery
from sandbox.records import Ticket

routes = Routes()
READABLE = 1000
EXPORT_CURSOR_SECONDS = 3600
_SCANNED = 5000
TYPES = ("ticket", "user", "organization", "group")
_SORTS: dict[str, By] = {"updated": "updated", "created": "created", "status": "status"}


def _query(call: Call) -> str:
    if "query" not in call.query:
        raise errors.missing_parameter("query")
    return call.query["query"]


def sources(call: Call, terms: list[Term]) -> list[Source]:
    kinds = [term.value.lower() for term in terms if term.key == "type"] or list(TYPES)
    rest = [term for term in terms if term.key != "type"]
    makers = {"ticket": _tickets, "user": find_users, "organization": find_organizations, "group": find_groups}
    return [makers[kind](call, rest) for kind in TYPES if kind in kinds]


# -- tickets


def _tickets(call: Call, terms: list[Term]) -> Source:
    if len(terms) == 1 and terms[0].key is None and terms[0].value.isdecimal():
        ticket = call.account.desk.tickets.get(int(terms[0].value))
        rows = [ticket] if ticket and ticket.state == "live" else []
        return Source("ticket", len(rows), lambda first, limit: rows[first : first + limit])
    search = search_tickets.build(call, terms)
    by, descending = sort_of(call, terms)
    queries = _ordered(search, by, descending)
    match, lag, index = search.match(), call.account.controls.search_lag, call.account.desk.search
    totals = [index.tickets(query, match=match, limit=0, lag=lag).total for query in queries]

    def read(first: int, limit: int) -> list[Any]:
        found: list[Any] = []
        for query, total in zip(queries, totals, strict=True):
            if first < total and len(found) < limit:
                found += index.tickets(query, match=match, offset=first, limit=limit - len(found), lag=lag).rows
            first = max(0, first - total)
        return found

    return Source("ticket", sum(totals), read)


def _ordered(search: search_tickets.TicketSearch, by: str, descending: bool) -> list[TicketQuery]:
    """One query; or one for each priority or type, where the index has no such order."""
    words: tuple[str | None, ...]
    if by == "priority":
        name, words = "priority", (None, "low", "normal", "high", "urgent")
    elif by == "ticket_type":
        name, words = "kind", (None, "incident", "problem", "question", "task")
    else:
        return [search.query(_SORTS.get(by, "created"), descending)]
    allowed = search.sets.get(name)
    queries = []
    for word in reversed(words) if descending else words:
        if allowed is None or word in allowed:
            search.sets[name] = frozenset({word})
            queries.append(search.query())
    return queries


# -- answers


def shown(call: Call, kind: str, row: Any) -> dict[str, Any]:
    match kind:
        case "ticket":
            found = tickets.shown(call, row)
        case "user":
            found = users.shown(call, row)
        case "organization":
            found = organizations.shown(call, row)
        case _:
            found = organizations.group(call, row)
    return {**found, "result_type": kind}


def _included(call: Call) -> list[str]:
    """Prefixed by the type: `include=tickets(users,groups)`."""
    given = call.query.get("include", "")
    _, _, inside = given.partition("tickets(")
    return [word for word in inside.partition(")")[0].replace(" ", "").split(",") if word]


def _beside(call: Call, rows: list[tuple[str, Any]]) -> dict[str, Any]:
    found = [row for kind, row in rows if kind == "ticket"]
    words = [word for word in _included(call) if word in sideloads.TICKET_WORDS]
    return sideloads.beside(call, found, words) if words else {}


@routes.on("GET", "/api/v2/search", bucket="search")
def search(call: Call) -> Answer:
    """`next_page` is offered past row 1,000 and refused when fetched (zenpy 371, cloudbees 295); `count` is honest."""
    found = sources(call, parse(_query(call)))
    size = call.integer("per_page", 100, most=100)
    first = (call.integer("page", 1) - 1) * size
    if first + size > READABLE and first >= READABLE:
        text = "Invalid search: Requested response size was greater than Search Response Limits"
        raise errors.described(422, "invalid", text)
    rows: list[tuple[str, Any]] = []
    skip = first
    for source in found:
        if len(rows) < size and skip < source.total:
            rows += [(source.kind, row) for row in source.read(skip, size - len(rows))]
        skip = max(0, skip - source.total)
    total = sum(source.total for source in found)
    return Answer(
        {
            "results": [shown(call, kind, row) for kind, row in rows],
            "facets": None,
            **_beside(call, rows),
            **offset_envelope(call, first, size, total),
        }
    )


@routes.on("GET", "/api/v2/search/count", bucket="search")
def count(call: Call) -> Answer:
    return Answer({"count": sum(source.total for source in sources(call, parse(_query(call))))})


@routes.on("GET", "/api/v2/search/export", bucket="search_export")
def export(call: Call) -> Answer:
    """Cursor pages by creation time of one `filter[type]`; a `type:` term is an error; a cursor lives an hour."""
    terms = parse(_query(call))
    kind = call.query.get("filter[type]")
    if kind not in TYPES:
        raise errors.invalid_attribute("filter[type]", "a searchable type", "api/v2/search/export")
    if any(term.key == "type" for term in terms):
        raise errors.described(422, "invalid", "Invalid search: type is not supported here, use filter[type]")
    size = call.integer("page[size]", 100, most=1000)
    after = unseal(call, "page[after]")
    place: tuple[int, int] | None = None
    if after is not None:
        place = _export_place(call, after)
    rows, last, more = _exported(call, kind, terms, place, size)
    cursor = seal(([*last, int(call.account.clock.now().timestamp())], 0)) if last else None
    following = more or call.account.profile.next_link_after_end
    return Answer(
        {
            "results": [shown(call, kind, row) for row in rows],
            "facets": None,
            "meta": {"has_more": more, "after_cursor": cursor, "before_cursor": None},
            "links": {"next": cursor_link(call, after=cursor) if cursor and following else None, "prev": None},
        }
    )


def _export_place(call: Call, after: tuple[Any, int]) -> tuple[int, int]:
    try:
        time, number, made = after[0]
    except (TypeError, ValueError):
        raise errors.described(422, "invalid", "Invalid cursor") from None
    if call.account.clock.now().timestamp() - made > EXPORT_CURSOR_SECONDS:
        raise errors.described(422, "invalid", "Invalid search: the cursor has expired")
    return int(time), int(number)


Place = tuple[int, int]


def _exported(
    call: Call, kind: str, terms: list[Term], after: Place | None, size: int
) -> tuple[list[Any], Place | None, bool]:
    """Rows, the place of the last one looked at, and whether there is more behind it."""
    if kind == "ticket":
        return _exported_tickets(call, terms, after, size)
    maker = {"user": find_users, "organization": find_organizations, "group": find_groups}[kind]
    source = maker(call, terms)
    rows = sorted(source.read(0, source.total), key=_place)
    rest = [row for row in rows if after is None or _place(row) > after]
    page = rest[:size]
    return page, _place(page[-1]) if page else None, len(rest) > size


def _place(row: Any) -> Place:
    return seconds(row.created), row.number


def _exported_tickets(
    call: Call, terms: list[Term], after: Place | None, size: int
) -> tuple[list[Ticket], Place | None, bool]:
    """A page looks at so many tickets at most: a rare word gives thin pages that say there is more."""
    search = search_tickets.build(call, terms)
    match, query = search.match(), search.query("created", False)
    before = call.account.clock.now() - call.account.controls.search_lag
    found: list[Ticket] = []
    looked, more = 0, True
    while len(found) < size and more and looked < _SCANNED:
        wanted = size - len(found) + 1 if match is None else 500
        chunk = call.account.desk.tickets.page(query, after=after, limit=wanted)
        more, looked = len(chunk) == wanted, looked + len(chunk)
        for ticket in chunk:
            if len(found) == size:
                return found, after, True
            after = (seconds(ticket.created), ticket.number)
            if ticket.created <= before and (match is None or match(ticket)):
                found.append(ticket)
    return found, after, more and looked > 0
