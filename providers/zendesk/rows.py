"""A vendor's rows: as typed structs, beside the vendor's own objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from models.errors import Unreadable
from providers.walking import CursorRows
from providers.zendesk.lenient import pairs

T = TypeVar("T")

PAGE = 100


class Found(msgspec.Struct, Generic[T], frozen=True):
    """A row as we read it, and as it came."""

    wire: T
    raw: Any


class Listing(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One answer of a list. `body` holds its sideloads."""

    rows: Sequence[Found[T]]
    body: Mapping[str, Any]

    @property
    def meta(self) -> Mapping[str, Any]:
        return pairs(self.body.get("meta"))

    @property
    def more(self) -> bool:
        """By `has_more` alone: `links.next` is set on last pages too, and left out on others (seen in real answers)."""
        return bool(self.meta.get("has_more")) or bool(self.body.get("next_page"))

    @property
    def count(self) -> int | None:
        found = self.body.get("count")
        return found if isinstance(found, int) else None

    def cursor(self, side: str) -> str | None:
        found = self.meta.get(f"{side}_cursor")
        return found if isinstance(found, str) and found else None

    def sideload(self, name: str, kind: type[T]) -> list[Found[T]]:
        """Rows that came along; none when the vendor left them out."""
        rows = self.body.get(name)
        return [found(row, kind, f"$.{name}[{i}]") for i, row in enumerate(rows if isinstance(rows, list) else ())]


def found(row: Any, kind: type[T], where: str) -> Found[T]:
    """Numbers that come as text are taken. A row we cannot read is named by `Unreadable.where`."""
    try:
        return Found(msgspec.convert(row, kind, strict=False), row)
    except msgspec.ValidationError as error:
        inner = str(error).rpartition(" - at `$")[2].removesuffix("`") if " - at `$" in str(error) else ""
        raise unreadable(where + inner) from None


def unreadable(where: str) -> Unreadable:
    return Unreadable(f"The helpdesk's answer could not be read at {where}.", where=where)


def cursor_params(after: str | None, before: str | None, size: int = PAGE) -> dict[str, str | int]:
    """`page[size]` is what switches cursor paging on (vendor's page 'Pagination')."""
    params: dict[str, str | int] = {"page[size]": size}
    if after:
        params["page[after]"] = after
    elif before:
        params["page[before]"] = before
    return params


def cursor_rows(listing: Listing[Any], rows: Sequence[T], before: str | None) -> CursorRows[T]:
    """`has_more` speaks of the direction asked for; behind a page that was reached by `before` there is always one."""
    return CursorRows(
        rows=rows,
        after=listing.cursor("after"),
        before=listing.cursor("before"),
        more=True if before else listing.more,
    )
