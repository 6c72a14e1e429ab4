"""One sequence of changes for each tenant. Numbers grow by one; readers never see a hole that is filled later, since a
tenant's writers come one after the other and a number is given out within its write.

What is old is forgotten (`trim`): `trimmed` of the tenant says up to where. Who stands before that cannot go on without
missing something, and has to begin anew.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, select, update

from models.changes import Change
from models.enums import Kind
from storage.database import Database, Row, Session
from storage.ranks import CHANGE_OP, KIND
from storage.rows import insert
from storage.statements import Statement, among
from storage.tables.directory import tenants
from storage.tables.syncing import changes
from storage.tenants import Tenancy
from storage.values import moment, seconds

TRIM_ROWS: Final = 10_000
"""So many are forgotten at once, at most."""

_c = changes.c
_ADD = insert(changes)
_ENDS = Statement(select(tenants.c.trimmed, tenants.c.seq).where(tenants.c.tenant == bindparam("tenant")))
_columns = select(_c.seq, _c.at, _c.op, _c.kind, _c.helpdesk, _c.remote_id, _c.fields, _c.internal, _c.lost_by)
_after = (_c.tenant == bindparam("tenant"), _c.seq > bindparam("after"))
_ALL = Statement(_columns.where(*_after).order_by(_c.seq).limit(bindparam("most")))
_SOME = Statement(_columns.where(*_after, among(_c.kind, "kinds")).order_by(_c.seq).limit(bindparam("most")))
_oldest = (
    select(_c.seq, _c.at)
    .where(_c.tenant == bindparam("tenant"), _c.seq > bindparam("after"))
    .order_by(_c.seq)
    .limit(bindparam("most"))
    .subquery()
)
_LAST_OLD = Statement(select(func.max(_oldest.c.seq)).where(_oldest.c.at < bindparam("before")))
_LAST_SURPLUS = Statement(select(func.max(_oldest.c.seq)).where(_oldest.c.seq <= bindparam("upto")))
_TRIM = Statement(delete(changes).where(_c.tenant == bindparam("tenant"), _c.seq <= bindparam("upto")))
_TRIMMED = Statement(
    update(tenants)
    .where(tenants.c.tenant == bindparam("of"), tenants.c.trimmed < bindparam("upto", type_=tenants.c.seq.type))
    .values(trimmed=bindparam("upto", type_=tenants.c.seq.type))
)


async def changes_after(
    db: Database, tenancy: Tenancy, after: int, kinds: Collection[Kind] | None, limit: int
) -> tuple[list[Change], int, int]:
    """Those with higher numbers, in order; of these kinds, or of all: fewer than `limit` only where there are no more.
    With them the last number that was forgotten (going on from before it would miss something) and the last that was
    given out, all as of one moment. A helpdesk that another process has linked since we began has no key yet: `""`."""
    values = {"tenant": tenancy.number, "after": after, "most": limit}
    async with db.read(tenancy.number) as session:
        ((trimmed, newest),) = await session.fetch(_ENDS, {"tenant": tenancy.number})
        if kinds is None:
            rows = await session.fetch(_ALL, values)
        else:
            rows = await session.fetch(_SOME, {**values, "kinds": [KIND.number(kind) for kind in kinds]})
    return [_change(tenancy, row) for row in rows], int(trimmed), int(newest)


async def add(session: Session, tenancy: Tenancy, new: Sequence[Change]) -> None:
    """Their numbers are those that `take_numbers` gave out in the same write."""
    rows, at, second = [], None, None
    for change in new:
        if change.at is not at:
            at, second = change.at, seconds(change.at)
        rows.append(_row(tenancy, change, second))
    await _ADD.run(session, rows)


async def trim(session: Session, *, now: datetime, keep_seconds: float, keep_rows: int) -> int:
    """Forgets what is older than that, and what is more than so many; at most `TRIM_ROWS` of them. The number up to
    which all are forgotten by now; call again while it grows."""
    ((trimmed, newest),) = await session.fetch(_ENDS, {"tenant": session.tenant})
    values = {"tenant": session.tenant, "after": trimmed, "most": TRIM_ROWS}
    before = int(now.timestamp() - keep_seconds)
    ((old,),) = await session.fetch(_LAST_OLD, {**values, "before": before})
    ((surplus,),) = await session.fetch(_LAST_SURPLUS, {**values, "upto": newest - keep_rows})
    upto = max(old or 0, surplus or 0)
    if upto > trimmed:
        await session.run(_TRIM, {"tenant": session.tenant, "upto": upto})
        await session.run(_TRIMMED, {"of": session.tenant, "upto": upto})
    return max(int(trimmed), int(upto))


def _row(tenancy: Tenancy, change: Change, second: int | None) -> tuple[object, ...]:
    return (
        tenancy.number,
        change.seq,
        second,
        CHANGE_OP.number(change.op),
        KIND.number(change.kind),
        tenancy.helpdesks[change.helpdesk],
        change.remote_id,
        ",".join(change.changed_fields) or None,
        1 if change.internal else None,
        ",".join(change.lost_by) or None,
    )


def _change(tenancy: Tenancy, row: Row) -> Change:
    seq, at, op, kind, helpdesk, remote_id, fields, internal, lost_by = row
    told_at = moment(at)
    assert told_at is not None
    return Change(
        seq=seq,
        at=told_at,
        op=CHANGE_OP.word(op),
        kind=KIND.word(kind),
        helpdesk=tenancy.keys.get(helpdesk, ""),
        remote_id=remote_id,
        changed_fields=tuple(fields.split(",")) if fields else (),
        internal=bool(internal),
        lost_by=tuple(lost_by.split(",")) if lost_by else (),
    )
