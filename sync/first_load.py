"""The first load of an empty database: list indexes are left out while it lasts, and built at its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from models.changes import StreamSpec
from models.enums import SyncKind, SyncStatus
from models.errors import StorageUnavailable
from storage import bulk
from storage.checkpoints import Checkpoint
from sync.parts import SyncParts

log = logging.getLogger("deskgraph.sync")
_STOPPED = (SyncStatus.FAILED, SyncStatus.PAUSED)


class FirstLoad:
    """Begins it when there is nothing yet, and ends it when the tickets of all helpdesks have been read to their end,
    or have stopped. `building`: how many of how many indexes there are, while they are built."""

    def __init__(self, parts: SyncParts, streams: Mapping[str, Sequence[StreamSpec]]) -> None:
        self._parts = parts
        self._main = [
            (helpdesk, spec.name)
            for helpdesk, specs in streams.items()
            for spec in specs
            if spec.kind is SyncKind.TICKETS and spec.main
        ]
        self._loading: bool | None = None
        self._ending: asyncio.Task[None] | None = None
        self.building: tuple[int, int] | None = None

    async def look(self, rows: Mapping[tuple[str, str], Checkpoint]) -> None:
        """Give it the streams' rows whenever they were read."""
        if self._ending is not None or self._loading is False:
            return
        through = all(_through(rows.get(key)) for key in self._main)
        if self._loading is None:
            self._loading = await (bulk.loading if through else bulk.begin)(self._parts.db)
            self._parts.steps("bulk-begun")
        if self._loading and through:
            self._parts.steps("bulk-ending")
            self._ending = asyncio.create_task(self._end())

    async def ended(self) -> None:
        """Until the indexes are there, if they were being built."""
        if self._ending is not None:
            await self._ending

    async def aclose(self) -> None:
        """Building goes on in the next process."""
        if self._ending is not None:
            self._ending.cancel()
            await asyncio.gather(self._ending, return_exceptions=True)

    async def _end(self) -> None:
        log.info("the first load is through; its indexes are built")
        try:
            await bulk.end(self._parts.db, self._told)
        except StorageUnavailable:
            log.warning("the indexes could not be built now, and will be later")
            self._ending = None
            return
        except Exception:
            log.exception("the indexes could not be built, which will be tried again")
            self._ending = None
            return
        self._loading = False
        self.building = self._ending = None
        self._parts.steps("bulk-ended")
        log.info("the lists have their indexes")

    def _told(self, done: int, of: int) -> None:
        self.building = done, of


def _through(row: Checkpoint | None) -> bool:
    return row is not None and (row.first_finished_at is not None or row.status in _STOPPED)
