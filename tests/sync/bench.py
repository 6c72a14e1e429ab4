"""A sync over a database, and what there is to be seen in it afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import bindparam, select

from models.changes import Change
from models.enums import Lifecycle, SyncKind
from models.queries import Scope
from models.records import Ticket
from models.sync import SyncState
from runtime.clock import ManualClock
from storage import codec
from storage.changes import changes_after
from storage.checkpoints import Checkpoint, read_checkpoints
from storage.database import Database
from storage.ranks import LIFECYCLE
from storage.statements import Statement
from storage.tables.conversation import comments
from storage.tables.searching import search_docs
from storage.tables.tickets import tickets
from storage.tenants import Tenancy, enter
from sync.parts import SyncParts
from sync.policy import SyncPolicy
from sync.service import SyncService
from sync.steps import Steps, unwatched
from tests.sync.desk import ScriptedDesk

_TICKETS = Statement(
    select(tickets.c.num, tickets.c.lifecycle, tickets.c.card, tickets.c.shown, tickets.c.comments_due)
    .where(tickets.c.tenant == bindparam("tenant"), tickets.c.helpdesk == bindparam("helpdesk"))
    .order_by(tickets.c.num)
)
_COMMENTS = Statement(
    select(comments.c.ticket, comments.c.remote_id)
    .where(comments.c.tenant == bindparam("tenant"), comments.c.helpdesk == bindparam("helpdesk"))
    .order_by(comments.c.ticket, comments.c.position)
)
_DOCS = Statement(
    select(search_docs.c.kind, search_docs.c.num)
    .where(search_docs.c.tenant == bindparam("tenant"), search_docs.c.helpdesk == bindparam("helpdesk"))
    .order_by(search_docs.c.num)
)


class Crash(BaseException):
    """Ends the work as a kill would: nobody catches it."""


class Deadly:
    """A hook that crashes when a step is met for the `at`th time."""

    def __init__(self, step: str, at: int = 1) -> None:
        self._step, self._at = step, at
        self.met = 0

    def __call__(self, name: str) -> None:
        self.met += name == self._step
        if name == self._step and self.met == self._at:
            raise Crash(name)


@dataclass
class Bench:
    db: Database
    clock: ManualClock
    tenancy: Tenancy
    desks: Mapping[str, Any]
    policy: SyncPolicy = field(default_factory=SyncPolicy)
    processes: int = 0

    @property
    def desk(self) -> ScriptedDesk:
        return self.desks["desk"]

    def service(self, steps: Steps = unwatched, **policy: Any) -> SyncService:
        """As a process of its own would have it."""
        self.processes += 1
        parts = SyncParts(
            db=self.db,
            tenancy=self.tenancy,
            clock=self.clock,
            owner=f"process-{self.processes}",
            scope=Scope(tenant="acme"),
            policy=SyncPolicy(**policy) if policy else self.policy,
            steps=steps,
            random=Random(self.processes),
        )
        return SyncService(parts, self.desks)

    async def _rows(self, statement: Statement, helpdesk: str) -> list[Any]:
        values = {"tenant": self.tenancy.number, "helpdesk": self.tenancy.helpdesks[helpdesk]}
        return list(await self.db.fetch(self.tenancy.number, statement, values))

    async def tickets(self, helpdesk: str = "desk") -> dict[str, Ticket]:
        """Those in use."""
        rows = await self._rows(_TICKETS, helpdesk)
        return {str(num): codec.ticket(card) for num, _, card, shown, _ in rows if shown}

    async def lifecycles(self, helpdesk: str = "desk") -> dict[str, Lifecycle]:
        return {str(row[0]): LIFECYCLE.word(row[1]) for row in await self._rows(_TICKETS, helpdesk)}

    async def comments_due(self, helpdesk: str = "desk") -> set[str]:
        return {str(row[0]) for row in await self._rows(_TICKETS, helpdesk) if row[4]}

    async def comments(self, helpdesk: str = "desk") -> list[str]:
        return [str(row[1]) for row in await self._rows(_COMMENTS, helpdesk)]

    async def documents(self, helpdesk: str = "desk") -> list[tuple[int, int]]:
        return [(int(row[0]), int(row[1])) for row in await self._rows(_DOCS, helpdesk)]

    async def changes(self) -> list[Change]:
        found, _, _ = await changes_after(self.db, self.tenancy, 0, None, 100_000)
        return found

    async def row(self, stream: str, helpdesk: str = "desk") -> Checkpoint:
        rows = await read_checkpoints(self.db, self.tenancy, helpdesk)
        return next(row for row in rows if row.stream == stream)

    async def state(self, kind: SyncKind, helpdesk: str = "desk") -> SyncState:
        return next(one for one in await self.service().state() if (one.helpdesk, one.kind) == (helpdesk, kind))


@asynccontextmanager
async def bench(db: Database, clock: ManualClock, desks: Mapping[str, Any]) -> AsyncIterator[Bench]:
    tenancy = await enter(db, "acme", [one.info for one in desks.values()], clock)
    yield Bench(db, clock, tenancy, desks)
