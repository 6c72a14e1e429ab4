"""The list of tickets over both vendors, walked to its end while others are being updated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

import pytest

from providers.walking.places import Place
from runtime.clock import ManualClock
from sandbox.listing import TicketQuery
from sandbox.tickets import TicketBook
from tests.support.inprocess import pretend, served
from tests.support.walking import QUERY, Busy, Seen, Walk, live, moved, walk

NEWEST = [{"field": "UPDATED_AT", "direction": "DESC"}]
LIVE_DAYS = 100
"""Tickets of fewer than 120 days: none is archived, so every one is in the live lists."""


def is_ordered(rows: Iterable[Seen], *, by: str = "UPDATED_AT", descending: bool = True) -> bool:
    """Strictly: no row stands beside itself."""
    return all(a < b for a, b in pairwise(row.rank(by, descending=descending) for row in rows))


def missed(seen: Walk, unchanged: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return unchanged - set(seen.times())


def repeated(seen: Walk, unchanged: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {ident for ident, count in seen.times().items() if count > 1 and ident in unchanged}


@pytest.mark.slow
async def test_thirty_thousand_live_tickets_while_others_are_updated(figures: list[str]) -> None:
    clock = ManualClock()
    sandbox = pretend({"freshdesk": 15_500, "zendesk": 15_500}, clock, span_days=LIVE_DAYS)
    before = live(sandbox.world)
    assert len(before) >= 30_000
    busy = Busy(sandbox, clock, step=4)
    async with served(sandbox, clock, watch=busy) as door:
        seen = await walk(door)
    figures.append(seen.line("both vendors, newest first", busy.calls))
    unchanged = before - busy.changed
    assert len(unchanged) > 25_000
    assert not seen.errors
    assert is_ordered(seen.rows)
    assert not missed(seen, unchanged)
    assert max(seen.times().values()) == 1, "newest first, a changed ticket moves behind the reader"
    assert busy.calls <= 4 * seen.pages, "two a page and helpdesk at most"


@pytest.mark.parametrize(
    ("by", "descending", "backward"),
    [
        ("UPDATED_AT", False, False),
        ("UPDATED_AT", True, True),
        ("UPDATED_AT", False, True),
        ("CREATED_AT", True, False),
        ("CREATED_AT", False, False),
        ("CREATED_AT", True, True),
    ],
)
async def test_every_direction(by: str, descending: bool, backward: bool, figures: list[str]) -> None:
    clock = ManualClock()
    sandbox = pretend({"freshdesk": 500, "zendesk": 700}, clock, span_days=LIVE_DAYS)
    before = live(sandbox.world)
    busy = Busy(sandbox, clock, step=2)
    async with served(sandbox, clock, watch=busy) as door:
        seen = await walk(door, by=by, descending=descending, backward=backward, size=60, most=200)
    figures.append(seen.line(f"{by} {'DESC' if descending else 'ASC'}{' backward' if backward else ''}", busy.calls))
    assert not seen.errors
    unchanged = before - busy.changed
    assert len(unchanged) > 700
    shown = seen.rows[::-1] if backward else seen.rows
    assert is_ordered(shown, by=by, descending=descending)
    assert not missed(seen, unchanged)
    assert not repeated(seen, unchanged)


async def test_rows_of_one_second() -> None:
    """An import: hundreds of tickets of one moment on both desks, ordered by helpdesk and id."""
    clock = ManualClock()
    sandbox = pretend({"freshdesk": 180, "zendesk": 180}, clock, span_days=LIVE_DAYS)
    for name in sandbox.world.names:
        for number in range(1, 151):
            book = sandbox.world.desk(name).tickets
            if (found := book.get(number)) is not None and found.state == "live":
                book.update(number, priority="low")
    before = live(sandbox.world)
    busy = Busy(sandbox, clock, step=0)
    async with served(sandbox, clock, watch=busy) as door:
        for descending in (True, False):
            seen = await walk(door, descending=descending, size=30)
            assert is_ordered(seen.rows, descending=descending)
            assert set(seen.times()) == before
            assert len(seen.rows) == len(before)


async def test_beyond_freshdesk_s_ceiling_the_list_is_refused(figures: list[str]) -> None:
    """Its list ends after 300 pages of 100. What lies beyond is there, so the list may not just end. Who comes there
    has read all before it; we go on from some pages earlier."""
    clock = ManualClock()
    sandbox = pretend({"freshdesk": 31_200, "zendesk": 2}, clock, span_days=LIVE_DAYS)
    book = sandbox.world.desk("freshdesk").tickets
    newest = book.numbers(TicketQuery(order="updated", descending=True))
    assert len(newest) > 30_000
    filter = {"helpdesk": {"in": ["freshdesk"]}}
    busy = Busy(sandbox, clock, step=0)
    async with served(sandbox, clock, watch=busy) as door:
        first = (await door.ask(QUERY, first=1, filter=filter, order=NEWEST))["data"]["tickets"]
        at = first_of_its_second(book, newest, 28_500)
        last = book.get(newest[at - 1])
        assert last is not None
        place = Place(token=str(at), key=int(last.updated.timestamp()), id=str(last.number), done=True)
        seen = await walk(door, filter=filter, cursor=moved(first["pageInfo"]["endCursor"], "freshdesk", place))
    figures.append(seen.line("Freshdesk to its ceiling", busy.calls))
    assert seen.refused is not None
    extensions = seen.refused["extensions"]
    assert extensions["code"] == "UNSUPPORTED_BY_HELPDESK"
    assert extensions["helpdesk"] == "freshdesk"
    assert "30,000" in seen.refused["message"]
    assert "updatedAt" in seen.refused["message"], "the nearest form that works"
    shown = [row.ident[1] for row in seen.rows]
    assert shown == [str(number) for number in newest[at : at + len(shown)]]
    # The rows of the very last second may go on beyond the ceiling, so they are not shown in part.
    assert 30_000 - 10 <= at + len(shown) <= 30_000


def first_of_its_second(book: TicketBook, numbers: list[int], at: int) -> int:
    """The next place from `at` on, before which a second of updates ends."""

    def second(place: int) -> datetime:
        found = book.get(numbers[place])
        assert found is not None
        return found.updated

    return next(place for place in range(at, len(numbers)) if second(place) != second(place - 1))
