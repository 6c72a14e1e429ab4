"""Runs what is due, in one process, until told to end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Any

from models.enums import SyncStatus
from models.errors import StorageUnavailable
from storage.checkpoints import Checkpoint, read_checkpoints
from sync.first_load import FirstLoad
from sync.jobs import Job, Rows
from sync.outcome import Outcome
from sync.parts import SyncParts
from sync.waiting import Backoff

log = logging.getLogger("deskgraph.sync")
BETWEEN_LOOKS_S = 0.25
LISTEN_S = 60.0


class _Slot:
    """A job in this process. `not_before`: when it may be tried again, on the clock that never goes back. `asked`:
    somebody here waits for it, whenever it is due."""

    def __init__(self, parts: SyncParts, job: Job) -> None:
        self.job = job
        self.task: asyncio.Task[Outcome] | None = None
        self.not_before = 0.0
        self.tried = False
        self.asked = self.runs_asked = False
        self.backoff = Backoff(1.0, 60.0, parts.random)


class Runner:
    def __init__(self, parts: SyncParts, jobs: Sequence[Job], first_load: FirstLoad) -> None:
        self._parts = parts
        self._slots = [_Slot(parts, job) for job in jobs]
        self._first_load = first_load
        self._awake = asyncio.Event()
        self._storage = Backoff(1.0, 30.0, parts.random)
        self._heard = False

    def wake(self) -> None:
        """Something may be due now."""
        self._awake.set()

    def ask(self, helpdesk: str, stream: str) -> None:
        """This stream is to be read at once: unless it has stopped, or another process is at it, which then ends
        first."""
        for slot in self._slots:
            if slot.job.key == (helpdesk, stream):
                slot.asked = True
        self.wake()

    async def run(self, stop: asyncio.Event) -> None:
        listening = asyncio.ensure_future(self._listen(stop))
        try:
            while not stop.is_set():
                self._awake.clear()
                try:
                    await self._look(stop)
                    self._storage.worked()
                    seconds = self._parts.policy.look_s
                except StorageUnavailable as error:
                    seconds = self._storage.failed()
                    log.warning("sync waits for the database: %s", error.message)
                except Exception:
                    seconds = self._storage.failed()
                    log.exception("sync could not look what is due, and will again")
                await self._rest(stop, seconds)
                self._collect()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await self._drain()

    async def _look(self, stop: asyncio.Event) -> None:
        found = await read_checkpoints(self._parts.db, self._parts.tenancy)
        rows: Rows = {(one.helpdesk, one.stream): one for one in found}
        await self._first_load.look(rows)
        for slot in self._slots:
            if slot.task is None and self._due(slot, rows):
                slot.tried, slot.runs_asked, slot.asked = True, slot.asked, False
                slot.task = asyncio.create_task(slot.job.worker.run(stop.is_set))
                slot.task.add_done_callback(lambda _: self.wake())
        self._heard = False

    def _due(self, slot: _Slot, rows: Rows) -> bool:
        if self._parts.clock.monotonic() < slot.not_before and not (slot.job.rowless and self._heard):
            return False
        row: Checkpoint | None = rows.get(slot.job.key)
        if row is not None and row.status is SyncStatus.PAUSED and not slot.tried:
            return True  # a new process may have been given other credentials
        return slot.job.due(rows, self._parts.clock.now(), asked=slot.asked)

    def _collect(self) -> None:
        now = self._parts.clock.monotonic()
        for slot in self._slots:
            task = slot.task
            if task is None or not task.done():
                continue
            slot.task = None
            try:
                outcome = task.result()
            except StorageUnavailable as error:
                slot.not_before = now + slot.backoff.failed()
                log.warning("sync waits for the database: %s", error.message, extra=_told(slot))
            except Exception:
                slot.not_before = now + slot.backoff.failed()
                log.exception("a piece of the sync failed unexpectedly", extra=_told(slot))
            else:
                slot.backoff.worked()
                if slot.job.rowless:
                    slot.not_before = now + self._parts.policy.look_s
                if outcome is Outcome.HELD:
                    slot.asked |= slot.runs_asked
                    slot.not_before = now + self._parts.policy.lease_s / 3

    async def _rest(self, stop: asyncio.Event, seconds: float) -> None:
        """Until something ends, is asked for, was written by whomever, or for so long."""
        waits: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(stop.wait()),
            asyncio.ensure_future(self._awake.wait()),
            asyncio.ensure_future(self._parts.clock.sleep(seconds)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _listen(self, stop: asyncio.Event) -> None:
        """What was written, a hint or a wish, may be due: it is looked for at once. We and others write often at times:
        what is written soon after is looked for a moment later, all of it together."""
        hearing = self._ear()
        try:
            while True:
                heard = await hearing
                hearing = self._ear()  # nothing is missed meanwhile
                if heard:
                    self._heard = True
                    self.wake()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(BETWEEN_LOOKS_S):
                            await stop.wait()
        finally:
            hearing.cancel()

    def _ear(self) -> asyncio.Future[bool]:
        return asyncio.ensure_future(self._parts.db.changed(self._parts.tenancy.number, LISTEN_S))

    async def _drain(self) -> None:
        """Each piece ends behind the page under way; what takes too long is cut, and begins with that page again."""
        await self._first_load.aclose()
        running = [slot.task for slot in self._slots if slot.task is not None]
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=self._parts.policy.drain_s)
        for task in late:
            task.cancel()
        for task in running:
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task


def _told(slot: _Slot) -> dict[str, str]:
    return {"helpdesk": slot.job.helpdesk, "stream": slot.job.spec.name}
