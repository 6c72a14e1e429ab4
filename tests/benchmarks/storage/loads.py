"""The first load of an empty database, in bulk mode and with its list indexes built at the end, against the raw driver
inserting the same rows into tables without any index but their keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import Table

from models.records import Ticket
from storage import bulk
from storage.database import Database
from storage.tables.searching import search_docs
from storage.tenants import Tenancy
from tests.benchmarks.measuring import Figure, figure, spent, typical
from tests.benchmarks.storage.driver import (
    RECORDS,
    Driver,
    Rows,
    Words,
    Work,
    driver_of,
    inserts,
    sorted_rows,
    without_indexes,
)
from tests.benchmarks.storage.places import Place, emptied, scratch
from tests.benchmarks.storage.storing import entered, pages, stored, timer_of

LOADED = 10_000
ROUNDS = 3


async def figures(kind: str) -> AsyncIterator[Figure]:
    told = pages(LOADED)
    loads, bare, worded = [], [], []
    async with scratch(kind, 2) as (ours, theirs):
        for _ in range(ROUNDS):
            tenant, taken = await _loaded(ours, told)
            loads.append(taken)
            rows = await _rows(ours)
            without, words = await _inserted(theirs, tenant, rows, len(told))
            bare.append(without)
            worded.append(without + words)
    seconds = typical(loads)
    note = f"{LOADED / seconds:,.0f} rows/s, list indexes built at the end included"
    name = f"{kind}: first load, rate to that of index-free inserts of the same rows"
    yield figure(name, typical(worded) / seconds, goal=0.5, at_least=True, note=note)
    yield figure(f"{name} without the search's", typical(bare) / seconds, note=note)


async def _loaded(place: Place, told: Sequence[tuple[str, tuple[Ticket, ...]]]) -> tuple[int, float]:
    """The tenant's number, and how long it took."""
    await emptied(place)
    async with entered(place) as (database, tenancy):
        return tenancy.number, await spent(lambda: _load(database, tenancy, told), timer=timer_of(place.kind))


async def _load(database: Database, tenancy: Tenancy, told: Sequence[tuple[str, tuple[Ticket, ...]]]) -> None:
    await bulk.begin(database)
    for helpdesk, records in told:
        await stored(database, tenancy, helpdesk, records)
    await bulk.end(database)


async def _rows(place: Place) -> dict[Table, Rows]:
    async with driver_of(place) as driver:
        return {table: await driver.rows(table) for table in (*RECORDS, search_docs)}


async def _inserted(place: Place, tenant: int, rows: dict[Table, Rows], parts: int) -> tuple[float, float]:
    """In as many transactions. Rows come in the order of their keys, which is the fastest way in. The second figure is
    what those of the search take on top."""
    await emptied(place)
    await without_indexes(place)
    async with driver_of(place) as driver:
        records = [inserts(driver, table, sorted_rows(rows[table])) for table in RECORDS]
        docs = sorted_rows(rows[search_docs])
        words = [inserts(driver, search_docs, docs), Words(driver).added(docs)]
        timer = timer_of(place.kind)
        without = await spent(lambda: _in_parts(driver, tenant, records, parts), timer=timer)
        return without, await spent(lambda: _in_parts(driver, tenant, words, parts), timer=timer)


async def _in_parts(driver: Driver, tenant: int, works: Sequence[Work], parts: int) -> None:
    for part in range(parts):
        await driver.write(tenant, [work.share(part, parts) for work in works])
