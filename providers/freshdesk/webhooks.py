"""What a message of a Freshdesk automation rule hints at. Pure, and never raises.

Freshdesk has no webhooks to subscribe to: a rule's action "Trigger webhook" sends what an administrator wrote (API
reference, "Automations"). It is not signed, has no id and no time, comes at least once and in any order: the secret in
our address is what opens the door, and the message says only where to look.

Its shape is the administrator's. Seen: JSON, XML or a form; the simple choice of fields below `freshdesk_webhook`
(hookdeck's collection of webhooks; unconfirmed), or any template with `{{ticket.id}}` in it. Values are text, also
numbers. A message that names no ticket makes us look at all of them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from models.changes import Hint
from models.enums import Kind

LARGEST_BODY = 1_048_576
MOST_HINTS = 100
MOST_NODES = 2_000
DEEPEST = 8
SOMETHING = Hint(kind=Kind.TICKET, stream="tickets")

_KEYS = frozenset({"ticketid", "displayid", "ticketdisplayid", "ticketurl"})
_BELOW = frozenset({"ticket", "freshdeskwebhook", "data", ""})
_TAG = re.compile(
    rb"<(?:[\w.-]{1,50}:)?(ticket[_-]?(?:id|url)|display[_-]?id)\b[^<>]{0,200}>\s{0,50}([^<>\s][^<>]{0,300})</",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"#?([1-9][0-9]{0,18})")
_PLACE = re.compile(r"/(?:helpdesk/)?tickets/([1-9][0-9]{0,18})(?![0-9])")


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Nothing to verify: Freshdesk does not sign. The secret in our address has opened the door already."""


def understand(headers: Mapping[str, str], body: bytes) -> tuple[Hint, ...]:
    """What a message hints at, whatever its content type says."""
    return hints(body, headers.get("content-type", ""))


def hints(body: bytes, content_type: str) -> tuple[Hint, ...]:
    """The tickets a message names, or one hint at the stream of tickets."""
    named = dict.fromkeys(_tickets(body[: LARGEST_BODY + 1], content_type)) if len(body) <= LARGEST_BODY else {}
    return tuple(Hint(kind=Kind.TICKET, remote_id=one) for one in list(named)[:MOST_HINTS]) or (SOMETHING,)


def _tickets(body: bytes, content_type: str) -> Iterator[str]:
    kind = content_type.partition(";")[0].strip().lower()
    start = body.lstrip()[:1]
    if start in (b"{", b"["):
        yield from _in_json(body)
    elif start == b"<":
        yield from _in_xml(body)
    elif kind != "application/json":
        yield from _in_form(body)


def _in_json(body: bytes) -> Iterator[str]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return
    waiting = deque[tuple[str, Any, int]]([("", found, 0)])
    for _ in range(MOST_NODES):
        if not waiting:
            return
        under, value, depth = waiting.popleft()
        if isinstance(value, dict):
            yield from _of_object(under, value)
        if depth < DEEPEST:
            waiting += [(key, one, depth + 1) for key, one in _below(under, value)]


def _below(under: str, value: dict[Any, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    """The objects and lists in it; those of a list stand under what the list stands under."""
    children: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ((under, one) for one in value)
    for key, one in islice(children, MOST_NODES):
        if isinstance(one, dict | list):
            yield _plain(key), one


def _of_object(under: str, found: dict[Any, Any]) -> Iterator[str]:
    for key, value in islice(found.items(), MOST_NODES):
        name = _plain(key)
        if name in _KEYS or (name == "id" and under in _BELOW):
            yield from _ident(value)


def _plain(key: Any) -> str:
    """`ticket_id`, `ticketId` and `ticket.id` are one."""
    return re.sub(r"[^a-z]", "", str(key)[:100].lower())


def _ident(value: Any) -> Iterator[str]:
    """One spelling only: the vendor would answer `007` with the ticket 7."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**19:
        yield str(value)
    text = value[:500].strip() if isinstance(value, str) else ""
    found = _NUMBER.fullmatch(text) or _PLACE.search(text)
    if found:
        yield found[1]


def _in_xml(body: bytes) -> Iterator[str]:
    """The few elements that matter, without reading the document: it may be a bomb."""
    for found in _TAG.finditer(body):
        yield from _ident(found[2].decode("utf-8", "replace"))


def _in_form(body: bytes) -> Iterator[str]:
    """`ticket_id=7`, and `freshdesk_webhook[ticket_id]=7`."""
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_NODES)
    except ValueError:
        return
    for key, value in pairs:
        above, _, last = key.rstrip("]").rpartition("[")
        if _plain(last) in _KEYS or (_plain(last) == "id" and _plain(above) in _BELOW):
            yield from _ident(value)
