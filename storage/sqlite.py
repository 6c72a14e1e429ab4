"""SQLite: one writer and a few readers on one file, in WAL mode.

Several processes may open the same file: the writer takes the lock at the beginning of its transaction and waits for it
for `BUSY_MS`. Another process's changes are noticed by looking at the file's change counter.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import aiosqlite
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from models.errors import StorageUnavailable
from runtime.clock import SystemClock
from storage.database import Database, Endings, Row, Session
from storage.statements import Name, Statement, Values
from storage.tables.syncing import budgets

BUSY_MS = 10_000
LOOK_EVERY_S = 0.5
PAGE_BYTES = 8_192
CACHE_KIB = 65_536
BESIDE = "-budgets"
"""What the file beside is called, after the database's own name. It may be removed while nobody has it open."""


@contextmanager
def _told() -> Iterator[None]:
    """The driver's errors, as ours. A broken promise of ours (a constraint) stays what it is."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise
        if "no such" in str(error) or "syntax" in str(error):
            raise
        raise StorageUnavailable("The database cannot be used right now.") from error


class _Session(Session):
    """Every await is a turn of the connection's thread. A cursor without rows has nothing to close."""

    name: Name = "sqlite"

    def __init__(self, connection: aiosqlite.Connection, tenant: int) -> None:
        self.connection = connection
        self.tenant = tenant
        self.endings = Endings()
        self.announced = False

    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]:
        found = statement.on("sqlite")
        with _told():
            return list(await self.connection.execute_fetchall(found.sql, found.values(values)))

    async def run(self, statement: Statement, values: Values) -> int:
        found = statement.on("sqlite")
        with _told():
            cursor = await self.connection.execute(found.sql, found.values(values))
        return cursor.rowcount

    async def run_many(self, statement: Statement, rows: Sequence[Values]) -> None:
        if not rows:
            return
        found = statement.on("sqlite")
        with _told():
            await self.connection.executemany(found.sql, found.many(rows))

    async def announce(self) -> None:
        self.announced = True


class SqliteDatabase(Database):
    name: Name = "sqlite"

    def __init__(self, path: str, writer: aiosqlite.Connection, readers: Sequence[aiosqlite.Connection]) -> None:
        self.path = path
        self._writer = writer
        self._writing = asyncio.Lock()
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        for reader in readers:
            self._readers.put_nowait(reader)
        self._all = (writer, *readers)
        self._woken: dict[int, asyncio.Event] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._beside: SqliteDatabase | None = None

    @asynccontextmanager
    async def read(self, tenant: int) -> AsyncIterator[Session]:
        connection = await self._readers.get()
        try:
            with _told():
                await _do(connection, "BEGIN")
            yield _Session(connection, tenant)
        finally:
            try:
                await _back(connection)  # before the next reader begins on it
            finally:
                self._readers.put_nowait(connection)

    @asynccontextmanager
    async def write(self, tenant: int) -> AsyncIterator[Session]:
        async with self._writing:
            session = _Session(self._writer, tenant)
            try:
                with _told():
                    await _do(self._writer, "BEGIN IMMEDIATE")
                yield session
                await session.endings.finish()
                with _told():
                    await _do(self._writer, "COMMIT")
            except BaseException:
                await _back(self._writer)
                raise
        if session.announced:
            self._wake(tenant)

    @asynccontextmanager
    async def brief(self, tenant: int) -> AsyncIterator[Session]:
        """In a file beside, which has a writer of its own: a page of a sync holds this one for long."""
        async with self._opening:
            if self._beside is None:
                self._beside = await _open_beside(self.path)
        async with self._beside.write(tenant) as session:
            yield session

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
        """Runs statements outside of any transaction, and no other writer of this process meanwhile. For upkeep."""
        async with self._writing:
            try:
                with _told():
                    yield partial(_do, self._writer)
            except BaseException:
                await _back(self._writer)
                raise

    @asynccontextmanager
    async def registry(self, tenant_name: str) -> AsyncIterator[Session]:
        async with self.write(0) as session:
            yield session

    async def fetch(self, tenant: int, statement: Statement, values: Values) -> Sequence[Row]:
        found = statement.on("sqlite")
        connection = await self._readers.get()
        try:
            with _told():
                return list(await connection.execute_fetchall(found.sql, found.values(values)))
        finally:
            self._readers.put_nowait(connection)

    async def changed(self, tenant: int, seconds: float) -> bool:
        if self._watcher is None:
            self._watcher = asyncio.ensure_future(self._watch())
        event = self._woken.setdefault(tenant, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self, tenant: int | None) -> None:
        """Those who wait now; whoever comes later waits for what comes later."""
        for one in [tenant] if tenant is not None else list(self._woken):
            event = self._woken.pop(one, None)
            if event is not None:
                event.set()

    async def _watch(self) -> None:
        """`data_version` of a connection moves when another one has committed, in this process or elsewhere."""
        connection = await connect(self.path, reading=True)
        try:
            seen = -1
            while True:
                ((version,),) = await connection.execute_fetchall("PRAGMA data_version")
                if version != seen:
                    self._wake(None)
                seen = int(version)
                await SystemClock().sleep(LOOK_EVERY_S)
        finally:
            await connection.close()

    async def aclose(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        for connection in self._all:
            await connection.close()
        if self._beside is not None:
            await self._beside.aclose()


async def _do(connection: aiosqlite.Connection, sql: str) -> None:
    await connection.execute_fetchall(sql)  # one turn of the connection's thread; execute and close are two


async def _back(connection: aiosqlite.Connection) -> None:
    """Whatever happened, no transaction stays open. The driver does one thing after the other, so this also ends one
    that a caller, cancelled meanwhile, was about to begin; and cancelling does not cut it short."""
    await asyncio.shield(connection.rollback())


async def connect(path: str, *, reading: bool) -> aiosqlite.Connection:
    """Whoever is cancelled meanwhile leaves no open connection behind."""
    opening = asyncio.ensure_future(_connect(path, reading=reading))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        await (await opening).close()
        raise


async def _connect(path: str, *, reading: bool) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None, cached_statements=512)
    pragmas = [
        f"PRAGMA busy_timeout = {BUSY_MS}",
        f"PRAGMA page_size = {PAGE_BYTES}",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = NORMAL",
        f"PRAGMA cache_size = -{CACHE_KIB}",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA mmap_size = 0",
        *(["PRAGMA query_only = 1"] if reading else []),
    ]
    try:
        with _told():
            for pragma in pragmas:
                await _do(connection, pragma)
    except BaseException:
        await connection.close()
        raise
    return connection


async def open_sqlite(path: str, *, readers: int) -> SqliteDatabase:
    if not Path(path).parent.is_dir():
        raise StorageUnavailable(f"There is no folder for the database file {Path(path).name}.")
    writer = await connect(path, reading=False)
    return SqliteDatabase(path, writer, [await connect(path, reading=True) for _ in range(readers)])


async def _open_beside(path: str) -> SqliteDatabase:
    found = await open_sqlite(path + BESIDE, readers=0)
    with _told():
        await _do(found._writer, str(CreateTable(budgets, if_not_exists=True).compile(dialect=sqlite.dialect())))
    return found
