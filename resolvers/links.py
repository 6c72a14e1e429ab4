"""Links between records, declared once as data.

A link says which look-up it goes through and what the key of a record is. `follow` serves it by the request's loaders;
a compiled plan can read the same table to load a whole level at once. A record that the helpdesk embedded in a list row
answers without another call when it surely has everything the caller selected. So does one that came along with another
record of the same request: the organization of a ticket is most often its requester's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from models.enums import DetailLevel, FreshnessSource, SyncKind
from providers.base import Capabilities
from resolvers.batching import Loader
from resolvers.loaders import TicketAsk
from resolvers.selection import FieldInfo, Selection

if TYPE_CHECKING:
    from resolvers.context import RequestContext

ALWAYS_THERE = frozenset({"__typename", "id", "helpdesk", "remoteId", "freshness"})


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """`to` is the type of the linked record, `loader` a look-up of resolvers/loaders.py. `key` gives its ident, or None
    when the record has no such link.

    `embedded` gives the record the helpdesk sent along, if it did; `want` is its name in `PageRequest.wants`. With
    `along`, what ticket rows embed under the same `want` answers this link too. A bound caller is shown that only
    where it is an organization the caller is bound to; anything else is left to the loader.
    """

    name: str
    to: str
    loader: str
    key: Callable[[Any], Hashable | None]
    embedded: Callable[[Any], Any] | None = None
    want: str | None = None
    along: bool = False

    @property
    def owner(self) -> str:
        return self.name.partition(".")[0]

    @property
    def field(self) -> str:
        return self.name.partition(".")[2]


def _ticket(remote_id: str | None) -> TicketAsk | None:
    return TicketAsk(remote_id) if remote_id else None


LINKS: Mapping[str, Link] = {
    link.name: link
    for link in (
        Link(
            name="Ticket.requester",
            to="Contact",
            loader="contact_by_id",
            key=lambda t: t.requester_id,
            embedded=lambda t: t.requester,
            want="requester",
        ),
        Link(
            name="Ticket.organization",
            to="Organization",
            loader="organization_by_id",
            key=lambda t: t.organization_id,
            embedded=lambda t: t.organization,
            want="organization",
        ),
        Link(name="Ticket.assignee", to="Agent", loader="agent_by_id", key=lambda t: t.assignee_id),
        Link(name="Ticket.group", to="Group", loader="group_by_id", key=lambda t: t.group_id),
        Link(name="Ticket.product", to="Product", loader="product_by_id", key=lambda t: t.product_id),
        Link(name="Ticket.parent", to="Ticket", loader="ticket_by_id", key=lambda t: _ticket(t.parent_id)),
        Link(name="Ticket.mergedInto", to="Ticket", loader="ticket_by_id", key=lambda t: _ticket(t.merged_into_id)),
        Link(name="Comment.ticket", to="Ticket", loader="ticket_by_id", key=lambda c: _ticket(c.ticket_id)),
        Link(
            name="Contact.organization",
            to="Organization",
            loader="organization_by_id",
            key=lambda c: c.organization_id,
            want="organization",
            along=True,
        ),
        Link(name="Group.escalateTo", to="Agent", loader="agent_by_id", key=lambda g: g.escalate_to_id),
        Link(name="Article.author", to="Agent", loader="agent_by_id", key=lambda a: a.author_id),
        Link(name="ArticleFolder.parent", to="ArticleFolder", loader="folder_by_id", key=lambda f: f.parent_id),
    )
}
KINDS: Mapping[str, SyncKind] = {
    "Ticket": SyncKind.TICKETS,
    "Contact": SyncKind.CONTACTS,
    "Organization": SyncKind.ORGANIZATIONS,
    "Agent": SyncKind.AGENTS,
    "Group": SyncKind.GROUPS,
    "Product": SyncKind.FIELDS,
    "ArticleFolder": SyncKind.ARTICLES,
}
ALONG = tuple(link for link in LINKS.values() if link.along)
_BROUGHT = tuple(
    link for link in LINKS.values() if link.owner == "Ticket" and link.want in {taken.want for taken in ALONG}
)


def follow(link: Link, record: Any, context: RequestContext, info: FieldInfo) -> Any:
    """The linked record or None, or an awaitable of it. A failing helpdesk is an exception of models/errors.py."""
    there = _in_hand(link, record, context)
    if there is not None and _enough(link, record, there, context, info):
        return there
    ident = link.key(record)
    if ident is None:
        return None
    loader: Loader[Any] = getattr(context.loaders, link.loader)
    found = loader.load(record.helpdesk, ident)
    return _or_live(found, link, record, ident, context) if context.mirror is not None else found


async def _or_live(found: Awaitable[Any], link: Link, record: Any, ident: Hashable, context: RequestContext) -> Any:
    """A record that was made after our copy was brought up to date may name others that are not in it yet."""
    there = await found
    if there is not None or not context.sources.newer(record.helpdesk, KINDS[link.to], _told_at(record)):
        return there
    loader: Loader[Any] = getattr(context.live_loaders, link.loader)
    return await loader.load(record.helpdesk, ident)


def _told_at(record: Any) -> datetime | None:
    """The moment the record's links were as they are; folders do not say."""
    at: datetime | None = getattr(record, "as_of", None) or getattr(record, "created_at", None)
    return at


def _in_hand(link: Link, record: Any, context: RequestContext) -> Any:
    if link.embedded is not None:
        return link.embedded(record)
    return context.came_along.get((link.want, record.helpdesk, link.key(record))) if link.along else None


def remember(ticket: Any, context: RequestContext) -> None:
    """Keeps what a ticket row embeds for the links that take what came along."""
    for link in _BROUGHT:
        there = link.embedded(ticket) if link.embedded else None
        if there is not None and context.scope.sees_organization(there.helpdesk, there.remote_id):
            context.came_along[link.want, there.helpdesk, there.remote_id] = there


def _enough(link: Link, record: Any, there: Any, context: RequestContext, info: FieldInfo) -> bool:
    """Our copy has no more of a record than it embeds."""
    if there.detail is DetailLevel.FULL or there.origin is not FreshnessSource.LIVE:
        return True
    return suffices(link, context.selections.of(info), context.sources[record.helpdesk].capabilities)


def suffices(link: Link, selected: Selection, capabilities: Capabilities) -> bool:
    """Whether a record embedded under the link's `want` surely has all of the selected fields."""
    return selected.names <= capabilities.embeds.get(link.want or "", frozenset()) | ALWAYS_THERE


def wanted_along(below: Selection, link: Link, capabilities: Capabilities) -> frozenset[str]:
    """The wants that rows have to bring for the links behind `link`, of which `below` is selected."""
    behind = ((further, below.at(further.field)) for further in ALONG if further.owner == link.to)
    return frozenset(
        further.want for further, part in behind if further.want and part and suffices(further, part, capabilities)
    )
