"""Buckets as people of a zone count them, on the days when clocks change too."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import TimeBucket
from models.errors import BadInput
from storage.stats.cutting import Cut, offsets, zone_of

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Pacific/Apia",
    "Pacific/Kiritimati",
)
SECONDS = st.integers(0, 2**32)
_sql = sqlite3.connect(":memory:", check_same_thread=False)


def buckets(cut: Cut, moments: list[int]) -> list[str]:
    rows = ", ".join(f"({second})" for second in moments)
    numbers = _sql.execute(f"WITH t(at) AS (VALUES {rows}) SELECT {cut.sql()} FROM t").fetchall()
    return [cut.start(number) for (number,) in numbers]


def begun(second: int, bucket: TimeBucket, zone: ZoneInfo) -> str:
    """By the calendar of the zone, without any arithmetic of ours."""
    local = datetime.fromtimestamp(second, zone)
    if bucket is TimeBucket.HOUR:
        into = timedelta(minutes=local.minute, seconds=local.second)
        return (local.astimezone(UTC) - into).astimezone(zone).isoformat()
    day = local.date()
    if bucket is TimeBucket.WEEK:
        day -= timedelta(days=day.weekday())
    if bucket is TimeBucket.MONTH:
        day = day.replace(day=1)
    first = datetime(day.year, day.month, day.day, tzinfo=zone)
    return first.astimezone(UTC).astimezone(zone).isoformat()


@settings(max_examples=60, deadline=None)
@given(st.lists(SECONDS, min_size=1, max_size=20), st.sampled_from(ZONES), st.sampled_from(TimeBucket))
def test_every_moment_is_in_the_bucket_the_calendar_says(moments: list[int], name: str, bucket: TimeBucket) -> None:
    if bucket is TimeBucket.MONTH:
        moments = [second % (60 * 365 * 86_400) for second in moments]
    cut = Cut("at", bucket, name, (min(moments), max(moments)))
    zone = ZoneInfo(name)
    assert [b.replace("Z", "+00:00") for b in buckets(cut, moments)] == [begun(s, bucket, zone) for s in moments]


@pytest.mark.parametrize(
    ("zone", "bucket", "moment", "start"),
    [
        ("Europe/Berlin", TimeBucket.DAY, "2024-03-31T22:30:00Z", "2024-04-01T00:00:00+02:00"),
        ("Europe/Berlin", TimeBucket.DAY, "2024-03-31T21:30:00Z", "2024-03-31T00:00:00+01:00"),
        ("Europe/Berlin", TimeBucket.HOUR, "2024-10-27T00:30:00Z", "2024-10-27T02:00:00+02:00"),
        ("Europe/Berlin", TimeBucket.HOUR, "2024-10-27T01:30:00Z", "2024-10-27T02:00:00+01:00"),
        ("Europe/Berlin", TimeBucket.WEEK, "2024-03-31T21:59:59Z", "2024-03-25T00:00:00+01:00"),
        ("Europe/Berlin", TimeBucket.MONTH, "2024-10-31T23:30:00Z", "2024-11-01T00:00:00+01:00"),
        ("Asia/Beirut", TimeBucket.DAY, "2022-03-27T05:00:00Z", "2022-03-27T01:00:00+03:00"),
        ("Asia/Kathmandu", TimeBucket.HOUR, "2024-01-01T00:00:00Z", "2024-01-01T05:00:00+05:45"),
        ("UTC", TimeBucket.DAY, "1969-12-31T23:00:00Z", "1969-12-31T00:00:00Z"),
    ],
)
def test_on_days_when_clocks_change(zone: str, bucket: TimeBucket, moment: str, start: str) -> None:
    second = int(datetime.fromisoformat(moment).timestamp())
    assert buckets(Cut("at", bucket, zone, (second, second)), [second]) == [start]


def test_a_ticket_without_the_moment_has_no_bucket() -> None:
    for bucket in TimeBucket:
        cut = Cut("at", bucket, "Europe/Berlin", (0, 2**31))
        assert _sql.execute(f"WITH t(at) AS (SELECT NULL) SELECT {cut.sql()} FROM t").fetchall() == [(None,)]


def test_the_offsets_are_all_there() -> None:
    assert len(offsets("UTC", 1970, 2100)) == 1
    assert len(offsets("Europe/Berlin", 2000, 2009)) == 21
    assert len(offsets("Africa/Casablanca", 2014, 2014)) == 5


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe/Berlin\0", "a" * 5_000])
def test_a_zone_that_is_none_is_told(name: str) -> None:
    with pytest.raises(BadInput, match="`zone`") as caught:
        zone_of(name)
    assert caught.value.field == "zone" and len(caught.value.message) < 200


def test_months_of_centuries_are_refused() -> None:
    with pytest.raises(BadInput, match="hundred years"):
        Cut("at", TimeBucket.MONTH, "UTC", (0, 2**33))
