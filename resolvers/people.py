"""Contacts, agents, groups and organizations: the lists, and what hangs on a record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec

from models.enums import Kind, Vendor
from models.ids import decode_kind
from models.queries import ContactQuery, OrganizationQuery, Page, PageRequest, Scope, TicketOrder
from models.records import Agent, Contact, Group, Membership, Organization, Ticket
from providers.base import Source
from providers.walking import slice_page
from resolvers.connections import Paging, connected, streams
from resolvers.context import RequestContext
from resolvers.filters import Chosen, Conditions, ContactConditions, OrganizationConditions, TicketConditions
from resolvers.paging import Connection, fingerprint, list_connection
from resolvers.pictures import Picture
from resolvers.selection import FieldInfo
from resolvers.tickets import tickets

R = TypeVar("R", Agent, Group)


class ContactBy(msgspec.Struct, frozen=True, kw_only=True):
    """One of the ways to name a contact. `remote` and `email` are (helpdesk key, value)."""

    id: str | None = None
    remote: tuple[str, str] | None = None
    email: tuple[str, str] | None = None


async def find_contact(by: ContactBy, context: RequestContext) -> Contact | None:
    if by.id is not None:
        found = decode_kind(by.id, Kind.CONTACT, field="by.id")
        return await context.loaders.contact_by_id.load(found.helpdesk, found.remote_id)
    if by.remote is not None:
        context.sources.named([by.remote[0]], field="by.remote.helpdesk")
        return await context.loaders.contact_by_id.load(*by.remote)
    assert by.email is not None
    context.sources.named([by.email[0]], field="by.email.helpdesk")
    return await context.loaders.contact_by_email.load(*by.email)


async def contacts(
    context: RequestContext,
    info: FieldInfo,
    conditions: ContactConditions,
    paging: Paging,
    *,
    owner: str = "",
    default: int = 50,
) -> Connection[Contact]:
    async def fetch(source: Source, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        return await source.contacts(context.scope, query, page)

    context.sources.named(conditions.chosen.names(), field="filter.helpdesk")
    found = streams(context, conditions.of, fetch)
    mark = fingerprint("contacts", owner, conditions)
    return await connected(context, info, found, paging.window(default=default), fingerprint=mark)


async def organizations(
    context: RequestContext, info: FieldInfo, conditions: OrganizationConditions, paging: Paging
) -> Connection[Organization]:
    async def fetch(source: Source, query: OrganizationQuery, page: PageRequest) -> Page[Organization]:
        return await source.organizations(context.scope, query, page)

    context.sources.named(conditions.chosen.names(), field="filter.helpdesk")
    found = streams(context, conditions.of, fetch)
    mark = fingerprint("organizations", conditions)
    return await connected(context, info, found, paging.window(), fingerprint=mark)


async def find_organization(id_: str, context: RequestContext) -> Organization | None:
    found = decode_kind(id_, Kind.ORGANIZATION)
    return await context.loaders.organization_by_id.load(found.helpdesk, found.remote_id)


class AgentChoice(msgspec.Struct, frozen=True, kw_only=True):
    """All of it must hold; agents are few, so this is decided here."""

    chosen: Chosen = Chosen()
    ids: tuple[str, ...] | None = None
    email: str | None = None
    active: bool | None = None

    def holds(self, agent: Agent, global_id: Callable[[Agent], str]) -> bool:
        return (
            (self.ids is None or global_id(agent) in self.ids)
            and (self.email is None or (agent.email or "").lower() == self.email.lower())
            and (self.active is None or agent.active is self.active)
        )


async def agents(
    context: RequestContext,
    info: FieldInfo,
    choice: AgentChoice,
    paging: Paging,
    global_id: Callable[[Agent], str],
) -> Connection[Agent]:
    async def read(source: Source, scope: Scope) -> Sequence[Agent]:
        return [a for a in await source.agents(scope) if choice.holds(a, global_id)]

    return await _small_list(context, info, choice.chosen, read, paging, fingerprint("agents", choice))


async def groups(context: RequestContext, info: FieldInfo, chosen: Chosen, paging: Paging) -> Connection[Group]:
    async def read(source: Source, scope: Scope) -> Sequence[Group]:
        return await source.groups(scope)

    return await _small_list(context, info, chosen, read, paging, fingerprint("groups", chosen))


async def _small_list(
    context: RequestContext,
    info: FieldInfo,
    chosen: Chosen,
    read: Callable[[Source, Scope], Awaitable[Sequence[R]]],
    paging: Paging,
    mark: str,
) -> Connection[R]:
    """Lists that a helpdesk gives whole."""
    context.sources.named(chosen.names(), field="helpdesk")

    async def fetch(source: Source, query: bool, page: PageRequest) -> Page[R]:
        return slice_page(await read(source, context.scope), page, ident=lambda record: record.remote_id)

    found = streams(context, lambda helpdesk: True if chosen.has(helpdesk) else None, fetch)
    return await connected(context, info, found, paging.window(), fingerprint=mark)


async def groups_of(agent: Agent, context: RequestContext) -> list[Group]:
    members = await context.loaders.group_members.load(agent.helpdesk, "members") or {}
    groups = await context.sources[agent.helpdesk].groups(context.scope)
    return [group for group in groups if agent.remote_id in members.get(group.remote_id, ())]


async def agents_of(group: Group, context: RequestContext, paging: Paging) -> Connection[Agent]:
    page = paging.window()
    members = await context.loaders.group_members.load(group.helpdesk, "members") or {}
    wanted = frozenset(members.get(group.remote_id, ()))
    everyone = await context.sources[group.helpdesk].agents(context.scope)
    items = [agent for agent in everyone if agent.remote_id in wanted]
    mark = fingerprint("group agents", group.helpdesk, group.remote_id)
    return list_connection(items, page, context.cursors, fingerprint=mark)


async def organizations_of(contact: Contact, context: RequestContext, paging: Paging) -> Connection[Membership]:
    page = paging.window(default=20)
    items = await context.loaders.memberships_by_contact.load(contact.helpdesk, contact.remote_id, contact) or ()
    mark = fingerprint("contact organizations", contact.helpdesk, contact.remote_id)
    return list_connection(items, page, context.cursors, fingerprint=mark)


def avatar(contact: Contact) -> Picture | None:
    return Picture(file=contact.avatar, source=contact) if contact.avatar else None


async def tickets_of(
    owner: Contact | Organization,
    context: RequestContext,
    info: FieldInfo,
    conditions: TicketConditions,
    order: TicketOrder,
    paging: Paging,
) -> Connection[Ticket]:
    """The tickets asked by a contact, or belonging to an organization, in its own helpdesk."""
    field = "requester_id" if isinstance(owner, Contact) else "organization_id"
    base = msgspec.structs.replace(conditions.base, **{field: owner.remote_id})
    return await tickets(
        context,
        info,
        _within(owner.helpdesk, msgspec.structs.replace(conditions, base=base)),
        order,
        paging,
        owner=f"{field}:{owner.helpdesk}:{owner.remote_id}",
        default=20,
    )


def _within(helpdesk: str, conditions: TicketConditions) -> TicketConditions:
    """The owner's helpdesk, unless the filter leaves it out."""
    only = (helpdesk,) if conditions.chosen.has(helpdesk) else ()
    return msgspec.structs.replace(conditions, chosen=Chosen(only=only))


