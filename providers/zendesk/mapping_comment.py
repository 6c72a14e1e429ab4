"""Comments → models. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape

from models.enums import ActorKind, CommentVisibility, Direction
from models.records import ActorRef, Comment, Ticket
from providers.zendesk import mapping_values as values
from providers.zendesk import wire
from providers.zendesk.lenient import moment, scrubbed
from providers.zendesk.mapping_files import attachments
from providers.zendesk.mapping_people import is_staff
from providers.zendesk.rows import Found

SYSTEM_AUTHOR = -1
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def comment(found: Found[wire.Comment], ticket: Ticket, authors: Mapping[int, wire.User]) -> Comment:
    """The ticket's first comment is the request itself; Zendesk lists it like any other, so none is made up here."""
    row = found.wire
    ident = f"{ticket.remote_id}/{row.id}"
    user = authors.get(row.author_id or 0)
    return Comment(
        helpdesk=ticket.helpdesk,
        remote_id=ident,
        ticket_id=ticket.remote_id,
        author=author(row.author_id, user, ticket),
        visibility=CommentVisibility.INTERNAL if row.public is False else CommentVisibility.PUBLIC,
        direction=direction(row.author_id, user, ticket),
        created_at=moment(row.created_at) or ticket.created_at or UNKNOWN_TIME,
        body_text=_text(row),
        body_html=row.html_body,
        channel=values.channel(values.channel_word(row.via.channel) if row.via else None),
        attachments=attachments(row.attachments, ticket.helpdesk, ident),
        raw=scrubbed(found.raw),
    )


def _text(row: wire.Comment) -> str:
    """`plain_body` keeps HTML entities and hard spaces (vendor's API reference, 'Ticket comments')."""
    if row.plain_body:
        return unescape(row.plain_body).replace("\u00a0", " ")
    return row.body or ""


def author(ident: int | None, user: wire.User | None, ticket: Ticket) -> ActorRef:
    """-1 is the system itself (a third party's note, believable; README, "Comments"); a comment may also have no
    author."""
    if ident is None or ident == SYSTEM_AUTHOR:
        return ActorRef(kind=ActorKind.AUTOMATION, name="Zendesk")
    if user is None:
        requester = str(ident) == ticket.requester_id
        return ActorRef(kind=ActorKind.CONTACT if requester else ActorKind.PERSON, remote_id=str(ident))
    kind = ActorKind.AGENT if is_staff(user) else ActorKind.CONTACT
    return ActorRef(kind=kind, remote_id=str(ident), name=user.name or None, email=user.email or None)


def direction(ident: int | None, user: wire.User | None, ticket: Ticket) -> Direction:
    """By the author's role; a deleted author is taken for a customer when the ticket is theirs."""
    if user is not None:
        return Direction.OUTBOUND if is_staff(user) else Direction.INBOUND
    return Direction.INBOUND if ident is not None and str(ident) == ticket.requester_id else Direction.OUTBOUND
