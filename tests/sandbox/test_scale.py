"""Five million tickets a desk: there at once, in little memory, at any depth."""

import tracemalloc

from runtime.clock import ManualClock
from sandbox.facts import Where
from sandbox.listing import TicketQuery
from sandbox.world import World
from tests.sandbox.conftest import NOW
from tests.support.steps import counted

MILLIONS = 5_000_000


def test_five_million_tickets_a_desk_start_at_once_and_take_little_memory() -> None:
    tracemalloc.start()
    world = World(7, {"first": MILLIONS, "second": MILLIONS}, ManualClock(NOW))
    desk = world.desk("second")
    everything = Where(state="all", archived=True)
    for order in ("created", "updated", "number", "status", "due", "touched"):
        for descending in (False, True):
            query = TicketQuery(order=order, descending=descending, where=everything)
            first, deep = desk.tickets.page(query), desk.tickets.page(query, offset=4_000_000)
            assert len(first) == len(deep) == 100
            after = desk.tickets.key(deep[0], query=query)
            assert desk.tickets.page(query, after=after, limit=99) == deep[1:]
    assert desk.tickets.count(TicketQuery(where=everything)) == MILLIONS
    assert desk.people.page(by="name", offset=500_000, limit=1) and desk.organizations.page(by="name", limit=1)
    assert desk.tickets.page(TicketQuery(requester=1500, where=everything), limit=3)
    assert desk.messages.of(4_999_000)
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < 100 * 2**20


def test_it_starts_with_no_more_work_than_a_hundredth_of_it() -> None:
    started(MILLIONS // 100, seed=80_001)  # what worlds of every seed share
    few, many = started(MILLIONS // 100, seed=80_002), started(MILLIONS, seed=80_003)
    assert many < 1.2 * few < 1_000_000


def started(tickets: int, seed: int) -> int:
    with counted() as steps:
        desk = World(seed, {"first": tickets}, ManualClock(NOW)).desk("first")
        page = desk.tickets.page(TicketQuery(order="updated", descending=True), offset=900)
        person = desk.people.get(page[0].requester)
        found = None if person is None or person.email is None else desk.people.by_email(person.email)
    assert len(page) == 100 and (person is None or person.email is None or found == person)
    return steps.count


def test_pages_far_apart_are_in_order() -> None:
    desk = World(7, {"first": MILLIONS}, ManualClock(NOW)).desk("first")
    query = TicketQuery(order="updated", where=Where(state="all", archived=True))
    made = [desk.tickets.page(query, offset=offset) for offset in (0, 1_234_567, 4_999_900)]
    assert [len(page) for page in made] == [100, 100, 100]
    times = [ticket.updated for page in made for ticket in page]
    assert times == sorted(times)
