"""A page into the copy, within the caller's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import msgspec

from models.changes import ChangeBatch, StreamSpec
from models.enums import FreshnessSource
from storage.apply import SuspiciousDelete, apply, sweep, would_delete
from storage.apply.sweeping import OF_SYNC
from storage.database import Session
from storage.shown import shown_count
from sync.parts import SyncParts
from sync.valves import Halt, RemovedShare


async def store(
    parts: SyncParts,
    session: Session,
    helpdesk: str,
    spec: StreamSpec,
    batch: ChangeBatch,
    removed: RemovedShare,
    *,
    unseen_since: datetime | None,
    now: datetime,
) -> None:
    """`unseen_since`: a pass over the whole list ends with this page; what it has not shown since then goes. Raises
    Halt, which ends the transaction, when too much would go. Others have their turn of the loop in between."""
    gone = sum((await would_delete(session, parts.tenancy, helpdesk, batch)).values())
    held = await shown_count(session, parts.tenancy, helpdesk, spec.kind) if removed.suspects(gone) else 0
    removed.take(gone, held)
    for part in in_parts(batch, parts.policy.rows_at_once):
        await apply(session, parts.tenancy, helpdesk, part, origin=FreshnessSource.SYNC, now=now)
        await asyncio.sleep(0)
    parts.steps("applied")
    if unseen_since is not None and spec.kind in OF_SYNC:
        await _sweep(parts, session, helpdesk, spec, removed, unseen_since, now)
    parts.steps("swept")


async def _sweep(
    parts: SyncParts,
    session: Session,
    helpdesk: str,
    spec: StreamSpec,
    removed: RemovedShare,
    unseen_since: datetime,
    now: datetime,
) -> None:
    limit = parts.policy.sweep_rows
    while True:
        try:
            swept = await sweep(
                session,
                parts.tenancy,
                helpdesk,
                spec.kind,
                unseen_since=unseen_since,
                now=now,
                limit=limit,
                confirmed=removed.confirmed,
            )
        except SuspiciousDelete as error:
            raise Halt.suspicious(error.removed, error.held) from None
        if swept.stored < limit:
            return
        await asyncio.sleep(0)


def in_parts(batch: ChangeBatch, rows: int) -> Iterator[ChangeBatch]:
    """The same in smaller pieces, catalogues first: the loop is nobody's for long."""
    first = msgspec.structs.replace(batch, records=(), gone=(), unreadable=())
    if batch.catalogues:
        yield first
    bare = msgspec.structs.replace(first, catalogues={})
    for name in ("records", "gone", "unreadable"):
        whole = getattr(batch, name)
        for at in range(0, len(whole), rows):
            yield msgspec.structs.replace(bare, **{name: whole[at : at + rows]})
