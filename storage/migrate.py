"""Brings a database to the tables this release knows: Alembic, driven from here.

`upgrade` may be called by several processes at once: one does it, the others wait. On PostgreSQL run it as the tables'
owner; the server itself is best run as a role that owns nothing (`grant`), so that row security holds for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, pool, text
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from models.errors import StorageUnavailable
from storage import expected
from storage.postgresql import LOCK
from storage.sqlite import connect

FOLDER = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def newest() -> str:
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


async def upgrade(url: str, revision: str = "head") -> None:
    def work(config: Config) -> None:
        command.upgrade(config, revision)
        if revision == "head" and config.attributes["connection"].dialect.name == "sqlite":
            expected.tell(config.attributes["connection"])

    await _run(url, work)


async def downgrade(url: str, revision: str) -> None:
    await _run(url, lambda config: command.downgrade(config, revision))


async def grant(url: str, role: str) -> None:
    """Lets a PostgreSQL role read and write all tables, and own none. `url` is the owner's."""
    async with _alone(url) as connection:
        quoted = '"' + role.replace('"', '""') + '"'
        for what in (
            "USAGE ON SCHEMA public",
            "USAGE ON SEQUENCE tenant_numbers",
            "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
        ):
            await connection.execute(text(f"GRANT {what} TO {quoted}"))


def role_of(url: str) -> str | None:
    return make_url(url).username


async def _run(url: str, what: object) -> None:
    if url.startswith("sqlite"):
        await (await connect(url.partition(":///")[2], reading=False)).close()  # page size and WAL before any table
    async with _alone(url) as connection:
        await connection.run_sync(_with, what)


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction; on PostgreSQL one process after the other."""
    engine = create_async_engine(url, poolclass=pool.NullPool)
    try:
        async with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK}, -1)"))
            yield connection
    except (InterfaceError, OSError) as error:
        raise StorageUnavailable("The database cannot be reached.") from error
    except DBAPIError as error:
        reason = type(error.orig.__cause__ or error.orig).__name__ if error.orig else type(error).__name__
        raise StorageUnavailable(f"The database cannot be used, or not be changed by this role ({reason}).") from error
    finally:
        await engine.dispose()


def _with(connection: Connection, what: object) -> None:
    assert callable(what)
    config = _config()
    config.attributes["connection"] = connection
    what(config)


def upgrade_now(url: str) -> None:
    asyncio.run(upgrade(url))
