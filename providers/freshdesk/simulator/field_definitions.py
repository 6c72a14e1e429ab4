"""The fields of tickets, contacts and companies, with every shape `choices` comes in.

Evidence: Zammad recording of 2023 (labels to ids, statuses by id, nested objects); vendor's API reference, 'Ticket
fields' and 'Contact fields' (arrays of labels, the admin family's objects).
"""

from __future__ import annotations

from typing import Any

from providers.freshdesk.simulator import companies, fields, words
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.errors import not_found
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.staff import working
from providers.freshdesk.simulator.times import shown
from sandbox.records import FieldDefinition, FieldOption

_DEFAULTS = (
    ("requester", "Search a requester", "default_requester", True, False), ("subject", "Subject", "default_subject",
    True, False), ("ticket_type", "Type", "default_ticket_type", False, False), ("source", "Source", "default_source",
    False, False), ("status", "Status", "default_status", True, False), ("priority", "Priority", "default_priority",
    True, False), ("group", "Group", "default_group", False, False), ("agent", "Agent", "default_agent", False, False),
    ("product", "Product", "default_product", False, False),
    ("description", "Description", "default_description", True, False),
    ("company", "Company", "default_company", False, False),
)  # fmt: skip
_FIRST_CUSTOM = 20
_ZONES = {
    "Berlin": "(GMT+01:00) Berlin",
    "Eastern Time (US & Canada)": "(GMT-05:00) Eastern Time (US & Canada)",
}
_PRIORITY_LABELS = {"Low": 1, "Medium": 2, "High": 3, "Urgent": 4}


def _choices(account: Account, kind: str) -> Any:
    if kind == "default_ticket_type":
        return list(words.TYPES.values())
    if kind == "default_source":
        return dict(words.SOURCES)
    if kind == "default_status":
        return {str(known): list(labels) for known, labels in account.statuses.choices.items()}
    if kind == "default_priority":
        return dict(_PRIORITY_LABELS)
    if kind == "default_group":
        return {group.name: Base.GROUP.id(group.number) for group in account.desk.staff.groups() if not group.deleted}
    if kind == "default_agent":
        return {agent.name: Base.USER.id(agent.number) for agent in working(account)}
    if kind == "default_product":
        return {product.name: Base.PRODUCT.id(product.number) for product in account.desk.staff.products()}
    return None


def _default(account: Account, place: int, row: tuple[str, str, str, bool, bool]) -> dict[str, Any]:
    name, label, kind, required, closing = row
    made = shown(account.desk.forms.fields()[0].created)
    found: dict[str, Any] = {
        "id": Base.FIELD.id(place), "name": name, "label": label, "description": f"Ticket {label.lower()}",
        "position": place, "required_for_closure": closing, "required_for_agents": required, "type": kind,
        "default": True, "customers_can_edit": name in ("requester", "subject", "description"),
        "label_for_customers": label, "required_for_customers": name in ("requester", "subject"),
        "displayed_to_customers": name in ("requester", "subject", "status", "description"),
        "created_at": made, "updated_at": made,
    }  # fmt: skip
    if name == "requester":
        found |= {"portal_cc": False, "portal_cc_to": "company"}
    choices = _choices(account, kind)
    return found if choices is None else found | {"choices": choices}


def _nested(options: tuple[FieldOption, ...], shape: str) -> Any:
    """Three levels: objects down to a list of labels."""
    if not any(option.options for option in options):
        return [option.label for option in options]
    if shape == "array":
        return [{option.label: _nested(option.options, shape)} for option in options]
    return {option.label: _nested(option.options, shape) for option in options}


def _levels(field: FieldDefinition) -> list[dict[str, Any]]:
    return [
        {
            "id": Base.NESTED_FIELD.id(field.number * 10 + level), "name": name, "label": label, "label_in_portal":
            label, "level": level, "ticket_field_id": Base.FIELD.id(_FIRST_CUSTOM + field.number),
            "created_at": shown(field.created), "updated_at": shown(field.updated),
        }
        for level, (name, label) in enumerate(zip(fields.level_names(field), field.level_labels, strict=True), 1)
        if level > 1
    ]  # fmt: skip


def _custom(account: Account, field: FieldDefinition) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": Base.FIELD.id(_FIRST_CUSTOM + field.number), "name": fields.prefix(field) + field.key,
        "label": field.label, "description": field.description, "position": len(_DEFAULTS) + field.position,
        "required_for_closure": field.required_to_solve, "required_for_agents": field.required_for_agents,
        "type": fields.TYPES[field.type], "default": False, "customers_can_edit": field.editable_by_people,
        "label_for_customers": field.label, "required_for_customers": False,
        "displayed_to_customers": field.visible_to_people, "created_at": shown(field.created),
        "updated_at": shown(field.updated),
    }  # fmt: skip
    if field.type == "dropdown":
        found["choices"] = [option.label for option in field.options]
    if field.type == "nested":
        found["choices"] = _nested(field.options, account.profile.nested_choices)
        found["nested_ticket_fields"] = _levels(field)
    return found


