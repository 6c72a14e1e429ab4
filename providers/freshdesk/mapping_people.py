"""Contacts, agents, groups, products and companies, as ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from models.enums import AgentRole, ContactState, DetailLevel, IdentityKind, Lifecycle
from models.records import Agent, Contact, Group, Identity, Organization, Product
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.lenient import ident, texts, when
from providers.freshdesk.mapping_files import attachment
from providers.freshdesk.tables import AGENT_TYPE

Raw = Mapping[str, Any]
_SECONDS = {"m": 60, "h": 3600, "d": 86400}


def contact(
    account: Account,
    row: wire.Contact,
    raw: Raw,
    as_of: datetime,
    detail: DetailLevel = DetailLevel.FULL,
    state: ContactState | None = None,
) -> Contact:
    """`state`: what the list it came from says; a blocked contact does not show it (API reference, "Contacts")."""
    return Contact(
        helpdesk=account.key,
        remote_id=str(row.id),
        remote_url=account.page("contacts", row.id),
        created_at=when(row.created_at, "created_at"),
        updated_at=when(row.updated_at, "updated_at"),
        lifecycle=Lifecycle.DELETED if row.deleted else Lifecycle.ACTIVE,
        detail=detail,
        as_of=as_of,
        raw=raw,
        name=row.name,
        email=row.email,
        phone=row.phone or row.mobile,
        job_title=row.job_title,
        identities=tuple(_identities(row)),
        state=state or _state(row),
        external_id=row.unique_external_id,
        locale=row.language,
        time_zone=row.time_zone,
        organization_id=ident(row.company_id),
        organization_ids=_organizations(row),
        tags=texts(row.tags),
        custom_fields=row.custom_fields or {},
        avatar=attachment(account, f"contact/{row.id}", row.avatar) if row.avatar else None,
    )


def _state(row: wire.Contact) -> ContactState:
    if row.active is None:
        return ContactState.UNKNOWN
    return ContactState.VERIFIED if row.active else ContactState.UNVERIFIED


def _identities(row: wire.Contact) -> Iterator[Identity]:
    if row.email:
        yield Identity(kind=IdentityKind.EMAIL, value=row.email, verified=row.active, primary=True)
    for email in texts(row.other_emails):
        yield Identity(kind=IdentityKind.EMAIL, value=email)
    if row.phone:
        yield Identity(kind=IdentityKind.PHONE, value=row.phone, primary=True)
    for phone in row.other_phone_numbers or ():
        if isinstance(phone, str) and phone:
            yield Identity(kind=IdentityKind.PHONE, value=phone)
    if row.mobile:
        yield Identity(kind=IdentityKind.MOBILE, value=row.mobile)
    if row.twitter_id:
        yield Identity(kind=IdentityKind.X, value=str(row.twitter_id))
    if row.facebook_id:
        yield Identity(kind=IdentityKind.FACEBOOK, value=str(row.facebook_id))
    if row.unique_external_id:
        yield Identity(kind=IdentityKind.EXTERNAL_ID, value=row.unique_external_id)


def _organizations(row: wire.Contact) -> tuple[str, ...]:
    """The primary company first. The others are objects in single views, bare ids in the vendor's list sample."""
    found = [row.company_id]
    for other in row.other_companies or ():
        found.append(other.get("company_id") if isinstance(other, dict) else other)
    return tuple(dict.fromkeys(str(value) for value in found if isinstance(value, int)))


def embedded_requester(account: Account, row: wire.Requester, as_of: datetime) -> Contact | None:
    """`include=requester` gives five fields. The requester may be an agent; the id says nothing about it."""
    if row.id is None:
        return None
    whole = wire.Contact(id=row.id, name=row.name, email=row.email, phone=row.phone, mobile=row.mobile)
    raw = {"id": row.id, "name": row.name, "email": row.email, "phone": row.phone, "mobile": row.mobile}
    return contact(account, whole, raw, as_of, DetailLevel.LISTED)


