"""Making a ticket: the caller's wish checked and put into a draft, then written by writes/."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from models.enums import Channel, Kind, TicketPriority, TicketStatus, TicketType
from models.errors import BadInput, Forbidden, HelpdeskError
from models.ids import decode_kind
from models.queries import MappingWarning, NewRequester, TicketDraft
from models.records import Ticket
from providers.upstream.records import CallRecord, recording
from resolvers.context import RequestContext
from writes import create_ticket as write_ticket


class TicketWish(msgspec.Struct, frozen=True, kw_only=True):
    """CreateTicketInput, with global ids as they came."""

    helpdesk: str
    idempotency_key: str
    subject: str
    body_html: str | None = None
    body_text: str | None = None
    requester_id: str | None = None
    requester: NewRequester | None = None
    status: TicketStatus | None = None
    native_status: str | None = None
    priority: TicketPriority | None = None
    type: TicketType | None = None
    channel: Channel | None = None
    tags: tuple[str, ...] = ()
    group_id: str | None = None
    assignee_id: str | None = None
    organization_id: str | None = None
    product_id: str | None = None
    ccs: tuple[str, ...] = ()
    due_at: datetime | None = None
    external_id: str | None = None
    custom_fields: tuple[tuple[str, Any], ...] = ()
    strict: bool = True
    preview: bool = False


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    calls: int
    credits: int
    replayed: bool


class CreateTicketPayload(msgspec.Struct, frozen=True, kw_only=True):
    ticket: Ticket | None = None
    errors: tuple[HelpdeskError, ...] = ()
    warnings: tuple[MappingWarning, ...] = ()
    upstream: Receipt | None = None
    preview: Mapping[str, Any] | None = None


async def create_ticket(wish: TicketWish, context: RequestContext) -> CreateTicketPayload:
    """What the caller can act on comes back in `errors`; anything else is raised, and masked at the door."""
    try:
        context.demand("tickets:write")
        if context.scope.organizations is not None:
            raise Forbidden("A caller who is bound to organizations cannot create tickets through this API.")
        context.sources.named([wish.helpdesk], field="helpdesk")
        draft = drafted(wish)
    except HelpdeskError as error:
        return CreateTicketPayload(errors=(error,))
    with recording() as calls:
        result = await write_ticket(
            context.providers[wish.helpdesk],
            context.ledger,
            tenant=context.scope.tenant,
            key=wish.idempotency_key,
            draft=draft,
            preview=wish.preview,
            clock=context.clock,
            keep=context.store.keeper(wish.helpdesk) if context.store is not None else None,
        )
    plan = result.plan
    return CreateTicketPayload(
        ticket=result.ticket,
        errors=(result.error,) if result.error is not None else (),
        warnings=result.warnings,
        upstream=_receipt(calls, replayed=result.replayed),
        preview={"method": plan.method, "path": plan.path, "body": plan.body} if plan and wish.preview else None,
    )


def _receipt(calls: list[CallRecord], *, replayed: bool) -> Receipt:
    sent = [call for call in calls if not (call.shared or call.cached)]
    return Receipt(calls=len(sent), credits=sum(call.credits for call in sent), replayed=replayed)


def drafted(wish: TicketWish) -> TicketDraft:
    if not wish.subject.strip():
        raise BadInput("`subject` is empty.", field="subject")
    if (wish.body_html is None) is (wish.body_text is None):
        raise BadInput("Give one of `bodyHtml` and `bodyText`.", field="bodyText")
    if wish.native_status is not None and wish.status not in (None, TicketStatus.OPEN):
        raise BadInput("Give `status` or `nativeStatus`, not both.", field="nativeStatus")
    return TicketDraft(
        subject=wish.subject,
        body_html=wish.body_html,
        body_text=wish.body_text,
        requester_id=_own(wish.requester_id, Kind.CONTACT, "requester.contactId", wish.helpdesk),
        requester=_somebody(wish.requester),
        status=None if wish.native_status is not None else wish.status,
        native_status=wish.native_status,
        priority=wish.priority,
        type=wish.type,
        channel=wish.channel,
        tags=wish.tags,
        group_id=_own(wish.group_id, Kind.GROUP, "groupId", wish.helpdesk),
        assignee_id=_own(wish.assignee_id, Kind.AGENT, "assigneeId", wish.helpdesk),
        organization_id=_own(wish.organization_id, Kind.ORGANIZATION, "organizationId", wish.helpdesk),
        product_id=_own(wish.product_id, Kind.PRODUCT, "productId", wish.helpdesk),
        ccs=wish.ccs,
        due_at=wish.due_at,
        external_id=wish.external_id,
        custom_fields=_fields(wish.custom_fields),
        strict=wish.strict,
    )


def _own(value: str | None, kind: Kind, field: str, helpdesk: str) -> str | None:
    """The remote id of a record of this very helpdesk."""
    if value is None:
        return None
    found = decode_kind(value, kind, field=field)
    if found.helpdesk != helpdesk:
        raise BadInput(f"`{field}` belongs to the helpdesk `{found.helpdesk}`, not to `{helpdesk}`.", field=field)
    return found.remote_id


def _somebody(requester: NewRequester | None) -> NewRequester | None:
    if requester is not None and not (requester.email or requester.phone or requester.external_id):
        raise BadInput("A new requester needs an `email`, a `phone` or an `externalId`.", field="requester.contact")
    return requester


def _fields(given: tuple[tuple[str, Any], ...]) -> Mapping[str, Any]:
    found = dict(given)
    if len(found) != len(given):
        raise BadInput("`customFields` names a key twice.", field="customFields")
    return found
