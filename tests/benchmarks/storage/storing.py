"""Tickets through `apply` as a sync stores a page: in parts, in one transaction; and how long the search took of it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from models.changes import ChangeBatch
from models.enums import FreshnessSource
from models.records import Ticket
from runtime.clock import SystemClock
from storage.apply import apply
from storage.database import Database, Row, Session, open_database
from storage.statements import Statement, Values
from storage.tenants import Tenancy, enter
from sync.policy import SyncPolicy
from tests.benchmarks.measuring import Timer, cpu, wall
from tests.benchmarks.storage.places import Place
from tests.benchmarks.storage.world import KEYS, Tickets, infos, tenant_name

PAGE = 1_000
PART = SyncPolicy().rows_at_once


def timer_of(kind: str) -> Timer:
    """SQLite writes in this process, PostgreSQL in another."""
    return cpu if kind == "sqlite" else wall


@asynccontextmanager
async def entered(place: Place) -> AsyncIterator[tuple[Database, Tenancy]]:
    database = await open_database(place.url, readers=1)
    try:
        yield database, await enter(database, tenant_name(0), infos(), SystemClock())
    finally:
        await database.aclose()


def pages(rows: int) -> list[tuple[str, tuple[Ticket, ...]]]:
    """By turns of one helpdesk and the other."""
    held: dict[str, list[Ticket]] = {key: [] for key in KEYS}
    found = []
    for ticket in Tickets(0, rows):
        mine = held[ticket.helpdesk]
        mine.append(ticket)
        if len(mine) == PAGE:
            found.append((ticket.helpdesk, tuple(mine)))
            mine.clear()
    return found


@dataclass
class Searching:
    """How long the search's tables took: from a part's first statement on them to the end of the last."""

    timer: Timer
    seconds: float = 0.0
    began: float = 0.0
    ended: float = 0.0

    def met(self, sql: str, began: float) -> None:
        if "search_" in sql:
            self.began = self.began or began
            self.ended = self.timer()
        else:
            self.part_ended()

    def part_ended(self) -> None:
        self.seconds += self.ended - self.began
        self.began = self.ended = 0.0


class _Lapped(Session):
    def __init__(self, inner: Session, searching: Searching) -> None:
        self.name, self.tenant, self.endings = inner.name, inner.tenant, inner.endings
        self._inner, self._searching = inner, searching

    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]:
        began = self._searching.timer()
        found = await self._inner.fetch(statement, values)
        self._searching.met(statement.on(self.name).sql, began)
        return found

    async def run(self, statement: Statement, values: Values) -> int:
        began = self._searching.timer()
        found = await self._inner.run(statement, values)
        self._searching.met(statement.on(self.name).sql, began)
        return found

    async def run_many(self, statement: Statement, rows: Sequence[Values]) -> None:
        began = self._searching.timer()
        await self._inner.run_many(statement, rows)
        self._searching.met(statement.on(self.name).sql, began)

    async def announce(self) -> None:
        await self._inner.announce()


async def stored(
    database: Database, tenancy: Tenancy, helpdesk: str, records: Sequence[Ticket], searching: Searching | None = None
) -> None:
    rest = iter(records)
    async with database.write(tenancy.number) as session:
        given = session if searching is None else _Lapped(session, searching)
        while part := tuple(itertools.islice(rest, PART)):
            batch = ChangeBatch(records=part, checkpoint="", more=True)
            await apply(given, tenancy, helpdesk, batch, origin=FreshnessSource.SYNC, now=SystemClock().now())
            if searching is not None:
                searching.part_ended()
    if searching is not None:
        searching.part_ended()
