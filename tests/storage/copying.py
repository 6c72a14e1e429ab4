"""What the tests of the copy's writing share: records, a desk to apply them at, and all its rows to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, select

from models.changes import ChangeBatch, Gone, Translated, Unread
from models.enums import (
    ActorKind,
    Channel,
    CommentVisibility,
    DetailLevel,
    Direction,
    FreshnessSource,
    Kind,
    Lifecycle,
    Provenance,
    TicketPriority,
    TicketStatus,
    TicketType,
    Vendor,
)
from models.records import ActorRef, Attachment, Comment, CommentList, Contact, HelpdeskInfo, NativeStatus, Ticket
from runtime.clock import ManualClock
from storage.apply import Applied, apply, store_comments
from storage.database import Database
from storage.statements import Statement
from storage.tables import metadata
from storage.tenants import Tenancy, enter
from storage.values import number_of

START = datetime(2026, 1, 1, tzinfo=UTC)
OPEN = NativeStatus(value="2", label="Open", category=TicketStatus.OPEN, provenance=Provenance.EXACT)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def ticket(ident: str = "7", version: float = 1, read: float = 100, **values: Any) -> Ticket:
    """As of version `version`, read at `read`: seconds since START."""
    given: dict[str, Any] = {
        "helpdesk": "desk",
        "remote_id": ident,
        "number": ident,
        "created_at": START,
        "updated_at": at(version),
        "as_of": at(read),
        "version": str(version),
        "subject": f"Subject {version}",
        "status": TicketStatus.OPEN,
        "status_native": OPEN,
        "priority": TicketPriority.NORMAL,
        "type": TicketType.QUESTION,
        "channel": Channel.EMAIL,
        "requester_id": "5",
        "organization_id": "9",
        "raw": {"id": ident, "v": version},
    }
    return Ticket(**{**given, **values})


def listed(ident: str = "7", version: float = 1, read: float = 100, **values: Any) -> Ticket:
    return ticket(ident, version, read, detail=DetailLevel.LISTED, **values)


def gone(ident: str = "7", lifecycle: Lifecycle = Lifecycle.DELETED, version: float | None = None, **more: Any) -> Gone:
    when = None if version is None else at(version)
    return Gone(kind=more.pop("kind", Kind.TICKET), remote_id=ident, lifecycle=lifecycle, at=when, **more)


def contact(ident: str = "5", version: float | None = 1, read: float = 100, **values: Any) -> Contact:
    updated = None if version is None else at(version)
    given: dict[str, Any] = {"helpdesk": "desk", "remote_id": ident, "updated_at": updated, "as_of": at(read)}
    return Contact(**{**given, "name": f"Person {ident}", **values})


def file(ident: str, **values: Any) -> Attachment:
    given: dict[str, Any] = {"file_name": f"{ident.rpartition('/')[2]}.png", "content_type": "image/png"}
    return Attachment(helpdesk="desk", remote_id=ident, **{**given, "byte_size": 10, **values})


def comment(ticket_id: str, ident: str, text: str = "Hello", second: float = 0, **values: Any) -> Comment:
    given: dict[str, Any] = {
        "visibility": CommentVisibility.PUBLIC,
        "direction": Direction.INBOUND,
        "created_at": at(second),
        "author": ActorRef(kind=ActorKind.PERSON, remote_id="5"),
    }
    return Comment(
        helpdesk="desk", remote_id=f"{ticket_id}/{ident}", ticket_id=ticket_id, body_text=text, **{**given, **values}
    )


def conversation(*items: Comment, complete: bool = True) -> CommentList:
    return CommentList(items=items, complete=complete)


@dataclass
class CopyDesk:
    """One helpdesk, `desk`, of one tenant."""

    db: Database
    tenancy: Tenancy

    async def apply(self, *items: Any, now: float = 1000, catalogues: Any = None) -> Applied:
        batch = ChangeBatch(
            records=tuple(one for one in items if not isinstance(one, Gone | Unread)),
            gone=tuple(one for one in items if isinstance(one, Gone)),
            unreadable=tuple(one for one in items if isinstance(one, Unread)),
            catalogues=catalogues or {},
            checkpoint="",
            more=False,
        )
        async with self.db.write(self.tenancy.number) as session:
            return await apply(session, self.tenancy, "desk", batch, origin=FreshnessSource.SYNC, now=at(now))

    async def comments(self, ident: str, comments: CommentList, version: int = 0, now: float = 1000) -> Applied:
        async with self.db.write(self.tenancy.number) as session:
            return await store_comments(session, self.tenancy, "desk", ident, comments, version=version, now=at(now))

    async def rows(self, table: Table, *columns: str) -> list[tuple[Any, ...]]:
        chosen = [table.c[name] for name in columns] or list(table.columns)
        statement = Statement(
            select(*chosen).where(table.c.tenant == bindparam("tenant")).order_by(*table.primary_key.columns)
        )
        found = await self.db.fetch(self.tenancy.number, statement, {"tenant": self.tenancy.number})
        return [tuple(row) for row in found]

    async def one(self, table: Table, *columns: str) -> Any:
        """The only row there is; its only column where one is asked for."""
        (row,) = await self.rows(table, *columns)
        return row[0] if len(columns) == 1 else row


async def copy_desk(db: Database, name: str = "acme") -> CopyDesk:
    info = HelpdeskInfo(key="desk", vendor=Vendor.FRESHDESK, name="Desk", url="https://desk.example")
    return CopyDesk(db, await enter(db, name, [info], ManualClock()))


EPHEMERAL = {"seq", "doc", "origin"}
"""What depends on the order of arrival, as it should."""


async def everything_of(desk: CopyDesk, ident: str) -> dict[str, Any]:
    """All rows that a ticket left in any table, its own number taken out."""
    (found,) = await everything_of_each(desk, [ident])
    return found


async def everything_of_each(desk: CopyDesk, idents: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{} for _ in idents]
    for table in metadata.sorted_tables:
        key = next((name for name in ("num", "ticket", "owner") if name in table.c), None)
        if table.name in ("changes", "tenants") or key is None or "tenant" not in table.c:
            continue
        names = [c.name for c in table.columns if c.name not in EPHEMERAL]
        rows: dict[int, list[dict[str, Any]]] = {}
        for row in await desk.rows(table, key, *names):
            rows.setdefault(row[0], []).append(dict(zip(names, row[1:], strict=True)))
        for one, ident in zip(found, idents, strict=True):
            num = number_of(ident)
            one[table.name] = [_without(row, ident, num) for row in rows.get(num, ())]
    return found


def _without(row: dict[str, Any], ident: str, num: int) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if value == num:
            return "NUM"
        if isinstance(value, bytes):
            return value.replace(ident.encode(), b"ID")
        return value.replace(ident, "ID") if isinstance(value, str) else value

    return {name: plain(value) for name, value in row.items()}


__all__ = [
    "OPEN",
    "CopyDesk",
    "Translated",
    "at",
    "comment",
    "contact",
    "conversation",
    "copy_desk",
    "everything_of",
    "everything_of_each",
    "file",
    "gone",
    "listed",
    "ticket",
]
