"""Comments: read ticket by ticket, newest first, and never waited for by a list.

In the background so many each cycle, as long as some are due; on demand those somebody looks at, at once. A ticket
whose comments cannot be read is left alone for a while, and does not hold up the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import msgspec
from cachetools import TTLCache

from models.enums import SyncKind, SyncStatus
from models.errors import HelpdeskError, NotFound
from models.records import CommentList
from providers.base import Provider
from providers.upstream.policy import Lane, lane_is
from storage.apply import store_comments
from storage.checkpoints import Checkpoint, LeaseLost
from storage.due_comments import Due, due_comments
from storage.states import COMMENTS
from sync.gate import Gate
from sync.leasing import Held, holding, told, write
from sync.outcome import Outcome
from sync.parts import SyncParts
from sync.policy import later
from sync.progress import share_of_tickets
from sync.waiting import Backoff, problem_of

log = logging.getLogger("deskgraph.sync")
MOST_SHUNNED = 1_000


class CommentsWorker:
    """The background reader of one helpdesk; one over all processes."""

    def __init__(self, parts: SyncParts, provider: Provider, gate: Gate) -> None:
        self.helpdesk = provider.info.key
        self.spec = COMMENTS
        self._parts = parts
        self._provider = provider
        self._gate = gate
        self._shunned: TTLCache[str, int] = TTLCache(
            MOST_SHUNNED, parts.policy.comments_backoff_s, parts.clock.monotonic
        )
        self._backoff = Backoff(parts.policy.backoff_first_s, parts.policy.backoff_cap_s, parts.random)

    async def run(self, stopped: Callable[[], bool] = lambda: False, *, most: int | None = None) -> Outcome:
        """One cycle: up to `most` tickets. CAUGHT_UP when none is due any more."""
        async with holding(self._parts, self.helpdesk, COMMENTS.name, COMMENTS.kind) as held:
            if held is None:
                return Outcome.HELD
            try:
                return await self._cycle(
                    held, stopped, self._parts.policy.comments_each_cycle if most is None else most
                )
            except LeaseLost:
                return Outcome.STOPPED
            except HelpdeskError as error:
                log.warning("comments could not be read: %s", error.message, extra=told(held.lease))
                await self._failed(held, error)
                return Outcome.LATER

    async def _cycle(self, held: Held, stopped: Callable[[], bool], most: int) -> Outcome:
        read = 0
        while read < most and not stopped() and not held.lost:
            if self._crowding():
                due = later(self._parts.clock.now(), self._parts.policy.comments_every_s)
                await self._noted(held, msgspec.structs.replace(held.checkpoint, due_at=due))
                return Outcome.LATER
            chosen = await self._due(min(self._parts.policy.comments_at_once, most - read))
            self._parts.steps("comments-chosen")
            if not chosen:
                await self._noted(held, self._caught_up(held.checkpoint))
                return Outcome.CAUGHT_UP
            async with self._gate.turn(COMMENTS.name, self._parts.policy.weights[SyncKind.COMMENTS]):
                await self._read(held, chosen)
            read += len(chosen)
        self._backoff.worked()
        return Outcome.STOPPED if stopped() or held.lost else Outcome.LATER

    def _crowding(self) -> bool:
        share = share_of_tickets(self._provider.budget())
        return share is not None and share > self._parts.policy.comments_share

    async def _due(self, limit: int) -> list[Due]:
        found = await due_comments(self._parts.db, self._parts.tenancy, self.helpdesk, limit + len(self._shunned))
        fit = [one for one in found if self._shunned.get(one.ticket.remote_id) != one.version]
        return fit[:limit]

    async def _read(self, held: Held, chosen: Sequence[Due]) -> None:
        parts = self._parts
        with lane_is(Lane.BACKGROUND):
            answers = await self._provider.comments(
                parts.scope, [one.ticket for one in chosen], parts.policy.comments_up_to
            )
        parts.steps("comments-read")
        good = [(due, got) for due, got in zip(chosen, answers, strict=True) if isinstance(got, CommentList)]
        for due, got in zip(chosen, answers, strict=True):
            if isinstance(got, HelpdeskError):
                self._shun(due, got, alone=bool(good))
        now = parts.clock.now()
        after = msgspec.structs.replace(
            held.checkpoint,
            status=SyncStatus.LIVE if held.checkpoint.first_finished_at else SyncStatus.BACKFILLING,
            started_at=held.checkpoint.started_at or now,
            processed=held.checkpoint.processed + len(good),
            due_at=now,
            error=None,
        )
        async with parts.db.write(parts.tenancy.number) as session:
            for due, got in good:
                await store_comments(
                    session, parts.tenancy, self.helpdesk, due.ticket.remote_id, got, version=due.version, now=now
                )
            parts.steps("comments-stored")
            await write(parts, session, held, after)
        parts.steps("comments-committed")
        held.checkpoint = after

    def _shun(self, due: Due, error: HelpdeskError, *, alone: bool) -> None:
        """One ticket's own trouble, or the helpdesk's: then nothing is held against the ticket."""
        if not alone and not isinstance(error, NotFound):
            raise error
        self._shunned[due.ticket.remote_id] = due.version
        log.info("the comments of a ticket could not be read: %s", error.message, extra={"helpdesk": self.helpdesk})

    def _caught_up(self, before: Checkpoint) -> Checkpoint:
        now = self._parts.clock.now()
        return msgspec.structs.replace(
            before,
            status=SyncStatus.LIVE,
            started_at=before.started_at or now,
            finished_at=now,
            first_finished_at=before.first_finished_at or now,
            watermark=now,
            due_at=later(now, self._parts.policy.comments_every_s),
            error=None,
        )

    async def _failed(self, held: Held, error: HelpdeskError) -> None:
        due = later(self._parts.clock.now(), self._backoff.failed(error.retry_after))
        await self._noted(held, msgspec.structs.replace(held.checkpoint, error=problem_of(error), due_at=due))

    async def _noted(self, held: Held, after: Checkpoint) -> None:
        parts = self._parts
        async with parts.db.write(parts.tenancy.number) as session:
            await write(parts, session, held, after)
        held.checkpoint = after
