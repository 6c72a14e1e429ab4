"""How a vendor's list is reached: by page number or by cursor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from models.errors import BadCursor, Unreadable

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Chunk(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """`token` reads this chunk again; `next` and `prev` are None at the ends of the list.

    `starts`: where a list can be read from any row, the tokens that begin at each row.
    `contiguous`: follows what was read before it without an overlap, because the list allows none there.
    """

    rows: Sequence[T]
    token: str
    next: str | None
    prev: str | None = None
    starts: Sequence[str] = ()
    contiguous: bool = False


class Chunks(Protocol[T]):
    """A vendor's list. `stable` tokens stay put when rows before them come or go (cursors); offsets do not."""

    @property
    def stable(self) -> bool: ...

    async def read(self, token: str | None) -> Chunk[T]:
        """The chunk at `token`; without one, the first."""
        ...


Fetch = Callable[[int, int], Awaitable[tuple[Sequence[T], bool]]]


def overlapping_window(offset: int, size: int, most: int, max_page: int | None) -> tuple[int, int] | None:
    """The (page, per_page) that shows the row before `offset` and as many rows from `offset` on as it can.

    None when no page does: the caller then takes an aligned page without overlap, or has reached the vendor's ceiling.
    """
    if offset == 0:
        return 1, size
    for limit in (size, most):
        best: tuple[int, int, int] | None = None
        for per_page in range(limit, 0, -1):
            page = (offset - 1) // per_page + 1
            fresh = page * per_page - offset
            if fresh > 0 and (max_page is None or page <= max_page) and (best is None or fresh > best[0]):
                best = (fresh, page, per_page)
            if best is not None and best[0] >= per_page - 2:
                break
        if best is not None and best[0] * 4 >= limit:
            return best[1], best[2]
    return (best[1], best[2]) if best is not None else None


class OffsetChunks(Generic[T]):
    """A page-number list, read so that each chunk repeats the end of the one before. The token is an offset.

    `fetch(page, per_page)` gives rows and whether there are more. `refuse` makes the error for rows beyond `max_page`.
    """

    stable = False

    def __init__(
        self,
        fetch: Fetch[T],
        *,
        size: int = 100,
        most: int = 100,
        max_page: int | None = None,
        refuse: Callable[[], Exception] | None = None,
    ) -> None:
        self._fetch = fetch
        self._size = size
        self._most = most
        self._max_page = max_page
        self._refuse = refuse

    async def read(self, token: str | None) -> Chunk[T]:
        offset = _number(token)
        page, per_page, contiguous = self._window(offset)
        rows, more = await self._fetch(page, per_page)
        start = (page - 1) * per_page
        return Chunk(
            rows=rows,
            token=str(offset),
            next=str(start + len(rows)) if more and rows else None,
            prev=self._before(start),
            starts=[str(start + index) for index in range(len(rows))],
            contiguous=contiguous,
        )

    def _window(self, offset: int) -> tuple[int, int, bool]:
        found = overlapping_window(offset, self._size, self._most, self._max_page)
        if found is not None:
            return *found, False
        page = offset // self._most + 1
        if self._max_page is not None and page > self._max_page:
            assert self._refuse is not None
            raise self._refuse()
        return page, self._most, True

    def _before(self, start: int) -> str | None:
        """An offset whose window comes earlier than `start` and still reaches over it."""
        if start <= 0:
            return None
        for step in range(self._size - 5, 0, -1):
            page, per_page, _ = self._window(max(0, start - step))
            if (page - 1) * per_page < start < page * per_page:
                return str(max(0, start - step))
        return str(start - 1)


def _number(token: str | None) -> int:
    if token is None:
        return 0
    if not token.isdecimal():
        raise BadCursor("The cursor's place cannot be read. Start again without a cursor.", field="after")
    return int(token)


class CursorRows(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One answer of a cursor list. `after` and `before` are its own cursors; `more`: there are rows after it."""

    rows: Sequence[T]
    after: str | None
    before: str | None
    more: bool


class CursorChunks(Generic[T]):
    """A cursor list. `fetch(after, before)`: at most one of them is given."""

    stable = True

    def __init__(self, fetch: Callable[[str | None, str | None], Awaitable[CursorRows[T]]]) -> None:
        self._fetch = fetch

    async def read(self, token: str | None) -> Chunk[T]:
        side, cursor = (token[0], token[1:]) if token else ("", "")
        found = await self._fetch(cursor if side == "a" else None, cursor if side == "b" else None)
        forward = found.after is not None and (found.more if side != "b" else bool(found.rows))
        backward = side != "" and bool(found.rows) and found.before is not None
        following = f"a{found.after}" if forward else None
        if token is not None and following == token:
            raise Unreadable("The helpdesk's list leads from a page to that same page.", where="after_cursor")
        return Chunk(
            rows=found.rows,
            token=token or "",
            next=following,
            prev=f"b{found.before}" if backward else None,
        )
