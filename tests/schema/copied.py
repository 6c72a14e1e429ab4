"""Two small helpdesks with a copy of them in a real database, and the schema asked over both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from models.changes import ChangeBatch, Gone, StreamSpec, Translated, Unread
from models.enums import FreshnessSource, Kind, Lifecycle, SyncKind, SyncStatus
from models.queries import Scope
from models.records import Ticket
from resolvers.context import Principal, RequestContext
from resolvers.store import Store
from runtime.clock import ManualClock
from storage.apply import apply, store_comments, version_of
from storage.checkpoints import acquire, advance, release
from storage.database import Database
from storage.mirror.mirror import Mirror
from storage.states import States
from storage.tenants import Tenancy, enter
from tests.resolvers.desk import NOW, Desk, make_context, two_desks
from tests.support.databases import database

STREAMS = tuple(
    StreamSpec(name=kind.value.lower(), kind=kind, every_s=60.0) for kind in SyncKind if kind is not SyncKind.COMMENTS
)


class Copied:
    def __init__(self, db: Database, tenancy: Tenancy, desks: Mapping[str, Desk], clock: ManualClock) -> None:
        self.db, self.tenancy, self.desks, self.clock = db, tenancy, desks, clock
        infos = {key: desk.info for key, desk in desks.items()}
        fetch = {key: self._fetcher(desk) for key, desk in desks.items()}
        self.mirror = Mirror(db, tenancy, infos, clock, fetch_comments=fetch)
        self.states = States(db, tenancy, dict.fromkeys(desks, STREAMS), clock)
        self.store = Store(db, tenancy, self.mirror, self.states, list(desks))

    def context(
        self, scope: Scope | None = None, *, scopes: frozenset[str] | None = None, **more: Any
    ) -> RequestContext:
        self.states.forget()
        return make_context(
            self.desks,
            scope=scope or Scope(tenant="t"),
            principal=Principal(id="someone", scopes=scopes),
            clock=self.clock,
            mirror=self.mirror,
            states=self.states,
            store=self.store,
            **more,
        )

    async def put(
        self, helpdesk: str, *records: Any, gone: tuple[Gone, ...] = (), unread: tuple[Unread, ...] = ()
    ) -> None:
        batch = ChangeBatch(records=records, gone=gone, unreadable=unread, checkpoint="c", more=False)
        async with self.db.write(self.tenancy.number) as session:
            await apply(session, self.tenancy, helpdesk, batch, origin=FreshnessSource.SYNC, now=self.clock.now())
            await self.db.announce(session)

    async def change(self, helpdesk: str, number: int, **fields: Any) -> Ticket:
        """A ticket as the vendor has it a moment later."""
        desk = self.desks[helpdesk]
        self.clock.advance(1)
        now = self.clock.now()
        made = msgspec.structs.replace(desk.rows[number - 1], updated_at=now, as_of=now, **fields)
        desk.rows[number - 1] = made
        await self.put(helpdesk, made)
        return made

    async def lose(self, helpdesk: str, number: int, lifecycle: Lifecycle = Lifecycle.DELETED) -> None:
        self.clock.advance(1)
        await self.put(
            helpdesk, gone=(Gone(kind=Kind.TICKET, remote_id=str(number), lifecycle=lifecycle, at=self.clock.now()),)
        )

    async def fill(self) -> None:
        """Everything the desks have, each kind read to its end."""
        for key, desk in self.desks.items():
            article = Translated(article=desk.article("601"))
            people = (desk.contact("100"), desk.contact("101"), desk.contact("102"))
            await self.put(key, desk.organization("401"), desk.organization("402"), *people, *desk.rows, article)
            for kind in SyncKind:
                await self.finished(key, kind)

    async def finished(self, helpdesk: str, kind: SyncKind, **fields: Any) -> None:
        held = await acquire(self.db, self.tenancy, helpdesk, kind.value.lower(), kind, "test", 60)
        assert held is not None
        now = self.clock.now()
        given = {
            "checkpoint": "c",
            "status": SyncStatus.LIVE,
            "started_at": now,
            "finished_at": now,
            "first_finished_at": now,
            "watermark": now,
            "processed": 10,
            **fields,
        }
        async with self.db.write(self.tenancy.number) as session:
            await advance(session, self.tenancy, held[0], **given)
            await self.db.announce(session)
        await release(self.db, held[0])
        self.states.forget()

    def _fetcher(self, desk: Desk) -> Any:
        """What reads a ticket's comments at the helpdesk and stores them, as sync does."""

        async def fetch(tickets: Any, up_to: int) -> Any:
            found = await desk.comments(Scope(tenant="t"), tickets, up_to)
            for ticket, said in zip(tickets, found, strict=True):
                async with self.db.write(self.tenancy.number) as session:
                    await store_comments(
                        session,
                        self.tenancy,
                        desk.info.key,
                        ticket.remote_id,
                        said,  # type: ignore[arg-type]
                        version=version_of(ticket),
                        now=self.clock.now(),
                    )
            return found

        return fetch


@asynccontextmanager
async def open_copied(folder: Path, kind: str = "sqlite", **desks: Any) -> AsyncIterator[Copied]:
    clock = ManualClock(NOW)
    made = two_desks(**desks)
    async with database(kind, folder) as db:
        tenancy = await enter(db, "t", [desk.info for desk in made.values()], clock)
        yield Copied(db, tenancy, made, clock)
