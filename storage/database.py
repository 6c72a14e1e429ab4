"""The one way into SQL: a `Database` gives transactions of one tenant, on SQLite or PostgreSQL, by the same statements.

    database = await open_database(url)
    rows = await database.fetch(tenant, STATEMENT, {"num": 7})            # one statement, a transaction of its own
    async with database.read(tenant) as session: …                        # several statements, one moment
    async with database.write(tenant) as session: …                       # commits at its end, unless it raises

What holds
- A session belongs to one tenant. On PostgreSQL the tenant is set for the transaction (`SET LOCAL`), and row security
  shows it nothing else; without a tenant there are no rows. Statements name the tenant all the same: it is the first
  wall, and on SQLite the only one.
- Writers of a tenant come one after the other (SQLite has one writer; PostgreSQL takes an advisory lock for the
  transaction), so its sequence of changes has no holes that a reader could run past.
- A database that cannot be reached, is locked for too long, or is full is StorageUnavailable within seconds; the next
  call tries again. A cancelled caller leaves no transaction open.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias, TypeVar

from storage.statements import Name, Statement, Values

Row: TypeAlias = Sequence[Any]


class Ending(ABC):
    """What a write gathers and does at its end, right before it commits."""

    @abstractmethod
    def mark(self) -> int:
        """How much there is so far."""

    @abstractmethod
    def back(self, mark: int) -> None:
        """Forgets what has come since."""

    @abstractmethod
    async def finish(self) -> None: ...


E = TypeVar("E", bound=Ending)


class Endings(dict[Any, Any]):
    """Those of one write."""

    def marks(self) -> dict[Any, int]:
        return {kind: ending.mark() for kind, ending in self.items()}

    def back(self, marks: dict[Any, int]) -> None:
        for kind, ending in self.items():
            ending.back(marks.get(kind, 0))

    async def finish(self) -> None:
        for ending in self.values():
            await ending.finish()


class Session(ABC):
    """One transaction of one tenant."""

    name: Name
    tenant: int
    endings: Endings

    def ending(self, kind: Callable[[Session], E]) -> E:
        """This write's; made when it is first asked for."""
        found: E | None = self.endings.get(kind)
        if found is None:
            found = self.endings[kind] = kind(self)
        return found

    @abstractmethod
    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]: ...

    @abstractmethod
    async def run(self, statement: Statement, values: Values) -> int:
        """How many rows it touched."""

    @abstractmethod
    async def run_many(self, statement: Statement, rows: Sequence[Values]) -> None:
        """The statement once for each of `rows`, in one go. Nothing when there are none."""

    @abstractmethod
    async def announce(self) -> None:
        """Within a write: once it commits, those who wait for changes of its tenant wake, in every process."""

    async def one(self, statement: Statement, values: Values) -> Row | None:
        found = await self.fetch(statement, values)
        return found[0] if found else None


class Database(ABC):
    name: Name

    @abstractmethod
    def read(self, tenant: int) -> AbstractAsyncContextManager[Session]:
        """All its statements see the database as of one moment."""

    @abstractmethod
    def write(self, tenant: int) -> AbstractAsyncContextManager[Session]: ...

    def brief(self, tenant: int) -> AbstractAsyncContextManager[Session]:
        """A short write of `budgets` alone, which nothing else writes: it does not wait for the tenant's writers."""
        return self.write(tenant)

    @abstractmethod
    def registry(self, tenant_name: str) -> AbstractAsyncContextManager[Session]:
        """For storage/tenants.py alone: a transaction that sees the tenant of this name, and may make it."""

    @abstractmethod
    async def fetch(self, tenant: int, statement: Statement, values: Values) -> Sequence[Row]:
        """One statement by itself: the shortest way."""

    @abstractmethod
    async def changed(self, tenant: int, seconds: float) -> bool:
        """Waits until some process may have written changes of this tenant, or for so long. False: nothing heard."""

    async def announce(self, session: Session) -> None:
        await session.announce()

    @abstractmethod
    async def aclose(self) -> None: ...


async def open_database(url: str, *, readers: int = 4) -> Database:
    """`sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`. The tables are there already (storage/migrate.py)."""
    if url.startswith("sqlite"):
        from storage.sqlite import open_sqlite

        return await open_sqlite(url.partition(":///")[2], readers=readers)
    from storage.postgresql import open_postgresql

    return await open_postgresql(url, connections=readers + 2)
