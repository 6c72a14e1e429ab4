"""How far the copy of each helpdesk has come, read from the streams' own rows.

Several streams make one kind: the worst of them decides its status, and the main one furthest behind its watermark;
another one (deleted records, a daily look for what was missed) counts for that only when it is late by its own clock.
A kind is complete enough to answer from (`covers`) when its main streams have been read to their end once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import bindparam, func, literal_column, select

from models.changes import StreamSpec
from models.enums import CountPrecision, Kind, SyncKind, SyncStatus
from models.records import Count, RemoteProblem
from models.sync import Coverage, SyncState
from runtime.clock import Clock
from storage.bulk import FACT
from storage.database import Database, Row, Session
from storage.statements import Statement
from storage.tables.directory import facts
from storage.tables.syncing import absences, checkpoints, quarantine
from storage.tenants import Tenancy
from storage.values import moment

COMMENTS: Final = StreamSpec(name="comments", kind=SyncKind.COMMENTS, every_s=60.0)
"""No stream of a provider: comments are read ticket by ticket."""
RECONCILE: Final = StreamSpec(name="~reconcile", kind=SyncKind.TICKETS, every_s=60.0, main=False)
"""Nor this: it looks for what the streams of tickets have missed, and tells only when it has stopped."""
MOST_COUNTED: Final = 10_000
"""Missing records are counted up to here."""
BEHIND_FACTOR: Final = 4.0
BEHIND_GRACE_S: Final = 180.0
"""Late by a few times the stream's own interval, and by more than vendors withhold, is behind."""
KEPT_S: Final = 1.0

_KINDS: Final[Mapping[SyncKind, Kind]] = {
    SyncKind.TICKETS: Kind.TICKET,
    SyncKind.COMMENTS: Kind.COMMENT,
    SyncKind.CONTACTS: Kind.CONTACT,
    SyncKind.ORGANIZATIONS: Kind.ORGANIZATION,
    SyncKind.AGENTS: Kind.AGENT,
    SyncKind.GROUPS: Kind.GROUP,
    SyncKind.ARTICLES: Kind.ARTICLE,
}
_BAD: Final = (SyncStatus.FAILED, SyncStatus.PAUSED)
_WORST: Final = (
    SyncStatus.FAILED,
    SyncStatus.PAUSED,
    SyncStatus.NEVER_RUN,
    SyncStatus.BACKFILLING,
    SyncStatus.BEHIND,
    SyncStatus.LIVE,
)

_row = checkpoints.c
_STREAMS = Statement(
    select(
        _row.helpdesk,
        _row.stream,
        _row.status,
        _row.started_at,
        _row.finished_at,
        _row.first_finished_at,
        _row.watermark,
        _row.processed,
        _row.expected,
        _row.error,
    ).where(_row.tenant == bindparam("tenant"))
)
_unknown = (
    select(literal_column("1"))
    .where(
        absences.c.tenant == bindparam("tenant"),
        absences.c.helpdesk == bindparam("helpdesk"),
        absences.c.state == literal_column("0"),
    )
    .limit(bindparam("most"))
    .subquery()
)
_MISSING = Statement(select(func.count()).select_from(_unknown))
_unread = (
    select(quarantine.c.helpdesk, quarantine.c.kind)
    .where(quarantine.c.tenant == bindparam("tenant"))
    .limit(bindparam("most"))
    .subquery()
)
_UNREAD = Statement(
    select(_unread.c.helpdesk, _unread.c.kind, func.count()).group_by(_unread.c.helpdesk, _unread.c.kind)
)


_LOADING = Statement(select(facts.c.value).where(facts.c.name == bindparam("name")))


