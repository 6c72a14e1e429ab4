"""What the account's webhooks send: bodies of events and of triggers, signed as the vendor signs them.

Evidence: the vendor's pages 'Anatomy of a webhook request', 'Verifying webhook authenticity', 'Webhook event types' and
'Ticket events'; types as published clients list them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from providers.zendesk.simulator import ids
from providers.zendesk.simulator.render import stamp
from sandbox.desk import Desk
from sandbox.records import Agent, Person, Ticket

SECRET = "c2FuZGJveHplbmRlc2t3ZWJob29rc2VjcmV0"  # noqa: S105 - the sandbox's own, opens nothing
TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 - printed on the vendor's page
ACCOUNT = 12_514_403
WEBHOOK = "01GB0PXFTESTSANDBOXWEBHOOK"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request. `headers` as they stand on the wire."""

    headers: dict[str, str]
    body: bytes


def signature(secret: str, moment: str, body: bytes) -> str:
    """The secret's text is the key, as it is; the time stands before the body with nothing between."""
    made = hmac.new(secret.encode(), moment.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def delivery(body: bytes, at: datetime, *, secret: str = SECRET, invocation: str | None = None) -> Delivery:
    """A retry has the invocation of the first try."""
    moment = stamp(at)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Zendesk-Account-Id": str(ACCOUNT),
        "X-Zendesk-Webhook-Id": WEBHOOK,
        "X-Zendesk-Webhook-Invocation-Id": invocation or _unique("invocation", moment, body.decode("latin-1")),
        "X-Zendesk-Webhook-Signature": signature(secret, moment, body),
        "X-Zendesk-Webhook-Signature-Timestamp": moment,
    }
    return Delivery(headers, body)


def trigger(ticket: int) -> bytes:
    """What a trigger's body with the placeholder `{{ticket.id}}` becomes: a text."""
    return orjson.dumps({"ticket_id": str(ticket)})


def ticket_event(desk: Desk, number: int, word: str, at: datetime, **event: Any) -> bytes:
    """`word`: `created`, `status_changed`, `comment_added`, `merged` and so on. `event`: what is special about it."""
    ticket = desk.tickets.get(number)
    detail = {"id": str(number)} if ticket is None else _ticket(ticket)
    meta = {"sequence": {"id": _unique("sequence", word, str(number), stamp(at)), "position": 1, "total": 1}}
    return _event(f"ticket.{word}", f"ticket:{number}", at, detail, {"meta": meta, **event})


def comment_event(desk: Desk, message: int, at: datetime) -> bytes:
    said = desk.messages.get(message)
    if said is None:
        raise LookupError(f"message {message}")
    comment = {"id": str(ids.COMMENT.id(message)), "body": said.text, "is_public": said.public}
    author = {"id": str(ids.USER.id(said.author)) if said.author else "-1", "is_staff": (said.author or 0) < 1000}
    return ticket_event(desk, said.ticket, "comment_added", at, comment={**comment, "author": author})


def user_event(desk: Desk, number: int, word: str, at: datetime, **event: Any) -> bytes:
    user, ident = desk.user(number), str(ids.USER.id(number))
    return _event(f"user.{word}", f"user:{ident}", at, {"id": ident} if user is None else _user(user), event)


def organization_event(desk: Desk, number: int, word: str, at: datetime, **event: Any) -> bytes:
    found, ident = desk.organizations.get(number), str(ids.ORGANIZATION.id(number))
    detail = {"id": ident, "name": found.name if found else "", "external_id": (found and found.external_id) or ""}
    return _event(f"organization.{word}", f"organization:{ident}", at, detail, event)


def article_event(number: int, word: str, at: datetime, **event: Any) -> bytes:
    ident = str(ids.ARTICLE.id(number))
    return _event(f"article.{word}", f"article:{ident}", at, {"id": ident, "brand_id": str(ids.BRAND.id(1))}, event)


def _event(kind: str, subject: str, at: datetime, detail: dict[str, Any], event: dict[str, Any]) -> bytes:
    return orjson.dumps(
        {
            "type": f"zen:event-type:{kind}",
            "account_id": ACCOUNT,
            "id": _unique(kind, subject, stamp(at)),
            "time": stamp(at),
            "zendesk_event_version": "2022-06-20",
            "subject": f"zen:{subject}",
            "detail": detail,
            "event": event,
        }
    )


def _ticket(ticket: Ticket) -> dict[str, Any]:
    """Ids are texts, "0" stands for nobody, and the words of enums are written large."""
    return {
        "id": str(ticket.number),
        "actor_id": str(ids.USER.id(ticket.submitter)),
        "assignee_id": str(ids.USER.maybe(ticket.assignee) or 0),
        "brand_id": str(ids.BRAND.id(ticket.product or 1)),
        "created_at": stamp(ticket.created),
        "custom_status": str(ids.STATUS.id(1)),
        "description": ticket.text,
        "external_id": ticket.external_id or "",
        "form_id": str(ids.FORM.id(1)),
        "group_id": str(ids.GROUP.maybe(ticket.group) or 0),
        "is_public": True,
        "organization_id": str(ids.ORGANIZATION.maybe(ticket.organization) or 0),
        "priority": (ticket.priority or "").upper(),
        "requester_id": str(ids.USER.id(ticket.requester)),
        "status": ticket.status.upper(),
        "subject": ticket.subject,
        "submitter_id": str(ids.USER.id(ticket.submitter)),
        "tags": list(ticket.tags),
        "type": (ticket.kind or "").upper(),
        "updated_at": stamp(ticket.updated),
        "via": {"channel": ticket.channel},
    }


def _user(user: Agent | Person) -> dict[str, Any]:
    person = user if isinstance(user, Person) else None
    return {
        "id": str(ids.USER.id(user.number)),
        "created_at": stamp(user.created),
        "updated_at": stamp(user.updated),
        "email": user.email or "",
        "external_id": (person and person.external_id) or "",
        "default_group_id": "0",
        "organization_id": str(ids.ORGANIZATION.maybe(person.organization if person else None) or 0),
        "role": "end-user" if person else "agent",
    }


def _unique(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))
