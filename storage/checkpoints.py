"""How far each stream has come, and which worker may write for it.

A worker acquires a stream for so many seconds of the database's own clock and is given a token, a higher one each time.
`advance` carries it, in the transaction that stores the rows: when the token is not the newest or the time is over it
raises LeaseLost, and the rows go with the transaction. So a worker that was paused past its lease writes nothing, and
rows and checkpoint are there together or not at all. Writers of a tenant come one after the other, so nobody acquires
a stream between an `advance` and its commit.

`due_at` 0 is a wish (`ask_now`): it stands until a worker has acquired the stream after it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import ColumnElement, bindparam, case, func, literal_column, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.enums import SyncKind, SyncStatus
from models.records import RemoteProblem
from storage.clocks import database_millis
from storage.database import Database, Row, Session
from storage.statements import Name, Statement
from storage.tables.syncing import checkpoints
from storage.tenants import Tenancy
from storage.values import moment, seconds

ASKED = 0
TAKEN_UP = 1
"""`due_at` of a stream that somebody asked for, before and after a worker has taken it up. Both are long past."""
STOPPED = (SyncStatus.FAILED, SyncStatus.PAUSED)


class LeaseLost(Exception):
    """Another worker has the stream by now, or the lease ran out. Nothing of the transaction is to be stored."""

    def __init__(self, helpdesk: str, stream: str) -> None:
        super().__init__(f"The lease on {stream!r} of {helpdesk!r} is not ours any more.")
        self.helpdesk = helpdesk
        self.stream = stream


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """`checkpoint` is the provider's own text, None before the first batch. `error` is what it failed with last."""

    helpdesk: str
    stream: str
    kind: SyncKind
    checkpoint: str | None = None
    status: SyncStatus = SyncStatus.NEVER_RUN
    started_at: datetime | None = None
    finished_at: datetime | None = None
    first_finished_at: datetime | None = None
    watermark: datetime | None = None
    processed: int = 0
    expected: int | None = None
    pass_number: int = 0
    pass_started_at: datetime | None = None
    due_at: datetime | None = None
    error: RemoteProblem | None = None
    owner: str | None = None
    leased_until: datetime | None = None


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """`tenant` and `number` (the helpdesk's) are the keys of its row; `until` is the database's time."""

    tenant: int
    number: int
    helpdesk: str
    stream: str
    owner: str
    token: int
    until: datetime


_row = checkpoints.c
_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _row.helpdesk,
    _row.stream,
    _row.kind,
    _row.checkpoint,
    _row.status,
    _row.started_at,
    _row.finished_at,
    _row.first_finished_at,
    _row.watermark,
    _row.processed,
    _row.expected,
    _row.pass_number,
    _row.pass_started_at,
    _row.due_at,
    _row.error,
    _row.owner,
    _row.lease_until,
)
_NOW = database_millis()
_MINE = (
    _row.tenant == bindparam("of_tenant"),
    _row.helpdesk == bindparam("of_helpdesk"),
    _row.stream == bindparam("of_stream"),
)
_HELD = (*_MINE, _row.token == bindparam("of_token"), _row.lease_until > _NOW)

