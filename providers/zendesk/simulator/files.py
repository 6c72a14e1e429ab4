"""Attachments as the vendor shows them, and their download addresses."""

from __future__ import annotations

import hashlib
import re
from html import escape
from typing import Any
from urllib.parse import quote

from providers.zendesk.simulator import ids
from providers.zendesk.simulator.call import Call
from sandbox.records import Attachment

_INLINE = re.compile(r"sandbox-file:(\d+)")
THUMBNAIL = 80


def token(number: int) -> str:
    """The word in a content_url: opaque to others, reversible here."""
    check = hashlib.md5(f"zendesk file {number}".encode(), usedforsecurity=False).hexdigest()[:14]
    return f"{check}{number:x}"


def number_of(word: str) -> int | None:
    try:
        number = int(word[14:], 16)
    except ValueError:
        return None
    return number if token(number) == word else None


def content_url(call: Call, attachment: Attachment, size: str | None = None) -> str:
    name = f"&size={size}" if size else ""
    return f"{call.base}/attachments/token/{token(attachment.number)}/?name={quote(attachment.name)}{name}"


def attachment(call: Call, number: int, *, inline: bool = False) -> dict[str, Any] | None:
    found = call.account.desk.files.get(number)
    return None if found is None else shown(call, found, inline=inline)


def shown(call: Call, found: Attachment, *, inline: bool = False) -> dict[str, Any]:
    whole = _base(call, found, inline=inline or found.inline)
    thumbnails: list[dict[str, Any]] = []
    if found.width and found.height and found.width > THUMBNAIL:
        small = _base(call, found, inline=inline or found.inline, thumbnail=True)
        thumbnails.append(small)
    return {**whole, "thumbnails": thumbnails}


def _base(call: Call, found: Attachment, *, inline: bool, thumbnail: bool = False) -> dict[str, Any]:
    number = ids.ATTACHMENT.id(found.number) + (1 if thumbnail else 0)
    width, height, name = found.width, found.height, found.name
    if thumbnail and width and height:
        width, height = THUMBNAIL, max(1, height * THUMBNAIL // width)
        name = f"{name.rpartition('.')[0] or name}_thumb.png"
    url = content_url(call, found, "thumb" if thumbnail else None)
    late = (call.account.clock.now() - found.created).total_seconds() < 5
    return {
        "id": number,
        "url": call.url(f"/attachments/{number}.json"),
        "file_name": name,
        "content_url": url,
        "mapped_content_url": url,
        "content_type": "image/png" if thumbnail else found.content_type,
        "size": 2048 if thumbnail else size(call, found.number),
        "width": _measure(call, width),
        "height": _measure(call, height),
        "inline": inline,
        "deleted": False,
        "malware_access_override": False,
        "malware_scan_result": "not_scanned" if late else "malware_not_found",
    }


def size(call: Call, number: int) -> int:
    """A computed picture has to be painted to know; so its size is remembered."""
    known = call.account.sizes.get(number)
    if known is None:
        known = call.account.sizes[number] = call.account.desk.files.size(number)
    return known


def _measure(call: Call, value: int | None) -> int | str | None:
    """Text in older pages and the OpenAPI file, integers in current ones; null for what is no picture."""
    return str(value) if value is not None and call.account.profile.image_size == "string" else value


def with_pictures(call: Call, html: str) -> str:
    """The HTML with its own pictures' addresses in it."""

    def address(match: re.Match[str]) -> str:
        found = call.account.desk.files.get(int(match[1]))
        return escape(content_url(call, found)) if found else ""

    return _INLINE.sub(address, html)
