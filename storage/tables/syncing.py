"""How far the copy has come, what it could not read, what it was told, and what may still be called."""

from __future__ import annotations

from sqlalchemy import Column, Double, Index, Integer

from storage.tables.base import TEXT, big, helpdesk, key, small, table, tenant, text

checkpoints = table(
    "checkpoints",
    tenant(),
    helpdesk(),
    key("stream", TEXT),
    text("kind", null=False),
    text("checkpoint"),
    text("status", null=False),
    big("started_at"),
    big("finished_at"),
    big("first_finished_at"),
    big("watermark"),
    big("processed", null=False),
    big("expected"),
    big("pass_number", null=False),
    big("pass_started_at"),
    big("due_at", null=False),
    text("error"),
    text("owner"),
    big("token", null=False),
    big("lease_until", null=False),
)
"""One row for each stream. `owner`, `token`, `lease_until` (milliseconds of the database's own clock): who may write
for it; a write carries its token, and one that is not the newest is refused. `pass_started_at` is when the pass under
way began, for streams that read their whole list. `error`: JSON of a RemoteProblem."""

quarantine = table(
    "quarantine",
    tenant(),
    helpdesk(),
    key("kind", TEXT),
    key("remote_id", TEXT),
    text("place", null=False),
    text("reason", null=False),
    text("raw"),
    big("first_at", null=False),
    big("last_at", null=False),
    Column("times", Integer, nullable=False),
)
"""Records that could not be read. A row goes when the record is read after all. `remote_id` is `?` and a digest where
even that could not be read."""

changes = table(
    "changes",
    tenant(),
    key("seq"),
    big("at", null=False),
    small("op", null=False),
    small("kind", null=False),
    Column("helpdesk", Integer, nullable=False),
    text("remote_id", null=False),
    text("fields"),
    small("internal"),
    text("lost_by"),
)
"""`fields` and `lost_by`: words with commas between, null for none. `internal` 1: of an internal note."""

deliveries = table(
    "deliveries",
    tenant(),
    helpdesk(),
    key("delivery", TEXT),
    big("received_at", null=False),
    big("done_at"),
)
"""Messages of helpdesks, by their ids, kept for 72 hours so that one told twice has one effect."""
DELIVERIES_BY_TIME = Index("deliveries_time", deliveries.c.tenant, deliveries.c.received_at)

hints = table(
    "hints",
    tenant(),
    helpdesk(),
    key("kind", TEXT),
    key("remote_id", TEXT),
    big("at", null=False),
    big("due_at", null=False),
    Column("tries", Integer, nullable=False),
    text("error"),
)
"""Records to be fetched again; `remote_id` is empty for a hint that names a stream (`kind` is then
`stream:<kind>:<name>`)."""

absences = table("absences", tenant(), helpdesk(), key("num"), small("state", null=False), big("at", null=False))
"""Ticket numbers that reconciliation missed: 0 to be looked for, 1 not there at the vendor."""

budgets = table(
    "budgets",
    tenant(),
    key("account", TEXT),
    key("bucket", TEXT),
    Column("opened", Double, nullable=False),
    Column("state", TEXT, nullable=False),
)
"""What is left of each account's rate limits, shared by all processes; moments are the database's own clock."""
