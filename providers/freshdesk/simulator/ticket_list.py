"""GET /tickets: thirty days back unless `updated_since` is given, 300 pages deep, strict about what it is asked.

Evidence: vendor's API reference, 'List all tickets'; airbyte issue 6133 (the 30 days), airbyte pull 8017 and Onyx
pull 11062 (page 300), singer-io/tap-freshdesk (filters, `company`), Nango pull 646 (`updated_since` inclusive).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from providers.freshdesk.simulator import ticket_shape
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.checks import query_values
from providers.freshdesk.simulator.errors import Complaint, invalid, not_among, wrong_value
from providers.freshdesk.simulator.ids import Base, number
from providers.freshdesk.simulator.keys import Key
from providers.freshdesk.simulator.paging import PageAsked, read_page
from providers.freshdesk.simulator.times import parsed
from sandbox.facts import Filterable, Where
from sandbox.listing import By, TicketQuery
from sandbox.records import Ticket

LAST_PAGE = 300
RECENT = timedelta(days=30)
FILTERS = ("new_and_my_open", "watching", "spam", "deleted", "all_tickets")
ORDERS: dict[str, By] = {"created_at": "created", "due_by": "due", "updated_at": "updated", "status": "status"}
INCLUDES = ("stats", "requester", "description", "company")
_KNOWN = (
    "filter", "requester_id", "email", "unique_external_id", "company_id", "updated_since", "order_by", "order_type",
    "include", "page", "per_page",
)  # fmt: skip


def tickets(call: Call) -> Reply:
    complaints: list[Complaint] = []
    query = query_values(call.params, _KNOWN, complaints)
    asked = read_page(query, complaints)
    include = read_include(query.get("include"), INCLUDES, complaints)
    wanted = _read(call, query, complaints)
    if asked.page > LAST_PAGE:
        complaints.append(wrong_value("page", f"You cannot access tickets beyond the {LAST_PAGE}th page."))
    if complaints:
        raise invalid(complaints)
    if wanted is None:
        return call.listed([], asked)
    return call.listed(_rows(call, wanted, query.get("filter"), asked, include), asked)


def read_include(text: str | None, allowed: tuple[str, ...], complaints: list[Complaint]) -> frozenset[str]:
    include = frozenset(word for word in (text or "").split(",") if word)
    if not include <= set(allowed):
        complaints.append(not_among("include", allowed))
    return include


def _read(call: Call, query: dict[str, str], complaints: list[Complaint]) -> TicketQuery | None:
    """None: the requester or company asked for is nobody's."""
    for name, allowed in (("filter", FILTERS), ("order_by", tuple(ORDERS)), ("order_type", ("asc", "desc"))):
        if name in query and query[name] not in allowed:
            complaints.append(not_among(name, allowed))
    since = parsed(query["updated_since"]) if "updated_since" in query else None
    if "updated_since" in query and since is None:
        complaints.append(wrong_value("updated_since", "It should be a/an Valid Date-Time"))
    people = _requester(call, query, complaints)
    company = _identifier("company_id", query, Base.COMPANY, complaints)
    if complaints or people == 0 or company == 0:
        return None
    order = ORDERS[query.get("order_by", "created_at")]
    descending = query.get("order_type", "desc") == "desc"
    statuses = call.account.statuses.order() if order == "status" else None
    if statuses and descending and call.account.profile.tie_break == "id":
        # A status is shared by millions: its groups are turned instead of its runs.
        descending, statuses = False, statuses[::-1]
    if since is not None and not call.account.profile.updated_since_inclusive:
        since += timedelta(seconds=1)
    return TicketQuery(
        order=order,
        descending=descending,
        where=_where(call.account, call.who, query.get("filter")),
        requester=people,
        organization=company,
        created_from=None if "updated_since" in query else call.account.now() - RECENT,
        updated_from=since,
        status_order=statuses,
    )


def _identifier(name: str, query: dict[str, str], base: Base, complaints: list[Complaint]) -> int | None:
    """The world's number; 0 for an id that is nobody's."""
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        complaints.append(wrong_value(name, "It should be a/an Positive Integer"))
        return None
    return number(base, int(text)) or 0


def _requester(call: Call, query: dict[str, str], complaints: list[Complaint]) -> int | None:
    if "email" in query:
        user = call.account.desk.user_by_email(query["email"])
        return user.number if user else 0
    if "unique_external_id" in query:
        person = call.account.desk.people.by_external_id(query["unique_external_id"])
        return person.number if person else 0
    return _identifier("requester_id", query, Base.USER, complaints)


