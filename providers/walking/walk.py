"""The walk itself: chunks in, rows with places out. See the package for the promise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import msgspec

from models.errors import HelpdeskError, Unsupported
from models.queries import Page, PageRequest, Row
from providers.walking.chunks import Chunk, Chunks
from providers.walking.places import Place, pack, unpack

T = TypeVar("T")
Placed = tuple[T, Place]
Rank = tuple[int, int, str]

RUN_LIMIT = 1_000
MAX_READS = 40


class Order(Generic[T]):
    """How a reader's rows are ordered; `sign` makes key and id rise along the reader."""

    def __init__(self, key: Callable[[T], int], ident: Callable[[T], str], sign: int) -> None:
        self.key = key
        self.ident = ident
        self.sign = sign

    def position(self, row: T) -> int:
        return self.sign * self.key(row)

    def rank(self, row: T) -> Rank:
        return self._rank(self.key(row), self.ident(row))

    def at(self, place: Place) -> Rank:
        return self._rank(place.key, place.id)

    def _rank(self, key: int, ident: str) -> Rank:
        number = int(ident) if ident.isdecimal() else 0
        return self.sign * key, self.sign * number, ident


class _Run(msgspec.Struct, Generic[T]):
    """Rows that share a key, and the chunk in which the first of them was met."""

    position: int
    token: str
    rows: dict[str, T]


class Strip(Generic[T]):
    """Chunks laid end to end as runs. A row of a run that is already passed is a repeat, or moved there: dropped."""

    def __init__(self, order: Order[T], chunks: Iterable[Chunk[T]] = ()) -> None:
        self.order = order
        self.runs: list[_Run[T]] = []
        for chunk in chunks:
            self.add(chunk)

    def add(self, chunk: Chunk[T]) -> None:
        for index, row in enumerate(chunk.rows):
            position = self.order.position(row)
            if not self.runs or position > self.runs[-1].position:
                token = chunk.starts[index] if chunk.starts else chunk.token
                self.runs.append(_Run(position=position, token=token, rows={}))
            if position == self.runs[-1].position:
                self.runs[-1].rows[self.order.ident(row)] = row
        if self.runs and len(self.runs[-1].rows) > RUN_LIMIT:
            raise Unsupported(
                f"More than {RUN_LIMIT:,} records share one second of this order, and the helpdesk promises no order "
                "among them.",
                nearest="Order by another field, or add a filter that splits them.",
                field="order",
            )

    def joins(self, chunk: Chunk[T]) -> bool:
        """Whether nothing can be missing between the strip and `chunk`: they overlap in time, or share a row."""
        if not self.runs:
            return True
        if not chunk.rows:  # the list grew shorter: what stood here has moved up
            return False
        last = self.runs[-1]
        if self.order.position(chunk.rows[0]) < last.position:
            return True
        return any(self.order.ident(r) in last.rows and self.order.position(r) == last.position for r in chunk.rows)

    def placed(self, *, closed: bool) -> list[Placed[T]]:
        """Every row with its place. Unless `closed`, the last run may go on in the next chunk and is left out."""
        out: list[Placed[T]] = []
        for index, run in enumerate(self.runs if closed else self.runs[:-1]):
            rows = sorted(run.rows.values(), key=self.order.rank)
            following = self.runs[index + 1].token if index + 1 < len(self.runs) else None
            out += [(row, self._place(row, run.token, done=False)) for row in rows[:-1]]
            out.append((rows[-1], self._place(rows[-1], following or run.token, done=following is not None)))
        return out

    def _place(self, row: T, token: str, *, done: bool) -> Place:
        return Place(token=token, key=self.order.key(row), id=self.order.ident(row), done=done)


