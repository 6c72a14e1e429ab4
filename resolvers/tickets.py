"""The ordered list of tickets over all helpdesks, and what a helpdesk is told to send along with its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from models.enums import TicketOrderField
from models.queries import Page, PageRequest, TicketFilter, TicketOrder, TicketQuery
from models.records import Count, Ticket
from providers.base import Capabilities, Source
from resolvers.connections import Paging, add_up, connected, streams
from resolvers.context import RequestContext
from resolvers.filters import TicketConditions
from resolvers.links import LINKS, Link, remember, suffices, wanted_along
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
    for link, below in _links(selected):
        if link.want is not None and suffices(link, below, capabilities):
            extras.add(link.want)
    return frozenset(extras)


def wants_of_rows(selected: Selection, capabilities: Capabilities) -> frozenset[str]:
    """For a list also what its rows bring for the records behind them. What the tickets' own links do not suffice with
    is loaded whole for them, and answers those too."""
    links = list(_links(selected))
    whole = {link.want for link, below in links if not suffices(link, below, capabilities)}
    along = {want for link, below in links for want in wanted_along(below, link, capabilities)}
    return wants(selected, capabilities) | (along - whole)


def _links(selected: Selection) -> Iterator[tuple[Link, Selection]]:
    for link in LINKS.values():
        below = selected.at(link.field) if link.owner == "Ticket" else None
        if below is not None:
            yield link, below


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
        extras = wants_of_rows(selected, source.capabilities)
        found = await source.tickets(context.scope, query, msgspec.structs.replace(request, wants=extras))
        for row in found.rows:
            remember(row.record, context)
        return found

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
