"""`python -m tests.benchmarks.storage.build`: the generated mirror that the storage figures are taken on, made once.

ROWS says how many tickets (5,000,000), BENCH_HOME where SQLite's file is kept (a folder of the user's cache; never the
repository). PostgreSQL's is a database `deskgraph_bench_<rows>` on POSTGRES_TEST_URL's server. Both are kept until
`--again`; how long it took and how large it is are printed and remembered beside it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec

from models.changes import ChangeBatch
from models.enums import FreshnessSource
from runtime.clock import SystemClock
from storage import bulk
from storage.apply import apply
from storage.database import Database, open_database
from storage.migrate import grant, upgrade
from storage.tenants import Tenancy, enter
from tests.benchmarks.storage.world import KEYS, Tickets, infos, tenant_sizes
from tests.support.databases import GUEST, OWNER, SERVER, named, roles, why_no_postgresql

BATCH = 1_000


def rows() -> int:
    return int(os.environ.get("ROWS", "5000000").replace("_", "").replace(",", ""))


def home() -> Path:
    return Path(os.environ.get("BENCH_HOME") or Path.home() / ".cache" / "deskgraph")


class Built(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    rows: int
    seconds: float
    index_seconds: float
    bytes: int
    peak_mib: float

    def line(self) -> str:
        return (
            f"{self.kind}: {self.rows:,} tickets, {self.bytes / 1e9:.2f} GB, in {self.seconds:,.0f} s"
            f" ({self.rows / self.seconds:,.0f} rows/s, of which {self.index_seconds:,.0f} s for list indexes;"
            f" {self.peak_mib:,.0f} MiB at most)"
        )


@dataclass(frozen=True)
class Place:
    kind: str
    url: str
    note: Path


def places() -> list[Place]:
    count = rows()
    found = [Place("sqlite", f"sqlite+aiosqlite:///{home() / f'mirror-{count}.db'}", home() / f"mirror-{count}.json")]
    if why_no_postgresql() is None:
        note = home() / f"mirror-{count}-postgresql.json"
        found.append(Place("postgresql", named(SERVER, f"deskgraph_bench_{count}", GUEST), note))
    return found


def built(place: Place) -> Built | None:
    return msgspec.json.decode(place.note.read_bytes(), type=Built) if place.note.is_file() else None


async def build(place: Place) -> Built:
    await _emptied(place)
    database = await open_database(place.url)
    try:
        began = time.perf_counter()
        await bulk.begin(database)
        done = 0
        for number, size in enumerate(tenant_sizes(rows())):
            tenancy = await enter(database, tenant_name(number), infos(), SystemClock())
            done = await _fill(database, tenancy, number, size, done, began)
        loaded = time.perf_counter()
        await bulk.end(database)
        ended = time.perf_counter()
        await _analyzed(place)
    finally:
        await database.aclose()
    found = Built(
        kind=place.kind,
        rows=rows(),
        seconds=ended - began,
        index_seconds=ended - loaded,
        bytes=await _size(place),
        peak_mib=peak_mib(),
    )
    place.note.write_bytes(msgspec.json.encode(found))
    return found


def tenant_name(number: int) -> str:
    return f"tenant{number}"


async def _fill(database: Database, tenancy: Tenancy, number: int, size: int, done: int, began: float) -> int:
    tickets = Tickets(number, size)
    held: dict[str, list[object]] = {key: [] for key in KEYS}
    for ticket in tickets:
        held[ticket.helpdesk].append(ticket)
        if len(held[ticket.helpdesk]) == BATCH:
            done += await _store(database, tenancy, ticket.helpdesk, held)
            if done % 100_000 < BATCH:
                _tell(done, began)
    for key in KEYS:
        done += await _store(database, tenancy, key, held)
    return done


async def _store(database: Database, tenancy: Tenancy, key: str, held: dict[str, list[object]]) -> int:
    part, held[key] = held[key], []
    batch = ChangeBatch(records=tuple(part), checkpoint="", more=True)  # type: ignore[arg-type]
    async with database.write(tenancy.number) as session:
        await apply(session, tenancy, key, batch, origin=FreshnessSource.SYNC, now=SystemClock().now())
    return len(part)


def _tell(done: int, began: float) -> None:
    spent = time.perf_counter() - began
    sys.stderr.write(f"\r{done:,} of {rows():,}, {done / spent:,.0f} rows/s   ")
    sys.stderr.flush()


def peak_mib() -> float:
    """Of this process, so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


async def _emptied(place: Place) -> None:
    place.note.unlink(missing_ok=True)
    if place.kind == "sqlite":
        home().mkdir(parents=True, exist_ok=True)
        path = place.url.partition(":///")[2]
        for end in ("", "-wal", "-shm"):
            Path(path + end).unlink(missing_ok=True)
        await upgrade(place.url)
        return
    await roles()
    name = place.url.rpartition("/")[2]
    async with server() as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
    await upgrade(named(SERVER, name, OWNER))
    await grant(named(SERVER, name, OWNER), GUEST)


@asynccontextmanager
async def server(database: str | None = None) -> AsyncIterator[asyncpg.Connection]:
    url = SERVER if database is None else named(SERVER, database).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def _analyzed(place: Place) -> None:
    if place.kind == "postgresql":
        async with server(place.url.rpartition("/")[2]) as connection:
            await connection.execute("VACUUM ANALYZE")


async def _size(place: Place) -> int:
    if place.kind == "sqlite":
        return Path(place.url.partition(":///")[2]).stat().st_size
    async with server() as connection:
        return int(await connection.fetchval("SELECT pg_database_size($1)", place.url.rpartition("/")[2]))


def main() -> None:
    for place in places():
        found = built(place) if "--again" not in sys.argv else None
        if found is None:
            found = asyncio.run(build(place))
            sys.stderr.write("\n")
        sys.stdout.write(found.line() + "\n")
    if why_no_postgresql() is not None:
        sys.stdout.write(f"postgresql: left out, {why_no_postgresql()}\n")


if __name__ == "__main__":
    main()
