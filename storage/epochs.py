"""Which database this is: numbers of its sequence of changes mean nothing in one that was begun anew."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from storage.database import Database
from storage.statements import Statement
from storage.tables.directory import tenants
from storage.tenants import Tenancy

_BEGUN = Statement(select(tenants.c.created_at).where(tenants.c.tenant == bindparam("tenant")))


async def epoch(database: Database, tenancy: Tenancy) -> int:
    """When the tenant came into this database."""
    ((begun,),) = await database.fetch(tenancy.number, _BEGUN, {"tenant": tenancy.number})
    return int(begun)
