"""Where the generated mirrors are: a SQLite file in a folder of the user's cache, and a PostgreSQL database.

ROWS says how many tickets (5,000,000), BENCH_HOME where SQLite's file is kept; never in the repository. PostgreSQL's is
the database `deskgraph_bench_<rows>` on POSTGRES_TEST_URL's server, and left out where there is none.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec

from storage.migrate import grant, upgrade
from tests.support.databases import GUEST, OWNER, SERVER, named, roles, why_no_postgresql


def rows() -> int:
    return int(os.environ.get("ROWS", "5000000").replace("_", "").replace(",", ""))


def home() -> Path:
    return Path(os.environ.get("BENCH_HOME") or Path.home() / ".cache" / "deskgraph")


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """`index_seconds` of the `seconds` were for the list indexes, `peak_mib` is the most memory the building process
    had."""

    kind: str
    rows: int
    seconds: float
    index_seconds: float
    bytes: int
    peak_mib: float

    def line(self) -> str:
        return (
            f"{self.kind}: {self.rows:,} tickets, {self.bytes / 1e9:.2f} GB, in {self.seconds:,.0f} s"
            f" ({self.rows / self.seconds:,.0f} tickets/s, of which {self.index_seconds:,.0f} s for list indexes;"
            f" {self.peak_mib:,.0f} MiB at most)"
        )


@dataclass(frozen=True)
class Place:
    """`note`: what is remembered of the build."""

    kind: str
    url: str
    note: Path

    @property
    def path(self) -> Path:
        """SQLite's file."""
        return Path(self.url.partition(":///")[2])

    @property
    def name(self) -> str:
        """PostgreSQL's database."""
        return self.url.rpartition("/")[2]

    def built(self) -> Built | None:
        return msgspec.json.decode(self.note.read_bytes(), type=Built) if self.note.is_file() else None


def remember(place: Place, found: Built) -> None:
    place.note.write_bytes(msgspec.json.encode(found))


def places() -> list[Place]:
    count = rows()
    return [place(kind, f"mirror-{count}", f"deskgraph_bench_{count}") for kind in kinds()]


def kinds() -> list[str]:
    return ["sqlite"] if why_no_postgresql() is not None else ["sqlite", "postgresql"]


def place(kind: str, file: str, database: str) -> Place:
    if kind == "sqlite":
        return Place(kind, f"sqlite+aiosqlite:///{home() / f'{file}.db'}", home() / f"{file}.json")
    return Place(kind, named(SERVER, database, GUEST), home() / f"{file}-postgresql.json")


@asynccontextmanager
async def server(database: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    """As whoever may do anything there."""
    url = SERVER if database is None else named(SERVER, database).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def removed(place: Place) -> None:
    place.note.unlink(missing_ok=True)
    if place.kind == "sqlite":
        for end in ("", "-wal", "-shm", "-budgets", "-budgets-wal", "-budgets-shm"):
            Path(f"{place.path}{end}").unlink(missing_ok=True)
        return
    async with server() as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS {place.name} WITH (FORCE)")


async def emptied(place: Place) -> None:
    """All tables, and nothing in them."""
    await removed(place)
    if place.kind == "sqlite":
        home().mkdir(parents=True, exist_ok=True)
        await upgrade(place.url)
        return
    await roles()
    async with server() as connection:
        await connection.execute(f"CREATE DATABASE {place.name} OWNER {OWNER}")
    await upgrade(named(SERVER, place.name, OWNER))
    await grant(named(SERVER, place.name, OWNER), GUEST)


async def copied(place: Place, to: Place) -> None:
    """`to` becomes like `place`, which nobody has open."""
    await removed(to)
    if place.kind == "sqlite":
        shutil.copy(place.path, to.path)
        return
    async with server() as connection:
        await connection.execute(f"CREATE DATABASE {to.name} TEMPLATE {place.name} OWNER {OWNER}")


@asynccontextmanager
async def scratch(kind: str, count: int) -> AsyncIterator[list[Place]]:
    """So many databases that are gone afterwards; nothing is made yet."""
    names = [f"scratch{number}_{os.getpid()}" for number in range(count)]
    found = [place(kind, name, f"deskgraph_bench_{name}") for name in names]
    try:
        yield found
    finally:
        for one in found:
            await removed(one)


async def size(place: Place) -> int:
    if place.kind == "sqlite":
        return place.path.stat().st_size
    async with server() as connection:
        return int(await connection.fetchval("SELECT pg_database_size($1)", place.name))
