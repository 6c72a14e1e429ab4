"""A link's settings, checked: where the account lives and how we sign in."""

from __future__ import annotations

import re

import httpx
import msgspec

from models.enums import Vendor
from models.errors import BadInput
from models.records import HelpdeskInfo
from providers import Link
from providers.upstream.urls import is_loopback

VENDOR_DOMAIN = "zendesk.com"
FILE_DOMAIN = "zdusercontent.com"
SUBDOMAIN_SETTING = "ZENDESK_SUBDOMAIN (`domain` in helpdesks.toml)"
BASE_SETTING = "ZENDESK_BASE_URL (`base_url` in helpdesks.toml)"
API = "/api/v2"

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """`base` is where calls go, without `/api/v2`; `site` is where people go."""

    key: str
    name: str
    subdomain: str
    base: str
    redirected: bool

    @property
    def site(self) -> str:
        return f"https://{self.subdomain}.{VENDOR_DOMAIN}"

    @property
    def info(self) -> HelpdeskInfo:
        return HelpdeskInfo(key=self.key, vendor=Vendor.ZENDESK, name=self.name, url=self.site)

    def page(self, kind: str, ident: str) -> str:
        """An agent's page; Zendesk sends none along (vendor's API reference, 'Tickets': `url` is the API's own)."""
        return f"{self.site}/agent/{kind}/{ident}"

    def holds_files(self, host: str) -> bool:
        """Hosts a file may be fetched from, without credentials: brands of the vendor and its file store. With a
        loopback base URL also loopback, where a sandbox keeps its files."""
        vendor = host.endswith((f".{VENDOR_DOMAIN}", f".{FILE_DOMAIN}"))
        return vendor or (self.redirected and is_loopback(host))


def account_of(link: Link) -> Account:
    subdomain = _subdomain(link)
    base = (link.base_url or f"https://{subdomain}.{VENDOR_DOMAIN}").rstrip("/")
    if base.endswith(API):
        base = base.removesuffix(API)
    return Account(key=link.key, name=link.name, subdomain=subdomain, base=base, redirected=_on_loopback(link))


def _on_loopback(link: Link) -> bool:
    try:
        return link.base_url is not None and is_loopback(httpx.URL(link.base_url).host)
    except httpx.InvalidURL:
        return False


def _subdomain(link: Link) -> str:
    text = link.domain.strip().lower().removesuffix(f".{VENDOR_DOMAIN}")
    if not text:
        raise _bad(link, "is empty")
    if "://" in text:
        raise _bad(link, "must not begin with a scheme such as https://")
    if "/" in text:
        raise _bad(link, "must not contain a slash")
    if "." in text:
        raise _bad(link, f"must be a subdomain of {VENDOR_DOMAIN}; another host is set by {BASE_SETTING}")
    if not _LABEL.fullmatch(text):
        raise _bad(link, "may hold letters, digits and hyphens only")
    return text


def _bad(link: Link, what: str) -> BadInput:
    return BadInput(
        f"Helpdesk {link.key!r}: {SUBDOMAIN_SETTING} {what}. Write the subdomain alone, like `acme`, or "
        f"`acme.{VENDOR_DOMAIN}`.",
        field="domain",
        helpdesk=link.key,
    )
