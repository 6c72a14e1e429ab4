"""A contact as Freshdesk shows it.

Evidence: recordings of 2023 (Zammad) and 2024 (Nango); vendor's API reference, 'Contacts'. Custom fields of contacts
have no `cf_` prefix. An agent who left has become a contact with the same id.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from providers.freshdesk.simulator import fields, files, words
from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.ids import NEO, Base
from providers.freshdesk.simulator.ids import shown as as_id
from providers.freshdesk.simulator.times import shown
from sandbox.records import Agent, Person


def companies_of(account: Account, person: Person) -> list[int]:
    """Deleted companies have let go of their people."""
    found = account.desk.organizations.many(person.organizations)
    return [number for number in person.organizations if number in found and not found[number].deleted]


def row(account: Account, person: Person) -> dict[str, Any]:
    companies = companies_of(account, person)
    shown_row: dict[str, Any] = {
        "active": person.state == "verified",
        "address": person.address,
        "description": person.notes,
        "email": person.email,
        "id": Base.USER.id(person.number),
        "job_title": person.job_title,
        "language": words.language(person.locale),
        "mobile": person.mobile,
        "name": person.name,
        "phone": person.phone,
        "time_zone": person.time_zone,
        "twitter_id": person.twitter,
        "custom_fields": fields.shown(account.desk.forms.fields("person"), person.fields),
        "facebook_id": None,
        "created_at": shown(person.created),
        "updated_at": shown(person.updated),
        "csat_rating": None,
        "preferred_source": None,
        "company_id": as_id(Base.COMPANY, companies[0]) if companies else None,
    }
    return shown_row | (_newer(person) if account.profile.newer else {})


def _newer(person: Person) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    return {
        "unique_external_id": person.external_id,
        "first_name": first,
        "last_name": last,
        "visitor_id": str(UUID(int=(person.number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % (1 << 128), version=4)),
        "org_contact_id": NEO + person.number,
        "other_phone_numbers": [],
        "contact_type": "contact",
    }


def whole(account: Account, link: str, person: Person) -> dict[str, Any]:
    """`view_all_tickets` is null on many; `deleted` is there when it is so."""
    companies = companies_of(account, person)
    others = [{"company_id": Base.COMPANY.id(number), "view_all_tickets": False} for number in companies[1:]]
    more: dict[str, Any] = {
        "other_emails": list(person.other_emails),
        "other_companies": others,
        "view_all_tickets": None if not companies or person.number % 3 else False,
        "tags": list(person.tags),
        "avatar": _avatar(account, link, person.photo),
    }
    if person.state == "deleted":
        more["deleted"] = True
    return row(account, person) | more


def _avatar(account: Account, link: str, photo: int | None) -> dict[str, Any] | None:
    found = account.desk.files.get(photo) if photo is not None else None
    if found is None:
        return None
    shown_file = files.attachment(account, link, found)
    shown_file["avatar_url"] = shown_file.pop("attachment_url")
    return {name: value for name, value in shown_file.items() if name not in ("thumb_url", "scan_state")}


def from_agent(agent: Agent) -> Person:
    """Deleting an agent leaves a contact with the agent's id."""
    return Person(
        number=agent.number,
        name=agent.name,
        email=agent.email,
        phone=agent.phone,
        mobile=agent.mobile,
        locale=agent.locale,
        time_zone=agent.time_zone,
        job_title=agent.job_title,
        created=agent.created,
        updated=agent.updated,
    )
