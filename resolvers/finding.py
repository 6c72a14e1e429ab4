"""One ticket, however it is named, and not older than the caller takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from models.enums import FreshnessSource, Kind, StalePolicy, SyncKind
from models.errors import HelpdeskError
from models.ids import decode_kind
from models.queries import PageRequest, TicketFilter, TicketQuery
from models.records import Ticket
from providers.base import Source
from resolvers.context import RequestContext
from resolvers.loaders import TicketAsk
from resolvers.selection import FieldInfo
from resolvers.sources import Freshness, too_old
from resolvers.tickets import wants

Read = Callable[[Source], Awaitable[Ticket | None]]


class TicketBy(msgspec.Struct, frozen=True, kw_only=True):
    """One of the ways to name a ticket. `remote` and `external` are (helpdesk key, id)."""

    id: str | None = None
    remote: tuple[str, str] | None = None
    url: str | None = None
    external: tuple[str, str] | None = None


async def find(
    by: TicketBy, context: RequestContext, info: FieldInfo, freshness: Freshness | None = None
) -> Ticket | None:
    if by.external is not None:
        return await _by_external_id(*by.external, context, info, freshness)
    named = _named(by, context)
    if named is None:
        return None
    helpdesk, remote_id = named
    source = context.sources.get(helpdesk)
    if source is None:
        return None
    extras = wants(context.selections.of(info), source.capabilities)

    async def again(live: Source) -> Ticket | None:
        return (await live.tickets_by_id(context.scope, [remote_id], extras))[0]

    found = await context.loaders.ticket_by_id.load(helpdesk, TicketAsk(remote_id, extras))
    return await _young_enough(found, helpdesk, freshness, again, context)


def _named(by: TicketBy, context: RequestContext) -> tuple[str, str] | None:
    if by.id is not None:
        found = decode_kind(by.id, Kind.TICKET, field="by.id")
        return found.helpdesk, found.remote_id
    if by.remote is not None:
        context.sources.named([by.remote[0]], field="by.remote.helpdesk")
        return by.remote
    for key, source in context.sources.items():
        place = source.locate(by.url or "")
        if place is not None and place[0] is Kind.TICKET:
            return key, place[1]
    return None


async def _by_external_id(
    helpdesk: str, external_id: str, context: RequestContext, info: FieldInfo, freshness: Freshness | None
) -> Ticket | None:
    """The most recently updated one, should the helpdesk have several."""
    context.sources.named([helpdesk], field="by.externalId.helpdesk")
    source = context.sources[helpdesk]
    query = TicketQuery(filter=TicketFilter(external_id=external_id))
    page = PageRequest(size=1, wants=wants(context.selections.of(info), source.capabilities))

    async def read(source: Source) -> Ticket | None:
        rows = (await source.tickets(context.scope, query, page)).rows
        return rows[0].record if rows else None

    return await _young_enough(await read(source), helpdesk, freshness, read, context)


async def _young_enough(
    found: Ticket | None, helpdesk: str, freshness: Freshness | None, again: Read, context: RequestContext
) -> Ticket | None:
    """A record of our copy is as young as the copy, or as the moment it was read itself. One ticket is asked live for
    less than it costs to bring the copy up to date."""
    if freshness is None or (found is not None and found.origin is FreshnessSource.LIVE):
        return found
    await context.sources.current()
    if not context.sources.covers(helpdesk, SyncKind.TICKETS):
        return found
    moments = (context.sources.as_of(helpdesk, SyncKind.TICKETS), found.as_of if found is not None else None)
    as_of = max((at for at in moments if at is not None), default=None)
    if as_of is not None and (context.clock.now() - as_of).total_seconds() <= freshness.max_age_s:
        return found
    match freshness.on_stale:
        case StalePolicy.REFRESH:
            try:
                return await again(context.sources.live(helpdesk))
            except HelpdeskError:
                if found is None:
                    raise
                return found
        case StalePolicy.FAIL:
            raise too_old(helpdesk, as_of)
        case _:
            return found
