"""How values become columns: ids as numbers, moments as seconds, texts as what is compared, custom fields as texts that
sort."""

from __future__ import annotations

import hashlib
import math
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

KEY_LENGTH = 60
"""Texts are ordered and compared by their beginning; equal beginnings are told apart by the record itself."""
_LARGEST = 2**63 - 1


def number_of(remote_id: str) -> int:
    """The id as a number. Both vendors' ids are numbers; another's becomes a digest of 62 bits, below zero."""
    if remote_id.isdecimal() and remote_id.isascii():
        found = int(remote_id)
        if found <= _LARGEST and str(found) == remote_id:
            return found
    return -1 - (int.from_bytes(hashlib.blake2b(remote_id.encode(), digest_size=8).digest()) >> 2)


def number_or_none(remote_id: str | None) -> int | None:
    return None if remote_id is None else number_of(remote_id)


def seconds(at: datetime | None) -> int | None:
    return None if at is None else math.floor(at.timestamp())


def micros(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


def millis(at: datetime) -> int:
    return round(at.timestamp() * 1_000)


def moment(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def text_key(value: str | None) -> str | None:
    """What a text is ordered and found by, whatever its case."""
    if value is None:
        return None
    if value.isascii() and "\0" not in value:
        return value[:KEY_LENGTH].lower()
    return unicodedata.normalize("NFKC", value).replace("\0", "").casefold()[:KEY_LENGTH]


def number_key(value: float) -> str:
    """A text whose order is the numbers' order."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))
    return f"n{bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 0x8000000000000000):016x}"


def _number(value: str) -> float | None:
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) and len(value) < 40 else None


def value_keys(value: Any) -> Iterator[str]:
    """Every key a custom field's value is found by. They depend on the value alone: what was written can be taken back.

    A text that reads as a number has both keys: vendors write decimals as text. Times and days are texts in ISO 8601.
    """
    if value is None or value == "" or isinstance(value, Mapping):
        return
    if isinstance(value, bool):
        yield "b1" if value else "b0"
    elif isinstance(value, int | float):
        if math.isfinite(value):
            yield number_key(float(value))
    elif isinstance(value, str):
        yield "t" + (text_key(value) or "")
        found = _number(value)
        if found is not None:
            yield number_key(found)
    elif isinstance(value, Iterable):
        for one in value:
            if isinstance(one, str | int | float):
                yield from value_keys(one)


def field_keys(fields: Mapping[str, Any]) -> set[tuple[str, str]]:
    """(field, value key) of all custom fields of a record."""
    return {(field, key) for field, value in fields.items() for key in value_keys(value)}
