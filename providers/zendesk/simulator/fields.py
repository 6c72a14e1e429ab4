"""Ticket fields, custom statuses, forms and brands, and the values a ticket has in its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from providers.zendesk.simulator import errors, ids
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.render import stamp
from sandbox.records import FieldDefinition, FieldOption, FieldType, FieldValue, StatusDefinition

TYPES: dict[FieldType, str] = {
    "text": "text",
    "paragraph": "textarea",
    "number": "integer",
    "decimal": "decimal",
    "checkbox": "checkbox",
    "date": "date",
    "dropdown": "tagger",
    "multiselect": "multiselect",
    "nested": "tagger",
    "regexp": "regexp",
}
SYSTEM = ("subject", "description", "status", "tickettype", "priority", "group", "assignee", "custom_status")
_CUSTOM_FROM = 100
_OPTIONS = {
    "status": [("Open", "open"), ("Pending", "pending"), ("On-hold", "hold"), ("Solved", "solved")],
    "priority": [("Low", "low"), ("Normal", "normal"), ("High", "high"), ("Urgent", "urgent")],
    "tickettype": [("Question", "question"), ("Incident", "incident"), ("Problem", "problem"), ("Task", "task")],
}


def field_id(field: FieldDefinition) -> int:
    return ids.FIELD.id(_CUSTOM_FROM + field.number)


def paths(field: FieldDefinition) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(keys, name, tag) of every choice. Nested ones are written `Top::Middle::Leaf`, as the vendor's pages say."""

    def walk(options: tuple[FieldOption, ...], keys: tuple[str, ...], names: tuple[str, ...]) -> Any:
        for option in options:
            path, called = (*keys, option.key), (*names, option.label)
            if option.options:
                yield from walk(option.options, path, called)
            else:
                yield path, "::".join(called), "_".join((field.key, *path))

    yield from walk(field.options, (), ())


def value(field: FieldDefinition, given: FieldValue) -> Any:
    """Option values are tags; decimals are text; dates a day."""
    if given is None:
        return False if field.type == "checkbox" else [] if field.type == "multiselect" else None
    if field.type == "dropdown":
        return f"{field.key}_{given}"
    if field.type == "nested" and isinstance(given, tuple):
        return "_".join((field.key, *given))
    if field.type == "multiselect" and isinstance(given, tuple):
        return [f"{field.key}_{key}" for key in given]
    if isinstance(given, date):
        return given.isoformat()
    return str(given) if field.type == "decimal" else given


def tags(fields: list[FieldDefinition], values: Mapping[str, FieldValue]) -> list[str]:
    """Setting a tagger, multiselect or checkbox adds its tag to the ticket ('Ticket Fields' page)."""
    found: list[str] = []
    for field in fields:
        given = values.get(field.key)
        if field.type in ("dropdown", "nested") and given is not None:
            found.append(value(field, given))
        elif field.type == "multiselect" and given:
            found += value(field, given)
        elif field.type == "checkbox" and given is True:
            found.append(field.key)
    return found


def shown_values(call: Call, values: Mapping[str, FieldValue]) -> list[dict[str, Any]]:
    """One entry for every custom field of the account."""
    return [
        {"id": field_id(field), "value": value(field, values.get(field.key))}
        for field in call.account.desk.forms.fields()
    ]


def read_values(call: Call, given: Any) -> dict[str, FieldValue]:
    """What a write says, by field key; unnamed fields keep their value, unknown ids are dropped."""
    if isinstance(given, dict):
        given = [{"id": key, "value": each} for key, each in given.items()]
    rows = given if isinstance(given, list) else []
    known = {field_id(field): field for field in call.account.desk.forms.fields()}
    found: dict[str, FieldValue] = {}
    for row in rows:
        field = known.get(_integer(row.get("id")) if isinstance(row, dict) else 0)
        if field is not None:
            found[field.key] = _read(field, row.get("value"))
    return found


def _integer(given: Any) -> int:
    return int(given) if str(given).isdecimal() else 0


def _read(field: FieldDefinition, given: Any) -> FieldValue:
    if given in (None, ""):
        return None
    try:
        return _typed(field, given)
    except (ValueError, TypeError, StopIteration):
        text = f"{field.label}: {given} is not a valid value"
        raise errors.invalid_record({"base": [{"description": text, "error": "InvalidValue"}]}) from None


