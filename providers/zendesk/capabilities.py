"""What Zendesk can do live, as data."""

from __future__ import annotations

from models.enums import FilterSupport, SearchKind
from providers.base import Capabilities, FieldSupport
from providers.zendesk.reads_search import KINDS
from providers.zendesk.reads_tickets import SEARCH_CEILING
from providers.zendesk.rows import PAGE
from providers.zendesk.ticket_routes import FILTERS, ORDERS

_YES, _NO = FilterSupport.NATIVE, FilterSupport.NONE
_LAG = "Through the vendor's search: at most 1,000 matches, and new values are found after some minutes."


def _field(
    path: str, *, write: bool = False, find: bool = False, sort: bool = False, note: str | None = None
) -> FieldSupport:
    return FieldSupport(
        path=path, writable=write, filterable=_YES if find else _NO, sortable=_YES if sort else _NO, note=note
    )


_TICKET = (
    _field("Ticket.subject", write=True),
    _field("Ticket.bodyText", write=True),
    _field("Ticket.bodyHtml", write=True, note="Read from the ticket's first comment."),
    _field("Ticket.status", write=True, find=True, note=f"CLOSED cannot be written. {_LAG}"),
    _field("Ticket.statusDetail", write=True, find=True, note=_LAG),
    _field("Ticket.priority", write=True, find=True, note=_LAG),
    _field("Ticket.type", write=True, find=True, note=f"FEATURE_REQUEST, REFUND and OTHER cannot be written. {_LAG}"),
    _field("Ticket.channel", find=True, note=_LAG),
    _field("Ticket.tags", write=True, find=True, note=_LAG),
    _field("Ticket.requester", write=True, find=True),
    _field("Ticket.submitter"),
    _field("Ticket.assignee", write=True, find=True),
    _field("Ticket.group", write=True, find=True, note=_LAG),
    _field("Ticket.organization", write=True, find=True),
    _field("Ticket.product", write=True, note="A brand."),
    _field("Ticket.ccs", write=True),
    _field("Ticket.dueAt", write=True, note="On tasks only."),
    FieldSupport(path="Ticket.firstResponseDueAt", readable=False),
    _field("Ticket.resolvedAt"),
    FieldSupport(path="Ticket.closedAt", readable=False),
    _field("Ticket.externalId", write=True, find=True),
    _field("Ticket.createdAt", find=True, sort=True, note="Ordered lists end after 10,000 tickets."),
    _field("Ticket.updatedAt", find=True, sort=True),
    _field("Ticket.number", sort=True),
    _field("Ticket.customFields", write=True),
    _field("Ticket.lifecycle", find=True, note="Archived and deleted tickets are not listed live."),
)
_CONTACT = (
    _field("Contact.name", find=True),
    _field("Contact.email", find=True),
    _field("Contact.phone", find=True),
    _field("Contact.externalId", find=True),
    _field("Contact.organization", find=True),
    _field("Contact.state", find=True),
    _field("Contact.identities", note="The addresses on the contact itself; further ones are not read."),
)
_ORGANIZATION = (
    _field("Organization.name", find=True),
    _field("Organization.externalId", find=True),
    _field("Organization.domains"),
)
_ARTICLE = (
    _field("Article.title"),
    _field("Article.state", find=True, note="Checked on each row."),
    _field("Article.visibility", find=True, note="Checked on each row."),
    _field("Article.labels", find=True),
    _field("Article.locale", find=True),
    _field("Article.stats", note="Votes; views are not told."),
)

_PERSON = frozenset(
    {"id", "remoteId", "remoteUrl", "createdAt", "updatedAt", "lifecycle", "name", "email", "phone", "lastActiveAt"}
    | {"identities", "state", "externalId", "locale", "timeZone", "tags", "customFields", "organization", "avatar"}
)
_COMPANY = frozenset(
    {"id", "remoteId", "remoteUrl", "createdAt", "updatedAt", "lifecycle", "name", "domains", "notes", "externalId"}
    | {"tags", "customFields", "native"}
)

CAPABILITIES = Capabilities(
    ticket_filters=FILTERS,
    ticket_orders=ORDERS,
    list_ceiling=None,
    search_ceiling=SEARCH_CEILING,
    batch=PAGE,
    search_kinds=frozenset(KINDS),
    embeds={
        "requester": _PERSON,
        "organization": _COMPANY,
        "description": frozenset({"bodyText"}),
        "stats": frozenset({"resolvedAt", "statusDetail"}),
        "satisfaction": frozenset({"satisfaction"}),
    },
    lists_archived=False,
    counts=True,
    fields={
        SearchKind.TICKET: _TICKET,
        SearchKind.CONTACT: _CONTACT,
        SearchKind.ORGANIZATION: _ORGANIZATION,
        SearchKind.ARTICLE: _ARTICLE,
    },
)