_ALL = Statement(select(*_COLUMNS).where(_row.tenant == bindparam("tenant")).order_by(_row.helpdesk, _row.stream))
_FRESH: dict[Name, Statement] = {
    "sqlite": Statement(sqlite.insert(checkpoints).on_conflict_do_nothing()),
    "postgresql": Statement(postgresql.insert(checkpoints).on_conflict_do_nothing()),
}
_ACQUIRE = Statement(
    update(checkpoints)
    .where(*_MINE, _row.lease_until <= _NOW)
    .values(
        owner=bindparam("owner"),
        token=_row.token + literal_column("1"),
        lease_until=_NOW + bindparam("millis", type_=_row.lease_until.type),
        due_at=case((_row.due_at == literal_column(str(ASKED)), literal_column(str(TAKEN_UP))), else_=_row.due_at),
    )
    .returning(*_COLUMNS, _row.token)
)
_RENEW = Statement(
    update(checkpoints).where(*_HELD).values(lease_until=_NOW + bindparam("millis", type_=_row.lease_until.type))
)
_RELEASE = Statement(
    update(checkpoints)
    .where(*_MINE, _row.token == bindparam("of_token"))
    .values(owner=null(), lease_until=literal_column("0"))
)
_ASK = (
    update(checkpoints)
    .where(
        _row.tenant == bindparam("of_tenant"),
        _row.helpdesk == bindparam("of_helpdesk"),
        func.coalesce(bindparam("of_kind", type_=_row.kind.type), _row.kind) == _row.kind,
    )
    .values(due_at=literal_column(str(ASKED)))
)
_ASK_ALL = Statement(_ASK)
_ASK_GOING = Statement(_ASK.where(_row.status.not_in([literal_column(f"'{one}'") for one in STOPPED])))


async def read_checkpoints(db: Database, tenancy: Tenancy, helpdesk: str | None = None) -> list[Checkpoint]:
    """Of all helpdesks, or of one. A stream that nobody has acquired yet has none."""
    rows = await db.fetch(tenancy.number, _ALL, {"tenant": tenancy.number})
    found = [_checkpoint(tenancy, row) for row in rows if int(row[0]) in tenancy.keys]
    return [one for one in found if helpdesk is None or one.helpdesk == helpdesk]


async def acquire(
    db: Database, tenancy: Tenancy, helpdesk: str, stream: str, kind: SyncKind, owner: str, seconds: float
) -> tuple[Lease, Checkpoint] | None:
    """None while somebody holds it, the same owner included."""
    keys = _keys(tenancy, helpdesk, stream)
    async with db.write(tenancy.number) as session:
        await session.run(_FRESH[session.name], _fresh_row(tenancy, helpdesk, stream, kind))
        row = await session.one(_ACQUIRE, {**keys, "owner": owner, "millis": round(seconds * 1000)})
    if row is None:
        return None
    found = _checkpoint(tenancy, row)
    assert found.leased_until is not None
    lease = Lease(
        tenant=tenancy.number,
        number=tenancy.helpdesks[helpdesk],
        helpdesk=helpdesk,
        stream=stream,
        owner=owner,
        token=int(row[-1]),
        until=found.leased_until,
    )
    return lease, found


async def renew(db: Database, lease: Lease, seconds: float) -> bool:
    """False: it is lost, or ran out."""
    async with db.write(lease.tenant) as session:
        return await session.run(_RENEW, {**_holding(lease), "millis": round(seconds * 1000)}) == 1


async def release(db: Database, lease: Lease) -> None:
    """Somebody else may have it at once. Nothing happens when it was lost before."""
    async with db.write(lease.tenant) as session:
        await session.run(_RELEASE, _holding(lease))


async def advance(
    session: Session,
    tenancy: Tenancy,
    lease: Lease,
    *,
    checkpoint: str | UnsetType | None = UNSET,
    status: SyncStatus | UnsetType = UNSET,
    started_at: datetime | UnsetType | None = UNSET,
    finished_at: datetime | UnsetType | None = UNSET,
    first_finished_at: datetime | UnsetType | None = UNSET,
    watermark: datetime | UnsetType | None = UNSET,
    processed: int | UnsetType = UNSET,
    expected: int | UnsetType | None = UNSET,
    pass_number: int | UnsetType = UNSET,
    pass_started_at: datetime | UnsetType | None = UNSET,
    due_at: datetime | UnsetType = UNSET,
    error: RemoteProblem | UnsetType | None = UNSET,
) -> None:
    """What is not given stays as it is. LeaseLost: let it end the transaction. A wish made since the stream was
    acquired outlives the `due_at` given here."""
    given = {
        "checkpoint": checkpoint,
        "status": status.value if isinstance(status, SyncStatus) else status,
        "started_at": started_at,
        "finished_at": finished_at,
        "first_finished_at": first_finished_at,
        "watermark": watermark,
        "processed": processed,
        "expected": expected,
        "pass_number": pass_number,
        "pass_started_at": pass_started_at,
        "due_at": due_at,
        "error": msgspec.json.encode(error).decode() if isinstance(error, RemoteProblem) else error,
    }
    values = {name: _column(value) for name, value in given.items() if value is not UNSET}
    assert session.tenant == tenancy.number == lease.tenant
    if await session.run(_advance(tuple(values)), {**_holding(lease), **values}) != 1:
        raise LeaseLost(lease.helpdesk, lease.stream)


