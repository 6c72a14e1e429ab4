"""One call on the wire: build it, send it, read the answer whole, inside the time given."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import orjson

from models.errors import BadInput, CredentialsRejected
from providers.upstream.bodies import read_whole
from providers.upstream.call import Call, Credential
from providers.upstream.policy import UpstreamPolicy
from providers.upstream.transport import ERRORS, Fault, WireFault, fault
from runtime.clock import Clock

for _name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy"):
    # They log whole URLs and headers below WARNING, whatever level the operator chose.
    logging.getLogger(_name).addFilter(lambda entry: entry.levelno >= logging.WARNING)

_STANDARD = {"accept": "application/json", "accept-encoding": "gzip, deflate", "user-agent": "deskgraph"}
CLOSING = 0.2


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one wire call. With a `fault` there is no whole answer; `status` is then what was seen of it."""

    status: int | None
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    elapsed: float
    fault: WireFault | None = None


class Wire:
    def __init__(
        self,
        helpdesk: str,
        transport: httpx.AsyncBaseTransport,
        credentials: Credential,
        policy: UpstreamPolicy,
        clock: Clock,
    ) -> None:
        self._helpdesk = helpdesk
        self._transport = transport
        self._credentials = credentials
        self._policy = policy
        self._clock = clock

    async def send(self, call: Call, url: httpx.URL, seconds: float) -> Reply:
        """The answer, read whole within `seconds` (credentials included), or the fault that came instead."""
        start = self._clock.monotonic()
        status: int | None = None
        headers: Mapping[str, str] = {}
        body, found = b"", None
        leaving = False
        try:
            async with asyncio.timeout(seconds):
                request = await self.build(call, url)
                leaving = True
                response = await self._transport.handle_async_request(request)
                status, headers = response.status_code, response.headers
                try:
                    body = await read_whole(response, self._policy.wire_bytes, self._policy.decoded_bytes)
                finally:
                    await shut(response)
        except TimeoutError:
            found = WireFault(Fault.TIMED_OUT if leaving else Fault.NOT_CONNECTED, "Total", status)
        except WireFault as error:
            found = error
        except ERRORS as error:
            found = fault(error) if leaving else WireFault(Fault.NOT_CONNECTED, type(error).__name__)
        return Reply(status, headers, body, self._clock.monotonic() - start, found)

    async def open(self, call: Call, url: httpx.URL, *, own: bool) -> httpx.Response:
        """The answer's head; the body is left to the caller, who also shuts it. No credentials for other hosts."""
        request = await self.build(call, url, own=own, encoding="identity")
        try:
            return await self._transport.handle_async_request(request)
        except ERRORS as error:
            raise fault(error) from None

    async def build(
        self, call: Call, url: httpx.URL, *, own: bool = True, encoding: str | None = None
    ) -> httpx.Request:
        headers = dict(_STANDARD)
        if encoding:
            headers |= {"accept": "*/*", "accept-encoding": encoding}
        if own:
            headers |= {name.lower(): value for name, value in (call.headers or {}).items()}
        if own and not call.anonymous:
            headers |= {name.lower(): value for name, value in (await self._credentials.headers()).items()}
        self._check(headers)
        content = self._content(call, headers)
        request = httpx.Request(
            call.method,
            url,
            params=dict(call.params) if call.params else None,
            headers=headers,
            content=content,
            data=_form(call) if content is None else None,
            files=_parts(call),
            extensions={"timeout": self._timeouts(), "fresh": call.decisive},
        )
        await request.aread()  # multipart too becomes bytes with a length
        return request

    def _content(self, call: Call, headers: dict[str, str]) -> bytes | None:
        if call.json is None:
            return call.content
        headers.setdefault("content-type", "application/json")
        try:
            return orjson.dumps(call.json)
        except orjson.JSONEncodeError:
            raise BadInput("A value in this request cannot be sent as JSON.", helpdesk=self._helpdesk) from None

    def _check(self, headers: Mapping[str, str]) -> None:
        """Libraries quote a header they cannot send in their error, secret and all; so it is found here."""
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise CredentialsRejected(
                "The credentials of this helpdesk hold characters that cannot be sent; enter them again.",
                helpdesk=self._helpdesk,
            )

    def _timeouts(self) -> dict[str, float]:
        connect, read = self._policy.connect, self._policy.read
        # The bridge to aiohttp takes "pool" for the whole way to a connection, name lookup included.
        return {"connect": connect, "pool": connect, "read": read, "write": read}


def _form(call: Call) -> dict[str, str | list[str]] | None:
    if not call.form:
        return None
    grouped: dict[str, list[str]] = {}
    for name, value in call.form:
        grouped.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in grouped.items()}


def _parts(call: Call) -> list[tuple[str, tuple[str, bytes, str]]] | None:
    if not call.files:
        return None
    return [(part.name, (part.filename, part.content, part.content_type)) for part in call.files]


async def shut(response: httpx.Response) -> None:
    """Gives the connection back, or drops it when the body was not read; never waits for a stuck peer."""
    with suppress(*ERRORS):
        async with asyncio.timeout(CLOSING):
            await response.aclose()
