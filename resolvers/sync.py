"""How far the copy of a helpdesk has come, what it could not read, and asking it to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from imaging.scrub import scrub
from models.enums import Kind, SyncKind
from models.errors import BadInput, HelpdeskError, Unsupported
from models.records import HelpdeskInfo
from models.sync import SyncState
from resolvers.connections import Paging
from resolvers.context import RequestContext
from resolvers.paging import Connection, Edge, PageInfo, Position, fingerprint
from resolvers.store import Store, kept
from storage.checkpoints import ask_now, read_checkpoints
from storage.quarantine import Quarantined, quarantined
from sync.valves import SUSPICIOUS_DELETES

UNREAD_KINDS: Mapping[SyncKind, Sequence[Kind]] = {
    SyncKind.TICKETS: (Kind.TICKET,),
    SyncKind.COMMENTS: (Kind.COMMENT,),
    SyncKind.CONTACTS: (Kind.CONTACT,),
    SyncKind.ORGANIZATIONS: (Kind.ORGANIZATION,),
    SyncKind.AGENTS: (Kind.AGENT,),
    SyncKind.GROUPS: (Kind.GROUP,),
    SyncKind.ARTICLES: (Kind.ARTICLE, Kind.ARTICLE_FOLDER),
    SyncKind.FIELDS: (),
}


async def of_helpdesk(info: HelpdeskInfo, context: RequestContext, kinds: Sequence[SyncKind] | None) -> list[SyncState]:
    """Nothing for a helpdesk that is asked live only, nor for a bound caller: figures are of everybody's records."""
    if context.store is None or context.scope.organizations is not None:
        return []
    states = (await context.store.states.all()).values()
    return [state for state in states if state.helpdesk == info.key and (kinds is None or state.kind in kinds)]


async def quarantine(state: SyncState, context: RequestContext, paging: Paging) -> Connection[Quarantined]:
    """What of this kind could not be read. A bound caller sees none of it: whose it is cannot be told."""
    page = paging.window(default=20)
    mark = fingerprint("quarantined", state.helpdesk, state.kind)
    rows: list[Quarantined] = []
    if context.store is not None and context.scope.organizations is None:
        after = context.cursors.open(page.after, mark, field="after").places[""] if page.after else None
        rows = await _unread(context.store, state, after, page.size + 1)
    edges = tuple(Edge(context.cursors.seal(_place(row), mark), row) for row in rows[: page.size])
    info = PageInfo(
        has_next_page=len(rows) > page.size,
        has_previous_page=page.after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else page.after,
    )
    return Connection(edges=edges, page_info=info)


def _place(row: Quarantined) -> Position:
    return Position("", {"": "/".join(row.place)})


async def _unread(store: Store, state: SyncState, after: str | None, most: int) -> list[Quarantined]:
    """They lie in the order of their kinds, so each kind's are read from where they begin."""
    begun, _, ident = (after or "").partition("/")
    found: list[Quarantined] = []
    for kind in sorted(UNREAD_KINDS[state.kind]):
        if kind.value < begun:
            continue
        place = (kind.value, ident if kind.value == begun else "")
        rows = await quarantined(store.database, store.tenancy, state.helpdesk, most - len(found), place)
        found += [row for row in rows if row.kind is kind]
        if len(found) == most:
            break
    return found


def raw_unread(row: Quarantined, context: RequestContext) -> Any:
    """JSON as far as it is whole; what is too long was cut, and is text."""
    context.demand("raw:read")
    if row.raw is None:
        return None
    try:
        return scrub(orjson.loads(row.raw))
    except orjson.JSONDecodeError:
        return scrub(row.raw)


class SyncRequested(msgspec.Struct, frozen=True, kw_only=True):
    sync: SyncState | None = None
    errors: tuple[HelpdeskError, ...] = ()


async def request_sync(helpdesk: str, kind: SyncKind, confirm_deletes: bool, context: RequestContext) -> SyncRequested:
    try:
        context.demand("admin")
        store = kept(context, "`requestSync`")
        context.sources.named([helpdesk], field="helpdesk")
        return SyncRequested(sync=await _asked(store, helpdesk, kind, confirm_deletes))
    except HelpdeskError as error:
        return SyncRequested(errors=(error,))


async def _asked(store: Store, helpdesk: str, kind: SyncKind, confirm_deletes: bool) -> SyncState:
    if helpdesk not in store.helpdesks:
        raise Unsupported("This helpdesk is asked live: it has no copy to bring up to date.", helpdesk=helpdesk)
    for stream in await read_checkpoints(store.database, store.tenancy, helpdesk):
        if stream.kind is kind and not confirm_deletes and stream.error and stream.error.code == SUSPICIOUS_DELETES:
            message = f"{stream.error.message} Say so with `confirmDeletes: true`."
            raise BadInput(message, field="confirmDeletes", helpdesk=helpdesk)
    await ask_now(store.database, store.tenancy, helpdesk, kind)
    store.states.forget()
    return await store.states.of(helpdesk, kind)
