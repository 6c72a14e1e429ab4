"""The vendor's limit is kept whatever the traffic, and people are served before sync."""

from __future__ import annotations

import asyncio
import math

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BudgetExhausted, DeadlineExceeded, RateLimited
from providers.upstream import (
    Bucket,
    Charge,
    FamilyPolicy,
    Lane,
    LocalBudget,
    Observation,
    Refusal,
    UpstreamPolicy,
    recording,
)
from runtime.clock import ManualClock, SystemClock
from runtime.deadline import Deadline

# A gap, then a burst of calls, answered at once, without headers, or only when the next burst has left.
BURST = st.tuples(
    st.sampled_from([0.3, 1.0, 1.9, 4.7, 20.0, 57.0, 58.5, 59.5, 60.5, 61.5]) | st.floats(0.0, 62.0),
    st.sampled_from(list(Lane)),
    st.integers(1, 2),
    st.integers(1, 12),
    st.sampled_from(["at once", "bare", "late"]),
)


class Vendor:
    """Counts in fixed minutes of its own phase; tells what it is asked to tell."""

    def __init__(self, limit: int, phase: float, foreign: int) -> None:
        self.limit, self.phase, self.foreign = limit, phase, foreign
        self.ours: dict[int, int] = {}

    def minute(self, now: float) -> int:
        return math.floor((now + self.phase) / 60)

    def count(self, now: float, cost: int) -> None:
        self.ours[self.minute(now)] = self.ours.get(self.minute(now), 0) + cost

    def tells(self, now: float, rounding) -> Observation:
        used = self.ours.get(self.minute(now), 0) + self.foreign
        reset = (self.minute(now) + 1) * 60 - self.phase - now
        return Observation("b", self.limit, max(0, self.limit - used), None if rounding is None else rounding(reset))


@settings(max_examples=400, deadline=None)
@given(
    st.lists(BURST, min_size=2, max_size=12),
    st.integers(3, 12),
    st.floats(0, 60),
    st.sampled_from([None, "silent", math.floor, math.ceil, round]),
)
async def test_no_window_of_the_vendor_ever_holds_more_than_its_limit(bursts, limit, phase, tells):
    clock, vendor = ManualClock(), Vendor(limit, phase, 0)
    budget, flying = LocalBudget(clock), []
    bucket = (Bucket("b", FamilyPolicy(limit)),)

    async def answer(charge: Charge, bare: bool = False) -> None:
        now = clock.monotonic()
        await budget.answered("a", charge, [] if bare or tells == "silent" else [vendor.tells(now, tells)])

    for gap, lane, cost, size, manner in bursts:
        clock.advance(gap)
        late, flying = flying, []
        for _ in range(size):
            got = await budget.take("a", bucket, cost, lane, 0.7)
            if isinstance(got, Refusal):
                assert 0 < got.seconds <= 121
                break
            vendor.count(clock.monotonic(), cost)
            if manner == "late":
                flying.append(got)
            else:
                await answer(got, manner == "bare")
        for charge in late:
            await answer(charge)
    assert max(vendor.ours.values()) <= limit


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(list(Lane)), min_size=30, max_size=80), st.integers(10, 40))
async def test_the_background_leaves_a_part_to_people(lanes, limit):
    clock = ManualClock()
    budget = LocalBudget(clock)
    bucket = (Bucket("b", FamilyPolicy(limit)),)
    taken = dict.fromkeys(Lane, 0)
    for lane in lanes:
        if isinstance(await budget.take("a", bucket, 1, lane, 0.7), Charge):
            taken[lane] += 1
    assert taken[Lane.BACKGROUND] <= math.floor(0.7 * limit)
    wanted = lanes.count(Lane.INTERACTIVE)
    assert taken[Lane.INTERACTIVE] >= min(wanted, limit - math.floor(0.7 * limit))


async def test_a_window_comes_back_and_others_use_is_seen(clock):
    budget, bucket = LocalBudget(clock), (Bucket("b", FamilyPolicy(50)),)
    charge = await budget.take("a", bucket, 1, Lane.INTERACTIVE, 0.7)
    await budget.answered("a", charge, [Observation("b", 100, 3)])
    state = budget.states("a")["b"]
    assert (state.limit, state.remaining) == (100, 3)
    assert isinstance(await budget.take("a", bucket, 4, Lane.INTERACTIVE, 0.7), Refusal)
    clock.advance(61)
    assert budget.states("a")["b"].remaining == 100


