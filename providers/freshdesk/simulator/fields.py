"""Custom fields: how their values stand in a record, and how they are read from a body.

Evidence: Zammad recording of 2023 (decimals as text, checkboxes null, no prefix on contacts and companies); vendor's
API reference, 'Ticket fields'. A field of several choices has no counterpart here and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from providers.freshdesk.simulator.checks import Rule, complain
from providers.freshdesk.simulator.errors import Complaint, invalid, invalid_field, not_among, wrong_value
from providers.freshdesk.simulator.times import parsed_day
from sandbox.records import FieldDefinition, FieldOption, FieldValue

TYPES = {
    "text": "custom_text", "regexp": "custom_text", "paragraph": "custom_paragraph", "number": "custom_number",
    "decimal": "custom_decimal", "checkbox": "custom_checkbox", "date": "custom_date", "dropdown": "custom_dropdown",
    "nested": "nested_field",
}  # fmt: skip


def represented(fields: Iterable[FieldDefinition]) -> list[FieldDefinition]:
    return [field for field in fields if field.type in TYPES]


def prefix(field: FieldDefinition) -> str:
    return "cf_" if field.on == "ticket" else ""


def level_names(field: FieldDefinition) -> list[str]:
    """A nested field's name, then a name for each level below."""
    below = [label.lower().replace(" ", "_") for label in field.level_labels[1:]]
    return [prefix(field) + field.key, *(prefix(field) + word for word in below)]


def shown(fields: Iterable[FieldDefinition], values: Mapping[str, FieldValue]) -> dict[str, Any]:
    """Every field of the account is there, null when empty."""
    found: dict[str, Any] = {}
    for field in represented(fields):
        if field.type == "nested":
            found.update(_levels(field, values.get(field.key)))
        else:
            found[prefix(field) + field.key] = _value(field, values.get(field.key))
    return found


def _value(field: FieldDefinition, value: FieldValue) -> Any:
    if value is None:
        return None
    if field.type == "decimal":
        return str(value)
    if field.type == "dropdown":
        return next((option.label for option in field.options if option.key == value), str(value))
    return value.isoformat() if isinstance(value, date) else value


def _levels(field: FieldDefinition, value: FieldValue) -> dict[str, str | None]:
    names = level_names(field)
    found: dict[str, str | None] = dict.fromkeys(names)
    options = field.options
    for name, key in zip(names, value if isinstance(value, tuple) else (), strict=False):
        option = next((option for option in options if option.key == key), None)
        if option is None:
            break
        found[name], options = option.label, option.options
    return found


def read(fields: Iterable[FieldDefinition], body: Mapping[str, Any], *, loose: bool = False) -> dict[str, FieldValue]:
    """What a body's `custom_fields` mean; all its mistakes are told at once."""
    known = represented(fields)
    plain = {prefix(field) + field.key: field for field in known if field.type != "nested"}
    nested = [field for field in known if field.type == "nested"]
    names = {*plain, *(name for field in nested for name in level_names(field))}
    complaints = [invalid_field(name) for name in body if name not in names]
    found: dict[str, FieldValue] = {}
    for name, value in body.items():
        if name in plain:
            field = plain[name]
            found[field.key] = _read(name, field, _loosened(value, field) if loose else value, complaints)
    for field in nested:
        if any(name in body for name in level_names(field)):
            found[field.key] = _path(field, body, complaints)
    if complaints:
        raise invalid(complaints)
    return found


def _loosened(value: Any, field: FieldDefinition) -> Any:
    """What a form can only send as text."""
    if not isinstance(value, str):
        return value
    if field.type == "checkbox":
        return {"true": True, "false": False}.get(value, value)
    if field.type == "number" and value.lstrip("-").isdigit():
        return int(value)
    return value


def _read(name: str, field: FieldDefinition, value: Any, complaints: list[Complaint]) -> FieldValue:
    if value is None:
        return None
    if field.type == "dropdown":
        option = next((option for option in field.options if option.label == value), None)
        if option is None:
            complaints.append(not_among(name, [option.label for option in field.options]))
        return option.key if option else None
    if field.type == "decimal":
        try:
            return float(value)
        except (TypeError, ValueError):
            complaints.append(wrong_value(name, "It should be a/an Number"))
            return None
    rule = {"number": Rule("integer"), "checkbox": Rule("boolean")}.get(field.type, Rule("string"))
    wrong = complain(name, value, rule)
    if wrong is None and field.type == "date":
        day = parsed_day(value)
        wrong = None if day else wrong_value(name, "It should be in the format YYYY-MM-DD")
        value = day
    if wrong is not None:
        complaints.append(wrong)
        return None
    return value  # type: ignore[no-any-return]


def _path(field: FieldDefinition, body: Mapping[str, Any], complaints: list[Complaint]) -> tuple[str, ...] | None:
    """Each level must be a choice below the one above it."""
    options: tuple[FieldOption, ...] = field.options
    keys: list[str] = []
    for name in level_names(field):
        label = body.get(name)
        if label is None:
            break
        option = next((option for option in options if option.label == label), None)
        if option is None:
            complaints.append(not_among(name, [option.label for option in options]))
            break
        keys.append(option.key)
        options = option.options
    return tuple(keys) or None
