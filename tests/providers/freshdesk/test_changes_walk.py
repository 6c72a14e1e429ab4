"""Lists walked for a copy while their rows change: nothing is left out, whatever moves, and from every checkpoint."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.changes import WindowStuck
from providers.freshdesk.changes_lists import pack, unpack
from providers.freshdesk.changes_walk import MARGIN, REMEMBERED, Item, Listing, Place, Rules, step

START = 1_700_000_000
BY_TIME = Rules(name="tickets", by_time=True, max_page=300)
BY_NAME = Rules(name="contacts")
WHOLE = Rules(name="companies", whole=True)


@dataclass(frozen=True)
class State:
    second: int
    version: int


Key = tuple[int, int]


class Vendor:
    """A list that is asked by `updated_since`, page and size. A write may show late, as on a copy that lags behind:
    until then the row stands as it was."""

    def __init__(self, rows: Mapping[str, State], *, by_time: bool = True) -> None:
        self.by_time = by_time
        self.now = START
        self.rows: dict[str, State] = {}
        self.late: list[tuple[int, str, State]] = []
        self.before: Callable[[], None] = lambda: None
        self.asked: list[tuple[int, int, int]] = []
        self.shown: list[str] = []
        self._order: list[Key] = sorted(self._key(ident, state) for ident, state in rows.items())
        self.rows.update(rows)

    @classmethod
    def of(cls, seconds: Iterable[int], *, by_time: bool = True) -> Self:
        rows = {str(n): State(START - 10**6 + second, 0) for n, second in enumerate(seconds, 1)}
        return cls(rows, by_time=by_time)

    def _key(self, ident: str, state: State) -> Key:
        return (state.second if self.by_time else int(ident) * 7919 % 10_007), int(ident)

    def drop(self, ident: str) -> None:
        self.late = [entry for entry in self.late if entry[1] != ident]
        known = self.rows.pop(ident, None)
        if known is not None:
            del self._order[bisect_left(self._order, self._key(ident, known))]

    def _put(self, ident: str, state: State) -> None:
        known = self.rows.get(ident)
        if known is not None:
            del self._order[bisect_left(self._order, self._key(ident, known))]
        self.rows[ident] = state
        insort(self._order, self._key(ident, state))

    def update(self, ident: str, *, late_by: int = 0) -> None:
        known = self.rows.get(ident) or State(0, 0)
        version = 1 + max([known.version, *(state.version for _, other, state in self.late if other == ident)])
        self.late.append((self.now + late_by, ident, State(self.now, version)))
        self.settle()

    def settle(self) -> None:
        for entry in [entry for entry in self.late if entry[0] <= self.now]:
            self.late.remove(entry)
            _, ident, state = entry
            if ident not in self.rows or state.version > self.rows[ident].version:
                self._put(ident, state)

    def pass_time(self, seconds: int) -> None:
        self.now += seconds
        self.settle()

    async def page(self, since: int, page: int, per_page: int) -> Listing:
        assert 1 <= per_page <= 100 and page >= 1 and (not self.by_time or page <= 300)
        self.before()
        self.asked.append((since, page, per_page))
        start = (page - 1) * per_page
        if self.by_time:
            found = self._order
            start += bisect_left(found, (since, 0))
        else:
            found = [key for key in self._order if self.rows[str(key[1])].second >= since]
        self.shown = [str(key[1]) for key in found[start : start + per_page]]
        return Listing([self.item(ident) for ident in self.shown], start + per_page < len(found))

    def item(self, ident: str) -> Item:
        state = self.rows[ident]
        return Item(key=ident, second=state.second, raw=state.version, found=(ident, state))


@dataclass
class Copy:
    """What a reader holds: the newest state wins, and of equal seconds what came last."""

    vendor: Vendor
    rules: Rules
    place: Place
    rows: dict[str, State] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    places: list[Place] = field(default_factory=list)
    taken: int = 0

    async def take(self, place: Place | None = None) -> bool:
        """One batch, through the checkpoint's text; whether its pass has ended."""
        self.places.append(self.place)
        found = await step(self.vendor.page, unpack(pack(place or self.place), Place), self.rules, self.vendor.now)
        self.place = found.place
        self.taken += len(found.fresh)
        for item in found.fresh:
            ident, state = item.found
            self.shown.add(ident)
            if ident not in self.rows or state.second >= self.rows[ident].second:
                self.rows[ident] = state
        return found.ended

    async def one_pass(self, *, most: int = 3_000) -> None:
        for _ in range(most):
            if await self.take():
                return
        raise AssertionError("the pass does not end")

    async def catch_up(self) -> None:
        """Two more passes while work goes on. Then it stops, nothing is on its way any more, and two are enough."""
        await self.one_pass()
        await self.one_pass()
        self.vendor.before = lambda: None
        self.vendor.pass_time(MARGIN)
        await self.one_pass()
        await self.one_pass()