async def test_what_is_in_flight_is_assumed_not_to_be_in_the_vendors_count_yet(clock):
    budget, bucket = LocalBudget(clock), (Bucket("b", FamilyPolicy(10)),)
    charges = [await budget.take("a", bucket, 1, Lane.INTERACTIVE, 0.7) for _ in range(6)]
    await budget.answered("a", charges[0], [Observation("b", 10, 5)])  # somebody else used four
    assert budget.states("a")["b"].remaining == 0


async def test_an_answer_that_was_overtaken_does_not_add_room(clock):
    budget, bucket = LocalBudget(clock), (Bucket("b", FamilyPolicy(10)),)
    first, second = [await budget.take("a", bucket, 1, Lane.INTERACTIVE, 0.7) for _ in range(2)]
    await budget.answered("a", second, [Observation("b", 10, 2)])
    await budget.answered("a", first, [Observation("b", 10, 9)])
    assert budget.states("a")["b"].remaining == 1


async def test_the_vendors_own_reset_is_kept(clock):
    budget, bucket = LocalBudget(clock), (Bucket("b", FamilyPolicy(10)),)
    charge = await budget.take("a", bucket, 1, Lane.INTERACTIVE, 0.7)
    await budget.answered("a", charge, [Observation("b", 10, 0, reset_seconds=12)])
    refusal = await budget.take("a", bucket, 1, Lane.INTERACTIVE, 0.7)
    assert 12 <= refusal.seconds <= 13
    clock.advance(13)
    assert budget.states("a")["b"].remaining == 10


async def test_calls_around_the_vendors_boundary_count_for_its_new_window(clock):
    """A reset of whole seconds ends our window up to a second late; calls of that second belong to the next one."""
    budget, bucket = LocalBudget(clock), (Bucket("b", FamilyPolicy(10)),)
    clock.advance(0.5)
    charge = await budget.take("a", bucket, 1, Lane.INTERACTIVE, 0.7)
    await budget.answered("a", charge, [Observation("b", 10, 9, reset_seconds=60)])  # ends at 60.0, told as 60.5
    clock.advance(59.6)
    for _ in range(9):
        await budget.answered("a", await budget.take("a", bucket, 1, Lane.INTERACTIVE, 0.7), [])
    clock.advance(2)
    assert budget.states("a")["b"].remaining == 1


async def test_a_parent_bucket_is_counted_too_and_a_refusal_takes_nothing(account, call):
    families = {"account": FamilyPolicy(5), "exports": FamilyPolicy(2, parent="account")}
    upstream = account(lambda request: httpx.Response(200, json={}), families=families)
    for n in range(2):
        await upstream.request(call(f"/e/{n}", family="exports"))
    with pytest.raises(BudgetExhausted):
        await upstream.request(call("/e/3", family="exports"))
    left = {name: state.remaining for name, state in upstream.budgets().items()}
    assert left == {"account": 3, "exports": 0}


async def test_a_hostile_vendor_cannot_fill_the_memory_with_buckets(account, call):
    names = iter(range(10**6))
    upstream = account(
        lambda request: httpx.Response(200, json={}),
        learn=lambda family, headers: [Observation(f"x{next(names)}", 1, 1) for _ in range(500)],
    )
    await upstream.request(call())
    assert len(upstream.budgets()) < 70


async def test_costs_are_credits(account, call):
    upstream = account(lambda request: httpx.Response(200, json={}))
    with recording() as calls:
        await upstream.request(call(cost=7))
    assert calls[0].credits == 7
    assert upstream.budgets()["tickets"].remaining == 93


async def test_who_cannot_wait_hears_it_at_once(account, call):
    upstream = account(
        lambda request: httpx.Response(200, json={}), families={"tickets": FamilyPolicy(1)}, clock=SystemClock()
    )
    await upstream.request(call())
    async with asyncio.timeout(5):
        with pytest.raises(BudgetExhausted) as caught:
            await upstream.request(call("/tickets/8"))
    assert 50 < caught.value.retry_after <= 61
    assert caught.value.code == "RATE_LIMITED"


async def test_a_short_wait_is_waited_and_recorded(account, call, clock):
    upstream = account(lambda request: httpx.Response(200, json={}), families={"tickets": FamilyPolicy(1, window=3)})
    with recording() as calls:
        await upstream.request(call())
        await upstream.request(call("/tickets/8"))
    assert [round(c.waited_ms / 1000) for c in calls] == [0, 3]


