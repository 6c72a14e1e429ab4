"""Real databases for tests: a SQLite file of the test's own, and on PostgreSQL a database of its own.

PostgreSQL is looked for at POSTGRES_TEST_URL, else on this machine; what is there must let us make databases and roles.
Where there is none its tests are skipped, and say why; with POSTGRES_REQUIRED they fail.
The tables belong to one role, and the tests connect as another that owns nothing and cannot bypass row security.
"""

from __future__ import annotations

import asyncio
import atexit
import itertools
import os
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest

from storage.database import Database, open_database
from storage.migrate import grant, upgrade

SERVER = os.environ.get("POSTGRES_TEST_URL", "postgresql://127.0.0.1:5432/postgres")
OWNER, GUEST = "deskgraph_test_owner", "deskgraph_test_guest"
_numbers = itertools.count(1)
T = TypeVar("T")


def _aside(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine in a loop of its own, whether or not one is running here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


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
    atexit.register(lambda: asyncio.run(_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
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


@asynccontextmanager
async def postgresql_url(user: str = GUEST) -> AsyncIterator[str]:
    template = _template()
    name = f"{template}_{next(_numbers)}"
    await _server(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {OWNER}")
    try:
        yield named(SERVER, name, user)
    finally:
        await _server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@asynccontextmanager
async def database_url(kind: str, folder: Path) -> AsyncIterator[str]:
    """`sqlite` or `postgresql`; the latter is skipped, with the reason, where there is none."""
    if kind == "sqlite":
        url = f"sqlite+aiosqlite:///{folder / 'mirror.db'}"
        await upgrade(url)
        yield url
        return
    reason = why_no_postgresql()
    if reason is not None:
        if os.environ.get("POSTGRES_REQUIRED"):
            pytest.fail(f"POSTGRES_REQUIRED is set, and there is {reason}")
        pytest.skip(reason)
    async with postgresql_url() as url:
        yield url


@asynccontextmanager
async def database(kind: str, folder: Path) -> AsyncIterator[Database]:
    async with database_url(kind, folder) as url:
        opened = await open_database(url, readers=2)
        try:
            yield opened
        finally:
            await opened.aclose()


KINDS = ("sqlite", "postgresql")
