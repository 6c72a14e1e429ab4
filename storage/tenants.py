"""Tenants and helpdesks by their names: the numbers everything else is keyed by, and a tenant's own counters."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, insert, select, update

from models.records import HelpdeskInfo
from runtime.clock import Clock
from storage.database import Database, Session
from storage.statements import Statement
from storage.tables.directory import helpdesks, tenants

_FIND = Statement(select(tenants.c.tenant).where(tenants.c.name == bindparam("name")))
_NEXT = Statement(select(func.coalesce(func.max(tenants.c.tenant), 0) + 1))
_MAKE = Statement(insert(tenants))
_LINKED = Statement(
    select(helpdesks.c.key, helpdesks.c.number)
    .where(helpdesks.c.tenant == bindparam("tenant"))
    .order_by(helpdesks.c.number)
)
_LINK = Statement(insert(helpdesks))
_SEQ = Statement(
    update(tenants)
    .where(tenants.c.tenant == bindparam("of"))
    .values(seq=tenants.c.seq + bindparam("changes"), docs=tenants.c.docs + bindparam("new_docs"))
    .returning(tenants.c.seq, tenants.c.docs)
)


class Tenancy:
    """One tenant of a database: its number, and its helpdesks' numbers by their keys."""

    def __init__(self, number: int, helpdesks: dict[str, int]) -> None:
        self.number = number
        self.helpdesks = helpdesks
        self.keys = {number: key for key, number in helpdesks.items()}


async def enter(database: Database, name: str, linked: Sequence[HelpdeskInfo], clock: Clock) -> Tenancy:
    """Makes the tenant, and rows for helpdesks it has not linked before. Numbers are never given twice."""
    now = int(clock.now().timestamp())
    async with database.registry(name) as session:
        found = await session.one(_FIND, {"name": name})
        if found is None:
            number = await _free(session)
            await session.run(
                _MAKE, {"tenant": number, "name": name, "seq": 0, "docs": 0, "trimmed": 0, "created_at": now}
            )
        else:
            number = int(found[0])
    async with database.write(number) as session:
        known = {str(key): int(n) for key, n in await session.fetch(_LINKED, {"tenant": number})}
        for info in linked:
            if info.key not in known:
                known[info.key] = max(known.values(), default=0) + 1
                await session.run(_LINK, _row(number, known[info.key], info, now))
    return Tenancy(number, known)


async def _free(session: Session) -> int:
    """Row security hides the other tenants' numbers from us, so on PostgreSQL a sequence gives them out."""
    if session.name == "sqlite":
        return int((await session.fetch(_NEXT, {}))[0][0])
    return int((await session.fetch(_FROM_SEQUENCE, {}))[0][0])


_FROM_SEQUENCE = Statement(select(func.nextval("tenant_numbers")))


def _row(tenant: int, number: int, info: HelpdeskInfo, now: int) -> dict[str, object]:
    return {
        "tenant": tenant,
        "number": number,
        "key": info.key,
        "vendor": info.vendor.value,
        "name": info.name,
        "url": info.url,
        "created_at": now,
    }


async def take_numbers(session: Session, *, changes: int, docs: int = 0) -> tuple[int, int]:
    """The first of so many new numbers in the tenant's sequence of changes, and of search documents. Within a write,
    whose lock keeps the sequences free of holes."""
    values = {"of": session.tenant, "changes": changes, "new_docs": docs}
    ((seq, last_doc),) = await session.fetch(_SEQ, values)
    return int(seq) - changes + 1, int(last_doc) - docs + 1
