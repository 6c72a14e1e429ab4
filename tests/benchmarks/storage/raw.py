"""What the store asks a database, and the raw driver asking the same.

`Watched` is a database that notes each transaction and its statements; `replay` runs them again on a connection of the
driver's own: the same statements with the same values in the same transaction, and all rows fetched.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiosqlite
import asyncpg

from storage.database import Database, Row, Session
from storage.sqlite import connect
from storage.statements import Statement, Values
from tests.benchmarks.storage.places import Place


@dataclass
class Transaction:
    """`single`: one statement by itself. `asked`: texts and values, as the driver takes them."""

    tenant: int
    single: bool
    asked: list[tuple[str, Sequence[Any]]] = field(default_factory=list)


class Watched(Database):
    def __init__(self, inner: Database) -> None:
        self.name = inner.name
        self._inner = inner
        self.seen: list[Transaction] = []

    def _noted(self, transaction: Transaction, statement: Statement, values: Values) -> None:
        compiled = statement.on(self.name)
        transaction.asked.append((compiled.sql, list(compiled.values(values))))

    async def fetch(self, tenant: int, statement: Statement, values: Values) -> Sequence[Row]:
        self.seen.append(Transaction(tenant, single=True))
        self._noted(self.seen[-1], statement, values)
        return await self._inner.fetch(tenant, statement, values)

    @asynccontextmanager
    async def read(self, tenant: int) -> AsyncIterator[Session]:
        self.seen.append(Transaction(tenant, single=False))
        async with self._inner.read(tenant) as session:
            yield _Session(session, self, self.seen[-1])

    def write(self, tenant: int) -> AbstractAsyncContextManager[Session]:
        return self._inner.write(tenant)

    def registry(self, tenant_name: str) -> AbstractAsyncContextManager[Session]:
        return self._inner.registry(tenant_name)

    async def changed(self, tenant: int, seconds: float) -> bool:
        return await self._inner.changed(tenant, seconds)

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Session(Session):
    def __init__(self, inner: Session, watched: Watched, transaction: Transaction) -> None:
        self.name, self.tenant = inner.name, inner.tenant
        self._inner, self._watched, self._transaction = inner, watched, transaction

    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]:
        self._watched._noted(self._transaction, statement, values)
        return await self._inner.fetch(statement, values)

    async def run(self, statement: Statement, values: Values) -> int:
        return await self._inner.run(statement, values)

    async def run_many(self, statement: Statement, rows: Sequence[Values]) -> None:
        await self._inner.run_many(statement, rows)

    async def announce(self) -> None:
        await self._inner.announce()


@asynccontextmanager
async def replay(place: Place, seen: Sequence[Transaction]) -> AsyncIterator[Callable[[], Awaitable[Sequence[Row]]]]:
    """Gives the rows of the last statement."""
    if place.kind == "sqlite":
        sqlite = await connect(str(place.path), reading=True)
        try:
            yield lambda: _on_sqlite(sqlite, seen)
        finally:
            await sqlite.close()
        return
    postgresql = await asyncpg.connect(place.url.replace("+asyncpg", ""))
    try:
        yield lambda: _on_postgresql(postgresql, seen)
    finally:
        await postgresql.close()


async def _on_sqlite(connection: aiosqlite.Connection, seen: Sequence[Transaction]) -> Sequence[Row]:
    rows: Sequence[Row] = ()
    for one in seen:
        if not one.single:
            await connection.execute("BEGIN")
        for sql, values in one.asked:
            rows = list(await connection.execute_fetchall(sql, values))
        if not one.single:
            await connection.execute("ROLLBACK")
    return rows


async def _on_postgresql(connection: asyncpg.Connection, seen: Sequence[Transaction]) -> Sequence[Row]:
    rows: Sequence[Row] = ()
    for one in seen:
        begin = "BEGIN READ ONLY" if one.single else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        await connection.execute(f"{begin}; SELECT set_config('deskgraph.tenant', '{one.tenant}', true)")
        for sql, values in one.asked:
            rows = await connection.fetch(sql, *values)
        await connection.execute("COMMIT")
    return rows