def agent(account: Account, row: wire.Agent, raw: Raw, as_of: datetime) -> Agent:
    """Name and address live in the nested contact (recording of 2023)."""
    person = row.contact or wire.Person()
    return Agent(
        helpdesk=account.key,
        remote_id=str(row.id),
        created_at=when(row.created_at, "created_at"),
        updated_at=when(row.updated_at, "updated_at"),
        as_of=as_of,
        raw=raw,
        name=person.name,
        email=person.email,
        active=not row.deactivated,
        available=row.available,
        occasional=row.occasional,
        role=AGENT_TYPE.get(row.type or "", AgentRole.UNKNOWN),
        job_title=person.job_title,
        time_zone=person.time_zone,
        locale=person.language,
        last_active_at=when(row.last_active_at, "last_active_at"),
    )


def named_agent(account: Account, ident: str, name: str, as_of: datetime) -> Agent:
    """All that a key without administrator's rights can learn: the choices of the ticket field `agent`."""
    return Agent(
        helpdesk=account.key, remote_id=ident, name=name, detail=DetailLevel.LISTED, as_of=as_of, role=AgentRole.UNKNOWN
    )


def contact_of_agent(account: Account, found: Agent) -> Contact:
    """Agents are users too: a ticket an agent asked has the agent's id as its requester; `/contacts/{id}` is 404."""
    emails = (Identity(kind=IdentityKind.EMAIL, value=found.email, primary=True),) if found.email else ()
    return Contact(
        helpdesk=account.key,
        remote_id=found.remote_id,
        created_at=found.created_at,
        updated_at=found.updated_at,
        detail=found.detail,
        as_of=found.as_of,
        raw=found.raw,
        name=found.name,
        email=found.email,
        job_title=found.job_title,
        last_active_at=found.last_active_at,
        identities=emails,
        locale=found.locale,
        time_zone=found.time_zone,
    )


def group(account: Account, row: wire.Group, raw: Raw, as_of: datetime) -> Group:
    return Group(
        helpdesk=account.key,
        remote_id=str(row.id),
        created_at=when(row.created_at, "created_at"),
        updated_at=when(row.updated_at, "updated_at"),
        as_of=as_of,
        raw=raw,
        name=row.name or str(row.id),
        description=row.description,
        escalate_to_id=ident(row.escalate_to),
        unassigned_for_s=seconds(row.unassigned_for),
    )


def named_group(account: Account, ident: str, name: str, as_of: datetime) -> Group:
    return Group(helpdesk=account.key, remote_id=ident, name=name, detail=DetailLevel.LISTED, as_of=as_of)


def seconds(text: str | None) -> int | None:
    """`30m`, `1h`, `2d`."""
    found = re.fullmatch(r"(\d+)([mhd])", text or "")
    return int(found[1]) * _SECONDS[found[2]] if found else None


def product(account: Account, ident: int | str, name: str | None) -> Product:
    return Product(helpdesk=account.key, remote_id=str(ident), name=name or str(ident))


def organization(account: Account, row: wire.Company, raw: Raw, as_of: datetime) -> Organization:
    return Organization(
        helpdesk=account.key,
        remote_id=str(row.id),
        remote_url=account.page("companies", row.id),
        created_at=when(row.created_at, "created_at"),
        updated_at=when(row.updated_at, "updated_at"),
        as_of=as_of,
        raw=raw,
        name=row.name or str(row.id),
        domains=texts(row.domains),
        notes=row.note or row.description,
        custom_fields=row.custom_fields or {},
        native={
            "industry": row.industry,
            "health_score": row.health_score,
            "account_tier": row.account_tier,
            "renewal_date": _day(row.renewal_date),
        },
    )


def _day(value: str | None) -> Any:
    found = when(value, "renewal_date")
    return found.date() if found else None


def embedded_organization(account: Account, row: wire.CompanyName, as_of: datetime) -> Organization | None:
    if row.id is None:
        return None
    return Organization(
        helpdesk=account.key,
        remote_id=str(row.id),
        remote_url=account.page("companies", row.id),
        detail=DetailLevel.LISTED,
        as_of=as_of,
        raw={"id": row.id, "name": row.name},
        name=row.name or str(row.id),
    )
