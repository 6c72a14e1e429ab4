"""Conversations, as comments; the ticket's own description is the first of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from models.enums import ActorKind, Channel, CommentVisibility, Direction
from models.errors import Unreadable
from models.records import ActorRef, Comment, Ticket
from providers.freshdesk import tables, wire
from providers.freshdesk.account import Account
from providers.freshdesk.lenient import address, addresses, display_name, plain, when
from providers.freshdesk.mapping_files import files

Raw = Mapping[str, Any]


def first_comment(ticket: Ticket, fallback: datetime) -> Comment:
    """The request itself. An outbound e-mail was written by an agent whom the ticket does not name."""
    native = ticket.channel_native.value if ticket.channel_native else None
    outbound = native == str(tables.OUTBOUND)
    return Comment(
        helpdesk=ticket.helpdesk,
        remote_id=f"{ticket.remote_id}/0",
        ticket_id=ticket.remote_id,
        author=ActorRef(kind=ActorKind.UNKNOWN) if outbound else _requester(ticket),
        visibility=CommentVisibility.PUBLIC,
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        created_at=ticket.created_at or fallback,
        body_text=ticket.body_text or "",
        body_html=ticket.body_html,
        channel=ticket.channel,
        to=addresses((ticket.raw or {}).get("to_emails")),
        cc=ticket.ccs,
        attachments=ticket.attachments,
        raw=None,
    )


def _requester(ticket: Ticket) -> ActorRef:
    shown = ticket.requester
    return ActorRef(
        kind=ActorKind.PERSON if ticket.requester_id else ActorKind.UNKNOWN,
        remote_id=ticket.requester_id,
        name=shown.name if shown else None,
        email=shown.email if shown else None,
    )


def comment(account: Account, ticket_id: str, row: wire.Conversation, raw: Raw) -> Comment:
    created = when(row.created_at, "created_at")
    if created is None:
        raise Unreadable("The helpdesk sent a conversation without its time.", where="created_at")
    remote = f"{ticket_id}/{row.id}"
    private = bool(row.private)
    return Comment(
        helpdesk=account.key,
        remote_id=remote,
        ticket_id=ticket_id,
        author=_author(row),
        visibility=CommentVisibility.INTERNAL if private else CommentVisibility.PUBLIC,
        direction=Direction.INBOUND if row.incoming else Direction.OUTBOUND,
        created_at=created,
        body_text=plain(row.body) if row.body_text is None else row.body_text,
        body_html=row.body,
        channel=_channel(row, private),
        to=addresses(row.to_emails),
        cc=addresses(row.cc_emails),
        attachments=files(account, remote, row.attachments or (), row.body),
        raw=raw,
    )


def _channel(row: wire.Conversation, private: bool) -> Channel:
    return tables.message_channel(row.source, private)


def _author(row: wire.Conversation) -> ActorRef:
    """`user_id` is an agent's or a contact's, the row does not say which; null for the system and for strangers. The
    sender's address is the person's own only on incoming mail: on replies it is the mailbox of the account."""
    name = display_name(row.from_email) if row.incoming else None
    email = address(row.from_email) if row.incoming else None
    if row.user_id is not None:
        return ActorRef(kind=ActorKind.PERSON, remote_id=str(row.user_id), name=name, email=email)
    return ActorRef(kind=ActorKind.AUTOMATION if row.auto_response else ActorKind.UNKNOWN, name=name, email=email)


def echo(ticket: Ticket, rows: Sequence[wire.Conversation]) -> int | None:
    """The id of the first message of a web chat where it repeats the description (chatwoot PR 15261)."""
    native = ticket.channel_native.value if ticket.channel_native else None
    first = next((row for row in rows if not row.deleted), None)
    if first is None or native != str(tables.WEB_CHAT) or not _same(first, ticket):
        return None
    return first.id


def _same(row: wire.Conversation, ticket: Ticket) -> bool:
    said = plain(row.body) if row.body_text is None else row.body_text
    return " ".join(said.split()) == " ".join((ticket.body_text or "").split())
