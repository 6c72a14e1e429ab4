"""Which record a Zendesk address points at. No call."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from models.enums import Kind
from providers.zendesk.account import Account
from providers.zendesk.mapping_article import CATEGORY, SECTION

_ID = r"(?P<id>\d{1,19})"
_LOCALE = r"(?:[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*/)?"
_END = r"(?:\.json)?/?$"
_SLUG = r"(?:-[^/]*)?/?$"

PATTERNS: tuple[tuple[re.Pattern[str], Kind, str], ...] = tuple(
    (re.compile(pattern), kind, prefix)
    for pattern, kind, prefix in (
        (rf"^/(?:agent/(?:#/)?)?tickets/{_ID}(?:/(?:events|print))?{_END}", Kind.TICKET, ""),
        (rf"^/(?:hc/{_LOCALE})?requests/{_ID}{_END}", Kind.TICKET, ""),
        (rf"^/api/v2/(?:tickets|requests)/{_ID}{_END}", Kind.TICKET, ""),
        (rf"^/(?:agent/)?users/{_ID}(?:/[a-z_]+)*{_END}", Kind.CONTACT, ""),
        (rf"^/api/v2/users/{_ID}{_END}", Kind.CONTACT, ""),
        (rf"^/(?:agent/)?organizations/{_ID}(?:/[a-z_]+)*{_END}", Kind.ORGANIZATION, ""),
        (rf"^/api/v2/organizations/{_ID}{_END}", Kind.ORGANIZATION, ""),
        (rf"^/(?:agent/)?groups/{_ID}{_END}", Kind.GROUP, ""),
        (rf"^/api/v2/groups/{_ID}{_END}", Kind.GROUP, ""),
        (rf"^/hc/{_LOCALE}articles/{_ID}{_SLUG}", Kind.ARTICLE, ""),
        (rf"^/knowledge/(?:editor/)?(?:[A-Z0-9]+/)?{_LOCALE}(?:articles/)?{_ID}{_SLUG}", Kind.ARTICLE, ""),
        (rf"^/api/v2/help_center/{_LOCALE}articles/{_ID}{_END}", Kind.ARTICLE, ""),
        (rf"^/hc/{_LOCALE}sections/{_ID}{_SLUG}", Kind.ARTICLE_FOLDER, SECTION),
        (rf"^/hc/{_LOCALE}categories/{_ID}{_SLUG}", Kind.ARTICLE_FOLDER, CATEGORY),
    )
)


def locate(account: Account, url: str) -> tuple[Kind, str] | None:
    """Agents' pages (also the old `/agent/#/tickets/1`), portal pages, and the API's own addresses."""
    path = _path(account, url)
    if path is None:
        return None
    for pattern, kind, prefix in PATTERNS:
        if found := pattern.match(path):
            return kind, f"{prefix}{int(found['id'])}"
    return None


def _path(account: Account, url: str) -> str | None:
    """The path below one of the account's own addresses, a fragment route as path; None elsewhere."""
    for base in (account.site, account.base):
        try:
            home, there = urlsplit(base), urlsplit(url.strip())
            same = there.hostname == home.hostname and (there.port or None) == (home.port or None)
        except ValueError:
            return None
        if there.scheme not in ("http", "https") or there.username is not None or not same:
            continue
        if there.path == home.path or there.path.startswith(f"{home.path}/"):
            path = there.path.removeprefix(home.path)
            return f"/agent{there.fragment}" if path.rstrip("/") == "/agent" and there.fragment else path
    return None
