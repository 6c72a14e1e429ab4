"""Creating and updating tickets: the form's own demands, contacts made on the way, due times that come later.

Evidence: vendor's API reference, 'Create a ticket' and 'Update a ticket'; airbyte issue 3858 and fresh-samples issue
31 for refusals; verbb/formie PR 1917 for what forms meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from providers.freshdesk.simulator import conversations, fields, ticket_shape, words
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.checks import Rule
from providers.freshdesk.simulator.errors import Complaint, invalid, missing, wrong_value
from providers.freshdesk.simulator.ids import Base, number
from providers.freshdesk.simulator.ticket_find import writable
from providers.freshdesk.simulator.times import parsed
from sandbox.records import FieldValue, Ticket
from sandbox.texts import to_text

_WHO = ("requester_id", "email", "phone", "facebook_id", "twitter_id", "unique_external_id")
_NUMBER = Rule("integer")
_TEXT = Rule("string")
_ID_FIELDS = {
    "responder_id": Base.USER, "group_id": Base.GROUP, "product_id": Base.PRODUCT, "email_config_id": Base.EMAIL_CONFIG,
    "company_id": Base.COMPANY, "internal_agent_id": Base.USER, "internal_group_id": Base.GROUP,
}  # fmt: skip


def rules(account: Account) -> dict[str, Rule]:
    return {
        "name": Rule("string", longest=255),
        "subject": Rule("string", longest=255),
        "description": _TEXT,
        "structured_description": Rule("object"),
        "status": Rule("integer", tuple(account.statuses.choices)),
        "priority": Rule("integer", tuple(words.PRIORITY_WORDS)),
        "source": Rule("integer", words.WRITABLE_SOURCES),
        "type": Rule("string", tuple(words.TYPES.values())),
        "requester_id": _NUMBER, "email": _TEXT, "phone": _TEXT, "facebook_id": _TEXT, "twitter_id": _TEXT,
        "unique_external_id": _TEXT, **dict.fromkeys(_ID_FIELDS, _NUMBER),
        "cc_emails": Rule("strings"), "tags": Rule("strings"), "custom_fields": Rule("object"),
        "due_by": Rule("time"), "fr_due_by": Rule("time"), "parent_id": _NUMBER,
        "related_ticket_ids": Rule("integers"),
        "lookup_parameter": Rule("string", ("display_id", "primary_field_value")),
        "attachments": Rule("files"),
    }  # fmt: skip


def create(call: Call) -> Reply:
    values = call.checked(rules(call.account))
    account = call.account
    custom = fields.read(account.desk.forms.fields(), values.get("custom_fields") or {}, loose=call.form)
    complaints = _demands(account, values, custom)
    changes = _changes(account, values, complaints)
    _dues(account, values, complaints)
    if complaints:
        raise invalid(complaints)
    uploads = conversations.stored(account, values.get("attachments"))
    who = _requester(account, values)
    organization = changes.pop("organization", None) or getattr(account.desk.user(who), "organization", None)
    ticket = account.desk.tickets.create(
        subject=values.get("subject") or "",
        requester=who,
        html=conversations.text_of(values, "description", "structured_description"),
        custom_status=account.statuses.keys[values.get("status") or 2],
        organization=organization,
        fields=custom,
        priority=words.PRIORITY_WORDS[values.get("priority") or 1],
        **{"channel": words.CHANNELS[2]} | changes,
    )
    if uploads:
        account.desk.messages.describe(ticket.number, attachments=uploads)
    ticket = _note_extras(account, ticket, values, new=True)
    return call.created("tickets", ticket.number, ticket_shape.whole(account, call.files, ticket))


def update(call: Call) -> Reply:
    """Arrays replace what was there; the answer still shows the due times from before."""
    ticket = writable(call)
    account = call.account
    values = call.checked(rules(account))
    custom = fields.read(account.desk.forms.fields(), values.get("custom_fields") or {}, loose=call.form)
    complaints = _outbound(account, ticket, values)
    if values.get("status") in (4, 5):
        complaints += _for_closure(account, {**ticket.fields, **custom})
    changes = _changes(account, values, complaints)
    if complaints:
        raise invalid(complaints)
    if any(values.get(name) for name in _WHO):
        changes["requester"] = _requester(account, values)
    for name, own in (("subject", "subject"), ("description", "html")):
        if values.get(name) is not None:
            changes[own] = values[name]
    if "html" in changes:
        changes["text"] = to_text(changes["html"])
        account.desk.messages.describe(ticket.number, html=changes["html"], text=changes["text"])
    if values.get("status"):
        changes["custom_status"] = account.statuses.keys[values["status"]]
    if values.get("priority"):
        changes["priority"] = words.PRIORITY_WORDS[values["priority"]]
    uploads = conversations.stored(account, values.get("attachments"))
    if uploads:
        known = account.desk.messages.get(ticket.number * 1024)
        account.desk.messages.describe(ticket.number, attachments=(*(known.attachments if known else ()), *uploads))
    if custom:
        changes["fields"] = custom
    changed = account.desk.tickets.update(ticket.number, **changes)
    changed = _note_extras(account, changed, values, new=False)
    return Reply(200, ticket_shape.whole(account, call.files, changed))


def outbound(call: Call) -> Reply:
    """A mail to somebody as a new ticket: source 10, closed by default."""
    required = ("email", "subject", "email_config_id")
    kept = {name: rule for name, rule in rules(call.account).items() if name not in ("source", "requester_id")}
    call.checked(kept, required=required)
    body = {"status": 5, "priority": 1, "description": "", **call.body, "source": 10}
    return create(msgspec.structs.replace(call, body=body))


def _demands(account: Account, values: Mapping[str, Any], custom: Mapping[str, FieldValue]) -> list[Complaint]:
    """Who asks, and every field the form wants from agents; on closing more."""
    complaints: list[Complaint] = []
    if not any(values.get(name) for name in _WHO):
        message = f"Any of these fields has to be set: {', '.join(_WHO)}"
        complaints.append(Complaint("requester_id", message, "missing_field"))
    if values.get("phone") and not values.get("email") and not values.get("name"):
        complaints.append(missing("name"))
    complaints += [missing(name) for name in ("subject", "description") if _blank(values, name)]
    complaints += [missing(name) for name in ("status", "priority") if name in values and values[name] is None]
    complaints += [
        missing(f"cf_{field.key}")
        for field in fields.represented(account.desk.forms.fields())
        if field.required_for_agents and custom.get(field.key) is None
    ]
    if values.get("status") in (4, 5):
        complaints += _for_closure(account, custom)
    return complaints


def _blank(values: Mapping[str, Any], name: str) -> bool:
    """An empty description is taken when it comes as a structured one."""
    if name == "description" and values.get("structured_description"):
        return False
    if name == "description" and values.get("source") == 10:
        return False
    return not str(values.get(name) or "").strip()


def _for_closure(account: Account, custom: Mapping[str, FieldValue]) -> list[Complaint]:
    known = fields.represented(account.desk.forms.fields())
    return [missing(f"cf_{field.key}") for field in known if field.required_to_solve and custom.get(field.key) is None]


def _outbound(account: Account, ticket: Ticket, values: Mapping[str, Any]) -> list[Complaint]:
    """Subject and description of a mail that was sent stay as they are."""
    extra = account.extras.get(ticket.number)
    if words.source(ticket, extra.source if extra else None) != 10:
        return []
    message = "It cannot be changed for an outbound email ticket"
    return [Complaint(name, message, "incompatible_field") for name in ("subject", "description") if name in values]


def _known(account: Account, name: str, identifier: int) -> int | None:
    found = number(_ID_FIELDS[name], identifier)
    if found is None:
        return None
    desk = account.desk
    if _ID_FIELDS[name] is Base.USER:
        agent = desk.staff.agent(found)
        return found if agent and agent.active else None
    if _ID_FIELDS[name] is Base.GROUP:
        return found if desk.staff.group(found) else None
    if _ID_FIELDS[name] is Base.COMPANY:
        organization = desk.organizations.get(found)
        return found if organization and not organization.deleted else None
    return found if desk.staff.product(found) else None


def _changes(account: Account, values: Mapping[str, Any], complaints: list[Complaint]) -> dict[str, Any]:
    """What the body changes on the company's own record."""
    changes: dict[str, Any] = {}
    own = {"responder_id": "assignee", "group_id": "group", "product_id": "product", "company_id": "organization"}
    for name in _ID_FIELDS:
        if values.get(name) is not None and _known(account, name, values[name]) is None:
            complaints.append(wrong_value(name, f"There is no record matching the given {name}: {values[name]}"))
        elif name in values and name in own:
            changes[own[name]] = None if values[name] is None else _known(account, name, values[name])
    if "company_id" in values and not account.profile.multiple_companies:
        complaints.append(Complaint("company_id", "The multiple companies feature is needed", "inaccessible_field"))
    if values.get("email_config_id") is not None:
        changes["product"] = number(Base.EMAIL_CONFIG, values["email_config_id"])
    if "type" in values:
        changes["kind"] = words.TYPE_WORDS[values["type"]] if values["type"] else None
    if "tags" in values:
        changes["tags"] = tuple(dict.fromkeys(values["tags"] or ()))
        if any(len(tag) > 32 for tag in changes["tags"]):
            complaints.append(wrong_value("tags", "It should contain elements that have maximum of 32 characters"))
    if "cc_emails" in values:
        changes["cc"] = tuple(values["cc_emails"] or ())
    if values.get("source"):
        changes["channel"] = words.CHANNELS[values["source"]]
    return changes


