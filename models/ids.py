"""Global ids: base64url("1:" kind ":" helpdesk key ":" remote id), without padding, one accepted spelling.

They survive a new sync and a lost database. A child that a vendor cannot fetch by itself carries its parent in the
remote id: `ticket/comment`, `ticket/comment/attachment`. A helpdesk's own id has an empty remote id.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple

from models.enums import Kind
from models.errors import BadInput

VERSION = "1"
MAX_LENGTH = 512
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_TEXT = re.compile(r"[A-Za-z0-9_-]+")
_REMOTE = re.compile(r"[A-Za-z0-9_.@+/-]{0,200}")


class GlobalId(NamedTuple):
    kind: Kind
    helpdesk: str
    remote_id: str

    def __str__(self) -> str:
        return encode(self.kind, self.helpdesk, self.remote_id)


def encode(kind: Kind, helpdesk: str, remote_id: str = "") -> str:
    text = f"{VERSION}:{kind.value}:{helpdesk}:{remote_id}"
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode(value: str, *, field: str = "id") -> GlobalId:
    """Raises BadInput for anything `encode` would not have written."""
    found = _parse(value)
    if found is None or str(found) != value:
        raise BadInput(f"`{field}` is not an id of this API. Use an `id` taken from an earlier answer.", field=field)
    return found


def decode_kind(value: str, kind: Kind, *, field: str = "id") -> GlobalId:
    found = decode(value, field=field)
    if found.kind is not kind:
        raise BadInput(f"`{field}` is the id of a {found.kind.value}; a {kind.value} is needed.", field=field)
    return found


def _parse(value: str) -> GlobalId | None:
    if not value or len(value) > MAX_LENGTH or not _TEXT.fullmatch(value):
        return None
    try:
        text = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
        version, kind, helpdesk, remote = text.split(":", 3)
        found = GlobalId(Kind(kind), helpdesk, remote)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    known = version == VERSION and KEY.fullmatch(helpdesk) and _REMOTE.fullmatch(remote)
    return found if known else None
