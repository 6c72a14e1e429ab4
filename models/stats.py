"""Figures over tickets: what is asked, and the answer."""

from __future__ import annotations

from datetime import datetime

import msgspec

from models.enums import TicketDimension, TicketMeasure, TimeBucket
from models.sync import Coverage


class StatsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`bucket` and `zone` say how the time dimensions are cut: local days of an IANA zone, weeks from Monday."""

    group_by: tuple[TicketDimension, ...]
    measures: tuple[TicketMeasure, ...]
    bucket: TimeBucket = TimeBucket.DAY
    zone: str = "UTC"


class StatsRow(msgspec.Struct, frozen=True, kw_only=True):
    """`keys` in the order of `group_by` (global ids for records, RFC 3339 starts for buckets, None for "none");
    `values` in the order of `measures`: durations in seconds, rates from 0 to 1."""

    keys: tuple[str | None, ...]
    values: tuple[float | None, ...]


class TicketStats(msgspec.Struct, frozen=True, kw_only=True):
    as_of: datetime
    coverage: Coverage
    rows: tuple[StatsRow, ...]
