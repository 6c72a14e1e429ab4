"""Lists of tickets as of now: the computed orders with everything written since, and exact counts and places."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Literal

import msgspec
from cachetools import LRUCache

from sandbox.base import BaseTickets
from sandbox.facts import STATUSES, Facts, Where
from sandbox.index import FOREVER, Span, View
from sandbox.merged import Key, Listed, Merged, Order
from sandbox.records import Ticket

By = Literal["created", "updated", "number", "due", "status", "touched"]
StatusOrder = tuple[tuple[str, ...], ...]
"""Groups of StatusDefinition keys; a ticket's place is its group's."""


class TicketQuery(msgspec.Struct, frozen=True, kw_only=True):
    order: By = "created"
    descending: bool = False
    where: Where = Where()
    requester: int | None = None
    organization: int | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    """`from` is inclusive, `to` is not."""
    status_order: StatusOrder | None = None
    """For order `status`, when an account ranks its statuses otherwise than new, open, pending, hold, solved,
    closed."""

    @property
    def created_span(self) -> Span:
        return _span(self.created_from, self.created_to)

    @property
    def updated_span(self) -> Span:
        return _span(self.updated_from, self.updated_to)


def _span(first: datetime | None, before: datetime | None) -> Span:
    return Span(-FOREVER if first is None else _ceil(first), FOREVER if before is None else _ceil(before))


def _ceil(moment: datetime) -> int:
    seconds = int(moment.timestamp())
    return seconds + 1 if moment.microsecond else seconds


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


class BaseOrder:
    """A view of the untouched tickets as an Order of ticket numbers, cut to the places [first, before)."""

    def __init__(self, base: BaseTickets, view: View, by: By, own: Span) -> None:
        self._base, self._view, self._by = base, view, by
        self._first = view.rank(own.first, 0) if own.first > -FOREVER else 0
        self._before = max(self._first, view.rank(own.before, 0) if own.before < FOREVER else view.total)
        self.total = self._before - self._first

    def slice(self, first: int, before: int) -> list[int]:
        before = min(before + self._first, self._before)
        return [index + 1 for index in self._view.slice(max(0, first) + self._first, before)]

    def rank(self, key: Key) -> int:
        return min(max(self._rank(int(key[0]), key[1]), self._first), self._before) - self._first

    def _rank(self, value: int, number: int) -> int:
        windows, index = self._base.windows, number - 1
        if self._by in ("updated", "touched"):
            return self._view.total if value >= windows.start else self._view.rank(value, index)
        if self._by == "number":
            return self._view.rank_index(value if number > value else value - 1)
        if self._by == "due":
            every = range(windows.count)
            at = bisect_left(every, value, key=self._base.due)
            at = max(at, min(index, bisect_right(every, value, lo=at, key=self._base.due)))
            return self._view.rank_index(at)
        if 0 <= index < windows.count and windows.created(index) == value:
            return self._view.rank_index(index)
        return self._view.rank(value, index)

    def place_of(self, number: int) -> int:
        return self._view.place_of(number - 1) - self._first


class Stacked:
    """The tickets of one status group by number, then those of the next."""

    def __init__(self, base: BaseTickets, parts: Sequence[BaseOrder], order: StatusOrder | None) -> None:
        self._base, self._parts, self._order = base, parts, order
        self._ends = list(accumulate((part.total for part in parts), initial=0))
        self.total = self._ends[-1]

    def slice(self, first: int, before: int) -> list[int]:
        found: list[int] = []
        for part, start in zip(self._parts, self._ends[:-1], strict=True):
            if start < before and start + part.total > first:
                found.extend(part.slice(first - start, before - start))
        return found

    def rank(self, key: Key) -> int:
        part = int(key[0])
        if part >= len(self._parts):
            return self.total
        return self._ends[part] + self._parts[part].rank((key[1], key[1]))

    def place_of(self, number: int) -> int:
        return self.rank((status_rank(self._base.index.facts(number - 1), self._order), number))


def status_rank(facts: Facts | Ticket, order: StatusOrder | None) -> int:
    if order is None:
        return STATUSES.index(facts.status)
    return next((place for place, group in enumerate(order) if facts.custom_status in group), len(order))


class Listing:
    """Reads over the base and the tickets written (`written`, by number), without those that are `gone` altogether;
    `version` moves with every write."""

    def __init__(self, base: BaseTickets) -> None:
        self.base = base
        self.written: dict[int, Ticket] = {}
        self.gone: set[int] = set()
        self.version = 0
        self._base_known: LRUCache[int, tuple[Facts, int, int]] = LRUCache(20_000)
        self._few_known: LRUCache[TicketQuery, Listed] = LRUCache(64)
        self._lists: LRUCache[TicketQuery, tuple[int, Merged]] = LRUCache(24)

    def get(self, number: int) -> Ticket | None:
        if number in self.gone:
            return None
        found = self.written.get(number)
        return found if found is not None else self.base.get(number) if self.base.has(number) else None

    def key(self, ticket: Ticket, query: TicketQuery) -> Key:
        if query.order == "status":
            return status_rank(ticket, query.status_order), ticket.number
        if query.order == "number":
            return ticket.number, ticket.number
        moment = getattr(ticket, query.order)
        return (FOREVER if moment is None else seconds(moment)), ticket.number

    def listed(self, query: TicketQuery) -> Merged:
        plain = msgspec.structs.replace(query, descending=False)
        known = self._lists.get(plain)
        if known is None or known[0] != self.version:
            known = self.version, self.merge(plain, self.written)
            self._lists[plain] = known
        return known[1]

    def merge(self, query: TicketQuery, written: Mapping[int, Ticket]) -> Merged:
        """The list as it is when exactly `written` has been written."""
        spans = query.created_span, query.updated_span
        touched = {*written, *self.gone}
        removed = [number for number in touched if self.base.has(number) and self._was_member(number, query, *spans)]
        left = (ticket for ticket in written.values() if ticket.number not in self.gone)
        added = [self.key(ticket, query) for ticket in left if self._is_member(ticket, query, *spans)]
        return Merged(self._base_order(query), removed, added)

    def _is_member(self, ticket: Ticket, query: TicketQuery, created: Span, updated: Span) -> bool:
        if query.requester not in (None, ticket.requester) or query.organization not in (None, ticket.organization):
            return False
        return (
            query.where.holds(ticket)
            and created.first <= seconds(ticket.created) < created.before
            and updated.first <= seconds(ticket.updated) < updated.before
            and (query.status_order is None or status_rank(ticket, query.status_order) < len(query.status_order))
        )

    def _was_member(self, number: int, query: TicketQuery, created: Span, updated: Span) -> bool:
        index, roster = number - 1, self.base.roster
        facts, was_created, was_updated = self._known(index)
        if not (created.first <= was_created < created.before and updated.first <= was_updated < updated.before):
            return False
        if not query.where.holds(facts):
            return False
        if query.status_order is not None and status_rank(facts, query.status_order) == len(query.status_order):
            return False
        if query.requester is None and query.organization is None:
            return True
        requester = roster.requester(index)
        firm = roster.firm_of_ticket(index, requester)
        return query.requester in (None, requester) and query.organization in (None, None if firm is None else firm + 1)

    def _known(self, index: int) -> tuple[Facts, int, int]:
        """What an untouched ticket can be listed by, and when it was made and updated: asked again with each list for
        every ticket written since."""
        found = self._base_known.get(index)
        if found is None:
            windows = self.base.windows
            found = self.base.index.facts(index), windows.created(index), windows.updated(index)
            self._base_known[index] = found
        return found

    def _base_order(self, query: TicketQuery) -> Order:
        if query.requester is not None or query.organization is not None:
            few = self._few_known.get(query)
            if few is None:
                few = self._few_known[query] = self._few(query)
            return few
        if query.order == "status":
            groups = query.status_order or tuple((status,) for status in STATUSES)
            return Stacked(self.base, [self._part(query, group) for group in groups], query.status_order)
        axis: Literal["created", "updated"] = "updated" if query.order in ("updated", "touched") else "created"
        own, other = query.created_span, query.updated_span
        if axis == "updated":
            own, other = other, own
        return BaseOrder(self.base, self.base.index.view(axis, query.where, other), query.order, own)

    def _part(self, query: TicketQuery, group: tuple[str, ...]) -> BaseOrder:
        """The tickets of one group of statuses by number; without an own order the groups are the neutral words."""
        own = frozenset(group)
        if query.status_order is not None:
            where = msgspec.structs.replace(query.where, custom_status=own & (query.where.custom_status or own))
        else:
            where = msgspec.structs.replace(query.where, status=own & (query.where.status or own))
        view = self.base.index.view("created", where, query.updated_span)
        return BaseOrder(self.base, view, "number", query.created_span)

    def _few(self, query: TicketQuery) -> Listed:
        """The tickets of one requester or organization, listed out."""
        roster = self.base.roster
        if query.requester is not None:
            found = roster.asked_by(query.requester)
        else:
            assert query.organization is not None
            known = 1 <= query.organization <= roster.firms
            found = roster.tickets_of_firm(query.organization - 1) if known else []
        spans = query.created_span, query.updated_span
        members = [index + 1 for index in found if self._was_member(index + 1, query, *spans)]
        return Listed(sorted(self.key(self.base.get(number), query) for number in members))
