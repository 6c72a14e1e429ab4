"""What a ticket create or update says, checked and turned into the company's words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from providers.zendesk.simulator import errors, fields, ids
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.listings import User
from providers.zendesk.simulator.tickets import TYPES
from sandbox.records import Agent, Person, Ticket

KNOWN = frozenset(
    {
        "subject", "comment", "requester", "requester_id", "submitter_id", "assignee_id", "assignee_email", "group_id",
        "organization_id", "priority", "type", "status", "custom_status_id", "tags", "custom_fields", "fields",
        "external_id", "due_at", "brand_id", "ticket_form_id", "collaborator_ids", "collaborators", "email_ccs",
        "followers", "recipient", "problem_id", "metadata", "macro_id", "macro_ids", "attribute_value_ids",
        "safe_update", "updated_stamp", "via_id", "via_followup_source_id", "voice_comment", "additional_tags",
        "remove_tags", "via", "is_public", "email_cc_ids", "follower_ids", "sharing_agreement_ids",
        "additional_collaborators", "idempotency_key",
    }
)  # fmt: skip
_STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
_PRIORITIES = ("urgent", "high", "normal", "low")


def integer(given: Any) -> int:
    """Ids may come as text."""
    return int(given) if str(given).lstrip("-").isdecimal() else 0


def listed(given: Any) -> list[Any]:
    """A list, or nothing where something else was sent."""
    return given if isinstance(given, list) else []


def base_error(text: str) -> errors.Refused:
    return errors.invalid_record({"base": [{"description": text, "error": "InvalidValue"}]})


def attributes(call: Call, given: dict[str, Any], before: Ticket | None) -> dict[str, Any]:
    """The desk's own names and values of everything but comment and requester."""
    values: dict[str, Any] = {}
    _words(given, values)
    _status(call, given, values)
    _assignment(call, given, values, before)
    _references(call, given, values)
    _tags(given, values, before)
    for name in ("custom_fields", "fields"):
        if given.get(name):
            values["fields"] = fields.read_values(call, given[name])
    return values


def _words(given: dict[str, Any], values: dict[str, Any]) -> None:
    if given.get("subject") is not None:
        values["subject"] = str(given["subject"])
    if "priority" in given:
        values["priority"] = _choice("Priority", given["priority"], _PRIORITIES)
    if "type" in given:
        values["kind"] = _choice("Type", given["type"], tuple(TYPES.values()))
    if "external_id" in given:
        values["external_id"] = None if given["external_id"] is None else str(given["external_id"])
    if given.get("due_at"):
        values["due"] = _moment(str(given["due_at"]))


def _moment(given: str) -> datetime:
    try:
        found = datetime.fromisoformat(given.replace("Z", "+00:00"))
    except ValueError:
        raise base_error(f"Due At: {given} is not a valid time") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _choice(name: str, given: Any, words: tuple[str, ...]) -> str | None:
    """A wrong word is a 422 on `base` (php client issue 446)."""
    if given in (None, "", "-"):
        return None
    if given not in words:
        raise base_error(f"{name}: {given} is invalid")
    return str(given)


def _status(call: Call, given: dict[str, Any], values: dict[str, Any]) -> None:
    if given.get("custom_status_id") is not None:
        status = fields.status_by_id(call, integer(given["custom_status_id"]))
        if status is None:
            raise base_error("Custom status: is invalid")
        values["custom_status"] = status.key
        values["status"] = status.status
    elif given.get("status") is not None:
        values["status"] = _choice("Status", given["status"], _STATUSES)


def _assignment(call: Call, given: dict[str, Any], values: dict[str, Any], before: Ticket | None) -> None:
    """An assignee implies a group: theirs, when the ticket's is not one of theirs."""
    staff = call.account.desk.staff
    if given.get("group_id") is not None:
        group = staff.group(ids.GROUP.number(integer(given["group_id"])) or 0)
        if group is None or group.deleted:
            raise errors.invalid_field("group", "Group: is invalid", "InvalidValue")
        values["group"] = group.number
    elif "group_id" in given:
        values["group"] = None
    if "assignee_id" not in given and "assignee_email" not in given:
        return
    agent = _agent(call, given)
    values["assignee"] = agent.number if agent else None
    group_now = values.get("group", before.group if before else None)
    if agent and group_now not in agent.groups:
        if "group" in values and values["group"] is not None:
            raise errors.invalid_field("assignee_id", "Assignee: is not a member of the group", "InvalidValue")
        values["group"] = agent.default_group