def sees(account: Account, key: Key, ticket: Ticket) -> bool:
    """An agent of restricted scope sees what lies with them or, with group scope, with one of their groups."""
    return key.sees == "all" or _scope(key, _groups(account, key))(ticket)


def scope_test(account: Account, key: Key) -> Callable[[Filterable], bool] | None:
    """The same function object for the same key; None when it sees all."""
    return None if key.sees == "all" else _scope(key, _groups(account, key))


def _groups(account: Account, key: Key) -> frozenset[int]:
    agent = account.desk.staff.agent(key.agent)
    return frozenset(agent.groups if agent and key.sees == "groups" else ())


@lru_cache(maxsize=64)
def _scope(key: Key, groups: frozenset[int]) -> Callable[[Filterable], bool]:
    return lambda row: row.assignee == key.agent or row.group in groups


@lru_cache(maxsize=64)
def _new_and_mine(key: Key, groups: frozenset[int]) -> Callable[[Filterable], bool]:
    """Unassigned ones that nobody has answered for good, and one's own open ones, as far as the key sees."""
    seen = _scope(key, groups) if key.sees != "all" else None

    def holds(row: Filterable) -> bool:
        mine = row.assignee in (None, key.agent) and row.status in ("new", "open")
        return mine and (seen is None or seen(row))

    return holds


def _where(account: Account, key: Key, chosen: str | None) -> Where:
    """Deleted and spam tickets only when asked for; archived ones never."""
    groups = _groups(account, key)
    test = _scope(key, groups) if key.sees != "all" else None
    if chosen == "new_and_my_open":
        return Where(test=_new_and_mine(key, groups))
    return Where(state="deleted" if chosen == "deleted" else "spam" if chosen == "spam" else "live", test=test)


def _rows(
    call: Call, query: TicketQuery, chosen: str | None, asked: PageAsked, include: frozenset[str]
) -> list[dict[str, Any]]:
    if chosen == "watching":
        found = _watched(call, query)[asked.first : asked.before]
    else:
        found = _page(call.account, query, asked)
    shown = [ticket_shape.row(call.account, ticket) for ticket in found]
    if include:
        for row, ticket in zip(shown, found, strict=True):
            row.update(ticket_shape.embedded(call.account, call.files, ticket, include))
    return shown


def _watched(call: Call, query: TicketQuery) -> list[Ticket]:
    account = call.account
    numbers = [number for number, extra in account.extras.items() if call.who.agent in extra.watchers]
    live = [ticket for ticket in account.desk.tickets.many(numbers).values() if query.where.holds(ticket)]
    early = datetime.min.replace(tzinfo=account.now().tzinfo)
    kept = [
        ticket
        for ticket in live
        if ticket.created >= (query.created_from or early) and ticket.updated >= (query.updated_from or early)
    ]
    return sorted(kept, key=lambda ticket: account.desk.tickets.key(ticket, query=query), reverse=query.descending)


def _page(account: Account, query: TicketQuery, asked: PageAsked) -> list[Ticket]:
    """Equal keys stand by ascending id in either direction, unless the profile says that ids follow the order."""
    book = account.desk.tickets
    rows = book.page(query, offset=asked.first, limit=asked.per_page + 1)
    if not query.descending or account.profile.tie_break == "order" or not rows:
        return rows
    return _ties_ascending(account, query, asked, rows)


def _ties_ascending(account: Account, query: TicketQuery, asked: PageAsked, rows: list[Ticket]) -> list[Ticket]:
    """The company's descending order is the exact reverse; runs of equal keys are turned, those cut by the page too."""
    book = account.desk.tickets

    def value(ticket: Ticket) -> int | str:
        return book.key(ticket, query=query)[0]

    first, found = asked.first, rows
    while first > 0:
        step = min(64, first)
        before = book.page(query, offset=first - step, limit=step)
        found, first = before + found, first - step
        if value(before[0]) != value(rows[0]):
            break
    while True:
        after = book.page(query, offset=first + len(found), limit=64)
        found = found + after
        if len(after) < 64 or value(after[-1]) != value(rows[-1]):
            break
    ordered = sorted(found, key=lambda ticket: (-int(value(ticket)), ticket.number))
    # A run cut at the far ends of what was read is not part of the page.
    return ordered[asked.first - first : asked.first - first + len(rows)]
