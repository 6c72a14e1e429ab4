"""Where a call may go: below the helpdesk's own base URL, or, files only, to an allowed host, without credentials."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

import httpx

from models.errors import BadInput, Unreadable

FileHosts = Callable[[str], bool]
_HOST = re.compile(rb"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")
_PORTS = {"https": 443, "http": 80}


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme, 0)


def _escapes(path: str) -> bool:
    """Dot segments and backslashes, also when percent-encoded: a server may resolve what we did not."""
    plain = unquote(path)
    return "\\" in plain or any(part in (".", "..") for part in plain.split("/")) or not plain.isprintable()


@dataclass(frozen=True, slots=True)
class House:
    """The helpdesk's own corner of the network."""

    helpdesk: str
    base: httpx.URL
    allow_http_loopback: bool
    file_hosts: FileHosts

    @classmethod
    def at(cls, helpdesk: str, base_url: str, allow_http_loopback: bool, file_hosts: FileHosts) -> House:
        try:
            base = httpx.URL(base_url.rstrip("/"))
        except (httpx.InvalidURL, ValueError):
            raise BadInput(f"The base URL of helpdesk {helpdesk!r} is not a URL.", helpdesk=helpdesk) from None
        house = cls(helpdesk, base, allow_http_loopback, file_hosts)
        if base.userinfo or base.query or base.fragment or not base.host or not house._secure(base):
            raise BadInput(
                f"The base URL of helpdesk {helpdesk!r} must be https://host/path"
                " (plain http only on loopback, when that is allowed), without user, query or fragment.",
                helpdesk=helpdesk,
            )
        return house

    def url(self, path: str) -> httpx.URL:
        """The address for a path of ours or an absolute URL the vendor handed us. Nothing outside the base passes."""
        if path.startswith(("http://", "https://")):
            return self._given(path)
        below = path.startswith("/") and not path.startswith("//") and not _escapes(path.partition("?")[0])
        if not below or not path.isprintable():
            raise BadInput(
                "A path for the helpdesk must start with / and stay below the base URL.", helpdesk=self.helpdesk
            )
        return httpx.URL(f"{self.base}{path}")

    def owns(self, url: httpx.URL) -> bool:
        return origin(url) == origin(self.base) and not url.userinfo

    def _given(self, text: str) -> httpx.URL:
        url = self.parse(text)
        below = self.base.path.rstrip("/") + "/"
        if not self.owns(url) or not url.path.startswith(below) or _escapes(text.partition("?")[0].partition("//")[2]):
            raise Unreadable(
                "The helpdesk's answer pointed to another host or path; it was not followed.", helpdesk=self.helpdesk
            )
        return url

    def parse(self, text: str, here: httpx.URL | None = None) -> httpx.URL:
        """What the vendor wrote, as a URL; a relative one is seen from `here`."""
        try:
            return here.join(text) if here else httpx.URL(text)
        except (httpx.InvalidURL, ValueError):
            raise Unreadable(
                "The helpdesk's answer pointed to something that is not a URL.", helpdesk=self.helpdesk
            ) from None

    def file(self, path: str) -> httpx.URL:
        """Like `url`, and also any path of our own host, and the allowed file hosts."""
        if not path.startswith(("http://", "https://")):
            return self.url(path)
        url = self.parse(path)
        self.check_file(url)
        return url

    def check_file(self, url: httpx.URL) -> None:
        if url.userinfo or not (self.owns(url) or (self._secure(url, file=True) and self.file_hosts(url.host))):
            raise Unreadable("The file lies on a host that is not allowed; it was not fetched.", helpdesk=self.helpdesk)

    def _secure(self, url: httpx.URL, *, file: bool = False) -> bool:
        if not _HOST.fullmatch(url.raw_host) or not 0 < origin(url)[2] < 65536:
            return False
        if is_loopback(url.host):
            here = not file or origin(url)[2] == origin(self.base)[2]  # a sandbox's files are on its own port
            return self.allow_http_loopback and here and url.scheme in ("http", "https")
        return url.scheme == "https" and (not file or origin(url)[2] == 443)
