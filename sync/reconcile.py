"""What the streams missed: looked for, and repaired.

Both vendors number their tickets in sequence. A number that our copy has no ticket for is a gap: it is looked up by its
id, and either stored or known to be absent at the vendor. The other way round, tickets that were not read for long are
looked up once in a while, since a vendor may take a record away without a trace. Where the vendor tells how many
tickets there are, a copy that has fewer looks through all numbers again. All of it takes a few calls each cycle.

Numbers count only up to the highest one that was known when everything up to that moment had been read: younger ones
may just be on their way.

The same cycle forgets old entries of the sequence of changes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from models.changes import StreamSpec
from models.enums import CountPrecision, SyncKind, SyncStatus
from models.errors import HelpdeskError, StorageUnavailable
from models.queries import TicketQuery
from models.records import RemoteProblem
from providers.base import Provider
from providers.upstream.policy import Lane, lane_is
from storage import absences
from storage.changes import trim
from storage.checkpoints import Checkpoint, LeaseLost, read_checkpoints
from storage.states import MOST_COUNTED, RECONCILE
from storage.verifying import active_count
from sync.leasing import Held, holding, told, write
from sync.looking_up import LookUps, Place, place_of, with_place
from sync.outcome import Outcome
from sync.parts import SyncParts
from sync.policy import later
from sync.valves import Halt
from sync.waiting import NEVER, Backoff, problem_of

log = logging.getLogger("deskgraph.sync")
COUNT_EVERY_S = 3_600


class ReconcileWorker:
    """One helpdesk's; one over all processes."""

    def __init__(self, parts: SyncParts, provider: Provider) -> None:
        self.helpdesk = provider.info.key
        self.spec: StreamSpec = RECONCILE
        self._parts = parts
        self._provider = provider
        self._backoff = Backoff(parts.policy.backoff_first_s, parts.policy.backoff_cap_s, parts.random)
        self._main = [one.name for one in provider.streams if one.kind is SyncKind.TICKETS and one.main]

    async def run(self, stopped: Callable[[], bool] = lambda: False, *, asked: bool = False) -> Outcome:
        """One cycle. CAUGHT_UP when no number is missing or still to be looked for."""
        async with holding(self._parts, self.helpdesk, RECONCILE.name, RECONCILE.kind) as held:
            if held is None:
                return Outcome.HELD
            if held.checkpoint.due_at == NEVER and not asked:
                return Outcome.HALTED
            try:
                return await self._cycle(held, stopped)
            except LeaseLost:
                return Outcome.STOPPED
            except StorageUnavailable:
                raise
            except Halt as halt:
                log.error("reconciliation stopped: %s", halt.message, extra=told(held.lease))
                problem = RemoteProblem(code=halt.code, message=halt.message)
                await self._ended(held, SyncStatus.FAILED, NEVER, problem)
                return Outcome.HALTED
            except HelpdeskError as error:
                log.warning("reconciliation was cut short: %s", error.message, extra=told(held.lease))
                due = later(self._parts.clock.now(), self._backoff.failed(error.retry_after))
                await self._ended(held, held.checkpoint.status, due, problem_of(error))
                return Outcome.LATER

    async def _cycle(self, held: Held, stopped: Callable[[], bool]) -> Outcome:
        parts = self._parts
        confirmed = held.checkpoint.status is SyncStatus.FAILED
        look_ups = LookUps(parts, self._provider, held, stopped)
        place = await self._noted(held, await self._grown(place_of(held.checkpoint)))
        place = await look_ups.missing(place)
        place = await look_ups.old(place, confirmed=confirmed)
        place = await self._counted(place)
        held.checkpoint = with_place(held.checkpoint, place)
        self._backoff.worked()
        await self._ended(held, SyncStatus.LIVE, later(parts.clock.now(), parts.policy.reconcile_every_s), None)
        left = await absences.sought(parts.db, parts.tenancy, self.helpdesk, 1)
        return Outcome.LATER if left or place.scanned < place.ceiling else Outcome.CAUGHT_UP

    async def _grown(self, place: Place) -> Place:
        """A higher ceiling, once the one before has been reached."""
        if place.scanned < place.ceiling:
            return place
        number = await absences.largest_number(self._parts.db, self._parts.tenancy, self.helpdesk)
        moment = int(self._parts.clock.now().timestamp()) + 1
        return msgspec.structs.replace(place, ceiling=number, ceiling_at=moment)

    async def _noted(self, held: Held, place: Place) -> Place:
        """The next stretch of numbers, looked through for gaps."""
        parts = self._parts
        waiting = len(await absences.sought(parts.db, parts.tenancy, self.helpdesk, MOST_COUNTED))
        gaps: list[int] = []
        if waiting < MOST_COUNTED and await self._settled(place):
            upto = min(place.ceiling, place.scanned + parts.policy.reconcile_numbers)
            gaps = await absences.gaps(parts.db, parts.tenancy, self.helpdesk, place.scanned, upto)
            room = MOST_COUNTED - waiting
            if len(gaps) > room:
                gaps, upto = gaps[:room], gaps[room - 1]
            place = msgspec.structs.replace(place, scanned=upto)
        held.checkpoint = with_place(held.checkpoint, place)
        async with parts.db.write(parts.tenancy.number) as session:
            await absences.note(session, parts.tenancy, self.helpdesk, gaps, parts.clock.now())
            await write(parts, session, held, held.checkpoint)
            await trim(
                session,
                now=parts.clock.now(),
                keep_seconds=parts.policy.changes_keep_s,
                keep_rows=parts.policy.changes_keep_rows,
            )
        parts.steps("gaps-noted")
        if gaps:
            log.info("numbers without a ticket: %d", len(gaps), extra=told(held.lease))
        return place

    async def _settled(self, place: Place) -> bool:
        """Whether everything has been read that the vendor had when the ceiling was taken."""
        rows = await read_checkpoints(self._parts.db, self._parts.tenancy, self.helpdesk)
        marks = [row.watermark for row in rows if row.stream in self._main]
        since = datetime.fromtimestamp(place.ceiling_at, UTC)
        return len(marks) == len(self._main) and all(mark is not None and mark >= since for mark in marks)

    async def _counted(self, place: Place) -> Place:
        """A copy that is short twice, an hour apart, is looked through from the first number."""
        parts, now = self._parts, int(self._parts.clock.now().timestamp())
        if now - place.counted_at < COUNT_EVERY_S or place.scanned < place.ceiling:
            return place
        with lane_is(Lane.BACKGROUND):
            told_count = await self._provider.count_tickets(parts.scope, TicketQuery())
        if told_count is None or told_count.precision is not CountPrecision.EXACT:
            return msgspec.structs.replace(place, counted_at=now)
        have = await active_count(parts.db, parts.tenancy, self.helpdesk)
        short = have < told_count.value
        if short:
            log.warning(
                "the helpdesk counts more tickets than we have: %d, %d",
                told_count.value,
                have,
                extra={"helpdesk": self.helpdesk},
            )
        again = short and place.short
        return msgspec.structs.replace(
            place, counted_at=now, short=short and not again, scanned=0 if again else place.scanned
        )

    async def _ended(self, held: Held, status: SyncStatus, due: datetime, problem: RemoteProblem | None) -> None:
        parts, now = self._parts, self._parts.clock.now()
        good = problem is None
        after: Checkpoint = msgspec.structs.replace(
            held.checkpoint,
            status=status,
            finished_at=now if good else held.checkpoint.finished_at,
            first_finished_at=held.checkpoint.first_finished_at or (now if good else None),
            due_at=due,
            error=problem,
        )
        async with parts.db.write(parts.tenancy.number) as session:
            await write(parts, session, held, after)
        held.checkpoint = after
