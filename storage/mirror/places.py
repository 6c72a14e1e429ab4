"""A place in a list as text: the values a row is ordered by, its helpdesk's key and its number.

It names no row of ours, so it holds after a database was lost and filled again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
import orjson

from models.errors import BadCursor
from storage.mirror.bounds import is_text, key_columns
from storage.mirror.listing import Key
from storage.tenants import Tenancy

MARK = "m"
"""Places of the vendors' lists begin otherwise."""
_decode = msgspec.json.Decoder(list[int | str | None]).decode


def named(key: str) -> str:
    """A helpdesk's key as it stands in a place."""
    return orjson.dumps(key).decode()


def write(keys: Sequence[Any], name: str, num: int) -> str:
    """A JSON list: the keys, the helpdesk's name (`named`), the number."""
    begun = orjson.dumps(keys).decode()[:-1]
    return f"{MARK}{begun}{',' if keys else ''}{name},{num}]"


def read(place: str, sort: Sequence[Key], nullable: Collection[str], tenancy: Tenancy, *, field: str) -> dict[str, Any]:
    """Column → value."""
    keys = key_columns(sort)
    try:
        *values, helpdesk, num = _decode(place.removeprefix(MARK)) if place.startswith(MARK) else [None]
    except (ValueError, msgspec.DecodeError):
        raise _foreign(field) from None
    desk = tenancy.helpdesks.get(helpdesk) if isinstance(helpdesk, str) else None
    if desk is None or not isinstance(num, int) or len(values) != len(keys):
        raise _foreign(field)
    found = dict(zip(keys, values, strict=True))
    for column, value in found.items():
        if (value is None and column not in nullable) or not _fits(column, value):
            raise _foreign(field)
    return {**found, "helpdesk": desk, "num": num}


def _fits(column: str, value: Any) -> bool:
    return value is None or isinstance(value, str) is is_text(column)


def _foreign(field: str) -> BadCursor:
    return BadCursor("This is no place of this list. Start again without a cursor.", field=field)
