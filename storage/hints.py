"""Records that are said to have changed, until they have been fetched again.

A message of a helpdesk is known by its own id for 72 hours: told twice it has one effect. A hint that is told again
while it is being followed stays: `done` takes away what was read, not what has come since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, bindparam, case, delete, func, literal_column, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.changes import Hint
from models.enums import Kind
from storage.clocks import database_millis
from storage.database import Database, Row, Session
from storage.statements import Name, Statement, among
from storage.tables.syncing import deliveries, hints
from storage.tenants import Tenancy
from storage.values import seconds

KEPT_MS: Final = 72 * 3_600_000
LONGEST_ID: Final = 400
LONGEST_ERROR: Final = 1_000
_STREAM: Final = "stream:"


class DueHint(msgspec.Struct, frozen=True):
    """`at`: when it was last told, in the database's milliseconds; `tries`: how often following it has failed."""

    hint: Hint
    at: int
    tries: int


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What a helpdesk told at once. `delivery`: its own id of that, where it has one."""

    helpdesk: str
    hints: tuple[Hint, ...]
    delivery: str | None = None


_h, _d = hints.c, deliveries.c
_NOW = database_millis()
_MINE = (
    _h.tenant == bindparam("of_tenant"),
    _h.helpdesk == bindparam("of_helpdesk"),
    _h.kind == bindparam("of_kind"),
    _h.remote_id == bindparam("of_id"),
    _h.at == bindparam("told_at"),
)


def _delivered(made: sqlite.Insert | postgresql.Insert) -> Statement:
    values: dict[str, Any] = {name: bindparam(name) for name in ("tenant", "helpdesk", "delivery")}
    return Statement(made.values(**values, received_at=_NOW, done_at=null()).on_conflict_do_nothing())


def _told(made: sqlite.Insert | postgresql.Insert) -> Statement:
    """Later than any time before, so that each telling can be known by its moment."""
    values: dict[str, Any] = {name: bindparam(name) for name in ("tenant", "helpdesk", "kind", "remote_id")}
    zero: ColumnElement[Any] = literal_column("0")
    later = case((_h.at < made.excluded.at, made.excluded.at), else_=_h.at + literal_column("1"))
    return Statement(
        made.values(**values, at=_NOW, due_at=zero, tries=zero, error=null()).on_conflict_do_update(
            index_elements=[_h.tenant, _h.helpdesk, _h.kind, _h.remote_id],
            set_={"at": later, "due_at": zero, "tries": zero, "error": null()},
        )
    )


_DELIVERED: dict[Name, Statement] = {
    "sqlite": _delivered(sqlite.insert(deliveries)),
    "postgresql": _delivered(postgresql.insert(deliveries)),
}
_TOLD: dict[Name, Statement] = {"sqlite": _told(sqlite.insert(hints)), "postgresql": _told(postgresql.insert(hints))}
_SEEN = Statement(
    select(_d.delivery).where(
        _d.tenant == bindparam("tenant"), _d.helpdesk == bindparam("helpdesk"), among(_d.delivery, "deliveries")
    )
)
_FORGET = Statement(
    delete(deliveries).where(
        _d.tenant == bindparam("tenant"), _d.received_at < _NOW - literal_column(str(KEPT_MS), _d.received_at.type)
    )
)
_DUE = Statement(
    select(_h.kind, _h.remote_id, _h.at, _h.tries)
    .where(
        _h.tenant == bindparam("tenant"),
        _h.helpdesk == bindparam("helpdesk"),
        _h.due_at <= bindparam("now"),
    )
    .order_by(_h.due_at, _h.at)
    .limit(bindparam("most"))
)
_COUNT = Statement(select(func.count()).where(_h.tenant == bindparam("tenant"), _h.helpdesk == bindparam("helpdesk")))
_DONE = Statement(delete(hints).where(*_MINE))
_FAILED = Statement(
    update(hints)
    .where(*_MINE)
    .values(
        tries=_h.tries + literal_column("1"),
        due_at=bindparam("again", type_=_h.due_at.type),
        error=bindparam("why", type_=_h.error.type),
    )
)


async def take_in(
    session: Session, tenancy: Tenancy, helpdesk: str, told: Iterable[Hint], delivery: str | None
) -> bool:
    """Within the write whose commit is the receipt. False: this delivery was seen, and nothing is done again."""
    (new,) = await take_in_all(session, tenancy, [Message(helpdesk=helpdesk, hints=tuple(told), delivery=delivery)])
    return new


async def take_in_all(session: Session, tenancy: Tenancy, messages: Sequence[Message]) -> list[bool]:
    """Several at once, each as by itself."""
    seen = await _seen(session, tenancy, messages)
    fresh: dict[tuple[int, str], None] = {}
    told: dict[tuple[int, str, str], None] = {}
    new = []
    for one in messages:
        number = tenancy.helpdesks[one.helpdesk]
        delivery = None if one.delivery is None else _plain(one.delivery)
        new.append(delivery is None or not ((number, delivery) in seen or (number, delivery) in fresh))
        if new[-1]:
            if delivery is not None:
                fresh[number, delivery] = None
            told |= {(number, *_named(hint)): None for hint in one.hints}
    deliveries_of = ({"helpdesk": number, "delivery": delivery} for number, delivery in fresh)
    hints_of = ({"helpdesk": number, "kind": kind, "remote_id": ident} for number, kind, ident in told)
    await session.run_many(_DELIVERED[session.name], [{"tenant": tenancy.number, **row} for row in deliveries_of])
    await session.run_many(_TOLD[session.name], [{"tenant": tenancy.number, **row} for row in hints_of])
    return new


async def _seen(session: Session, tenancy: Tenancy, messages: Sequence[Message]) -> set[tuple[int, str]]:
    """Helpdesk and delivery of those that were told before."""
    named: dict[str, dict[str, None]] = {}
    for one in messages:
        if one.delivery is not None:
            named.setdefault(one.helpdesk, {})[_plain(one.delivery)] = None
    found: set[tuple[int, str]] = set()
    for helpdesk, some in named.items():
        keys = _keys(tenancy, helpdesk)
        rows = await session.fetch(_SEEN, {**keys, "deliveries": list(some)})
        found |= {(keys["helpdesk"], str(delivery)) for (delivery,) in rows}
    return found


async def due(db: Database, tenancy: Tenancy, helpdesk: str, limit: int, now: datetime) -> list[DueHint]:
    """Those that wait the longest first."""
    values = {**_keys(tenancy, helpdesk), "most": limit, "now": seconds(now)}
    return [_due(row) for row in await db.fetch(tenancy.number, _DUE, values)]


async def waiting(db: Database, tenancy: Tenancy, helpdesk: str) -> int:
    """How many there are, due or not."""
    ((count,),) = await db.fetch(tenancy.number, _COUNT, _keys(tenancy, helpdesk))
    return int(count)


async def done(session: Session, tenancy: Tenancy, helpdesk: str, followed: Sequence[DueHint]) -> None:
    await session.run_many(_DONE, [_mine(tenancy, helpdesk, one) for one in followed])
    await session.run(_FORGET, {"tenant": tenancy.number})


async def failed(
    session: Session, tenancy: Tenancy, helpdesk: str, hint: DueHint, error: str, *, again_at: datetime
) -> None:
    """It is due again then. Nothing happens when it was told anew meanwhile: then it is due at once."""
    values = {**_mine(tenancy, helpdesk, hint), "again": seconds(again_at), "why": _plain(error)[:LONGEST_ERROR]}
    await session.run(_FAILED, values)


def _keys(tenancy: Tenancy, helpdesk: str) -> dict[str, Any]:
    return {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk]}


def _named(hint: Hint) -> tuple[str, str]:
    if hint.remote_id is not None:
        return hint.kind.value, _plain(hint.remote_id)
    return f"{_STREAM}{hint.kind.value}:{_plain(hint.stream or '')}", ""


def _plain(text: str) -> str:
    return text[:LONGEST_ID].replace("\0", "").encode("utf-8", "replace").decode()


def _mine(tenancy: Tenancy, helpdesk: str, one: DueHint) -> dict[str, Any]:
    kind, ident = _named(one.hint)
    return {
        "of_tenant": tenancy.number,
        "of_helpdesk": tenancy.helpdesks[helpdesk],
        "of_kind": kind,
        "of_id": ident,
        "told_at": one.at,
    }


def _due(row: Row) -> DueHint:
    kind, ident, at, tries = row
    if kind.startswith(_STREAM):
        of_kind, _, stream = kind.removeprefix(_STREAM).partition(":")
        return DueHint(Hint(kind=Kind(of_kind), stream=stream), at, tries)
    return DueHint(Hint(kind=Kind(kind), remote_id=ident), at, tries)
