"""Several helpdesks in one connection: a k-way merge of ordered streams, one cursor that holds the place of each.

A stream that fails is marked in `sources` and keeps its place in the cursor, so a later page goes on from there. When
nothing but refused streams is left (a vendor's ceiling), the refusal is the answer: a list never just ends there. A
stream that looked at many rows in vain ends the page where it stands, and the page's cursor goes on from there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from models.errors import BadInput, HelpdeskError, Unsupported
from models.queries import Page, PageRequest, Row
from models.records import Count
from resolvers.paging import Connection, Cursors, Edge, PageInfo, Position, SourceState, Window
from resolvers.streams import Stream, state_of

T = TypeVar("T")
Rank = Callable[[T], Any]
END = "$"
"""The place behind all rows, of a stream that failed before it could give one."""


class _Reader(Generic[T]):
    """A stream being read in one direction: a buffer, and where it goes on. `paused`: it goes on in a later page.

    Going back from a cursor, a stream without a place has nothing before it, unless it is all `before` the cursor's own
    stream.
    """

    def __init__(
        self, stream: Stream[T], page: Window, position: Position | None, wants: frozenset[str], *, before: bool
    ) -> None:
        self.stream = stream
        self.key = stream.name
        self.backward = page.backward
        self.wants = wants
        kept = position.places.get(self.key, stream.start) if position else None
        self.place = kept if kept and kept != END else None
        self.inclusive = bool(page.backward and position and position.own != self.key)
        self.buffer: deque[Row[T]] = deque()
        self.error: HelpdeskError | None = None
        self.resume: str | None = None
        if page.backward:
            started = position is None or self.place is not None or kept == END or before
        else:
            started = kept != END
        self.ended = stream.skipped or not started

    @property
    def paused(self) -> bool:
        return self.resume is not None and not self.buffer

    async def fill(self, size: int) -> None:
        """Makes the buffer non-empty, unless the stream ended, paused or failed."""
        while not (self.buffer or self.ended or self.error or self.resume is not None):
            try:
                page = await self.stream.fetch(self._request(size))
            except HelpdeskError as error:
                self.error = error if self.stream.parts else error.at(self.stream.info.key)
                return
            self._take_in(page)

    def _take_in(self, page: Page[T]) -> None:
        self.buffer.extend(page.rows)
        self.ended = not page.more
        self.resume = page.resume if page.more else None
        if page.rows:
            self.place = page.rows[0 if self.backward else -1].place
            self.inclusive = False
        elif page.more and page.resume is None:
            self.ended = True

    def _request(self, size: int) -> PageRequest:
        if self.backward:
            return PageRequest(size=size, before=self.place, backward=True, inclusive=self.inclusive, wants=self.wants)
        return PageRequest(size=size, after=self.place, wants=self.wants)

    def peek(self) -> Row[T]:
        return self.buffer[-1 if self.backward else 0]

    def take(self) -> Row[T]:
        return self.buffer.pop() if self.backward else self.buffer.popleft()


def _readers(
    streams: Sequence[Stream[T]],
    page: Window,
    position: Position | None,
    wants: frozenset[str],
    *,
    in_turn: bool,
) -> list[_Reader[T]]:
    names = [stream.name for stream in streams]
    own = names.index(position.own) if in_turn and position and position.own in names else 0
    return [_Reader(stream, page, position, wants, before=at < own) for at, stream in enumerate(streams)]


async def connect(
    streams: Sequence[Stream[T]],
    page: Window,
    cursors: Cursors,
    *,
    fingerprint: str,
    now: datetime,
    rank: Rank[T] | None,
    wants: frozenset[str] = frozenset(),
    total: Callable[[], Awaitable[Count | None]] | None = None,
    position: Position | None = None,
) -> Connection[T]:
    """`rank` gives a row's merge key: ascending ranks are the connection's order. None: helpdesk after helpdesk.
    `position`: what the page's cursor holds, where it has been opened already."""
    text = page.before if page.backward else page.after
    position = position or page.opened(cursors, fingerprint)
    readers = _readers(streams, page, position, wants, in_turn=rank is None)
    counting = asyncio.ensure_future(total()) if total else None
    try:
        taken = await _merge(readers, page.size, rank)
        failed = [r for r in readers if r.error is not None]
        if not taken and not any(r.paused for r in readers):
            _refuse(failed, readers, began=position is not None)
        sealer = _Sealer(cursors, fingerprint, _mirrored(streams))
        places = _starts(readers, position, page.backward)
        edges = _edges(taken, places, sealer, backward=page.backward)
        count = await counting if counting else None
    finally:
        if counting and not counting.done():
            counting.cancel()
    more = any(r.buffer or not r.ended for r in readers)
    onward = _onward(readers, taken, places, sealer, in_turn=rank is None)
    start, end = (edges[0].cursor, edges[-1].cursor) if edges else (None, text)
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=position is not None if page.backward else more,
            has_previous_page=more if page.backward else position is not None,
            start_cursor=onward if onward and page.backward else start,
            end_cursor=onward if onward and not page.backward else end,
        ),
        total_count=count,
        sources=tuple(state for r in readers for state in _states(r, now)),
    )


