"""The ordered list of tickets over all helpdesks, and what a helpdesk is told to send along with its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from models.conditions import Condition
from models.enums import SyncKind
from models.queries import Page, PageRequest, Scope, TicketOrder, TicketQuery
from models.records import Count, Ticket
from providers.base import Capabilities, Source
from resolvers.connections import Paging
from resolvers.context import RequestContext
from resolvers.filters import Named, Wanted
from resolvers.links import LINKS, Link, remember, suffices, wanted_along
from resolvers.listing import Listing, copied_where, listed
from resolvers.lowering import ticket_filter, ticket_order
from resolvers.paging import Connection
from resolvers.ranking import ticket_rank
from resolvers.selection import FieldInfo, Selection
from resolvers.sources import Copy, Freshness

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
    ("raw",): "raw",
}
NEWEST_FIRST = TicketOrder()


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
    wanted: Wanted,
    orders: Sequence[TicketOrder],
    paging: Paging,
    *,
    freshness: Freshness | None = None,
    owner: str = "",
    default: int = 50,
) -> Connection[Ticket]:
    """`owner` is the id of the record whose tickets these are; cursors are bound to it."""
    orders = tuple(orders) or (NEWEST_FIRST,)
    named = (*wanted.fields, *_fields_of(orders))
    return await listed(
        context,
        info,
        _listing(context, orders, context.selections.of(info).rows()),
        msgspec.structs.replace(wanted, fields=named),
        paging,
        orders=orders,
        freshness=freshness,
        owner=owner,
        default=default,
    )


def _fields_of(orders: Sequence[TicketOrder]) -> Iterator[Named]:
    """The custom fields that the orders name; they have to be there."""
    for at, order in enumerate(orders):
        if order.custom_field is not None:
            yield Named(field=f"order[{at}].customFieldKey", key=order.custom_field)


def _listing(
    context: RequestContext, orders: tuple[TicketOrder, ...], selected: Selection
) -> Listing[TicketQuery, Ticket]:
    def lower(where: Condition, helpdesk: str) -> TicketQuery | None:
        found = ticket_filter(where, helpdesk, context.clock.now())
        return None if found is None else TicketQuery(filter=found, order=ticket_order(orders, helpdesk))

    def copied(where: Condition) -> TicketQuery:
        return TicketQuery(where=copied_where(where), order=orders[0], then=orders[1:])

    async def fetch(source: Source, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        extras = wants_of_rows(selected, source.capabilities)
        found = await source.tickets(context.scope, query, msgspec.structs.replace(page, wants=extras))
        for row in found.rows:
            remember(row.record, context)
        return found

    async def together(copy: Copy, helpdesks: Sequence[str], query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        extras = wants_of_rows(selected, copy.source(helpdesks[0]).capabilities)
        found = await copy.tickets(context.scope, helpdesks, query, msgspec.structs.replace(page, wants=extras))
        for row in found.rows:
            remember(row.record, context)
        return found

    async def count(source: Source, scope: Scope, query: TicketQuery) -> Count | None:
        return await source.count_tickets(scope, query)

    async def count_together(copy: Copy, helpdesks: Sequence[str], query: TicketQuery) -> Count | None:
        return await copy.count_tickets(context.scope, helpdesks, query)

    return Listing(
        name="tickets",
        kind=SyncKind.TICKETS,
        lower=lower,
        copied=copied,
        fetch=fetch,
        together=together,
        rank=ticket_rank(orders, context.sources.ordinal),
        complete=_lists_all,
        count=count,
        count_together=count_together,
    )


def _lists_all(source: Source, query: TicketQuery) -> bool:
    """A live list without archived tickets is not the whole truth, unless only others were asked for."""
    return source.capabilities.lists_archived or bool(query.filter.lifecycle)
