"""Signed, time-limited links to files. No vendor address ever leaves in an answer; these do, and lead back to us.

A link says who may follow it (tenant, the organizations the asker was bound to, whether notes were theirs to see), so
the file's record is checked again, under that scope, each time it is opened. The expiry is rounded: within five minutes
the same file gives the same link, so that caches work.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec

from models.errors import BadInput
from models.queries import Scope
from models.records import Attachment
from runtime.clock import Clock

ROUND_S = 300
LIFE_S = 900
MOST_S = 86_400
_MAC = 20


class FileGrant(msgspec.Struct, frozen=True, array_like=True):
    """What a link opens, and for whom. `organizations` None: not bound."""

    version: int
    tenant: str
    helpdesk: str
    remote_id: str
    variant: str
    expires: int
    organizations: tuple[str, ...] | None
    notes: bool

    def scope(self) -> Scope:
        bound = None if self.organizations is None else {self.helpdesk: frozenset(self.organizations)}
        return Scope(tenant=self.tenant, organizations=bound, notes=self.notes)


class FileLinks:
    """`keys`: the first one signs, all of them open, so a key can be changed while links are out."""

    def __init__(self, keys: Sequence[bytes], base_url: str, clock: Clock, life_s: int = LIFE_S) -> None:
        if not keys or not 0 < life_s <= MOST_S:
            raise ValueError("links need a key and a life of at most a day")
        self._keys = [hashlib.sha256(b"file link\0" + key).digest() for key in keys]
        self._base = base_url.rstrip("/")
        self._clock = clock
        self._life = life_s

    def url(self, scope: Scope, attachment: Attachment, variant: str = "original") -> str:
        grant = FileGrant(
            1,
            scope.tenant,
            attachment.helpdesk,
            attachment.remote_id,
            variant,
            self._expiry(),
            _bound(scope, attachment.helpdesk),
            scope.sees_notes,
        )
        body = msgspec.msgpack.encode(grant)
        token = base64.urlsafe_b64encode(_sign(self._keys[0], body) + body).rstrip(b"=").decode()
        return f"{self._base}/files/{token}/{quote(_tame(attachment.file_name))}"

    def verify(self, token: str) -> FileGrant:
        """BadInput for a link that is not ours, was altered, or is past its time."""
        grant = self._open(token)
        if grant is None:
            raise BadInput(
                "This is not a link of ours, or it was altered. Ask for the file's `url` again.", field="url"
            )
        if grant.expires < self._clock.now().timestamp():
            raise BadInput("This link is past its time. Ask for the file's `url` again.", field="url")
        return grant

    def _open(self, token: str) -> FileGrant | None:
        if len(token) > 4_096:
            return None
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        mac, body = raw[:_MAC], raw[_MAC:]
        spelled = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token
        if not spelled or not any(hmac.compare_digest(mac, _sign(key, body)) for key in self._keys):
            return None
        return msgspec.msgpack.decode(body, type=FileGrant)

    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self._expiry(), UTC)

    def _expiry(self) -> int:
        return int(self._clock.now().timestamp()) // ROUND_S * ROUND_S + self._life


def _bound(scope: Scope, helpdesk: str) -> tuple[str, ...] | None:
    bound = scope.bound(helpdesk)
    return None if bound is None else tuple(sorted(bound))


def _sign(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, b"GET\0" + body, hashlib.sha256).digest()[:_MAC]


def _tame(name: str) -> str:
    """The name is only for people's eyes; it must not look like a path."""
    plain = re.sub(r"[/\\]|\.\.+", "_", name)
    return plain.strip(". ")[:100] or "file"
