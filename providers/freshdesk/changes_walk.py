"""Walks a vendor's list for our copy, one page at a time: no row is left out while rows change. Pure: the list is a
function, and where the walk stands is a value.

By page numbers alone rows get lost: a ticket updated during the walk moves to the end of an ascending list, and what
stood behind it moves up into pages already read (Nango PR 646; Airbyte, Singer and Onyx each met a form of it). So:

- A list by time (`by_time`) is read as windows. Each page is the first of the list since some second, and the next
  window opens at the last second seen: it never leaves page 1, so nothing can move past it.
- Where one second fills a page, further pages of its window are read, and so are the pages of a list that knows no
  time. They overlap: a page counts only if it shows a row that was seen and has not changed. Else rows before it went
  away, and the walk steps back until it meets what it knows.
- Each pass begins a minute before the newest second that was known when the pass before it *began*. So whatever changed
  while that pass ran is read again: a second update within one second, a row that became visible late.

Rows that were reported and are the same are dropped; how many are remembered is bounded, so some may come again.
A list that shows nothing new and says that there is more, or more rows of one second than pages can be reached, is
WindowStuck: never skipped over, never asked for ever.

Relied on: `updated_since` includes its second (Airbyte, singer-io and Onyx depend on it); and while nothing changes,
the vendor answers the same page with the same rows, in whatever order among equals.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Sequence, Set
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

import msgspec

from models.changes import WindowStuck
from providers.walking import overlapping_window

PER_PAGE = 100
OVERLAP = 10
MARGIN = 60
"""Seconds a pass begins before what was known: copies of the vendor's database may lag by seconds (unconfirmed)."""
REMEMBERED = 300
STEPS_BACK = 8
SETBACKS = 50
SKEW = 600
"""A row dated further into our future than clocks differ says nothing about what the vendor's clock shows."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the list. `key` tells rows apart, `second` is its last update; `found` is what is reported."""

    key: str
    second: int
    raw: Any
    found: Any = None

    def mark(self) -> Mark:
        return Mark(self.key, self.second, zlib.crc32(msgspec.json.encode(self.raw)))


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A row that was reported, and in which form."""

    key: str
    second: int
    digest: int


class Listing(msgspec.Struct, frozen=True):
    items: Sequence[Item]
    more: bool


# lister(since, page, per_page): rows updated at or after the second `since`; 0 means all of them.
Lister = Callable[[int, int, int], Awaitable[Listing]]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """`by_time`: oldest update first. `whole`: each pass shows every row. `max_page`: the vendor's ceiling."""

    name: str
    by_time: bool = False
    whole: bool = False
    max_page: int | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where a walk stands. `since`: the second its window begins; `at`: how many rows of the window lie before it.

    `floor`: the newest second known when this pass began (None: the first answer will tell), `newest`: of all seen.
    `began`: when this pass did, by our clock; 0 between passes.
    """

    since: int = 0
    at: int = 0
    floor: int | None = None
    newest: int = 0
    seen: tuple[Mark, ...] = ()
    began: int = 0
    passes: int = 0
    setbacks: int = 0


class Step(msgspec.Struct, frozen=True):
    """`fresh`: the rows to report. `ended`: the list was read to its end, and `place` begins the next pass."""

    fresh: Sequence[Item]
    place: Place
    ended: bool


async def step(lister: Lister, place: Place, rules: Rules, now: int, size: int = PER_PAGE) -> Step:
    """The next page, of up to `size` rows where the ceiling allows. `now` is our clock's second; it decides nothing but
    which dates are nonsense."""
    start, listing = await _joined(lister, place, rules, size)
    marks = [item.mark() for item in listing.items]
    reported = set(place.seen)
    fresh = [item for item, mark in zip(listing.items, marks, strict=True) if mark not in reported]
    latest = max((item.second for item in listing.items if item.second <= now + SKEW), default=0)
    here = msgspec.structs.replace(
        place,
        floor=latest if place.floor is None else place.floor,
        newest=max(place.newest, latest),
        began=place.began or now,
    )
    if not listing.more:
        return Step(fresh, _next_pass(here, rules, [*place.seen, *marks]), True)
    there = _onward(here, rules, start, listing.items)
    return Step(fresh, msgspec.structs.replace(there, seen=_remembered(there, rules, [*place.seen, *marks])), False)


async def _joined(lister: Lister, place: Place, rules: Rules, most: int) -> tuple[int, Listing]:
    """A page without a gap before it, and its first row's number. The first page of a window always is one."""
    at = place.at
    for _ in range(STEPS_BACK):
        window = _window(at, rules, most)
        if window is None:
            return await _edge(lister, place, rules)
        page, size = window
        listing = await lister(place.since, page, size)
        start = (page - 1) * size
        if start == 0 or _meets(place, rules, listing.items):
            return start, listing
        if rules.by_time and not (listing.items and listing.items[0].second == place.since):
            break  # the second has lost so many rows that what is left of it stands before this page
        at = max(0, start - most + 2 * OVERLAP)
    return 0, await lister(place.since, 1, most)


