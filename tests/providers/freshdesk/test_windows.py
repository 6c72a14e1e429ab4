"""The list, oldest update first, without a ceiling; and several lists as one. Walked while tickets change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import Channel, Provenance, TicketPriority, TicketStatus, TicketType
from models.errors import BadCursor
from models.queries import PageRequest
from models.records import NativeStatus, Ticket
from providers.freshdesk.chained import chained_page
from providers.freshdesk.lists import Windows
from providers.freshdesk.merged import merged_page
from providers.freshdesk.routes import seconds
from providers.walking import slice_page, walk

START = datetime(2025, 1, 1, tzinfo=UTC)
STATUS = NativeStatus(value="2", label="Open", category=TicketStatus.OPEN, provenance=Provenance.EXACT)


def ticket(number: int, second: int) -> Ticket:
    return Ticket(
        helpdesk="fd",
        remote_id=str(number),
        number=str(number),
        version="",
        as_of=START,
        updated_at=START + timedelta(seconds=second),
        status=TicketStatus.OPEN,
        status_native=STATUS,
        priority=TicketPriority.LOW,
        type=TicketType.NONE,
        channel=Channel.EMAIL,
    )


class Vendor:
    """A list by `updated_since`, page and size. `touch` moves a ticket to the end, as an update does."""

    def __init__(self, moments: Sequence[int]) -> None:
        self.moments = dict(enumerate(moments, 1))
        self.calls = 0
        self.deepest = 0
        self.before_call: Callable[[], None] = lambda: None

    async def fetch(self, since: datetime, page: int, per_page: int) -> tuple[list[Ticket], bool]:
        self.before_call()
        self.calls += 1
        self.deepest = max(self.deepest, page)
        assert per_page <= 100
        floor = (since - START).total_seconds()
        rows = sorted((second, number) for number, second in self.moments.items() if second >= floor)
        start = (page - 1) * per_page
        return [ticket(n, s) for s, n in rows[start : start + per_page]], len(rows) > start + per_page

    def touch(self, number: int, second: int) -> None:
        self.moments[number] = second


def ask(vendor: Vendor, page: PageRequest):
    return walk(
        lambda flipped: Windows(vendor.fetch, START),
        page,
        key=lambda one: seconds(one.updated_at),
        ident=lambda one: one.remote_id,
        descending=False,
    )


async def forward(vendor: Vendor, size: int) -> list[str]:
    seen: list[str] = []
    place = None
    while True:
        page = await ask(vendor, PageRequest(size=size, after=place))
        rows = page.rows[:size]
        seen += [row.record.remote_id for row in rows]
        if not rows or (not page.more and len(page.rows) <= size):
            return seen
        place = rows[-1].place


@st.composite
def histories(draw: st.DrawFn) -> list[int]:
    """When each ticket was updated: few or many in a second, pages full to the brim or one over."""
    count = draw(st.sampled_from([1, 30, 99, 100, 101, 198, 250, 450]))
    span = draw(st.sampled_from([1, 3, 20, 400, 200_000]))
    dice = Random(draw(st.integers(0, 1000)))
    return [dice.randrange(span) for _ in range(count)]


@settings(max_examples=80, deadline=None)
@given(
    moments=histories(),
    updates=st.sampled_from([0, 5, 40, 120]),
    at_once=st.sampled_from([1, 5, 40]),
    seed=st.integers(0, 1000),
    size=st.sampled_from([7, 50, 100]),
)
def test_each_unchanged_ticket_is_seen_once_while_others_are_updated(moments, updates, at_once, seed, size):
    vendor = Vendor(moments)
    changed: set[str] = set()
    dice = Random(seed)
    queue = [dice.randrange(len(moments)) + 1 for _ in range(updates)]
    latest = 300_000

    def somebody_works() -> None:
        nonlocal latest
        for _ in range(min(at_once, len(queue))):
            number = queue.pop()
            changed.add(str(number))
            latest += dice.randrange(2)
            vendor.touch(number, latest)

    vendor.before_call = somebody_works
    seen = asyncio.run(forward(vendor, size))
    expected = [str(number) for _, number in sorted((second, number) for number, second in vendor.moments.items())]
    assert [one for one in seen if one not in changed] == [one for one in expected if one not in changed]


@settings(max_examples=60, deadline=None)
@given(moments=histories(), size=st.sampled_from([10, 40, 100]), at=st.integers(0, 449), inclusive=st.booleans())
def test_backwards_from_any_place_is_the_same_list(moments, size, at, inclusive):
    async def go() -> None:
        vendor = Vendor(moments)
        whole = (await ask(vendor, PageRequest(size=len(moments) + 1))).rows
        ids = [row.record.remote_id for row in whole]
        index = at % len(ids)
        request = PageRequest(size=size, before=whole[index].place, backward=True, inclusive=inclusive)
        page = await ask(vendor, request)
        got = [row.record.remote_id for row in page.rows]
        end = index + inclusive
        assert got == ids[end - len(got) : end]
        assert len(got) >= min(size, end)
        assert page.more or len(got) == end

    asyncio.run(go())


async def test_a_busy_hour_is_read_backwards_in_smaller_windows():
    vendor = Vendor([index // 2 for index in range(6_000)])
    place = (await ask(vendor, PageRequest(size=100))).rows[99].place
    for _ in range(58):
        place = (await ask(vendor, PageRequest(size=100, after=place))).rows[99].place
    page = await ask(vendor, PageRequest(size=100, before=place, backward=True))
    assert [row.record.remote_id for row in page.rows][-100:] == [str(number) for number in range(5_800, 5_900)]
    assert page.more


async def test_ten_thousand_tickets_need_no_deep_page():
    vendor = Vendor(range(10_000))
    assert len(await forward(vendor, 100)) == 10_000
    assert vendor.deepest == 1
    assert vendor.calls <= 10_000 // 99 * 2 + 5


async def test_a_second_that_fills_pages_is_read_whole():
    vendor = Vendor([5] * 350 + [6] * 20)
    assert await forward(vendor, 100) == [str(number) for number in range(1, 371)]


async def test_a_foreign_token_is_a_bad_cursor():
    with pytest.raises(BadCursor):
        await Windows(Vendor([1]).fetch, None).read("nonsense")


def rank(one: Ticket) -> tuple[int, int]:
    return seconds(one.updated_at), int(one.remote_id)


async def sliced(rows: Sequence[Ticket], page: PageRequest):
    return slice_page(rows, page, ident=lambda one: one.remote_id)


@settings(max_examples=80, deadline=None)
@given(
    owners=st.lists(st.integers(0, 3), min_size=1, max_size=60),
    size=st.integers(1, 9),
    start=st.integers(0, 59),
    inclusive=st.booleans(),
)
def test_several_lists_are_one_in_order_from_any_place_in_both_directions(owners, size, start, inclusive):
    everything = [ticket(index + 1, index // 3) for index in range(len(owners))]
    lists = {
        f"list{owner}": partial(sliced, [one for one, own in zip(everything, owners, strict=True) if own == owner])
        for owner in range(4)
    }
    ids = [one.remote_id for one in everything]

    async def go() -> None:
        seen, place, places = [], None, {}
        while True:
            page = await merged_page(lists, PageRequest(size=size, after=place), rank=rank)
            rows = page.rows[:size]
            seen += [row.record.remote_id for row in rows]
            places |= {row.record.remote_id: row.place for row in rows}
            if not page.more and len(page.rows) <= size:
                break
            place = rows[-1].place
        assert seen == ids
        at = start % len(ids)
        request = PageRequest(size=size, before=places[ids[at]], backward=True, inclusive=inclusive)
        back = await merged_page(lists, request, rank=rank)
        end = at + inclusive
        got = [row.record.remote_id for row in back.rows]
        assert got == ids[max(0, end - size) : end]
        assert back.more == (end > size)
        last = await merged_page(lists, PageRequest(size=size, backward=True), rank=rank)
        assert [row.record.remote_id for row in last.rows] == ids[-size:]
        onward = await merged_page(lists, PageRequest(size=size, before=last.rows[0].place, backward=True), rank=rank)
        assert [row.record.remote_id for row in onward.rows] == ids[-2 * size : -size]

    asyncio.run(go())


@settings(max_examples=60, deadline=None)
@given(lengths=st.lists(st.integers(0, 7), min_size=1, max_size=6), size=st.integers(1, 9), backward=st.booleans())
def test_lists_one_after_the_other(lengths, size, backward):
    names = [f"f{index}" for index in range(len(lengths))]
    counter = iter(range(1, 100))
    rows = {
        name: [ticket(next(counter), 0) for _ in range(length)] for name, length in zip(names, lengths, strict=True)
    }
    lists = {name: partial(sliced, found) for name, found in rows.items()}
    ids = [one.remote_id for name in names for one in rows[name]]

    async def go() -> None:
        seen: list[str] = []
        place = None
        while True:
            request = PageRequest(size=size, backward=backward, **{"before" if backward else "after": place})
            page = await chained_page(lists, request)
            cut = page.rows[-size:] if backward else page.rows[:size]
            got = [row.record.remote_id for row in cut]
            seen = got + seen if backward else seen + got
            if not got or (not page.more and len(page.rows) <= size):
                break
            place = cut[0 if backward else -1].place
        assert seen == ids

    asyncio.run(go())


async def test_a_place_of_other_lists_is_a_bad_cursor():
    page = await merged_page({name: partial(sliced, [ticket(1, 1)]) for name in "ab"}, PageRequest(size=1), rank=rank)
    with pytest.raises(BadCursor):
        await merged_page(
            {name: partial(sliced, [ticket(1, 1)]) for name in "cd"},
            PageRequest(size=1, after=page.rows[0].place),
            rank=rank,
        )
