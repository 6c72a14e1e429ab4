"""PostgreSQL: a pool of connections, a transaction for each session, row security by tenant.

`deskgraph.tenant` is set for the transaction alone (as SET LOCAL does), so a connection that goes back to the pool, or
through a pooler, carries nobody's tenant. Works behind poolers that keep a transaction on one connection, except for
LISTEN, which has a connection of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg

from models.errors import StorageUnavailable
from runtime.clock import SystemClock
from storage.connections import Connection, Connections
from storage.database import Database, Endings, Row, Session
from storage.statements import Name, Statement, Values

log = logging.getLogger("deskgraph.storage")

CHANNEL = "deskgraph_changes"
WAIT_S = 2.0
"""How long a caller waits for a connection, and a connection for the server."""
LISTEN_AGAIN_S = 1.0
STATEMENTS = 250
LONGEST_STATEMENT = 64 * 1024
"""What a connection remembers the plans of: a list of many legs is long, and takes longer to plan than to read."""

_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.ReadOnlySQLTransactionError,
    ConnectionError,
    TimeoutError,
    OSError,
)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _GONE as error:
        raise StorageUnavailable("The database cannot be used right now.") from error


class _Session(Session):
    name: Name = "postgresql"

    def __init__(self, connection: Connection, tenant: int) -> None:
        self.connection = connection
        self.tenant = tenant
        self.endings = Endings()

    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]:
        found = statement.on("postgresql")
        with _told():
            rows: Sequence[Any] = await self.connection.fetch(found.sql, *found.values(values))
        return rows

    async def run(self, statement: Statement, values: Values) -> int:
        found = statement.on("postgresql")
        with _told():
            status: str = await self.connection.execute(found.sql, *found.values(values))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def run_many(self, statement: Statement, rows: Sequence[Values]) -> None:
        if not rows:
            return
        found = statement.on("postgresql")
        with _told():
            await self.connection.executemany(found.sql, found.many(rows))

    async def announce(self) -> None:
        with _told():
            await self.connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(self.tenant))


class PostgresqlDatabase(Database):
    name: Name = "postgresql"

    def __init__(self, connections: Connections, url: str) -> None:
        self._connections = connections
        self._url = url
        self._writing: dict[int, asyncio.Lock] = {}
        self._woken: dict[int, asyncio.Event] = {}
        self._listener: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def _transaction(self, begin: str, setting: str, value: str) -> AsyncIterator[Connection]:
        with _told():
            connection = await self._connections.take()
        clean = False
        try:
            with _told():
                await connection.execute(f"{begin}; SELECT set_config('deskgraph.{setting}', {_quoted(value)}, true)")
            try:
                yield connection
            except BaseException:
                await asyncio.shield(_rolled_back(connection))
                raise
            with _told():
                await connection.execute("COMMIT")
            clean = True
        finally:
            # Whoever is cancelled leaves while the server is still at it, and the connection does not tell.
            if not clean or not self._connections.give(connection):
                with contextlib.suppress(*_GONE):  # the transaction is over, one way or the other
                    await asyncio.shield(self._connections.give_up(connection))

    @asynccontextmanager
    async def read(self, tenant: int) -> AsyncIterator[Session]:
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        async with self._transaction(begin, "tenant", str(tenant)) as connection:
            yield _Session(connection, tenant)

    @asynccontextmanager
    async def write(self, tenant: int) -> AsyncIterator[Session]:
        """Writers of this process wait for each other here, so that one connection waits for those of the others, and
        the rest are there for readers."""
        writing = self._writing.setdefault(tenant, asyncio.Lock())
        async with writing, self._transaction("BEGIN", "tenant", str(tenant)) as connection:
            with _told():
                await connection.execute("SELECT pg_advisory_xact_lock($1, $2)", LOCK, tenant)
            session = _Session(connection, tenant)
            yield session
            await session.endings.finish()

    @asynccontextmanager
    async def brief(self, tenant: int) -> AsyncIterator[Session]:
        async with self._transaction("BEGIN", "tenant", str(tenant)) as connection:
            yield _Session(connection, tenant)

    @asynccontextmanager
    async def registry(self, tenant_name: str) -> AsyncIterator[Session]:
        async with self._transaction("BEGIN", "tenant_name", tenant_name) as connection:
            with _told():
                await connection.execute("SELECT pg_advisory_xact_lock($1, $2)", LOCK, 0)
            yield _Session(connection, 0)

    async def fetch(self, tenant: int, statement: Statement, values: Values) -> Sequence[Row]:
        async with self._transaction("BEGIN READ ONLY", "tenant", str(tenant)) as connection:
            return await _Session(connection, tenant).fetch(statement, values)

    async def changed(self, tenant: int, seconds: float) -> bool:
        if self._listener is None:
            self._listener = asyncio.ensure_future(self._listen())
        event = self._woken.setdefault(tenant, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True

    def _heard(self, connection: object, pid: int, channel: str, payload: object) -> None:
        if isinstance(payload, str) and payload.isdecimal():
            self._wake(int(payload))

    def _wake(self, tenant: int | None) -> None:
        """Those who wait now; whoever comes later waits for what comes later."""
        for one in [tenant] if tenant is not None else list(self._woken):
            event = self._woken.pop(one, None)
            if event is not None:
                event.set()

    async def _listen(self) -> None:
        """A lost connection is opened again; everybody is woken then, since something may have been missed."""
        while True:
            with contextlib.suppress(*_GONE):
                connection = await asyncpg.connect(self._url, timeout=WAIT_S)
                try:
                    lost = asyncio.Event()
                    connection.add_termination_listener(lambda _, lost=lost: lost.set())
                    await connection.add_listener(CHANNEL, self._heard)
                    self._wake(None)
                    await lost.wait()
                finally:
                    await connection.close(timeout=1)
            await SystemClock().sleep(LISTEN_AGAIN_S)

    async def aclose(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await self._connections.aclose()


LOCK = 0x6465736B
"""Our number among the database's advisory locks."""


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


