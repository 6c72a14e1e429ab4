"""Two helpdesks that are copied, with many tickets each, and a server over the copy. Nobody is asked live."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import msgspec

from models.changes import ChangeBatch, Gone
from models.enums import (
    Channel,
    FreshnessSource,
    Kind,
    Lifecycle,
    Provenance,
    SyncKind,
    SyncStatus,
    TicketPriority,
    TicketStatus,
    TicketType,
)
from models.records import NativeStatus, Ticket
from runtime.clock import ManualClock
from storage.apply import apply
from storage.checkpoints import acquire, advance, release
from sync.copy import Copy
from tests.support.walking import HELPDESKS, Ident, Reader

OPEN = NativeStatus(value="open", label="Open", category=TicketStatus.OPEN, provenance=Provenance.EXACT)
TOGETHER = 37
"""Tickets of a helpdesk that were changed in one second."""


class Copied:
    """`calls`: how often a helpdesk was asked. `tickets`: those in use, as they are now."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.calls = 0
        self.tickets: dict[Ident, Ticket] = {}

    def heard(self, request: httpx.Request) -> None:
        self.calls += 1

    def made(self, helpdesk: str, number: int, seconds_ago: float) -> Ticket:
        at = self.clock.now() - timedelta(seconds=seconds_ago)
        return Ticket(
            helpdesk=helpdesk,
            remote_id=str(number),
            number=str(number),
            created_at=at,
            updated_at=at,
            as_of=self.clock.now(),
            version="1",
            subject=f"Ticket {number}",
            status=TicketStatus.OPEN,
            status_native=OPEN,
            priority=TicketPriority.NORMAL,
            type=TicketType.NONE,
            channel=Channel.EMAIL,
        )

    async def fill(self, copy: Copy, each: int) -> None:
        """In no order of their numbers."""
        for key in HELPDESKS:
            ages = random.Random(key).sample([60.0 * (1 + n // TOGETHER) for n in range(each)], each)
            rows = [self.made(key, number, age) for number, age in enumerate(ages, 1)]
            for at in range(0, each, 500):
                await self.put(copy, key, rows[at : at + 500])
            for spec in copy.providers[key].streams:
                if spec.kind is SyncKind.TICKETS:
                    await self._read_to_its_end(copy, key, spec.name)

    async def _read_to_its_end(self, copy: Copy, helpdesk: str, stream: str) -> None:
        db, tenancy, now = copy.database, copy.tenancy, self.clock.now()
        held = await acquire(db, tenancy, helpdesk, stream, SyncKind.TICKETS, "test", 60)
        assert held is not None
        async with db.write(tenancy.number) as session:
            await advance(
                session,
                tenancy,
                held[0],
                status=SyncStatus.LIVE,
                finished_at=now,
                first_finished_at=now,
                watermark=now,
                due_at=now,
            )
        await release(db, held[0])

    async def put(self, copy: Copy, helpdesk: str, tickets: Sequence[Ticket], gone: Sequence[str] = ()) -> None:
        now = self.clock.now()
        lost = [Gone(kind=Kind.TICKET, remote_id=one, lifecycle=Lifecycle.DELETED, at=now) for one in gone]
        batch = ChangeBatch(records=tuple(tickets), gone=tuple(lost), checkpoint="", more=False)
        async with copy.database.write(copy.tenancy.number) as session:
            await apply(session, copy.tenancy, helpdesk, batch, origin=FreshnessSource.SYNC, now=now)
        self.tickets |= {(helpdesk, one.remote_id): one for one in tickets}
        for one in gone:
            del self.tickets[helpdesk, one]


class AmongOthers:
    """A reader, while others are at work: before each of its pages, and while it is being read, tickets anywhere in
    the list are changed, one goes and one comes."""

    def __init__(self, desk: Copied, copy: Copy, door: Reader) -> None:
        self._desk, self._copy, self._door = desk, copy, door
        self._random = random.Random(len(desk.tickets))
        self.changed: set[Ident] = set()

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        await self._work()
        working = asyncio.ensure_future(self._work())
        answer = await self._door.ask(query, **variables)
        await working
        return answer

    async def _work(self) -> None:
        desk = self._desk
        desk.clock.advance(1)
        key = self._random.choice(HELPDESKS)
        there = sorted(ident for ident in desk.tickets if ident[0] == key)
        lost, *picked = self._random.sample(there, 4)
        now = desk.clock.now()
        moved = [msgspec.structs.replace(desk.tickets[one], updated_at=now, as_of=now) for one in picked]
        new = desk.made(key, 1 + max(int(number) for _, number in there), 0)
        self.changed |= {lost, *picked, (key, new.remote_id)}
        await desk.put(self._copy, key, [*moved, new], gone=[lost[1]])
