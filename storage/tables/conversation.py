"""What was said, and the files that hang on it."""

from __future__ import annotations

from sqlalchemy import Index, Integer

from storage.tables.base import TEXT, big, blob, helpdesk, key, small, table, tenant, text

comments = table(
    "comments",
    tenant(),
    helpdesk(),
    key("ticket"),
    key("position", Integer),
    text("remote_id", null=False),
    small("visibility", null=False),
    big("created_at", null=False),
    big("as_of", null=False),
    big("seq", null=False),
    blob("card", null=False),
    blob("raw"),
)
"""The comments of a ticket, oldest first from position 0, which is the request itself. Replaced together when the
ticket's conversation is read again. `comments_complete` of the ticket's card says whether more were not read."""

conversations = table(
    "conversations", tenant(), helpdesk(), key("ticket"), small("complete", null=False), big("as_of", null=False)
)
"""One row for each ticket whose comments were read: whether all of them were, and when."""

attachments = table(
    "attachments",
    tenant(),
    helpdesk(),
    key("remote_id", TEXT),
    small("owner_kind", null=False),
    big("owner", null=False),
    text("parent", null=False),
    text("file_name", null=False),
    text("content_type", null=False),
    big("byte_size"),
    small("is_inline", null=False),
    big("created_at"),
    blob("card", null=False),
)
"""Files of tickets' comments and of articles. `owner`: the ticket's or article's number."""
ATTACHMENTS_BY_OWNER = Index(
    "attachments_owner", attachments.c.tenant, attachments.c.helpdesk, attachments.c.owner_kind, attachments.c.owner
)

images = table(
    "images",
    tenant(),
    helpdesk(),
    key("remote_id", TEXT),
    small("owner_kind", null=False),
    big("owner", null=False),
    text("content_type", null=False),
    big("byte_size"),
    big("width"),
    big("height"),
    small("state", null=False),
    big("created_at"),
)
"""Those files that are pictures. `state` 0: known from its metadata, not fetched yet."""
IMAGES_BY_TIME = Index("images_created", images.c.tenant, images.c.created_at, images.c.helpdesk, images.c.remote_id)