class _Stream(msgspec.Struct, frozen=True, kw_only=True):
    spec: StreamSpec
    status: SyncStatus = SyncStatus.NEVER_RUN
    started_at: datetime | None = None
    finished_at: datetime | None = None
    first_finished_at: datetime | None = None
    watermark: datetime | None = None
    processed: int = 0
    expected: int | None = None
    error: RemoteProblem | None = None

    def standing(self, now: datetime) -> SyncStatus:
        if self.status in _BAD:
            return self.status
        if self.first_finished_at is None:
            return SyncStatus.BACKFILLING if self.started_at is not None else SyncStatus.NEVER_RUN
        return SyncStatus.BEHIND if self.watermark is None or self.late(now) else SyncStatus.LIVE

    def late(self, now: datetime) -> bool:
        most = timedelta(seconds=BEHIND_FACTOR * self.spec.every_s + BEHIND_GRACE_S)
        return self.watermark is not None and now - self.watermark > most


async def sync_states(
    db: Database, tenancy: Tenancy, helpdesks: Mapping[str, Sequence[StreamSpec]], now: datetime
) -> list[SyncState]:
    """One for each helpdesk and kind, in the order of `helpdesks`, which gives each helpdesk's streams."""
    async with db.read(tenancy.number) as session:
        loading = await session.one(_LOADING, {"name": FACT}) is not None
        streams = await session.fetch(_STREAMS, {"tenant": tenancy.number})
        unread = await session.fetch(_UNREAD, {"tenant": tenancy.number, "most": MOST_COUNTED})
        missing = {key: await _missing(session, tenancy, key) for key in helpdesks}
    rows = {(tenancy.keys.get(int(row[0])), str(row[1])): row for row in streams}
    quarantined = {(tenancy.keys.get(int(number)), str(kind)): int(count) for number, kind, count in unread}
    found = []
    for key, specs in helpdesks.items():
        for kind, parts in _by_kind(specs).items():
            lost = quarantined.get((key, _KINDS[kind].value), 0) if kind in _KINDS else 0
            state = _combined(key, kind, [_stream(spec, rows.get((key, spec.name))) for spec in parts], lost, now)
            found.append(_with_numbers(state, rows.get((key, RECONCILE.name)), missing[key], loading=loading))
    return found


def _with_numbers(state: SyncState, row: Row | None, missing: int, *, loading: bool) -> SyncState:
    """What tickets have besides: numbers that are missing, and list indexes that are built at the end of a first load.
    Without those the copy is not to be asked."""
    if state.kind is not SyncKind.TICKETS:
        return state
    known = state.coverage.known_missing
    lost = missing + (known.value if known else 0)
    coverage = msgspec.structs.replace(
        state.coverage, known_missing=_count(lost), complete=state.coverage.complete and not lost
    )
    state = msgspec.structs.replace(state, coverage=coverage)
    aside = _stream(RECONCILE, row)
    if aside.status in _BAD and state.status in (SyncStatus.LIVE, SyncStatus.BEHIND):
        return msgspec.structs.replace(state, status=SyncStatus.PARTIAL, last_error=state.last_error or aside.error)
    if loading and state.status in (SyncStatus.LIVE, SyncStatus.BEHIND, SyncStatus.PARTIAL):
        return msgspec.structs.replace(state, status=SyncStatus.BACKFILLING, finished_at=None)
    return state


async def _missing(session: Session, tenancy: Tenancy, helpdesk: str) -> int:
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk], "most": MOST_COUNTED}
    ((count,),) = await session.fetch(_MISSING, values)
    return int(count)


def _by_kind(specs: Sequence[StreamSpec]) -> dict[SyncKind, list[StreamSpec]]:
    found: dict[SyncKind, list[StreamSpec]] = {}
    for spec in (*specs, COMMENTS):
        found.setdefault(spec.kind, []).append(spec)
    return found


def _stream(spec: StreamSpec, row: Row | None) -> _Stream:
    if row is None:
        return _Stream(spec=spec)
    _, _, status, started, finished, first, watermark, processed, expected, error = row
    return _Stream(
        spec=spec,
        status=SyncStatus(str(status)),
        started_at=_moment(started),
        finished_at=_moment(finished),
        first_finished_at=_moment(first),
        watermark=_moment(watermark),
        processed=int(str(processed)),
        expected=None if expected is None else int(str(expected)),
        error=None if error is None else msgspec.json.decode(str(error), type=RemoteProblem),
    )


