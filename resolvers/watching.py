"""What is followed as it happens: changes of tickets, new comments, and how the sync gets on.

Events are rows of the tenant's sequence of changes, read page by page as the reader takes them: a slow one is held
nothing for. Each event carries its cursor, so that whoever comes back with it misses nothing. Records are shown as they
are when the event goes out, and whether they are the caller's to see is looked at then.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing

import msgspec

from models.changes import Change
from models.conditions import EVERYTHING, Condition, IdIn, both
from models.enums import ChangeOp, Kind, Lifecycle, SyncKind
from models.errors import Forbidden, HelpdeskError, NotFound
from models.ids import GlobalId, decode_kind
from models.queries import PageRequest, TicketFilter, TicketQuery
from models.records import Comment, CommentList, Ticket
from models.sync import SyncState
from resolvers.changes import Shown, told
from resolvers.context import RequestContext
from resolvers.feed import read_after
from resolvers.files import comments_of
from resolvers.filters import NOTHING, Wanted
from resolvers.nodes import FINDERS
from resolvers.store import Places, Store, checked, kept, over_copy, places

FRESH_S = 1.0
"""A reader who takes longer over an event is shown the next ones as they are by then."""
PROGRESS_EVERY_S = 1.0
GONE = frozenset({ChangeOp.DELETED, ChangeOp.MERGED})

Found = Mapping[tuple[str, str], Ticket]


class TicketChanged(msgspec.Struct, frozen=True, kw_only=True):
    change: Shown
    ticket: Ticket | None


class CommentAdded(msgspec.Struct, frozen=True, kw_only=True):
    change: Shown
    comment: Comment


async def ticket_changed(context: RequestContext, wanted: Wanted, after: str | None) -> AsyncGenerator[TicketChanged]:
    store = kept(context, "`ticketChanged`")
    await checked(context, store, wanted)
    marks = await places(context, store)
    since = await _start(store, marks, after)
    helpdesks = [key for key in store.helpdesks if wanted.of(key) != NOTHING]
    async with aclosing(store.feed.follow(since)) as pages:
        async for page in pages:
            entries = [e for e in page if e.kind is Kind.TICKET and e.helpdesk in helpdesks]
            async for event in _ticket_events(entries, wanted.where, context, store, marks):
                context.renew()
                yield event


async def _start(store: Store, marks: Places, after: str | None) -> int:
    """Without a cursor: from now on. A cursor that is too old is refused at once."""
    since = marks.open(after) if after is not None else None
    found = await read_after(store.database, store.tenancy, since, (), 1)
    return found.newest if since is None else since


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Tickets that were looked at, by what happened to them: `fitting` the filter, and what is left of the `gone`."""

    at: float
    fitting: Found
    gone: Found

    def ticket(self, entry: Change) -> Ticket | None:
        return (self.gone if entry.op in GONE else self.fitting).get((entry.helpdesk, entry.remote_id))


async def _ticket_events(
    entries: Sequence[Change], where: Condition, context: RequestContext, store: Store, marks: Places
) -> AsyncIterator[TicketChanged]:
    looked: _Seen | None = None
    for index, entry in enumerate(entries):
        if looked is None or context.clock.monotonic() - looked.at > FRESH_S:
            looked = await _look(entries[index:], where, context, store)
        ticket = looked.ticket(entry)
        all_seen = context.scope.bound(entry.helpdesk) is None
        shown = told(entry, ticket is not None or (all_seen and entry.op in GONE), context.scope, marks)
        if shown is not None:
            yield TicketChanged(change=shown, ticket=ticket)


async def _look(entries: Sequence[Change], where: Condition, context: RequestContext, store: Store) -> _Seen:
    """Of what is gone too little is left for a filter, and whoever holds it has to know."""
    return _Seen(
        at=context.clock.monotonic(),
        fitting=await _tickets([e for e in entries if e.op not in GONE], where, context, store),
        gone=await _tickets([e for e in entries if e.op in GONE], EVERYTHING, context, store),
    )


async def _tickets(entries: Sequence[Change], where: Condition, context: RequestContext, store: Store) -> Found:
    """Those of the entries' tickets that are the caller's to see and fit, deleted ones too, as they are now."""
    named = tuple(dict.fromkeys((e.helpdesk, e.remote_id) for e in entries))
    query = TicketQuery(filter=TicketFilter(lifecycle=tuple(Lifecycle)), where=both((IdIn("id", named), where)))
    helpdesks = list(dict.fromkeys(helpdesk for helpdesk, _ in named))
    found: dict[tuple[str, str], Ticket] = {}
    place: str | None = None
    more = bool(named)
    while more:
        page = await store.mirror.tickets(context.scope, helpdesks, query, PageRequest(size=len(named), after=place))
        found.update(((row.record.helpdesk, row.record.remote_id), row.record) for row in page.rows)
        place = page.resume or (page.rows[-1].place if page.rows else None)
        more = page.more and place is not None
    return found


async def comment_added(context: RequestContext, ticket_id: str, after: str | None) -> AsyncGenerator[CommentAdded]:
    store = kept(context, "`commentAdded`")
    id_ = decode_kind(ticket_id, Kind.TICKET, field="ticketId")
    marks = await places(context, store)
    if await _conversation(id_, over_copy(context, store)) is None:
        raise NotFound("`ticketId` names no ticket, or none that is yours to see.", helpdesk=id_.helpdesk)
    since = await _start(store, marks, after)
    async with aclosing(store.feed.follow(since)) as pages:
        async for page in pages:
            for entry in page:
                event = await _comment_event(entry, id_, context, store, marks)
                if event is not None:
                    context.renew()
                    yield event


async def _comment_event(
    entry: Change, ticket: GlobalId, context: RequestContext, store: Store, marks: Places
) -> CommentAdded | None:
    if entry.helpdesk != ticket.helpdesk or entry.remote_id.partition("/")[0] != ticket.remote_id:
        return None
    looking = over_copy(context, store)
    if entry.kind is Kind.TICKET and entry.op is not ChangeOp.DELETED:
        with contextlib.suppress(HelpdeskError):  # what was said comes with the sync, if not now
            await _conversation(ticket, looking)
    if entry.kind is not Kind.COMMENT or entry.op is not ChangeOp.CREATED:
        return None
    comment = await FINDERS[Kind.COMMENT](GlobalId(Kind.COMMENT, entry.helpdesk, entry.remote_id), looking)
    shown = told(entry, comment is not None, context.scope, marks)
    return CommentAdded(change=shown, comment=comment) if shown is not None and comment is not None else None


async def _conversation(id_: GlobalId, context: RequestContext) -> CommentList | None:
    """Reads the comments, which brings those our copy lacks; None without a ticket."""
    ticket = await FINDERS[Kind.TICKET](id_, context)
    return None if ticket is None else await comments_of(ticket, context)


async def sync_progress(context: RequestContext, helpdesk: str | None) -> AsyncGenerator[SyncState]:
    """Each state at once, then again whenever more of it has changed than the time that goes by."""
    store = kept(context, "`syncProgress`")
    if context.scope.organizations is not None:
        raise Forbidden("`syncProgress` is not for callers bound to organizations: it tells of everybody's records.")
    if helpdesk is not None:
        context.sources.named([helpdesk], field="helpdesk")
    sent: dict[tuple[str, SyncKind], SyncState] = {}
    while True:
        for key, state in (await store.states.all()).items():
            steady = msgspec.structs.replace(state, lag_s=None)
            if helpdesk in (None, state.helpdesk) and sent.get(key) != steady:
                sent[key] = steady
                yield state
        await context.clock.sleep(PROGRESS_EVERY_S)
