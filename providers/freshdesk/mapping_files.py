"""Attachments, and the pictures that are only an address inside some HTML."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import msgspec

from models.enums import ScanState
from models.inline import inline_id
from models.records import Attachment
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.lenient import when

_SCAN = {"clean": ScanState.CLEAN, "infected": ScanState.BLOCKED, "blocked": ScanState.BLOCKED}


class Picture(msgspec.Struct, frozen=True):
    """An `<img>` of a body. `address` is the vendor's, for fetching only."""

    address: str
    alt: str | None
    width: int | None
    height: int | None

    @property
    def ident(self) -> str:
        """Inline links carry a token without expiry, other addresses signatures that change (zammad's recording)."""
        return inline_id(self.address)


def attachment(account: Account, parent: str, row: wire.File) -> Attachment:
    return Attachment(
        helpdesk=account.key,
        remote_id=f"{parent}/{row.id}",
        file_name=row.name or f"attachment-{row.id}",
        content_type=row.content_type or "application/octet-stream",
        byte_size=row.size if row.size is not None else row.file_size,
        scan=_SCAN.get(str(row.scan_state or "").lower(), ScanState.NOT_SCANNED),
        created_at=when(row.created_at, "attachments.created_at"),
    )


def files(
    account: Account, parent: str, rows: Iterable[wire.File] | None, markup: str | None
) -> tuple[Attachment, ...] | None:
    """What hangs on a message and what its body shows; None where the row did not carry its attachments."""
    if rows is None:
        return None
    return (*(attachment(account, parent, row) for row in rows), *inline(account, parent, markup))


def inline(account: Account, parent: str, markup: str | None) -> tuple[Attachment, ...]:
    found = {picture.ident: picture for picture in pictures(account, markup)}
    return tuple(_inline(account, parent, picture) for picture in found.values())


def _inline(account: Account, parent: str, picture: Picture) -> Attachment:
    name = unquote(urlsplit(picture.address).path.rsplit("/", 1)[-1])
    guess = mimetypes.guess_type(name)[0]
    return Attachment(
        helpdesk=account.key,
        remote_id=f"{parent}/{picture.ident}",
        file_name=name if guess else f"{picture.ident}.png",
        # The address of an inline picture tells nothing about its type; the bytes will when they are opened.
        content_type=guess if guess and guess.startswith("image/") else "image/png",
        inline=True,
        width=picture.width,
        height=picture.height,
        alt=picture.alt or None,
    )


def pictures(account: Account, markup: str | None) -> list[Picture]:
    """Pictures on the vendor's own hosts. `cid:`, `data:` and third parties' pictures are not ours to fetch."""
    if not markup or "<img" not in markup.lower():
        return []
    parser = _Images()
    parser.feed(markup)
    parser.close()
    return [picture for picture in parser.found if _fetchable(account, picture.address)]


def _fetchable(account: Account, address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    secure = parts.scheme == "https" or (parts.scheme == "http" and account.loopback)
    return secure and bool(host) and account.file_host(host)


class _Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Picture] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "img":
            return
        given = dict(attrs)
        if source := (given.get("src") or "").strip():
            self.found.append(
                Picture(source, given.get("alt"), _pixels(given.get("width")), _pixels(given.get("height")))
            )


def _pixels(value: str | None) -> int | None:
    text = (value or "").strip().removesuffix("px")
    return int(text) if text.isdecimal() and 0 < int(text) < 100_000 else None
