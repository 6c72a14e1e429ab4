"""What our copy can do: filter by everything it lists, in any order that has an index, without a ceiling."""

from __future__ import annotations

from models.enums import FilterSupport, SearchKind, TicketOrderField
from models.queries import TicketFilter
from providers.base import Capabilities, FieldSupport

_YES, _NO = FilterSupport.NATIVE, FilterSupport.NONE
BATCH = 1_000


def _field(path: str, *, find: bool = False, sort: bool = False, note: str | None = None) -> FieldSupport:
    return FieldSupport(path=path, filterable=_YES if find else _NO, sortable=_YES if sort else _NO, note=note)


_TICKET = (
    _field("Ticket.subject", find=True, sort=True),
    _field("Ticket.bodyText"),
    _field("Ticket.bodyHtml"),
    _field("Ticket.status", find=True, sort=True),
    _field("Ticket.statusDetail", find=True),
    _field("Ticket.priority", find=True, sort=True),
    _field("Ticket.type", find=True),
    _field("Ticket.channel", find=True),
    _field("Ticket.tags", find=True),
    _field("Ticket.requester", find=True),
    _field("Ticket.submitter"),
    _field("Ticket.assignee", find=True),
    _field("Ticket.group", find=True),
    _field("Ticket.organization", find=True),
    _field("Ticket.product"),
    _field("Ticket.ccs"),
    _field("Ticket.dueAt", find=True, sort=True),
    _field("Ticket.firstResponseDueAt"),
    _field("Ticket.resolvedAt", find=True, sort=True),
    _field("Ticket.closedAt"),
    _field("Ticket.externalId", find=True),
    _field("Ticket.createdAt", find=True, sort=True),
    _field("Ticket.updatedAt", find=True, sort=True),
    _field("Ticket.number", find=True, sort=True),
    _field("Ticket.customFields", find=True, sort=True),
    _field("Ticket.lifecycle", find=True),
    _field("Ticket.hasAttachments", find=True, note="Known once the ticket's comments were read."),
)
_CONTACT = (
    _field("Contact.name", find=True, sort=True),
    _field("Contact.email", find=True),
    _field("Contact.phone", find=True),
    _field("Contact.externalId", find=True),
    _field("Contact.organization", find=True),
    _field("Contact.state", find=True),
    _field("Contact.createdAt", find=True, sort=True),
    _field("Contact.updatedAt", find=True, sort=True),
    _field("Contact.identities"),
)
_ORGANIZATION = (
    _field("Organization.name", find=True, sort=True),
    _field("Organization.externalId", find=True),
    _field("Organization.domains", find=True),
    _field("Organization.createdAt", find=True, sort=True),
    _field("Organization.updatedAt", find=True, sort=True),
)
_ARTICLE = (
    _field("Article.title", find=True, sort=True),
    _field("Article.state", find=True),
    _field("Article.visibility", find=True),
    _field("Article.labels", find=True),
    _field("Article.locale", find=True),
    _field("Article.folder", find=True),
    _field("Article.createdAt", find=True, sort=True),
    _field("Article.updatedAt", find=True, sort=True),
    _field("Article.position", sort=True),
    _field("Article.stats", sort=True, note="Ordered by views."),
)
_PERSON = frozenset(
    {"id", "remoteId", "remoteUrl", "createdAt", "updatedAt", "lifecycle", "name", "email", "phone", "jobTitle"}
    | {"lastActiveAt", "identities", "state", "externalId", "locale", "timeZone", "tags", "customFields"}
    | {"organization", "avatar", "freshness", "helpdesk"}
)
_COMPANY = frozenset(
    {"id", "remoteId", "remoteUrl", "createdAt", "updatedAt", "lifecycle", "name", "domains", "notes", "externalId"}
    | {"tags", "customFields", "native", "freshness", "helpdesk"}
)
CAPABILITIES = Capabilities(
    ticket_filters=TicketFilter(
        **dict.fromkeys(TicketFilter.__struct_fields__, "x")  # type: ignore[arg-type]
    ).names(),
    ticket_orders=frozenset(TicketOrderField),
    list_ceiling=None,
    search_ceiling=1_000_000,
    batch=BATCH,
    search_kinds=frozenset(SearchKind),
    embeds={
        "requester": _PERSON,
        "organization": _COMPANY,
        "description": frozenset({"bodyText", "bodyHtml", "attachments"}),
        "stats": frozenset({"resolvedAt", "closedAt", "statusDetail"}),
        "satisfaction": frozenset({"satisfaction"}),
        "raw": frozenset({"raw"}),
    },
    lists_archived=True,
    counts=True,
    fields={
        SearchKind.TICKET: _TICKET,
        SearchKind.CONTACT: _CONTACT,
        SearchKind.ORGANIZATION: _ORGANIZATION,
        SearchKind.ARTICLE: _ARTICLE,
    },
)
