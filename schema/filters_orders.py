"""What lists are ordered by."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import strawberry

from models.enums import NullsOrder, OrderDirection, RecordOrderField, TicketOrderField
from models.errors import BadInput
from models.queries import RecordOrder
from models.queries import TicketOrder as TicketOrderModel
from schema.fields import given

UNSET = strawberry.UNSET
MOST = 3
E = TypeVar("E", bound=type[StrEnum])


def _described(description: str, values: Mapping[str, str]) -> Any:
    def describe(enum: E) -> E:
        strawberry.enum(enum, description=description)
        definition: Any = enum.__strawberry_definition__  # type: ignore[attr-defined]
        for value in definition.values:
            value.description = values[value.name]
        return enum

    return describe


@_described(
    "What contacts and organizations can be ordered by.",
    {
        "NAME": "Their name, whatever its case; long ones by their first 60 characters.",
        "CREATED_AT": "When they were made.",
        "UPDATED_AT": "When they last changed.",
    },
)
class ContactOrderField(StrEnum):
    NAME = "NAME"
    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"


@_described(
    "What articles can be ordered by.",
    {
        "TITLE": "Their title, whatever its case; long ones by their first 60 characters.",
        "CREATED_AT": "When they were made.",
        "UPDATED_AT": "When they last changed.",
        "POSITION": "Their place in their folder, where the helpdesk tells.",
        "VIEWS": "How often they were read (Freshdesk).",
    },
)
class ArticleOrderField(StrEnum):
    TITLE = "TITLE"
    CREATED_AT = "CREATED_AT"
    UPDATED_AT = "UPDATED_AT"
    POSITION = "POSITION"
    VIEWS = "VIEWS"


TIES = "Which end comes first. Ties are ordered by helpdesk and id, in the direction of the last entry."
NULLS = "Which end records without the value stand at, whatever the direction: the last when left out."


@strawberry.input(
    description="What to order tickets by. Our copy takes up to three, each field once; live, a helpdesk takes one, "
    "CREATED_AT or UPDATED_AT (Zendesk: NUMBER too). STATUS, PRIORITY or CUSTOM_FIELD alone: equal ones by their last "
    "update; CUSTOM_FIELD goes with no other field."
)
class TicketOrder:
    field: TicketOrderField = strawberry.field(description="The value to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description=TIES)
    nulls: NullsOrder | None = strawberry.field(default=NullsOrder.LAST, description=NULLS)
    custom_field_key: str | None = strawberry.field(
        default=UNSET,
        description="With CUSTOM_FIELD, and only there: the field's key, as in `helpdesk { ticketFields { key } }`.",
    )


@strawberry.input(
    description="What to order contacts by. Only our copy has an order; live, the list is in the helpdesk's own."
)
class ContactOrder:
    field: ContactOrderField = strawberry.field(description="The value to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=TIES)
    nulls: NullsOrder | None = strawberry.field(default=NullsOrder.LAST, description=NULLS)


@strawberry.input(
    description="What to order organizations by. Only our copy has an order; live, the list is in the helpdesk's own."
)
class OrganizationOrder:
    field: ContactOrderField = strawberry.field(description="The value to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description=TIES)
    nulls: NullsOrder | None = strawberry.field(default=NullsOrder.LAST, description=NULLS)


@strawberry.input(
    description="What to order articles by. Only our copy has an order; live, the list is in the helpdesk's own."
)
class ArticleOrder:
    field: ArticleOrderField = strawberry.field(description="The value to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description=TIES)
    nulls: NullsOrder | None = strawberry.field(default=NullsOrder.LAST, description=NULLS)


RECORD_FIELDS: Mapping[str, RecordOrderField] = {
    "TITLE": RecordOrderField.NAME,
    **{field.value: field for field in RecordOrderField},
}


def ticket_orders(order: Sequence[TicketOrder] | None) -> tuple[TicketOrderModel, ...]:
    """In the order they were given; empty for the list's own order."""
    asked = given(order) or ()
    _bounded([(entry.field.value, given(entry.custom_field_key)) for entry in asked])
    return tuple(_ticket_order(entry, f"order[{at}]") for at, entry in enumerate(asked))


def _ticket_order(entry: TicketOrder, path: str) -> TicketOrderModel:
    key = given(entry.custom_field_key)
    custom = entry.field is TicketOrderField.CUSTOM_FIELD
    field = f"{path}.customFieldKey"
    if custom and not key:
        raise BadInput(f"`{field}` is needed with CUSTOM_FIELD: the key of the field to order by.", field=field)
    if key and not custom:
        raise BadInput(f"`{field}` goes with the field CUSTOM_FIELD; leave it out here.", field=field)
    nulls = given(entry.nulls) or NullsOrder.LAST
    return TicketOrderModel(field=entry.field, direction=entry.direction, nulls=nulls, custom_field=key)


def record_orders(order: Sequence[ContactOrder | OrganizationOrder | ArticleOrder] | None) -> tuple[RecordOrder, ...]:
    asked = given(order) or ()
    _bounded([(entry.field.value, None) for entry in asked])
    return tuple(
        RecordOrder(
            field=RECORD_FIELDS[entry.field.value],
            direction=entry.direction,
            nulls=given(entry.nulls) or NullsOrder.LAST,
        )
        for entry in asked
    )


def _bounded(asked: Sequence[tuple[str, str | None]]) -> None:
    if len(asked) > MOST:
        raise BadInput(f"`order` has {len(asked)} entries; at most {MOST} are allowed.", field="order")
    for at, entry in enumerate(asked):
        if entry in asked[:at]:
            raise BadInput(
                f"`order[{at}]` names {entry[0]} again, which decides nothing any more; leave it out.",
                field=f"order[{at}]",
            )
