"""The merge key of a row: what a list is ordered by, as storage orders it, so that rows of several streams interleave
as one stream would have them.

Each order in turn, then helpdesk, then the record's number, these in the direction of the last order. Of the few-valued
STATUS and PRIORITY, and of custom fields, equal ones come by their last update first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from models.enums import NullsOrder, OrderDirection, RecordOrderField, TicketOrderField
from models.queries import RecordOrder, TicketOrder
from models.records import Article, Contact, Organization, Ticket
from storage.ranks import PRIORITY, STATUS
from storage.values import number_of, seconds, text_key, value_keys

R = TypeVar("R", Contact, Organization, Article)
Rank = Callable[[Any], tuple[Any, ...]]
Value = Callable[[Any], Any]
Ordinal = Callable[[str], int]


class _Down:
    """A value that sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: _Down) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Down) and bool(other.value == self.value)

    def __hash__(self) -> int:
        return hash(self.value)


TICKET: Mapping[TicketOrderField, Value] = {
    TicketOrderField.CREATED_AT: lambda ticket: seconds(ticket.created_at),
    TicketOrderField.UPDATED_AT: lambda ticket: seconds(ticket.updated_at),
    TicketOrderField.DUE_AT: lambda ticket: seconds(ticket.due_at),
    TicketOrderField.RESOLVED_AT: lambda ticket: seconds(ticket.resolved_at),
    TicketOrderField.PRIORITY: lambda ticket: PRIORITY.number(ticket.priority),
    TicketOrderField.STATUS: lambda ticket: STATUS.number(ticket.status),
    TicketOrderField.SUBJECT: lambda ticket: text_key(ticket.subject),
    TicketOrderField.NUMBER: lambda ticket: number_of(ticket.remote_id),
}
BY_UPDATE = frozenset({TicketOrderField.STATUS, TicketOrderField.PRIORITY, TicketOrderField.CUSTOM_FIELD})
RECORD: Mapping[RecordOrderField, Value] = {
    RecordOrderField.NAME: lambda record: text_key(record.title if isinstance(record, Article) else record.name),
    RecordOrderField.CREATED_AT: lambda record: seconds(record.created_at),
    RecordOrderField.UPDATED_AT: lambda record: seconds(record.updated_at),
    RecordOrderField.POSITION: lambda record: record.position,
    RecordOrderField.VIEWS: lambda record: record.views,
}


def ticket_rank(orders: Sequence[TicketOrder], ordinal: Ordinal) -> Callable[[Ticket], tuple[Any, ...]]:
    if len(orders) == 1 and orders[0].field in BY_UPDATE:
        orders = (*orders, TicketOrder(direction=orders[0].direction))
    return _rank([(_ticket_value(order), order) for order in orders], ordinal)


def record_rank(orders: Sequence[RecordOrder], ordinal: Ordinal) -> Rank:
    return _rank([(RECORD[order.field], order) for order in orders], ordinal)


def _ticket_value(order: TicketOrder) -> Value:
    if order.field is not TicketOrderField.CUSTOM_FIELD:
        return TICKET[order.field]
    return lambda ticket: min(value_keys(ticket.custom_fields.get(order.custom_field)), default=None)


def _rank(orders: Sequence[tuple[Value, TicketOrder | RecordOrder]], ordinal: Ordinal) -> Rank:
    down = orders[-1][1].direction is OrderDirection.DESC

    def rank(record: Any) -> tuple[Any, ...]:
        ties = ordinal(record.helpdesk), number_of(record.remote_id)
        values = [_placed(value(record), order) for value, order in orders]
        return (*values, *(tuple(map(_Down, ties)) if down else ties))

    return rank


def _placed(value: Any, order: TicketOrder | RecordOrder) -> tuple[Any, ...]:
    first = order.nulls is NullsOrder.FIRST
    if value is None:
        return (0 if first else 1,)
    return (1 if first else 0, _Down(value) if order.direction is OrderDirection.DESC else value)
