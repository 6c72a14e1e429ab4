"""`/ticket_fields`: definitions, and the account's own words for statuses, types, sources, agents and groups.

`choices` has a shape per type (recordings of 2023 and 2024; the API reference shows only some): a list of words;
label → id; id → [agents' label, customers' label]; nested lists of one-key objects, or nested objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from models.enums import CustomFieldKind, TicketStatus
from models.records import FieldChoice, FieldDefinition, NativeStatus
from providers.freshdesk import tables, wire

KIND: Mapping[str, CustomFieldKind] = {
    "custom_text": CustomFieldKind.TEXT,
    "custom_paragraph": CustomFieldKind.LONG_TEXT,
    "custom_number": CustomFieldKind.NUMBER,
    "custom_decimal": CustomFieldKind.DECIMAL,
    "custom_checkbox": CustomFieldKind.BOOLEAN,
    "custom_date": CustomFieldKind.DATE,
    "custom_date_time": CustomFieldKind.DATETIME,
    "custom_dropdown": CustomFieldKind.CHOICE,
    "custom_multi_select_dropdown": CustomFieldKind.MULTI_CHOICE,
    "nested_field": CustomFieldKind.NESTED_CHOICE,
    "custom_phone_number": CustomFieldKind.TEXT,
    "custom_url": CustomFieldKind.TEXT,
    "custom_lookup": CustomFieldKind.LOOKUP,
    "custom_file": CustomFieldKind.OTHER,
}


def vendor_statuses() -> dict[int, NativeStatus]:
    return {code: tables.status(code) for code in tables.STATUS}


class Fields(msgspec.Struct, frozen=True, kw_only=True):
    """What one read of `/ticket_fields` tells. `known` is False when the key may not read them: the vendor's own words
    are then all there is."""

    definitions: tuple[FieldDefinition, ...] = ()
    statuses: Mapping[int, NativeStatus] = msgspec.field(default_factory=vendor_statuses)
    types: tuple[str, ...] = ()
    sources: Mapping[int, str] = {}
    agents: Mapping[str, str] = {}
    groups: Mapping[str, str] = {}
    products: Mapping[str, str] = {}
    required: tuple[str, ...] = ()
    required_to_close: tuple[str, ...] = ()
    known: bool = True

    def status(self, code: int | None) -> NativeStatus:
        if code is None:
            return NativeStatus(
                value="", label="", category=TicketStatus.UNKNOWN, provenance=tables.status(0).provenance
            )
        return self.statuses.get(code) or tables.status(code)


UNKNOWN_FIELDS = Fields(known=False)


def fields(rows: Sequence[wire.TicketField]) -> Fields:
    by_type = {row.type or "": row for row in rows if row.default or (row.type or "").startswith("default_")}

    def choices(kind: str) -> Any:
        return by_type[kind].choices if kind in by_type else None

    statuses = dict(_statuses(choices("default_status")))
    return Fields(
        definitions=tuple(definition for row in rows if is_custom(row) for definition in definitions(row)),
        statuses=statuses or vendor_statuses(),
        types=tuple(_words(choices("default_ticket_type"))),
        sources={int(ident): label for ident, label in _labels(choices("default_source")) if ident.isdecimal()},
        agents=dict(_labels(choices("default_agent"))),
        groups=dict(_labels(choices("default_group"))),
        products=dict(_labels(choices("default_product"))),
        required=tuple(row.name for row in rows if row.required_for_agents),
        required_to_close=tuple(row.name for row in rows if row.required_for_closure),
    )


def is_custom(row: wire.TicketField) -> bool:
    return not (row.default or (row.type or "").startswith("default_"))


def definitions(row: wire.TicketField) -> Iterator[FieldDefinition]:
    """A nested field is one definition per level, each level its own key (API reference, "Ticket fields")."""
    levels = sorted(row.nested_ticket_fields or (), key=lambda nested: nested.level or 0)
    per_level = [list(level) for level in _tree(row.choices, 1 + len(levels))] if levels else []
    yield FieldDefinition(
        key=row.name,
        remote_id=str(row.id),
        label=row.label or row.name,
        kind=KIND.get(row.type or "", CustomFieldKind.OTHER),
        required=bool(row.required_for_agents),
        choices=tuple(per_level[0] if levels else _choices(row)),
        active=not row.archived,
    )
    above = row.name
    for nested, found in zip(levels, per_level[1:], strict=False):
        yield FieldDefinition(
            key=nested.name,
            remote_id=str(nested.id),
            label=nested.label or nested.name,
            kind=CustomFieldKind.NESTED_CHOICE,
            choices=tuple(found),
            parent_key=above,
            active=not row.archived,
        )
        above = nested.name


def _choices(row: wire.TicketField) -> Iterator[FieldChoice]:
    if row.type == "nested_field":
        yield from next(iter(_tree(row.choices, 1)))
        return
    for word in _words(row.choices):
        yield FieldChoice(value=word, label=word)


def _words(choices: Any) -> Iterator[str]:
    """A list of words, or of objects with a `value`; or the keys of an object."""
    for choice in choices or ():
        found = choice.get("value") if isinstance(choice, dict) else choice
        if isinstance(found, str) and found:
            yield found


def _labels(choices: Any) -> Iterator[tuple[str, str]]:
    """(id, label) from label → id."""
    if isinstance(choices, dict):
        for label, ident in choices.items():
            if isinstance(ident, int) and not isinstance(ident, bool):
                yield str(ident), str(label)


def _statuses(choices: Any) -> Iterator[tuple[int, NativeStatus]]:
    """From id → [agents' label, customers' label]; or a list of objects with `id`, `value` or `label`."""
    if isinstance(choices, dict):
        for code, labels in choices.items():
            if code.isdecimal():
                found = texts_of(labels)
                yield int(code), tables.status(int(code), *found[:2])
    elif isinstance(choices, list):
        for choice in choices:
            if isinstance(choice, dict) and isinstance(choice.get("id"), int):
                label = choice.get("value") or choice.get("label")
                yield choice["id"], tables.status(choice["id"], str(label) if label else None)


def texts_of(labels: Any) -> list[str]:
    if isinstance(labels, str):
        return [labels]
    return [label for label in labels if isinstance(label, str)] if isinstance(labels, list) else []


def _tree(choices: Any, depth: int) -> Iterator[Iterator[FieldChoice]]:
    """The choices of each level, with the choice above them."""
    level: list[tuple[str | None, str, Any]] = [(None, word, below) for word, below in _branches(choices)]
    for _ in range(depth):
        yield iter([FieldChoice(value=word, label=word, parent_value=above) for above, word, _ in level])
        level = [(word, name, below) for _, word, under in level for name, below in _branches(under)]


def _branches(choices: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(choices, dict):
        yield from ((str(word), below) for word, below in choices.items())
    elif isinstance(choices, list):
        for choice in choices:
            if isinstance(choice, str):
                yield choice, None
            elif isinstance(choice, dict) and isinstance(choice.get("value"), str):
                yield choice["value"], choice.get("choices")
            elif isinstance(choice, dict):
                yield from _branches(choice)
