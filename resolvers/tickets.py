"""The ordered list of tickets over all helpdesks, and what a helpdesk is told to send along with its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from models.enums import TicketOrderField
from models.queries import Page, PageRequest, TicketFilter, TicketOrder, TicketQuery
from models.records import Count, Ticket
from providers.base import Capabilities, Source
from resolvers.connections import Paging, add_up, connected, streams
from resolvers.context import RequestContext
from resolvers.filters import TicketConditions
from resolvers.links import ALWAYS_THERE, LINKS
from resolvers.paging import Connection, fingerprint
from resolvers.selection import FieldInfo, Selection

# what of a ticket a list row may not carry, and the name of the extra that brings it. A conversation begins with the
# request itself, so it needs the description too
EXTRAS: Mapping[tuple[str, ...], str] = {
    ("bodyText",): "description",
    ("bodyHtml",): "description",
    ("comments",): "description",
    ("attachments",): "description",
    ("images",): "description",
    ("transcript",): "description",
    ("resolvedAt",): "stats",
    ("closedAt",): "stats",
    ("statusDetail", "since"): "stats",
    ("satisfaction",): "satisfaction",
}
EVERYTHING = TicketConditions(base=TicketFilter())


def wants(selected: Selection, capabilities: Capabilities) -> frozenset[str]:
    """What to ask for along with the rows: only what was selected, and an embedded record only when it will suffice."""
    extras = {want for path, want in EXTRAS.items() if selected.has(*path)}
    for name, link in LINKS.items():
        owner, _, field = name.partition(".")
        below = selected.at(field)
        if owner != "Ticket" or link.want is None or below is None:
            continue
        if below.names <= capabilities.embeds.get(link.want, frozenset()) | ALWAYS_THERE:
            extras.add(link.want)
    return frozenset(extras)


async def tickets(
    context: RequestContext,
    info: FieldInfo,
    conditions: TicketConditions,
    order: TicketOrder,
    paging: Paging,
    *,
    owner: str = "",
    default: int = 50,
) -> Connection[Ticket]:
    """`owner` is the id of the record whose tickets these are; cursors are bound to it."""
    page = paging.window(default=default)
    context.sources.named(conditions.chosen.names(), field="filter.helpdesk")
    selected = context.selections.of(info).rows()

    def asked(helpdesk: str) -> TicketQuery | None:
        found = conditions.of(helpdesk)
        return None if found is None else TicketQuery(filter=found, order=order)

    async def fetch(source: Source, query: TicketQuery, request: PageRequest) -> Page[Ticket]:
        extras = wants(selected, source.capabilities)
        return await source.tickets(context.scope, query, msgspec.structs.replace(request, wants=extras))

    async def total() -> Count | None:
        queries = [(s, asked(key)) for key, s in context.sources.items()]
        return await add_up([s.count_tickets(context.scope, query) for s, query in queries if query is not None])

    return await connected(
        context,
        info,
        streams(context, asked, fetch, complete=_lists_all),
        page,
        fingerprint=fingerprint("tickets", owner, conditions, order),
        rank=ranked(order),
        total=total,
    )


def ranked(order: TicketOrder) -> Callable[[Ticket], tuple[Any, ...]]:
    """The merge key of a ticket: the order's time, then helpdesk, then id, each in the order's direction."""
    sign = -1 if order.descending else 1
    created = order.field is TicketOrderField.CREATED_AT

    def rank(ticket: Ticket) -> tuple[Any, ...]:
        at = ticket.created_at if created else ticket.updated_at
        seconds = int(at.timestamp()) if at is not None else 0
        return sign * seconds, ticket.helpdesk, sign * _number(ticket.remote_id), ticket.remote_id

    return rank


def _number(remote_id: str) -> int:
    return int(remote_id) if remote_id.isdecimal() else 0


def _lists_all(source: Source, query: TicketQuery) -> bool:
    """A live list without archived tickets is not the whole truth, unless only others were asked for."""
    return source.capabilities.lists_archived or bool(query.filter.lifecycle)
