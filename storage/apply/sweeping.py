"""The end of a pass over a whole list: what it did not show is gone at the vendor.

Everything that a pass met has an `as_of` (or `seen`) since the pass began; records that only came along with others
were never in the list, and stay. Too many at once look like a broken list rather than a busy hour: that is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Table, bindparam, func, literal_column, select

from models.changes import ChangeBatch, Gone
from models.enums import FreshnessSource, Kind, Lifecycle, SyncKind
from storage.apply.batch import KINDS, apply
from storage.apply.desk import Applied
from storage.apply.readings import main_of
from storage.apply.sightings import TABLES
from storage.database import Session
from storage.ranks import SHOWN
from storage.shown import shown_count
from storage.statements import Statement, among
from storage.tenants import Tenancy
from storage.values import millis, number_of

MOST_SHARE: Final = 0.01
FLOOR: Final = 10
OF_SYNC: Final[Mapping[SyncKind, Kind]] = {
    SyncKind.TICKETS: Kind.TICKET,
    SyncKind.CONTACTS: Kind.CONTACT,
    SyncKind.ORGANIZATIONS: Kind.ORGANIZATION,
    SyncKind.AGENTS: Kind.AGENT,
    SyncKind.GROUPS: Kind.GROUP,
    SyncKind.ARTICLES: Kind.ARTICLE,
}


class SuspiciousDelete(Exception):
    """A pass would take out an unlikely share of a stream. Nothing of it was taken out."""

    def __init__(self, kind: SyncKind, removed: int, held: int) -> None:
        super().__init__(
            f"This pass would remove {removed:,} of {held:,} {kind.value.lower()}. Check the helpdesk, then ask for "
            "this sync again to let it."
        )
        self.kind, self.removed, self.held = kind, removed, held


class _Named(msgspec.Struct, array_like=True):
    """How every card begins."""

    helpdesk: str
    remote_id: str


_name_of = msgspec.msgpack.Decoder(_Named).decode


def _unseen(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.tenant == bindparam("tenant"),
        table.c.helpdesk == bindparam("helpdesk"),
        table.c.shown == literal_column("1"),
        table.c.version >= literal_column("0"),
        table.c.as_of < bindparam("since"),
        func.coalesce(table.c.seen, table.c.as_of) < bindparam("since"),
    )


def _live(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.tenant == bindparam("tenant"),
        table.c.helpdesk == bindparam("helpdesk"),
        table.c.shown == literal_column("1"),
        among(table.c.num, "nums"),
    )


_SOME = {
    kind: Statement(select(table.c.card).where(*_unseen(table)).order_by(table.c.num).limit(bindparam("most")))
    for kind, table in TABLES.items()
}
_HOW_MANY = {kind: Statement(select(func.count()).where(*_unseen(table))) for kind, table in TABLES.items()}
_LIVE = {kind: Statement(select(func.count()).where(*_live(table))) for kind, table in TABLES.items()}
_SHOWN = frozenset(SHOWN)


async def sweep(
    session: Session,
    tenancy: Tenancy,
    helpdesk: str,
    kind: SyncKind,
    *,
    unseen_since: datetime,
    now: datetime,
    limit: int = 500,
    confirmed: bool = False,
) -> Applied:
    """Takes out up to `limit` records that were not met since then; `stored` says how many. Call again while it is
    `limit`. SuspiciousDelete when all of them together were too many, unless that was `confirmed`."""
    of_kind = OF_SYNC[kind]
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk], "since": millis(unseen_since)}
    rows = await session.fetch(_SOME[of_kind], {**values, "most": limit})
    if not rows:
        return Applied()
    if not confirmed:
        ((removed,),) = await session.fetch(_HOW_MANY[of_kind], values)
        if removed > FLOOR:
            held = await shown_count(session, tenancy, helpdesk, kind)
            if removed > held * MOST_SHARE:
                raise SuspiciousDelete(kind, removed, held)
    gone = tuple(Gone(kind=of_kind, remote_id=_name_of(card).remote_id, lifecycle=Lifecycle.PURGED) for (card,) in rows)
    batch = ChangeBatch(gone=gone, checkpoint="", more=False)
    return await apply(session, tenancy, helpdesk, batch, origin=FreshnessSource.SYNC, now=now)


async def would_delete(session: Session, tenancy: Tenancy, helpdesk: str, batch: ChangeBatch) -> Mapping[Kind, int]:
    """How many records that are in the lists now a batch says are not in use: by tombstones, and by themselves."""
    nums: dict[Kind, set[int]] = {}
    for one in batch.gone:
        nums.setdefault(one.kind, set()).add(number_of(one.remote_id))
    for record in batch.records:
        main = main_of(record)
        if main.lifecycle not in _SHOWN:
            nums.setdefault(KINDS[type(record)], set()).add(number_of(main.remote_id))
    keys = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk]}
    found = {}
    for kind, of_kind in nums.items():
        ((count,),) = await session.fetch(_LIVE[kind], {**keys, "nums": [*of_kind]})
        found[kind] = int(count)
    return found
