"""Who is here: tenants and the helpdesks they linked, and what a database knows about itself."""

from __future__ import annotations

from sqlalchemy import Column, Integer, UniqueConstraint

from storage.tables.base import TEXT, big, blob, helpdesk, key, small, table, tenant, text

tenants = table(
    "tenants",
    tenant(),
    text("name", null=False),
    big("seq", null=False),
    big("docs", null=False),
    big("trimmed", null=False),
    big("created_at", null=False),
    UniqueConstraint("name"),
)
"""`seq` and `docs`: the last number given out in its sequence of changes and of search documents. `trimmed`: changes up
to this one have been forgotten."""

helpdesks = table(
    "helpdesks",
    tenant(),
    key("number", Integer),
    text("key", null=False),
    text("vendor", null=False),
    text("name", null=False),
    text("url", null=False),
    big("created_at", null=False),
    UniqueConstraint("tenant", "key"),
)

facts = table("facts", Column("name", TEXT, primary_key=True), text("value", null=False))
"""About the database itself, no tenant's: whether the list indexes wait for the first load (`bulk`)."""

field_definitions = table(
    "field_definitions", tenant(), helpdesk(), key("position", Integer), text("key"), blob("card")
)
native_statuses = table("native_statuses", tenant(), helpdesk(), key("position", Integer), text("key"), blob("card"))
products = table("products", tenant(), helpdesk(), key("position", Integer), text("key"), blob("card"))
article_folders = table(
    "article_folders",
    tenant(),
    helpdesk(),
    key("position", Integer),
    text("key"),
    text("parent"),
    small("level"),
    blob("card"),
)
group_members = table("group_members", tenant(), helpdesk(), key("grp"), key("agent"))
