"""Records that could not be read. One that is read after all leaves the list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from models.changes import Unread
from models.enums import Kind
from storage.database import Database, Row, Session
from storage.statements import Name, Statement, among
from storage.tables.syncing import quarantine
from storage.tenants import Tenancy
from storage.values import moment, seconds

LONGEST_RAW: Final = 65_536
"""Characters of the vendor's object that are kept."""
LONGEST_REASON: Final = 1_000
LONGEST_ID: Final = 400


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """`remote_id` is None where even that could not be read. `raw`: JSON, perhaps cut; None when it was none. `place`
    is what `quarantined` goes on after."""

    helpdesk: str
    kind: Kind
    remote_id: str | None
    where: str
    reason: str
    raw: str | None
    first_at: datetime
    last_at: datetime
    times: int
    place: tuple[str, str]


_q = quarantine.c
_HERE = (_q.tenant == bindparam("tenant"), _q.helpdesk == bindparam("helpdesk"))


def _put(made: sqlite.Insert | postgresql.Insert) -> Statement:
    return Statement(
        made.on_conflict_do_update(
            index_elements=[_q.tenant, _q.helpdesk, _q.kind, _q.remote_id],
            set_={
                "place": made.excluded.place,
                "reason": made.excluded.reason,
                "raw": made.excluded.raw,
                "last_at": made.excluded.last_at,
                "times": _q.times + made.excluded.times,
            },
        )
    )


_PUT: dict[Name, Statement] = {
    "sqlite": _put(sqlite.insert(quarantine)),
    "postgresql": _put(postgresql.insert(quarantine)),
}
_DROP = Statement(delete(quarantine).where(*_HERE, _q.kind == bindparam("kind"), among(_q.remote_id, "ids")))
_ANY = Statement(select(_q.kind).where(*_HERE).limit(1))
_PAGE = Statement(
    select(_q.kind, _q.remote_id, _q.place, _q.reason, _q.raw, _q.first_at, _q.last_at, _q.times)
    .where(*_HERE, tuple_(_q.kind, _q.remote_id) > tuple_(bindparam("after_kind"), bindparam("after_id")))
    .order_by(_q.kind, _q.remote_id)
    .limit(bindparam("most"))
)
_COUNT = Statement(select(_q.kind, func.count()).where(*_HERE).group_by(_q.kind))


async def quarantined(
    db: Database, tenancy: Tenancy, helpdesk: str, limit: int, after: tuple[str, str] | None = None
) -> list[Quarantined]:
    """By kind and id, from behind `after`."""
    kind, ident = after or ("", "")
    values = {**_keys(tenancy, helpdesk), "after_kind": kind, "after_id": ident, "most": limit}
    return [_entry(helpdesk, row) for row in await db.fetch(tenancy.number, _PAGE, values)]


async def count(db: Database, tenancy: Tenancy, helpdesk: str) -> Mapping[Kind, int]:
    """How many there are of each kind."""
    rows = await db.fetch(tenancy.number, _COUNT, _keys(tenancy, helpdesk))
    return {Kind(kind): int(n) for kind, n in rows}


async def take_in(session: Session, tenancy: Tenancy, helpdesk: str, unread: Iterable[Unread], now: datetime) -> None:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in unread:
        row = _row(tenancy, helpdesk, one, now)
        rows[row["kind"], row["remote_id"]] = row
    await session.run_many(_PUT[session.name], [*rows.values()])


async def any_here(session: Session, tenancy: Tenancy, helpdesk: str) -> bool:
    return bool(await session.fetch(_ANY, _keys(tenancy, helpdesk)))


async def let_go(session: Session, tenancy: Tenancy, helpdesk: str, kind: Kind, read: Collection[str]) -> None:
    """These were read, or are gone."""
    if read:
        values = {**_keys(tenancy, helpdesk), "kind": kind.value, "ids": [_id(one) for one in read]}
        await session.run(_DROP, values)


def _keys(tenancy: Tenancy, helpdesk: str) -> dict[str, Any]:
    return {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk]}


def _row(tenancy: Tenancy, helpdesk: str, one: Unread, now: datetime) -> dict[str, Any]:
    raw = _json(one.raw)
    return {
        **_keys(tenancy, helpdesk),
        "kind": one.kind.value,
        "remote_id": _nameless(one, raw) if one.remote_id is None else _id(one.remote_id),
        "place": _plain(one.where, LONGEST_REASON),
        "reason": _plain(one.reason, LONGEST_REASON),
        "raw": None if raw is None else _plain(raw, LONGEST_RAW),
        "first_at": seconds(now),
        "last_at": seconds(now),
        "times": 1,
    }


def _id(remote_id: str) -> str:
    return _plain(remote_id, LONGEST_ID)


def _nameless(one: Unread, raw: str | None) -> str:
    digest = hashlib.blake2b(f"{one.where}\n{raw or one.reason}".encode("utf-8", "replace"), digest_size=12)
    return f"?{digest.hexdigest()}"


def _plain(text: str, longest: int) -> str:
    """As a text column takes it."""
    return text[:longest].replace("\0", "").encode("utf-8", "replace").decode()


def _json(raw: Any) -> str | None:
    if raw is None:
        return None
    try:
        return json.dumps(raw, default=str, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return None


def _entry(helpdesk: str, row: Row | Sequence[Any]) -> Quarantined:
    kind, ident, place, reason, raw, first_at, last_at, times = row
    first, last = moment(first_at), moment(last_at)
    assert first is not None and last is not None
    return Quarantined(
        helpdesk=helpdesk,
        kind=Kind(kind),
        remote_id=None if ident.startswith("?") else ident,
        where=place,
        reason=reason,
        raw=raw,
        first_at=first,
        last_at=last,
        times=times,
        place=(kind, ident),
    )
