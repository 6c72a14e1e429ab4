"""How the vendor writes times and the few shapes that many objects share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, overload


@overload
def stamp(moment: None) -> None: ...
@overload
def stamp(moment: datetime | float) -> str: ...
def stamp(moment: datetime | float | None) -> str | None:
    """UTC, whole seconds ('Requests' page)."""
    if moment is None:
        return None
    if isinstance(moment, (int, float)):
        moment = datetime.fromtimestamp(moment, UTC)
    return f"{moment.isoformat(timespec='seconds')[:19]}Z"


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def count_answer(value: int, now: datetime) -> dict[str, Any]:
    """Above 100,000 the value is up to a day old (the pages of the count endpoints)."""
    if value > 100_000:
        return {"count": {"value": value, "refreshed_at": stamp(now.replace(hour=0, minute=0, second=0))}}
    return {"count": {"value": value, "refreshed_at": stamp(now)}}


def distinct(values: Any) -> list[Any]:
    """Without repeats and Nones, first seen first."""
    return [value for value in dict.fromkeys(values) if value is not None]
