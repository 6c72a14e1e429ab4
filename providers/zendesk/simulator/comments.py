"""Comments and audits of a ticket. The first comment is the description; a comment's id is its audit event's."""

from __future__ import annotations

from typing import Any

from providers.zendesk.simulator import files, ids, tickets
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.changes import Change
from providers.zendesk.simulator.render import stamp
from sandbox.records import Message

SYSTEM_AUTHOR = -1
"""Written by no one."""


def author_id(message: Message) -> int:
    return SYSTEM_AUTHOR if message.author is None else ids.USER.id(message.author)


def shown(call: Call, message: Message, *, inline_pictures: bool = False) -> dict[str, Any]:
    """Inline pictures are attachments only when asked for; a comment has no `updated_at`."""
    numbers = [*message.attachments, *(message.inline if inline_pictures else ())]
    found = (files.attachment(call, number, inline=number in message.inline) for number in numbers)
    inside = files.with_pictures(call, message.html)
    return {
        "id": ids.COMMENT.id(message.number),
        "type": "VoiceComment" if message.channel == "phone" and message.position == 0 else "Comment",
        "author_id": author_id(message),
        "body": message.text,
        "html_body": f'<div class="zd-comment" dir="auto">{inside}</div>',
        "plain_body": message.text.replace("  ", "&nbsp; "),
        "public": message.public,
        "attachments": [attachment for attachment in found if attachment],
        "audit_id": ids.AUDIT.id(message.number),
        "via": _via(call, message),
        "created_at": stamp(message.created),
        "metadata": metadata(message),
    }


def metadata(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {
        "system": {
            "client": "Mozilla/5.0",
            "ip_address": f"192.0.2.{message.number % 250}",
            "location": "Berlin, BE, Germany",
            "latitude": 52.52,
            "longitude": 13.405,
        },
        "custom": {},
    }
    if message.number % 29 == 0:
        found |= {"flags": [0], "flags_options": {"0": {"trusted": False, "message": {"user": "x"}}}}
    return found


def _via(call: Call, message: Message) -> dict[str, Any]:
    if message.position == 0:
        ticket = call.account.desk.tickets.get(message.ticket)
        if ticket is not None:
            return tickets.via(call, ticket)
    word = "rule" if message.author is None else tickets.channel(call, message.channel, message.ticket)
    return {"channel": word, "source": {"from": {}, "to": {}, "rel": None}}


def change_audit(change: Change) -> dict[str, Any]:
    """A change without a comment."""
    return {
        "id": ids.AUDIT.id(change.number),
        "ticket_id": change.ticket,
        "created_at": stamp(change.created),
        "author_id": SYSTEM_AUTHOR if change.author is None else ids.USER.id(change.author),
        "metadata": {"system": {}, "custom": {}},
        "events": list(change.events),
        "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
    }


def audit(call: Call, message: Message) -> dict[str, Any]:
    """The change that brought the comment; the first one also says what the ticket was made with."""
    events: list[dict[str, Any]] = [_comment_event(call, message), *call.account.changes.attached(message.number)]
    ticket = call.account.desk.tickets.get(message.ticket)
    if message.position == 0 and ticket is not None:
        values = (("subject", ticket.subject), ("status", "new"), ("priority", ticket.priority))
        events += [
            {
                "id": ids.EVENT.id(message.number * 8 + place),
                "type": "Create",
                "field_name": name,
                "value": value,
            }
            for place, (name, value) in enumerate(values, 1)
        ]
    return {
        "id": ids.AUDIT.id(message.number),
        "ticket_id": message.ticket,
        "created_at": stamp(message.created),
        "author_id": author_id(message),
        "metadata": metadata(message),
        "events": events,
        "via": _via(call, message),
    }


def _comment_event(call: Call, message: Message) -> dict[str, Any]:
    comment = shown(call, message)
    kept = ("id", "type", "author_id", "body", "html_body", "plain_body", "public", "attachments", "audit_id")
    return {name: comment[name] for name in kept}
