"""Lists of tickets against the plainest thing that could be right: sort everything, cut, count."""

from datetime import timedelta
from itertools import product

import msgspec
import pytest

from runtime.clock import ManualClock
from sandbox.desk import Desk
from sandbox.facts import STATUSES, Where
from sandbox.listing import TicketQuery
from sandbox.records import Ticket
from sandbox.world import World
from tests.sandbox.conftest import NOW

EVERY = Where(state="all", archived=True)
STATUS_ORDER = (("open", "new", "escalated"), ("pending",), ("waiting_on_customer", "solved"), ("closed",))
WHERES = [
    Where(),
    EVERY,
    Where(archived=True),
    Where(state="deleted", archived=True),
    Where(state="spam", archived=True),
    Where(status=frozenset({"open", "pending"}), priority=frozenset({"high", None})),
    Where(assignee=frozenset({3, None}), archived=True),
    Where(tags=frozenset({"billing", "vip"}), archived=True),
    Where(archived=True, test=lambda facts: facts.fields.get("vip") is True),
]
TIMES = [
    {},
    {"created_from": NOW - timedelta(days=60)},
    {"updated_from": NOW - timedelta(days=60), "updated_to": NOW - timedelta(days=9)},
    {"created_to": NOW - timedelta(days=20), "updated_from": NOW - timedelta(days=45)},
]
ORDERS = ["created", "updated", "number", "due", "status", "touched"]


def plain(desk: Desk, query: TicketQuery) -> list[Ticket]:
    """The list, by looking at every ticket there is."""
    every = [desk.tickets.get(number) for number in range(1, desk.tickets.last_number + 1)]
    found = [ticket for ticket in every if ticket is not None and belongs(ticket, query)]
    return sorted(found, key=lambda ticket: desk.tickets.key(ticket, query=query), reverse=query.descending)


def belongs(ticket: Ticket, query: TicketQuery) -> bool:
    in_order = query.order != "status" or query.status_order is None
    return (
        query.where.holds(ticket)
        and query.requester in (None, ticket.requester)
        and query.organization in (None, ticket.organization)
        and (query.created_from is None or ticket.created >= query.created_from)
        and (query.created_to is None or ticket.created < query.created_to)
        and (query.updated_from is None or ticket.updated >= query.updated_from)
        and (query.updated_to is None or ticket.updated < query.updated_to)
        and (in_order or any(ticket.custom_status in group for group in query.status_order or ()))
    )


def agrees(desk: Desk, query: TicketQuery, size: int = 100) -> None:
    wanted = [ticket.number for ticket in plain(desk, query)]
    assert desk.tickets.count(query) == len(wanted)
    by_offset = [
        ticket.number
        for offset in range(0, len(wanted) + size, size)
        for ticket in desk.tickets.page(query, offset=offset, limit=size)
    ]
    assert by_offset == wanted
    assert walked(desk, query, size) == wanted


def walked(desk: Desk, query: TicketQuery, size: int) -> list[int]:
    found: list[int] = []
    after = None
    while page := desk.tickets.page(query, after=after, limit=size):
        found.extend(ticket.number for ticket in page)
        after = desk.tickets.key(page[-1], query=query)
    return found


@pytest.fixture(params=["untouched", "busy"])
def lived(request: pytest.FixtureRequest, world: World, clock: ManualClock) -> Desk:
    if request.param == "busy":
        for _ in range(12):
            world.mutate(40)
            clock.advance(7)
    return world.desk("first")


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_is_the_sorted_list_by_offset_and_by_key(lived: Desk, order: str) -> None:
    for number, (where, times) in enumerate(product(WHERES, TIMES)):
        agrees(
            lived,
            TicketQuery(order=order, where=where, descending=number % 2 == 0, **times),
            size=37 + 60 * (number % 2),
        )


def test_an_accounts_own_status_order(lived: Desk) -> None:
    for where in WHERES:
        agrees(lived, TicketQuery(order="status", status_order=STATUS_ORDER, where=where))


def test_requesters_and_organizations(lived: Desk) -> None:
    for order, number in product(("created", "updated", "status"), range(1, 14)):
        agrees(lived, TicketQuery(order=order, requester=1000 + number - 3, where=EVERY, descending=True), 5)
        agrees(lived, TicketQuery(order=order, requester=number, where=EVERY), 5)
        agrees(lived, TicketQuery(order=order, organization=number, updated_from=NOW - timedelta(days=100)), 5)


def test_each_requester_has_its_tickets_and_every_ticket_is_someones(desk: Desk) -> None:
    users = [
        *(agent.number for agent in desk.staff.agents()),
        *(person.number for person in desk.people.page(limit=999)),
    ]
    counted = sum(desk.tickets.count(TicketQuery(requester=number, where=EVERY)) for number in users)
    assert counted == desk.tickets.count(TicketQuery(where=EVERY)) == 900


def test_statuses_add_up(lived: Desk) -> None:
    parts = [desk_count(lived, Where(status=frozenset({status}), archived=True)) for status in STATUSES]
    assert sum(parts) == desk_count(lived, Where(archived=True)) > 0


def desk_count(desk: Desk, where: Where) -> int:
    return desk.tickets.count(TicketQuery(where=where))


def test_a_walk_by_key_while_rows_change_meets_every_unchanged_ticket_once(world: World, clock: ManualClock) -> None:
    desk = world.desk("first")
    query = TicketQuery(order="updated", where=EVERY)
    before = {ticket.number: ticket for ticket in plain(desk, query)}
    seen: list[int] = []
    after = None
    while page := desk.tickets.page(query, after=after, limit=50):
        seen.extend(ticket.number for ticket in page)
        after = desk.tickets.key(page[-1], query=query)
        if len(seen) < 2000:
            world.mutate(10)
            clock.advance(1)
    unchanged = [number for number, ticket in before.items() if desk.tickets.get(number) == ticket]
    assert unchanged and all(seen.count(number) == 1 for number in unchanged)


def test_touched_moves_without_updated(desk: Desk, clock: ManualClock) -> None:
    old = desk.tickets.page(TicketQuery(order="updated", where=EVERY), limit=1)[0]
    clock.advance(60)
    touched = desk.tickets.touch(old.number)
    assert touched.updated == old.updated and touched.touched > old.touched
    last = desk.tickets.touched(since=int(NOW.timestamp()), limit=5)
    assert [ticket.number for ticket in last] == [old.number]
    assert desk.tickets.page(TicketQuery(order="updated", where=EVERY), limit=1)[0].number == old.number


def test_the_same_seed_tells_the_same_story_and_another_a_different_one(world: World) -> None:
    world.mutate(60)
    twin, other = World(7, {"first": 900, "second": 400}, ManualClock(NOW)), World(8, {"first": 900}, ManualClock(NOW))
    twin.mutate(60)
    query = TicketQuery(where=EVERY)
    mine, same = (each.desk("first").tickets.page(query, limit=2000) for each in (world, twin))
    assert msgspec.json.encode(mine) == msgspec.json.encode(same)
    assert mine != other.desk("first").tickets.page(query, limit=2000)
