"""Scalars. Times go out in UTC with a `Z`, and come in with an offset: a time without one is a guess.

To the type checker a scalar is the Python type a resolver gives for it.
"""

import math
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON as _JSON
from strawberry.types.scalar import ScalarDefinition

if TYPE_CHECKING:
    Cursor = str
    URL = str
    HTML = str
    EmailAddress = str
    Duration = float
    JSON = Any
else:
    Cursor = NewType("Cursor", str)
    URL = NewType("URL", str)
    HTML = NewType("HTML", str)
    EmailAddress = NewType("EmailAddress", str)
    Duration = NewType("Duration", float)
    JSON = _JSON

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_YEARS = range(1000, 9999)
"""Four digits, and room for the day that a helpdesk's coarser search is widened by."""
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


def _time(value: datetime) -> str:
    at = value.astimezone(UTC).replace(tzinfo=None)
    return at.isoformat(timespec="seconds" if at.microsecond == 0 else "milliseconds") + "Z"


def _read_time(value: object) -> datetime:
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        try:
            at = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            if at.year in _YEARS:
                return at
            raise GraphQLError(f"A DateTime lies in the years {_YEARS[0]} to {_YEARS[-1]}.")
    raise GraphQLError("A DateTime is written like 2026-01-15T09:30:00Z, with `Z` or an offset.")


def _read_date(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError("A Date is written like 2026-01-15.")


def _duration(seconds: float) -> str:
    whole = math.floor(seconds * 1000 + 0.5) / 1000
    return f"PT{whole:.3f}".rstrip("0").rstrip(".") + "S"


def _read_duration(value: object) -> float:
    found = re.fullmatch(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", str(value))
    if not found or not any(found.groups()[1:]):
        raise GraphQLError("A Duration is written in ISO 8601, like PT60S.")
    sign, *parts = found.groups()
    days, hours, minutes, seconds = (float(part or 0) for part in parts)
    return (-1 if sign else 1) * (((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _text(what: str, longest: int) -> Any:
    def read(value: object) -> str:
        if not isinstance(value, str) or not value or len(value) > longest:
            raise GraphQLError(f"{what} is a text of 1 to {longest} characters.")
        return value

    return read


def _read_url(value: object) -> str:
    if not isinstance(value, str) or len(value) > 2_000 or not re.match(r"https?://[^\s/]", value):
        raise GraphQLError("A URL is absolute and begins with https:// or http://; at most 2000 characters.")
    return value


def _read_email(value: object) -> str:
    if not isinstance(value, str) or not _EMAIL.fullmatch(value.strip()):
        raise GraphQLError("An EmailAddress is written like name@example.com.")
    return value.strip()


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment, RFC 3339. Always UTC on output, like "
        "2026-01-15T09:30:00Z; input needs `Z` or an offset.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_time,
        parse_value=_read_time,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day without a time zone, like 2026-01-15.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=lambda value: value.isoformat(),
        parse_value=_read_date,
    ),
    Duration: strawberry.scalar(
        name="Duration",
        description="A length of time, ISO 8601, with a `-` in front where it may be negative. Output is in seconds, "
        "like PT60S or PT0.25S.",
        serialize=_duration,
        parse_value=_read_duration,
    ),
    Cursor: strawberry.scalar(
        name="Cursor",
        description="A place in a list, opaque. It is good for the same field, filter and order it came from, and for "
        "nobody else's account; anything else is refused with the code BAD_CURSOR.",
        serialize=str,
        parse_value=_text("A Cursor", 4_096),
    ),
    URL: strawberry.scalar(
        name="URL",
        description="An absolute address, https (http only where a helpdesk or this server is reached that way).",
        specified_by_url="https://url.spec.whatwg.org/",
        serialize=str,
        parse_value=_read_url,
    ),
    HTML: strawberry.scalar(
        name="HTML",
        description="HTML. On output it is sanitised: no scripts, no forms, no foreign pictures; pictures are links of "
        "ours that end after some minutes.",
        serialize=str,
        parse_value=_text("HTML", 200_000),
    ),
    EmailAddress: strawberry.scalar(
        name="EmailAddress",
        description="An e-mail address as the helpdesk keeps it, without a display name.",
        serialize=str,
        parse_value=_read_email,
    ),
    _JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value. Its shape is the helpdesk's own and may change without notice.",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
