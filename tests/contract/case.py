"""A Source, the desk it answers for, and what every test does with the two."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from models.enums import SearchKind, TicketOrderField
from models.queries import Page, PageRequest, Row, Scope, TicketFilter, TicketOrder, TicketQuery
from models.records import Ticket
from providers.base import Provider, Source
from sandbox.desk import Desk
from sandbox.facts import Where
from sandbox.listing import TicketQuery as Listing
from sandbox.records import Ticket as TrueTicket
from tests.support.company import Company
from tests.support.truth import Truth

T = TypeVar("T")
TENANT = "t"
Fetch = Callable[[PageRequest], Awaitable[Page[T]]]
ORDERS: dict[TicketOrderField, str] = {
    TicketOrderField.CREATED_AT: "created",
    TicketOrderField.UPDATED_AT: "updated",
    TicketOrderField.NUMBER: "number",
}


@dataclass(frozen=True)
class Case:
    helpdesk: str
    source: Source
    company: Company
    desk: Desk
    truth: Truth

    @property
    def provider(self) -> Provider:
        """The helpdesk live: whoever answers reads, files are opened there."""
        return self.company.providers[self.helpdesk]

    @property
    def copied(self) -> bool:
        """A copy has what the vendor's lists tell, which of some records is not all."""
        return not isinstance(self.source, Provider)

    def bound(self, *organizations: int) -> Scope:
        """A caller bound to these organizations, by the sandbox's numbers."""
        ids = frozenset(self.truth.organization(number) for number in organizations)
        return Scope(tenant=TENANT, organizations={self.helpdesk: ids})

    def elsewhere(self) -> Scope:
        """A caller bound to organizations of other helpdesks only."""
        return Scope(tenant=TENANT, organizations={"another": frozenset({"1"})})

    def true_tickets(self, *, state: str = "live") -> list[TrueTicket]:
        """What an ordinary list shows, oldest first."""
        where = Where(state=state)  # type: ignore[arg-type]
        return self.desk.tickets.page(Listing(where=where), limit=100_000)

    def ordered(self, tickets: list[TrueTicket], order: TicketOrder) -> list[str]:
        """Ids in the order promised: by its key, equal ones by number, in its direction."""
        key = ORDERS[order.field]
        ranked = sorted(tickets, key=lambda one: (getattr(one, key), one.number), reverse=order.descending)
        return [str(one.number) for one in ranked]

    def fetch(self, scope: Scope, query: TicketQuery) -> Fetch[Ticket]:
        async def fetch(page: PageRequest) -> Page[Ticket]:
            return await self.source.tickets(scope, query, page)

        return fetch

    async def tickets(
        self, scope: Scope, asked: TicketFilter | None = None, order: TicketOrder | None = None
    ) -> list[str]:
        query = TicketQuery(filter=asked or TicketFilter(), order=order or TicketOrder())
        return [row.record.remote_id for row in await walk(self.fetch(scope, query), size=100)]

    def kinds(self) -> list[SearchKind]:
        return sorted(self.source.capabilities.search_kinds)

    def orders(self) -> list[TicketOrder]:
        """Those the desk can be sorted by."""
        fields = sorted(self.source.capabilities.ticket_orders & ORDERS.keys())
        return [order for field in fields for order in (TicketOrder(field=field), TicketOrder(field=field).reversed())]


async def walk(
    fetch: Fetch[T],
    *,
    size: int,
    backward: bool = False,
    place: str | None = None,
    between: Callable[[], object] | None = None,
) -> list[Row[T]]:
    """The whole list, from place to place, in its order. `between` happens between two pages."""
    rows: list[Row[T]] = []
    for _ in range(2000):
        if backward:
            page = await fetch(PageRequest(size=size, before=place, backward=True))
            kept = page.rows[-size:]
            rows[:0] = kept
        else:
            page = await fetch(PageRequest(size=size, after=place))
            kept = page.rows[:size]
            rows += kept
        assert len(kept) == size or not page.more, "a page is only short at the end"
        if not page.more and len(kept) == len(page.rows):
            return rows
        place = kept[0 if backward else -1].place
        if between is not None:
            between()
    raise AssertionError("the list has no end")
