"""`/search`, its count and its export. The index is behind by the sandbox's lag; a thousand rows can be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from providers.zendesk.simulator import errors, organizations, search_tickets, sideloads, tickets, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.listings import LISTED, User
from providers.zendesk.simulator.paging import cursor_link, offset_envelope, seal, unseal
from providers.zendesk.simulator.render import seconds
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.search_grammar import Term, parse, stretch, word_in
from sandbox.listing import By, TicketQuery
from sandbox.records import Agent, Group, Organization, Person, Ticket

routes = Routes()
READABLE = 1000
EXPORT_CURSOR_SECONDS = 3600
_SCANNED = 5000
TYPES = ("ticket", "user", "organization", "group")
Read = Callable[[int, int], list[Any]]
_SORTS: dict[str, By] = {"updated": "updated", "created": "created", "status": "status"}


@dataclass(frozen=True)
class Source:
    """One type's hits: how many, and a window of them."""

    kind: str
    total: int
    read: Read


def _query(call: Call) -> str:
    if "query" not in call.query:
        raise errors.missing_parameter("query")
    return call.query["query"]


def _sort(call: Call, terms: Sequence[Term]) -> tuple[str, bool]:
    """`sort_by` and `sort_order`, or `order_by:` and `sort:` in the words; default relevance, newest first here."""
    told = {term.key: term.value for term in terms if term.key in ("order_by", "sort")}
    by = call.query.get("sort_by") or told.get("order_by") or "created"
    descending = (call.query.get("sort_order") or told.get("sort") or "desc") != "asc"
    return by.removesuffix("_at"), descending


def sources(call: Call, terms: list[Term]) -> list[Source]:
    kinds = [term.value.lower() for term in terms if term.key == "type"] or list(TYPES)
    rest = [term for term in terms if term.key != "type"]
    makers = {"ticket": _tickets, "user": _users, "organization": _organizations, "group": _groups}
    return [makers[kind](call, rest) for kind in TYPES if kind in kinds]


# -- tickets


def _tickets(call: Call, terms: list[Term]) -> Source:
    if len(terms) == 1 and terms[0].key is None and terms[0].value.isdigit():
        ticket = call.account.desk.tickets.get(int(terms[0].value))
        rows = [ticket] if ticket and ticket.state == "live" else []
        return Source("ticket", len(rows), lambda first, limit: rows[first : first + limit])
    search = search_tickets.build(call, terms)
    by, descending = _sort(call, terms)
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


# -- the others


def _fixed(kind: str, rows: list[Any], by: str, descending: bool) -> Source:
    name = "updated" if by == "updated" else "created"
    ordered = sorted(rows, key=lambda row: (getattr(row, name), row.number), reverse=descending)
    return Source(kind, len(ordered), lambda first, limit: ordered[first : first + limit])


def _users(call: Call, terms: list[Term]) -> Source:
    desk, lag = call.account.desk, call.account.controls.search_lag
    before = call.account.clock.now() - lag
    email = next((term.value for term in terms if term.key == "email" and not term.negative), None)
    if email is not None:
        found = desk.user_by_email(email)
        rows: list[User] = [found] if found and found.updated <= before and _user_matches(call, found, terms) else []
    else:
        agents = [agent for agent in desk.staff.agents() if agent.active and _user_matches(call, agent, terms)]
        people = desk.search.people(lambda person: _user_matches(call, person, terms), lag=lag)
        rows = [*agents, *people]
    listed = [row for row in rows if isinstance(row, Agent) or row.state in LISTED]
    return _fixed("user", listed, *_sort(call, terms))


def _user_matches(call: Call, user: User, terms: list[Term]) -> bool:
    return all(_user_term(call, user, term) != term.negative for term in terms)


def _user_term(call: Call, user: User, term: Term) -> bool:
    person = user if isinstance(user, Person) else None
    match term.key:
        case None | "name":
            return word_in(term.value, f"{user.name} {user.email or ''}")
        case "email":
            return (user.email or "").casefold() == term.value.casefold() or term.value == "*"
        case "role":
            return _role(user) == term.value.lower()
        case "phone":
            return term.value in (user.phone or "")
        case "external_id":
            return person is not None and (person.external_id or "").casefold() == term.value.casefold()
        case "tags":
            return person is not None and set(term.value.split()) <= set(person.tags)
        case "notes" | "details":
            return person is not None and word_in(term.value, f"{person.notes or ''} {person.address or ''}")
        case "is_suspended":
            return (person is not None and person.state == "blocked") == (term.value.lower() == "true")
        case "is_verified":
            return (person is None or person.state != "unverified") == (term.value.lower() == "true")
        case "organization":
            return person is not None and _works_for(call, person, term.value)
        case "created" | "updated":
            span = stretch(term, call.account.clock.now())
            return span is not None and span.holds(getattr(user, term.key))
        case "order_by" | "sort":
            return not term.negative
    return False


def _role(user: User) -> str:
    return "end-user" if isinstance(user, Person) else "admin" if user.role == "admin" else "agent"


def _works_for(call: Call, person: Person, value: str) -> bool:
    if value.lower() == search_tickets.NONE:
        return person.organization is None
    found = call.account.desk.organizations.many(person.organizations).values()
    return any(organizations.shown(call, row)["id"] == _number(value) or word_in(value, row.name) for row in found)


def _number(value: str) -> int:
    return int(value) if value.isdigit() else -1


def _organizations(call: Call, terms: list[Term]) -> Source:
    desk = call.account.desk
    rows = desk.search.organizations(
        lambda row: all(_organization_term(call, row, term) != term.negative for term in terms),
        lag=call.account.controls.search_lag,
    )
    return _fixed("organization", rows, *_sort(call, terms))


def _organization_term(call: Call, row: Organization, term: Term) -> bool:
    match term.key:
        case None | "name":
            return word_in(term.value, row.name)
        case "external_id":
            return (row.external_id or "").casefold() == term.value.casefold()
        case "tags":
            return set(term.value.split()) <= set(row.tags)
        case "notes":
            return word_in(term.value, row.notes or "")
        case "details":
            return word_in(term.value, row.description or "")
        case "created" | "updated":
            span = stretch(term, call.account.clock.now())
            return span is not None and span.holds(getattr(row, term.key))
        case "order_by" | "sort":
            return not term.negative
    return False


def _groups(call: Call, terms: list[Term]) -> Source:
    def matches(group: Group) -> bool:
        return all(
            (term.key in (None, "name") and word_in(term.value, group.name)) != term.negative
            for term in terms
            if term.key not in ("order_by", "sort")
        )

    rows = [group for group in call.account.desk.staff.groups() if not group.deleted and matches(group)]
    return _fixed("group", rows, *_sort(call, terms))


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
    """`next_page` is offered beyond row 1,000 and refused when fetched (zenpy 371, cloudbees 295); `count` is honest."""
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
    maker = {"user": _users, "organization": _organizations, "group": _groups}[kind]
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
