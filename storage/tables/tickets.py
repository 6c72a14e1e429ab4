"""Tickets and what they are found by.

The table lies in the order of the default list: a page of it is one stretch of the disk. `shown` is 1 for what a list
shows when nobody asks for a lifecycle (ACTIVE, ARCHIVED), else 0. Statuses and the like are small numbers
(storage/ranks.py), in the order that makes sense to sort by. `grp`, `org`, `requester`, `assignee` are linked records'
numbers in the same helpdesk.
"""

from __future__ import annotations

from sqlalchemy import Index, Integer

from storage.tables.base import TEXT, big, blob, helpdesk, kept, key, small, table, tenant, text

tickets = table(
    "tickets",
    tenant(),
    key("shown", Integer),
    key("updated_at"),
    helpdesk(),
    key("num"),
    big("created_at"),
    big("due_at"),
    big("resolved_at"),
    big("closed_at"),
    big("first_responded_at"),
    small("lifecycle", null=False),
    small("status", null=False),
    small("priority", null=False),
    small("type", null=False),
    small("channel", null=False),
    text("native_status", null=False),
    big("requester"),
    big("assignee"),
    big("grp"),
    big("org"),
    text("external_id"),
    text("subject_key"),
    small("has_attachments"),
    small("sla_breached"),
    small("reopens"),
    small("satisfaction"),
    big("comments_version"),
    small("comments_due", null=False),
    *kept(),
    blob("card", null=False),
)
"""`satisfaction`: 1 good, 0 bad. `comments_version`: the ticket's version its stored comments belong to;
`comments_due` 1: they have to be read (again)."""

_ticket = tickets.c
BY_ID = Index("tickets_id", _ticket.tenant, _ticket.helpdesk, _ticket.num, unique=True)

_FIGURES = (
    *("status", "priority", "type", "channel", "lifecycle", "grp", "assignee", "org"),
    *("resolved_at", "first_responded_at", "sla_breached", "reopens", "satisfaction"),
)
"""What figures are made of: they are read from an index alone, by the time tickets were made (storage/stats)."""

LIST_INDEXES: tuple[Index, ...] = tuple(
    Index(name, _ticket.tenant, _ticket.shown, *(_ticket[column] for column in columns))
    for name, columns in (
        ("tickets_created", ("created_at", "helpdesk", "num", *_FIGURES)),
        ("tickets_due", ("due_at", "helpdesk", "num")),
        ("tickets_resolved", ("resolved_at", "helpdesk", "num")),
        ("tickets_number", ("num", "helpdesk")),
        ("tickets_subject", ("subject_key", "helpdesk", "num")),
        ("tickets_status", ("status", "updated_at", "helpdesk", "num")),
        ("tickets_priority", ("priority", "updated_at", "helpdesk", "num")),
        ("tickets_helpdesk", ("helpdesk", "updated_at", "num")),
        ("tickets_assignee", ("helpdesk", "assignee", "updated_at", "num")),
        ("tickets_grp", ("helpdesk", "grp", "updated_at", "num")),
        ("tickets_org", ("helpdesk", "org", "updated_at", "num")),
        ("tickets_requester", ("helpdesk", "requester", "updated_at", "num")),
    )
)
"""What lists are read by. They may be missing while a database is loaded for the first time (storage/bulk.py)."""

EXTERNAL = Index(
    "tickets_external",
    _ticket.tenant,
    _ticket.external_id,
    _ticket.helpdesk,
    _ticket.num,
    sqlite_where=_ticket.external_id.isnot(None),
    postgresql_where=_ticket.external_id.isnot(None),
)
COMMENTS_DUE = Index(
    "tickets_comments_due",
    _ticket.tenant,
    _ticket.helpdesk,
    _ticket.updated_at,
    _ticket.num,
    sqlite_where=_ticket.comments_due == 1,
    postgresql_where=_ticket.comments_due == 1,
)

ticket_bodies = table(
    "ticket_bodies",
    tenant(),
    helpdesk(),
    key("num"),
    text("body_text"),
    text("body_html"),
    blob("attachments"),
    blob("raw"),
)
"""What a list row does not need. `raw` is the vendor's object, JSON, deflated."""

ticket_tags = table(
    "ticket_tags", tenant(), key("tag", TEXT), key("shown", Integer), key("updated_at"), helpdesk(), key("num")
)
ticket_values = table(
    "ticket_values",
    tenant(),
    helpdesk(),
    key("field", TEXT),
    key("value", TEXT),
    key("shown", Integer),
    key("updated_at"),
    key("num"),
)
"""Custom field values, each written so that text order is the values' order (storage/values.py)."""

ticket_counts = table(
    "ticket_counts",
    tenant(),
    helpdesk(),
    key("lifecycle", Integer),
    key("status", Integer),
    key("priority", Integer),
    big("n", null=False),
)
"""How many tickets there are of each kind, kept with every batch."""
