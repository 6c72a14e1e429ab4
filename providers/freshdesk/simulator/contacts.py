"""Contacts to read: alphabetical, agents and removed ones left out, no 30-day window (vendor's API reference,
'Contacts')."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from providers.freshdesk.simulator import contact_shape
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.errors import Complaint, invalid, invalid_field, not_among, not_found, wrong_value
from providers.freshdesk.simulator.ids import Base, number
from providers.freshdesk.simulator.times import parsed
from sandbox.merged import Merged
from sandbox.people import ACTIVE
from sandbox.records import AGENTS_END, Person

STATES = {name: frozenset({name}) for name in ("blocked", "deleted", "unverified", "verified")}
_SORTED_WHOLE = 5000
"""Up to so many recently changed contacts are put in alphabetical order, more come by the time of their change; and so
many are held against a phone number."""


def person_of(account: Account, numbered: int) -> Person | None:
    """A contact, or what became of an agent who left."""
    if numbered >= AGENTS_END:
        return account.desk.people.get(numbered)
    agent = account.desk.staff.agent(numbered)
    if agent is None or (agent.active and account.profile.agent_as_contact == 404):
        return None
    return contact_shape.from_agent(agent)


def existing(call: Call) -> Person:
    found = person_of(call.account, call.number(Base.USER))
    if found is None or found.number in call.account.purged:
        raise not_found()
    return found


def view(call: Call) -> Reply:
    person = existing(call)
    if person.state == "deleted" and call.account.profile.deleted_contact == 404:
        raise not_found()
    return Reply(200, contact_shape.whole(call.account, call.files, person))


def contacts(call: Call) -> Reply:
    """`updated_since` today, `_updated_since` in older texts: which one is strict nobody has told."""
    spelled = call.account.profile.contacts_updated_since
    names = ("updated_since", "_updated_since") if spelled == "both" else (spelled,)
    query, asked = call.page(
        "email", "mobile", "phone", "company_id", "state", "contact_type", "unique_external_id", *names
    )
    complaints: list[Complaint] = []
    if spelled != "both":
        complaints += [
            invalid_field(name) for name, _ in call.params if name.endswith("updated_since") and name != spelled
        ]
    if query.get("state", "verified") not in STATES:
        complaints.append(not_among("state", tuple(STATES)))
    given = next((query[name] for name in names if name in query), None)
    since = parsed(given) if given is not None else None
    if given is not None and since is None:
        complaints.append(wrong_value(names[0], "It should be a/an Valid Date-Time"))
    if complaints:
        raise invalid(complaints)
    states = STATES[query["state"]] if "state" in query else ACTIVE
    if query.get("contact_type") == "visitor":
        return call.listed([], asked)
    if any(name in query for name in ("email", "mobile", "phone", "company_id", "unique_external_id")):
        people = _narrowed(call.account, query, states, since)[asked.first : asked.before]
    elif since is not None:
        people = _changed(call.account, states, since, asked.first, asked.per_page + 1)
    else:
        people = _by_name(call.account, states, asked.first, asked.before)
    return call.listed([contact_shape.row(call.account, person) for person in people], asked)


def _by_name(account: Account, states: frozenset[str], first: int, before: int) -> list[Person]:
    order: Any = account.desk.people.shelf.order("name", states)
    left = [agent for agent in account.desk.staff.agents() if not agent.active] if "verified" in states else []
    if left:
        order = Merged(order, (), [(agent.name.casefold(), agent.number) for agent in left])
    found = (person_of(account, number) for number in order.slice(first, before))
    return [person for person in found if person is not None and person.number not in account.purged]


def _changed(account: Account, states: frozenset[str], since: datetime, first: int, limit: int) -> list[Person]:
    people = account.desk.people
    order = people.shelf.order("updated", states)
    start = order.rank((int(since.timestamp()), 0))
    if order.total - start > _SORTED_WHOLE:
        return people.page(by="updated", states=states, offset=start + first, limit=limit)
    found = people.page(by="updated", states=states, offset=start, limit=_SORTED_WHOLE)
    return sorted(found, key=lambda person: people.key(person, "name"))[first : first + limit]


def _narrowed(account: Account, query: dict[str, str], states: frozenset[str], since: datetime | None) -> list[Person]:
    """Filters combine; the one that leaves fewest is looked up, the others are held against it."""
    people = account.desk.people
    company = _company(query)
    if "email" in query:
        known = people.by_email(query["email"])
        found = [known] if known is not None else _left_by_email(account, query["email"])
    elif "unique_external_id" in query:
        known = people.by_external_id(query["unique_external_id"])
        found = [known] if known is not None else []
    elif company is not None:
        found = people.of_organization(company)
    else:
        found = people.page(by="name", states=states, limit=_SORTED_WHOLE)
    kept = [person for person in found if person.state in states and person.number not in account.purged]
    kept = [person for person in kept if since is None or person.updated >= since]
    kept = [
        person
        for person in kept
        if all(getattr(person, name) == query[name] for name in ("phone", "mobile") if name in query)
    ]
    if company is not None:
        kept = [person for person in kept if company in contact_shape.companies_of(account, person)]
    return sorted(kept, key=lambda person: people.key(person, "name"))


def _left_by_email(account: Account, email: str) -> list[Person]:
    agent = account.desk.staff.agent_by_email(email)
    return [contact_shape.from_agent(agent)] if agent is not None and not agent.active else []


def _company(query: dict[str, str]) -> int | None:
    text = query.get("company_id")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise invalid([wrong_value("company_id", "It should be a/an Positive Integer")])
    return number(Base.COMPANY, int(text)) or 0


def autocomplete(call: Call) -> Reply:
    """Each word's beginning, never its middle."""
    found = call.account.desk.people.find(term(call, "term"))
    people = [person for person in found if person.state in ACTIVE][:100]
    return Reply(200, [{"id": Base.USER.id(person.number), "name": person.name} for person in people])


def term(call: Call, name: str) -> str:
    given = dict(call.params).get(name, "").strip()
    if not given:
        raise invalid([wrong_value(name, "It should not be blank as this is a mandatory field")])
    return given