def copy_of(vendor: Vendor, rules: Rules = BY_TIME) -> Copy:
    newest = max((state.second for state in vendor.rows.values()), default=0)
    return Copy(vendor, rules, Place(floor=newest, newest=newest) if rules.by_time else Place())


class Office:
    """People who work while the list is read: update, bring in, take away, several in one second, some seen late; and
    like to begin with what was just read, so that what was not moves up."""

    def __init__(self, vendor: Vendor, seed: int, steps: int, at_once: int, *, late: int, takes_away: bool) -> None:
        self.vendor, self.dice = vendor, Random(seed)
        self.left, self.at_once, self.late, self.takes_away = steps, at_once, late, takes_away
        self.touched: set[str] = set()
        vendor.before = self.work

    def work(self) -> None:
        self.vendor.pass_time(self.dice.choice((0, 0, 1, 2, 25)))
        for _ in range(min(self.left, self.dice.randrange(self.at_once + 1))):
            self.left -= 1
            ident = self._somebody()
            self.touched.add(ident)
            if self.takes_away and self.dice.random() < 0.3:
                self.vendor.drop(ident)
            else:
                self.vendor.update(ident, late_by=self.dice.randrange(self.late + 1))

    def _somebody(self) -> str:
        known = list(self.vendor.rows)
        if self.vendor.shown and self.dice.random() < 0.6:
            return self.dice.choice(self.vendor.shown)
        return self.dice.choice(known) if known and self.dice.random() < 0.85 else str(self.dice.randrange(10**6))


@st.composite
def histories(draw: st.DrawFn) -> list[int]:
    """When each row was last updated: few or many in a second, pages full to the brim or one over."""
    count = draw(st.sampled_from([900, 450, 250, 199, 101, 100, 99, 1, 0]))
    span = draw(st.sampled_from([1, 2, 5, 40, 900, 900_000]))
    dice = Random(draw(st.integers(0, 1000)))
    return [dice.randrange(span) for _ in range(count)]


WORK = {
    "steps": st.sampled_from([400, 80, 0]),
    "at_once": st.sampled_from([60, 20, 1]),
    "seed": st.integers(0, 10_000),
    "takes_away": st.booleans(),
}


@settings(max_examples=60, deadline=None)
@given(moments=histories(), late=st.sampled_from([0, 1, MARGIN - 1]), **WORK)
def test_a_list_by_time_is_read_without_a_gap_while_rows_move(moments, late, steps, at_once, seed, takes_away):
    vendor = Vendor.of(moments)
    before = dict(vendor.rows)
    office = Office(vendor, seed, steps, at_once, late=late, takes_away=takes_away)
    copy = copy_of(vendor)

    async def read() -> None:
        await copy.one_pass()
        assert copy.shown >= before.keys() - office.touched
        await copy.catch_up()

    asyncio.run(read())
    assert {ident: copy.rows[ident] for ident in vendor.rows} == vendor.rows


