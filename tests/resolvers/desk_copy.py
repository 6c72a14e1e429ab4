"""A copy of some desks in memory: what resolvers ask of storage/mirror, answered from the desks' own rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from models.conditions import EVERYTHING
from models.enums import FilterSupport, FreshnessSource, SearchKind, SyncKind, SyncStatus
from models.errors import Unsupported
from models.queries import Page, PageRequest, Row, Scope, TicketFilter, TicketQuery
from models.records import (
    Agent,
    Contact,
    Count,
    Group,
    Organization,
    Record,
    Ticket,
)
from models.sync import Coverage, SyncState
from providers.base import Capabilities, FieldSupport, Source
from resolvers.filters import NOTHING, folded
from resolvers.lowering import ticket_filter
from resolvers.ranking import ticket_rank
from tests.resolvers.desk import NOW, Desk

CAN = Capabilities(
    ticket_filters=frozenset(),
    ticket_orders=frozenset(),
    list_ceiling=None,
    search_ceiling=0,
    batch=500,
    search_kinds=frozenset(SearchKind),
    lists_archived=True,
    counts=True,
    fields={SearchKind.TICKET: (FieldSupport(path="Ticket.status", sortable=FilterSupport.MIRROR),)},
)


def copied(record: Any) -> Any:
    return msgspec.structs.replace(record, origin=FreshnessSource.SYNC) if isinstance(record, Record) else record


class DeskCopy:
    """`examined`: rows that one page looks at. `without`: remote ids it has not got yet. What no desk could be asked
    is written down and holds for every row: filters are storage's to answer."""

    def __init__(
        self, desks: Mapping[str, Desk], *, examined: int = 1000, without: frozenset[str] = frozenset()
    ) -> None:
        self.desks = dict(desks)
        self.examined = examined
        self.without = without
        self.calls: list[tuple[str, Any]] = []

    def asked(self, method: str) -> list[Any]:
        return [detail for name, detail in self.calls if name == method]

    def has(self, helpdesk: str) -> bool:
        return helpdesk in self.desks

    def source(self, helpdesk: str) -> Source:
        return _Part(self, helpdesk)

    def ordinal(self, helpdesk: str) -> int:
        return list(self.desks).index(helpdesk)

    async def tickets(
        self, scope: Scope, helpdesks: Sequence[str], query: TicketQuery, page: PageRequest
    ) -> Page[Ticket]:
        self.calls.append(("tickets", (tuple(helpdesks), query, page)))
        rank = ticket_rank(query.orders, self.ordinal)
        rows = sorted((t for h in helpdesks for t in self.desks[h].rows), key=rank)
        fitting = {(t.helpdesk, t.remote_id) for t in self._fitting(scope, helpdesks, query)}
        text = page.before if page.backward else page.after
        if text is not None:
            edge = rank(self._at(text))
            rows = [
                t for t in rows if (rank(t) < edge if page.backward else edge < rank(t)) or self._own(t, text, page)
            ]
        if page.backward:
            rows.reverse()
        looked = rows[: self.examined]
        found = [t for t in looked if (t.helpdesk, t.remote_id) in fitting]
        shown, more = found[: page.size], len(found) > page.size or len(rows) > len(looked)
        resume = _place(looked[-1]) if len(found) <= page.size and len(rows) > len(looked) else None
        if page.backward:
            shown.reverse()
        return Page(rows=tuple(Row(copied(t), _place(t)) for t in shown), more=more, resume=resume)

    def _own(self, ticket: Ticket, text: str, page: PageRequest) -> bool:
        return page.inclusive and _place(ticket) == text

    def _at(self, place: str) -> Ticket:
        helpdesk, _, ident = place.removeprefix("m").partition(":")
        return next(t for t in self.desks[helpdesk].rows if t.remote_id == ident)

    def _fitting(self, scope: Scope, helpdesks: Sequence[str], query: TicketQuery) -> list[Ticket]:
        found = []
        for helpdesk in helpdesks:
            left = folded(query.where or EVERYTHING, helpdesk)
            try:
                asked = None if left == NOTHING else ticket_filter(left, helpdesk, NOW)
            except Unsupported:
                asked = TicketFilter()
            if asked is not None:
                desk = self.desks[helpdesk]
                found += [t for t in desk.rows if desk._holds(scope, msgspec.structs.replace(query, filter=asked), t)]
        return found

    async def count_tickets(self, scope: Scope, helpdesks: Sequence[str], query: TicketQuery) -> Count | None:
        self.calls.append(("count_tickets", tuple(helpdesks)))
        return Count(value=len(self._fitting(scope, helpdesks, query)), precision="EXACT")  # type: ignore[arg-type]

    async def count_contacts(self, scope: Scope, helpdesks: Sequence[str], query: Any) -> Count | None:
        return Count(value=3 * len(helpdesks), precision="EXACT")  # type: ignore[arg-type]

    async def count_organizations(self, scope: Scope, helpdesks: Sequence[str], query: Any) -> Count | None:
        return None

    async def count_articles(self, scope: Scope, helpdesks: Sequence[str], query: Any) -> Count | None:
        return None

    async def contacts(self, scope: Scope, helpdesks: Sequence[str], query: Any, page: PageRequest) -> Page[Contact]:
        self.calls.append(("contacts", (tuple(helpdesks), query)))
        rows = [Row(copied(self.desks[h].contact("100")), f"m{h}:100") for h in helpdesks]
        return Page(rows=tuple(rows), more=False)

    async def organizations(
        self, scope: Scope, helpdesks: Sequence[str], query: Any, page: PageRequest
    ) -> Page[Organization]:
        self.calls.append(("organizations", (tuple(helpdesks), query)))
        return Page(rows=(), more=False)

    async def articles(self, scope: Scope, helpdesks: Sequence[str], query: Any, page: PageRequest) -> Page[Any]:
        self.calls.append(("articles", (tuple(helpdesks), query)))
        return Page(rows=(), more=False)


