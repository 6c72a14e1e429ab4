"""What one call of `apply` works with: whose records, since when, and what it has found to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import msgspec

from models.changes import Change, Unread
from models.enums import ChangeOp, FreshnessSource, Kind
from storage.database import Session
from storage.ranks import ORIGIN
from storage.search.documents import Doc, Ref
from storage.tenants import Tenancy
from storage.values import micros, millis

FAR: Final = timedelta(days=3_650)
"""A version that far ahead would stand for ever."""


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch's records: stored, met unchanged, or older than what was there. `changes` is what was
    added to the tenant's sequence."""

    changes: tuple[Change, ...] = ()
    stored: int = 0
    unchanged: int = 0
    older: int = 0

    def __add__(self, other: Applied) -> Applied:
        return Applied(
            changes=self.changes + other.changes,
            stored=self.stored + other.stored,
            unchanged=self.unchanged + other.unchanged,
            older=self.older + other.older,
        )


class Numbered(Protocol):
    seq: int


class Note(msgspec.Struct, gc=False):
    """A change to be told, before it has its number. `held`: what will carry it in its `seq`."""

    op: ChangeOp
    kind: Kind
    remote_id: str
    held: Numbered | None
    fields: Sequence[str] = ()
    lost_by: Sequence[str] = ()
    internal: bool = False


class Desk:
    """`number` is the helpdesk's within its tenant, `key` its name. `far_ahead`: no version is later."""

    __slots__ = (
        "docs",
        "far_ahead",
        "key",
        "notes",
        "now",
        "now_ms",
        "number",
        "older",
        "origin",
        "refs",
        "session",
        "stored",
        "tenant",
        "unchanged",
        "unfit",
    )

    def __init__(
        self, session: Session, tenancy: Tenancy, helpdesk: str, origin: FreshnessSource, now: datetime
    ) -> None:
        assert session.tenant == tenancy.number
        self.session, self.tenant = session, tenancy.number
        self.key, self.number = helpdesk, tenancy.helpdesks[helpdesk]
        self.origin, self.now, self.now_ms = ORIGIN.number(origin), now, millis(now)
        self.far_ahead = micros(now + FAR)
        self.notes: list[Note] = []
        self.docs: list[Doc] = []
        self.refs: list[Ref] = []
        self.unfit: list[Unread] = []
        self.stored = self.unchanged = self.older = 0

    def values(self, **more: Any) -> dict[str, Any]:
        return {"tenant": self.tenant, "helpdesk": self.number, **more}

    def applied(self, changes: Sequence[Change] = ()) -> Applied:
        return Applied(changes=tuple(changes), stored=self.stored, unchanged=self.unchanged, older=self.older)