class _Walk(Generic[T]):
    """One walk along one reader, in the reader's own direction (`after`) or against it (`before`)."""

    def __init__(
        self,
        chunks: Chunks[T],
        order: Order[T],
        stop: Callable[[T], bool] | None,
        keep: Callable[[T], bool] | None,
    ) -> None:
        self.chunks = chunks
        self.order = order
        self.stop = stop
        self.keep = keep
        self.reads = 0

    async def after(self, place: Place | None, size: int, *, inclusive: bool) -> tuple[list[Placed[T]], bool]:
        chunk = await self._begin(place, whole=inclusive)
        strip = Strip(self.order, [chunk])
        floor = self.order.at(place) if place else None
        while True:
            placed = strip.placed(closed=chunk.next is None)
            found = [p for p in placed if self._wanted(p[0]) and self._beyond(p[0], floor, inclusive)]
            if chunk.next is None or len(found) > size:
                return found, chunk.next is not None
            try:
                chunk = await self._follow(strip, chunk.next)
            except HelpdeskError:
                if found:
                    return found, True
                raise
            strip.add(chunk)

    async def before(self, place: Place, size: int, *, inclusive: bool) -> tuple[list[Placed[T]], bool]:
        behind = [await self._begin(place, whole=True)]
        ceiling = self.order.at(place)
        while behind[-1].next is not None and not self._passes(behind[-1], ceiling):
            behind.append(await self._read(behind[-1].next))
        while True:
            strip = Strip(self.order, behind)
            placed = strip.placed(closed=True)
            found = [p for p in placed if self._wanted(p[0]) and self._short_of(p[0], ceiling, inclusive)]
            if behind[0].prev is None:
                return found, False
            found = [p for p in found if self.order.position(p[0]) > strip.runs[0].position]
            if len(found) > size:
                return found, True
            behind = await self._lead(behind)

    async def _read(self, token: str | None) -> Chunk[T]:
        self.reads += 1
        if self.reads > MAX_READS:
            raise Unsupported(
                "The helpdesk's list changes faster than it can be read, or hardly any of its rows match.",
                nearest="Add a narrower filter, for instance `updatedAt: {gte: …}`.",
            )
        chunk = await self.chunks.read(token)
        for index, row in enumerate(chunk.rows if self.stop else ()):
            if self.stop and self.stop(row):
                return msgspec.structs.replace(chunk, rows=chunk.rows[:index], next=None)
        return chunk

    async def _begin(self, place: Place | None, *, whole: bool) -> Chunk[T]:
        """A chunk from which the rows after `place` (with `whole`: its whole run too) can be told without a gap."""
        chunk = await self._read(place.token if place else None)
        while place is not None and chunk.prev is not None and not self._covers(chunk, place, whole=whole):
            earlier = await self._read(chunk.prev)
            if self.chunks.stable and not earlier.rows:
                return msgspec.structs.replace(chunk, prev=None)
            chunk = earlier
        return chunk

    def _covers(self, chunk: Chunk[T], place: Place, *, whole: bool) -> bool:
        if place.done and not whole and self.chunks.stable:
            return True
        if not chunk.rows:
            return False
        first, at = self.order.position(chunk.rows[0]), self.order.sign * place.key
        return first < at or (place.done and not whole and first == at)

    async def _follow(self, strip: Strip[T], token: str) -> Chunk[T]:
        chunk = await self._read(token)
        while not (self.chunks.stable or chunk.contiguous or strip.joins(chunk)) and chunk.prev is not None:
            chunk = await self._read(chunk.prev)
        return chunk

    async def _lead(self, behind: list[Chunk[T]]) -> list[Chunk[T]]:
        """One more chunk before these; where rows came in between meanwhile, the ones that close the gap too."""
        parts = [await self._read(behind[0].prev)]
        while not self.chunks.stable and not Strip(self.order, parts).joins(behind[0]) and parts[-1].next is not None:
            parts.append(await self._read(parts[-1].next))
        return parts + behind

    def _passes(self, chunk: Chunk[T], rank: Rank) -> bool:
        return bool(chunk.rows) and self.order.position(chunk.rows[-1]) > rank[0]

    def _beyond(self, row: T, floor: Rank | None, inclusive: bool) -> bool:
        return floor is None or self.order.rank(row) > floor or (inclusive and self.order.rank(row) == floor)

    def _short_of(self, row: T, ceiling: Rank, inclusive: bool) -> bool:
        return self.order.rank(row) < ceiling or (inclusive and self.order.rank(row) == ceiling)

    def _wanted(self, row: T) -> bool:
        return self.keep is None or self.keep(row)


async def walk(
    open: Callable[[bool], Chunks[T]],
    page: PageRequest,
    *,
    key: Callable[[T], int],
    ident: Callable[[T], str],
    descending: bool,
    stop: Callable[[T], bool] | None = None,
    keep: Callable[[T], bool] | None = None,
) -> Page[T]:
    """`open(flipped)` gives a reader in the query's order, or the reverse of it. `key` is the order key, whole.

    `stop(row)`: the list ends before this row, in the query's order. `keep(row)`: False leaves the row out.
    The end of a list (`backward` without `before`) is walked from its other side, and its places remember that.
    """
    text = page.before if page.backward else page.after
    place = unpack(text) if text else None
    flipped = place.flipped if place else page.backward
    if flipped and stop is not None:
        keep, stop = _unless(stop, keep), None
    journey = _Walk(open(flipped), Order(key, ident, -1 if descending != flipped else 1), stop, keep)
    if page.backward == flipped:
        found, more = await journey.after(place, page.size, inclusive=page.inclusive and place is not None)
    else:
        assert place is not None, "only a place can make a walk go against its reader"
        found, more = await journey.before(place, page.size, inclusive=page.inclusive)
    if flipped:
        found.reverse()
    rows = [Row(row, pack(msgspec.structs.replace(where, flipped=flipped))) for row, where in found]
    return Page(rows=tuple(rows), more=more)


def _unless(stop: Callable[[T], bool], keep: Callable[[T], bool] | None) -> Callable[[T], bool]:
    return lambda row: not stop(row) and (keep is None or keep(row))