def _moment(seconds: object) -> datetime | None:
    return None if seconds is None else moment(int(str(seconds)))


def _combined(helpdesk: str, kind: SyncKind, streams: Sequence[_Stream], lost: int, now: datetime) -> SyncState:
    main = [one for one in streams if one.spec.main] or list(streams)
    status = _status(streams, main, now)
    watermark = _least(one.watermark for one in streams if one in main or one.late(now))
    finished = all(one.first_finished_at is not None for one in streams)
    expected = sum(one.expected or 0 for one in main)
    return SyncState(
        helpdesk=helpdesk,
        kind=kind,
        status=status,
        started_at=_least(one.started_at for one in main),
        finished_at=_least(one.finished_at for one in main),
        watermark=watermark,
        lag_s=None if watermark is None else max(0.0, (now - watermark).total_seconds()),
        processed=sum(one.processed for one in streams),
        expected=Count(value=expected, precision=CountPrecision.ESTIMATE) if expected else None,
        coverage=Coverage(
            complete=finished and lost == 0 and status in (SyncStatus.LIVE, SyncStatus.BEHIND),
            to=watermark,
            known_missing=_count(lost),
        ),
        last_error=next((one.error for one in (*main, *streams) if one.error is not None), None),
    )


def _status(streams: Sequence[_Stream], main: Sequence[_Stream], now: datetime) -> SyncStatus:
    """PARTIAL: the main streams are well, and another one, that of deleted records say, has stopped."""
    standing = [one.standing(now) for one in main]
    worst = next(status for status in _WORST if status in standing)
    stopped = any(one.status in _BAD for one in streams)
    return SyncStatus.PARTIAL if stopped and worst in (SyncStatus.LIVE, SyncStatus.BEHIND) else worst


def _least(moments: Iterable[datetime | None]) -> datetime | None:
    """The earliest; None when one is unknown."""
    found = list(moments)
    known = [at for at in found if at is not None]
    return min(known) if known and len(known) == len(found) else None


def _count(lost: int) -> Count:
    if lost < MOST_COUNTED:
        return Count(value=lost, precision=CountPrecision.EXACT)
    return Count(value=lost, precision=CountPrecision.AT_LEAST)


class States:
    """The states of one tenant, kept for a second: every request asks."""

    def __init__(
        self, db: Database, tenancy: Tenancy, helpdesks: Mapping[str, Sequence[StreamSpec]], clock: Clock
    ) -> None:
        self._db, self._tenancy, self._clock = db, tenancy, clock
        self._helpdesks = dict(helpdesks)
        self._kept: dict[tuple[str, SyncKind], SyncState] = {}
        self._until = 0.0

    async def all(self) -> Mapping[tuple[str, SyncKind], SyncState]:
        if not self._kept or self._clock.monotonic() >= self._until:
            found = await sync_states(self._db, self._tenancy, self._helpdesks, self._clock.now())
            self._kept = {(state.helpdesk, state.kind): state for state in found}
            self._until = self._clock.monotonic() + KEPT_S
        return self._kept

    async def of(self, helpdesk: str, kind: SyncKind) -> SyncState:
        found = (await self.all()).get((helpdesk, kind))
        return found or SyncState(helpdesk=helpdesk, kind=kind, status=SyncStatus.NEVER_RUN)

    async def covers(self, helpdesk: str, kind: SyncKind) -> bool:
        """Whether the copy of this kind may be answered from."""
        return covers(await self.of(helpdesk, kind))

    def forget(self) -> None:
        self._kept = {}


def covers(state: SyncState) -> bool:
    """All main streams have come to their end once. How old it is by now is `state.watermark`."""
    return state.finished_at is not None
