"""Several lists of one account one after the other, for lists without an order of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from models.errors import Unsupported
from models.queries import Page, PageRequest, Row
from providers.freshdesk.client import together
from providers.freshdesk.merged import Fetch, Place, pack, unpack

T = TypeVar("T")
MAX_READS = 40
MOST_AHEAD = 8


async def chained_page(lists: Mapping[str, Fetch[T]], page: PageRequest) -> Page[T]:
    """Short lists are read ahead, twice as many each time: at most as many in vain as were needed."""
    names = list(lists)
    text = page.before if page.backward else page.after
    place = unpack(text, names) if text else None
    order = names[::-1] if page.backward else names
    if place is not None:
        order = order[order.index(place.own) :]
    found: list[Row[T]] = []
    read, ahead = 0, 1
    while read < len(order):
        batch = order[read : read + ahead]
        owns = [place.places.get(name) if place is not None and name == place.own else None for name in batch]
        pages = await together(lists[name](_request(page, own)) for name, own in zip(batch, owns, strict=True))
        for name, got in zip(batch, pages, strict=True):
            read += 1
            rows = [Row(row.record, pack(Place(name, {name: row.place}))) for row in got.rows]
            found = rows + found if page.backward else found + rows
            if got.more or len(found) > page.size:
                return Page(rows=tuple(found), more=got.more or read < len(order))
        ahead = min(MOST_AHEAD, ahead * 2)
    return Page(rows=tuple(found), more=False)


def _request(page: PageRequest, place: str | None) -> PageRequest:
    if page.backward:
        return msgspec.structs.replace(page, before=place, inclusive=page.inclusive and place is not None)
    return msgspec.structs.replace(page, after=place)


async def kept_page(fetch: Fetch[T], page: PageRequest, keep: Callable[[T], bool]) -> Page[T]:
    """`fetch` read on until `size` rows pass `keep`."""
    found: list[Row[T]] = []
    for _ in range(MAX_READS):
        got = await fetch(page)
        ours = [row for row in got.rows if keep(row.record)]
        found = ours + found if page.backward else found + ours
        if not got.more or not got.rows or len(found) >= page.size:
            return Page(rows=tuple(found), more=got.more and bool(got.rows))
        edge = got.rows[0 if page.backward else -1].place
        if page.backward:
            page = msgspec.structs.replace(page, before=edge, inclusive=False)
        else:
            page = msgspec.structs.replace(page, after=edge)
    raise Unsupported(
        "Hardly any record of this helpdesk's list matches.",
        nearest="Use a filter the helpdesk has itself.",
        field="filter",
    )
