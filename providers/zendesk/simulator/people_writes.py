"""Creating, changing and removing users, organizations and memberships."""

from __future__ import annotations

from typing import Any

from providers.zendesk.simulator import errors, ids, organization_reads, organizations, user_reads, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.definitions import start_job
from providers.zendesk.simulator.errors import Refused
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.ticket_input import integer, words
from sandbox.listing import TicketQuery
from sandbox.records import Agent, FieldValue, Organization, Person
from sandbox.tickets import EVERYTHING

routes = Routes()
_USER = frozenset(
    {
        "name", "email", "role", "organization_id", "organization", "identities", "external_id", "phone", "alias",
        "details", "notes", "tags", "user_fields", "locale", "locale_id", "time_zone", "verified", "suspended",
        "skip_verify_email", "signature", "remote_photo_url", "custom_role_id", "organization_ids",
    }
)  # fmt: skip
_ORGANIZATION = frozenset(
    {
        "id", "name", "details", "notes", "domain_names", "external_id", "group_id", "tags", "shared_tickets",
        "shared_comments", "organization_fields",
    }
)  # fmt: skip


# -- users


def _user_values(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, own in (("name", "name"), ("external_id", "external_id"), ("phone", "phone"), ("notes", "notes")):
        if name in given:
            found[own] = None if given[name] is None else str(given[name])
    if "details" in given:
        found["address"] = given["details"] or None
    if "tags" in given:
        found["tags"] = tuple(words(given["tags"]))
    if "organization_id" in given:
        number = ids.ORGANIZATION.number(integer(given["organization_id"]))
        found["organizations"] = (number,) if number and call.account.desk.organizations.get(number) else ()
    if given.get("suspended"):
        found["state"] = "blocked"
    elif given.get("verified") or given.get("suspended") is False:
        found["state"] = "verified"
    if given.get("user_fields"):
        found["fields"] = _own_fields(given["user_fields"])
    return found


def _own_fields(given: dict[str, Any]) -> dict[str, FieldValue]:
    return {str(key): value for key, value in given.items() if isinstance(value, str | int | float | bool | None)}


def _check_name(given: dict[str, Any], *, new: bool) -> None:
    if (new or "name" in given) and not str(given.get("name") or "").strip():
        raise errors.invalid_field("name", "Name: is too short (minimum one character)", "ValueTooShort")


def _check_email(call: Call, given: dict[str, Any]) -> str | None:
    email = given.get("email")
    if email is None:
        return None
    if "@" not in str(email):
        raise errors.invalid_field("email", f"Email: {email} is not properly formatted", "InvalidFormat")
    known = call.account.desk.user_by_email(str(email))
    if known is not None and not (isinstance(known, Person) and known.state == "deleted"):
        text = f"Email: {email} is already being used by another user"
        raise errors.invalid_field("email", text, "DuplicateValue")
    return str(email)


def _create(call: Call, given: dict[str, Any]) -> Person:
    given = call.only("user", given, _USER)
    _check_name(given, new=True)
    if given.get("role") not in (None, "end-user"):
        raise errors.no_access()
    email = _check_email(call, given)
    external = given.get("external_id")
    if external is not None and call.account.desk.people.by_external_id(str(external)):
        raise errors.invalid_field("external_id", "External: has already been taken", "DuplicateValue")
    values = {"state": "unverified", **_user_values(call, given), "email": email}
    return call.account.desk.people.create(values.pop("name"), **values)


def _shown(call: Call, person: Person, status: int) -> Answer:
    row = users.shown(call, person)
    return Answer({"user": row}, status, {"Location": row["url"]})


@routes.on("POST", "/api/v2/users", resource="users")
def create_user(call: Call) -> Answer:
    return _shown(call, _create(call, call.root("user")), 201)


@routes.on("POST", "/api/v2/users/create_or_update", resource="users", bucket="user_update")
def create_or_update_user(call: Call) -> Answer:
    """Matched by e-mail or external id: 201 when made, 200 when changed."""
    given, people = call.root("user"), call.account.desk.people
    known = people.by_email(str(given["email"])) if given.get("email") else None
    if known is None and given.get("external_id"):
        known = people.by_external_id(str(given["external_id"]))
    if known is None:
        return _shown(call, _create(call, given), 201)
    return _shown(call, people.update(known.number, **_user_values(call, call.only("user", given, _USER))), 200)


@routes.on("POST", "/api/v2/users/create_many", "/api/v2/users/create_or_update_many", resource="users")
def create_many_users(call: Call) -> Answer:
    rows = call.rows("users")

    def work() -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        for place, row in enumerate(rows):
            try:
                results.append({"id": ids.USER.id(_create(call, row).number), "index": place, "status": "Created"})
            except Refused as refusal:
                told = refusal.payload if isinstance(refusal.payload, dict) else {}
                results.append({"index": place, "success": False, "error": told.get("error"), "details": str(told)})
        return results

    return start_job(call, "Bulk Create User", len(rows), work)


def _person(call: Call, name: str = "id") -> Person:
    """Agents may change end users only."""
    user = user_reads.known(call, name)
    if isinstance(user, Agent):
        raise errors.no_access()
    return user


@routes.on("PUT", "/api/v2/users/{id}", resource="users", bucket="user_update")
def update_user(call: Call) -> Answer:
    """A new `email` becomes a second identity; a new `organization_id` drops the other memberships ('Users' page)."""
    person, given = _person(call), call.only("user", call.root("user"), _USER)
    _check_name(given, new=False)
    values = _user_values(call, given)
    email = given.get("email")
    if email and str(email).casefold() != (person.email or "").casefold():
        added = _check_email(call, given)
        values["other_emails"] = (*person.other_emails, added) if person.email else person.other_emails
        if not person.email:
            values["email"] = added
    return Answer({"user": users.shown(call, call.account.desk.people.update(person.number, **values))})


@routes.on("DELETE", "/api/v2/users/{id}", resource="users")
def delete_user(call: Call) -> Answer:
    """200 with the user, `active` false; still shown by id, gone from lists."""
    return Answer({"user": users.shown(call, call.account.desk.people.delete(_person(call).number))})


@routes.on("DELETE", "/api/v2/deleted_users/{id}", resource="users", admin=True)
def scrub_user(call: Call) -> Answer:
    """The second delete is for good: null e-mail and phone, and a name that says so."""
    person = _person(call)
    if person.state != "deleted":
        raise errors.not_found()
    call.account.erased.add(person.number)
    changed = call.account.desk.people.update(
        person.number,
        name="Permanently Deleted User",
        email=None,
        other_emails=(),
        phone=None,
        mobile=None,
        external_id=None,
        photo=None,
        notes=None,
        address=None,
    )
    return Answer({"deleted_user": users.shown(call, changed)})


@routes.on("GET", "/api/v2/users/{id}/tags", resource="users")
def user_tags(call: Call) -> Answer:
    user = user_reads.known(call)
    return Answer({"tags": list(user.tags) if isinstance(user, Person) else []})


# -- organizations


def _organization_values(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, own in (("details", "description"), ("notes", "notes"), ("external_id", "external_id")):
        if name in given:
            found[own] = None if given[name] is None else str(given[name])
    if "domain_names" in given:
        found["domains"] = tuple(str(domain).lower() for domain in given["domain_names"] or ())
    if "tags" in given:
        found["tags"] = tuple(words(given["tags"]))
    if "group_id" in given:
        found["group"] = ids.GROUP.number(integer(given["group_id"]))
    if "shared_tickets" in given:
        found["shared_tickets"] = bool(given["shared_tickets"])
    if given.get("organization_fields"):
        found["fields"] = _own_fields(given["organization_fields"])
    return found


def _create_organization(call: Call, given: dict[str, Any]) -> Organization:
    given = call.only("organization", given, _ORGANIZATION)
    name = str(given.get("name") or "").strip()
    if not name:
        raise errors.invalid_field("name", "Name: cannot be blank", "BlankValue")
    if call.account.desk.organizations.by_name(name):
        raise errors.invalid_field("name", "Name: has already been taken", "DuplicateValue")
    return call.account.desk.organizations.create(name, **_organization_values(call, given))


@routes.on("POST", "/api/v2/organizations", resource="organizations")
def create_organization(call: Call) -> Answer:
    row = organizations.shown(call, _create_organization(call, call.root("organization")))
    return Answer({"organization": row}, 201, {"Location": row["url"]})


@routes.on("POST", "/api/v2/organizations/create_or_update", resource="organizations")
def create_or_update_organization(call: Call) -> Answer:
    """By id or external id, never by name."""
    given = call.root("organization")
    book = call.account.desk.organizations
    known = book.get(ids.ORGANIZATION.number(integer(given.get("id"))) or 0)
    if known is None and given.get("external_id"):
        known = organization_reads.by_external(call, str(given["external_id"]))
    if known is None:
        return create_organization(call)
    values = _organization_values(call, call.only("organization", given, _ORGANIZATION))
    return Answer({"organization": organizations.shown(call, book.update(known.number, **values))})


@routes.on("PUT", "/api/v2/organizations/{id}", resource="organizations", bucket="organization_update_each")
def update_organization(call: Call) -> Answer:
    """`domain_names` replaces the list."""
    found = organization_reads.known(call)
    given = call.only("organization", call.root("organization"), _ORGANIZATION)
    values = _organization_values(call, given)
    if given.get("name"):
        values["name"] = str(given["name"])
    changed = call.account.desk.organizations.update(found.number, **values)
    if changed.name != found.name:
        _touch_tickets(call, found.number)
    return Answer({"organization": organizations.shown(call, changed)})


@routes.on("DELETE", "/api/v2/organizations/{id}", resource="organizations")
def delete_organization(call: Call) -> Answer:
    number = organization_reads.known(call).number
    call.account.desk.organizations.delete(number)
    _touch_tickets(call, number)
    return Answer(status=204)


def _touch_tickets(call: Call, organization: int) -> None:
    """A system's change of every ticket: only `generated_timestamp` moves ('Incremental Exports' page)."""
    query = TicketQuery(order="number", where=EVERYTHING, organization=organization)
    for ticket in call.account.desk.tickets.page(query, limit=1000):
        call.account.desk.tickets.touch(ticket.number)


@routes.on("GET", "/api/v2/organizations/{id}/tags", resource="organizations")
def organization_tags(call: Call) -> Answer:
    return Answer({"tags": list(organization_reads.known(call).tags)})


# -- memberships


@routes.on("POST", "/api/v2/organization_memberships", resource="users")
def create_membership(call: Call) -> Answer:
    given, desk = call.root("organization_membership"), call.account.desk
    user = desk.user(ids.USER.number(integer(given.get("user_id"))) or 0)
    number = ids.ORGANIZATION.number(integer(given.get("organization_id")))
    if not isinstance(user, Person) or number is None or desk.organizations.get(number) is None:
        raise errors.not_found()
    if number in user.organizations:
        text = " This user is already a member of this organization."
        raise errors.invalid_field("user_id", text, "DuplicateValue")
    changed = desk.people.update(user.number, organizations=(*user.organizations, number))
    row = organizations.memberships(call, changed)[-1]
    return Answer({"organization_membership": row}, 201, {"Location": row["url"]})


def _membership(call: Call, name: str = "id") -> tuple[Person, int]:
    number = ids.ORGANIZATION_MEMBERSHIP.number(call.id(name)) or 0
    user = call.account.desk.user(number // organizations.PLACES)
    place = number % organizations.PLACES
    if not isinstance(user, Person) or place >= len(user.organizations):
        raise errors.not_found()
    return user, user.organizations[place]


@routes.on("DELETE", "/api/v2/organization_memberships/{id}", resource="users")
def delete_membership(call: Call) -> Answer:
    """Takes the organization off the person's working tickets ('Organization Memberships' page)."""
    person, organization = _membership(call)
    left = tuple(number for number in person.organizations if number != organization)
    call.account.desk.people.update(person.number, organizations=left)
    query = TicketQuery(order="number", requester=person.number, organization=organization)
    for ticket in call.account.desk.tickets.page(query, limit=1000):
        if ticket.status != "closed":
            call.account.desk.tickets.update(ticket.number, organization=None)
    return Answer(status=204)


@routes.on("PUT", "/api/v2/users/{id}/organization_memberships/{membership}/make_default", resource="users")
def make_default(call: Call) -> Answer:
    person, organization = _membership(call, "membership")
    rest = tuple(number for number in person.organizations if number != organization)
    changed = call.account.desk.people.update(person.number, organizations=(organization, *rest))
    return Answer({"organization_memberships": organizations.memberships(call, changed)})
