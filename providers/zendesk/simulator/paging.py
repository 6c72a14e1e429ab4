"""Both ways Zendesk cuts a list into pages, over any list that can be read at a place.

Cursor paging is switched on by sending `page[size]`; without it most endpoints number their pages ('Pagination' page).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import orjson

from providers.zendesk.simulator import errors
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.errors import Refused

T = TypeVar("T")
OFFSET_ROWS = 10_000
Key = tuple[Any, int]
"""What a row is ordered by, then its number."""


class Listing(Protocol[T]):
    """An ordered list, read from a place or from after a row."""

    @property
    def total(self) -> int: ...
    def at(self, first: int, limit: int) -> Sequence[T]: ...
    def after(self, key: Key, limit: int) -> Sequence[T]:
        """Rows behind the one with this key, in the list's order."""
        ...

    def before(self, key: Key, limit: int) -> Sequence[T]:
        """The rows directly ahead of the one with this key, in the list's order."""
        ...

    def key(self, row: T) -> Key: ...


@dataclass(frozen=True)
class Rows(Generic[T]):
    """A Listing over records that are simply there, sorted by `by`."""

    rows: Sequence[T]
    by: Callable[[T], Key]
    descending: bool = False

    @classmethod
    def sorted(cls, rows: Sequence[T], by: Callable[[T], Key], *, descending: bool = False) -> Rows[T]:
        return cls(sorted(rows, key=by, reverse=descending), by, descending)

    @property
    def total(self) -> int:
        return len(self.rows)

    def at(self, first: int, limit: int) -> Sequence[T]:
        return self.rows[first : first + limit]

    def after(self, key: Key, limit: int) -> Sequence[T]:
        found = [row for row in self.rows if (self.by(row) < key if self.descending else self.by(row) > key)]
        return found[:limit]

    def before(self, key: Key, limit: int) -> Sequence[T]:
        found = [row for row in self.rows if (self.by(row) > key if self.descending else self.by(row) < key)]
        return found[-limit:] if limit else []

    def key(self, row: T) -> Key:
        return self.by(row)


def wants_cursor(call: Call) -> bool:
    return any(name in call.query for name in ("page[size]", "page[after]", "page[before]"))


def seal(key: Key) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def unseal(call: Call, name: str) -> Key | None:
    given = call.query.get(name)
    if not given:
        return None
    try:
        found = orjson.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        return (found[0], int(found[1]))
    except (binascii.Error, ValueError, TypeError, IndexError, KeyError):
        raise errors.titled(400, "Invalid cursor", f"{name} is not valid") from None


def page(
    call: Call,
    name: str,
    listing: Listing[T],
    *,
    default: int = 100,
    render: Callable[[Sequence[T]], dict[str, Any]],
    largest: int = 100,
    always_cursor: bool = False,
    only_offset: bool = False,
) -> dict[str, Any]:
    """`render` makes {name: rows, …sideloads} of a page's records."""
    if (wants_cursor(call) or always_cursor) and not only_offset:
        return _cursor_page(call, name, listing, render, default, largest)
    return _offset_page(call, listing, render, default, largest)


def _cursor_page(
    call: Call,
    name: str,
    listing: Listing[T],
    render: Callable[[Sequence[T]], dict[str, Any]],
    default: int,
    largest: int,
) -> dict[str, Any]:
    size = call.integer("page[size]", default, most=largest)
    rows, more = turned(call, listing, size)
    first, last = (seal(listing.key(rows[0])), seal(listing.key(rows[-1]))) if rows else (None, None)
    links = {
        "next": cursor_link(call, after=last) if last and (more or call.account.profile.next_link_after_end) else None,
        "prev": cursor_link(call, before=first) if first and call.query.get("page[after]") else None,
    }
    if call.account.profile.missing_links == "absent":
        links = {rel: link for rel, link in links.items() if link}
    meta = {"has_more": more, "after_cursor": last, "before_cursor": first}
    return {**render(rows), "meta": meta, "links": links}


def turned(call: Call, listing: Listing[T], size: int) -> tuple[list[T], bool]:
    """The rows the cursors ask for, and whether there are more that way."""
    after, before = unseal(call, "page[after]"), unseal(call, "page[before]")
    if after is not None and before is not None:
        raise errors.titled(400, "Invalid parameter", "page[after] and page[before] cannot both be given")
    try:
        if before is not None:
            found = list(listing.before(before, size + 1))
            return found[-size:], len(found) > size
        found = list(listing.at(0, size + 1) if after is None else listing.after(after, size + 1))
    except (TypeError, ValueError):
        raise errors.titled(400, "Invalid cursor", "The cursor belongs to another list") from None
    return found[:size], len(found) > size


def cursor_link(call: Call, *, after: str | None = None, before: str | None = None) -> str:
    return call.with_query(**{"page[after]": after, "page[before]": before})


def offset(call: Call, default: int, largest: int = 100) -> tuple[int, int]:
    """The first row asked for, and how many; past 10,000 rows it ends (help article 5591904358938)."""
    size = call.integer("per_page", default, most=largest)
    number = call.integer("page", 1)
    if number * size > OFFSET_ROWS and (number - 1) * size >= OFFSET_ROWS:
        if call.account.profile.offset_end == "429":
            raise Refused(429, "Pagination limit reached for offset model", {"Retry-After": "60"})
        raise errors.titled(400, "Invalid parameter", "Offset pagination ends at 10000 rows; use cursor pagination")
    return (number - 1) * size, size


def _offset_page(
    call: Call,
    listing: Listing[T],
    render: Callable[[Sequence[T]], dict[str, Any]],
    default: int,
    largest: int,
) -> dict[str, Any]:
    first, size = offset(call, default, largest)
    rows = listing.at(first, size)
    return {**render(rows), **offset_envelope(call, first, size, listing.total)}


def offset_envelope(call: Call, first: int, size: int, total: int) -> dict[str, Any]:
    number = first // size + 1
    return {
        "next_page": call.with_query(page=number + 1) if first + size < total else None,
        "previous_page": call.with_query(page=number - 1) if number > 1 else None,
        "count": total,
    }
