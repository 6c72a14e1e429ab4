"""The tenant's sequence of changes, as this process follows it: one ear for all who wait, one read for all who stand at
the same place, and nothing kept for the slow, who read on in the table when they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from models.changes import Change
from models.enums import Kind
from models.errors import BadCursor
from storage.changes import changes_after
from storage.database import Database
from storage.tenants import Tenancy

PAGE = 100
WALK_AGAIN = (
    "Take `newest` of `changes`, walk the list again from its beginning, and then follow from the `newest` you took."
)
QUIET_S = 30.0
"""Without a word for so long we look all the same."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """`trimmed`: changes up to this one have been forgotten. `newest`: the last one there is."""

    changes: Sequence[Change]
    trimmed: int
    newest: int


async def read_after(
    database: Database, tenancy: Tenancy, since: int | None, kinds: Sequence[Kind] | None, limit: int
) -> Read:
    """None: from the oldest that is kept. What is older than that, or newer than the newest, is no place to go on
    from: something would be missed."""
    found, oldest, newest = await changes_after(database, tenancy, since or 0, kinds, limit)
    if since is not None and since < oldest:
        raise BadCursor(f"`after` is older than the changes that are kept. {WALK_AGAIN}", field="after")
    if since is not None and since > newest:
        raise BadCursor(f"`after` is of a time this database does not know. {WALK_AGAIN}", field="after")
    return Read(changes=found, trimmed=oldest, newest=newest)


class Pulse:
    """Beats whenever something may have been written. What is read after a beat has everything that came before it."""

    def __init__(self, database: Database, tenant: int) -> None:
        self._database = database
        self._tenant = tenant
        self._listeners = 0
        self._ear: asyncio.Task[None] | None = None
        self._next = asyncio.Event()
        self.beat = 0

    @property
    def listening(self) -> bool:
        return self._ear is not None

    @asynccontextmanager
    async def heard(self) -> AsyncIterator[None]:
        """The ear is open while anybody listens."""
        self._listeners += 1
        try:
            if self._ear is None:
                self._ear = asyncio.ensure_future(self._listen())
            await asyncio.sleep(0)  # it waits from now on; what was written before will be read
            yield
        finally:
            self._listeners -= 1
            if not self._listeners and self._ear is not None:
                self._ear.cancel()
                self._ear = None

    async def after(self, beat: int) -> None:
        while self.beat == beat:
            await self._next.wait()

    async def _listen(self) -> None:
        while True:
            await self._database.changed(self._tenant, QUIET_S)
            self.beat += 1
            now, self._next = self._next, asyncio.Event()
            now.set()


class Feed:
    def __init__(self, database: Database, tenancy: Tenancy) -> None:
        self._database = database
        self._tenancy = tenancy
        self.pulse = Pulse(database, tenancy.number)
        self._pages: dict[tuple[int, int], asyncio.Task[Sequence[Change]]] = {}

    @property
    def held(self) -> int:
        """Pages that are being read now; none is kept."""
        return len(self._pages)

    async def follow(self, since: int) -> AsyncGenerator[Sequence[Change]]:
        """All changes after `since`, a page at a time, for ever. BadCursor when there is no going on from
        `since`, also later, when trimming has overtaken a slow reader."""
        async with self.pulse.heard():
            while True:
                beat = self.pulse.beat
                page = await self._page(since, beat)
                if not page:
                    await self.pulse.after(beat)
                    continue
                since = page[-1].seq
                yield page

    async def _page(self, since: int, beat: int) -> Sequence[Change]:
        """Shared by those who ask at the same beat: a read that began before it may lack what it announces."""
        key = since, beat
        reading = self._pages.get(key)
        if reading is None:
            reading = self._pages[key] = asyncio.ensure_future(self._read(since))
            reading.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(reading)

    async def _read(self, since: int) -> Sequence[Change]:
        return (await read_after(self._database, self._tenancy, since, None, PAGE)).changes

    def _forget(self, key: tuple[int, int], done: asyncio.Task[Sequence[Change]]) -> None:
        """Whoever asked may be gone: a failure that nobody waits for any more is looked at here."""
        self._pages.pop(key, None)
        if not done.cancelled():
            done.exception()
