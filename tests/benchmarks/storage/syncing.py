"""A first sync from a server of ready-made pages, in a process of its own and without rate limits: against storing the
same records alone, and against a naive loop (naive.py). SQLite is timed by this process's CPU, PostgreSQL by the wall.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

from models.changes import ChangeBatch
from models.enums import FreshnessSource, SyncKind
from models.queries import Scope
from runtime.clock import SystemClock
from storage import bulk
from storage.apply import apply
from storage.database import Database, open_database
from storage.tenants import Tenancy, enter
from sync.parts import SyncParts
from sync.policy import SyncPolicy
from sync.service import SyncService
from sync.storing import in_parts
from tests.benchmarks.measuring import Figure, Timer, figure, typical
from tests.benchmarks.storage import naive
from tests.benchmarks.storage.places import Place, emptied, scratch
from tests.benchmarks.storage.recording import DESK, Recording, provider_at, recorded, serving
from tests.benchmarks.storage.storing import PART, timer_of
from tests.benchmarks.storage.world import infos, tenant_name

TICKETS = 3_000
ROUNDS = 3
NAIVE_PAGES = 2


async def figures(kind: str) -> AsyncIterator[Figure]:
    recording = await recorded(TICKETS, NAIVE_PAGES)
    synced, stored = [], []
    with tempfile.TemporaryDirectory() as folder:
        async with serving(recording, Path(folder)) as address, scratch(kind, 1) as (place,):
            for _ in range(ROUNDS):
                synced.append(await _in_new(place, partial(_sync, address)))
                stored.append(await _in_new(place, partial(_store, recording)))
            loop = await _loop(address, place)
    rows = sum(batch.rows for batch in recording.batches)
    ours, floor = rows / typical(synced), rows / typical(stored)
    name = f"{kind}: sync from a local server, rate to that of"
    note = f"{ours:,.0f} rows/s against {floor:,.0f}, list indexes built at the end included"
    yield figure(f"{name} storing alone", ours / floor, goal=0.65, at_least=True, note=note)
    note = f"{ours:,.0f} rows/s against {loop:,.0f}: a page at a time, stdlib json, async ORM merge, a commit a page"
    yield figure(f"{name} a naive loop", ours / loop, goal=5, at_least=True, note=note)


async def _in_new(place: Place, work: Callable[[Database, Tenancy, Timer], Awaitable[float]]) -> float:
    """What `work` says it took in an empty database."""
    await emptied(place)
    database = await open_database(place.url, readers=2)
    try:
        tenancy = await enter(database, tenant_name(0), infos(), SystemClock())
        return await work(database, tenancy, timer_of(place.kind))
    finally:
        await database.aclose()


async def _loop(address: str, place: Place) -> float:
    """Rows in a second."""
    await emptied(place)
    timer = timer_of(place.kind)
    began = timer()
    return await naive.synced(address, place, NAIVE_PAGES) / (timer() - began)


async def _sync(address: str, database: Database, tenancy: Tenancy, timer: Timer) -> float:
    """Until the list indexes are there; what a sync does then is none of a first load."""
    provider = provider_at(address)
    ended: list[float] = []
    parts = SyncParts(
        db=database,
        tenancy=tenancy,
        clock=SystemClock(),
        owner="bench",
        scope=Scope(tenant=tenant_name(0)),
        policy=SyncPolicy(reconcile_calls=0),
        steps=lambda name: ended.append(timer()) if name == "bulk-ended" else None,
    )
    service = SyncService(parts, {DESK: provider})
    began = timer()
    reports = await service.once(kinds=[SyncKind.TICKETS])
    assert all(report.good for report in reports), reports
    await service.aclose()
    await provider.aclose()
    return ended[0] - began


async def _store(recording: Recording, database: Database, tenancy: Tenancy, timer: Timer) -> float:
    began = timer()
    await bulk.begin(database)
    for batch in recording.batches:
        await _page(database, tenancy, batch)
    await bulk.end(database)
    return timer() - began


async def _page(database: Database, tenancy: Tenancy, batch: ChangeBatch) -> None:
    async with database.write(tenancy.number) as session:
        for part in in_parts(batch, PART):
            await apply(session, tenancy, DESK, part, origin=FreshnessSource.SYNC, now=SystemClock().now())
