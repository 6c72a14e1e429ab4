"""A page of a list, row by row, for our copy: what can be read, and what cannot and why.

A live list is Unreadable as a whole when one of its rows is; for a copy that would hold up every other record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from models.changes import Unread, WindowStuck
from models.enums import Kind
from models.errors import Rejected, Unreadable
from providers.freshdesk.client import Asked, Client, Seen, decoder, goes_on, place_in, unsigned
from providers.upstream import decode

T = TypeVar("T")
R = TypeVar("R")


class Row(msgspec.Struct, Generic[T], frozen=True):
    """One row of an answer: `seen`, or `unread` in its place. `raw` is the vendor's object, without keys to files."""

    raw: Any
    seen: Seen[T] | None = None
    unread: Unread | None = None


class RowPage(msgspec.Struct, Generic[T], frozen=True):
    """`absent`: there is no such list (404)."""

    rows: Sequence[Row[T]]
    more: bool
    as_of: datetime
    absent: bool = False


class Asking(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A list that is asked for page by page: `shape` is what its rows look like, `kind` what they are."""

    shape: type[T]
    kind: Kind
    path: str
    endpoint: str
    family: str = "other"
    cost: int = 1


async def page_of(client: Client, asking: Asking[T], params: Asked) -> RowPage[T]:
    """An answer that is no list at all is Unreadable; a page the vendor does not show however it is asked for is
    WindowStuck: behind it there may be rows."""
    try:
        answer = await client.get(asking.path, asking.endpoint, asking.family, params, cost=asking.cost)
    except Rejected as error:
        if error.status == 400 and any(name == "page" for name, _ in error.fields):
            raise WindowStuck(
                f"Freshdesk does not show page {params.get('page')} of its list {asking.endpoint}."
            ) from error
        raise
    if answer.status == 404:
        return RowPage((), False, client.clock.now(), absent=True)
    found = decode(answer, list[msgspec.Raw])
    return RowPage([row_of(asking, bytes(raw)) for raw in found], goes_on(answer), client.clock.now())


async def one_of(client: Client, asking: Asking[T], path: str, params: Asked) -> Row[T] | None:
    """One object; None where it is not there."""
    answer = await client.get(path, asking.endpoint, asking.family, params, cost=asking.cost)
    return None if answer.status == 404 else row_of(asking, answer.body)


def row_of(asking: Asking[T], data: bytes) -> Row[T]:
    try:
        row: T = decoder(asking.shape).decode(data)
        raw = unsigned(data)
    except msgspec.ValidationError as error:
        reason = str(error).partition(" - at `")[0]
        return _unread(asking.kind, _raw(data), place_in(error), f"{reason[:1].lower()}{reason[1:]}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _unread(asking.kind, _raw(data), "", "this is no valid JSON")
    return Row(raw, seen=Seen(row, raw))


def made(row: Row[T], kind: Kind, make: Callable[[Seen[T]], R]) -> R | Unread:
    """The record, or why there is none. Whatever a mapping stumbles over is the row's fault, not that of its page."""
    if row.unread is not None or row.seen is None:
        return row.unread or unread_of(kind, row.raw, "", "it is missing")
    try:
        return make(row.seen)
    except Unreadable as error:
        where = f".{error.where}" if error.where else ""
        return unread_of(kind, row.raw, where, "this value cannot be read")
    except Exception as error:
        return unread_of(kind, row.raw, "", f"it cannot be understood ({type(error).__name__})")


def ident_of(raw: Any) -> str | None:
    found = raw.get("id") if isinstance(raw, dict) else None
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def unread_of(kind: Kind, raw: Any, where: str, reason: str) -> Unread:
    """`where` is the path below the record; `$` is the record itself, as `raw` has it."""
    place = f"${where}"
    named = "ticket field" if kind is Kind.HELPDESK else kind.value
    return Unread(
        kind=kind,
        remote_id=ident_of(raw),
        where=place,
        reason=f"Freshdesk sent a {named} we cannot read, at {place}: {reason}.",
        raw=raw,
    )


def _unread(kind: Kind, raw: Any, where: str, reason: str) -> Row[Any]:
    return Row(raw, unread=unread_of(kind, raw, where, reason))


def _raw(data: bytes) -> Any:
    """As much of an odd object as is JSON at all."""
    try:
        return unsigned(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
