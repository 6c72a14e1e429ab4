"""Any filtered list of the untouched world, in created or updated order: its length, its k-th ticket, the place of a
ticket."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Literal, NamedTuple

from cachetools import LRUCache

from sandbox.facts import Facts, FactTable, Where, era
from sandbox.windows import Windows

Axis = Literal["created", "updated"]
FOREVER = 1 << 40


class Span(NamedTuple):
    """Seconds, from (inclusive) to before."""

    first: int = -FOREVER
    before: int = FOREVER


ALWAYS = Span()


class View:
    """One filtered list in one order, oldest first. Members are indexes; places count from 0.

    `within` narrows by the *other* time: windows wholly inside it keep their arithmetic, and at most two are listed
    out.
    """

    def __init__(self, windows: Windows, rows: Sequence[frozenset[int]], axis: Axis, within: Span) -> None:
        """`rows`: for every window, which of the 256 rows belong."""
        self._windows, self._rows, self._axis = windows, rows, axis
        self._other = self._other_range(within)
        self._quota = [self._per_block(number) for number in range(len(windows.sizes))]
        self._listed: dict[int, list[tuple[int, int]]] = {}
        self._ends = list(accumulate((self._size(number) for number in range(len(windows.sizes))), initial=0))
        self.total = self._ends[-1]
        self._places: dict[int, int] = {}
        self._block = lru_cache(maxsize=64)(self._make_block)
        self.weight = min(300_000, 1000 + sum(map(len, self._listed.values())))
        """For caches: about how many numbers it keeps."""

    def _other_range(self, within: Span) -> range:
        """Which places of the other order lie inside `within`."""
        every = range(self._windows.count)
        if within == ALWAYS:
            return every
        key = self._windows.updated_by_place if self._axis == "created" else self._windows.created
        return range(bisect_left(every, within.first, key=key), bisect_left(every, within.before, key=key))

    def _per_block(self, window: int) -> int:
        size = self._windows.block_size(window)
        wanted = self._rows[window]
        return sum(slot * 256 // size in wanted for slot in range(size))

    def _size(self, window: int) -> int:
        first, before = self._windows.bounds[window], self._windows.bounds[window + 1]
        if before <= self._other.start or first >= self._other.stop or not self._quota[window]:
            self._quota[window] = 0
            return 0
        if first >= self._other.start and before <= self._other.stop:
            return self._quota[window] * self._windows.blocks(window)
        self._listed[window] = self._list(window)
        return len(self._listed[window])

    def _list(self, window: int) -> list[tuple[int, int]]:
        """(time, index) of the members of a window that `within` cuts."""
        windows, other, wanted = self._windows, self._other, self._rows[window]
        if self._axis == "updated":
            blocks = (windows.updated_block(window, block) for block in range(windows.blocks(window)))
            return [(p.time, p.ticket) for block in blocks for p in block if p.ticket in other and p.row in wanted]
        size, start = windows.block_size(window), windows.bounds[window]
        found = []
        for block in range(windows.blocks(window)):
            if start + (block + 1) * size <= other.start or start + block * size >= other.stop:
                continue
            for place, placed in enumerate(windows.updated_block(window, block), start + block * size):
                if place in other and placed.row in wanted:
                    found.append((windows.created(placed.ticket), placed.ticket))
        return sorted(found)

    def _make_block(self, window: int, block: int) -> list[tuple[int, int]]:
        source = self._windows.created_block if self._axis == "created" else self._windows.updated_block
        wanted = self._rows[window]
        return [(placed.time, placed.ticket) for placed in source(window, block) if placed.row in wanted]

    def slice(self, first: int, before: int) -> list[int]:
        """The members at places first..before-1."""
        found: list[int] = []
        place, before = max(0, first), min(before, self.total)
        while place < before:
            window = bisect_right(self._ends, place) - 1
            inside = place - self._ends[window]
            if window in self._listed:
                members = self._listed[window][inside:]
            else:
                block, skip = divmod(inside, self._quota[window])
                members = self._block(window, block)[skip:]
            taken = members[: before - place]
            found.extend(index for _, index in taken)
            place += len(taken)
        return found

    def rank(self, time: int, index: int) -> int:
        """How many members lie before (time, index) in this order."""
        every = range(self._windows.count)
        key = self._windows.created if self._axis == "created" else self._windows.updated_by_place
        at = bisect_left(every, time, key=key)
        if self._axis == "created":
            at = max(at, min(index, bisect_right(every, time, lo=at, key=key)))
        elif (place := self._windows.in_storm(time, index)) is not None:
            at = place
        return self._rank_at(at, time, index)

    def rank_index(self, index: int) -> int:
        """Created order only: how many members come before the ticket at `index`, a member or not."""
        if index <= 0:
            return 0
        if index >= self._windows.count:
            return self.total
        return self._rank_at(index, self._windows.created(index), index)

    def _rank_at(self, at: int, time: int, index: int) -> int:
        if at >= self._windows.count:
            return self.total
        window = self._windows.window_of(at)
        if window in self._listed:
            return self._ends[window] + bisect_left(self._listed[window], (time, index))
        if not self._quota[window]:
            return self._ends[window]
        block = (at - self._windows.bounds[window]) // self._windows.block_size(window)
        members = self._block(window, block)
        return self._ends[window] + block * self._quota[window] + bisect_left(members, (time, index))

    def place_of(self, index: int) -> int:
        """The place of a member; remembered, as whoever asks once asks again."""
        place = self._places.get(index)
        if place is None:
            windows = self._windows
            time = windows.created(index) if self._axis == "created" else windows.updated(index)
            window, block, _, slot = windows.locate(index)
            if self._axis == "updated":
                block = windows.later_block(window, block, slot)
            place = self._rank_at(windows.bounds[window] + block * windows.block_size(window), time, index)
            self._places[index] = place
        return place


class TicketIndex:
    """All views of one desk's untouched tickets."""

    def __init__(self, windows: Windows, table: FactTable) -> None:
        self.windows = windows
        self._table = table
        self._eras = [era(windows, window) for window in range(len(windows.sizes))]
        self._views: LRUCache[tuple[Axis, Where, Span], View] = LRUCache(300_000, getsizeof=lambda view: view.weight)

    def facts(self, index: int) -> Facts:
        window, _, _, slot = self.windows.locate(index)
        return self._table.rows[self._eras[window]][slot * 256 // self.windows.block_size(window)]

    def view(self, axis: Axis, where: Where, within: Span = ALWAYS) -> View:
        key = (axis, where, within)
        found = self._views.get(key)
        if found is None:
            wanted = [frozenset(n for n, row in enumerate(rows) if where.holds(row)) for rows in self._table.rows]
            found = View(self.windows, [wanted[number] for number in self._eras], axis, within)
            self._views[key] = found
        return found
