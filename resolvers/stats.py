"""Figures over the tickets of our copy, and how current and whole what was counted is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from models.enums import CountPrecision, SyncKind, TicketDimension, TicketMeasure, TimeBucket
from models.errors import BadInput, Unsupported
from models.records import Count
from models.stats import StatsQuery, TicketStats
from models.sync import Coverage, SyncState
from resolvers.context import RequestContext
from resolvers.filters import NOTHING, Wanted
from resolvers.listing import copied_where
from resolvers.store import checked, kept
from storage.stats.figures import MOST
from storage.stats.figures import ticket_stats as figures

MOST_DIMENSIONS = 3
MOST_ROWS = MOST.rows
IN_TIME = frozenset({TicketDimension.CREATED_AT, TicketDimension.RESOLVED_AT})


async def ticket_stats(
    context: RequestContext,
    wanted: Wanted,
    group_by: Sequence[TicketDimension],
    measures: Sequence[TicketMeasure],
    bucket: TimeBucket | None,
    zone: str,
) -> TicketStats:
    store = kept(context, "`ticketStats`")
    query = _query(group_by, measures, bucket, zone)
    await checked(context, store, wanted)
    asked = [key for key in context.sources if wanted.of(key) != NOTHING]
    counted = [key for key in asked if key in store.helpdesks]
    if asked and not counted:
        raise Unsupported(
            "These helpdesks are asked live: there is no copy of their tickets to count.",
            nearest="Their operator can have them copied (`mirror` in helpdesks.toml).",
            field="filter.helpdesk",
        )
    now = context.clock.now()
    states = [await store.states.of(key, SyncKind.TICKETS) for key in counted]
    where = copied_where(wanted.where)
    rows = await figures(store.database, store.tenancy, context.scope, counted, where, query, now)
    coverage = _coverage(states, whole=len(counted) == len(asked))
    if context.scope.organizations is not None:  # what is missing may be anybody's
        coverage = msgspec.structs.replace(coverage, known_missing=None)
    return TicketStats(as_of=_as_of(states, now), coverage=coverage, rows=rows)


def _query(
    group_by: Sequence[TicketDimension], measures: Sequence[TicketMeasure], bucket: TimeBucket | None, zone: str
) -> StatsQuery:
    if len(group_by) > MOST_DIMENSIONS:
        message = f"`groupBy` has {len(group_by)} entries; at most {MOST_DIMENSIONS} are allowed."
        raise BadInput(message, field="groupBy")
    if not measures:
        raise BadInput("`measures` is an empty list. Give at least one, such as COUNT.", field="measures")
    for field, values in (("groupBy", group_by), ("measures", measures)):
        if len(set(values)) < len(values):
            raise BadInput(f"`{field}` names the same twice. Give each once.", field=field)
    if bucket is not None and IN_TIME.isdisjoint(group_by):
        raise BadInput("`bucket` cuts CREATED_AT or RESOLVED_AT; `groupBy` has neither. Leave it out.", field="bucket")
    _check_zone(zone)
    return StatsQuery(group_by=tuple(group_by), measures=tuple(measures), bucket=bucket or TimeBucket.DAY, zone=zone)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = "`zone` is no time zone we know. Give an IANA name, like Europe/Berlin or UTC."
        raise BadInput(message, field="zone") from None


def _as_of(states: Sequence[SyncState], now: datetime) -> datetime:
    """The oldest of them; of a first copy under way, when it began."""
    return min((state.watermark or state.finished_at or state.started_at or now for state in states), default=now)


def _coverage(states: Sequence[SyncState], *, whole: bool) -> Coverage:
    """`whole`: no helpdesk that was asked for is without a copy."""
    missing = [state.coverage.known_missing for state in states]
    counts = [count for count in missing if count is not None]
    loose = any(count.precision is not CountPrecision.EXACT for count in counts)
    known = Count(
        value=sum(count.value for count in counts),
        precision=CountPrecision.AT_LEAST if loose else CountPrecision.EXACT,
    )
    return Coverage(
        complete=whole and all(state.coverage.complete for state in states),
        to=min((state.coverage.to for state in states if state.coverage.to is not None), default=None),
        known_missing=known if len(counts) == len(missing) else None,
    )
