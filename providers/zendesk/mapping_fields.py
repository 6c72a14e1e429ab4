"""Ticket fields → models. Pure."""

from __future__ import annotations

from models.enums import CustomFieldKind
from models.records import FieldChoice, FieldDefinition
from providers.zendesk import mapping_values as values
from providers.zendesk import wire


def field(row: wire.TicketField) -> FieldDefinition:
    return FieldDefinition(
        key=str(row.id),
        remote_id=str(row.id),
        label=row.title or row.key or str(row.id),
        kind=values.FIELD_KIND.get(row.type or "", CustomFieldKind.OTHER),
        required=bool(row.required),
        choices=tuple(choice(o) for o in row.custom_field_options or () if o.value is not None),
        active=row.active is not False,
    )


def choice(option: wire.FieldOption) -> FieldChoice:
    """The value is a tag of the account; `A::B` in a name makes a sub-menu in the vendor's own form."""
    return FieldChoice(value=str(option.value), label=option.name or str(option.value))