async def ask_now(db: Database, tenancy: Tenancy, helpdesk: str, kind: SyncKind | None, *, stopped: bool = True) -> int:
    """The streams of this kind, or all, are due at once, and whoever syncs is woken. How many there are; none before
    their first run, which is due anyway. `stopped`: also those that have stopped, which then try again."""
    values = {
        "of_tenant": tenancy.number,
        "of_helpdesk": tenancy.helpdesks[helpdesk],
        "of_kind": None if kind is None else kind.value,
    }
    async with db.write(tenancy.number) as session:
        count = await session.run(_ASK_ALL if stopped else _ASK_GOING, values)
        await db.announce(session)
    return count


@lru_cache(maxsize=256)
def _advance(names: tuple[str, ...]) -> Statement:
    """For each set of fields that is given; with none it only holds the lease against the token."""
    values: dict[str, Any] = {name: bindparam(name, type_=_row[name].type) for name in names if name != "due_at"}
    asked = _row.due_at == literal_column(str(ASKED))
    values["due_at"] = case((asked, _row.due_at), else_=bindparam("due_at", type_=_row.due_at.type))
    if "due_at" not in names:
        values["due_at"] = _row.due_at
    return Statement(update(checkpoints).where(*_HELD).values(values))


def _column(value: object) -> object:
    return seconds(value) if isinstance(value, datetime) else value


def _keys(tenancy: Tenancy, helpdesk: str, stream: str) -> dict[str, Any]:
    return {"of_tenant": tenancy.number, "of_helpdesk": tenancy.helpdesks[helpdesk], "of_stream": stream}


def _holding(lease: Lease) -> dict[str, Any]:
    return {
        "of_tenant": lease.tenant,
        "of_helpdesk": lease.number,
        "of_stream": lease.stream,
        "of_token": lease.token,
    }


def _fresh_row(tenancy: Tenancy, helpdesk: str, stream: str, kind: SyncKind) -> dict[str, Any]:
    return {
        **{column.name: None for column in checkpoints.columns},
        "tenant": tenancy.number,
        "helpdesk": tenancy.helpdesks[helpdesk],
        "stream": stream,
        "kind": kind.value,
        "status": SyncStatus.NEVER_RUN.value,
        "processed": 0,
        "pass_number": 0,
        "due_at": ASKED,
        "token": 0,
        "lease_until": 0,
    }


def _checkpoint(tenancy: Tenancy, row: Row | Sequence[Any]) -> Checkpoint:
    return Checkpoint(
        helpdesk=tenancy.keys[int(row[0])],
        stream=row[1],
        kind=SyncKind(row[2]),
        checkpoint=row[3],
        status=SyncStatus(row[4]),
        started_at=moment(row[5]),
        finished_at=moment(row[6]),
        first_finished_at=moment(row[7]),
        watermark=moment(row[8]),
        processed=int(row[9]),
        expected=row[10],
        pass_number=int(row[11]),
        pass_started_at=moment(row[12]),
        due_at=moment(row[13]),
        error=None if row[14] is None else msgspec.json.decode(row[14], type=RemoteProblem),
        owner=row[15],
        leased_until=datetime.fromtimestamp(row[16] / 1000, UTC) if row[16] else None,
    )
