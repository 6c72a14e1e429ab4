"""Reading the vendor's values without trusting their form."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parseaddr
from html.parser import HTMLParser

from models.errors import Unreadable

_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre"})
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")


def when(value: str | None, where: str) -> datetime | None:
    """A moment in UTC. Real accounts send `Z`, the vendor's samples `+05:30`, automation texts milliseconds; a moment
    without a zone is UTC (vendor's API reference, "Schema")."""
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f"The helpdesk sent a time we cannot read in {where}.", where=where) from None


def texts(values: Iterable[str | None] | None) -> tuple[str, ...]:
    """Lists may be null, and hold nulls (recordings of 2023: `cc_emails: null`)."""
    return tuple(value for value in values or () if value)


def ident(value: int | None) -> str | None:
    return None if value is None else str(value)


def address(value: str | None) -> str | None:
    """The address in `"Name" <address>`."""
    found = parseaddr(value or "")[1]
    return found if "@" in found else None


def display_name(value: str | None) -> str | None:
    return parseaddr(value or "")[0] or None


def addresses(values: Iterable[str | None] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for value in values or () if (found := address(value))))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style") and self._hidden:
            self._hidden -= 1
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def plain(markup: str | None) -> str:
    """The words of some HTML, for rows that come without their plain text."""
    if not markup:
        return ""
    parser = _Text()
    parser.feed(markup)
    parser.close()
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def marked_up(text: str) -> str:
    """Plain text as the HTML that shows it."""
    return "".join(f"<div>{html.escape(line, quote=False) or '<br>'}</div>" for line in text.split("\n"))