def _agent(call: Call, given: dict[str, Any]) -> Agent | None:
    staff = call.account.desk.staff
    if given.get("assignee_email"):
        agent = staff.agent_by_email(str(given["assignee_email"]))
    elif given.get("assignee_id") is None:
        return None
    else:
        agent = staff.agent(ids.USER.number(integer(given["assignee_id"])) or 0)
    if agent is None or not agent.active:
        raise errors.invalid_field("assignee_id", "Assignee: is not available for assignment", "InvalidValue")
    return agent


def _references(call: Call, given: dict[str, Any], values: dict[str, Any]) -> None:
    desk = call.account.desk
    if "organization_id" in given:
        number = ids.ORGANIZATION.number(integer(given["organization_id"]))
        organization = desk.organizations.get(number) if number else None
        values["organization"] = organization.number if organization and not organization.deleted else None
    if given.get("brand_id") is not None:
        product = desk.staff.product(ids.BRAND.number(integer(given["brand_id"])) or 0)
        if product is None:
            raise errors.invalid_field("brand_id", "Brand: is invalid", "InvalidValue")
        values["product"] = product.number
    if "email_ccs" in given or "collaborators" in given:
        values["cc"] = _copies(call, given)


def _copies(call: Call, given: dict[str, Any]) -> tuple[str, ...]:
    found: list[str] = []
    for row in [*listed(given.get("email_ccs")), *listed(given.get("collaborators"))]:
        if isinstance(row, dict):
            if row.get("action") == "delete":
                continue
            user = call.account.desk.user(ids.USER.number(integer(row.get("user_id"))) or 0)
            address = row.get("user_email") or row.get("email") or (user.email if user else None)
        elif isinstance(row, int):
            user = call.account.desk.user(ids.USER.number(row) or 0)
            address = user.email if user else None
        else:
            address = str(row)
        found += [str(address)] if address else []
    return tuple(dict.fromkeys(found))


def _tags(given: dict[str, Any], values: dict[str, Any], before: Ticket | None) -> None:
    """`tags` replaces the set; bulk updates may also add and remove."""
    had = list(before.tags) if before else []
    if "tags" in given:
        had = words(given["tags"])
    had += words(given.get("additional_tags"))
    gone = set(words(given.get("remove_tags")))
    if {"tags", "additional_tags", "remove_tags"} & set(given):
        values["tags"] = tuple(dict.fromkeys(tag for tag in had if tag not in gone))


def words(given: Any) -> list[str]:
    """Tags are lower-case, and spaces part them."""
    rows = given if isinstance(given, list) else str(given or "").replace(",", " ").split()
    return [word for row in rows for word in str(row).lower().split()]


def requester(call: Call, given: dict[str, Any]) -> User | None:
    """By id, or by name and e-mail, which makes the person when nobody has the address."""
    desk = call.account.desk
    if given.get("requester_id") is not None:
        user = desk.user(ids.USER.number(integer(given["requester_id"])) or 0)
        if user is None or (isinstance(user, Person) and user.state == "deleted"):
            raise errors.invalid_field("requester_id", "Requester: is invalid", "InvalidValue")
        return user
    told = given.get("requester")
    if not isinstance(told, dict):
        return None
    email = str(told.get("email") or "")
    if email and "@" not in email:
        text = f"Requester: Email: {email} is not properly formatted"
        raise errors.invalid_record({"requester": [{"description": text}]})
    known = desk.user_by_email(email) if email else None
    if known is not None:
        return known
    name = str(told.get("name") or email.partition("@")[0])
    if not name:
        raise errors.invalid_field("requester", "Requester Name: is too short (minimum one character)", "ValueTooShort")
    return desk.people.create(name, email=email or None, state="unverified")


def check_solvable(call: Call, status: str | None, assignee: int | None, values: dict[str, Any]) -> None:
    """Solving needs an assignee and every required field; the texts come in the caller's language (zenpy issue 257)."""
    if status != "solved":
        return
    if assignee is None:
        raise errors.invalid_field("assignee_id", "Assignee: is required when solving a ticket", "BlankValue")
    missing = [
        {
            "description": f"{field.label}: is required when solving a ticket",
            "error": None,
            "ticket_field_id": fields.field_id(field),
            "ticket_field_type": f"Field{fields.TYPES[field.type].capitalize()}",
        }
        for field in call.account.desk.forms.fields()
        if field.required_to_solve and values.get(field.key) in (None, ())
    ]
    if missing:
        raise errors.invalid_record({"base": missing})