@settings(max_examples=40, deadline=None)
@given(moments=histories(), whole=st.booleans(), **WORK)
def test_a_list_by_name_is_read_without_a_gap_while_rows_leave_it(moments, whole, steps, at_once, seed, takes_away):
    vendor = Vendor.of(moments, by_time=False)
    before = dict(vendor.rows)
    office = Office(vendor, seed, steps, at_once, late=0, takes_away=takes_away)
    copy = copy_of(vendor, WHOLE if whole else BY_NAME)

    async def read() -> None:
        await copy.one_pass()
        assert copy.shown >= before.keys() - office.touched
        await copy.catch_up()
        copy.shown.clear()
        await copy.one_pass()

    asyncio.run(read())
    assert {ident: copy.rows[ident] for ident in vendor.rows} == vendor.rows
    assert not whole or copy.shown >= vendor.rows.keys()


@settings(max_examples=15, deadline=None)
@given(moments=histories(), **WORK)
def test_every_checkpoint_leads_to_the_same_copy(moments, steps, at_once, seed, takes_away):
    vendor = Vendor.of(moments)
    Office(vendor, seed, steps, at_once, late=5, takes_away=takes_away)
    copy = copy_of(vendor)
    known: list[tuple[Place, dict[str, State]]] = []

    async def read() -> None:
        for _ in range(40):
            known.append((copy.place, dict(copy.rows)))
            if await copy.take() and copy.place.passes > 2:
                break
        for place, rows in known[:: max(1, len(known) // 8)]:
            again = Copy(vendor, BY_TIME, place, rows)
            await again.catch_up()
            assert {ident: again.rows[ident] for ident in vendor.rows} == vendor.rows

    asyncio.run(read())


async def test_what_did_not_change_is_reported_once_and_a_quiet_list_not_again():
    vendor = Vendor.of([index // 3 for index in range(1_000)])
    copy = copy_of(vendor)
    await copy.one_pass()
    assert copy.taken == 1_000
    for _ in range(3):
        vendor.pass_time(MARGIN)
        await copy.one_pass()
    assert copy.taken == 1_000 and len(vendor.asked) == 11 + 3 * 2


async def test_two_updates_within_one_second_are_both_seen():
    vendor = Vendor.of([0])
    copy = copy_of(vendor)
    vendor.update("1")
    await copy.one_pass()
    vendor.update("1")
    assert copy.rows["1"] != vendor.rows["1"] and copy.rows["1"].second == vendor.rows["1"].second
    vendor.pass_time(MARGIN)
    await copy.one_pass()
    assert copy.rows["1"] == vendor.rows["1"]


async def test_sixty_thousand_of_which_three_thousand_share_a_second():
    """Before every page a dozen tickets are updated, half of them of that second, until 4,000 have been."""
    moments = [index // 7 for index in range(57_000)] + [4_000] * 3_000
    vendor = Vendor.of(moments)
    before, touched, dice = dict(vendor.rows), set(), Random(1)

    def work() -> None:
        vendor.pass_time(1)
        for _ in range(12 if len(touched) < 4_000 else 0):
            ident = str(dice.choice((dice.randrange(57_000), 57_000 + dice.randrange(3_000))) + 1)
            touched.add(ident)
            vendor.update(ident)

    vendor.before = work
    copy = copy_of(vendor)
    await copy.one_pass()
    assert copy.shown >= before.keys() - touched
    await copy.one_pass()
    assert copy.rows == vendor.rows
    assert len(vendor.asked) < 900 and max(len(place.seen) for place in copy.places) <= REMEMBERED


@pytest.mark.parametrize("count", [29_850, 29_999])
async def test_a_second_is_read_to_the_ceiling(count):
    vendor = Vendor.of([5] * count + [6] * 40)
    copy = copy_of(vendor)
    await copy.one_pass(most=700)
    assert copy.rows == vendor.rows and max(page for _, page, _ in vendor.asked) <= 300


class Restless(Vendor):
    """Rows read long ago move away just before one of the last pages is shown."""

    moves = 6

    async def page(self, since: int, page: int, per_page: int) -> Listing:
        if page >= 298 and self.moves:
            self.moves -= 1
            self.pass_time(1)
            self.update(str(500 + self.moves))
        return await super().page(since, page, per_page)


async def test_the_last_pages_before_the_ceiling_are_told_from_those_that_moved_up():
    """They cannot overlap: the page before is looked at once more."""
    vendor = Restless.of([5] * 29_990 + [6] * 10)
    before = vendor.rows.keys() - {str(500 + number) for number in range(6)}
    copy = copy_of(vendor)
    await copy.one_pass(most=2_000)
    assert vendor.moves == 0 and copy.shown >= before
    await copy.one_pass()
    assert copy.rows == vendor.rows


@pytest.mark.parametrize("count", [30_000, 31_000])
async def test_more_rows_of_one_second_than_pages_can_be_reached_is_loud(count):
    vendor = Vendor.of([0] * 250 + [5] * count + [6] * 40)
    copy = copy_of(vendor)
    with pytest.raises(WindowStuck, match=r"30,000 or more rows .* of tickets .* second 2023-11-03T08:26:45Z"):
        await copy.one_pass(most=1_000)
    assert len(copy.rows) >= 30_000
    with pytest.raises(WindowStuck):
        await copy.take()
    vendor.pass_time(1)
    for ident in range(300, 300 + count - 29_500):
        vendor.update(str(ident))
    await copy.one_pass(most=1_000)
    await copy.one_pass()
    assert copy.rows == vendor.rows


class Lying(Vendor):
    """Says that there is more, for ever."""

    async def page(self, since: int, page: int, per_page: int) -> Listing:
        found = await super().page(since, page, per_page)
        return Listing(found.items, True)


@pytest.mark.parametrize("rules", [BY_TIME, BY_NAME])
@pytest.mark.parametrize("count", [0, 1, 60, 100, 101])
async def test_a_list_that_never_ends_is_loud(rules, count):
    vendor = Lying({str(n): State(START - n // 9, 0) for n in range(1, count + 1)}, by_time=rules.by_time)
    with pytest.raises(WindowStuck):
        await copy_of(vendor, rules).one_pass(most=30)
    assert len(vendor.asked) < 60


async def test_a_list_in_another_order_each_time_is_loud():
    """Nothing can be proved about it; it is not asked for ever."""
    vendor = Vendor.of(range(2_000), by_time=False)
    dice = Random(2)

    async def shuffled(since: int, page: int, per_page: int) -> Listing:
        vendor.asked.append((since, page, per_page))
        keys = dice.sample(list(vendor.rows), per_page)
        return Listing([Item(key=key, second=dice.randrange(START), raw=0) for key in keys], True)

    place = Place()
    with pytest.raises(WindowStuck):
        for _ in range(1_000):
            place = (await step(shuffled, place, BY_NAME, START)).place
    assert len(vendor.asked) < 1_500


@pytest.mark.parametrize("places", [(70,), (99,), (40, 99), (97, 98, 99), range(1, 100)])
async def test_a_row_shown_with_a_later_second_than_its_place_does_not_move_the_window(places):
    """It was updated between being found and being shown; the next window would begin behind all the others."""
    vendor = Vendor.of(index // 4 for index in range(2_000))
    copy = copy_of(vendor)

    async def page(since: int, number: int, per_page: int) -> Listing:
        found = await Vendor.page(vendor, since, number, per_page)
        if len(vendor.asked) > 12 or not found.more:
            return found
        vendor.pass_time(1)
        for place in places:
            vendor.update(found.items[place % per_page].key)
        now = [vendor.item(item.key) for item in found.items]
        return Listing(now, True)

    place = copy.place
    for _ in range(400):
        found = await step(page, place, BY_TIME, vendor.now)
        copy.shown |= {item.key for item in found.fresh}
        place = found.place
        if found.ended:
            break
    assert found.ended and copy.shown == vendor.rows.keys()


async def test_a_date_far_in_the_future_hides_nothing():
    old = {str(n): State(START - 10**6 + n, 0) for n in range(1, 4)}
    vendor = Vendor({**old, "9": State(START + 10**9, 0)})
    copy = Copy(vendor, BY_TIME, Place(floor=START - 10**6 + 3))
    for ident in old:
        vendor.update(ident)
        await copy.one_pass()
        await copy.one_pass()
        assert copy.rows == vendor.rows
