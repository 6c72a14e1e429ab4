"""Tickets in order of number, and when each was last read: for looking them up at the vendor once in a while."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, literal_column, select

from models.enums import Lifecycle
from storage.database import Database
from storage.ranks import LIFECYCLE
from storage.statements import Statement
from storage.tables.tickets import ticket_counts, tickets
from storage.tenants import Tenancy
from storage.values import millis

_t = tickets.c
_stretch = (
    select(_t.num, _t.shown, _t.as_of)
    .where(_t.tenant == bindparam("tenant"), _t.helpdesk == bindparam("helpdesk"), _t.num > bindparam("after"))
    .order_by(_t.num)
    .limit(bindparam("examined"))
    .subquery()
)
_OLD = Statement(
    select(_stretch.c.num)
    .where(_stretch.c.shown == literal_column("1"), _stretch.c.as_of < bindparam("before"))
    .order_by(_stretch.c.num)
    .limit(bindparam("most"))
)
_LAST = Statement(select(func.max(_stretch.c.num), func.count()))
_ACTIVE = Statement(
    select(func.coalesce(func.sum(ticket_counts.c.n), literal_column("0"))).where(
        ticket_counts.c.tenant == bindparam("tenant"),
        ticket_counts.c.helpdesk == bindparam("helpdesk"),
        ticket_counts.c.lifecycle == literal_column(str(LIFECYCLE.number(Lifecycle.ACTIVE))),
    )
)


class Stretch(msgspec.Struct, frozen=True):
    """`nums`: those that were not read for long. `upto`: how far that looked; None at the end of the numbers."""

    nums: tuple[int, ...]
    upto: int | None


async def not_read_since(
    db: Database, tenancy: Tenancy, helpdesk: str, *, after: int, before: datetime, most: int, examined: int
) -> Stretch:
    """Of the next `examined` tickets behind number `after`, up to `most` that lists show and that were last read before
    then."""
    values = {
        "tenant": tenancy.number,
        "helpdesk": tenancy.helpdesks[helpdesk],
        "after": after,
        "examined": examined,
    }
    async with db.read(tenancy.number) as session:
        rows = await session.fetch(_OLD, {**values, "before": millis(before), "most": most})
        ((last, count),) = await session.fetch(_LAST, values)
    nums = tuple(int(num) for (num,) in rows)
    if len(nums) == most:
        return Stretch(nums, nums[-1])
    return Stretch(nums, int(last) if count == examined else None)


async def active_count(db: Database, tenancy: Tenancy, helpdesk: str) -> int:
    """Tickets in use and not archived, as a vendor counts them."""
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk]}
    ((count,),) = await db.fetch(tenancy.number, _ACTIVE, values)
    return int(count)
