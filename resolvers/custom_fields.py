"""A ticket's custom fields, each as the kind of value its definition promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from models.enums import CustomFieldKind as Kind
from models.errors import BadInput
from models.records import FieldChoice, FieldDefinition, Ticket
from resolvers.context import RequestContext


class FieldValue(msgspec.Struct, frozen=True):
    """What the helpdesk holds (`raw`), beside the field's definition."""

    definition: FieldDefinition
    raw: Any = None

    @property
    def is_null(self) -> bool:
        return self.raw is None or self.raw == "" or self.raw == []


class TextValue(FieldValue, frozen=True):
    @property
    def text(self) -> str | None:
        return None if self.is_null else str(self.raw)


class NumberValue(FieldValue, frozen=True):
    @property
    def number(self) -> float | None:
        try:
            return None if self.is_null else float(self.raw)
        except (TypeError, ValueError):
            return None

    @property
    def decimal(self) -> str | None:
        """The digits as the helpdesk wrote them: a float would lose some."""
        return None if self.is_null or self.number is None else str(self.raw)


class BooleanValue(FieldValue, frozen=True):
    @property
    def boolean(self) -> bool | None:
        return self.raw if isinstance(self.raw, bool) else None


class DateValue(FieldValue, frozen=True):
    @property
    def date_time(self) -> datetime | None:
        if not isinstance(self.raw, str):
            return None
        try:
            at = datetime.fromisoformat(self.raw)
        except ValueError:
            return None
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)

    @property
    def date(self) -> date | None:
        """The day as written, whatever the time zone."""
        if not isinstance(self.raw, str):
            return None
        try:
            return date.fromisoformat(self.raw[:10])
        except ValueError:
            return None


class ChoiceValue(FieldValue, frozen=True):
    @property
    def choices(self) -> list[FieldChoice]:
        """The chosen ones. A value that the field no longer offers is shown with itself as label, as inactive."""
        if self.is_null:
            return []
        known = {choice.value: choice for choice in self.definition.choices}
        values = self.raw if isinstance(self.raw, list) else [self.raw]
        return [known.get(str(v)) or FieldChoice(value=str(v), label=str(v), active=False) for v in values]


VALUES: Mapping[Kind, type[FieldValue]] = {
    Kind.NUMBER: NumberValue,
    Kind.DECIMAL: NumberValue,
    Kind.BOOLEAN: BooleanValue,
    Kind.DATE: DateValue,
    Kind.DATETIME: DateValue,
    Kind.CHOICE: ChoiceValue,
    Kind.MULTI_CHOICE: ChoiceValue,
    Kind.NESTED_CHOICE: ChoiceValue,
}


def value(definition: FieldDefinition, raw: Any) -> FieldValue:
    return VALUES.get(definition.kind, TextValue)(definition, raw)


async def definitions(helpdesk: str, context: RequestContext) -> Sequence[FieldDefinition]:
    return await context.loaders.fields_of_helpdesk.load(helpdesk, "fields") or ()


async def custom_fields(ticket: Ticket, context: RequestContext, keys: Sequence[str] | None) -> list[FieldValue]:
    """In the helpdesk's order of fields. An unknown key is the caller's mistake."""
    known = {d.key: d for d in await definitions(ticket.helpdesk, context)}
    for key in keys or ():
        if key not in known:
            raise BadInput(
                f"`keys`: this helpdesk has no custom field `{key}`. See `helpdesk {{ ticketFields {{ key }} }}`.",
                field="keys",
                helpdesk=ticket.helpdesk,
            )
    wanted = known if keys is None else keys
    return [value(known[key], ticket.custom_fields.get(key)) for key in wanted]


async def custom_field(ticket: Ticket, context: RequestContext, key: str) -> FieldValue | None:
    """None when this helpdesk has no such field: two helpdesks seldom have the same."""
    found = next((d for d in await definitions(ticket.helpdesk, context) if d.key == key), None)
    return value(found, ticket.custom_fields.get(key)) if found else None
