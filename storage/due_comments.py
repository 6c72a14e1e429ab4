"""Tickets whose comments have to be read (again), newest first: what a reader of comments needs of each."""

from __future__ import annotations

import msgspec
from sqlalchemy import and_, bindparam, literal_column, select

from models.records import Ticket
from storage import codec
from storage.database import Database, Row
from storage.statements import Statement
from storage.tables.tickets import ticket_bodies, tickets
from storage.tenants import Tenancy

_DUE = Statement(
    select(
        tickets.c.card,
        tickets.c.version,
        ticket_bodies.c.body_text,
        ticket_bodies.c.body_html,
        ticket_bodies.c.attachments,
        ticket_bodies.c.raw,
    )
    .select_from(
        tickets.outerjoin(
            ticket_bodies,
            and_(
                ticket_bodies.c.tenant == tickets.c.tenant,
                ticket_bodies.c.helpdesk == tickets.c.helpdesk,
                ticket_bodies.c.num == tickets.c.num,
            ),
        )
    )
    .where(
        tickets.c.tenant == bindparam("tenant"),
        tickets.c.helpdesk == bindparam("helpdesk"),
        tickets.c.comments_due == literal_column("1"),
    )
    .order_by(tickets.c.updated_at.desc(), tickets.c.num.desc())
    .limit(bindparam("most"))
)


class Due(msgspec.Struct, frozen=True):
    """`version`: the ticket's, when it was found to be due."""

    ticket: Ticket
    version: int


async def due_comments(db: Database, tenancy: Tenancy, helpdesk: str, limit: int) -> list[Due]:
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk], "most": limit}
    return [_due(row) for row in await db.fetch(tenancy.number, _DUE, values)]


def _due(row: Row) -> Due:
    """A conversation begins with the request. Without its files it is not whole, and read at the helpdesk again."""
    card, version, text, html, files, raw = row
    if files is None:
        text = html = None
    whole = msgspec.structs.replace(
        codec.ticket(card),
        body_text=text,
        body_html=html,
        attachments=codec.unpack_attachments(files),
        raw=codec.unpack_raw(raw),
    )
    return Due(whole, int(version))
