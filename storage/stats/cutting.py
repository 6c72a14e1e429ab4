"""Time in buckets of a zone: hours, days, weeks from Monday and months as people there count them.

The zone's offset is constant between its transitions, so SQL finds a bucket with integers alone: the second when an
hour begins, the local day's or week's number, the month's number. `Cut.start` tells when a bucket begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.enums import TimeBucket
from models.errors import BadInput

HOUR, DAY, WEEK = 3_600, 86_400, 604_800
_SHIFT = 20_000 * WEEK
"""Added before a division and taken off again: it rounds down before 1970, too."""
_MONDAY = 3 * DAY
"""1970 began on a Thursday."""
MOST_MONTHS = 1_200
_YEARS = (1970, 2100)
"""Outside of these years a zone is as at the nearer end."""


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"`zone` {name[:60]!r} is not a time zone. Give an IANA name, such as Europe/Berlin or UTC."
        raise BadInput(message, field="zone") from error


def _offset(zone: ZoneInfo, second: int) -> int:
    found = datetime.fromtimestamp(second, zone).utcoffset()
    return 0 if found is None else int(found.total_seconds())


@lru_cache(64)
def offsets(name: str, first_year: int, last_year: int) -> tuple[tuple[int, int], ...]:
    """(from which second on, the offset in seconds), the first one for all before."""
    zone = zone_of(name)
    second, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (first_year, last_year + 1))
    found = [(second, _offset(zone, second))]
    while second < end:
        later = second + WEEK
        if _offset(zone, later) != found[-1][1]:
            second = _transition(zone, second, later)
            found.append((second, _offset(zone, second)))
        else:
            second = later
    return tuple(found)


def _transition(zone: ZoneInfo, low: int, high: int) -> int:
    """The first second with another offset than `low` has."""
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _tree(column: str, leaves: Sequence[tuple[int, int]]) -> str:
    """The value of the last leaf that begins at or before the column: as a tree, so that few tests find it."""
    if len(leaves) == 1:
        return str(leaves[0][1])
    middle = len(leaves) // 2
    left, right = _tree(column, leaves[:middle]), _tree(column, leaves[middle:])
    return f"CASE WHEN {column} < {leaves[middle][0]} THEN {left} ELSE {right} END"


class Cut:
    """`between`: the first and the last second there is, as far as is known."""

    def __init__(self, column: str, bucket: TimeBucket, zone: str, between: tuple[int, int]) -> None:
        self._column = column
        self._bucket = bucket
        self._zone = zone_of(zone)
        years = [min(max(_year(second), _YEARS[0]), _YEARS[1]) for second in between]
        self._offsets = offsets(zone, *years)
        self._months = self._month_starts(between) if bucket is TimeBucket.MONTH else ()

    def sql(self) -> str:
        """The bucket's number; NULL where there is no moment. The same text gives the same buckets."""
        offset = f"({_tree(self._column, self._offsets)})"
        local = f"({self._column} + {offset} + {_SHIFT})"
        match self._bucket:
            case TimeBucket.HOUR:
                return f"({self._column} - {local} % {HOUR})"
            case TimeBucket.DAY:
                return f"({local} / {DAY} - {_SHIFT // DAY})"
            case TimeBucket.WEEK:
                return f"(({local} + {_MONDAY}) / {WEEK} - {_SHIFT // WEEK})"
            case TimeBucket.MONTH:
                return f"(CASE WHEN {self._column} IS NULL THEN NULL ELSE {_tree(self._column, self._months)} END)"

    def start(self, number: int) -> str:
        """When this bucket begins, RFC 3339 with the zone's offset then."""
        match self._bucket:
            case TimeBucket.HOUR:
                return _written(datetime.fromtimestamp(number, self._zone))
            case TimeBucket.DAY:
                return self._midnight(number)
            case TimeBucket.WEEK:
                return self._midnight(number * 7 - _MONDAY // DAY)
            case TimeBucket.MONTH:
                year, month = divmod(number, 12)
                return _written(self._first(date(year, month + 1, 1)))

    def _midnight(self, day: int) -> str:
        return _written(self._first(date(1970, 1, 1) + timedelta(days=day)))

    def _first(self, day: date) -> datetime:
        """A day's first moment: midnight, or later where clocks were put forward over it."""
        return datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC).astimezone(self._zone)

    def _month_starts(self, between: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        first, last = (_month(datetime.fromtimestamp(second, self._zone)) for second in between)
        if last - first > MOST_MONTHS:
            raise BadInput(
                "These tickets lie more than a hundred years apart. Take another `bucket` than MONTH.",
                field="bucket",
            )
        starts = ((self._first(date(n // 12, n % 12 + 1, 1)), n) for n in range(first, last + 1))
        return tuple((int(start.timestamp()), number) for start, number in starts)


def _year(second: int) -> int:
    return datetime.fromtimestamp(min(max(second, 0), 2**32), UTC).year


def _month(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