def _window(at: int, rules: Rules, most: int) -> tuple[int, int] | None:
    """The page that shows `OVERLAP` rows before `at` again and as many behind it as it can; None where pages end."""
    if at <= OVERLAP:
        return 1, most
    page, size = overlapping_window(at - OVERLAP + 1, most, PER_PAGE, rules.max_page) or (1, 0)
    return (page, size) if page * size > at else None


async def _edge(lister: Lister, place: Place, rules: Rules) -> tuple[int, Listing]:
    """The last pages before the ceiling cannot overlap. The page before is read after them: if it still ends with the
    row seen last, nothing moved up in between. At the ceiling itself the last page is looked at again."""
    page = place.at // PER_PAGE + 1
    beyond = rules.max_page is not None and page > rules.max_page
    if beyond:
        page -= 1
    listing = await lister(place.since, page, PER_PAGE)
    proof = listing.items
    if place.at % PER_PAGE == 0 and not beyond:
        proof = (await lister(place.since, page - 1, PER_PAGE)).items[-1:]
    if not _meets(place, rules, proof):
        return 0, await lister(place.since, 1, PER_PAGE)
    if beyond and listing.more and listing.items[-1].second == place.since:
        moment = datetime.fromtimestamp(place.since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        raise WindowStuck(
            f"{page * PER_PAGE:,} or more rows of Freshdesk's list of {rules.name} were updated in the one second "
            f"{moment}, and it shows no more than that. Change some of them in Freshdesk, so that they move on."
        )
    return (page - 1) * PER_PAGE, listing


def _meets(place: Place, rules: Rules, items: Sequence[Item]) -> bool:
    """Whether a row was seen before, and not moved by an update since."""
    wanted = {(item.key, item.second) for item in items if not rules.by_time or item.second == place.since}
    return any((mark.key, mark.second) in wanted for mark in place.seen)


def _onward(place: Place, rules: Rules, start: int, items: Sequence[Item]) -> Place:
    known = {(mark.key, mark.second) for mark in place.seen}
    last, at = place.since, start + len(items)
    if rules.by_time:
        sure = [item for item in items if _stands(place, known, item)]
        last = sure[-1].second if sure else last
        at = start + max((n for n, item in enumerate(items, 1) if item.second == place.since), default=0)
    if last > place.since:
        at = sum(1 for _ in takewhile(lambda item: item.second == last, reversed(items)))
        return msgspec.structs.replace(place, since=last, at=at, setbacks=0)
    idle = at == place.at and all((item.key, item.second) in known for item in items)
    setbacks = place.setbacks + (start == 0 < place.at - OVERLAP)
    if idle or setbacks > SETBACKS:
        raise WindowStuck(
            f"Freshdesk's list of {rules.name} says that there is more and shows nothing new, or never the same twice: "
            "it cannot be read on."
        )
    return msgspec.structs.replace(place, at=at, setbacks=setbacks)


def _stands(place: Place, known: Set[tuple[str, int]], item: Item) -> bool:
    """Whether a row of a list by time surely stands where its second belongs. One that was updated between being found
    and being shown does not: a window that opened there would leave out all rows between. Its second is one of this
    pass, so among older rows the new ones are looked at twice; where a pass has come to its own time, the next one
    reads everything again."""
    floor = place.floor or 0
    return place.since >= floor or item.second < floor or (item.key, item.second) in known


def _remembered(place: Place, rules: Rules, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Rows that will be met again: those of the window's first second, and those the next pass begins with."""
    if not rules.by_time:
        return _last(marks)
    again = (place.floor or 0) - MARGIN
    return _last([mark for mark in marks if mark.second == place.since or mark.second >= again])


def _last(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Each row's last form, in the order they were read."""
    latest: dict[str, Mark] = {}
    for mark in marks:
        latest.pop(mark.key, None)
        latest[mark.key] = mark
    return tuple(latest.values())[-REMEMBERED:]


def _next_pass(place: Place, rules: Rules, marks: Sequence[Mark]) -> Place:
    if rules.whole:
        return Place(newest=place.newest, passes=place.passes + 1)
    since = max(0, (place.floor or 0) - MARGIN)
    return Place(
        since=since,
        floor=place.newest,
        newest=place.newest,
        seen=_last([mark for mark in marks if mark.second >= since]),
        passes=place.passes + 1,
    )
