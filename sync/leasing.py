"""Holding a stream: one worker over all processes, for as long as it says that it is there.

A lease runs in the database's time, so it is renewed in real time, whatever clock the sync is given. A worker that was
paused past its lease cannot know; what it writes then is refused by `advance`, which looks at the token.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.enums import SyncKind
from models.errors import StorageUnavailable
from storage.checkpoints import Checkpoint, Lease, acquire, advance, release, renew
from storage.database import Session
from sync.parts import SyncParts

log = logging.getLogger("deskgraph.sync")


class Held:
    """`lost`: somebody else has it by now; nothing more is to be asked for."""

    def __init__(self, lease: Lease, checkpoint: Checkpoint) -> None:
        self.lease = lease
        self.checkpoint = checkpoint
        self.lost = False


@asynccontextmanager
async def holding(parts: SyncParts, helpdesk: str, stream: str, kind: SyncKind) -> AsyncIterator[Held | None]:
    """None: somebody else holds it."""
    seconds = parts.policy.lease_s
    if (stranded := parts.unreleased.get((helpdesk, stream))) is not None:
        await release(parts.db, stranded)
        del parts.unreleased[helpdesk, stream]
    found = await acquire(parts.db, parts.tenancy, helpdesk, stream, kind, parts.owner, seconds)
    if found is None:
        yield None
        return
    held = Held(*found)
    done = asyncio.Event()
    renewing = asyncio.create_task(_renew(parts, held, done))
    try:
        parts.steps("leased")
        yield held
    finally:
        done.set()
        await asyncio.shield(_end(parts, held, renewing))
    parts.steps("released")


async def _end(parts: SyncParts, held: Held, renewing: asyncio.Task[None]) -> None:
    await renewing
    try:
        await release(parts.db, held.lease)
    except StorageUnavailable:
        parts.unreleased[held.lease.helpdesk, held.lease.stream] = held.lease


async def _renew(parts: SyncParts, held: Held, done: asyncio.Event) -> None:
    while not held.lost:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.05, parts.policy.lease_s / 3)):
                await done.wait()
        if done.is_set():
            return
        with contextlib.suppress(StorageUnavailable):  # it may still hold by the next time
            if not await renew(parts.db, held.lease, parts.policy.lease_s):
                held.lost = True
                said = "this stream is no longer ours: its lease ran out, or another worker took it over"
                log.warning(said, extra=told(held.lease))


def told(lease: Lease) -> dict[str, str]:
    return {"helpdesk": lease.helpdesk, "stream": lease.stream}


async def write(parts: SyncParts, session: Session, held: Held, after: Checkpoint) -> None:
    """The checkpoint as it is now, within the caller's transaction; LeaseLost ends that."""
    assert after.due_at is not None
    await advance(
        session,
        parts.tenancy,
        held.lease,
        checkpoint=after.checkpoint,
        status=after.status,
        started_at=after.started_at,
        finished_at=after.finished_at,
        first_finished_at=after.first_finished_at,
        watermark=after.watermark,
        processed=after.processed,
        expected=after.expected,
        pass_number=after.pass_number,
        pass_started_at=after.pass_started_at,
        due_at=after.due_at,
        error=after.error,
    )
    await parts.db.announce(session)
