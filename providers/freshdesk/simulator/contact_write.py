"""Writing contacts: duplicates tell whose value it is, removed and blocked ones cannot be written.

Evidence: vendor's API reference, 'Contacts' and 'Errors'; verbb/formie pull 1917 (409 with `additional_info.user_id`,
also for a contact in the bin; 405 for writing to it).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from providers.freshdesk.simulator import contact_shape, fields, words
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.checks import Rule
from providers.freshdesk.simulator.contacts import existing
from providers.freshdesk.simulator.errors import (
    Complaint,
    Refusal,
    invalid,
    not_allowed,
    not_found,
    wrong_value,
)
from providers.freshdesk.simulator.ids import Base, number
from sandbox.listing import TicketQuery
from sandbox.records import Agent, Person
from sandbox.tickets import EVERYTHING

_UNIQUE = ("email", "mobile", "twitter_id", "unique_external_id")
_HANDLES = ("email", "phone", "mobile", "twitter_id", "unique_external_id")
_TEXT = Rule("string")
RULES = {
    "name": Rule("string", longest=255, filled=True, nullable=False), **dict.fromkeys(_HANDLES, _TEXT),
    "other_emails": Rule("strings"), "company_id": Rule("integer"), "other_companies": Rule("objects"),
    "view_all_tickets": Rule("boolean"), "address": _TEXT, "description": _TEXT, "job_title": _TEXT, "language": _TEXT,
    "tags": Rule("strings"), "time_zone": _TEXT, "custom_fields": Rule("object"), "avatar": Rule("object"),
    "preferred_source": _TEXT,
}  # fmt: skip
_OWN = {
    "name": "name", "email": "email", "phone": "phone", "mobile": "mobile", "twitter_id": "twitter",
    "unique_external_id": "external_id", "address": "address", "description": "notes", "job_title": "job_title",
    "time_zone": "time_zone",
}  # fmt: skip


def create(call: Call) -> Reply:
    values = call.checked(RULES, required=("name",))
    if not any(values.get(name) for name in _HANDLES):
        message = f"Please fill at least 1 of {', '.join(_HANDLES)} fields"
        raise invalid([Complaint("email", message, "missing_field")])
    changes = _changes(call, values, None)
    made = call.account.desk.people.create(changes.pop("name"), state="unverified", **changes)
    body = contact_shape.whole(call.account, call.files, made) | {"deleted": False}
    return call.created("contacts", Base.USER.id(made.number), body)


def _writable(call: Call) -> Person:
    person = existing(call)
    if person.state in ("deleted", "blocked"):
        raise not_allowed()
    return person


def update(call: Call) -> Reply:
    person = _writable(call)
    changes = _changes(call, call.checked(RULES), person.number)
    if "fields" in changes:
        changes["fields"] = {**person.fields, **changes["fields"]}
    changed = call.account.desk.people.update(person.number, **changes)
    return Reply(200, contact_shape.whole(call.account, call.files, changed) | {"deleted": False})


def delete(call: Call) -> Reply:
    """Into the bin; it keeps its e-mail address."""
    _moved(call, _writable(call), "deleted")
    return Reply(204)


def restore(call: Call) -> Reply:
    person = existing(call)
    if person.state != "deleted":
        raise not_allowed()
    _moved(call, person, "verified")
    return Reply(204)


def _moved(call: Call, person: Person, state: Literal["deleted", "verified"]) -> None:
    book = call.account.desk.people
    if call.account.profile.removal_bumps:
        book.update(person.number, state=state)
    else:
        book.shelf.put(msgspec.structs.replace(person, state=state))


def hard_delete(call: Call) -> Reply:
    """For good, and with it every ticket the contact has asked, in whatever state."""
    person = existing(call)
    if person.state != "deleted" and dict(call.params).get("force") != "true":
        raise invalid([wrong_value("force", "Contact must be soft deleted first, or force must be true")])
    book = call.account.desk.tickets
    asked = TicketQuery(requester=person.number, where=EVERYTHING)
    for ticket in book.page(asked, limit=10_000):
        book.purge(ticket.number)
    call.account.desk.people.update(person.number, state="deleted", email=None, other_emails=())
    call.account.purged.add(person.number)
    return Reply(204)


def send_invite(call: Call) -> Reply:
    _writable(call)
    return Reply(204)


def _changes(call: Call, values: Mapping[str, Any], itself: int | None) -> dict[str, Any]:
    _refuse_duplicates(call.account, values, itself)
    changes: dict[str, Any] = {own: values[name] for name, own in _OWN.items() if name in values}
    if changes.get("email"):
        if "@" not in changes["email"]:
            raise invalid([wrong_value("email", "It should be in the 'valid email address' format")])
        changes["email"] = changes["email"].casefold()
    for name in ("other_emails", "tags"):
        if name in values:
            changes[name] = tuple(values[name] or ())
    if values.get("language"):
        changes["locale"] = words.locale(values["language"])
    if "custom_fields" in values:
        known = call.account.desk.forms.fields("person")
        changes["fields"] = fields.read(known, values["custom_fields"] or {}, loose=call.form)
    if "company_id" in values or "other_companies" in values:
        changes["organizations"] = _organizations(call.account, values)
    elif itself is None and changes.get("email"):
        found = call.account.desk.organizations.by_domain(changes["email"].rpartition("@")[2])
        changes["organizations"] = (found.number,) if found else ()
    return changes


def _organizations(account: Account, values: Mapping[str, Any]) -> tuple[int, ...]:
    given = [values.get("company_id")] + [row.get("company_id") for row in values.get("other_companies") or ()]
    found: list[int] = []
    for identifier in given:
        known = number(Base.COMPANY, identifier) if isinstance(identifier, int) else None
        company = account.desk.organizations.get(known) if known else None
        if company is not None and not company.deleted:
            found.append(company.number)
        elif identifier is not None:
            raise invalid(
                [wrong_value("company_id", f"There is no company matching the given company_id: {identifier}")]
            )
    return tuple(dict.fromkeys(found))


def _holder(account: Account, name: str, value: str) -> Person | Agent | None:
    desk = account.desk
    if name == "email":
        return desk.user_by_email(value)
    if name == "unique_external_id":
        return desk.people.by_external_id(value)
    own = _OWN[name]
    return next((person for person in desk.people.shelf.written.values() if getattr(person, own) == value), None)


def _refuse_duplicates(account: Account, values: Mapping[str, Any], itself: int | None) -> None:
    """409 even when the other one is in the bin; the error says whose it is."""
    for name in _UNIQUE:
        holder = _holder(account, name, values[name]) if values.get(name) else None
        if holder is not None and holder.number != itself and holder.number not in account.purged:
            info = {"user_id": Base.USER.id(holder.number)}
            raise invalid([Complaint(name, "It should be a unique value", "duplicate_value", info)], status=409)


MERGE_RULES = {
    "primary_contact_id": Rule("integer", nullable=False), "secondary_contact_ids": Rule("integers", nullable=False),
    "contact": Rule("object"),
}  # fmt: skip


def merge(call: Call) -> Reply:
    """The secondaries go into the bin; their addresses and tickets become the primary's."""
    values = call.checked(MERGE_RULES, required=("primary_contact_id", "secondary_contact_ids"))
    book, tickets = call.account.desk.people, call.account.desk.tickets
    primary = _contact(call, values["primary_contact_id"])
    others = [_contact(call, identifier) for identifier in values["secondary_contact_ids"]]
    addresses = [address for other in others for address in (other.email, *other.other_emails) if address]
    for other in others:
        for ticket in tickets.page(TicketQuery(requester=other.number), limit=10_000):
            tickets.update(ticket.number, requester=primary.number)
        book.update(other.number, state="deleted", email=None, other_emails=())
    book.update(primary.number, other_emails=tuple(dict.fromkeys((*primary.other_emails, *addresses))))
    return Reply(204)


def _contact(call: Call, identifier: int) -> Person:
    found = number(Base.USER, identifier)
    person = call.account.desk.people.get(found) if found else None
    if person is None or person.state == "deleted":
        raise not_found()
    return person


def make_agent(call: Call) -> Reply:
    """The seats of this account are taken; without an address it is not possible anyway."""
    call.admin()
    if _writable(call).email is None:
        message = "Contact without email id cannot be made as an agent"
        raise invalid([Complaint("email", message, "inconsistent_state")])
    raise Refusal(403, {"code": "max_agents_reached", "message": "You have reached the maximum number of agents"})
