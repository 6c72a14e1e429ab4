"""What a page of tickets brings along when asked: bodies, the vendor's objects, who asked, whose organization it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import force_setattr
from sqlalchemy import bindparam, select

from models.queries import Scope
from models.records import Ticket
from storage import codec
from storage.mirror.people import contacts_by_number, organizations_by_number
from storage.mirror.walking import Fetcher
from storage.statements import Statement, among
from storage.tables.tickets import ticket_bodies
from storage.tenants import Tenancy
from storage.values import number_of

WANTS = frozenset({"description", "raw", "requester", "organization"})
"""What costs a further read; other wants are in the row as it is."""


def _bodies(*columns: str) -> Statement:
    body = ticket_bodies.c
    found = select(body.num, *(body[name] for name in columns))
    return Statement(
        found.where(body.tenant == bindparam("tenant"), body.helpdesk == bindparam("helpdesk"), among(body.num, "nums"))
    )


_TEXTS = ("body_text", "body_html", "attachments")
_BODIES = {
    (True, False): _bodies(*_TEXTS),
    (False, True): _bodies("raw"),
    (True, True): _bodies(*_TEXTS, "raw"),
}


async def embed(
    session: Fetcher, tenancy: Tenancy, scope: Scope, tickets: Sequence[Ticket], wants: frozenset[str]
) -> None:
    """The tickets are fresh from the database: nobody has them yet, so they can still be completed."""
    desks: dict[str, list[Ticket]] = {}
    for ticket in tickets:
        desks.setdefault(ticket.helpdesk, []).append(ticket)
    for helpdesk, own in desks.items():
        number = tenancy.helpdesks[helpdesk]
        if wants & {"description", "raw"}:
            await embed_bodies(session, tenancy.number, number, own, wants)
        if "requester" in wants:
            await _embed_requesters(session, tenancy, scope, helpdesk, own)
        if "organization" in wants:
            await _embed_organizations(session, tenancy, scope, helpdesk, own)


async def embed_bodies(
    session: Fetcher, tenant: int, helpdesk: int, tickets: Sequence[Ticket], wants: frozenset[str]
) -> None:
    texts, raw = "description" in wants, "raw" in wants
    by_number = {number_of(ticket.remote_id): ticket for ticket in tickets}
    values = {"tenant": tenant, "helpdesk": helpdesk, "nums": list(by_number)}
    for row in await session.fetch(_BODIES[texts, raw], values):
        _complete(by_number[row[0]], row, texts, raw)


def _complete(ticket: Ticket, row: Sequence[Any], texts: bool, raw: bool) -> None:
    if texts:
        force_setattr(ticket, "body_text", row[1])
        force_setattr(ticket, "body_html", row[2])
        force_setattr(ticket, "attachments", codec.unpack_attachments(row[3]))
    if raw:
        force_setattr(ticket, "raw", codec.unpack_raw(row[-1]))


async def _embed_requesters(
    session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, tickets: Sequence[Ticket]
) -> None:
    ids = {ticket.requester_id for ticket in tickets if ticket.requester_id is not None}
    found = await contacts_by_number(session, tenancy, scope, helpdesk, [number_of(one) for one in ids])
    for ticket in tickets:
        if ticket.requester_id is not None:
            force_setattr(ticket, "requester", found.get(number_of(ticket.requester_id)))


async def _embed_organizations(
    session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, tickets: Sequence[Ticket]
) -> None:
    ids = {ticket.organization_id for ticket in tickets if ticket.organization_id is not None}
    found = await organizations_by_number(session, tenancy, scope, helpdesk, [number_of(one) for one in ids])
    for ticket in tickets:
        if ticket.organization_id is not None:
            force_setattr(ticket, "organization", found.get(number_of(ticket.organization_id)))
