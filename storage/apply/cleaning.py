"""Vendors' values as a database takes them. One odd value never stops a batch.

PostgreSQL takes no NUL in a text, no database a lone surrogate, and numbers have 64 bits. Texts that are part of an
index are cut, since an index entry has a largest size (`INDEXED` characters of four bytes are below it).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

INDEXED: Final = 400
_SMALL: Final = 2**15 - 1
_LARGEST: Final = 2**63 - 1
_DEEPEST: Final = 200
S = TypeVar("S", bound=msgspec.Struct)


def told(value: str) -> str:
    return value.replace("\0", "") if "\0" in value else value


def indexed(value: str | None) -> str | None:
    """What a column of an index holds of it."""
    return None if value is None else told(value)[:INDEXED]


def small(value: object) -> int | None:
    return None if not isinstance(value, int) else max(-_SMALL, min(_SMALL, value))


def big(value: object) -> int | None:
    """None for what is no number, or none that fits."""
    if isinstance(value, float) and math.isfinite(value):
        value = int(value)
    return value if isinstance(value, int) and -_LARGEST <= value <= _LARGEST else None


def storable(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)


def scrubbed(record: S) -> S:
    """The record, without what cannot be packed: lone surrogates become a replacement character, numbers that are too
    large become texts, or nothing where a number belongs, and what is nested too deep goes."""
    return msgspec.structs.replace(record, **{name: _field(getattr(record, name)) for name in record.__struct_fields__})


def _field(value: Any) -> Any:
    return None if isinstance(value, int) and abs(value) > _LARGEST else _scrub(value, 0)


def scrub(value: Any) -> Any:
    return _scrub(value, 0)


def _scrub(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        kept = told(value)
        return kept if storable(kept) else kept.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, bool | datetime) or value is None:
        return value
    if isinstance(value, int):
        return value if -_LARGEST <= value <= _LARGEST else str(value)
    if isinstance(value, msgspec.Struct):
        return scrubbed(value)
    if isinstance(value, Mapping):
        return {_scrub(key, depth + 1): _scrub(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_scrub(item, depth + 1) for item in value)
    return value
