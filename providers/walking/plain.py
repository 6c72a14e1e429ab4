"""Lists without a key to hold on to: a whole list in hand, page numbers, cursors. Places are positions, with the id of
the row there, so that a list that shifted a little is still continued after the right row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from models.errors import Unsupported
from models.queries import Page, PageRequest, Row
from providers.walking.chunks import Chunk, CursorChunks, CursorRows, Fetch
from providers.walking.places import Place, pack, unpack

T = TypeVar("T")


def slice_page(items: Sequence[T], page: PageRequest, *, ident: Callable[[T], str]) -> Page[T]:
    """A page of a list that is whole in hand."""
    rows = [Row(item, pack(Place(token=None, key=index, id=ident(item)))) for index, item in enumerate(items)]
    text = page.before if page.backward else page.after
    at = _index(items, unpack(text), ident) if text else None
    if page.backward:
        end = len(rows) if at is None else at + page.inclusive
        start = max(0, end - page.size)
        return Page(rows=tuple(rows[start:end]), more=start > 0, total=len(rows))
    start = 0 if at is None else at + 1
    return Page(rows=tuple(rows[start : start + page.size]), more=start + page.size < len(rows), total=len(rows))


def _index(items: Sequence[T], place: Place, ident: Callable[[T], str]) -> int:
    near = sorted(range(len(items)), key=lambda i: abs(i - place.key))
    return next((i for i in near if ident(items[i]) == place.id), min(place.key, len(items) - 1))


async def offset_page(
    fetch: Fetch[T],
    page: PageRequest,
    *,
    ident: Callable[[T], str],
    per_page: int = 100,
    max_page: int | None = None,
    refuse: Callable[[], Exception] | None = None,
) -> Page[T]:
    """A page of a page-number list in the vendor's own order. `refuse` makes the error for rows beyond `max_page`."""
    text = page.before if page.backward else page.after
    place = unpack(text) if text else None
    if page.backward and place is None:
        return slice_page(await _all(fetch, per_page, max_page, refuse), page, ident=ident)
    number = place.key // per_page + 1 if place else 1
    found: list[Row[T]] = []
    while True:
        if max_page is not None and number > max_page and refuse is not None:
            raise refuse()
        rows, more = await fetch(number, per_page)
        base = (number - 1) * per_page
        placed = [Row(row, pack(Place(token=None, key=base + i, id=ident(row)))) for i, row in enumerate(rows)]
        if page.backward and place is not None:
            cut = _cut(rows, place, base, ident) if not found else len(rows)
            found = placed[: cut + (page.inclusive if not found else 0)] + found
            if number == 1 or len(found) > page.size:
                return Page(rows=tuple(found), more=number > 1)
            number -= 1
            continue
        found += placed[_cut(rows, place, base, ident) + 1 :] if place and not found else placed
        if not more or not rows or len(found) >= page.size:
            return Page(rows=tuple(found), more=more and bool(rows))
        place = None
        number += 1


def _cut(rows: Sequence[T], place: Place, base: int, ident: Callable[[T], str]) -> int:
    """The index of the place's row in this page, or where it was when it is gone."""
    return next((i for i, row in enumerate(rows) if ident(row) == place.id), min(place.key - base, len(rows) - 1))


async def _all(fetch: Fetch[T], per_page: int, max_page: int | None, refuse: Callable[[], Exception] | None) -> list[T]:
    items: list[T] = []
    number = 1
    while True:
        rows, more = await fetch(number, per_page)
        items += rows
        if not more or not rows:
            return items
        number += 1
        if number > (max_page or MAX_WHOLE) and refuse is not None:
            raise refuse()


async def _last(chunks: CursorChunks[T], chunk: Chunk[T]) -> Chunk[T]:
    for _ in range(MAX_WHOLE):
        if chunk.next is None:
            return chunk
        chunk = await chunks.read(chunk.next)
    raise Unsupported(
        "The end of this list can only be reached by reading all of it.",
        nearest="Page forward with `first`.",
        field="last",
    )


MAX_WHOLE = 20
MAX_READS = 100


async def cursor_page(
    fetch: Callable[[str | None, str | None], Awaitable[CursorRows[T]]],
    page: PageRequest,
    *,
    ident: Callable[[T], str],
) -> Page[T]:
    """A page of a cursor list in the vendor's own order. Its end (`last` without `before`) is found by reading on."""
    chunks = CursorChunks(fetch)
    text = page.before if page.backward else page.after
    place = unpack(text) if text else None
    chunk = await chunks.read(place.token if place else None)
    found: list[Row[T]] = []
    if page.backward and place is None:
        chunk = await _last(chunks, chunk)
    first = True
    for _ in range(MAX_READS):
        placed = [Row(row, pack(Place(token=chunk.token, key=i, id=ident(row)))) for i, row in enumerate(chunk.rows)]
        cut = _cut(chunk.rows, place, 0, ident) if place and first else None
        first = False
        if page.backward:
            found = (placed if cut is None else placed[: cut + page.inclusive]) + found
            following = chunk.prev
        else:
            found += placed if cut is None else placed[cut + 1 :]
            following = chunk.next
        if following is None or len(found) >= page.size:
            return Page(rows=tuple(found), more=following is not None)
        chunk = await chunks.read(following)
    raise Unsupported(
        "Hardly any rows of the helpdesk's list match, or it has no end.",
        nearest="Add a narrower filter, for instance an e-mail address or an organization.",
        field="filter",
    )
