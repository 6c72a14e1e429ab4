"""Relay connections: what may be asked for, cursors that only we can make, and the shape of an answer.

A cursor is bound to its tenant, and to the field, filter and order it was made under (`fingerprint`); anything else is
BAD_CURSOR. Inside it is the place of every helpdesk's stream (see merging.py).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from models.enums import SourceOutcome
from models.errors import BadCursor, BadInput, HelpdeskError
from models.records import Count, HelpdeskInfo
from models.sync import Coverage

T = TypeVar("T")

DEFAULT_SIZE = 50
MAX_SIZE = 100
MAX_CURSOR = 4_096


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A checked `first/after/last/before`. `after` goes with forward paging, `before` with backward paging."""

    size: int
    after: str | None = None
    before: str | None = None
    backward: bool = False

    def opened(self, cursors: Cursors, fingerprint: str) -> Position | None:
        """What its cursor holds; None without one."""
        text = self.before if self.backward else self.after
        return cursors.open(text, fingerprint, field="before" if self.backward else "after") if text else None


def window(
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    *,
    default: int = DEFAULT_SIZE,
    limit: int = MAX_SIZE,
) -> Window:
    if first is not None and last is not None:
        raise BadInput("Give `first` or `last`, not both.", field="last")
    if after is not None and before is not None:
        raise BadInput("Give `after` with `first`, or `before` with `last`, not both cursors.", field="before")
    if last is not None and after is not None:
        raise BadInput("`last` goes with `before`; to page forward from `after` use `first`.", field="last")
    if first is not None and before is not None:
        raise BadInput("`first` goes with `after`; to page backward from `before` use `last`.", field="first")
    backward = last is not None or before is not None
    name, size = ("last", last) if backward else ("first", first)
    size = default if size is None else size
    if not 1 <= size <= limit:
        raise BadInput(f"`{name}` must be from 1 to {limit}; it is {size}.", field=name)
    return Window(size=size, after=after, before=before, backward=backward)


class Position(msgspec.Struct, frozen=True, array_like=True):
    """What a cursor holds: each stream's place of its last row at or before the edge, and whose row the edge is.

    `mirrored`: the helpdesks whose rows come from our copy in this walk. An empty place is the very beginning."""

    own: str
    places: Mapping[str, str]
    mirrored: tuple[str, ...] = ()


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    fingerprint: bytes
    position: Position


class Cursors:
    """Makes and opens cursors for one tenant. The MAC covers all of it; the key stays in the process's settings."""

    VERSION = b"\x01"

    def __init__(self, key: bytes, tenant: str) -> None:
        self._key = hashlib.sha256(b"cursor\0" + tenant.encode() + b"\0" + key).digest()

    def seal(self, position: Position, fingerprint: str) -> str:
        body = self.VERSION + msgspec.msgpack.encode(_Sealed(_digest(fingerprint), position))
        return base64.urlsafe_b64encode(self._mac(body) + body).rstrip(b"=").decode()

    def open(self, cursor: str, fingerprint: str, *, field: str) -> Position:
        sealed = self._unseal(cursor)
        if sealed is None:
            raise BadCursor(
                f"`{field}` is not a cursor of this API, or it was altered. Use an `endCursor` or a `cursor` from an "
                "earlier page, unchanged.",
                field=field,
            )
        if not hmac.compare_digest(sealed.fingerprint, _digest(fingerprint)):
            raise BadCursor(
                f"`{field}` was made under another field, filter or order. Keep these the same from page to page, or "
                "start again without a cursor.",
                field=field,
            )
        return sealed.position

    def _unseal(self, cursor: str) -> _Sealed | None:
        if len(cursor) > MAX_CURSOR:
            return None
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        mac, body = raw[:16], raw[16:]
        spelled = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == cursor
        if not spelled or body[:1] != self.VERSION or not hmac.compare_digest(mac, self._mac(body)):
            return None
        return msgspec.msgpack.decode(body[1:], type=_Sealed)

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()[:16]


def _digest(fingerprint: str) -> bytes:
    return hashlib.sha256(fingerprint.encode()).digest()[:12]


def fingerprint(*parts: object) -> str:
    """A stable digest of what a cursor depends on: the field, its owner, the filter, the order."""
    return hashlib.sha256(msgspec.json.encode([_plain(p) for p in parts], order="deterministic")).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, (set, frozenset)):
        return sorted(str(v) for v in value)
    return msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value


class Edge(msgspec.Struct, Generic[T], frozen=True):
    cursor: str
    node: T


class PageInfo(msgspec.Struct, frozen=True, kw_only=True):
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """How one helpdesk took part in a page. `coverage`: how much of its matching rows this source can reach."""

    info: HelpdeskInfo
    state: SourceOutcome
    as_of: datetime | None = None
    coverage: Coverage = Coverage(complete=True)
    retry_after_s: float | None = None
    error: HelpdeskError | None = None


class Connection(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    edges: tuple[Edge[T], ...]
    page_info: PageInfo
    total_count: Count | None = None
    sources: tuple[SourceState, ...] = ()

    @property
    def nodes(self) -> list[T]:
        return [edge.node for edge in self.edges]


def list_connection(items: Sequence[T], page: Window, cursors: Cursors, *, fingerprint: str) -> Connection[T]:
    """A page of a list that is whole in hand and does not change under the reader; its cursors are positions."""
    start, end = 0, len(items)
    if page.after is not None:
        start = min(end, _index(cursors.open(page.after, fingerprint, field="after")) + 1)
    if page.before is not None:
        end = min(end, _index(cursors.open(page.before, fingerprint, field="before")))
    if page.backward:
        start = max(start, end - page.size)
    else:
        end = min(end, start + page.size)
    edges = tuple(
        Edge(cursors.seal(Position("", {"": str(i)}), fingerprint), items[i]) for i in range(start, max(start, end))
    )
    info = PageInfo(
        has_next_page=end < len(items),
        has_previous_page=start > 0,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, page_info=info)


def _index(position: Position) -> int:
    return int(position.places.get("", "0"))
