"""Reading what Zendesk wrote, in any of the forms it has used."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH_LIMIT = 253_402_300_799


def moment(value: Any) -> datetime | None:
    """A time as UTC, or None. Evidence for the forms: custom statuses show `2021-07-20 22:55:29+00:00`, deleted tickets
    `20140704T15:37:04Z`, exports Unix seconds (vendor's API reference, the examples of these pages)."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC) if 0 < value < _EPOCH_LIMIT else None
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def ref(value: int | None) -> str | None:
    """An id as text. 0 and -1 stand for nobody (webhook details say "0"; automations say -1)."""
    return str(value) if value is not None and value > 0 else None


def refs(values: list[int] | None) -> tuple[str, ...]:
    return tuple(str(v) for v in values or () if v > 0)


def text(value: str | None) -> str | None:
    """None for an empty text, which Zendesk uses for "not set" as often as null."""
    return value or None


def texts(values: list[str | None] | None) -> tuple[str, ...]:
    return tuple(v for v in values or () if v)


def whole(value: Any) -> int | None:
    """A number that older answers write as text (`width: "80"`)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return int(value) if isinstance(value, str) and value.isdecimal() else None


def later(start: datetime | None, seconds: int | None) -> datetime | None:
    """So many seconds after; None when either is not known, or there is no such time."""
    if start is None or seconds is None:
        return None
    try:
        return start + timedelta(seconds=seconds)
    except OverflowError:
        return None


def pairs(value: Any) -> dict[str, Any]:
    """A JSON object, or nothing."""
    return value if isinstance(value, dict) else {}


_LINKS = frozenset({"content_url", "mapped_content_url", "recording_url", "refresh_token", "token"})
_PLAIN = frozenset({int, float, bool, type(None)})
_TOKEN = re.compile(r"(/attachments/token/)[^/?\"'<>\s]+")  # pictures stand in the HTML by such addresses


def scrubbed(value: Any) -> Any:
    """The vendor's object without addresses that are keys: whoever holds an attachment's address may read it."""
    if isinstance(value, str):
        return _TOKEN.sub(r"\1hidden", value) if "/token/" in value else value
    if isinstance(value, dict):
        return {
            name: inner if inner.__class__ in _PLAIN else scrubbed(inner)
            for name, inner in value.items()
            if name not in _LINKS
        }
    return [scrubbed(inner) for inner in value] if isinstance(value, list) else value
