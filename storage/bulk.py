"""The first load of a database: without the indexes that lists are read by, which are built at its end.

    if await begin(db):     # there are no tickets at all, or a first load was begun before and not ended
        …                   # load
        await end(db, told)

The fact `bulk` stands from the one to the other, set in the transaction that drops the indexes. Whatever ends the
process in between, the next `begin` says that the load is under way, and the next `end` builds what is still missing.
Several processes may call either at once. While an index is built others can read; whoever writes to tickets waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, DropIndex

from storage import expected
from storage.database import Database, Session
from storage.sqlite import SqliteDatabase
from storage.statements import Native, Statement
from storage.tables.directory import facts
from storage.tables.tickets import LIST_INDEXES

Told = Callable[[int, int], None]
"""How many of how many indexes there are."""
FACT: Final = "bulk"
LOADING: Final = "loading"

_FACT = Statement(select(facts.c.value).where(facts.c.name == bindparam("name")))
_SET = Statement(insert(facts))
_CLEAR = Statement(delete(facts).where(facts.c.name == bindparam("fact")))
_ANY_TICKET = Native(sqlite="SELECT 1 FROM tickets LIMIT 1", postgresql="SELECT 1")
_names = ", ".join(f"'{index.name}'" for index in LIST_INDEXES)
_THERE = Native(
    sqlite=f"SELECT name FROM sqlite_master WHERE type = 'index' AND name IN ({_names})",  # noqa: S608 — our own
    postgresql=f"SELECT indexname FROM pg_indexes WHERE tablename = 'tickets' AND indexname IN ({_names})",  # noqa: S608
)
_DROP = [
    Native(sqlite=str(DropIndex(index, if_exists=True).compile(dialect=sqlite.dialect())), postgresql="")
    for index in LIST_INDEXES
]
_BEGIN = Native(sqlite="", postgresql="SELECT deskgraph_begin_bulk()")
_SETTLE = Native(sqlite="", postgresql="SELECT deskgraph_settle_words()")
_ANALYZE = Native(sqlite="", postgresql="SELECT deskgraph_analyze()")
_BUILD = {
    str(index.name): Native(
        sqlite=str(CreateIndex(index, if_not_exists=True).compile(dialect=sqlite.dialect())),
        postgresql=f"SELECT deskgraph_build_index('{index.name}')",
    )
    for index in LIST_INDEXES
}
_NO_TENANT: Final = 0


async def loading(db: Database) -> bool:
    """Whether a first load is under way: lists have no indexes now."""
    return bool(await db.fetch(_NO_TENANT, _FACT, {"name": FACT}))


async def begin(db: Database) -> bool:
    """False: there are tickets already, and nothing was done."""
    async with db.write(_NO_TENANT) as session:
        if await session.one(_FACT, {"name": FACT}) is not None:
            return True
        if not await _dropped(session):
            return False
        await session.run(_SET, {"name": FACT, "value": LOADING})
    return True


async def _dropped(session: Session) -> bool:
    if session.name == "postgresql":
        ((empty,),) = await session.fetch(_BEGIN, {})
        return bool(empty)
    if await session.one(_ANY_TICKET, {}) is not None:
        return False
    for statement in _DROP:
        await session.run(statement, {})
    return True


async def end(db: Database, told: Told = lambda done, of: None) -> None:
    """Builds them one after the other, each in a transaction of its own. Nothing when there is no first load. On
    PostgreSQL the planner then learns what the tables hold: left without, it reads them from end to end."""
    if not await loading(db):
        return
    there = {name for (name,) in await db.fetch(_NO_TENANT, _THERE, {})}
    done = len(there)
    told(done, len(_BUILD))
    for name in _BUILD:
        if name not in there:
            await _build(db, name)
            done += 1
            told(done, len(_BUILD))
    async with db.write(_NO_TENANT) as session:
        if session.name == "postgresql":
            await session.fetch(_SETTLE, {})
            await session.fetch(_ANALYZE, {})
        await session.run(_CLEAR, {"fact": FACT})


async def _build(db: Database, name: str) -> None:
    """On SQLite sorted in a file: in memory, as its temporary tables are, it would be as large as the index. What its
    planner is told of an index goes with the index, and is told again: first, since other connections look anew when
    there is an index more."""
    if not isinstance(db, SqliteDatabase):
        async with db.write(_NO_TENANT) as session:
            await session.fetch(_BUILD[name], {})
        return
    async with db.alone() as run:
        await run("PRAGMA temp_store = FILE")
        try:
            for statement in (*expected.of_index(name), _BUILD[name].on("sqlite").sql, expected.LOOK_ANEW):
                await run(statement)
        finally:
            await run("PRAGMA temp_store = MEMORY")
