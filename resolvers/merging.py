"""Several helpdesks in one connection: a k-way merge of ordered streams, one cursor that holds the place of each.

A stream that fails is marked in `sources` and keeps its place in the cursor, so a later page goes on from there. When
nothing but refused streams is left (a vendor's ceiling), the refusal is the answer: a list never just ends there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from models.enums import SourceOutcome
from models.errors import BadInput, HelpdeskError, Unsupported
from models.queries import Page, PageRequest, Row
from models.records import Count, HelpdeskInfo
from resolvers.paging import Connection, Cursors, Edge, PageInfo, Position, SourceState, Window

T = TypeVar("T")
Rank = Callable[[T], Any]


class Stream(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One helpdesk's rows. `skipped`: the filter leaves this helpdesk out, it is not asked.

    `lacks`: what of the question this helpdesk cannot answer; it answers the rest, and is PARTIAL.
    """

    info: HelpdeskInfo
    fetch: Callable[[PageRequest], Awaitable[Page[T]]]
    skipped: bool = False
    complete: bool = True
    lacks: HelpdeskError | None = None


class _Reader(Generic[T]):
    """A stream being read in one direction: a buffer, and where it goes on."""

    def __init__(self, stream: Stream[T], page: Window, position: Position | None, wants: frozenset[str]) -> None:
        self.stream = stream
        self.key = stream.info.key
        self.backward = page.backward
        self.wants = wants
        self.place = position.places.get(self.key) if position else None
        self.inclusive = bool(page.backward and position and position.own != self.key)
        self.buffer: deque[Row[T]] = deque()
        self.error: HelpdeskError | None = None
        started = position is None or self.place is not None or not page.backward
        self.ended = stream.skipped or not started

    async def fill(self, size: int) -> None:
        """Makes the buffer non-empty, unless the stream ended or failed."""
        while not (self.buffer or self.ended or self.error):
            try:
                page = await self.stream.fetch(self._request(size))
            except HelpdeskError as error:
                self.error = error.at(self.key)
                return
            self.buffer.extend(page.rows)
            self.ended = not page.more
            if page.rows:
                self.place = page.rows[0 if self.backward else -1].place
                self.inclusive = False
            elif page.more:
                self.ended = True

    def _request(self, size: int) -> PageRequest:
        if self.backward:
            return PageRequest(size=size, before=self.place, backward=True, inclusive=self.inclusive, wants=self.wants)
        return PageRequest(size=size, after=self.place, wants=self.wants)

    def peek(self) -> Row[T]:
        return self.buffer[-1 if self.backward else 0]

    def take(self) -> Row[T]:
        return self.buffer.pop() if self.backward else self.buffer.popleft()


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
) -> Connection[T]:
    """`rank` gives a row's merge key: ascending ranks are the connection's order. None: helpdesk after helpdesk."""
    field = "before" if page.backward else "after"
    text = page.before if page.backward else page.after
    position = cursors.open(text, fingerprint, field=field) if text else None
    readers = [_Reader(stream, page, position, wants) for stream in streams]
    counting = asyncio.ensure_future(total()) if total else None
    try:
        taken = await _merge(readers, page.size, rank)
        failed = [r for r in readers if r.error is not None]
        if not taken:
            _refuse(failed, readers, began=position is not None)
        places = _starts(readers, position, taken, page.backward)
        edges = _edges(taken, places, cursors, fingerprint, backward=page.backward)
        count = await counting if counting else None
    finally:
        if counting and not counting.done():
            counting.cancel()
    more = any(r.buffer or not r.ended for r in readers)
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=position is not None if page.backward else more,
            has_previous_page=more if page.backward else position is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else text,
        ),
        total_count=count,
        sources=tuple(_state(r, now) for r in readers),
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
    ordered = list(reversed(readers)) if readers and readers[0].backward else readers
    if rank is None:
        for reader in ordered:
            await reader.fill(share)
            if reader.buffer:
                return reader
        return None
    for reader in ordered:
        await reader.fill(share)
    full = [r for r in ordered if r.buffer]
    if not full:
        return None
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


def _starts(
    readers: Sequence[_Reader[T]], position: Position | None, taken: _Taken[T], backward: bool
) -> dict[str, str]:
    """Where each stream stands right before the first edge of the page."""
    if not backward:
        return dict(position.places) if position else {}
    return {r.key: r.peek().place for r in readers if r.buffer}


def _edges(
    taken: _Taken[T], places: dict[str, str], cursors: Cursors, fingerprint: str, *, backward: bool
) -> tuple[Edge[T], ...]:
    edges: list[Edge[T]] = []
    for key, row in reversed(taken) if backward else taken:
        places = {**places, key: row.place}
        edges.append(Edge(cursors.seal(Position(key, places), fingerprint), row.record))
    return tuple(edges)


def _state(reader: _Reader[T], now: datetime) -> SourceState:
    stream = reader.stream
    if stream.skipped:
        return SourceState(info=stream.info, state=SourceOutcome.SKIPPED, as_of=now)
    if reader.error is not None:
        return SourceState(
            info=stream.info,
            state=SourceOutcome.FAILED,
            complete=False,
            retry_after_s=reader.error.retry_after,
            error=reader.error,
        )
    complete = stream.complete and stream.lacks is None
    state = SourceOutcome.COMPLETE if complete else SourceOutcome.PARTIAL
    return SourceState(info=stream.info, state=state, as_of=now, complete=complete, error=stream.lacks)
