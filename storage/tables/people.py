"""Contacts, agents, groups, organizations and who belongs to what."""

from __future__ import annotations

from sqlalchemy import Index, Integer, Table

from storage.tables.base import TEXT, big, blob, helpdesk, kept, key, small, table, tenant, text


def _orders(records: Table) -> tuple[Index, ...]:
    columns = records.c
    return tuple(
        Index(f"{records.name}_{name}", columns.tenant, columns.shown, columns[column], columns.helpdesk, columns.num)
        for name, column in (("name", "name_key"), ("created", "created_at"), ("updated", "updated_at"))
    )


contacts = table(
    "contacts",
    tenant(),
    helpdesk(),
    key("num"),
    small("shown", null=False),
    small("lifecycle", null=False),
    small("state", null=False),
    text("name_key"),
    text("email"),
    text("email_domain"),
    text("phone"),
    text("external_id"),
    big("org"),
    big("created_at"),
    big("updated_at"),
    *kept(),
    blob("card", null=False),
    blob("raw"),
)
"""`email` in lower case, of the main identity; all addresses are in contact_emails."""

CONTACT_INDEXES = (
    *_orders(contacts),
    Index("contacts_domain", contacts.c.tenant, contacts.c.email_domain, contacts.c.helpdesk, contacts.c.num),
    Index("contacts_phone", contacts.c.tenant, contacts.c.phone),
    Index("contacts_external", contacts.c.tenant, contacts.c.external_id),
    Index("contacts_org", contacts.c.tenant, contacts.c.helpdesk, contacts.c.org, contacts.c.num),
)

contact_emails = table("contact_emails", tenant(), key("email", TEXT), helpdesk(), key("num"))

memberships = table(
    "memberships",
    tenant(),
    helpdesk(),
    key("contact"),
    key("position", Integer),
    big("org", null=False),
    small("is_primary", null=False),
)
MEMBERS = Index(
    "memberships_org", memberships.c.tenant, memberships.c.helpdesk, memberships.c.org, memberships.c.contact
)

organizations = table(
    "organizations",
    tenant(),
    helpdesk(),
    key("num"),
    small("shown", null=False),
    small("lifecycle", null=False),
    text("name_key"),
    text("external_id"),
    big("created_at"),
    big("updated_at"),
    *kept(),
    blob("card", null=False),
    blob("raw"),
)
ORGANIZATION_INDEXES = (
    *_orders(organizations),
    Index("organizations_external", organizations.c.tenant, organizations.c.external_id),
)
organization_domains = table("organization_domains", tenant(), key("domain", TEXT), helpdesk(), key("num"))

agents = table(
    "agents",
    tenant(),
    helpdesk(),
    key("num"),
    small("shown", null=False),
    small("lifecycle", null=False),
    small("active", null=False),
    text("email"),
    *kept(),
    blob("card", null=False),
    blob("raw"),
)
AGENTS_BY_EMAIL = Index("agents_email", agents.c.tenant, agents.c.email)

groups = table(
    "groups",
    tenant(),
    helpdesk(),
    key("num"),
    small("shown", null=False),
    small("lifecycle", null=False),
    *kept(),
    blob("card", null=False),
    blob("raw"),
)
