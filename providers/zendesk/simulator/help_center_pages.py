"""Pages of the Help Center: other sizes, more words in offset pages, fewer links in cursor pages.

Evidence: the Java client's `hc/*` classes and real answers: cursor pages have `first`, `last`, and `next` only when
there is more; an empty page past the end has no cursors at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.paging import Rows, cursor_link, offset, seal, turned, wants_cursor

T = TypeVar("T")
DEFAULT_SIZE = 30


def page(
    call: Call,
    listing: Rows[T],
    render: Callable[[Sequence[T]], dict[str, Any]],
    *,
    default: int = DEFAULT_SIZE,
    sort_by: str | None = None,
) -> dict[str, Any]:
    if wants_cursor(call):
        return _by_cursor(call, listing, render, default)
    first, size = offset(call, default)
    number, total = first // size + 1, listing.total
    found = {
        **render(listing.at(first, size)),
        "count": total,
        "next_page": call.with_query(page=number + 1) if first + size < total else None,
        "previous_page": call.with_query(page=number - 1) if number > 1 else None,
        "page": number,
        "page_count": -(-total // size),
        "per_page": size,
    }
    if sort_by:
        found |= {"sort_by": sort_by, "sort_order": "desc" if listing.descending else "asc"}
    return found


def _by_cursor(
    call: Call, listing: Rows[T], render: Callable[[Sequence[T]], dict[str, Any]], default: int
) -> dict[str, Any]:
    size = call.integer("page[size]", default, most=100)
    rows, more = turned(call, listing, size)
    if not rows:
        return {**render(rows), "meta": {"has_more": False}, "links": {}}
    first, last = seal(listing.key(rows[0])), seal(listing.key(rows[-1]))
    links = {"first": cursor_link(call), "last": cursor_link(call, before="")}
    if more:
        links["next"] = cursor_link(call, after=last)
    if call.query.get("page[after]"):
        links["prev"] = cursor_link(call, before=first)
    return {
        **render(rows),
        "meta": {"has_more": more, "after_cursor": last, "before_cursor": first},
        "links": links,
    }