def _typed(field: FieldDefinition, given: Any) -> FieldValue:
    match field.type:
        case "number":
            return int(given)
        case "decimal":
            return float(given)
        case "checkbox":
            return given in (True, "true", "1", 1, "on")
        case "date":
            return date.fromisoformat(str(given)[:10])
        case "dropdown":
            return next(path[0] for path, _, tag in paths(field) if tag == given)
        case "nested":
            return next(path for path, _, tag in paths(field) if tag == given)
        case "multiselect":
            chosen = given if isinstance(given, list) else [given]
            return tuple(next(path[0] for path, _, tag in paths(field) if tag == each) for each in chosen)
        case _:
            return str(given)


# -- definitions


def shown_fields(call: Call) -> list[dict[str, Any]]:
    """System fields first, all in position order."""
    return [*_system(call), *(_custom(call, field) for field in call.account.desk.forms.fields())]


def _frame(call: Call, number: int, kind: str, title: str, position: int) -> dict[str, Any]:
    made = stamp(call.account.founded)
    return {
        "id": number,
        "url": call.url(f"/ticket_fields/{number}.json"),
        "type": kind,
        "title": title,
        "raw_title": title,
        "title_in_portal": title,
        "raw_title_in_portal": title,
        "description": "",
        "raw_description": "",
        "agent_description": None,
        "position": position,
        "active": True,
        "required": False,
        "required_in_portal": kind in ("subject", "description"),
        "visible_in_portal": True,
        "editable_in_portal": True,
        "collapsed_for_agents": False,
        "regexp_for_validation": None,
        "tag": None,
        "removable": False,
        "key": None,
        "agent_can_edit": True,
        "created_at": made,
        "updated_at": made,
    }


def _system(call: Call) -> list[dict[str, Any]]:
    rows = []
    for place, kind in enumerate(SYSTEM, 1):
        title = {"tickettype": "Type", "custom_status": "Ticket status"}.get(kind, kind.capitalize())
        row = _frame(call, ids.FIELD.id(place), kind, title, place)
        if kind in _OPTIONS:
            row["system_field_options"] = [{"name": name, "value": word} for name, word in _OPTIONS[kind]]
            row["sub_type_id"] = 1
        if kind == "custom_status":
            row["custom_statuses"] = [shown_status(call, status) for status in statuses(call)]
        rows.append(row)
    return rows


def _custom(call: Call, field: FieldDefinition) -> dict[str, Any]:
    row = _frame(call, field_id(field), TYPES[field.type], field.label, len(SYSTEM) + field.position)
    row |= {
        "description": field.description or "",
        "raw_description": field.description or "",
        "required": field.required_to_solve,
        "visible_in_portal": field.visible_to_people,
        "editable_in_portal": field.editable_by_people,
        "regexp_for_validation": field.pattern,
        "tag": field.key if field.type == "checkbox" else None,
        "removable": True,
        "active": field.active,
        "updated_at": stamp(field.updated),
    }
    if field.options:
        row["custom_field_options"] = [
            {
                "id": ids.OPTION.id(field.number * 1000 + place),
                "name": name,
                "raw_name": name,
                "value": tag,
                "default": False,
            }
            for place, (_, name, tag) in enumerate(paths(field), 1)
        ]
    return row


# -- statuses


def statuses(call: Call) -> list[StatusDefinition]:
    """`closed` is no category: closed tickets belong to solved ('Custom Ticket Statuses' page)."""
    return [status for status in call.account.desk.forms.statuses() if status.status != "closed"]


def status_id(call: Call, key: str) -> int | None:
    if key == "closed":
        key = "solved"
    status = call.account.desk.forms.status(key)
    return None if status is None else ids.STATUS.id(status.number)


def status_by_id(call: Call, id: int) -> StatusDefinition | None:
    number = ids.STATUS.number(id)
    return next((status for status in statuses(call) if status.number == number), None)


def shown_status(call: Call, status: StatusDefinition) -> dict[str, Any]:
    """The page's example writes these times with a space and an offset."""
    made = f"{status.created:%Y-%m-%d %H:%M:%S}+00:00"
    return {
        "id": ids.STATUS.id(status.number),
        "url": call.url(f"/custom_statuses/{ids.STATUS.id(status.number)}.json"),
        "status_category": status.status,
        "agent_label": status.label,
        "raw_agent_label": status.label,
        "end_user_label": status.label_for_people,
        "raw_end_user_label": status.label_for_people,
        "description": f"Tickets that are {status.label.lower()}",
        "raw_description": f"Tickets that are {status.label.lower()}",
        "end_user_description": status.label_for_people,
        "raw_end_user_description": status.label_for_people,
        "active": status.active,
        "default": status.default,
        "created_at": made,
        "updated_at": f"{status.updated:%Y-%m-%d %H:%M:%S}+00:00",
    }
