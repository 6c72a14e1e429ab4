"""Which account: its addresses and its credential, checked before the first call."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import httpx
import msgspec

from models.errors import BadInput
from providers import Link
from providers.upstream import FixedCredential
from providers.upstream.urls import is_loopback

LABEL = re.compile(r"[a-z0-9][a-z0-9-]*")
HOST = ".freshdesk.com"

# Where the vendor keeps files: signed S3 and CloudFront addresses, its own inline and attachment hosts
# (recordings of 2023: s3.<region>.amazonaws.com, <account>.attachments-euc1.freshdesk.com).
FILE_HOSTS = (HOST, ".amazonaws.com", ".cloudfront.net")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One Freshdesk account. `api` is where calls go; `web` is what people see, whatever `api` says."""

    key: str
    label: str
    api: str
    loopback: bool
    file_host: Callable[[str], bool]

    @property
    def host(self) -> str:
        return self.label + HOST

    @property
    def web(self) -> str:
        return f"https://{self.host}"

    def page(self, kind: str, ident: int | str) -> str:
        return f"{self.web}/a/{kind}/{ident}"


def account_of(link: Link) -> Account:
    """BadInput names the setting."""
    label = _label(link)
    base = httpx.URL(f"https://{label}{HOST}") if link.base_url is None else _base(link.base_url, link.key)
    loopback = is_loopback(base.host)
    other = None if link.base_url is None else base.host

    def file_host(host: str) -> bool:
        return host.endswith(FILE_HOSTS) or host == other or (loopback and is_loopback(host))

    api = str(base).rstrip("/") + "/api/v2"
    return Account(key=link.key, label=label, api=api, loopback=loopback, file_host=file_host)


def credential_of(link: Link) -> FixedCredential:
    """Basic authentication with the key as the user and any word as the password (API reference, "Authentication")."""
    key = (link.secrets.get("api_key") or "").strip()
    if not key or not key.isascii() or not key.isprintable() or ":" in key:
        raise BadInput(
            f"Helpdesk {link.key!r} has no usable Freshdesk API key. Set FRESHDESK_API_KEY, or `api_key` of the "
            "helpdesk in helpdesks.toml, to the key shown in the agent's profile settings.",
            field="FRESHDESK_API_KEY",
            helpdesk=link.key,
        )
    token = base64.b64encode(f"{key}:X".encode()).decode()
    return FixedCredential({"authorization": f"Basic {token}"})


def _label(link: Link) -> str:
    text = link.domain.strip().lower().removesuffix(HOST)
    if not LABEL.fullmatch(text) or len(text) > 63:
        raise BadInput(
            f"The Freshdesk domain of helpdesk {link.key!r} must be the account's name, like `acme` or "
            "`acme.freshdesk.com`, without scheme, slash or another host. Correct FRESHDESK_DOMAIN, or `domain` of the "
            "helpdesk in helpdesks.toml.",
            field="FRESHDESK_DOMAIN",
            helpdesk=link.key,
        )
    return text


def _base(text: str, key: str) -> httpx.URL:
    try:
        url = httpx.URL(text.strip().rstrip("/"))
        fits = bool(url.host) and not (url.userinfo or url.query or url.fragment)
        fits = fits and (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host)))
    except (httpx.InvalidURL, ValueError):
        fits = False
    if not fits:
        raise BadInput(
            f"The base URL of helpdesk {key!r} must be https://host/path, or plain http on loopback, without user, "
            "query or fragment. Correct FRESHDESK_BASE_URL, or `base_url` of the helpdesk in helpdesks.toml.",
            field="FRESHDESK_BASE_URL",
            helpdesk=key,
        )
    return url
