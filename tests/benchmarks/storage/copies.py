"""A generated mirror, opened: who can be asked in it, and what its first page costs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from models.queries import Page, PageRequest, Scope, TicketQuery
from models.records import Ticket
from runtime.clock import Clock, SystemClock
from storage.database import Database, open_database
from storage.mirror.mirror import Mirror
from storage.tenants import Tenancy, enter
from tests.benchmarks.measuring import Timer, cpu, wall
from tests.benchmarks.storage.places import Place
from tests.benchmarks.storage.world import KEYS, infos, tenant_name, tenant_sizes

SIZE = 50
"""Of every page that is measured."""
ONE = PageRequest(size=SIZE)
LARGEST = 0


@dataclass(frozen=True)
class Copy:
    """`rows`: tickets of all tenants together. `timer`: what its reads are timed by."""

    place: Place
    database: Database
    rows: int

    @property
    def kind(self) -> str:
        return self.place.kind

    @property
    def timer(self) -> Timer:
        """SQLite reads in this process, PostgreSQL in another."""
        return cpu if self.kind == "sqlite" else wall

    @property
    def smallest(self) -> int:
        return len(tenant_sizes(self.rows)) - 1

    async def tenant(self, number: int = LARGEST, *, clock: Clock | None = None) -> Tenant:
        tenancy = await enter(self.database, tenant_name(number), infos(), SystemClock())
        rows = tenant_sizes(self.rows)[number]
        return Tenant(number, rows, tenancy, self.mirror(tenancy, self.database, clock))

    def mirror(self, tenancy: Tenancy, database: Database, clock: Clock | None = None) -> Mirror:
        return Mirror(database, tenancy, {info.key: info for info in infos()}, clock or SystemClock())


@dataclass(frozen=True)
class Tenant:
    number: int
    rows: int
    tenancy: Tenancy
    mirror: Mirror

    @property
    def scope(self) -> Scope:
        return Scope(tenant=tenant_name(self.number))

    async def page(self, request: PageRequest = ONE, query: TicketQuery = TicketQuery()) -> Page[Ticket]:
        return await self.mirror.tickets(self.scope, KEYS, query, request)

    def first(self) -> Callable[[], Awaitable[object]]:
        """Page 1: the default list over both helpdesks."""

        async def ask() -> None:
            page = await self.page()
            assert len(page.rows) == min(SIZE, self.rows)

        return ask


@asynccontextmanager
async def opened(place: Place) -> AsyncIterator[Copy]:
    built = place.built()
    assert built is not None, f"{place.note} is missing"
    database = await open_database(place.url, readers=2)
    try:
        yield Copy(place, database, built.rows)
    finally:
        await database.aclose()
