"""Rows of a stream, each read by itself: one that cannot be read is set apart with its reason, the others stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from models.changes import ChangeBatch, Gone, SyncedRecord, Unread
from models.enums import Kind
from models.errors import Unreadable
from providers.zendesk.checkpoints import told
from providers.zendesk.exports import CursorPlace, Part, TimePlace
from providers.zendesk.lenient import pairs, scrubbed
from providers.zendesk.rows import Found, found
from providers.zendesk.session import record_id

T = TypeVar("T")
R = TypeVar("R")

_ODD = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What a mapping may stumble over in a value of the right kind that is out of all bounds."""


class Rows(msgspec.Struct, Generic[T], frozen=True):
    """`found` with its place in the list, and what could not be read."""

    name: str
    of: Kind
    found: Sequence[tuple[int, Found[T]]]
    unread: tuple[Unread, ...]

    @property
    def nameless(self) -> bool:
        """A row is there whose id is not known: a list that was read whole does not tell who is gone."""
        return any(row.remote_id is None for row in self.unread)

    def named_by(self, key: str, of: Kind) -> tuple[Unread, ...]:
        """The unread, as those of the record they are part of: a membership is its person's."""
        return tuple(
            msgspec.structs.replace(row, kind=of, remote_id=record_id(pairs(row.raw).get(key))) for row in self.unread
        )

    def map(self, make: Callable[[Found[T]], R]) -> tuple[list[R], tuple[Unread, ...]]:
        """Every row mapped, and all that are unread, those whose mapping fails too."""
        made: list[R] = []
        failed: list[Unread] = []
        for place, row in self.found:
            try:
                made.append(make(row))
            except _ODD:
                failed.append(_unread(self.of, row.raw, f"$.{self.name}[{place}]"))
        return made, (*self.unread, *failed)


def rows_of(rows: Sequence[Any], name: str, wire: type[T], of: Kind) -> Rows[T]:
    good: list[tuple[int, Found[T]]] = []
    bad: list[Unread] = []
    for place, row in enumerate(rows):
        where = f"$.{name}[{place}]"
        if _ident(row) is None:
            bad.append(_unread(of, row, f"{where}.id" if isinstance(row, dict) else where))
            continue
        try:
            good.append((place, found(row, wire, where)))
        except Unreadable as error:
            bad.append(_unread(of, row, error.where or where))
        except _ODD:
            bad.append(_unread(of, row, where))
    return Rows(name, of, good, tuple(bad))


def batch_of(
    part: Part, place: CursorPlace | TimePlace, made: Sequence[SyncedRecord | Gone], unread: Sequence[Unread]
) -> ChangeBatch:
    """What a page of an export has shown; `place` is where the next one begins."""
    records, gone = parted(made)
    through = {"caught_up": True, "expected": None} if part.ended else {}
    return ChangeBatch(
        records=records,
        gone=gone,
        unreadable=tuple(unread),
        checkpoint=told(msgspec.structs.replace(place, **through)),
        more=not part.ended,
        watermark=part.until if part.ended else None,
        expected=place.expected,
    )


def parted(made: Sequence[SyncedRecord | Gone]) -> tuple[tuple[SyncedRecord, ...], tuple[Gone, ...]]:
    records = tuple(one for one in made if not isinstance(one, Gone))
    return records, tuple(one for one in made if isinstance(one, Gone))


def _ident(row: Any) -> str | None:
    return record_id(row.get("id")) if isinstance(row, dict) else None


def _unread(of: Kind, row: Any, where: str) -> Unread:
    try:
        raw = scrubbed(row)
    except RecursionError:
        raw = None
    reason = f"The helpdesk's record could not be read at {where}."
    return Unread(kind=of, remote_id=_ident(row), where=where, reason=reason, raw=raw)
