"""One round of the sync, for the command line: every chosen stream until it has caught up, and a report of each."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import msgspec

from models.enums import SyncKind, SyncStatus
from models.errors import BadInput
from storage.checkpoints import Checkpoint, read_checkpoints
from sync.comments import CommentsWorker
from sync.first_load import FirstLoad
from sync.jobs import Job
from sync.outcome import Outcome
from sync.parts import SyncParts
from sync.reconcile import ReconcileWorker
from sync.valves import SUSPICIOUS_DELETES
from sync.worker import StreamWorker

LONGEST_WAIT_S = 60.0
"""A stream that has to wait longer is left for another time."""
NO_END = 1_000_000_000


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`error` is what it failed with last, fit to be shown."""

    helpdesk: str
    stream: str
    kind: SyncKind
    outcome: Outcome
    error: str | None = None

    @property
    def good(self) -> bool:
        return self.outcome is Outcome.CAUGHT_UP


class Once:
    def __init__(self, parts: SyncParts, jobs: Sequence[Job], first_load: FirstLoad) -> None:
        self._parts = parts
        self._jobs = jobs
        self._first_load = first_load

    async def run(
        self, helpdesks: Collection[str] | None, kinds: Collection[SyncKind] | None, confirm_deletes: bool
    ) -> list[Report]:
        """Streams first, all at once; then what was hinted at, what is missing, and comments: all that are due when
        they are asked for by their kind, else one cycle."""
        self._known(helpdesks)
        chosen = [job for job in self._jobs if helpdesks is None or job.helpdesk in helpdesks]
        chosen = [job for job in chosen if kinds is None or job.spec.kind in kinds]
        streams = [job for job in chosen if job.streamed]
        await self._first_load.look(await self._rows())
        reports = await asyncio.gather(*(self._stream(job, confirm_deletes) for job in streams))
        await self._first_load.look(await self._rows())
        await self._first_load.ended()
        for job in chosen:
            if job not in streams and job.due(await self._rows(), self._parts.clock.now(), asked=True):
                await self._other(job, kinds, confirm_deletes)
        return list(reports)

    def _known(self, helpdesks: Collection[str] | None) -> None:
        known = {job.helpdesk for job in self._jobs}
        for key in helpdesks or ():
            if key not in known:
                raise BadInput(
                    f"There is no helpdesk `{key}`. Known keys: {', '.join(sorted(known))}.", field="helpdesk"
                )

    async def _stream(self, job: Job, confirm_deletes: bool) -> Report:
        assert isinstance(job.worker, StreamWorker)
        row = (await self._rows()).get(job.key)
        if row is not None and _suspicious(row) and not confirm_deletes:
            return self._report(job, Outcome.HALTED, row)
        outcome = await job.worker.run(asked=True)
        for _ in range(self._parts.policy.tries_once - 1):
            wait = self._wait(await self._rows(), job)
            if outcome is not Outcome.LATER or wait > LONGEST_WAIT_S:
                break
            await self._parts.clock.sleep(wait)
            outcome = await job.worker.run(asked=True)
        return self._report(job, outcome, (await self._rows()).get(job.key))

    def _wait(self, rows: dict[tuple[str, str], Checkpoint], job: Job) -> float:
        due = rows[job.key].due_at if job.key in rows else None
        return 0.0 if due is None else max(0.0, (due - self._parts.clock.now()).total_seconds())

    async def _other(self, job: Job, kinds: Collection[SyncKind] | None, confirm_deletes: bool) -> None:
        if isinstance(job.worker, CommentsWorker):
            await job.worker.run(most=NO_END if kinds is not None else None)
        elif isinstance(job.worker, ReconcileWorker):
            await job.worker.run(asked=confirm_deletes)
        else:
            await job.worker.run()

    async def _rows(self) -> dict[tuple[str, str], Checkpoint]:
        found = await read_checkpoints(self._parts.db, self._parts.tenancy)
        return {(one.helpdesk, one.stream): one for one in found}

    def _report(self, job: Job, outcome: Outcome, row: Checkpoint | None) -> Report:
        error = row.error if row is not None else None
        return Report(
            helpdesk=job.helpdesk,
            stream=job.spec.name,
            kind=job.spec.kind,
            outcome=outcome,
            error=None if error is None else error.message or error.code,
        )


def _suspicious(row: Checkpoint) -> bool:
    return row.status is SyncStatus.FAILED and row.error is not None and row.error.code == SUSPICIOUS_DELETES