def _ticket_fields(account: Account) -> list[dict[str, Any]]:
    rows = [_default(account, place, row) for place, row in enumerate(_DEFAULTS, 1)]
    rows += [_custom(account, field) for field in fields.represented(account.desk.forms.fields())]
    return [row | {"archived": False} for row in rows] if account.profile.newer else rows


def ticket_fields(call: Call) -> Reply:
    """Open to whoever may create tickets, unlike the lists of agents and groups it names."""
    kind = dict(call.params).get("type")
    return Reply(200, [row for row in _ticket_fields(call.account) if kind in (None, row["type"])])


def _as_objects(account: Account, row: dict[str, Any], options: tuple[FieldOption, ...]) -> dict[str, Any]:
    """The admin family tells each choice's own id."""
    shown_row = {name: value for name, value in row.items() if name not in ("choices", "nested_ticket_fields")}

    def tell(choices: tuple[FieldOption, ...], parent: int | None, depth: int) -> list[dict[str, Any]]:
        made = []
        for place, option in enumerate(choices, 1):
            identifier = (parent or row["id"] % 1000) * 100 + place
            told = {"id": identifier, "value": option.label, "position": place, "parent_choice_id": parent}
            made.append(told | {"choices": tell(option.options, identifier, depth + 1)})
        return made

    if options:
        shown_row["choices"] = tell(options, None, 1)
    if "nested_ticket_fields" in row:
        shown_row["dependent_fields"] = row["nested_ticket_fields"]
    return shown_row | {"archived": False, "has_section": False, "section_mappings": []}


def _admin_rows(account: Account) -> list[dict[str, Any]]:
    known = {fields.prefix(field) + field.key: field.options for field in account.desk.forms.fields()}
    rows = _ticket_fields(account)
    statuses = tuple(FieldOption(key=str(known), label=label[0]) for known, label in account.statuses.choices.items())
    types = tuple(FieldOption(key=label, label=label) for label in words.TYPES.values())
    own = known | {"status": statuses, "ticket_type": types}
    return [_as_objects(account, row, own.get(row["name"], ())) for row in rows]


def admin_ticket_fields(call: Call) -> Reply:
    call.admin()
    return call.paged(_admin_rows(call.account), lambda row: row)


def admin_ticket_field(call: Call) -> Reply:
    call.admin()
    wanted = call.identifier()
    found = next((row for row in _admin_rows(call.account) if row["id"] == wanted), None)
    if found is None:
        raise not_found()
    return Reply(200, found)


_CONTACT_DEFAULTS = (
    "name", "job_title", "email", "phone", "mobile", "twitter_id", "company_name", "address", "time_zone", "language",
    "tag_names", "description",
)  # fmt: skip
_COMPANY_DEFAULTS = (
    "name", "description", "note", "domains", "health_score", "account_tier", "renewal_date", "industry",
)  # fmt: skip


def _plain(account: Account, place: int, name: str, on: str) -> dict[str, Any]:
    made = shown(account.desk.forms.fields()[0].created)
    label = name.replace("_", " ").capitalize()
    found: dict[str, Any] = {
        "id": Base.FIELD.id((1000 if on == "contact" else 2000) + place), "name": name, "label": label,
        "position": place, "type": f"default_{name}", "default": True, "required_for_agents": name == "name",
        "agents_can_edit": True, "displayed_for_agents": True, "unique": name == "email" and on == "contact",
        "created_at": made, "updated_at": made,
    }  # fmt: skip
    if on == "contact":
        found |= _portal(label)
    choices: Any = {
        "time_zone": {
            "Berlin": "(GMT+01:00) Berlin",
            "Eastern Time (US & Canada)": "(GMT-05:00) Eastern Time (US & Canada)",
        },
        "language": {words.language(locale): locale for locale in account.desk.knowledge.locales},
        "health_score": list(companies.HEALTH.values()),
        "account_tier": list(companies.TIERS.values()),
    }.get(name)
    return found if choices is None else found | {"choices": choices}


def _portal(label: str) -> dict[str, Any]:
    return {"quick_add_for_agent": True, "editable_in_signup": False, "customers_can_edit": True,
            "label_for_customers": label, "required_for_customers": False, "displayed_for_customers": True}  # fmt: skip


def _own(account: Account, field: FieldDefinition, on: str) -> dict[str, Any]:
    row = _plain(account, 50 + field.number, field.key, on)
    kept = row | {"label": field.label, "type": fields.TYPES[field.type], "default": False}
    kept.pop("choices", None)
    return kept | {"choices": [option.label for option in field.options]} if field.options else kept


def contact_fields(call: Call) -> Reply:
    account = call.account
    rows = [_plain(account, place, name, "contact") for place, name in enumerate(_CONTACT_DEFAULTS, 1)]
    rows += [_own(account, field, "contact") for field in fields.represented(account.desk.forms.fields("person"))]
    return Reply(200, rows)


def company_fields(call: Call) -> Reply:
    account = call.account
    rows = [_plain(account, place, name, "company") for place, name in enumerate(_COMPANY_DEFAULTS, 1)]
    rows += [_own(account, field, "company") for field in fields.represented(account.desk.forms.fields("organization"))]
    return Reply(200, rows)
