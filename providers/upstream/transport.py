"""The pooled transport, and what each of its failures means.

httpx's interface over aiohttp: a quarter of plain httpx's CPU in the measured sync, and its connector has the one seam
needed to check the very addresses that are dialled. Two of the bridge's habits are mended here: it calls a refused and
a reset connection alike ConnectTimeout, so `fault` looks at the cause; and it lets some aiohttp errors out unmapped.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from enum import Enum
from functools import cache
from typing import Any

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from httpx_aiohttp import AiohttpTransport

from providers.upstream.policy import UpstreamPolicy

KEPT = 15.0  # seconds an idle connection is kept; vendors' servers hang up after a minute
SLICE = 256 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Fault(Enum):
    """What became of a call that has no whole answer."""

    NOT_CONNECTED = "not_connected"  # refused, no such host, TLS refused, no connection in time: nothing was sent
    TIMED_OUT = "timed_out"
    BROKEN = "broken"  # reset, closed early, not HTTP
    TOO_LARGE = "too_large"
    GARBLED = "garbled"  # a content coding we cannot undo


class WireFault(Exception):
    """`cause` is the class of the library's error, for logs; never its text, which may hold an address."""

    def __init__(self, fault: Fault, cause: str, status: int | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.cause = cause
        self.status = status

    @property
    def sent(self) -> bool:
        return self.fault is not Fault.NOT_CONNECTED


_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
ERRORS = (httpx.TransportError, httpx.InvalidURL, httpx.StreamError, aiohttp.ClientError, OSError, asyncio.TimeoutError)


def fault(error: BaseException) -> WireFault:
    """The library's error as one of ours; the most specific cause decides."""
    name = type(error.__cause__ or error).__name__
    cause = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
    if isinstance(cause, _NOT_SENT):
        return WireFault(Fault.NOT_CONNECTED, name)
    if isinstance(cause, aiohttp.ClientError):
        timed_out = isinstance(cause, aiohttp.ServerTimeoutError)
        return WireFault(Fault.TIMED_OUT if timed_out else Fault.BROKEN, name)
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.UnsupportedProtocol):
        return WireFault(Fault.NOT_CONNECTED, name)
    if isinstance(cause, httpx.TimeoutException | asyncio.TimeoutError):
        return WireFault(Fault.TIMED_OUT, name)
    return WireFault(Fault.BROKEN, name)


def is_public(address: Address) -> bool:
    """Global unicast, also after unwrapping the IPv4 address that an IPv6 form may carry."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_loopback or address.is_unspecified or address.is_site_local:
            return False
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and (address in _NAT64 or address in _COMPATIBLE):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def may_dial(text: str, allow_loopback: bool) -> bool:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return is_public(address) or (allow_loopback and address.is_loopback)


def is_forbidden_literal(host: str, allow_loopback: bool) -> bool:
    """An address written out, which the connector would dial without asking the resolver."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return not may_dial(host, allow_loopback)


class GuardedResolver(AbstractResolver):
    """Names become addresses here and the connector dials just those, so what is checked is what is dialled."""

    def __init__(self, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        answers = [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]
        if not answers or not all(may_dial(answer["host"], self._allow_loopback) for answer in answers):
            raise OSError(None, "The host's address is not a public one.")
        return answers

    async def close(self) -> None:
        return None


class _Slices(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), SLICE):
            yield bytes(self._content[start : start + SLICE])


def _in_slices(request: httpx.Request) -> httpx.Request:
    """A large body (an attachment) is handed over piece by piece: written at once it would hold up the event loop."""
    if len(request.content) <= SLICE:
        return request
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,  # with the length, so that it is not sent chunked
        stream=_Slices(request.content),
        extensions=request.extensions,
    )


@cache
def _tls() -> ssl.SSLContext:
    """One for all pools: to read the certificates takes a tenth of a second."""
    return httpx.create_ssl_context(trust_env=False)


class PooledTransport(httpx.AsyncBaseTransport):
    """One pool per helpdesk: no proxy and no certificates from the environment, no cookies, no redirects.

    A request with the extension `fresh` gets a connection of its own: on a kept one the peer may just have hung up, and
    a write that meets that could not be told from one that was lost.
    """

    def __init__(self, policy: UpstreamPolicy, *, allow_loopback: bool) -> None:
        self._ssl = _tls()
        self._size = policy.concurrency + policy.file_streams
        self._allow_loopback = allow_loopback
        self._kept = AiohttpTransport(client=lambda: self._session(fresh=False), verify=self._ssl, trust_env=False)
        self._fresh = AiohttpTransport(client=lambda: self._session(fresh=True), verify=self._ssl, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if is_forbidden_literal(request.url.host, self._allow_loopback):
            raise httpx.ConnectError("The host's address is not a public one.")
        chosen = self._fresh if request.extensions.get("fresh") else self._kept
        return await chosen.handle_async_request(_in_slices(request))

    async def aclose(self) -> None:
        await self._kept.aclose()
        await self._fresh.aclose()

    def _session(self, *, fresh: bool) -> aiohttp.ClientSession:
        kept: dict[str, Any] = {"force_close": True} if fresh else {"keepalive_timeout": KEPT}
        connector = aiohttp.TCPConnector(
            limit=self._size, ssl=self._ssl, resolver=GuardedResolver(self._allow_loopback), **kept
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            max_line_size=32_768,
            max_field_size=65_536,
        )
