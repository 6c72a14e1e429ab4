"""The fields of a ticket that are more than an attribute of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from imaging.scrub import scrub
from models.enums import (
    ActorKind,
    CommentVisibility,
    CountPrecision,
    DetailLevel,
    FreshnessSource,
    TicketStatus,
    Vendor,
)
from models.errors import BadInput
from models.records import ActorRef, Attachment, Comment, Count, NativeStatus, Ticket
from resolvers.actors import Actor, actor
from resolvers.connections import Paging
from resolvers.context import RequestContext
from resolvers.files import ALL_COMMENTS, cleaned, comment_html, comments_of, has_pictures, ticket_files
from resolvers.loaders import TicketAsk
from resolvers.paging import Connection, fingerprint, list_connection
from resolvers.pictures import Picture, pictures


class StatusDetail(msgspec.Struct, frozen=True):
    native: NativeStatus
    since: datetime | None


class RecordFreshness(msgspec.Struct, frozen=True, kw_only=True):
    as_of: datetime
    source: FreshnessSource
    detail: DetailLevel


def freshness(record: Any) -> RecordFreshness:
    return RecordFreshness(as_of=record.as_of, source=record.origin, detail=record.detail)


async def raw(record: Any, context: RequestContext) -> Any:
    """Null for a caller bound to organizations: a vendor's own object may name people of others."""
    context.demand("raw:read")
    if context.scope.organizations is not None:
        return None
    if record.raw is None and isinstance(record, Ticket) and _copied(record):
        record = await _with(record, "raw", context)
    return scrub(record.raw)


def _copied(record: Any) -> bool:
    """From our copy, which reads a body and the vendor's object only when they are asked for."""
    return record.origin is not FreshnessSource.LIVE


async def _with(ticket: Ticket, want: str, context: RequestContext) -> Ticket:
    """The ticket with more of it; the row as it is when it has gone meanwhile."""
    ask = TicketAsk(ticket.remote_id, frozenset({want}))
    return await context.loaders.ticket_by_id.load(ticket.helpdesk, ask) or ticket


def status_detail(ticket: Ticket) -> StatusDetail:
    return StatusDetail(ticket.status_native, ticket.status_since)


async def whole(ticket: Ticket, context: RequestContext) -> Ticket:
    """The ticket as its own page shows it."""
    if ticket.detail is DetailLevel.FULL and (ticket.body_text is not None or not _copied(ticket)):
        return ticket
    return await _with(ticket, "description", context)


async def body_text(ticket: Ticket, context: RequestContext) -> str | None:
    return ticket.body_text if ticket.body_text is not None else (await whole(ticket, context)).body_text


async def body_html(ticket: Ticket, context: RequestContext) -> str | None:
    """Of the ticket where the helpdesk has it there (Freshdesk), else of its first comment (Zendesk)."""
    found = ticket if ticket.body_text is not None else await whole(ticket, context)
    if found.body_html is None:
        listed = await comments_of(found, context, up_to=1)
        return await comment_html(listed.items[0], context) if listed.items else None
    files = await _first_files(found, context) if has_pictures(found.body_html) else ()
    return cleaned(found.body_html, files, context, f"{ticket.remote_id}/0", ticket.helpdesk)


async def _first_files(ticket: Ticket, context: RequestContext) -> Sequence[Attachment]:
    if ticket.attachments is not None:
        return ticket.attachments
    full = await whole(ticket, context)
    return full.attachments if full.attachments is not None else [f for f, _ in await ticket_files(full, context)]


async def resolved_at(ticket: Ticket, context: RequestContext) -> datetime | None:
    return (await _with_stats(ticket, context)).resolved_at


async def closed_at(ticket: Ticket, context: RequestContext) -> datetime | None:
    return (await _with_stats(ticket, context)).closed_at


async def _with_stats(ticket: Ticket, context: RequestContext) -> Ticket:
    """A ticket that is over has one of these times. One with neither came without them, and is read again."""
    over = ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED)
    if not over or ticket.resolved_at or ticket.closed_at or _copied(ticket):
        return ticket
    return await _with(ticket, "stats", context)


