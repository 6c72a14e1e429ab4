"""A record as a reading: where it stands, what of it is kept where. A record that cannot be stored is unfit, alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from models.changes import Gone, Translated, Unread
from models.enums import Kind, Lifecycle
from models.records import Record
from storage import codec
from storage.apply.cleaning import scrubbed
from storage.apply.desk import Desk
from storage.apply.held import WHENEVER, Reading
from storage.apply.marks import Grave
from storage.ranks import LIFECYCLE, SHOWN
from storage.values import micros, number_of

_SHOWN = frozenset(SHOWN)
ODD: Final = (ValueError, TypeError, AttributeError, OverflowError, RecursionError, msgspec.MsgspecError)
LONGEST_ID: Final = 200
R = TypeVar("R", bound=msgspec.Struct)


class Unfit(ValueError):
    """`where` is the field."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(reason)
        self.where, self.reason = where, reason


def read(desk: Desk, kind: Kind, records: Iterable[R], make: Callable[[Desk, R], Reading]) -> list[Reading]:
    """Those that can be stored; the others are noted as unfit."""
    found = []
    for record in records:
        try:
            found.append(make(desk, record))
        except ODD:
            again = _once_more(desk, kind, record, make)
            if again is not None:
                found.append(again)
    return found


def _once_more(desk: Desk, kind: Kind, record: R, make: Callable[[Desk, R], Reading]) -> Reading | None:
    try:
        return make(desk, scrubbed(record))
    except ODD as error:
        where, reason = _explained(error, main_of(record))
        desk.unfit.append(unread(kind, main_of(record), where, reason))
        return None


def _explained(error: Exception, record: Any) -> tuple[str, str]:
    if isinstance(error, Unfit):
        return error.where, error.reason
    if isinstance(error, msgspec.ValidationError):
        reason, _, place = str(error).partition(" - at ")
        found = re.match(r"`\$\[(\d+)\](.*)`", place)
        name = record.__struct_fields__[int(found[1])] + found[2] if found else "$"
        return name, f"A value of another type than this field has: {reason}."
    return "$", "A value in it cannot be stored."


def main_of(record: Any) -> Any:
    """The record itself, without what came along."""
    return record.article if isinstance(record, Translated) else record


def unread(kind: Kind, record: Any, where: str, reason: str) -> Unread:
    return Unread(
        kind=kind, remote_id=str(record.remote_id), where=where, reason=reason, raw=getattr(record, "raw", None)
    )


def packed(record: msgspec.Struct, unpack: Callable[[bytes], R]) -> tuple[R, bytes]:
    """The card, and the record as it will be read from it: what could not be read then is not stored now."""
    card = codec.pack(record)
    return unpack(card), card


def ident(record: Any) -> str:
    """Its remote id."""
    found = record.remote_id
    if not isinstance(found, str) or not found or len(found) > LONGEST_ID or "\0" in found:
        raise Unfit("remote_id", "It is no id that can be stored.")
    return found


def checked_version(desk: Desk, record: Record, *others: datetime | None) -> int:
    found = latest(record.updated_at, *others)
    if found > desk.far_ahead:
        raise Unfit("updated_at", "Its time of change lies far ahead.")
    return found


def latest(*times: datetime | None) -> int:
    """The latest of the vendor's times of change; 0 where it tells none."""
    found = 0
    for at in times:
        if at is not None:
            version = round(at.timestamp() * 1_000_000)
            if version > found:
                found = version
    return found


def grave_of(record: Record, version: int, as_of: int, merged_into: str | None = None) -> Grave | None:
    """A record that is not in use says so itself."""
    if record.lifecycle is Lifecycle.ACTIVE or record.lifecycle in _SHOWN:
        return None
    return Grave(version, as_of, LIFECYCLE.number(record.lifecycle), merged_into)


def gone_reading(desk: Desk, gone: Gone) -> Reading:
    """What the vendor says is not in use, without the record."""
    remote_id = ident(gone)
    lifecycle = gone.lifecycle if gone.lifecycle not in _SHOWN else Lifecycle.DELETED
    version = WHENEVER if gone.at is None else micros(gone.at)
    if gone.at is not None and version > desk.far_ahead:
        raise Unfit("at", "Its time lies far ahead.")
    grave = Grave(version, desk.now_ms, LIFECYCLE.number(lifecycle), gone.merged_into_id)
    return Reading(number_of(remote_id), remote_id, version, desk.now_ms, desk.origin, None, b"", grave=grave)
