"""The global id of a record."""

from __future__ import annotations

from typing import Any

from models import ids
from models.enums import Kind
from models.records import (
    Agent,
    Article,
    ArticleFolder,
    Attachment,
    Comment,
    Contact,
    Group,
    HelpdeskInfo,
    Organization,
    Product,
    Ticket,
)
from resolvers.pictures import Picture

KINDS: dict[type, Kind] = {
    HelpdeskInfo: Kind.HELPDESK,
    Ticket: Kind.TICKET,
    Comment: Kind.COMMENT,
    Contact: Kind.CONTACT,
    Agent: Kind.AGENT,
    Group: Kind.GROUP,
    Organization: Kind.ORGANIZATION,
    Product: Kind.PRODUCT,
    Article: Kind.ARTICLE,
    ArticleFolder: Kind.ARTICLE_FOLDER,
    Attachment: Kind.ATTACHMENT,
    Picture: Kind.IMAGE,
}


def global_id(record: Any) -> str:
    if isinstance(record, HelpdeskInfo):
        return ids.encode(Kind.HELPDESK, record.key)
    return ids.encode(KINDS[type(record)], record.helpdesk, record.remote_id)
