"""Several ordered lists of one account as one: a k-way merge whose places hold every list's own place."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from models.errors import BadCursor
from models.queries import Page, PageRequest, Row
from providers.freshdesk.client import together

T = TypeVar("T")
Fetch = Callable[[PageRequest], Awaitable[Page[T]]]


class Place(msgspec.Struct, frozen=True, array_like=True):
    """`own`: the list the row is from; `places`: the last row of each list up to here, if any."""

    own: str
    places: dict[str, str]


def pack(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(place)).rstrip(b"=").decode()


def unpack(text: str, names: Sequence[str]) -> Place:
    try:
        found = msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=Place)
    except (binascii.Error, msgspec.DecodeError, ValueError):
        found = None
    if found is None or found.own not in names or not set(found.places) <= set(names):
        raise BadCursor("The cursor's place cannot be read. Start again without a cursor.", field="after")
    return found


class _Head(Generic[T]):
    """One list's page, consumed from the side the merge comes from."""

    def __init__(self, name: str, page: Page[T], backward: bool) -> None:
        self.name = name
        self.more = page.more
        self._rows = list(page.rows if backward else reversed(page.rows))

    @property
    def row(self) -> Row[T] | None:
        return self._rows[-1] if self._rows else None

    @property
    def dry(self) -> bool:
        """Its next row is not in hand."""
        return not self._rows and self.more

    def take(self) -> Row[T]:
        return self._rows.pop()


async def merged_page(lists: Mapping[str, Fetch[T]], page: PageRequest, *, rank: Callable[[T], Any]) -> Page[T]:
    """`rank` rises along the order of the query. One list alone keeps its own places."""
    if len(lists) == 1:
        return await next(iter(lists.values()))(page)
    text = page.before if page.backward else page.after
    place = unpack(text, list(lists)) if text else None
    # Backwards, a list with nothing up to the place has nothing before it.
    asked = [name for name in lists if not (page.backward and place) or name in place.places]
    pages = await together(lists[name](_request(page, place, name)) for name in asked)
    heads = [_Head(name, found, page.backward) for name, found in zip(asked, pages, strict=True)]
    rows = _backward(heads, page.size, rank) if page.backward else _forward(heads, page.size, place, rank)
    return Page(rows=tuple(rows), more=any(head.row is not None or head.more for head in heads))


def _request(page: PageRequest, place: Place | None, name: str) -> PageRequest:
    if place is None:
        return page
    own = place.places.get(name)
    if not page.backward:
        return msgspec.structs.replace(page, after=own)
    return msgspec.structs.replace(page, before=own, inclusive=page.inclusive or name != place.own)


def _forward(heads: Sequence[_Head[T]], size: int, place: Place | None, rank: Callable[[T], Any]) -> list[Row[T]]:
    reached = dict(place.places) if place else {}
    found: list[Row[T]] = []
    while len(found) < size and not any(head.dry for head in heads):
        open_heads = [head for head in heads if head.row is not None]
        if not open_heads:
            break
        head = min(open_heads, key=lambda one: rank(_record(one)))
        row = head.take()
        reached[head.name] = row.place
        found.append(Row(row.record, pack(Place(head.name, dict(reached)))))
    return found


def _backward(heads: Sequence[_Head[T]], size: int, rank: Callable[[T], Any]) -> list[Row[T]]:
    found: list[Row[T]] = []
    while len(found) < size and not any(head.dry for head in heads):
        open_heads = [head for head in heads if head.row is not None]
        if not open_heads:
            break
        head = max(open_heads, key=lambda one: rank(_record(one)))
        places = {one.name: one.row.place for one in open_heads if one.row is not None}
        row = head.take()
        found.append(Row(row.record, pack(Place(head.name, places))))
    found.reverse()
    return found


def _record(head: _Head[T]) -> T:
    assert head.row is not None
    return head.row.record
