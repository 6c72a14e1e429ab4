"""Contacts, agents and organizations by what they are known by. A bound caller sees the contacts of its organizations,
and every agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, select

from models.enums import ActorKind, IdentityKind, Lifecycle
from models.queries import Scope
from models.records import ActorRef, Agent, Contact, Identity, Membership, Organization
from storage import codec
from storage.mirror.building import BESIDE
from storage.mirror.people_fields import email_key
from storage.mirror.records import opened
from storage.mirror.walking import Fetcher
from storage.statements import Statement, among
from storage.tables.people import agents, contact_emails, contacts, memberships, organizations
from storage.tenants import Tenancy
from storage.values import number_of


def _by_number(table: Table) -> Statement:
    found = select(table.c.num, *(table.c[name] for name in BESIDE))
    return Statement(
        found.where(
            table.c.tenant == bindparam("tenant"), table.c.helpdesk == bindparam("helpdesk"), among(table.c.num, "nums")
        )
    )


_CONTACTS, _AGENTS, _ORGANIZATIONS = _by_number(contacts), _by_number(agents), _by_number(organizations)
_EMAILS = Statement(
    select(contact_emails.c.email, contact_emails.c.num)
    .where(
        contact_emails.c.tenant == bindparam("tenant"),
        contact_emails.c.helpdesk == bindparam("helpdesk"),
        among(contact_emails.c.email, "emails"),
    )
    .order_by(contact_emails.c.num)
)
_AGENT_EMAILS = Statement(
    select(agents.c.email, agents.c.num)
    .where(
        agents.c.tenant == bindparam("tenant"),
        agents.c.helpdesk == bindparam("helpdesk"),
        among(agents.c.email, "emails"),
    )
    .order_by(agents.c.num)
)
_MEMBERSHIPS = Statement(
    select(memberships.c.contact, memberships.c.org, memberships.c.is_primary)
    .where(
        memberships.c.tenant == bindparam("tenant"),
        memberships.c.helpdesk == bindparam("helpdesk"),
        among(memberships.c.contact, "nums"),
    )
    .order_by(memberships.c.contact, memberships.c.is_primary.desc(), memberships.c.position)
)


async def by_number(
    session: Fetcher, read: Statement, tenancy: Tenancy, helpdesk: str, numbers: Sequence[int], decode: Any
) -> dict[int, Any]:
    """Records that are there, erased ones not."""
    if not numbers:
        return {}
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk], "nums": list(dict.fromkeys(numbers))}
    rows = await session.fetch(read, values)
    found = {row[0]: opened(decode, row[1], row[2], row[3], row[4]) for row in rows}
    return {number: record for number, record in found.items() if record.lifecycle is not Lifecycle.PURGED}


async def organizations_by_number(
    session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, numbers: Sequence[int]
) -> Mapping[int, Organization]:
    found = await by_number(session, _ORGANIZATIONS, tenancy, helpdesk, numbers, codec.organization)
    return {number: one for number, one in found.items() if scope.sees_organization(helpdesk, one.remote_id)}


async def agents_by_number(
    session: Fetcher, tenancy: Tenancy, helpdesk: str, numbers: Sequence[int]
) -> Mapping[int, Agent]:
    return await by_number(session, _AGENTS, tenancy, helpdesk, numbers, codec.agent)


async def contacts_by_number(
    session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, numbers: Sequence[int]
) -> Mapping[int, Contact]:
    """An agent's number gives that agent as a contact, except to a bound caller."""
    found = await by_number(session, _CONTACTS, tenancy, helpdesk, numbers, codec.contact)
    if scope.organizations is not None:
        seen = {number: one for number, one in found.items() if sees(scope, one)}
        staff = await agents_by_number(session, tenancy, helpdesk, list(seen))
        return {number: one for number, one in seen.items() if number not in staff}
    others = [number for number in numbers if number not in found]
    if not others:
        return found
    staff = await agents_by_number(session, tenancy, helpdesk, others)
    return {**found, **{number: as_contact(agent) for number, agent in staff.items()}}


def sees(scope: Scope, contact: Contact) -> bool:
    of = contact.organization_ids or ((contact.organization_id,) if contact.organization_id else ())
    return scope.sees_any_organization(contact.helpdesk, of)


async def contacts_by_email(
    session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, emails: Sequence[str]
) -> Mapping[str, Contact]:
    """Address, as `email_key` has it → the contact; of several the one with the least number that the caller sees."""
    keys = list(dict.fromkeys(map(email_key, emails)))
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk], "emails": keys}
    named = [(row[0], row[1]) for row in await session.fetch(_EMAILS, values)]
    if scope.organizations is None:
        named += [(row[0], row[1]) for row in await session.fetch(_AGENT_EMAILS, values)]
    people = await contacts_by_number(session, tenancy, scope, helpdesk, [number for _, number in named])
    found: dict[str, Contact] = {}
    for email, number in named:
        if number in people:
            found.setdefault(email, people[number])
    return found


async def actors(
    session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, refs: Sequence[ActorRef]
) -> list[Contact | Agent | None]:
    """Whoever is an agent is shown as one."""
    ids = [ref.remote_id if ref.kind is not ActorKind.AUTOMATION else None for ref in refs]
    numbers = [number_of(one) for one in ids if one]
    staff = await agents_by_number(session, tenancy, helpdesk, numbers)
    people = await contacts_by_number(
        session, tenancy, scope, helpdesk, [number for number in numbers if number not in staff]
    )
    return [_the_one(one, staff.get(number_of(one)) or people.get(number_of(one))) if one else None for one in ids]


def _the_one(ident: str, record: Any) -> Any:
    """A number may stand for a longer text: only the record of just this id is meant."""
    return record if record is not None and record.remote_id == ident else None


def in_order(ids: Sequence[str], found: Mapping[int, Any]) -> list[Any]:
    return [_the_one(one, found.get(number_of(one))) for one in ids]


async def memberships_of(
    session: Fetcher, tenancy: Tenancy, scope: Scope, helpdesk: str, people: Sequence[Contact]
) -> list[tuple[Membership, ...]]:
    numbers = [number_of(one.remote_id) for one in people]
    values = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk], "nums": list(dict.fromkeys(numbers))}
    rows = await session.fetch(_MEMBERSHIPS, values) if numbers else ()
    of = await organizations_by_number(session, tenancy, scope, helpdesk, [row[1] for row in rows])
    told: dict[int, list[Membership]] = {}
    for contact, org, primary in rows:
        if org in of:
            told.setdefault(contact, []).append(Membership(organization=of[org], primary=bool(primary)))
    return [tuple(told.get(number, ())) for number in numbers]


def as_contact(agent: Agent) -> Contact:
    """Somebody who works for the helpdesk and asks it something."""
    addresses = (Identity(kind=IdentityKind.EMAIL, value=agent.email, primary=True),) if agent.email else ()
    return Contact(
        helpdesk=agent.helpdesk,
        remote_id=agent.remote_id,
        remote_url=agent.remote_url,
        created_at=agent.created_at,
        updated_at=agent.updated_at,
        lifecycle=agent.lifecycle,
        detail=agent.detail,
        as_of=agent.as_of,
        origin=agent.origin,
        name=agent.name,
        email=agent.email,
        job_title=agent.job_title,
        last_active_at=agent.last_active_at,
        identities=addresses,
        locale=agent.locale,
        time_zone=agent.time_zone,
    )