_Taken = list[tuple[str, Row[T]]]


async def _merge(readers: Sequence[_Reader[T]], size: int, rank: Rank[T] | None) -> _Taken[T]:
    """The next `size` rows in the direction of reading, nearest first."""
    asked = [r for r in readers if not r.ended]
    share = size if rank is None else min(size, -(-size // max(1, len(asked))) + 2)
    if rank is not None:
        await asyncio.gather(*(r.fill(share) for r in asked))
    taken: _Taken[T] = []
    while len(taken) < size:
        reader = await _nearest(readers, share, rank)
        if reader is None:
            return taken
        taken.append((reader.key, reader.take()))
    await _look_ahead(readers, rank)
    return taken


async def _nearest(readers: Sequence[_Reader[T]], share: int, rank: Rank[T] | None) -> _Reader[T] | None:
    """None at the end, and where a paused stream may have the next row."""
    ordered = list(reversed(readers)) if readers and readers[0].backward else readers
    if rank is None:
        for reader in ordered:
            await reader.fill(share)
            if reader.buffer or reader.paused:
                return reader if reader.buffer else None
        return None
    for reader in ordered:
        await reader.fill(share)
    full = [r for r in ordered if r.buffer]
    if not full or any(r.paused for r in ordered):
        return None
    if len(full) == 1:
        return full[0]
    choose = max if full[0].backward else min
    return choose(full, key=lambda r: rank(r.peek().record))


async def _look_ahead(readers: Sequence[_Reader[T]], rank: Rank[T] | None) -> None:
    """Whether there is one more row is known by having it; going back, each stream's next row also gives its place."""
    if rank is not None and readers and readers[0].backward:
        await asyncio.gather(*(r.fill(1) for r in readers))


def _refuse(failed: Sequence[_Reader[T]], readers: Sequence[_Reader[T]], *, began: bool) -> None:
    """Nothing to show, and all that could bring more is refused, not merely down: that is the caller's answer.

    On a first page a helpdesk that answered "no rows" has answered, and the refusal is only another's; in a walk that
    goes on, helpdesks that came to their end before do not count.
    """
    refused = [r.error for r in failed if isinstance(r.error, (Unsupported, BadInput))]
    answered = [r for r in readers if not r.stream.skipped and r.error is None]
    if refused and len(refused) == len(failed) and (began or not answered):
        raise refused[0]


class _Sealer:
    def __init__(self, cursors: Cursors, fingerprint: str, mirrored: tuple[str, ...]) -> None:
        self._cursors = cursors
        self._fingerprint = fingerprint
        self._mirrored = mirrored

    def __call__(self, own: str, places: Mapping[str, str]) -> str:
        return self._cursors.seal(Position(own, places, self._mirrored), self._fingerprint)


def _mirrored(streams: Sequence[Stream[T]]) -> tuple[str, ...]:
    return tuple(part.info.key for s in streams if s.mirrored and not s.skipped for part in s.parts or (s,))


def _starts(readers: Sequence[_Reader[T]], position: Position | None, backward: bool) -> dict[str, str]:
    """Where each stream stands right before the first edge of the page. One that failed or paused has not moved."""
    given = {r.key: r.stream.start for r in readers if r.stream.start is not None}
    if not backward:
        return {**given, **(position.places if position else {})}
    stuck = {r.key: r.place or END for r in readers if not r.ended and (r.error is not None or r.paused)}
    return {**stuck, **{r.key: r.peek().place for r in readers if r.buffer}}


def _edges(taken: _Taken[T], places: dict[str, str], seal: _Sealer, *, backward: bool) -> tuple[Edge[T], ...]:
    edges: list[Edge[T]] = []
    for key, row in reversed(taken) if backward else taken:
        places = {**places, key: row.place}
        edges.append(Edge(seal(key, places), row.record))
    return tuple(edges)


def _onward(
    readers: Sequence[_Reader[T]], taken: _Taken[T], places: dict[str, str], seal: _Sealer, *, in_turn: bool
) -> str | None:
    """The cursor of a page that a paused stream ended: it goes on behind the rows that were looked at in vain."""
    paused = {r.key: r.resume for r in readers if r.paused and r.resume is not None}
    if not paused:
        return None
    shown = taken[-1:] if readers[0].backward else taken
    reached = {**places, **{key: row.place for key, row in shown}, **paused}
    own = next(iter(paused)) if in_turn else taken[-1][0] if taken else ""
    return seal(own, reached)


def _states(reader: _Reader[T], now: datetime) -> Sequence[SourceState]:
    """One for each helpdesk of the stream. What fails for all of them is each one's failure."""
    return [state_of(part, reader.error, now) for part in reader.stream.parts or (reader.stream,)]
