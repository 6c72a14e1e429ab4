"""The first load without list indexes: whoever ends it, whenever, they are all there afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from storage import bulk
from storage.database import Database
from storage.expected import figures
from storage.statements import Native
from storage.tables.tickets import LIST_INDEXES
from tests.storage.copying import copy_desk, ticket
from tests.support.databases import database

NAMES = {str(index.name) for index in LIST_INDEXES}
THERE = Native(
    sqlite="SELECT name FROM sqlite_master WHERE type = 'index'",
    postgresql="SELECT indexname FROM pg_indexes WHERE tablename = 'tickets'",
)
KNOWN_ROWS = Native(sqlite="", postgresql="SELECT reltuples FROM pg_class WHERE relname = 'tickets'")


TOLD = Native(sqlite="SELECT tbl, idx, stat FROM sqlite_stat1 WHERE tbl <> 'facts'", postgresql="")
PLAN = Native(
    sqlite="EXPLAIN QUERY PLAN SELECT card FROM tickets WHERE tenant = 1 AND shown = 1 AND assignee = 3",
    postgresql="",
)


async def there(db: Database) -> set[str]:
    return {name for (name,) in await db.fetch(0, THERE, {})} & NAMES


async def test_indexes_go_and_come_back_with_what_was_loaded(db: Database) -> None:
    assert await there(db) == NAMES and not await bulk.loading(db)
    assert await bulk.begin(db) and await bulk.begin(db) and await bulk.loading(db)
    assert await there(db) == set()
    desk = await copy_desk(db)
    await desk.apply(*(ticket(str(n), n) for n in range(1, 50)))
    assert await bulk.begin(db)  # the load was begun, and is under way
    told: list[tuple[int, int]] = []
    await bulk.end(db, lambda done, of: told.append((done, of)))
    assert told == [(n, len(NAMES)) for n in range(len(NAMES) + 1)]
    assert await there(db) == NAMES and not await bulk.loading(db)
    if db.name == "postgresql":
        assert [row[0] for row in await db.fetch(0, KNOWN_ROWS, {})] == [49.0]
    assert not await bulk.begin(db) and await there(db) == NAMES
    await bulk.end(db, lambda done, of: told.append((-1, of)))
    assert told[-1] == (len(NAMES), len(NAMES))
    assert (await desk.apply(ticket("3", 90, 200))).stored == 1


async def test_sqlite_s_planner_knows_the_indexes_again(tmp_path: Path) -> None:
    """Without figures it would read all tickets of a tenant by whatever index is smallest."""
    async with database("sqlite", tmp_path) as db:
        before = await db.fetch(0, PLAN, {})
        await bulk.begin(db)
        await bulk.end(db)
        told = {tuple(row) for row in await db.fetch(0, TOLD, {})}
        assert told == {row for row in figures() if row[0] != "facts"}
        assert [row[3] for row in await db.fetch(0, PLAN, {})] == [row[3] for row in before]


async def test_an_end_that_was_cut_short_goes_on_where_it_was(db: Database) -> None:
    class Killed(BaseException):
        pass

    def kill(done: int, of: int) -> None:
        if done == 4:
            raise Killed

    assert await bulk.begin(db)
    with pytest.raises(Killed):
        await bulk.end(db, kill)
    assert len(await there(db)) == 4 and await bulk.loading(db) and await bulk.begin(db)
    first: list[int] = []
    await bulk.end(db, lambda done, of: first.append(done))
    assert first[0] == 4 and await there(db) == NAMES and not await bulk.loading(db)


async def test_several_may_begin_and_end_at_once(db: Database) -> None:
    assert await asyncio.gather(*(bulk.begin(db) for _ in range(4))) == [True] * 4
    await asyncio.gather(*(bulk.end(db) for _ in range(3)))
    assert await there(db) == NAMES and not await bulk.loading(db)


async def test_a_database_with_tickets_keeps_its_indexes(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("1"))
    assert not await bulk.begin(db) and await there(db) == NAMES and not await bulk.loading(db)
