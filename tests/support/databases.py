"""Real databases for tests: a SQLite file of the test's own, and on PostgreSQL a database of its own.

PostgreSQL is looked for at POSTGRES_TEST_URL, else on this machine; what is there must let us make databases and roles.
Where there is none its tests are skipped, and say why; with POSTGRES_REQUIRED they fail.
The tables belong to one role, and the tests connect as another that owns nothing and cannot bypass row security.

Making a database costs far more than most tests do in it. So SQLite's is a copy of one that was migrated once, and
PostgreSQL's goes back on a shelf as it was (spares.py). What lasts longer than a test lives in a loop of its own.
"""

from __future__ import annotations

import asyncio
import atexit
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

from storage.database import Database, open_database
from storage.migrate import grant, upgrade
from tests.support.spares import Original, Spare

SERVER = os.environ.get("POSTGRES_TEST_URL", "postgresql://127.0.0.1:5432/postgres")
OWNER, GUEST = "deskgraph_test_owner", "deskgraph_test_guest"
_numbers = itertools.count(1)
T = TypeVar("T")


@cache
def _elsewhere() -> asyncio.AbstractEventLoop:
    """A loop in a thread of its own, until the process ends."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


def _aside(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine elsewhere, whether or not a loop is running here."""
    return asyncio.run_coroutine_threadsafe(work, _elsewhere()).result()


async def _sent(work: Coroutine[Any, Any, T]) -> T:
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, _elsewhere()))


@cache
def why_no_postgresql() -> str | None:
    """None when there is one we can use."""

    async def look() -> str | None:
        try:
            connection = await asyncpg.connect(SERVER, timeout=3)
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            return f"no PostgreSQL at {SERVER.rpartition('@')[2]} ({type(error).__name__}); set POSTGRES_TEST_URL"
        try:
            able = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            return None if able else "the PostgreSQL role of POSTGRES_TEST_URL may not make roles and databases"
        finally:
            await connection.close()

    return _aside(look())


def named(url: str, database: str, user: str | None = None) -> str:
    host = url.split("://", 1)[1].rpartition("/")[0]
    if user is not None:
        host = f"{user}:test@{host.rpartition('@')[2]}"
    return f"postgresql+asyncpg://{host}/{database}"


async def _server(*statements: str) -> None:
    connection = await asyncpg.connect(SERVER)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def roles() -> None:
    for role in (OWNER, GUEST):
        try:
            await _server(f"CREATE ROLE {role} LOGIN PASSWORD 'test' NOSUPERUSER NOBYPASSRLS")
        except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            pass


@cache
def _template() -> str:
    """A migrated, empty database to copy: one for each process of the test run."""
    name = f"deskgraph_test_{os.getpid()}"

    async def make() -> None:
        await roles()
        await _swept()
        await _server(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} OWNER {OWNER}")
        await upgrade(named(SERVER, name, OWNER))
        await grant(named(SERVER, name, OWNER), GUEST)

    _aside(make())
    atexit.register(_end)
    return name


async def _swept() -> None:
    """What earlier runs left behind that were killed."""
    connection = await asyncpg.connect(SERVER)
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database WHERE datname ~ '^deskgraph_test_[0-9]'")
    finally:
        await connection.close()
    for name in (str(row[0]) for row in rows):
        if not Path(f"/proc/{name.split('_')[2]}").exists():
            await _server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class _Shelf:
    """Spare databases like `source`, which nobody may have open."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._original: Original | None = None
        self._spares: list[Spare] = []

    async def take(self) -> Spare:
        if self._spares:
            return self._spares.pop()
        if self._source in _lent:
            await _lent[self._source].close()
        if self._original is None:
            self._original = await Original.of(_plain(self._source))
        name = f"{_template()}_{next(_numbers)}"
        await _server(f"CREATE DATABASE {name} TEMPLATE {self._source} OWNER {OWNER}")
        await _server(f"ALTER DATABASE {name} SET synchronous_commit = off")
        return await Spare.of(name, _plain(name))

    async def give_back(self, spare: Spare) -> None:
        assert self._original is not None
        if await spare.restored(self._original):
            self._spares.append(spare)
        else:
            await _dropped(spare)

    async def empty(self) -> None:
        while self._spares:
            await _dropped(self._spares.pop())


_shelves: dict[str, _Shelf] = {}
_lent: dict[str, Spare] = {}


def _plain(name: str) -> str:
    return named(SERVER, name).replace("+asyncpg", "")


async def _dropped(spare: Spare) -> None:
    await spare.close()
    await _server(f"DROP DATABASE IF EXISTS {spare.name} WITH (FORCE)")


def _end() -> None:
    async def drop() -> None:
        for shelf in _shelves.values():
            await shelf.empty()
        await _server(f"DROP DATABASE IF EXISTS {_template()} WITH (FORCE)")

    _aside(drop())


@asynccontextmanager
async def _like(source: str) -> AsyncIterator[str]:
    shelf = _shelves.setdefault(source, _Shelf(source))
    spare = await _sent(shelf.take())
    _lent[spare.name] = spare
    try:
        yield spare.name
    finally:
        del _lent[spare.name]
        if spare.name in _shelves:
            await _sent(_shelves.pop(spare.name).empty())
        await _sent(shelf.give_back(spare))


@asynccontextmanager
async def postgresql_url(user: str = GUEST) -> AsyncIterator[str]:
    async with _like(_template()) as name:
        yield named(SERVER, name, user)


@cache
def _migrated() -> Path:
    """An empty SQLite database to copy, made once in a process."""
    folder = tempfile.TemporaryDirectory(prefix="deskgraph-test-")
    atexit.register(folder.cleanup)
    file = Path(folder.name) / "empty.db"
    _aside(upgrade(f"sqlite+aiosqlite:///{file}"))
    return file


@asynccontextmanager
async def database_url(kind: str, folder: Path) -> AsyncIterator[str]:
    """`sqlite` or `postgresql`; the latter is skipped, with the reason, where there is none."""
    if kind == "sqlite":
        shutil.copy(_migrated(), folder / "mirror.db")
        yield f"sqlite+aiosqlite:///{folder / 'mirror.db'}"
        return
    reason = why_no_postgresql()
    if reason is not None:
        if os.environ.get("POSTGRES_REQUIRED"):
            pytest.fail(f"POSTGRES_REQUIRED is set, and there is {reason}")
        pytest.skip(reason)
    async with postgresql_url() as url:
        yield url


@asynccontextmanager
async def cloned(url: str, folder: Path) -> AsyncIterator[str]:
    """A database like the one at `url`, which nobody has open."""
    if url.startswith("sqlite"):
        shutil.copy(url.partition(":///")[2], folder / "clone.db")
        yield f"sqlite+aiosqlite:///{folder / 'clone.db'}"
        return
    async with _like(url.rpartition("/")[2]) as name:
        yield named(SERVER, name, GUEST)


@asynccontextmanager
async def database(kind: str, folder: Path) -> AsyncIterator[Database]:
    async with database_url(kind, folder) as url:
        opened = await open_database(url, readers=2)
        try:
            yield opened
        finally:
            await opened.aclose()


KINDS = ("sqlite", "postgresql")
