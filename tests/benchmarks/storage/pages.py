"""Pages of the largest tenant's tickets: at the end of the list, from a cold disk, and against the raw driver."""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Sequence

from models.queries import PageRequest, TicketFilter, TicketQuery, TimeRange
from storage import codec
from tests.benchmarks.measuring import Figure, Work, compare, cpu, figure, paired, shown, spent, typical, wall
from tests.benchmarks.storage.copies import ONE, SIZE, Copy, Tenant, opened
from tests.benchmarks.storage.places import Place
from tests.benchmarks.storage.raw import Watched, replay
from tests.benchmarks.storage.world import KEYS, SPAN, START

COLD_PAGES = 25


async def figures(copy: Copy) -> AsyncIterator[Figure]:
    yield await _deep(copy)
    if copy.kind == "sqlite":
        yield await _cold(copy)
    for helpdesks in (KEYS, KEYS[:1]):
        async for found in _against_the_driver(copy, helpdesks):
            yield found


async def _deep(copy: Copy) -> Figure:
    tenant = await copy.tenant()
    work = _page_after(tenant, await _end(tenant, SIZE + 2))
    name = f"{copy.kind}: page at the end of {tenant.rows:,} tickets, to page 1"
    return await compare(name, work, tenant.first(), rounds=101, goal=1.1, timer=copy.timer)


async def _end(tenant: Tenant, rows: int) -> str:
    """The place before the last so many rows."""
    page = await tenant.page(PageRequest(size=rows, backward=True))
    return page.rows[0].place


def _page_after(tenant: Tenant, place: str) -> Work:
    async def ask() -> None:
        page = await tenant.page(PageRequest(size=SIZE, after=place))
        assert len(page.rows) == SIZE

    return ask


async def _cold(copy: Copy) -> Figure:
    tenant = await copy.tenant()
    chance = random.Random(5)
    await tenant.page()
    warm, cold = [], []
    for _ in range(COLD_PAGES):
        until = TimeRange(lt=START + SPAN * chance.uniform(0.02, 1))
        page = await tenant.page(PageRequest(size=1), TicketQuery(filter=TicketFilter(updated_at=until)))
        cold.append(await _cold_page(copy.place, page.rows[0].place))
        warm.append(await spent(tenant.first(), 3, wall))
    name = "sqlite: a cold page anywhere in the list, to page 1 warm"
    taken, base = typical(cold), typical(warm)
    return figure(name, taken / base, goal=5, note=f"{shown(taken, base)}, on the wall")


async def _cold_page(place: Place, after: str) -> float:
    """In a new connection, which knows the tables and the statement; the file is out of the page cache."""
    async with opened(place) as copy:
        tenant = await copy.tenant()
        await tenant.page(PageRequest(size=SIZE, after=await _end(tenant, 1)))
        _drop(place)
        return await spent(_page_after(tenant, after), timer=wall)


def _drop(place: Place) -> None:
    for end in ("", "-wal"):
        try:
            handle = os.open(f"{place.path}{end}", os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


async def _against_the_driver(copy: Copy, helpdesks: Sequence[str]) -> AsyncIterator[Figure]:
    """A record is only told by its card, so whoever reads rows from the driver has to decode that."""
    tenant = await copy.tenant()
    watched = Watched(copy.database)
    await copy.mirror(tenant.tenancy, watched).tickets(tenant.scope, helpdesks, TicketQuery(), ONE)
    source = tenant.mirror.source(helpdesks[0])

    async def page() -> None:
        if len(helpdesks) == 1:
            found = await source.tickets(tenant.scope, TicketQuery(), ONE)
        else:
            found = await tenant.page()
        assert len(found.rows) == SIZE

    async with replay(copy.place, watched.seen) as driver:

        async def decoded() -> None:
            for row in await driver():
                codec.ticket(row[-1])

        what = f"{copy.kind}: CPU of a page of {len(helpdesks)} helpdesk(s) through the store, to the driver running"
        taken, base = await paired(page, decoded, rounds=301, timer=cpu)
        name = f"{what} the same transaction and decoding its records"
        yield figure(name, taken / base, goal=1.3, note=shown(taken, base))
        taken, base = await paired(page, driver, rounds=101, timer=cpu)
        yield figure(f"{what} the same transaction for bare rows", taken / base, note=shown(taken, base))
