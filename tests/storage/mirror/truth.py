"""What a list should be: conditions and orders worked out on the records themselves, one after the other."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from typing import Any

from models.conditions import (
    All,
    AnyOf,
    Condition,
    Custom,
    Flag,
    IdIn,
    In,
    Not,
    Null,
    Number,
    Related,
    Tags,
    Text,
    Time,
    Within,
)
from models.enums import Lifecycle, NullsOrder, TicketOrderField
from models.queries import TicketOrder, TimeRange
from models.records import Agent, Contact, Organization, Ticket
from storage.ranks import PRIORITY, STATUS


@dataclass
class World:
    tickets: list[Ticket]
    contacts: dict[tuple[str, str], Contact] = field(default_factory=dict)
    organizations: dict[tuple[str, str], Organization] = field(default_factory=dict)
    agents: dict[tuple[str, str], Agent] = field(default_factory=dict)
    now: datetime = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)

    def fits(self, condition: Condition, ticket: Any) -> bool:
        match condition:
            case All(parts=parts):
                return all(self.fits(part, ticket) for part in parts)
            case AnyOf(parts=parts):
                return any(self.fits(part, ticket) for part in parts)
            case Not(part=part):
                return not self.fits(part, ticket)
            case Related(link=link, condition=inner):
                linked = self._linked(link, ticket)
                return linked is not None and self.fits(inner, linked)
            case Custom(key=key, test=test, helpdesk=helpdesk):
                here = helpdesk is None or ticket.helpdesk == helpdesk
                return here and _custom(test, ticket.custom_fields.get(key), self.now)
            case Tags(all_of=all_of, any_of=any_of, none_of=none_of):
                own = set(ticket.tags)
                return set(all_of) <= own and (not any_of or bool(own & set(any_of))) and not own & set(none_of)
        return _simple(condition, ticket, self.now)

    def _linked(self, link: str, ticket: Any) -> Any:
        key = (ticket.helpdesk, getattr(ticket, f"{link}_id"))
        found = {"requester": self.contacts, "organization": self.organizations, "assignee": self.agents}[link]
        return found.get(key)


NAMES = {
    "nativeStatus": lambda t: t.status_native.value,
    "externalId": lambda t: t.external_id,
    "id": lambda t: t.remote_id,
    "requester": lambda t: t.requester_id,
    "assignee": lambda t: t.assignee_id,
    "group": lambda t: t.group_id,
    "organization": lambda t: t.organization_id,
    "product": lambda t: t.product_id,
    "createdAt": lambda t: t.created_at,
    "updatedAt": lambda t: t.updated_at,
    "dueAt": lambda t: t.due_at,
    "resolvedAt": lambda t: t.resolved_at,
    "closedAt": lambda t: t.closed_at,
    "emailDomain": lambda c: c.email.rpartition("@")[2].lower() if c.email else None,
}


def _value(record: Any, name: str) -> Any:
    return NAMES[name](record) if name in NAMES else getattr(record, name)


def _simple(test: Any, record: Any, now: datetime) -> bool:
    match test:
        case Flag(field="hasAttachments", value=value):
            return record.attachments is not None and bool(record.attachments) is value
        case IdIn(field="organization", ids=ids) if isinstance(record, Contact):
            return any((record.helpdesk, one) in ids for one in record.organization_ids)
        case IdIn(field=name, ids=ids):
            return (record.helpdesk, _value(record, name)) in ids
        case Null(field=name, is_null=is_null):
            return (_value(record, name) is None) is is_null
    value = _value(record, test.field)
    if value is None:
        return isinstance(test, Time) and test.range == TimeRange()
    match test:
        case In(values=values):
            return value in values
        case Flag(value=wanted):
            return value is wanted
        case Time(range=range_):
            return range_.holds(value)
        case Within(seconds=seconds):
            there = now - timedelta(seconds=seconds)
            return min(there, now) <= value <= max(there, now)
        case Text():
            return _text(test, value)
    raise AssertionError(test)


def _fold(text: str, keep_case: bool) -> str:
    folded = unicodedata.normalize("NFKC", text)
    return folded if keep_case else folded.casefold()


def _text(test: Text, value: str) -> bool:
    found, wanted = _fold(value, test.case_sensitive), [_fold(one, test.case_sensitive) for one in test.values]
    ways: dict[str, Callable[[str], bool]] = {
        "eq": lambda one: found == one,
        "in": lambda one: found == one,
        "startsWith": found.startswith,
        "contains": lambda one: one in found,
    }
    return any(ways[test.op](one) for one in wanted)


def _single(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        yield from value
    elif value is not None and value != "" and not isinstance(value, Mapping):
        yield value


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _custom(test: Any, value: Any, now: datetime) -> bool:
    values = list(_single(value))
    match test:
        case Null(is_null=is_null):
            return (not values) is is_null
        case Text():
            return any(isinstance(one, str) and _text(test, one) for one in values)
        case In(values=wanted):
            return any(isinstance(one, str) and _text(Text("", "in", wanted), one) for one in values)
        case Flag(value=wanted):
            return any(one is wanted for one in values)
        case Number():
            return any(_in_range(test, _number(one)) for one in values)
        case Time() | Within():
            return any(_simple(test, _At(test.field, one), now) for one in values if _moment(one) is not None)
    raise AssertionError(test)


class _At:
    def __init__(self, name: str, value: Any) -> None:
        setattr(self, name, _moment(value))


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_range(test: Number, value: float | None) -> bool:
    return value is not None and all(
        (
            test.eq is None or value == test.eq,
            test.gt is None or value > test.gt,
            test.gte is None or value >= test.gte,
            test.lt is None or value < test.lt,
            test.lte is None or value <= test.lte,
        )
    )


def tells_lifecycle(condition: Condition) -> bool:
    match condition:
        case In(field="lifecycle"):
            return True
        case All(parts=parts) | AnyOf(parts=parts):
            return any(map(tells_lifecycle, parts))
        case Not(part=part):
            return tells_lifecycle(part)
    return False


def listed(world: World, where: Condition, helpdesks: Sequence[str]) -> list[Ticket]:
    every = tells_lifecycle(where)
    shown = (Lifecycle.ACTIVE, Lifecycle.ARCHIVED)
    return [
        ticket
        for ticket in world.tickets
        if ticket.helpdesk in helpdesks and (every or ticket.lifecycle in shown) and world.fits(where, ticket)
    ]


VALUES: Mapping[TicketOrderField, Callable[[Ticket], Any]] = {
    TicketOrderField.CREATED_AT: lambda t: t.created_at,
    TicketOrderField.UPDATED_AT: lambda t: t.updated_at,
    TicketOrderField.DUE_AT: lambda t: t.due_at,
    TicketOrderField.RESOLVED_AT: lambda t: t.resolved_at,
    TicketOrderField.STATUS: lambda t: STATUS.number(t.status),
    TicketOrderField.PRIORITY: lambda t: PRIORITY.number(t.priority),
    TicketOrderField.SUBJECT: lambda t: None if t.subject is None else _fold(t.subject, False)[:60],
    TicketOrderField.NUMBER: lambda t: int(t.remote_id),
}
BY_UPDATE = (TicketOrderField.STATUS, TicketOrderField.PRIORITY)


def compared(one: Any, other: Any, order: TicketOrder) -> int:
    if one == other:
        return 0
    if one is None or other is None:
        first = (one is None) is (order.nulls is NullsOrder.FIRST)
        return -1 if first else 1
    return (1 if one > other else -1) * (-1 if order.descending else 1)


def ordered(tickets: Sequence[Ticket], orders: Sequence[TicketOrder], desks: Sequence[str]) -> list[Ticket]:
    """`desks`: the helpdesks by their numbers."""
    fields = list(orders)
    last = fields[-1]
    if len({one.field for one in fields}) == 1 and last.field in BY_UPDATE:
        fields.append(TicketOrder(field=TicketOrderField.UPDATED_AT, direction=fields[0].direction))
    sign = -1 if last.descending else 1

    def compare(a: Ticket, b: Ticket) -> int:
        for order in fields:
            found = compared(VALUES[order.field](a), VALUES[order.field](b), order)
            if found:
                return found
        ties = [(desks.index(t.helpdesk), int(t.remote_id)) for t in (a, b)]
        return sign * ((ties[0] > ties[1]) - (ties[0] < ties[1]))

    return sorted(tickets, key=cmp_to_key(compare))