def _dues(account: Account, values: Mapping[str, Any], complaints: list[Complaint]) -> None:
    """Both or none, and not in the past."""
    given = [name for name in ("due_by", "fr_due_by") if values.get(name)]
    if len(given) == 1:
        complaints.append(missing("fr_due_by" if given == ["due_by"] else "due_by"))
    for name in given:
        moment = parsed(values[name])
        if moment is not None and moment <= account.now():
            complaints.append(wrong_value(name, "It should be a date in the future"))


def _requester(account: Account, values: Mapping[str, Any]) -> int:
    """Whoever it is; an unknown address, number or id makes a new contact."""
    desk = account.desk
    if values.get("requester_id") is not None:
        found = number(Base.USER, values["requester_id"])
        if found is None or desk.user(found) is None:
            raise invalid([wrong_value("requester_id", "There is no contact matching the given requester_id")])
        return found
    if values.get("facebook_id"):
        raise invalid([wrong_value("facebook_id", "There is no contact matching the given facebook_id")])
    email, external = values.get("email"), values.get("unique_external_id")
    known = desk.user_by_email(email) if email else desk.people.by_external_id(external) if external else None
    if known is not None:
        return known.number
    if email and ("@" not in email or " " in email):
        raise invalid([wrong_value("email", "It should be in the 'valid email address' format")])
    handle = values.get("phone") or values.get("twitter_id") or external or ""
    name = values.get("name") or (email or "").partition("@")[0].replace(".", " ").title() or str(handle)
    company = desk.organizations.by_domain(email.rpartition("@")[2]) if email else None
    made = desk.people.create(
        name,
        email=email.casefold() if email else None,
        phone=values.get("phone"),
        twitter=values.get("twitter_id"),
        external_id=external,
        state="unverified",
        organization=company.number if company else None,
    )
    return made.number


def _note_extras(account: Account, ticket: Ticket, values: Mapping[str, Any], *, new: bool) -> Ticket:
    """What only Freshdesk knows of a ticket. Due times of a new one are null at first."""
    extra = account.overlay(ticket.number)
    if new or values.get("source"):
        extra.source = values.get("source") or extra.source or 2
    if values.get("email_config_id"):
        extra.email_config = number(Base.EMAIL_CONFIG, values["email_config_id"])
    for name in ("due_by", "fr_due_by"):
        if values.get(name):
            setattr(extra, name, parsed(values[name]))
    if new:
        extra.due_from = account.now()
        due, first = ticket_shape.due_times(ticket)
        ticket = account.desk.tickets.update(
            ticket.number, due=extra.due_by or due, first_response_due=extra.fr_due_by or first
        )
    return ticket
