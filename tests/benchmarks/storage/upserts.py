"""Pages of tickets, half of them new and half changed, into a database with all its indexes; against the raw driver
making the same rows of the same tables in a database like it.

The store reads what was there and joins, numbers the changes and keeps the counts; the driver is told the rows.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import msgspec
from sqlalchemy import Table

from models.records import Ticket
from storage import bulk
from storage.database import Database
from storage.tables.searching import search_docs
from storage.tables.syncing import changes
from storage.tables.tickets import ticket_counts
from storage.tenants import Tenancy
from tests.benchmarks.measuring import Figure, figure, spent, typical
from tests.benchmarks.storage.driver import RECORDS, Driver, Rows, difference, driver_of, words_difference
from tests.benchmarks.storage.places import Place, copied, emptied, scratch
from tests.benchmarks.storage.storing import PAGE, Searching, entered, pages, stored, timer_of
from tests.benchmarks.storage.world import KEYS, PRIORITIES, STATUSES, Tickets

LOADED = 10_000
PAGES = 12


@dataclass
class Times:
    """Of each page. `search`: what of `ours` was the search's."""

    ours: list[float] = field(default_factory=list)
    search: list[float] = field(default_factory=list)
    records: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)

    @property
    def apart(self) -> float:
        return typical([whole - part for whole, part in zip(self.ours, self.search, strict=True)])


async def figures(kind: str) -> AsyncIterator[Figure]:
    times = Times()
    async with scratch(kind, 2) as (ours, theirs):
        await emptied(ours)
        async with entered(ours) as (database, tenancy):
            await _load(database, tenancy)
        await copied(ours, theirs)
        await _measured(ours, theirs, times)
    base, whole = typical(times.records), typical(times.ours)
    rates = [f"{PAGE / seconds:,.0f}" for seconds in (whole, times.apart, base)]
    note = f"{rates[0]} rows/s with the search, {rates[1]} without; the driver {rates[2]}"
    name = f"{kind}: batched upserts, rate to executemany's of the same rows"
    yield figure(f"{name}, the search apart", base / times.apart, goal=0.85, at_least=True, note=note)
    yield figure(f"{name}, with the search kept up", base / whole, goal=0.5, at_least=True, note=note)
    told = typical([one + other for one, other in zip(times.records, times.words, strict=True)])
    yield figure(f"{name} and of the search's", told / whole, note="the driver is told the words")


async def _load(database: Database, tenancy: Tenancy) -> None:
    await bulk.begin(database)
    for helpdesk, records in pages(LOADED):
        await stored(database, tenancy, helpdesk, records)
    await bulk.end(database)


async def _measured(ours: Place, theirs: Place, times: Times) -> None:
    timer = timer_of(ours.kind)
    async with entered(ours) as (database, tenancy), driver_of(ours) as reading, driver_of(theirs) as driver:
        for helpdesk, records in _pages():
            touched = _Touched(records, tenancy.helpdesks[helpdesk])
            before, searching = await touched.rows(reading), Searching(timer)
            work = partial(stored, database, tenancy, helpdesk, records, searching)
            times.ours.append(await spent(work, timer=timer))
            times.search.append(searching.seconds)
            after = await touched.rows(reading)
            plain = [one for table in RECORDS for one in difference(driver, table, before[table], after[table])]
            words = words_difference(driver, before[search_docs], after[search_docs])
            times.records.append(await spent(partial(driver.write, tenancy.number, plain), timer=timer))
            times.words.append(await spent(partial(driver.write, tenancy.number, words), timer=timer))
        for table in (*RECORDS, search_docs):
            assert await reading.rows(table) == await driver.rows(table), f"the driver wrote other rows: {table.name}"


class _Touched:
    """Rows that a page may change."""

    def __init__(self, records: Sequence[Ticket], helpdesk: int) -> None:
        numbers = ", ".join(ticket.remote_id for ticket in records)
        self._where = f"helpdesk = {helpdesk} AND num IN ({numbers})"
        self._seq: int | None = None

    async def rows(self, driver: Driver) -> dict[Table, Rows]:
        if self._seq is None:
            ((self._seq,),) = await driver.read("SELECT coalesce(max(seq), 0) FROM changes")
        own = {changes: f"seq > {self._seq}", ticket_counts: "true"}
        return {table: await driver.rows(table, own.get(table, self._where)) for table in (*RECORDS, search_docs)}


def _pages() -> Iterator[tuple[str, list[Ticket]]]:
    """By turns of one helpdesk and the other."""
    chance = random.Random(3)
    known = {key: [t for _, records in pages(LOADED) for t in records if t.helpdesk == key] for key in KEYS}
    coming = {key: iter(_behind(key)) for key in KEYS}
    for number in range(PAGES):
        key = KEYS[number % len(KEYS)]
        changed = [_changed(ticket, chance, number) for ticket in chance.sample(known[key], PAGE // 2)]
        yield key, [*changed, *itertools.islice(coming[key], PAGE // 2)]


def _behind(helpdesk: str) -> list[Ticket]:
    """Tickets whose numbers follow on those that are there."""
    return [t for t in Tickets(0, LOADED + PAGES * PAGE) if t.helpdesk == helpdesk][LOADED // len(KEYS) :]


def _changed(ticket: Ticket, chance: random.Random, number: int) -> Ticket:
    assert ticket.updated_at is not None
    updated = ticket.updated_at + timedelta(days=number + 1)
    return msgspec.structs.replace(
        ticket,
        updated_at=updated,
        as_of=updated,
        version=str(int(updated.timestamp())),
        status=chance.choice(STATUSES),
        priority=chance.choice(PRIORITIES),
        assignee_id=str(chance.randrange(1, 300)),
    )