class _Part(Desk):
    """One helpdesk of the copy: a desk whose records say where they come from, and whose calls are the copy's."""

    def __init__(self, copy: DeskCopy, helpdesk: str) -> None:
        desk = copy.desks[helpdesk]
        self.info = desk.info
        self.capabilities = CAN
        self.rows = [copied(t) for t in desk.rows if t.remote_id not in copy.without]
        self.calls = copy.calls
        self.failing = {}
        self._copy = copy

    async def tickets(self, scope: Scope, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        return await self._copy.tickets(scope, [self.info.key], query, page)

    def contact(self, remote_id: str, *, embedded: bool = False) -> Contact:
        found: Contact = copied(super().contact(remote_id, embedded=embedded))
        return found

    def agent(self, remote_id: str) -> Agent:
        found: Agent = copied(super().agent(remote_id))
        return found

    async def groups(self, scope: Scope) -> Sequence[Group]:
        return [copied(group) for group in await super().groups(scope)]

    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Contact | None]:
        found = await super().contacts_by_id(scope, ids)
        return [None if one in self._copy.without else record for one, record in zip(ids, found, strict=True)]


def _place(ticket: Ticket) -> str:
    return f"m{ticket.helpdesk}:{ticket.remote_id}"


class SetStates:
    """How far the copy has come, as a test says."""

    def __init__(self, *kinds: SyncKind, helpdesks: Sequence[str], age_s: float = 1.0) -> None:
        self.known: dict[tuple[str, SyncKind], SyncState] = {}
        self.forgotten = 0
        for helpdesk in helpdesks:
            for kind in kinds:
                self.set(helpdesk, kind, age_s=age_s)

    def set(self, helpdesk: str, kind: SyncKind, *, age_s: float, finished: bool = True, complete: bool = True) -> None:
        at = datetime.fromtimestamp(NOW.timestamp() - age_s, NOW.tzinfo)
        self.known[helpdesk, kind] = SyncState(
            helpdesk=helpdesk,
            kind=kind,
            status=SyncStatus.LIVE if finished else SyncStatus.BACKFILLING,
            finished_at=at if finished else None,
            watermark=at,
            coverage=Coverage(complete=complete, to=at),
        )

    async def all(self) -> Mapping[tuple[str, SyncKind], SyncState]:
        return self.known

    def forget(self) -> None:
        self.forgotten += 1
