"""Contacts, agents, groups and organizations: the lists, and what hangs on a record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec

from models.conditions import Condition, IdIn
from models.enums import Kind, SyncKind, Vendor
from models.ids import decode_kind
from models.queries import ContactQuery, OrganizationQuery, Page, PageRequest, RecordOrder, TicketOrder
from models.records import Agent, Contact, Group, Membership, Organization, Ticket
from providers.base import Source
from providers.walking import slice_page
from resolvers.connections import Paging
from resolvers.context import RequestContext
from resolvers.filters import Wanted
from resolvers.holding import holds
from resolvers.listing import Listing, copied_where, listed
from resolvers.lowering import contact_query, no_order, organization_query
from resolvers.paging import Connection, fingerprint, list_connection
from resolvers.pictures import Picture
from resolvers.ranking import record_rank
from resolvers.selection import FieldInfo
from resolvers.sources import Copy, Freshness
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
    wanted: Wanted,
    orders: Sequence[RecordOrder],
    paging: Paging,
    *,
    freshness: Freshness | None = None,
    owner: str = "",
    default: int = 50,
) -> Connection[Contact]:
    def lower(where: Condition, helpdesk: str) -> ContactQuery | None:
        no_order(orders, helpdesk)
        return contact_query(where, helpdesk, context.clock.now())

    def copied(where: Condition) -> ContactQuery:
        return ContactQuery(where=copied_where(where), orders=tuple(orders))

    async def fetch(source: Source, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        return await source.contacts(context.scope, query, page)

    async def together(copy: Copy, helpdesks: Sequence[str], query: ContactQuery, page: PageRequest) -> Page[Contact]:
        return await copy.contacts(context.scope, helpdesks, query, page)

    listing = Listing(
        name="contacts",
        kind=SyncKind.CONTACTS,
        lower=lower,
        copied=copied,
        fetch=fetch,
        together=together,
        count_together=lambda copy, helpdesks, query: copy.count_contacts(context.scope, helpdesks, query),
        rank=record_rank(orders, context.sources.ordinal) if orders else None,
    )
    return await listed(
        context, info, listing, wanted, paging, orders=orders, freshness=freshness, owner=owner, default=default
    )


async def organizations(
    context: RequestContext,
    info: FieldInfo,
    wanted: Wanted,
    orders: Sequence[RecordOrder],
    paging: Paging,
    *,
    freshness: Freshness | None = None,
) -> Connection[Organization]:
    def lower(where: Condition, helpdesk: str) -> OrganizationQuery | None:
        no_order(orders, helpdesk)
        return organization_query(where, helpdesk, context.clock.now())

    def copied(where: Condition) -> OrganizationQuery:
        return OrganizationQuery(where=copied_where(where), orders=tuple(orders))

    async def fetch(source: Source, query: OrganizationQuery, page: PageRequest) -> Page[Organization]:
        return await source.organizations(context.scope, query, page)

    async def together(
        copy: Copy, helpdesks: Sequence[str], query: OrganizationQuery, page: PageRequest
    ) -> Page[Organization]:
        return await copy.organizations(context.scope, helpdesks, query, page)

    listing = Listing(
        name="organizations",
        kind=SyncKind.ORGANIZATIONS,
        lower=lower,
        copied=copied,
        fetch=fetch,
        together=together,
        count_together=lambda copy, helpdesks, query: copy.count_organizations(context.scope, helpdesks, query),
        rank=record_rank(orders, context.sources.ordinal) if orders else None,
    )
    return await listed(context, info, listing, wanted, paging, orders=orders, freshness=freshness)


async def find_organization(id_: str, context: RequestContext) -> Organization | None:
    found = decode_kind(id_, Kind.ORGANIZATION)
    return await context.loaders.organization_by_id.load(found.helpdesk, found.remote_id)


async def agents(context: RequestContext, info: FieldInfo, wanted: Wanted, paging: Paging) -> Connection[Agent]:
    async def read(source: Source, where: Condition) -> Sequence[Agent]:
        return [agent for agent in await source.agents(context.scope) if holds(where, agent)]

    return await _small_list(context, info, "agents", SyncKind.AGENTS, wanted, read, paging)


async def groups(context: RequestContext, info: FieldInfo, wanted: Wanted, paging: Paging) -> Connection[Group]:
    async def read(source: Source, where: Condition) -> Sequence[Group]:
        return await source.groups(context.scope)

    return await _small_list(context, info, "groups", SyncKind.GROUPS, wanted, read, paging)


async def _small_list(
    context: RequestContext,
    info: FieldInfo,
    name: str,
    kind: SyncKind,
    wanted: Wanted,
    read: Callable[[Source, Condition], Awaitable[Sequence[R]]],
    paging: Paging,
) -> Connection[R]:
    """Lists that a helpdesk gives whole."""

    async def fetch(source: Source, where: Condition, page: PageRequest) -> Page[R]:
        return slice_page(await read(source, where), page, ident=lambda record: record.remote_id)

    listing: Listing[Condition, R] = Listing(
        name=name, kind=kind, lower=lambda where, helpdesk: where, copied=lambda where: where, fetch=fetch
    )
    return await listed(context, info, listing, wanted, paging)


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
    wanted: Wanted,
    orders: Sequence[TicketOrder],
    paging: Paging,
) -> Connection[Ticket]:
    """The tickets asked by a contact, or belonging to an organization, in its own helpdesk."""
    field = "requester" if isinstance(owner, Contact) else "organization"
    own = IdIn(field, ((owner.helpdesk, owner.remote_id),))
    of = f"{field}:{owner.helpdesk}:{owner.remote_id}"
    return await tickets(context, info, wanted.within(own), orders, paging, owner=of, default=20)


async def contacts_of(
    organization: Organization, context: RequestContext, info: FieldInfo, paging: Paging
) -> Connection[Contact]:
    wanted = Wanted(where=IdIn("organization", ((organization.helpdesk, organization.remote_id),)))
    owner = f"{organization.helpdesk}:{organization.remote_id}"
    return await contacts(context, info, wanted, (), paging, owner=owner, default=20)


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