async def _rolled_back(connection: Connection) -> None:
    """A connection that cannot even do that is not used again."""
    try:
        await connection.execute("ROLLBACK", timeout=WAIT_S)
    except Exception:
        with contextlib.suppress(asyncpg.InterfaceError):  # it was lost, and is not in our hands any more
            connection.terminate()


async def _prepared(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.execute("SET standard_conforming_strings = on")


async def _as_it_was(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Whatever is set here is set for a transaction only, so there is nothing else to put back."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


_ABOVE_SECURITY = "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"


async def _warned(pool: asyncpg.Pool[asyncpg.Record]) -> None:
    """Row security does not hold for a superuser, nor for a role that bypasses it."""
    found = await pool.fetchrow(_ABOVE_SECURITY)
    if found is not None:
        log.warning(
            "The PostgreSQL role of DATABASE_URL %s, so the database itself does not keep tenants apart. Name a role"
            " there that owns nothing (CREATE ROLE … LOGIN NOSUPERUSER NOBYPASSRLS), and the tables' owner in"
            " DATABASE_OWNER_URL: it is given what it needs at the next start.",
            "is a superuser" if found["rolsuper"] else "bypasses row security",
            extra={"role": found["rolname"]},
        )


async def open_postgresql(url: str, *, connections: int) -> PostgresqlDatabase:
    plain = url.replace("postgresql+asyncpg://", "postgresql://", 1)
    with _told():
        pool = await asyncpg.create_pool(
            plain,
            min_size=1,
            max_size=connections,
            timeout=WAIT_S,
            init=_prepared,
            reset=_as_it_was,
            statement_cache_size=STATEMENTS,
            max_cacheable_statement_size=LONGEST_STATEMENT,
            server_settings={"application_name": "deskgraph", "lock_timeout": "60s"},
        )
        await _warned(pool)
    return PostgresqlDatabase(Connections(pool, connections, WAIT_S), plain)
