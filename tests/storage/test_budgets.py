"""What the budget of one process promises (tests/providers/upstream/test_budget.py), of one that many share."""

from __future__ import annotations

import asyncio
import itertools
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.errors import StorageUnavailable
from providers.upstream import Bucket, Charge, FamilyPolicy, Lane, Observation, Refusal
from providers.upstream.window import Window
from runtime.clock import ManualClock, SystemClock
from storage.budgets import FLIGHT_S, SqlBudget
from storage.database import Database
from storage.tables.tickets import tickets
from tests.providers.upstream.test_budget import BURST, Vendor
from tests.storage.copying import CopyDesk, copy_desk, ticket

INTERACTIVE, BACKGROUND = Lane.INTERACTIVE, Lane.BACKGROUND
EPOCH = 1_700_000_000.0
numbers = itertools.count()


def bucket(limit: int | None, **values: Any) -> tuple[Bucket, ...]:
    return (Bucket("b", FamilyPolicy(limit, **values)),)


class Shared:
    """As many processes as asked for, on one clock of the database's."""

    def __init__(self, desk: CopyDesk, processes: int = 2) -> None:
        self.clock = ManualClock()
        self.budgets = [
            SqlBudget(desk.db, desk.tenancy, self.clock, now=lambda _: EPOCH + self.clock.monotonic())
            for _ in range(processes)
        ]


async def shared(db: Database, processes: int = 2) -> Shared:
    return Shared(await copy_desk(db), processes)


async def test_what_one_process_takes_the_others_do_not_have(db: Database) -> None:
    one, two = (here := await shared(db)).budgets
    taken = [await budget.take("a", bucket(10), 2, INTERACTIVE, 0.7) for budget in (one, two, one, two, one)]
    assert all(isinstance(charge, Charge) for charge in taken)
    refused = await two.take("a", bucket(10), 1, INTERACTIVE, 0.7)
    assert isinstance(refused, Refusal) and refused.bucket == "b" and not refused.throttled
    assert isinstance(await two.take("another account", bucket(10), 1, INTERACTIVE, 0.7), Charge)
    for budget, charge in zip((one, two, one, two, one), taken, strict=True):
        await budget.answered("a", charge, [])
    here.clock.advance(59)
    assert isinstance(await one.take("a", bucket(10), 1, INTERACTIVE, 0.7), Refusal)
    here.clock.advance(2)
    assert isinstance(await one.take("a", bucket(10), 10, INTERACTIVE, 0.7), Charge)


async def test_the_background_of_all_processes_together_leaves_a_part_to_people(db: Database) -> None:
    one, two = (await shared(db)).budgets
    lanes = [await budget.take("a", bucket(10), 1, BACKGROUND, 0.7) for _ in range(5) for budget in (one, two)]
    assert sum(isinstance(charge, Charge) for charge in lanes) == 7
    people = [await one.take("a", bucket(10), 1, INTERACTIVE, 0.7) for _ in range(4)]
    assert sum(isinstance(charge, Charge) for charge in people) == 3


async def test_all_buckets_or_none(db: Database) -> None:
    one, two = (await shared(db)).budgets
    both = (Bucket("exports", FamilyPolicy(2)), Bucket("account", FamilyPolicy(5)))
    assert [isinstance(await b.take("a", both, 1, INTERACTIVE, 0.7), Charge) for b in (one, two, one)] == [
        True,
        True,
        False,
    ]
    assert {name: state.remaining for name, state in one.states("a").items()} == {"exports": 0, "account": 3}


async def test_what_the_vendor_told_one_process_all_know(db: Database) -> None:
    one, two = (here := await shared(db)).budgets
    charge = await one.take("a", bucket(50), 1, INTERACTIVE, 0.7)
    assert isinstance(charge, Charge)
    await one.answered("a", charge, [Observation("b", 100, 3, reset_seconds=12)])
    assert isinstance(await two.take("a", bucket(50), 4, INTERACTIVE, 0.7), Refusal)
    state = two.states("a")["b"]
    assert (state.limit, state.remaining) == (100, 3) and 12 <= state.reset_seconds <= 13
    here.clock.advance(13)
    assert isinstance(await two.take("a", bucket(50), 90, INTERACTIVE, 0.7), Charge)
    await one.throttle("a", "b", 30, whole_account=True)
    refused = await two.take("a", (Bucket("other", FamilyPolicy(9)),), 1, INTERACTIVE, 0.7)
    assert isinstance(refused, Refusal) and refused.throttled and refused.bucket == "account"
    assert 29 < refused.seconds <= 30
    here.clock.advance(30)
    assert isinstance(await two.take("a", (Bucket("other", FamilyPolicy(9)),), 1, INTERACTIVE, 0.7), Charge)


async def test_calls_of_a_process_that_died_are_counted_until_they_cannot_be_under_way(db: Database) -> None:
    dead, alive = (here := await shared(db)).budgets
    for _ in range(10):
        await dead.take("a", bucket(10), 1, BACKGROUND, 1.0)
    del dead
    here.clock.advance(FLIGHT_S - 1)
    assert isinstance(await alive.take("a", bucket(10), 1, INTERACTIVE, 0.7), Refusal)
    here.clock.advance(62)
    assert isinstance(await alive.take("a", bucket(10), 10, INTERACTIVE, 0.7), Charge)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)
