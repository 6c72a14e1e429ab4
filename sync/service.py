"""The sync of one tenant in one process.

    service = SyncService(parts, providers)
    await service.run(stop)                              # inside the server, until `stop` is set
    await service.once(["acme"])                         # from the command line: until everything has caught up
    await service.refresh("acme", SyncKind.TICKETS)      # a reader wants it younger
    await service.comments("acme", tickets, 50)          # a reader looks at them now

Any number of processes may run it over one database: each stream is read by whoever holds its lease, and what is due
stands in the streams' rows. A process looks there every few seconds, and at once when something was written. A database
that is gone is waited for; nothing is held in memory that would be lost with the process.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from models.enums import Kind, SyncKind
from models.errors import HelpdeskError
from models.records import CommentList, Ticket
from models.sync import SyncState
from providers.base import Provider
from storage import quarantine
from storage.checkpoints import STOPPED, Checkpoint, ask_now, read_checkpoints
from storage.states import States, sync_states
from sync.first_load import FirstLoad
from sync.jobs import jobs_of
from sync.on_demand import CommentsOnDemand
from sync.once import Once, Report
from sync.parts import SyncParts
from sync.progress import Progress, Rates
from sync.runner import Runner

REFRESH_S = 60.0
"""Nobody waits longer for a refresh than this."""
LOOK_S = 1.0


class SyncService:
    def __init__(self, parts: SyncParts, providers: Mapping[str, Provider]) -> None:
        self._parts = parts
        self._streams = {key: provider.streams for key, provider in providers.items()}
        self._first_load = FirstLoad(parts, self._streams)
        self._jobs = jobs_of(parts, providers, self._ask)
        self._runner = Runner(parts, self._jobs, self._first_load)
        self._on_demand = CommentsOnDemand(parts, providers)
        self._rates = Rates(providers)
        self.states = States(parts.db, parts.tenancy, self._streams, parts.clock)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; the page under way is finished then, if that does not take long."""
        await self._runner.run(stop)

    async def once(
        self,
        helpdesks: Collection[str] | None = None,
        kinds: Collection[SyncKind] | None = None,
        *,
        confirm_deletes: bool = False,
    ) -> list[Report]:
        """Reads the chosen streams until they have caught up, and says of each how it ended. A stream that stopped for
        what it would remove is left alone, unless the deletes are confirmed."""
        return await Once(self._parts, self._jobs, self._first_load).run(helpdesks, kinds, confirm_deletes)

    async def refresh(self, helpdesk: str, kind: SyncKind) -> bool:
        """Has the streams of this kind read now, by whichever process reads them, and waits until they have caught up.
        False when one cannot: it stopped, it failed, or it takes too long. What has just been read is not asked for
        again, and what has stopped stays so."""
        parts, asked = self._parts, self._parts.clock.now()
        began = parts.clock.monotonic()
        rows = await self._rows(helpdesk, kind)
        if rows and all(self._just_read(row, asked) for row in rows):
            return True
        await ask_now(parts.db, parts.tenancy, helpdesk, kind, stopped=False)
        since = datetime.fromtimestamp(math.floor(asked.timestamp()), UTC)
        while parts.clock.monotonic() - began < REFRESH_S:
            rows = await self._rows(helpdesk, kind)
            if any(_bad(row, since) for row in rows):
                return False
            if rows and all(row.finished_at is not None and row.finished_at >= since for row in rows):
                return True
            await parts.db.changed(parts.tenancy.number, LOOK_S)
        return False

    def _ask(self, helpdesk: str, stream: str) -> None:
        self._runner.ask(helpdesk, stream)

    def _just_read(self, row: Checkpoint, now: datetime) -> bool:
        spec = next(one for one in self._streams[row.helpdesk] if one.name == row.stream)
        age = None if row.finished_at is None else (now - row.finished_at).total_seconds()
        return age is not None and age < max(5.0, spec.every_s / 6)

    async def _rows(self, helpdesk: str, kind: SyncKind) -> list[Checkpoint]:
        names = {one.name for one in self._streams[helpdesk] if one.kind is kind}
        rows = await read_checkpoints(self._parts.db, self._parts.tenancy, helpdesk)
        return [row for row in rows if row.stream in names]

    async def comments(
        self, helpdesk: str, tickets: Sequence[Ticket], up_to: int
    ) -> Sequence[CommentList | HelpdeskError]:
        """Read now, in the caller's lane and time, and stored behind the answer. Internal notes too: what the caller
        may see is for whoever shows it to decide."""
        return await self._on_demand.fetch(helpdesk, tickets, up_to)

    async def state(self) -> list[SyncState]:
        return await sync_states(self._parts.db, self._parts.tenancy, self._streams, self._parts.clock.now())

    async def progress(self) -> list[Progress]:
        """How far everything is, how fast it goes, and when a first load will be through."""
        states, clock = await self.state(), self._parts.clock
        return self._rates.progress(states, at=clock.monotonic(), now=clock.now())

    async def unread(self) -> Mapping[str, Mapping[Kind, int]]:
        """How many records of each kind could not be read, by helpdesk."""
        return {key: await quarantine.count(self._parts.db, self._parts.tenancy, key) for key in self._streams}

    async def aclose(self) -> None:
        """Behind `run`."""
        await self._on_demand.aclose()


def _bad(row: Checkpoint, since: datetime) -> bool:
    """It has stopped, or has failed since: then its next try is due later than now."""
    return row.status in STOPPED or (row.error is not None and row.due_at is not None and row.due_at > since)