async def contacts_of(
    organization: Organization, context: RequestContext, info: FieldInfo, paging: Paging
) -> Connection[Contact]:
    conditions: Conditions[ContactQuery] = Conditions(
        base=ContactQuery(organization_id=organization.remote_id), chosen=Chosen(only=(organization.helpdesk,))
    )
    owner = f"{organization.helpdesk}:{organization.remote_id}"
    return await contacts(context, info, conditions, paging, owner=owner, default=20)


class FreshdeskCompanyFields(msgspec.Struct, frozen=True, kw_only=True):
    industry: str | None = None
    health_score: str | None = None
    account_tier: str | None = None
    renewal_date: date | None = None


class ZendeskOrganizationFields(msgspec.Struct, frozen=True, kw_only=True):
    shared_tickets: bool | None = None
    shared_comments: bool | None = None
    group_id: str | None = None


NATIVE: Mapping[Vendor, type[FreshdeskCompanyFields] | type[ZendeskOrganizationFields]] = {
    Vendor.FRESHDESK: FreshdeskCompanyFields,
    Vendor.ZENDESK: ZendeskOrganizationFields,
}


def native_organization(
    organization: Organization, context: RequestContext
) -> FreshdeskCompanyFields | ZendeskOrganizationFields:
    shape = NATIVE[context.info(organization.helpdesk).vendor]
    known: dict[str, Any] = {k: v for k, v in organization.native.items() if k in shape.__struct_fields__}
    if isinstance(renewal := known.get("renewal_date"), str):
        known["renewal_date"] = _day(renewal)
    return shape(**known)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
