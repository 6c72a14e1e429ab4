"""How many records of a kind a helpdesk's lists show, and which of some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Table, bindparam, func, literal_column, select

from models.enums import Kind, SyncKind
from storage.database import Database, Session
from storage.ranks import LIFECYCLE, SHOWN
from storage.statements import Statement, among
from storage.tables.knowledge import articles
from storage.tables.people import agents, contacts, groups, organizations
from storage.tables.tickets import ticket_counts, tickets
from storage.tenants import Tenancy
from storage.values import number_of


def _counted(records: Table) -> Statement:
    return Statement(
        select(func.count()).where(
            records.c.tenant == bindparam("tenant"),
            records.c.helpdesk == bindparam("helpdesk"),
            records.c.shown == literal_column("1"),
        )
    )


_COUNTS: Mapping[SyncKind, Statement] = {
    SyncKind.TICKETS: Statement(
        select(func.coalesce(func.sum(ticket_counts.c.n), literal_column("0"))).where(
            ticket_counts.c.tenant == bindparam("tenant"),
            ticket_counts.c.helpdesk == bindparam("helpdesk"),
            ticket_counts.c.lifecycle.in_([literal_column(str(LIFECYCLE.number(one))) for one in SHOWN]),
        )
    ),
    SyncKind.CONTACTS: _counted(contacts),
    SyncKind.ORGANIZATIONS: _counted(organizations),
    SyncKind.AGENTS: _counted(agents),
    SyncKind.GROUPS: _counted(groups),
    SyncKind.ARTICLES: _counted(articles),
}

_TABLES: Mapping[Kind, Table] = {
    Kind.TICKET: tickets,
    Kind.CONTACT: contacts,
    Kind.AGENT: agents,
    Kind.GROUP: groups,
    Kind.ORGANIZATION: organizations,
    Kind.ARTICLE: articles,
}
_AMONG: Mapping[Kind, Statement] = {
    kind: Statement(
        select(table.c.num).where(
            table.c.tenant == bindparam("tenant"),
            table.c.helpdesk == bindparam("helpdesk"),
            table.c.shown == literal_column("1"),
            among(table.c.num, "nums"),
        )
    )
    for kind, table in _TABLES.items()
}


async def shown_count(session: Session, tenancy: Tenancy, helpdesk: str, kind: SyncKind) -> int:
    """Tickets are counted as they are stored; of the other kinds there are far fewer. 0 for what are no records."""
    found = _COUNTS.get(kind)
    if found is None:
        return 0
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk]}
    ((count,),) = await session.fetch(found, values)
    return int(count)


async def shown_among(db: Database, tenancy: Tenancy, helpdesk: str, kind: Kind, ids: Sequence[str]) -> set[str]:
    """Those of these that are in the copy's lists."""
    by_number = {number_of(ident): ident for ident in ids}
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk], "nums": [*by_number]}
    return {by_number[int(num)] for (num,) in await db.fetch(tenancy.number, _AMONG[kind], values)}
