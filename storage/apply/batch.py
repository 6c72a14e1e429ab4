"""A page of a stream into the copy: records, tombstones, catalogues and what could not be read, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from models.changes import ChangeBatch, Gone, Translated, Unread
from models.enums import FreshnessSource, Kind
from models.records import Agent, Contact, Group, Organization, Ticket
from storage import quarantine
from storage.apply.articles import Articles
from storage.apply.catalogues import replace_catalogues
from storage.apply.desk import Applied, Desk
from storage.apply.numbering import number
from storage.apply.people import AGENTS, CONTACTS, GROUPS, ORGANIZATIONS, People
from storage.apply.pipelining import ahead
from storage.apply.quiet import uncollected
from storage.apply.readings import main_of, unread
from storage.apply.savepoints import UNSTORABLE, savepoint
from storage.apply.sightings import sight
from storage.apply.tickets import Tickets
from storage.database import Session
from storage.search.index import forget, index
from storage.tenants import Tenancy

KINDS: dict[type[Any], Kind] = {
    Ticket: Kind.TICKET,
    Contact: Kind.CONTACT,
    Agent: Kind.AGENT,
    Group: Kind.GROUP,
    Organization: Kind.ORGANIZATION,
    Translated: Kind.ARTICLE,
}


async def apply(
    session: Session,
    tenancy: Tenancy,
    helpdesk: str,
    batch: ChangeBatch,
    *,
    origin: FreshnessSource,
    now: datetime,
) -> Applied:
    """Within the caller's write: what it also writes (the checkpoint) is there together with this or not at all.

    A record that cannot be stored goes to quarantine, the others are stored. Waiters are woken when the write commits.
    """
    try:
        with uncollected():
            return await _whole(session, tenancy, helpdesk, batch, origin, now)
    except UNSTORABLE:
        if batch.rows - len(batch.unreadable) > 1:
            return await _halves(session, tenancy, helpdesk, batch, origin=origin, now=now)
        if not batch.records:
            raise
    (record,) = batch.records
    lost = unread(KINDS[type(record)], main_of(record), "$", "The database does not take a value of it.")
    rest = msgspec.structs.replace(batch, records=(), unreadable=(*batch.unreadable, lost))
    return await _apply(Desk(session, tenancy, helpdesk, origin, now), tenancy, rest)


async def _whole(
    session: Session, tenancy: Tenancy, helpdesk: str, batch: ChangeBatch, origin: FreshnessSource, now: datetime
) -> Applied:
    """All that it has made is let go of at its end."""
    async with savepoint(session), ahead(session) as writing:
        return await _apply(Desk(writing, tenancy, helpdesk, origin, now), tenancy, batch)


async def _halves(
    session: Session, tenancy: Tenancy, helpdesk: str, batch: ChangeBatch, *, origin: FreshnessSource, now: datetime
) -> Applied:
    """One of them has what the database does not take."""
    middle, ends = len(batch.records) // 2, len(batch.gone) // 2
    first = msgspec.structs.replace(batch, records=batch.records[:middle], gone=batch.gone[:ends])
    second = msgspec.structs.replace(
        batch, records=batch.records[middle:], gone=batch.gone[ends:], catalogues={}, unreadable=()
    )
    done = await apply(session, tenancy, helpdesk, first, origin=origin, now=now)
    return done + await apply(session, tenancy, helpdesk, second, origin=origin, now=now)


async def _apply(desk: Desk, tenancy: Tenancy, batch: ChangeBatch) -> Applied:
    by_kind: dict[Kind, list[Any]] = {kind: [] for kind in KINDS.values()}
    for record in batch.records:
        by_kind[KINDS[type(record)]].append(record)
    gone: dict[Kind, list[Gone]] = {}
    for one in batch.gone:
        gone.setdefault(one.kind, []).append(one)

    tickets = Tickets(desk)
    await tickets.take(by_kind[Kind.TICKET], gone.get(Kind.TICKET, ()))
    people = People(desk)
    await people.take(ORGANIZATIONS, by_kind[Kind.ORGANIZATION], gone.get(Kind.ORGANIZATION, ()), tickets.organizations)
    await people.take(CONTACTS, by_kind[Kind.CONTACT], gone.get(Kind.CONTACT, ()), tickets.requesters)
    await people.take(AGENTS, by_kind[Kind.AGENT], gone.get(Kind.AGENT, ()))
    await people.take(GROUPS, by_kind[Kind.GROUP], gone.get(Kind.GROUP, ()))
    articles = Articles(desk)
    await articles.take(by_kind[Kind.ARTICLE], gone.get(Kind.ARTICLE, ()))

    changes = await number(desk, tenancy)
    await tickets.write()
    await people.write()
    await articles.write()
    await replace_catalogues(desk, batch.catalogues)
    await forget(desk.session, desk.refs)
    await index(desk.session, desk.docs)
    await _quarantine(desk, tenancy, by_kind, gone, batch.unreadable)
    return desk.applied(changes)


async def _quarantine(
    desk: Desk,
    tenancy: Tenancy,
    records: dict[Kind, list[Any]],
    gone: dict[Kind, list[Gone]],
    unreadable: Sequence[Unread],
) -> None:
    """What was read, or is gone, leaves it; what could not be read or stored enters it, and is seen all the same."""
    if await quarantine.any_here(desk.session, tenancy, desk.key):
        out = {(one.kind, one.remote_id) for one in desk.unfit}
        for kind, of_kind in records.items():
            met = [main_of(record).remote_id for record in of_kind] + [one.remote_id for one in gone.get(kind, ())]
            read = [ident for ident in met if (kind, ident) not in out]
            await quarantine.let_go(desk.session, tenancy, desk.key, kind, read)
    lost = (*unreadable, *desk.unfit)
    await quarantine.take_in(desk.session, tenancy, desk.key, lost, desk.now)
    await sight(desk, lost)
