"""The raw driver, writing: plain connections (sqlite3, asyncpg) and `executemany`, a statement a table.

It is told which rows there are to be, so it reads nothing, joins nothing and cuts no text into words. On PostgreSQL it
writes as the same role, under the same row security.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeAlias

import asyncpg
from sqlalchemy import Table

from storage.search.buckets import placed, tenant_token
from storage.search.documents import unpack
from storage.search.places import rowid
from storage.sqlite import CACHE_KIB
from storage.tables.searching import search_docs
from storage.tables.syncing import changes
from storage.tables.tickets import ticket_bodies, ticket_counts, ticket_tags, ticket_values, tickets
from tests.benchmarks.storage.places import Place, server

RECORDS = (tickets, ticket_bodies, ticket_tags, ticket_values, ticket_counts, changes)
"""What a batch of tickets is written to, but for the search's tables."""
FOUND_BY: Mapping[str, tuple[str, ...]] = {tickets.name: ("tenant", "helpdesk", "num")}
"""How a row is known where its primary key may change."""
Row: TypeAlias = tuple[Any, ...]
Rows: TypeAlias = dict[Row, Row]
"""By what they are known by."""


class Work(NamedTuple):
    """One statement, once for each of the rows."""

    sql: str
    rows: Sequence[Row]

    def share(self, part: int, of: int) -> Work:
        """One of so many equal parts."""
        count = len(self.rows)
        return Work(self.sql, self.rows[part * count // of : (part + 1) * count // of])


class Driver(ABC):
    """`mark`: how a statement names its n-th value."""

    @abstractmethod
    def mark(self, number: int) -> str: ...

    @abstractmethod
    async def write(self, tenant: int, works: Sequence[Work]) -> None:
        """In one transaction."""

    @abstractmethod
    async def read(self, sql: str) -> list[Row]: ...

    async def rows(self, table: Table, where: str = "true") -> Rows:
        key = known_by(table)
        found = await self.read(f"SELECT {', '.join(_names(table))} FROM {table.name} WHERE {where}")
        return {tuple(row[at] for at in key): row for row in found}


class Sqlite(Driver):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def mark(self, number: int) -> str:
        return "?"

    async def write(self, tenant: int, works: Sequence[Work]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for sql, rows in works:
            self.connection.executemany(sql, rows)
        self.connection.execute("COMMIT")

    async def read(self, sql: str) -> list[Row]:
        return self.connection.execute(sql).fetchall()


class Postgresql(Driver):
    """`able` may read everything; the writing one is confined to a tenant."""

    def __init__(self, connection: asyncpg.Connection, able: asyncpg.Connection) -> None:
        self._connection, self._able = connection, able

    def mark(self, number: int) -> str:
        return f"${number}"

    async def write(self, tenant: int, works: Sequence[Work]) -> None:
        words = f"set_config('deskgraph.words', $w$'{tenant_token(tenant)}'$w$, true)"
        await self._connection.execute(f"BEGIN; SELECT set_config('deskgraph.tenant', '{tenant}', true), {words}")
        for sql, rows in works:
            await self._connection.executemany(sql, rows)
        await self._connection.execute("COMMIT")

    async def read(self, sql: str) -> list[Row]:
        return [tuple(row) for row in await self._able.fetch(sql)]


@asynccontextmanager
async def driver_of(place: Place) -> AsyncIterator[Driver]:
    if place.kind == "sqlite":
        connection = sqlite3.connect(place.path, isolation_level=None, check_same_thread=False)
        try:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", f"cache_size = -{CACHE_KIB}"):
                connection.execute(f"PRAGMA {pragma}")
            yield Sqlite(connection)
        finally:
            connection.close()
        return
    writing = await asyncpg.connect(place.url.replace("+asyncpg", ""))
    try:
        async with server(place.name) as able:
            yield Postgresql(writing, able)
    finally:
        await writing.close()


async def without_indexes(place: Place) -> None:
    """Only primary keys are left."""
    if place.kind == "sqlite":
        async with driver_of(place) as one:
            for (name,) in await one.read("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"):
                await one.read(f"DROP INDEX {name}")
        return
    async with server(place.name) as able:
        found = await able.fetch(
            "SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indrelid"
            " WHERE NOT indisprimary AND relnamespace = 'public'::regnamespace AND NOT EXISTS"
            " (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
        )
        for row in found:
            await able.execute(f"DROP INDEX {row['name']}")


def known_by(table: Table) -> list[int]:
    names = _names(table)
    return [names.index(name) for name in FOUND_BY.get(table.name) or [c.name for c in table.primary_key.columns]]


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def inserts(driver: Driver, table: Table, rows: Sequence[Row], *, upsert: bool = False) -> Work:
    names = _names(table)
    marks = ", ".join(driver.mark(number) for number in range(1, len(names) + 1))
    sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
    if upsert:
        key = FOUND_BY.get(table.name) or [column.name for column in table.primary_key.columns]
        sets = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
        sql += f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}"
    return Work(sql, rows)


def deletes(driver: Driver, table: Table, keys: Sequence[Row]) -> Work:
    names = [column.name for column in table.primary_key.columns]
    where = " AND ".join(f"{name} = {driver.mark(number)}" for number, name in enumerate(names, 1))
    return Work(f"DELETE FROM {table.name} WHERE {where}", keys)


def difference(driver: Driver, table: Table, before: Rows, after: Rows) -> list[Work]:
    """What makes the one the other: rows that went, and those that came or changed as upserts."""
    gone = [key for key in before if key not in after]
    moved = [after[key] for key in sorted(after) if before.get(key) != after[key]]
    changed = any(key in before for key, row in after.items() if before.get(key) != row)
    works = [deletes(driver, table, sorted(gone))] if gone else []
    return [*works, inserts(driver, table, moved, upsert=changed)] if moved else works


def sorted_rows(rows: Rows) -> list[Row]:
    """In the order of their keys."""
    return [rows[key] for key in sorted(rows)]


class Words:
    """Rows of search_words, whose words stand in search_docs."""

    def __init__(self, driver: Driver) -> None:
        self._sqlite = isinstance(driver, Sqlite)
        names = _names(search_docs)
        self._tenant, self._doc, self._packed = (names.index(n) for n in ("tenant", "doc", "words_packed"))

    def added(self, docs: Sequence[Row]) -> Work:
        if self._sqlite:
            return Work("INSERT INTO search_words (rowid, words) VALUES (?, ?)", self._rows(docs))
        sql = "INSERT INTO search_words (tenant, doc, words) VALUES ($1, $2, array_to_tsvector($3::text[]))"
        return Work(sql, self._rows(docs))

    def removed(self, docs: Sequence[Row]) -> Work:
        if self._sqlite:
            sql = "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', ?, ?)"
            return Work(sql, self._rows(docs))
        places = [(row[self._tenant], row[self._doc]) for row in docs]
        return Work("DELETE FROM search_words WHERE tenant = $1 AND doc = $2", places)

    def _rows(self, docs: Sequence[Row]) -> list[Row]:
        found: list[Row] = []
        for row in sorted(docs, key=lambda row: -row[self._doc]):
            tenant, doc, words = row[self._tenant], row[self._doc], unpack(row[self._packed]).all()
            if self._sqlite:
                found.append((rowid(tenant, doc), " ".join(words)))
            else:
                found.append((tenant, doc, placed(tenant, doc, words)))
        return found


def words_difference(driver: Driver, before: Rows, after: Rows) -> list[Work]:
    """Of search_docs and search_words."""
    gone = [row for key, row in before.items() if after.get(key) != row]
    come = [row for key, row in after.items() if before.get(key) != row]
    key, words = known_by(search_docs), Words(driver)
    works = []
    if gone:
        works += [words.removed(gone), deletes(driver, search_docs, [tuple(row[at] for at in key) for row in gone])]
    if come:
        works += [inserts(driver, search_docs, come), words.added(come)]
    return works
