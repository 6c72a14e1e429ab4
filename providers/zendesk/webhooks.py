"""Zendesk's webhooks: whether a message is the vendor's, and which records it speaks of. Pure.

A message is a hint and nothing more: whatever it names is fetched again with our own credential. Evidence: the vendor's
pages 'Verifying webhook authenticity', 'Anatomy of a webhook request', 'Webhook event types' and 'Ticket events'.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from models.changes import Hint
from models.enums import Kind
from models.errors import Forbidden, Unauthenticated
from providers.zendesk.lenient import pairs
from providers.zendesk.session import record_id

SIGNATURE = "x-zendesk-webhook-signature"
TIMESTAMP = "x-zendesk-webhook-signature-timestamp"
INVOCATION = "x-zendesk-webhook-invocation-id"
SECRET_SETTING = "ZENDESK_WEBHOOK_SECRET (`webhook_secret` in helpdesks.toml)"  # noqa: S105  # a name
TOLERANCE = timedelta(seconds=300)
PUBLIC_SECRETS = frozenset({"dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==", "this_secret_is_for_testing_only"})
"""What the vendor signs with while a webhook is tried out before it is saved, printed on its page: anybody may."""

LARGEST_BODY = 1_048_576
MOST_HINTS = 100
LONGEST_ID = 200
_EVENT = "zen:event-type:"
_STREAMS = {
    "ticket": (Kind.TICKET, "tickets"),
    "user": (Kind.CONTACT, "contacts"),
    "organization": (Kind.ORGANIZATION, "organizations"),
    "article": (Kind.ARTICLE, "articles"),
    "agent": (Kind.AGENT, "agents"),
}
_KEYS = {"ticket_id": "ticket", "user_id": "user", "organization_id": "organization", "article_id": "article"}


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Raises unless the message was signed just now with one of `secrets` (two are live while one replaces the other).

    base64(HMAC-SHA256(secret, timestamp + raw body)), the secret's text being the key. The vendor publishes no age
    limit; ours is five minutes both ways. Every secret is tried, in constant time. Forbidden when there is no usable
    secret; Unauthenticated for everything else.
    """
    usable = [secret for secret in secrets if secret.strip() and secret.strip() not in PUBLIC_SECRETS]
    if not usable:
        raise Forbidden(f"Zendesk's webhooks are not accepted: there is no signing secret. Set {SECRET_SETTING}.")
    given, moment = _header(headers, SIGNATURE), _header(headers, TIMESTAMP)
    if not given or not moment:
        raise Unauthenticated("The message is not signed as Zendesk signs.")
    expected = [_signature(secret, moment, body) for secret in usable]
    fits = [hmac.compare_digest(one, given.encode()) for one in expected]
    if not any(fits):
        raise Unauthenticated("The message's signature fits none of the helpdesk's signing secrets.")
    at = _moment(moment)
    if at is None or abs(now - at) > TOLERANCE:
        raise Unauthenticated("The message was signed at another time than now: it is old, or a clock is wrong.")


def delivery_id(headers: Mapping[str, str]) -> str | None:
    """The same for every try of one message (vendor's 'Anatomy of a webhook request')."""
    found = _header(headers, INVOCATION)
    return found if found and len(found) <= LONGEST_ID and found.isprintable() else None


def understand(headers: Mapping[str, str], body: bytes) -> tuple[Hint, ...]:
    """What a message hints at, under its own id."""
    return hints(body, delivery_id(headers))


def hints(body: bytes, delivery: str | None = None) -> tuple[Hint, ...]:
    """What to look at again: the records an event or a trigger's body names; else the stream of tickets, which is what
    webhooks are mostly about. Never raises."""
    found = dict.fromkeys(_named(_decoded(body), delivery))
    return tuple(found)[:MOST_HINTS] or (_stream("ticket", delivery),)


def _named(told: Any, delivery: str | None) -> Iterator[Hint]:
    for one in told[:MOST_HINTS] if isinstance(told, list) else [told]:
        if not isinstance(one, dict):
            continue
        kind = one.get("type")
        if isinstance(kind, str) and kind.startswith(_EVENT):
            yield from _event(kind.removeprefix(_EVENT), one, delivery)
        else:
            yield from _body(one, delivery)


def _event(kind: str, told: Mapping[str, Any], delivery: str | None) -> Iterator[Hint]:
    """`ticket.status_changed` and the like; the record is in `subject` (`zen:ticket:7`) and in `detail`."""
    domain, _, word = kind.partition(".")
    detail, event, subject = pairs(told.get("detail")), pairs(told.get("event")), told.get("subject")
    if domain not in _STREAMS:
        return
    named = subject.rpartition(":")[2] if isinstance(subject, str) else None
    ident = record_id(detail.get("id")) or record_id(named)
    if ident is None:
        yield _stream(domain, delivery)
        return
    yield Hint(kind=_STREAMS[domain][0], remote_id=ident, delivery=delivery)
    if domain == "ticket" and (comment := record_id(pairs(event.get("comment")).get("id"))):
        yield Hint(kind=Kind.COMMENT, remote_id=f"{ident}/{comment}", delivery=delivery)
    if domain == "user" and (detail.get("role") in ("agent", "admin") or word.startswith("group_membership")):
        yield _stream("agent", delivery)


def _body(told: Mapping[str, Any], delivery: str | None) -> Iterator[Hint]:
    """A trigger's own body, as an administrator wrote it: `{"ticket_id": "{{ticket.id}}"}`, `{"ticket": {"id": …}}`."""
    for key, domain in _KEYS.items():
        ident = record_id(told.get(key)) or record_id(pairs(told.get(domain)).get("id"))
        if ident is not None:
            yield Hint(kind=_STREAMS[domain][0], remote_id=ident, delivery=delivery)


def _stream(domain: str, delivery: str | None) -> Hint:
    kind, stream = _STREAMS[domain]
    return Hint(kind=kind, stream=stream, delivery=delivery)


def _decoded(body: bytes) -> Any:
    if len(body) > LARGEST_BODY:
        return None
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def _header(headers: Mapping[str, str], name: str) -> str | None:
    """ASCII only; the names' case does not matter."""
    found = next((value for key, value in headers.items() if key.lower() == name), None)
    return found.strip() if found is not None and found.isascii() else None


def _signature(secret: str, moment: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.new(secret.strip().encode(), moment.encode() + body, hashlib.sha256).digest())


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
