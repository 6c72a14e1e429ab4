"""Addresses people copy from the browser, as records. No call."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from models.enums import Kind
from providers.freshdesk.account import Account

# The agents' new and old pages, and the customers' portal, which may carry a language.
_PAGES: tuple[tuple[re.Pattern[str], Kind], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"/(?:a|helpdesk|support)/tickets/(\d{1,19})(?:/.*)?", Kind.TICKET),
        (r"/(?:[a-z]{2}(?:-[A-Za-z]{2})?/)support/tickets/(\d{1,19})(?:/.*)?", Kind.TICKET),
        (r"/(?:a/)?contacts/(\d{1,19})(?:/.*)?", Kind.CONTACT),
        (r"/(?:a/)?companies/(\d{1,19})(?:/.*)?", Kind.ORGANIZATION),
        (r"/(?:a|support)/solutions/articles/(\d{1,19})(?:[-/].*)?", Kind.ARTICLE),
        (r"/(?:[a-z]{2}(?:-[A-Za-z]{2})?/)support/solutions/articles/(\d{1,19})(?:[-/].*)?", Kind.ARTICLE),
    )
)


def locate(account: Account, url: str) -> tuple[Kind, str] | None:
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or host != account.host or port not in (None, 80, 443):
        return None
    for pattern, kind in _PAGES:
        if found := pattern.fullmatch(parts.path.rstrip("/")):
            return kind, found[1].lstrip("0") or "0"
    return None
