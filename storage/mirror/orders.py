"""What a list is ordered by: the keys asked for, then those that make it one order without ties.

Ties are ordered by the helpdesk's number, then by the record's, in the direction of the last key. Of the few-valued
STATUS and PRIORITY, and of custom fields, equal ones come by their last update first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.enums import CustomFieldKind, NullsOrder, OrderDirection, RecordOrderField, TicketOrderField
from models.errors import BadInput, Unsupported
from models.queries import RecordOrder, TicketOrder
from storage.mirror.listing import Key

COLUMNS: Mapping[TicketOrderField, str] = {
    TicketOrderField.CREATED_AT: "created_at",
    TicketOrderField.UPDATED_AT: "updated_at",
    TicketOrderField.DUE_AT: "due_at",
    TicketOrderField.RESOLVED_AT: "resolved_at",
    TicketOrderField.PRIORITY: "priority",
    TicketOrderField.STATUS: "status",
    TicketOrderField.SUBJECT: "subject_key",
    TicketOrderField.NUMBER: "num",
    TicketOrderField.CUSTOM_FIELD: "value",
}
RECORD_COLUMNS: Mapping[RecordOrderField, str] = {
    RecordOrderField.NAME: "name_key",
    RecordOrderField.CREATED_AT: "created_at",
    RecordOrderField.UPDATED_AT: "updated_at",
    RecordOrderField.POSITION: "position",
    RecordOrderField.VIEWS: "views",
}
MOST_ORDERS = 3
_BY_UPDATE = frozenset({"status", "priority", "value"})


def ticket_sort(orders: Sequence[TicketOrder], fixed: Sequence[str] = ()) -> tuple[Key, ...]:
    """`fixed`: columns of which only one value is asked for; ordering by them is of no use."""
    if len(orders) > MOST_ORDERS:
        raise BadInput(f"`order` has {len(orders)} entries; at most {MOST_ORDERS} are taken.", field="order")
    keys = _distinct([Key(COLUMNS[one.field], one.descending, _first(one.nulls)) for one in orders])
    if len(keys) > 1 and any(key.column == "value" for key in keys):
        raise Unsupported(
            "A custom field cannot be ordered by together with other fields.",
            nearest="Order by the custom field alone.",
            field="order",
        )
    last = keys[-1]
    used = [key for key in keys if key.column not in fixed]
    if len(keys) == 1 and last.column in _BY_UPDATE:
        used += [Key("shown", last.descending)] if last.column == "value" else []
        used.append(Key("updated_at", last.descending))
    return _whole(used, last.descending)


def record_sort(orders: Sequence[RecordOrder], name: str = "name_key") -> tuple[Key, ...]:
    """Without an order: by helpdesk and number, which is the order of the table."""
    if len(orders) > MOST_ORDERS:
        raise BadInput(f"`order` has {len(orders)} entries; at most {MOST_ORDERS} are taken.", field="order")
    columns = {**RECORD_COLUMNS, RecordOrderField.NAME: name}
    keys = _distinct(
        [Key(columns[one.field], one.direction is OrderDirection.DESC, _first(one.nulls)) for one in orders]
    )
    return _whole(keys, keys[-1].descending if keys else False)


def _first(nulls: NullsOrder) -> bool:
    return nulls is NullsOrder.FIRST


def _distinct(keys: Sequence[Key]) -> list[Key]:
    """A field that was there before orders nothing more; behind a number nothing but the helpdesk does."""
    found: dict[str, Key] = {}
    for key in keys:
        found.setdefault(key.column, key)
    return list(found.values())


def _whole(keys: Sequence[Key], descending: bool) -> tuple[Key, ...]:
    known = {key.column for key in keys}
    return (*keys, *(Key(column, descending) for column in ("helpdesk", "num") if column not in known))


VALUE_PREFIX: Mapping[CustomFieldKind, str] = {
    CustomFieldKind.NUMBER: "n",
    CustomFieldKind.DECIMAL: "n",
    CustomFieldKind.BOOLEAN: "b",
}


def value_prefix(kinds: Sequence[CustomFieldKind]) -> str:
    """What the keys of a custom field's values begin with, by its kind."""
    if CustomFieldKind.MULTI_CHOICE in kinds:
        raise Unsupported(
            "A custom field of several values is no order.",
            nearest="Order by a field of one value.",
            field="order",
        )
    return VALUE_PREFIX.get(kinds[0], "t")
