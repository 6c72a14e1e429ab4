"""The tenant's sequence of changes, as far as the caller may see it (docs/changes.md).

An entry is shown when its record is the caller's to see now. One that was theirs until this very change is shown as
DELETED with nothing else; any other is left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from models import ids
from models.changes import Change
from models.enums import ChangeKind, ChangeOp, Kind
from models.ids import GlobalId
from models.queries import Scope
from resolvers.connections import Paging
from resolvers.context import RequestContext
from resolvers.feed import Read, read_after
from resolvers.nodes import FINDERS
from resolvers.paging import Edge, PageInfo
from resolvers.store import Places, Store, kept, over_copy, places

KINDS: Mapping[Kind, ChangeKind] = {Kind[kind.name]: kind for kind in ChangeKind}
CHUNK = 100
MOST_EXAMINED = 2_000
"""Entries that one page looks at. A caller who sees few of them gets a short page, and a cursor that goes on."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as one caller is shown it. `gone`: the record is not theirs to see any more."""

    change: Change
    cursor: str
    gone: bool = False

    @property
    def record_id(self) -> str:
        return ids.encode(self.change.kind, self.change.helpdesk, self.change.remote_id)

    @property
    def helpdesk(self) -> str:
        return self.change.helpdesk

    @property
    def seq(self) -> str:
        return str(self.change.seq)

    @property
    def at(self) -> datetime:
        return self.change.at

    @property
    def kind(self) -> ChangeKind:
        return KINDS[self.change.kind]

    @property
    def op(self) -> ChangeOp:
        return ChangeOp.DELETED if self.gone else self.change.op

    @property
    def changed_fields(self) -> tuple[str, ...]:
        return () if self.gone else self.change.changed_fields


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    edges: tuple[Edge[Shown], ...]
    page_info: PageInfo
    oldest_available: str | None
    newest: str

    @property
    def nodes(self) -> list[Shown]:
        return [edge.node for edge in self.edges]


async def changes(context: RequestContext, kinds: Sequence[ChangeKind] | None, paging: Paging) -> Changes:
    store = kept(context, "`changes`")
    page = paging.window()
    marks = await places(context, store)
    since = marks.open(page.after) if page.after is not None else None
    wanted = tuple(Kind[kind.name] for kind in kinds or ChangeKind)
    shown: list[Shown] = []
    examined = 0
    while True:
        found = await read_after(store.database, store.tenancy, since, wanted, CHUNK)
        ended = len(found.changes) < CHUNK
        since = found.newest if ended else found.changes[-1].seq
        examined += len(found.changes)
        shown += await seen(found.changes, context, store, marks)
        if len(shown) > page.size:
            shown = shown[: page.size]
            since = shown[-1].change.seq
        if ended or len(shown) == page.size or examined >= MOST_EXAMINED:
            return _page(shown, since, found, marks, began=page.after is None)


def _page(shown: Sequence[Shown], since: int, found: Read, marks: Places, *, began: bool) -> Changes:
    """Its end is how far was looked, which may be further than the last entry that is shown."""
    edges = tuple(Edge(entry.cursor, entry) for entry in shown)
    info = PageInfo(
        has_next_page=since < found.newest,
        has_previous_page=not began,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=marks.seal(since),
    )
    oldest = marks.seal(found.trimmed) if found.trimmed else None
    return Changes(edges=edges, page_info=info, oldest_available=oldest, newest=marks.seal(found.newest))


async def seen(entries: Sequence[Change], context: RequestContext, store: Store, marks: Places) -> list[Shown]:
    """What the caller is shown of these. Records of helpdesks that are not linked any more are nobody's."""
    known = [entry for entry in entries if entry.helpdesk in store.helpdesks and entry.kind in KINDS]
    looking = over_copy(context, store)
    theirs = await asyncio.gather(*(_theirs(entry, looking) for entry in known))
    found = [told(entry, visible, context.scope, marks) for entry, visible in zip(known, theirs, strict=True)]
    return [entry for entry in found if entry is not None]


def told(entry: Change, visible: bool, scope: Scope, marks: Places) -> Shown | None:
    """`visible`: its record (a comment's ticket) is the caller's to see now."""
    if entry.internal and not scope.sees_notes:
        gone = visible and "notes" in entry.lost_by
        return Shown(change=entry, cursor=marks.seal(entry.seq), gone=True) if gone else None
    if not visible and not _lost(entry, scope):
        return None
    return Shown(change=entry, cursor=marks.seal(entry.seq), gone=not visible)


def _lost(entry: Change, scope: Scope) -> bool:
    bound = scope.bound(entry.helpdesk)
    if not bound:
        return False
    return "*" in entry.lost_by or not bound.isdisjoint(entry.lost_by)


async def _theirs(entry: Change, context: RequestContext) -> bool:
    """Nobody who sees everything has to be checked, nor is: that is one look-up for each entry."""
    if context.scope.bound(entry.helpdesk) is None:
        return True
    if entry.kind is Kind.ORGANIZATION:
        return context.scope.sees_organization(entry.helpdesk, entry.remote_id)
    kind, remote_id = entry.kind, entry.remote_id
    if kind is Kind.COMMENT:
        kind, remote_id = Kind.TICKET, remote_id.partition("/")[0]
    return await FINDERS[kind](GlobalId(kind, entry.helpdesk, remote_id), context) is not None


async def record(entry: Shown, context: RequestContext) -> Any:
    """The record as our copy has it now; None when it is gone, or not the caller's to see."""
    if entry.gone:
        return None
    if context.over_copy is None:
        context.over_copy = over_copy(context, kept(context, "`node`"))
    id_ = GlobalId(entry.change.kind, entry.helpdesk, entry.change.remote_id)
    return await FINDERS[id_.kind](id_, context.over_copy)
