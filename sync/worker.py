"""One stream of one helpdesk: page after page, rows and checkpoint in one transaction.

What holds
- A page is asked for, stored together with the checkpoint behind it, and only then is the next one asked for. Whatever
  ends the process, no more than the page under way is fetched again.
- Everything is written under the stream's lease: a worker that lost it writes nothing.
- A failing call leaves the checkpoint where it was and is tried again later. A window that cannot advance, too much
  that cannot be read, or too much that would be removed, stops the stream until somebody asks for it again; nothing
  is ever skipped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from models.changes import ChangeBatch, StreamSpec, Unread, WindowStuck
from models.enums import SyncStatus
from models.errors import CredentialsRejected, HelpdeskError, StorageUnavailable
from models.records import RemoteProblem
from providers.base import Provider
from providers.upstream.policy import Lane, lane_is
from storage import quarantine
from storage.checkpoints import Checkpoint, LeaseLost
from sync.gate import Gate
from sync.leasing import Held, holding, told, write
from sync.outcome import Outcome
from sync.parts import SyncParts
from sync.policy import later
from sync.storing import store
from sync.valves import SUSPICIOUS_DELETES, WINDOW_STUCK, Halt, RemovedShare, UnreadableShare
from sync.waiting import NEVER, Backoff, problem_of

log = logging.getLogger("deskgraph.sync")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class StreamWorker:
    def __init__(self, parts: SyncParts, provider: Provider, spec: StreamSpec, gate: Gate) -> None:
        self.helpdesk = provider.info.key
        self.spec = spec
        self._parts = parts
        self._provider = provider
        self._gate = gate
        self._unreadable = UnreadableShare(parts.policy)
        self._backoff = Backoff(parts.policy.backoff_first_s, parts.policy.backoff_cap_s, parts.random)
        self._fresh = True

    async def run(self, stopped: Callable[[], bool] = lambda: False, *, asked: bool = False) -> Outcome:
        """Until it has caught up, or cannot go on. `asked`: also when it had stopped. Raises StorageUnavailable when
        our own database is gone."""
        async with holding(self._parts, self.helpdesk, self.spec.name, self.spec.kind) as held:
            if held is None:
                return Outcome.HELD
            if self._stands(held.checkpoint) and not asked:
                return Outcome.HALTED
            try:
                return await self._guarded(held, stopped)
            except LeaseLost:
                log.warning("what a worker without its lease wrote was refused", extra=told(held.lease))
                return Outcome.STOPPED

    def _stands(self, checkpoint: Checkpoint) -> bool:
        """It has stopped and nobody asked for it. A new process may have been given other credentials: it tries once
        what was stopped for the old ones."""
        fresh, self._fresh = self._fresh, False
        return checkpoint.due_at == NEVER and not (fresh and checkpoint.status is SyncStatus.PAUSED)

    async def _guarded(self, held: Held, stopped: Callable[[], bool]) -> Outcome:
        try:
            return await self._pages(held, stopped)
        except (LeaseLost, StorageUnavailable):
            raise
        except Halt as halt:
            problem = RemoteProblem(code=halt.code, message=halt.message)
            return await self._halted(held, SyncStatus.FAILED, problem, halt.unreadable)
        except WindowStuck as stuck:
            return await self._halted(held, SyncStatus.FAILED, RemoteProblem(code=WINDOW_STUCK, message=stuck.message))
        except CredentialsRejected as error:
            return await self._halted(held, SyncStatus.PAUSED, problem_of(error))
        except HelpdeskError as error:
            log.warning("sync failed, and will try again: %s", error.message, extra=told(held.lease))
            return await self._failed(held, problem_of(error), error.retry_after)
        except Exception:
            log.exception("sync failed unexpectedly, and will try again", extra=told(held.lease))
            problem = RemoteProblem(code=HelpdeskError.code, message="The sync of this list met a fault of our own.")
            return await self._failed(held, problem, None)

    async def _pages(self, held: Held, stopped: Callable[[], bool]) -> Outcome:
        removed = RemovedShare(self._parts.policy, confirmed=_confirmed(held.checkpoint))
        while not stopped() and not held.lost:
            async with self._gate.turn(self.spec.name, self._weight):
                if stopped():
                    break  # while it stood in line
                more = await self._page(held, removed)
            self._backoff.worked()
            if not more:
                return Outcome.CAUGHT_UP
        return Outcome.STOPPED

    @property
    def _weight(self) -> int:
        return self._parts.policy.weights[self.spec.kind] if self.spec.main else 1

    async def _page(self, held: Held, removed: RemovedShare) -> bool:
        parts, before = self._parts, held.checkpoint
        asked_at = parts.clock.now()
        parts.steps("asking")
        with lane_is(Lane.BACKGROUND):
            batch = await self._provider.changes(self.spec.name, before.checkpoint)
        parts.steps("read")
        self._unreadable.take(batch)
        now = parts.clock.now()
        after = self._after(_in_pass(before, asked_at, batch), batch, now)
        unseen_since = after.pass_started_at if self.spec.whole and batch.pass_ended else None
        if batch.pass_ended or not batch.more:
            after = msgspec.structs.replace(after, pass_started_at=None)
        async with parts.db.write(parts.tenancy.number) as session:
            await store(parts, session, self.helpdesk, self.spec, batch, removed, unseen_since=unseen_since, now=now)
            await write(parts, session, held, after)
            parts.steps("advanced")
        parts.steps("committed")
        held.checkpoint = after
        return batch.more

    def _after(self, before: Checkpoint, batch: ChangeBatch, now: datetime) -> Checkpoint:
        """What is known of the stream behind this page."""
        ended = batch.pass_ended or not batch.more
        first = before.first_finished_at or (now if ended else None)
        every = self.spec.every_s * (1 + self._parts.policy.jitter * self._parts.random.uniform(-1, 1))
        return msgspec.structs.replace(
            before,
            checkpoint=batch.checkpoint,
            status=SyncStatus.LIVE if first else SyncStatus.BACKFILLING,
            finished_at=now if ended else before.finished_at,
            first_finished_at=first,
            watermark=_later(before.watermark, batch.watermark),
            processed=before.processed + batch.rows,
            expected=batch.expected if batch.expected is not None else before.expected,
            pass_number=before.pass_number + ended,
            due_at=now if batch.more else later(now, every),
            error=None,
        )

    async def _failed(self, held: Held, problem: RemoteProblem, retry_after: float | None) -> Outcome:
        due = later(self._parts.clock.now(), self._backoff.failed(retry_after))
        await self._noted(held, msgspec.structs.replace(held.checkpoint, error=problem, due_at=due))
        return Outcome.LATER

    async def _halted(
        self, held: Held, status: SyncStatus, problem: RemoteProblem, unreadable: Sequence[Unread] = ()
    ) -> Outcome:
        log.error("sync stopped: %s", problem.message, extra={**told(held.lease), "code": problem.code})
        after = msgspec.structs.replace(held.checkpoint, status=status, error=problem, due_at=NEVER)
        await self._noted(held, after, unreadable)
        return Outcome.HALTED

    async def _noted(self, held: Held, after: Checkpoint, unreadable: Sequence[Unread] = ()) -> None:
        parts = self._parts
        async with parts.db.write(parts.tenancy.number) as session:
            await quarantine.take_in(session, parts.tenancy, self.helpdesk, unreadable, parts.clock.now())
            await write(parts, session, held, after)
        held.checkpoint = after


def _confirmed(checkpoint: Checkpoint) -> bool:
    """A stream that stopped for what it would remove runs again only when somebody asked for it."""
    error = checkpoint.error
    return checkpoint.status is SyncStatus.FAILED and error is not None and error.code == SUSPICIOUS_DELETES


def _in_pass(before: Checkpoint, asked_at: datetime, batch: ChangeBatch) -> Checkpoint:
    """The pass under way, or a new one. It counts as begun when the worker whose clock is furthest behind joined it:
    what any of them read in it is dated later. A pass that met a record without an id cannot tell who is gone, and
    counts as begun before everything."""
    nameless = any(one.remote_id is None for one in batch.unreadable)
    started = LONG_AGO if nameless else min(before.pass_started_at or asked_at, asked_at)
    new = before.pass_started_at is None
    return msgspec.structs.replace(
        before, pass_started_at=started, started_at=asked_at if new else before.started_at or asked_at
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other
