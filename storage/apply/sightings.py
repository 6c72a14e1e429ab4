"""Records that were met without being read: they are still there, so the end of a pass does not take them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Table, bindparam, update

from models.changes import Unread
from models.enums import Kind
from storage.apply.desk import Desk
from storage.statements import Statement, among
from storage.tables.knowledge import articles
from storage.tables.people import agents, contacts, groups, organizations
from storage.tables.tickets import tickets
from storage.values import number_of

TABLES: Mapping[Kind, Table] = {
    Kind.TICKET: tickets,
    Kind.CONTACT: contacts,
    Kind.AGENT: agents,
    Kind.GROUP: groups,
    Kind.ORGANIZATION: organizations,
    Kind.ARTICLE: articles,
}


def _seen(table: Table) -> Statement:
    where = (
        table.c.tenant == bindparam("of_tenant"),
        table.c.helpdesk == bindparam("of_helpdesk"),
        among(table.c.num, "nums"),
        table.c.as_of < bindparam("now"),
    )
    return Statement(update(table).where(*where).values(seen=bindparam("now", type_=table.c.as_of.type)))


_SEEN = {kind: _seen(table) for kind, table in TABLES.items()}


async def sight(desk: Desk, met: Iterable[Unread]) -> None:
    nums: dict[Kind, list[int]] = {}
    for one in met:
        if one.remote_id is not None and one.kind in TABLES:
            nums.setdefault(one.kind, []).append(number_of(one.remote_id))
    for kind, of_kind in nums.items():
        values = {"of_tenant": desk.tenant, "of_helpdesk": desk.number, "now": desk.now_ms, "nums": of_kind}
        await desk.session.run(_SEEN[kind], values)
