"""Tickets, as ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.enums import DetailLevel, Lifecycle, TicketStatus
from models.records import Sla, Ticket
from providers.freshdesk import tables, wire
from providers.freshdesk.account import Account
from providers.freshdesk.lenient import addresses, ident, plain, texts, when
from providers.freshdesk.mapping_fields import Fields
from providers.freshdesk.mapping_files import files
from providers.freshdesk.mapping_people import embedded_organization, embedded_requester

Raw = Mapping[str, Any]
CHILD = 2
_OVER = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


def ticket(
    account: Account,
    fields: Fields,
    row: wire.Ticket,
    raw: Raw,
    as_of: datetime,
    detail: DetailLevel = DetailLevel.FULL,
    lifecycle: Lifecycle | None = None,
) -> Ticket:
    """`lifecycle`: what the list it came from says, where the row itself may not. How often a ticket was opened again
    is told nowhere (API reference, "Ticket attributes": only when it last was)."""
    stats = row.stats or wire.Stats()
    priority, priority_native = tables.priority(row.priority)
    kind, kind_native = tables.type_of(row.type)
    channel, channel_native = tables.channel(row.source, fields.sources.get(row.source or 0))
    status = fields.status(row.status)
    return Ticket(
        helpdesk=account.key,
        remote_id=str(row.id),
        remote_url=account.page("tickets", row.id),
        created_at=when(row.created_at, "created_at"),
        updated_at=when(row.updated_at, "updated_at"),
        lifecycle=lifecycle or _lifecycle(row),
        detail=detail,
        as_of=as_of,
        raw=raw,
        number=str(row.id),
        version=row.updated_at or "",
        subject=row.subject,
        body_text=_body_text(row),
        body_html=row.description,
        status=status.category,
        status_native=status,
        status_since=when(stats.status_updated_at, "stats.status_updated_at"),
        priority=priority,
        priority_native=priority_native,
        type=kind,
        type_native=kind_native,
        channel=channel,
        channel_native=channel_native,
        tags=texts(row.tags),
        requester_id=ident(row.requester_id),
        assignee_id=ident(row.responder_id),
        group_id=ident(row.group_id),
        organization_id=ident(row.company_id),
        product_id=ident(row.product_id),
        parent_id=_parent(row),
        ccs=addresses(row.cc_emails),
        due_at=when(row.due_by, "due_by"),
        first_response_due_at=when(row.fr_due_by, "fr_due_by"),
        resolved_at=when(stats.resolved_at, "stats.resolved_at"),
        closed_at=when(stats.closed_at, "stats.closed_at"),
        first_responded_at=when(stats.first_responded_at, "stats.first_responded_at"),
        sla=_sla(row, status.category),
        custom_fields=row.custom_fields or {},
        native=_native(row),
        attachments=files(account, f"{row.id}/0", row.attachments, row.description),
        requester=embedded_requester(account, row.requester, as_of) if row.requester else None,
        organization=embedded_organization(account, row.company, as_of) if row.company else None,
    )


def _body_text(row: wire.Ticket) -> str | None:
    if row.description_text is not None or row.description is None:
        return row.description_text
    return plain(row.description)


def _lifecycle(row: wire.Ticket) -> Lifecycle:
    """`deleted` is present, and true, on deleted tickets only (API reference, "Ticket attributes")."""
    if row.deleted:
        return Lifecycle.DELETED
    if row.spam:
        return Lifecycle.SPAM
    return Lifecycle.ARCHIVED if row.archived else Lifecycle.ACTIVE


def _parent(row: wire.Ticket) -> str | None:
    if row.association_type != CHILD or not row.associated_tickets_list:
        return None
    return str(row.associated_tickets_list[0])


def _sla(row: wire.Ticket, status: TicketStatus) -> Sla | None:
    """Which target is next needs the first response, which only `include=stats` tells."""
    escalated = (row.is_escalated, row.fr_escalated, row.nr_escalated)
    if all(flag is None for flag in escalated) and row.due_by is None:
        return None
    breached = any(escalated)
    if status in _OVER:
        return Sla(breached=breached)
    if row.stats is not None and row.stats.first_responded_at is None and row.fr_due_by:
        return Sla(breached=breached, next_target="FIRST_RESPONSE", next_target_at=when(row.fr_due_by, "fr_due_by"))
    if row.stats is not None and row.nr_due_by:
        return Sla(breached=breached, next_target="NEXT_RESPONSE", next_target_at=when(row.nr_due_by, "nr_due_by"))
    if row.due_by is None:
        return Sla(breached=breached)
    return Sla(breached=breached, next_target="RESOLUTION", next_target_at=when(row.due_by, "due_by"))


def _native(row: wire.Ticket) -> dict[str, Any]:
    return {
        "source": row.source,
        "status_code": row.status or 0,
        "responder_id": ident(row.responder_id),
        "email_config_id": ident(row.email_config_id),
        "product_id": ident(row.product_id),
        "fr_escalated": row.fr_escalated,
        "spam": row.spam,
        "association_type": row.association_type,
    }
