"""Ticket numbers that a look at the copy found missing: to be looked for at the vendor, or known not to be there.

Numbers that are not there are no gaps: both vendors leave some out. A ticket that is stored after all leaves the list
with `found`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from storage.database import Database, Session
from storage.rows import insert
from storage.statements import Statement, among
from storage.tables.syncing import absences
from storage.tables.tickets import tickets
from storage.tenants import Tenancy
from storage.values import seconds

SOUGHT: Final = 0
ABSENT: Final = 1

_a, _t = absences.c, tickets.c
_HERE = (_a.tenant == bindparam("tenant"), _a.helpdesk == bindparam("helpdesk"))
_NOTE = insert(absences, key=("tenant", "helpdesk", "num"), update=())
_SOUGHT = Statement(
    select(_a.num)
    .where(*_HERE, _a.state == literal_column(str(SOUGHT)), _a.num > bindparam("after"))
    .order_by(_a.num)
    .limit(bindparam("most"))
)
_COUNT = Statement(select(_a.state, func.count()).where(*_HERE).group_by(_a.state))
_FOUND = Statement(delete(absences).where(*_HERE, among(_a.num, "nums")))
_ABSENT = Statement(
    update(absences)
    .where(_a.tenant == bindparam("of_tenant"), _a.helpdesk == bindparam("of_helpdesk"), among(_a.num, "nums"))
    .values(state=literal_column(str(ABSENT)), at=bindparam("looked_at", type_=_a.at.type))
)
_KNOWN = Statement(
    select(_t.num)
    .where(
        _t.tenant == bindparam("tenant"),
        _t.helpdesk == bindparam("helpdesk"),
        _t.num > bindparam("after"),
        _t.num <= bindparam("upto"),
    )
    .order_by(_t.num)
)
_LARGEST = Statement(
    select(func.max(_t.num)).where(_t.tenant == bindparam("tenant"), _t.helpdesk == bindparam("helpdesk"))
)
_NOTED = Statement(select(_a.num).where(*_HERE, _a.num > bindparam("after"), _a.num <= bindparam("upto")))


async def largest_number(db: Database, tenancy: Tenancy, helpdesk: str) -> int:
    """Of the tickets in the copy, whatever their lifecycle; 0 without any."""
    ((found,),) = await db.fetch(tenancy.number, _LARGEST, _keys(tenancy, helpdesk))
    return max(0, int(found or 0))


async def gaps(db: Database, tenancy: Tenancy, helpdesk: str, after: int, upto: int) -> list[int]:
    """The numbers in between that no ticket of the copy has and that were not noted yet. Ask for one stretch at a
    time."""
    values = {**_keys(tenancy, helpdesk), "after": after, "upto": upto}
    async with db.read(tenancy.number) as session:
        known = {num for (num,) in await session.fetch(_KNOWN, values)}
        known |= {num for (num,) in await session.fetch(_NOTED, values)}
    return [num for num in range(after + 1, upto + 1) if num not in known]


async def note(session: Session, tenancy: Tenancy, helpdesk: str, nums: Iterable[int], now: datetime) -> None:
    """These are to be looked for. One that was noted before stays what it is."""
    here = (tenancy.number, tenancy.helpdesks[helpdesk])
    await _NOTE.run(session, [(*here, num, SOUGHT, seconds(now)) for num in dict.fromkeys(nums)])


async def sought(db: Database, tenancy: Tenancy, helpdesk: str, limit: int, after: int = 0) -> list[int]:
    """What is still to be looked for, in order of number."""
    values = {**_keys(tenancy, helpdesk), "after": after, "most": limit}
    return [int(num) for (num,) in await db.fetch(tenancy.number, _SOUGHT, values)]


async def absent(session: Session, tenancy: Tenancy, helpdesk: str, nums: Sequence[int], now: datetime) -> None:
    """The vendor does not have these."""
    keys = {"of_tenant": tenancy.number, "of_helpdesk": tenancy.helpdesks[helpdesk]}
    await session.run(_ABSENT, {**keys, "nums": nums, "looked_at": seconds(now)})


async def found(session: Session, tenancy: Tenancy, helpdesk: str, nums: Sequence[int]) -> None:
    """These are in the copy now."""
    await session.run(_FOUND, {**_keys(tenancy, helpdesk), "nums": nums})


async def counts(db: Database, tenancy: Tenancy, helpdesk: str) -> tuple[int, int]:
    """How many are to be looked for, and how many are known to be absent."""
    rows = await db.fetch(tenancy.number, _COUNT, _keys(tenancy, helpdesk))
    of_state = {int(state): int(count) for state, count in rows}
    return of_state.get(SOUGHT, 0), of_state.get(ABSENT, 0)


def _keys(tenancy: Tenancy, helpdesk: str) -> dict[str, Any]:
    return {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk]}