@given(
    st.lists(st.tuples(BURST, st.integers(0, 1)), min_size=2, max_size=8),
    st.integers(3, 12),
    st.floats(0, 60),
    st.sampled_from([None, "silent", math.floor, math.ceil, round]),
)
@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_no_window_of_the_vendor_ever_holds_more_than_its_limit(
    db: Database, bursts: Any, limit: int, phase: float, tells: Any
) -> None:
    here, vendor, name = await shared(db), Vendor(limit, phase, 0), f"account {next(numbers)}"
    flying: list[tuple[SqlBudget, Charge]] = []

    async def answer(budget: SqlBudget, charge: Charge, bare: bool = False) -> None:
        told = [] if bare or tells == "silent" else [vendor.tells(here.clock.monotonic(), tells)]
        await budget.answered(name, charge, told)

    for (gap, lane, cost, size, manner), process in bursts:
        here.clock.advance(gap)
        late, flying = flying, []
        for n in range(size):
            budget = here.budgets[(process + n) % 2]
            got = await budget.take(name, bucket(limit), cost, lane, 0.7)
            if isinstance(got, Refusal):
                assert 0 < got.seconds <= 121
                break
            vendor.count(here.clock.monotonic(), cost)
            if manner == "late":
                flying.append((budget, got))
            else:
                await answer(budget, got, manner == "bare")
        for who, charge in late:
            await answer(who, charge)
    assert max(vendor.ours.values()) <= limit


async def test_many_at_once_never_take_more_than_there_is(db: Database) -> None:
    desk = await copy_desk(db)
    budgets = [SqlBudget(db, desk.tenancy, SystemClock()) for _ in range(4)]
    taken = await asyncio.gather(*(budgets[n % 4].take("a", bucket(20), 1, INTERACTIVE, 0.7) for n in range(60)))
    assert sum(isinstance(one, Charge) for one in taken) == 20
    await asyncio.gather(*(budgets[0].answered("a", one, []) for one in taken if isinstance(one, Charge)))
    assert budgets[0].states("a")["b"].remaining == 0


async def test_nobody_waits_for_a_write_that_is_under_way(db: Database) -> None:
    desk = await copy_desk(db)
    budget = SqlBudget(db, desk.tenancy, SystemClock())
    async with db.write(desk.tenancy.number) as session:
        async with asyncio.timeout(5):
            charge = await budget.take("a", bucket(10), 1, INTERACTIVE, 0.7)
            assert isinstance(charge, Charge)
            await budget.answered("a", charge, [])
        await session.announce()
    await desk.apply(ticket("7"))
    assert await desk.one(tickets, "num") == 7


class Flaky(Database):
    """A database that cannot be used while it is `away`."""

    def __init__(self, there: Database) -> None:
        self.name, self._there, self.away = there.name, there, False

    def brief(self, tenant: int) -> Any:
        if self.away:
            raise StorageUnavailable("The database cannot be used right now.")
        return self._there.brief(tenant)

    def read(self, tenant: int) -> Any: ...

    def write(self, tenant: int) -> Any: ...

    def registry(self, tenant_name: str) -> Any: ...

    async def fetch(self, *_: Any) -> Any: ...

    async def changed(self, *_: Any) -> Any: ...

    async def aclose(self) -> None: ...


async def test_without_the_database_calls_go_on_by_what_was_seen_last(db: Database) -> None:
    desk = await copy_desk(db)
    clock, flaky = ManualClock(), Flaky(db)
    budget, other = SqlBudget(flaky, desk.tenancy, clock), SqlBudget(db, desk.tenancy, clock)
    first = await budget.take("a", bucket(3), 2, INTERACTIVE, 0.7)
    assert isinstance(first, Charge)
    flaky.away = True
    second = await budget.take("a", bucket(3), 1, INTERACTIVE, 0.7)
    assert isinstance(second, Charge) and isinstance(await budget.take("a", bucket(3), 1, INTERACTIVE, 0.7), Refusal)
    await budget.answered("a", first, [])
    flaky.away = False
    await budget.answered("a", second, [])
    assert isinstance(await other.take("a", bucket(3), 1, INTERACTIVE, 0.7), Refusal)


def test_a_window_comes_back_as_it_was_written_down() -> None:
    window = Window(100, 60.0)
    for n in range(2_000):
        now = n * 0.025
        window.advance(now)
        if window.wait(now, 1, Lane(n % 2), 0.7) == 0:
            window.take(1, Lane(n % 2))
            window.answered(now, 1, Lane(n % 2))
        window = Window.of(window.values(0.5))
    assert len(window.values(0.5)[-1]) <= 121 and sum(entry[1] for entry in window.values(0.5)[-1]) == window.used
    window.advance(112)
    assert (window.used, window.background, window.left()) == (0, 0, 100)
