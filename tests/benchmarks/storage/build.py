"""`python -m tests.benchmarks.storage.build`: the generated mirrors that the storage figures are taken on, made once.

Everything goes in as a first sync would bring it: through `apply`, in bulk mode, a batch a transaction, and the list
indexes are built at the end. Each database is loaded by a process of its own, whose memory is watched. Mirrors are kept
until `--again`; how long it took and how large they are is printed, and remembered beside them.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from models.changes import ChangeBatch, SyncedRecord
from models.enums import FreshnessSource
from runtime.clock import SystemClock
from storage import bulk
from storage.apply import apply
from storage.database import Database, open_database
from storage.tenants import Tenancy, enter
from tests.benchmarks.storage.people import everybody
from tests.benchmarks.storage.places import Built, Place, emptied, places, remember, rows, server, size
from tests.benchmarks.storage.world import KEYS, Tickets, infos, tenant_name, tenant_sizes
from tests.support.databases import why_no_postgresql

BATCH = 1_000


class Building:
    """One database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._began = time.perf_counter()
        self._done = 0

    async def tenant(self, number: int, rows: int) -> None:
        tenancy = await enter(self._database, tenant_name(number), infos(), SystemClock())
        for helpdesk, batch in everybody(number, rows, BATCH):
            await store(self._database, tenancy, helpdesk, batch)
        held: dict[str, list[SyncedRecord]] = {key: [] for key in KEYS}
        for ticket in Tickets(number, rows):
            held[ticket.helpdesk].append(ticket)
            if len(held[ticket.helpdesk]) == BATCH:
                await self._store(tenancy, ticket.helpdesk, held)
        for key in KEYS:
            await self._store(tenancy, key, held)

    async def _store(self, tenancy: Tenancy, helpdesk: str, held: dict[str, list[SyncedRecord]]) -> None:
        part, held[helpdesk] = held[helpdesk], []
        await store(self._database, tenancy, helpdesk, part)
        self._done += len(part)
        if self._done % 50_000 < len(part):
            spent = time.perf_counter() - self._began
            sys.stderr.write(f"\r{self._done:,} of {rows():,}, {self._done / spent:,.0f} tickets/s   ")
            sys.stderr.flush()


async def store(database: Database, tenancy: Tenancy, helpdesk: str, records: Sequence[SyncedRecord]) -> None:
    batch = ChangeBatch(records=tuple(records), checkpoint="", more=True)
    async with database.write(tenancy.number) as session:
        await apply(session, tenancy, helpdesk, batch, origin=FreshnessSource.SYNC, now=SystemClock().now())


async def build(place: Place) -> Built:
    await emptied(place)
    database = await open_database(place.url)
    try:
        began = time.perf_counter()
        await bulk.begin(database)
        building = Building(database)
        for number, share in enumerate(tenant_sizes(rows())):
            await building.tenant(number, share)
        loaded = time.perf_counter()
        await bulk.end(database)
        ended = time.perf_counter()
    finally:
        await database.aclose()
    await _settled(place)
    return Built(
        kind=place.kind,
        rows=rows(),
        seconds=ended - began,
        index_seconds=ended - loaded,
        bytes=await size(place),
        peak_mib=peak_mib(),
    )


def peak_mib() -> float:
    """Of this process, so far."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


async def _settled(place: Place) -> None:
    """As PostgreSQL's own upkeep leaves it after a while."""
    if place.kind == "postgresql":
        async with server(place.name) as connection:
            await connection.execute("VACUUM ANALYZE")


def one(place: Place) -> None:
    found = asyncio.run(build(place))
    remember(place, found)
    sys.stderr.write("\n")


def main() -> None:
    """In a process of its own each, so that its memory is nobody else's."""
    for place in places():
        if "--again" in sys.argv or place.built() is None:
            subprocess.run([sys.executable, "-m", "tests.benchmarks.storage.build", place.kind], check=True)
        found = place.built()
        assert found is not None
        sys.stdout.write(found.line() + "\n")
    if why_no_postgresql() is not None:
        sys.stdout.write(f"postgresql: left out, {why_no_postgresql()}\n")


if __name__ == "__main__":
    chosen = [place for place in places() if place.kind in sys.argv]
    if chosen:
        one(chosen[0])
    else:
        main()
