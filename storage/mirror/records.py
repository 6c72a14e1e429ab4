"""Rows to records. A card says what the record is; the columns beside it say how it came here, and as of when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from msgspec.structs import force_setattr

from models.enums import DetailLevel, FreshnessSource
from models.queries import Row as Placed
from models.records import Record
from storage import ranks
from storage.database import Row
from storage.mirror import places

R = TypeVar("R", bound=Record)
_ORIGINS: Mapping[int, FreshnessSource] = {
    number: FreshnessSource.CACHE if word is FreshnessSource.LIVE else word
    for word, number in ranks.ORIGIN.all().items()
}
"""What was live when it was stored is not live any more."""
_FULL = ranks.DETAIL.number(DetailLevel.FULL)


@lru_cache(maxsize=16_384)
def _moment(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, UTC)


def opened(decode: Callable[[bytes], R], as_of: int, detail: int, origin: int, card: bytes) -> R:
    """The record as the vendor told it; it is nobody else's yet, so it may still be completed."""
    record = decode(card)
    force_setattr(record, "as_of", _moment(as_of))
    force_setattr(record, "origin", _ORIGINS[origin])
    if detail != _FULL:
        force_setattr(record, "detail", DetailLevel.LISTED)
    return record


def placed_rows(
    rows: Sequence[Row], lead: tuple[Any, ...], keys: int, decode: Callable[[bytes], R], names: Mapping[int, str]
) -> list[Placed[R]]:
    """`rows`: `keys` values of the order, helpdesk, number, and what is beside the record. `names`: the helpdesks'
    keys as places have them (`places.named`)."""
    found: list[Placed[R]] = []
    for row in rows:
        record = opened(decode, *row[keys + 2 : keys + 6])
        place = places.write((*lead, *row[:keys]), names[row[keys]], row[keys + 1])
        found.append(Placed(record, place))
    return found


def numbered_rows(rows: Sequence[Row], decode: Callable[[bytes], R], names: Mapping[int, str]) -> list[Placed[R]]:
    """The same for the commonest lists, whose one key is a number and always there, in less time."""
    found: list[Placed[R]] = []
    append, put, origins, begun = found.append, force_setattr, _ORIGINS, places.MARK
    for key, helpdesk, num, millis, detail, origin, card in rows:
        record = decode(card)
        put(record, "as_of", _moment(millis))
        put(record, "origin", origins[origin])
        if detail != _FULL:
            put(record, "detail", DetailLevel.LISTED)
        append(Placed(record, f"{begun}[{key},{names[helpdesk]},{num}]"))
    return found