async def submitter(ticket: Ticket, context: RequestContext) -> Actor | None:
    if ticket.submitter_id is None:
        return None
    ref = ActorRef(kind=ActorKind.PERSON, remote_id=ticket.submitter_id)
    return await actor(ticket.helpdesk, ref, context, ticket.as_of)


async def comments(
    ticket: Ticket, context: RequestContext, paging: Paging, visibility: Sequence[CommentVisibility] | None
) -> Connection[Comment]:
    """Only as many are read as the page needs; going on from a cursor, or back from the end, needs them all."""
    page = paging.window()
    shown = frozenset(visibility) if visibility is not None else frozenset(CommentVisibility)
    straight = not page.backward and page.after is None and shown == frozenset(CommentVisibility)
    listed = await comments_of(ticket, context, page.size + 1 if straight else ALL_COMMENTS)
    items = [comment for comment in listed.items if comment.visibility in shown]
    mark = fingerprint("comments", ticket.helpdesk, ticket.remote_id, shown)
    connection = list_connection(items, page, context.cursors, fingerprint=mark)
    total = Count(value=len(items), precision=CountPrecision.EXACT) if listed.complete else None
    return msgspec.structs.replace(connection, total_count=total)


async def attachments(ticket: Ticket, context: RequestContext, paging: Paging) -> Connection[Attachment]:
    page = paging.window(default=20)
    items = [file for file, _ in await ticket_files(ticket, context)]
    mark = fingerprint("attachments", ticket.helpdesk, ticket.remote_id)
    return list_connection(items, page, context.cursors, fingerprint=mark)


async def images(ticket: Ticket, context: RequestContext, paging: Paging) -> Connection[Picture]:
    page = paging.window(default=20)
    found = await ticket_files(ticket, context)
    items = [picture for file, comment in found for picture in pictures([file], comment)]
    mark = fingerprint("images", ticket.helpdesk, ticket.remote_id)
    return list_connection(items, page, context.cursors, fingerprint=mark)


async def transcript(ticket: Ticket, context: RequestContext, max_chars: int, include_private: bool) -> str:
    """The conversation as plain text, oldest first; cut at the end, with a word that it was."""
    if not 100 <= max_chars <= 200_000:
        raise BadInput("`maxChars` must be from 100 to 200000.", field="maxChars")
    listed = await comments_of(ticket, context)
    parts = [f"#{ticket.number} {ticket.subject or ''}".rstrip()]
    for comment in listed.items:
        private = comment.visibility is CommentVisibility.INTERNAL
        if private and not include_private:
            continue
        who = comment.author.name or comment.author.email or comment.direction.value.lower()
        kind = "internal note" if private else "public"
        parts.append(f"[{comment.created_at:%Y-%m-%d %H:%M}Z] {who} ({kind}):\n{comment.body_text.strip()}")
    text = "\n\n".join(parts)
    return text if len(text) <= max_chars else f"{text[: max_chars - 12]}\n[shortened]"


class FreshdeskTicketFields(msgspec.Struct, frozen=True, kw_only=True):
    source: int | None = None
    status_code: int = 0
    responder_id: str | None = None
    email_config_id: str | None = None
    product_id: str | None = None
    fr_escalated: bool | None = None
    spam: bool | None = None
    association_type: int | None = None


class ZendeskTicketFields(msgspec.Struct, frozen=True, kw_only=True):
    form_id: str | None = None
    brand_id: str | None = None
    custom_status_id: str | None = None
    via_channel: str | None = None
    problem_id: str | None = None
    has_incidents: bool | None = None
    allow_channelback: bool | None = None
    generated_at: datetime | None = None


NATIVE: Mapping[Vendor, type[FreshdeskTicketFields] | type[ZendeskTicketFields]] = {
    Vendor.FRESHDESK: FreshdeskTicketFields,
    Vendor.ZENDESK: ZendeskTicketFields,
}


def native(ticket: Ticket, context: RequestContext) -> Any:
    """A FreshdeskTicketFields or a ZendeskTicketFields."""
    shape: Any = NATIVE[context.info(ticket.helpdesk).vendor]
    return shape(**{name: ticket.native.get(name) for name in shape.__struct_fields__ if name in ticket.native})
