"""An ASGI app as an httpx transport, without a socket: the whole answer at once, as a client of its own process would
get it. Faults that raise in the app become what httpx raises on a wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.types import ASGIApp, Message, Scope

_AS_ON_THE_WIRE: tuple[tuple[type[OSError], type[httpx.TransportError]], ...] = (
    (ConnectionRefusedError, httpx.ConnectError),
    (ConnectionResetError, httpx.ReadError),
    (ConnectionAbortedError, httpx.RemoteProtocolError),
    (TimeoutError, httpx.ReadTimeout),
)


class InProcess(httpx.AsyncBaseTransport):
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _Exchange(await request.aread(), bodiless=request.method == "HEAD")
        try:
            await self._app(_scope(request), exchange.receive, exchange.send)
        except OSError as error:
            for kind, raised in _AS_ON_THE_WIRE:
                if isinstance(error, kind):
                    raise raised(str(error), request=request) from error
            raise
        return exchange.response()


def _scope(request: httpx.Request) -> Scope:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }


class _Exchange:
    """What the app hears and says of one request."""

    def __init__(self, body: bytes, *, bodiless: bool) -> None:
        self._body: bytes | None = body
        self._bodiless = bodiless
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._ended = asyncio.Event()

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._ended.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if not self._bodiless:
            self._parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            self._ended.set()

    def response(self) -> httpx.Response:
        assert self._start is not None and self._ended.is_set(), "the app has answered, to the end"
        headers = self._start.get("headers", [])
        return httpx.Response(self._start["status"], headers=headers, stream=_Whole(b"".join(self._parts)))


class _Whole(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body
