"""A bulk edit: many tickets of one second, long ago in the computed world, or just now."""

import itertools
from collections import Counter
from datetime import datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from runtime.clock import ManualClock
from sandbox.app import Sandbox, create_sandbox
from sandbox.controls import Controls
from sandbox.facts import Where
from sandbox.listing import TicketQuery
from sandbox.windows import Windows, default_span
from sandbox.world import World

START = 1_800_000_000


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(40, 1500), share=st.floats(0.01, 0.25))
def test_a_storm_is_one_second_and_both_orders_hold_every_ticket_once(seed: int, count: int, share: float) -> None:
    storm = max(1, int(count * share))
    windows = Windows(seed, count, START, default_span(count), storm)
    updated = sorted((windows.updated(n), n, windows.row(n)) for n in range(count))
    placed = [
        tuple(one)
        for window in range(len(windows.sizes))
        for block in range(windows.blocks(window))
        for one in windows.updated_block(window, block)
    ]
    assert placed == updated
    assert [windows.updated_by_place(place) for place in range(count)] == [time for time, _, _ in updated]
    assert all(windows.created(n) <= windows.updated(n) < START for n in range(count))
    assert max(Counter(time for time, _, _ in updated).values()) >= storm


def test_a_storm_of_more_than_a_quarter_is_refused() -> None:
    with pytest.raises(ValueError, match="more than a quarter"):
        Windows(1, 100, START, default_span(100), 26)


def test_lists_go_through_a_storm_by_number_and_on_from_any_key() -> None:
    desk = World(7, {"first": 3_000}, ManualClock(), span_days=100, storm={"first": 600}).desk("first")
    query = TicketQuery(order="updated", where=Where(state="live"))
    every = desk.tickets.page(query, limit=5_000)
    keys = [desk.tickets.key(ticket, query=query) for ticket in every]
    assert keys == sorted(keys) and len(keys) == desk.tickets.count(query)
    second, size = Counter(second for second, _ in keys).most_common(1)[0]
    assert size > 550
    inside = [place for place, key in enumerate(keys) if key[0] == second]
    for place in inside[::97] + inside[-2:]:
        found = desk.tickets.page(query, after=keys[place], limit=3)
        assert [ticket.number for ticket in found] == [number for _, number in keys[place + 1 : place + 4]]
    desk.tickets.update(keys[inside[5]][1], priority="high")
    after = [ticket.number for ticket in desk.tickets.page(query, limit=5_000)]
    assert after == [*(n for _, n in keys if n != keys[inside[5]][1]), keys[inside[5]][1]]


@pytest.fixture
def sandbox(clock: ManualClock) -> Sandbox:
    controls = Controls(clock)
    faces = dict.fromkeys(("first", "second"), lambda desk, controls: Starlette())
    return create_sandbox(World(7, {"first": 400, "second": 40}, controls.clock), faces, controls)


def door(sandbox: Sandbox) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=sandbox), base_url="http://sandbox.test")


async def test_the_door_edits_many_in_one_second(sandbox: Sandbox) -> None:
    desk = sandbox.world.desk("first")
    before = [ticket.number for ticket in desk.tickets.page(TicketQuery(order="updated"), limit=70)]
    async with door(sandbox) as client:
        answer = await client.post("/-/storm", json={"desk": "first", "tickets": 70})
        assert answer.json() == {"changed": 70}
        assert (await client.post("/-/storm", json={"desk": "nobody"})).status_code == 400
    moments: set[datetime] = {desk.tickets.get(number).updated for number in before}
    assert len(moments) == 1 and not sandbox.controls.clock.frozen


async def test_the_door_makes_a_world_with_a_storm(sandbox: Sandbox) -> None:
    async with door(sandbox) as client:
        sizes = {"first": 800, "second": 40}
        assert (await client.post("/-/seed", json={"tickets": sizes, "storm": {"first": 150}})).status_code == 200
        assert (await client.post("/-/seed", json={"storm": {"first": 300}})).status_code == 400
    book = sandbox.world.desk("first").tickets
    everything = TicketQuery(order="updated", where=Where(state="all", archived=True))
    found = [ticket.updated for ticket in book.page(everything, limit=1_000)]
    assert max(len(list(run)) for _, run in itertools.groupby(found)) >= 150


async def test_the_door_moves_tickets_between_their_states(sandbox: Sandbox) -> None:
    book = sandbox.world.desk("first").tickets
    numbers = [ticket.number for ticket in book.page(limit=4)]
    async with door(sandbox) as client:

        async def do(what: str, *chosen: int) -> int:
            body = {"desk": "first", "do": what, "numbers": chosen}
            return (await client.post("/-/tickets", json=body)).status_code

        assert await do("delete", *numbers[:2]) == await do("spam", numbers[2]) == await do("purge", numbers[3]) == 200
        assert [book.get(number).state for number in numbers[:3]] == ["deleted", "deleted", "spam"]
        assert await do("restore", *numbers[1:3]) == await do("touch", numbers[1]) == 200
        assert [book.get(number).state for number in numbers[:3]] == ["deleted", "live", "live"]
        assert book.get(numbers[3]) is None and await do("restore", numbers[3]) == 400
        assert await do("burn", numbers[0]) == 400
