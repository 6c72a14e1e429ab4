"""When each ticket of the untouched world was made and last updated, computed both ways: by ticket, and by place in an
order.

Tickets 0..count-1 lie in creation order. They are cut into *windows*, and windows into *blocks* of up to 256. Inside a
block a shuffle gives every ticket a *slot*; each block of one size has each slot exactly once, and everything a list
can filter by is decided by the slot (facts.py). The updated order shuffles tickets inside their window so that again
each block of 256 places has each slot once. So the k-th ticket of any filter, in either order, is found by division
and one block.

A window's tickets are updated while the next window's are created: nothing is updated before it was made, and the
updated order of the world is the windows one after another. Towards the present the windows shrink to four tickets.

A *storm* is a bulk edit long ago: all tickets of some windows in the middle were updated in one second, when the last
of them was made. There the updated order is the order of creation.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

from sandbox.rng import mix, shuffles

BLOCK = 256
NEWEST_AGE = 600
"""The youngest ticket is created this many seconds before the world's start; updates end QUIET seconds before it."""
QUIET = 90


class Placed(NamedTuple):
    """One ticket inside a block: its time in the block's order, itself, its slot as one of 256 rows."""

    time: int
    ticket: int
    row: int


def default_span(count: int) -> int:
    """Seconds between the oldest and the newest ticket: weeks for a demo, six years for millions."""
    return 86_400 * min(2190, max(45, count // 4))


def window_sizes(count: int) -> list[int]:
    largest = BLOCK
    while largest * 2 <= count // 64 and largest < 65_536:
        largest *= 2
    sizes: list[int] = []
    size, left = 4, count
    while left >= size:
        sizes.append(size)
        left -= size
        size = min(size * 2, largest)
    if whole := left - left % BLOCK:
        sizes.append(whole)
    if left % BLOCK:
        sizes.append(left % BLOCK)
    return sizes[::-1]


@lru_cache(maxsize=4096)
def _steps(seed: int, size: int, pattern: int) -> tuple[int, ...]:
    """For each place of a block the place whose second it shares: runs of equal seconds of several lengths."""
    lengths = ((), (2, 3), (5,), (2, 9, 2), (17, 3), (40,), (2, 2, 2, 4), (150,))[pattern % 8]
    steps = list(range(size))
    for number, length in enumerate(lengths):
        if length >= size:
            continue
        first = mix(seed, size, pattern, number) % (size - length)
        steps[first : first + length] = [steps[first]] * length
    for place in range(1, size):
        steps[place] = max(steps[place], steps[place - 1])
    return tuple(steps)


class Windows:
    """The calendar of one desk: `count` tickets ending at the second `start`, spread over `span` seconds, of which at
    least `storm` were updated in one second."""

    def __init__(self, seed: int, count: int, start: int, span: int, storm: int = 0) -> None:
        self.seed, self.count, self.start, self.span = seed, count, start, span
        self.sizes = window_sizes(count)
        self.bounds = [0]
        for size in self.sizes:
            self.bounds.append(self.bounds[-1] + size)
        self._oldest = start - NEWEST_AGE - span
        self._storm = self._stormy(storm)
        self._created_block = lru_cache(maxsize=512)(self._make_created_block)
        self._updated_block = lru_cache(maxsize=512)(self._make_updated_block)

    def _stormy(self, storm: int) -> range:
        """The windows that share a second."""
        if storm * 4 > self.count:
            raise ValueError(f"a storm of {storm} is more than a quarter of {self.count} tickets")
        first = last = self.window_of(self.count // 2) if storm else 0
        while self.bounds[last] - self.bounds[first] < storm:
            last += 1
        return range(first, last)

    def in_storm(self, time: int, index: int) -> int | None:
        """The place of `index` among the tickets of the storm's second; None for any other second."""
        if not self._storm or time != self.updated_range(self._storm.start)[0]:
            return None
        return min(max(index, self.bounds[self._storm.start]), self.bounds[self._storm.stop])

    def window_of(self, index: int) -> int:
        return bisect_right(self.bounds, index) - 1

    def block_size(self, window: int) -> int:
        return min(BLOCK, self.sizes[window])

    def blocks(self, window: int) -> int:
        return self.sizes[window] // self.block_size(window)

    def _curve(self, place: int) -> int:
        """The second in which ticket `place` is made, before runs: the company grows, hence the root."""
        return self._oldest + isqrt(place * self.span * self.span // self.count)

    def updated_range(self, window: int) -> tuple[int, int]:
        """The seconds [low, high) in which a window's tickets are updated."""
        if window in self._storm:
            moment = self._curve(self.bounds[self._storm.stop])
            return moment, moment + 1
        if window + 1 == len(self.sizes):
            return self._curve(self.count), self.start - QUIET
        return self._curve(self.bounds[window + 1]), self._curve(self.bounds[window + 2])

    def _updated_block_range(self, window: int, block: int) -> tuple[int, int]:
        low, high = self.updated_range(window)
        blocks = self.blocks(window)
        return low + (high - low) * block // blocks, low + (high - low) * (block + 1) // blocks

    def _slot(self, window: int, block: int, place: int, size: int) -> int:
        key = mix(self.seed, 11, window, block)
        return shuffles(self.seed, size)[key & 15][0][(place + (key >> 8)) % size]

    def _place(self, window: int, block: int, slot: int, size: int) -> int:
        key = mix(self.seed, 11, window, block)
        return (shuffles(self.seed, size)[key & 15][1][slot] - (key >> 8)) % size

    def later_block(self, window: int, block: int, slot: int) -> int:
        if window in self._storm:
            return block
        return (block + mix(self.seed, 12, window, slot)) % self.blocks(window)

    def _earlier_block(self, window: int, later: int, slot: int) -> int:
        if window in self._storm:
            return later
        return (later - mix(self.seed, 12, window, slot)) % self.blocks(window)

    def _later_place(self, window: int, later: int, slot: int, size: int) -> int:
        key = mix(self.seed, 13, window, later)
        return shuffles(self.seed + 1, size)[key & 15][0][(slot + (key >> 8)) % size]

    def locate(self, index: int) -> tuple[int, int, int, int]:
        """window, block, place in the block, slot"""
        window = self.window_of(index)
        size = self.block_size(window)
        block, place = divmod(index - self.bounds[window], size)
        return window, block, place, self._slot(window, block, place, size)

    def row(self, index: int) -> int:
        """Which of the 256 rows of facts the ticket has."""
        window, _, _, slot = self.locate(index)
        return slot * BLOCK // self.block_size(window)

    def created(self, index: int) -> int:
        window = self.window_of(index)
        size = self.block_size(window)
        block, place = divmod(index - self.bounds[window], size)
        first = self.bounds[window] + block * size
        low, high = self._curve(first), self._curve(first + size)
        return low + (high - low) * _steps(self.seed, size, mix(self.seed, 14, first) & 63)[place] // size

    def updated(self, index: int) -> int:
        window, block, _, slot = self.locate(index)
        later = self.later_block(window, block, slot)
        size = self.block_size(window)
        return self._updated_at(window, later, self._later_place(window, later, slot, size), size)

    def _updated_at(self, window: int, later: int, place: int, size: int) -> int:
        low, high = self._updated_block_range(window, later)
        return low + (high - low) * _steps(self.seed, size, mix(self.seed, 15, window, later) & 63)[place] // size

    def updated_by_place(self, place: int) -> int:
        """The second of the ticket at `place` in the updated order."""
        window = self.window_of(place)
        size = self.block_size(window)
        later, inside = divmod(place - self.bounds[window], size)
        return self._updated_at(window, later, inside, size)

    def created_block(self, window: int, block: int) -> tuple[Placed, ...]:
        """The tickets of a block by (created, index)."""
        return self._created_block(window, block)

    def updated_block(self, window: int, block: int) -> tuple[Placed, ...]:
        """The tickets of a block of the updated order by (updated, index)."""
        return self._updated_block(window, block)

    def _make_created_block(self, window: int, block: int) -> tuple[Placed, ...]:
        size = self.block_size(window)
        first = self.bounds[window] + block * size
        low, high = self._curve(first), self._curve(first + size)
        steps = _steps(self.seed, size, mix(self.seed, 14, first) & 63)
        key = mix(self.seed, 11, window, block)
        slots, shift = shuffles(self.seed, size)[key & 15][0], key >> 8
        return tuple(
            Placed(
                low + (high - low) * steps[place] // size, first + place, slots[(place + shift) % size] * BLOCK // size
            )
            for place in range(size)
        )

    def _make_updated_block(self, window: int, later: int) -> tuple[Placed, ...]:
        size = self.block_size(window)
        rows = []
        for slot in range(size):
            block = self._earlier_block(window, later, slot)
            index = self.bounds[window] + block * size + self._place(window, block, slot, size)
            time = self._updated_at(window, later, self._later_place(window, later, slot, size), size)
            rows.append(Placed(time, index, slot * BLOCK // size))
        return tuple(sorted(rows))
