"""Custom fields: what a helpdesk's operator added to its tickets."""

from datetime import date as day
from datetime import datetime

import strawberry

from models import records
from models.enums import CustomFieldKind, FilterSupport
from resolvers import custom_fields as values
from schema.fields import plain, shows
from schema.refs import FieldDefinitionRef
from schema.scalars import JSON


@strawberry.type(description="One of the values a choice field offers.")
class CustomFieldChoice:
    value: str = plain("What is kept.")
    label: str = plain("What people see.")
    parent_value: str | None = plain("On nested choices: the value of the parent field it belongs to.")
    active: bool = plain("Whether it can still be chosen.")


@strawberry.type(description="A custom field of a helpdesk's tickets.")
@shows(records.FieldDefinition)
class CustomFieldDefinition:
    key: str = plain("What it is called in this API: Freshdesk's cf_ name, Zendesk's numeric id as text.")
    remote_id: str = plain("The helpdesk's own id.")
    label: str = plain("What agents see.")
    kind: CustomFieldKind = plain("What it holds.")
    required: bool = plain("Whether agents have to fill it in.")
    choices: list[CustomFieldChoice] = plain("What it offers; empty for other kinds.")
    parent_key: str | None = plain("On nested choices: the key of the field it depends on.")
    active: bool = plain("Whether it is in use.")
    filterable: FilterSupport = plain("Who can filter by it.")
    sortable: FilterSupport = plain("Who can sort by it.")


@strawberry.interface(description="A custom field's value on a ticket.")
class CustomFieldValue:
    definition: FieldDefinitionRef = plain("The field.")
    is_null: bool = plain("Whether it is empty.")
    raw: JSON | None = plain("The value as the helpdesk keeps it.")


@strawberry.type(description="Text; also the kinds this API has no type for.")
@shows(values.TextValue)
class TextFieldValue(CustomFieldValue):
    text: str | None = plain("The text; null when empty.")


@strawberry.type(description="A number.")
@shows(values.NumberValue)
class NumberFieldValue(CustomFieldValue):
    number: float | None = plain("The number; null when empty or not a number.")
    decimal: str | None = plain("Its digits as the helpdesk wrote them, without loss.")


@strawberry.type(description="Yes or no.")
@shows(values.BooleanValue)
class BooleanFieldValue(CustomFieldValue):
    boolean: bool | None = plain("The value; null when never set.")


@strawberry.type(description="A day or a moment.")
@shows(values.DateValue)
class DateFieldValue(CustomFieldValue):
    date: day | None = plain("The day, as written; null when empty.")
    date_time: datetime | None = plain("The moment; for a mere day its beginning in UTC. Null when empty.")


@strawberry.type(description="One or some of a list.")
@shows(values.ChoiceValue)
class ChoiceFieldValue(CustomFieldValue):
    choices: list[CustomFieldChoice] = plain("What is chosen; empty when nothing is.")


VALUE_TYPES = (TextFieldValue, NumberFieldValue, BooleanFieldValue, DateFieldValue, ChoiceFieldValue)
