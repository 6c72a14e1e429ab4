"""Links between records, declared once as data.

A link says which look-up it goes through and what the key of a record is. `follow` serves it by the request's loaders;
a compiled plan can read the same table to load a whole level at once. A record that the helpdesk embedded in a list row
answers without another call when it surely has everything the caller selected.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from models.enums import DetailLevel
from resolvers.batching import Loader
from resolvers.loaders import TicketAsk
from resolvers.selection import FieldInfo

if TYPE_CHECKING:
    from resolvers.context import RequestContext

ALWAYS_THERE = frozenset({"__typename", "id", "helpdesk", "remoteId", "freshness"})


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """`loader` is a look-up of resolvers/loaders.py. `key` gives its ident, or None when the record has no such link.

    `embedded` gives the record the helpdesk sent along, if it did; `want` is its name in `PageRequest.wants`.
    """

    name: str
    loader: str
    key: Callable[[Any], Hashable | None]
    embedded: Callable[[Any], Any] | None = None
    want: str | None = None


def _ticket(remote_id: str | None) -> TicketAsk | None:
    return TicketAsk(remote_id) if remote_id else None


LINKS: Mapping[str, Link] = {
    link.name: link
    for link in (
        Link(
            name="Ticket.requester",
            loader="contact_by_id",
            key=lambda t: t.requester_id,
            embedded=lambda t: t.requester,
            want="requester",
        ),
        Link(
            name="Ticket.organization",
            loader="organization_by_id",
            key=lambda t: t.organization_id,
            embedded=lambda t: t.organization,
            want="organization",
        ),
        Link(name="Ticket.assignee", loader="agent_by_id", key=lambda t: t.assignee_id),
        Link(name="Ticket.group", loader="group_by_id", key=lambda t: t.group_id),
        Link(name="Ticket.product", loader="product_by_id", key=lambda t: t.product_id),
        Link(name="Ticket.parent", loader="ticket_by_id", key=lambda t: _ticket(t.parent_id)),
        Link(name="Ticket.mergedInto", loader="ticket_by_id", key=lambda t: _ticket(t.merged_into_id)),
        Link(name="Comment.ticket", loader="ticket_by_id", key=lambda c: _ticket(c.ticket_id)),
        Link(name="Contact.organization", loader="organization_by_id", key=lambda c: c.organization_id),
        Link(name="Group.escalateTo", loader="agent_by_id", key=lambda g: g.escalate_to_id),
        Link(name="Article.author", loader="agent_by_id", key=lambda a: a.author_id),
        Link(name="ArticleFolder.parent", loader="folder_by_id", key=lambda f: f.parent_id),
    )
}


def follow(link: Link, record: Any, context: RequestContext, info: FieldInfo) -> Any:
    """The linked record or None, or an awaitable of it. A failing helpdesk is an exception of models/errors.py."""
    if link.embedded is not None:
        there = link.embedded(record)
        if there is not None and _enough(link, record, there, context, info):
            return there
    ident = link.key(record)
    if ident is None:
        return None
    loader: Loader[Any] = getattr(context.loaders, link.loader)
    return loader.load(record.helpdesk, ident)


def _enough(link: Link, record: Any, there: Any, context: RequestContext, info: FieldInfo) -> bool:
    if there.detail is DetailLevel.FULL:
        return True
    filled = embedded_fields(link, record.helpdesk, context)
    return context.selections.of(info).names <= filled | ALWAYS_THERE


def embedded_fields(link: Link, helpdesk: str, context: RequestContext) -> frozenset[str]:
    """The GraphQL fields that an embedded record of this link surely has."""
    return context.sources[helpdesk].capabilities.embeds.get(link.want or "", frozenset())
