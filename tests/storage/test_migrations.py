"""What the migrations make is what storage/tables describes, and they can be taken back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.ext.asyncio import create_async_engine

from storage.migrate import downgrade, upgrade
from storage.tables import metadata
from tests.support.databases import database_url

OURS = {"search_words", "search_vocabulary", "alembic_version"}
"""Not described by SQLAlchemy."""


def written(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    finally:
        connection.close()
    return {name: " ".join(sql.split()) for name, sql in rows if not name.startswith(("sqlite_", *OURS))}


async def test_sqlite_has_every_table_and_index_as_it_is_described(tmp_path: Path) -> None:
    await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'migrated.db'}")
    engine = create_engine(f"sqlite:///{tmp_path / 'described.db'}")
    metadata.create_all(engine)
    engine.dispose()
    assert written(tmp_path / "migrated.db") == written(tmp_path / "described.db")


async def test_postgresql_has_every_table_and_index_as_it_is_described(tmp_path: Path) -> None:
    async with database_url("postgresql", tmp_path) as url:
        engine = create_async_engine(url, poolclass=pool.NullPool)
        async with engine.connect() as connection:
            found = await connection.run_sync(_differences)
        await engine.dispose()
    assert found == []


def _differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "include_object": lambda thing, name, kind, *more: name not in OURS}
    found: list[object] = [*compare_metadata(MigrationContext.configure(connection, opts=options), metadata)]
    return [one for one in found if "search_words" not in str(one)]


async def test_what_was_made_can_be_taken_back(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'back.db'}"
    await upgrade(url)
    await downgrade(url, "base")
    assert written(tmp_path / "back.db") == {}
    await upgrade(url)
    assert "tickets" in written(tmp_path / "back.db")
