"""Times as Freshdesk writes and reads them (vendor's API reference, 'Schema')."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

_INPUT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_INDIA = timezone(timedelta(hours=5, minutes=30))


def shown(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.isoformat(timespec='seconds')[:19]}Z"


def shown_in_india(moment: datetime | None) -> str | None:
    """As the reference's samples of groups, companies and attachments are."""
    return None if moment is None else moment.astimezone(_INDIA).isoformat(timespec="seconds")


def _offset(text: str | None) -> timezone:
    """No zone means UTC."""
    if text is None or text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    gap = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-gap if text[0] == "-" else gap)


def parsed(text: str) -> datetime | None:
    """The forms the reference lists, whole seconds, UTC; None for any other text."""
    found = _INPUT.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=_offset(zone)
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parsed_day(text: str) -> date | None:
    """Custom dates take days only."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