async def test_no_wait_goes_beyond_the_deadline(account, call, clock):
    upstream = account(lambda request: httpx.Response(200, json={}), families={"tickets": FamilyPolicy(1, window=3)})
    await upstream.request(call())
    with pytest.raises(BudgetExhausted):
        await upstream.request(call("/tickets/8", deadline=Deadline.after(2, clock)))
    assert clock.monotonic() == 0


async def test_people_come_before_sync_when_the_window_opens(account, call):
    clock = ManualClock(auto=False)
    order = []

    def vendor(request):
        order.append(request.url.path.rsplit("/", 1)[1])
        return httpx.Response(200, json={})

    upstream = account(vendor, clock=clock, families={"tickets": FamilyPolicy(4, window=4)})
    for n in range(4):
        await upstream.request(call(f"/tickets/first{n}"))
    sync = [asyncio.create_task(upstream.request(call(f"/tickets/sync{n}", lane=Lane.BACKGROUND))) for n in range(2)]
    await turns()
    people = [asyncio.create_task(upstream.request(call(f"/tickets/person{n}"))) for n in range(3)]
    await turns()
    while not all(task.done() for task in [*people, *sync]):
        clock.advance(0.05)
        await turns()
    assert sorted(order[4:7]) == ["person0", "person1", "person2"]
    assert sorted(order[7:]) == ["sync0", "sync1"]


async def turns():
    for _ in range(30):
        await asyncio.sleep(0)


async def test_slots_bound_concurrency_and_keep_some_for_people(account, call):
    running, peak, gate = 0, 0, asyncio.Event()

    async def vendor(request):
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await gate.wait()
        running -= 1
        return httpx.Response(200, json={})

    upstream = account(vendor, policy=UpstreamPolicy(concurrency=10))
    sync = [asyncio.create_task(upstream.request(call(f"/s/{n}", lane=Lane.BACKGROUND))) for n in range(30)]
    await turns()
    assert peak == 7
    people = [asyncio.create_task(upstream.request(call(f"/p/{n}"))) for n in range(30)]
    await turns()
    assert peak == 10
    for task in people[10:20]:
        task.cancel()
    await turns()
    gate.set()
    results = await asyncio.gather(*sync, *people, return_exceptions=True)
    assert sum(isinstance(r, asyncio.CancelledError) for r in results) == 10
    assert sum(getattr(r, "ok", False) for r in results) == 50
    assert (peak, running) == (10, 0)


async def test_waiting_for_a_slot_ends_with_the_deadline(account, call):
    gate, clock = asyncio.Event(), SystemClock()

    async def vendor(request):
        await gate.wait()
        return httpx.Response(200, json={})

    upstream = account(vendor, policy=UpstreamPolicy(concurrency=1), clock=clock)
    first = asyncio.create_task(upstream.request(call()))
    await turns()
    with pytest.raises(DeadlineExceeded):
        await upstream.request(call("/tickets/8", deadline=Deadline.after(0.05, clock)))
    gate.set()
    assert (await first).ok


async def test_a_throttled_interactive_call_that_can_wait_does(account, call, clock):
    answers = [httpx.Response(429, headers={"retry-after": "2"}), httpx.Response(200, json={})]
    upstream = account(lambda request: answers.pop(0))
    assert (await upstream.request(call())).ok
    assert clock.monotonic() >= 2
    answers[:] = [httpx.Response(429, headers={"retry-after": "6"})]
    with pytest.raises(RateLimited) as caught:
        await upstream.request(call())
    assert caught.value.retry_after == 6


async def test_what_was_charged_but_never_sent_comes_back(account, call, clock):
    """The circuit opens while others wait for a slot: their charge must not count as in flight for ever."""

    async def vendor(request):
        await asyncio.sleep(0)
        return httpx.Response(503)

    upstream = account(vendor, policy=UpstreamPolicy(concurrency=1, attempts=1))
    results = await asyncio.gather(*(upstream.request(call(f"/t/{n}")) for n in range(9)), return_exceptions=True)
    assert [r.status for r in results] == [503] * 5 + [None] * 4
    clock.advance(61)
    assert upstream.budgets()["tickets"].remaining == 100
