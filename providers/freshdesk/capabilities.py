"""What Freshdesk can do live, as data. docs/mapping/freshdesk.md explains each ceiling."""

from __future__ import annotations

from models.enums import FilterSupport, SearchKind, TicketOrderField
from providers.base import Capabilities, FieldSupport

PAGE_CEILING = 300
LIST_CEILING = PAGE_CEILING * 100
SEARCH_PAGE = 30
SEARCH_CEILING = 300

NATIVE, NONE = FilterSupport.NATIVE, FilterSupport.NONE


def _row(
    path: str,
    filterable: FilterSupport = NONE,
    sortable: FilterSupport = NONE,
    *,
    writable: bool = False,
    note: str | None = None,
) -> FieldSupport:
    return FieldSupport(path=path, writable=writable, filterable=filterable, sortable=sortable, note=note)


_SEARCHED = f"Live by search: at most {SEARCH_CEILING} matches, some minutes behind."

TICKET = (
    _row("Ticket.number", NONE),
    _row("Ticket.subject", writable=True),
    _row("Ticket.bodyHtml", NONE, NONE, writable=True),
    _row("Ticket.status", NATIVE, writable=True, note=_SEARCHED),
    _row("Ticket.statusDetail", NATIVE, writable=True, note=_SEARCHED),
    _row("Ticket.priority", NATIVE, writable=True, note=_SEARCHED),
    _row("Ticket.type", NATIVE, writable=True, note=_SEARCHED),
    _row("Ticket.channel", writable=True, note="Live together with a requester or an organization only."),
    _row("Ticket.tags", NATIVE, NONE, writable=True, note=_SEARCHED),
    _row("Ticket.requester", NATIVE, NONE, writable=True),
    _row("Ticket.assignee", NATIVE, NONE, writable=True, note=_SEARCHED),
    _row("Ticket.group", NATIVE, NONE, writable=True, note=_SEARCHED),
    _row("Ticket.organization", NATIVE, NONE, writable=True),
    _row("Ticket.product", writable=True),
    _row("Ticket.createdAt", NATIVE, NATIVE, note=f"Live lists end after {LIST_CEILING:,} tickets."),
    _row(
        "Ticket.updatedAt",
        NATIVE,
        NATIVE,
        note=f"Live, newest first ends after {LIST_CEILING:,} tickets; oldest first has no end.",
    ),
    _row("Ticket.dueAt", writable=True),
    _row("Ticket.resolvedAt"),
    _row(
        "Ticket.lifecycle", NATIVE, NONE, note="ACTIVE, SPAM and DELETED; archived tickets are not listed, only by id."
    ),
    _row("Ticket.customFields", writable=True),
    _row("Ticket.ccs", writable=True),
    FieldSupport(path="Ticket.externalId", readable=False, note="Freshdesk tickets have none; use a custom field."),
    FieldSupport(path="Ticket.satisfaction", readable=False, note="Kept apart from tickets by Freshdesk."),
    FieldSupport(path="Ticket.mergedInto", readable=False, note="Freshdesk keeps no link between merged tickets."),
)
CONTACT = (
    _row("Contact.email", NATIVE),
    _row("Contact.phone", NATIVE),
    _row("Contact.name", NONE, note="Live by search, by the beginning of a word."),
    _row("Contact.organization", NATIVE, NONE),
    _row("Contact.state", NATIVE, NONE),
    _row("Contact.updatedAt", NATIVE),
    _row("Contact.externalId", NATIVE, NONE),
)
ORGANIZATION = (
    _row("Organization.name", NATIVE),
    _row("Organization.updatedAt", NATIVE),
    FieldSupport(path="Organization.externalId", readable=False, note="Freshdesk companies have none."),
)
ARTICLE = (
    _row("Article.locale", NATIVE),
    _row("Article.state", NATIVE, NONE, note="Chosen here, after reading."),
    _row("Article.visibility", NATIVE, NONE, note="That of the article's folder."),
    _row("Article.path", NATIVE, NONE),
    _row("Article.labels", NATIVE, NONE, note="Chosen here, after reading."),
)

CAPABILITIES = Capabilities(
    ticket_filters=frozenset(
        {
            "status",
            "nativeStatus",
            "priority",
            "type",
            "channel",
            "tags.any",
            "tags.all",
            "requester.id",
            "requester.email",
            "assignee.id",
            "group",
            "organization.id",
            "createdAt",
            "updatedAt",
            "lifecycle",
        }
    ),
    ticket_orders=frozenset({TicketOrderField.CREATED_AT, TicketOrderField.UPDATED_AT}),
    list_ceiling=LIST_CEILING,
    search_ceiling=SEARCH_CEILING,
    batch=1,
    search_kinds=frozenset({SearchKind.CONTACT, SearchKind.ORGANIZATION, SearchKind.ARTICLE}),
    embeds={
        "requester": frozenset({"name", "email", "phone"}),
        "organization": frozenset({"name"}),
    },
    fields={
        SearchKind.TICKET: TICKET,
        SearchKind.CONTACT: CONTACT,
        SearchKind.ORGANIZATION: ORGANIZATION,
        SearchKind.ARTICLE: ARTICLE,
    },
)
