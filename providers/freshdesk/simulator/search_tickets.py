"""Tickets for a search expression: what the company's lists can narrow by is exact at any size, the rest is looked
through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from providers.freshdesk.simulator import fields, words
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.grammar import Compare, Joined, Node, alternatives
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.ids import shown as as_id
from providers.freshdesk.simulator.keys import Key
from providers.freshdesk.simulator.matching import holds
from providers.freshdesk.simulator.ticket_list import scope_test
from sandbox.facts import Filterable, Where
from sandbox.listing import TicketQuery
from sandbox.records import FieldDefinition, Ticket

_PLAIN = frozenset({"agent_id", "group_id", "priority", "status", "tag", "type"})
_TIMES = ("created_at", "updated_at")
_CHOSEN = ("checkbox", "dropdown", "nested")


class Spans(NamedTuple):
    """The days [first, last] a time must lie in."""

    first: date | None = None
    last: date | None = None


def found(account: Account, key: Key, node: Node, offset: int, limit: int) -> tuple[list[Ticket], int]:
    """Newest first, as the index knew them. Archived ones are never found."""
    known = _chosen_fields(account)
    sure = _PLAIN | {name for field in known for name in fields.level_names(field)}
    parts = node.parts if isinstance(node, Joined) and node.joint == "AND" else (node,)
    narrow = tuple(part for part in parts if _names(part) <= sure)
    left = [part for part in parts if part not in narrow and not _is_span(part)]
    seen = scope_test(account, key)
    spans = {name: _hull(node, name) for name in _TIMES}
    query = TicketQuery(
        descending=True,
        where=Where(
            state="all" if account.profile.search_shows_removed else "live",
            test=_test(account, narrow, seen) if narrow or seen else None,
        ),
        created_from=_start(spans["created_at"].first),
        created_to=_end(spans["created_at"].last),
        updated_from=_start(spans["updated_at"].first),
        updated_to=_end(spans["updated_at"].last),
    )
    match = _match(account, left) if left else None
    hits = account.desk.search.tickets(query, match=match, offset=offset, limit=limit, lag=account.controls.search_lag)
    return hits.rows, hits.total


def _chosen_fields(account: Account) -> list[FieldDefinition]:
    return [field for field in fields.represented(account.desk.forms.fields()) if field.type in _CHOSEN]


def _names(node: Node) -> set[str]:
    return {node.field} if isinstance(node, Compare) else {name for part in node.parts for name in _names(part)}


def _is_span(node: Node) -> bool:
    return isinstance(node, Compare) and node.field in _TIMES and node.value is not None


def _hull(node: Node, name: str) -> Spans:
    """The days outside of which the expression cannot hold."""
    firsts: list[date | None] = []
    lasts: list[date | None] = []
    for each in alternatives(node):
        days = [(part.operator, part.value) for part in each if part.field == name and isinstance(part.value, date)]
        firsts.append(max((day for operator, day in days if operator != "<="), default=None))
        lasts.append(min((day for operator, day in days if operator != ">="), default=None))
    first = None if None in firsts else min(day for day in firsts if day)
    last = None if None in lasts else max(day for day in lasts if day)
    return Spans(first, last)


def _start(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _end(day: date | None) -> datetime | None:
    start = _start(day)
    return None if start is None or day == date.max else start + timedelta(days=1)


def _test(
    account: Account, parts: tuple[Node, ...], seen: Callable[[Filterable], bool] | None
) -> Callable[[Filterable], bool]:
    """One function object for one condition: the company's lists remember their answers by it."""
    return _tests(account, Joined("AND", parts), seen)


@lru_cache(maxsize=256)
def _tests(account: Account, node: Node, seen: Callable[[Filterable], bool] | None) -> Callable[[Filterable], bool]:
    known = _chosen_fields(account)

    def test(row: Filterable) -> bool:
        return (seen is None or seen(row)) and holds(node, lambda name: _fact(account, known, row, name))

    return test


def _fact(account: Account, known: Iterable[FieldDefinition], row: Filterable, name: str) -> Any:
    """What lists can be narrowed by."""
    if name == "agent_id":
        return as_id(Base.USER, row.assignee)
    if name == "group_id":
        return as_id(Base.GROUP, row.group)
    if name == "priority":
        return words.PRIORITIES[row.priority] if row.priority else 1
    if name == "status":
        return account.statuses.numbers.get(row.custom_status, 2)
    if name == "tag":
        return row.tags
    if name == "type":
        return words.TYPES[row.kind] if row.kind else None
    return fields.shown(known, row.fields).get(name)


def _match(account: Account, parts: list[Node]) -> Callable[[Ticket], bool]:
    every = fields.represented(account.desk.forms.fields())

    def match(ticket: Ticket) -> bool:
        def read(name: str) -> Any:
            own: dict[str, Any] = {
                "due_by": ticket.due,
                "fr_due_by": ticket.first_response_due,
                "created_at": ticket.created,
                "updated_at": ticket.updated,
            }
            if name == "custom_string":
                return tuple(
                    str(ticket.fields[f.key]) for f in every if f.type in ("text", "regexp") and ticket.fields[f.key]
                )
            return own[name] if name in own else _fact(account, every, ticket, name)

        return all(holds(part, read) for part in parts)

    return match
