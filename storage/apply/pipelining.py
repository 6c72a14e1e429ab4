"""PostgreSQL works in a process of its own: rows are prepared while it writes those before them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from storage.database import E, Row, Session
from storage.rows import Many
from storage.statements import Statement, Values


class _Ahead(Session):
    """Does not wait for a `Many`: they are done one after the other, and whatever else is asked waits for them. The
    first that fails is the last; it is told to whoever asks next."""

    def __init__(self, inner: Session) -> None:
        self.name, self.tenant, self.endings = inner.name, inner.tenant, inner.endings
        self._inner = inner
        self._waiting: deque[tuple[Statement, Values]] = deque()
        self._writing: asyncio.Task[None] | None = None

    def ending(self, kind: Callable[[Session], E]) -> E:
        return self._inner.ending(kind)

    async def run(self, statement: Statement, values: Values) -> int:
        if not isinstance(statement, Many):
            await self.written()
            return await self._inner.run(statement, values)
        self._waiting.append((statement, values))
        if self._writing is None:
            self._writing = asyncio.ensure_future(self._write())
        await asyncio.sleep(0)  # what can be sent is sent
        return 0

    async def _write(self) -> None:
        while self._waiting:
            await self._inner.run(*self._waiting.popleft())
        self._writing = None

    async def written(self) -> None:
        if self._writing is not None:
            await self._writing

    async def stopped(self) -> None:
        """Nothing more is begun."""
        self._waiting.clear()
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]:
        await self.written()
        return await self._inner.fetch(statement, values)

    async def run_many(self, statement: Statement, rows: Sequence[Values]) -> None:
        await self.written()
        await self._inner.run_many(statement, rows)

    async def announce(self) -> None:
        await self.written()
        await self._inner.announce()


@asynccontextmanager
async def ahead(session: Session) -> AsyncIterator[Session]:
    """At its end all is written. SQLite works in this process, whose threads would only wait for each other."""
    if session.name == "sqlite":
        yield session
        return
    one = _Ahead(session)
    try:
        yield one
        await one.written()
    except BaseException:
        await one.stopped()
        raise
