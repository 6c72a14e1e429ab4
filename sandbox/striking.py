"""How a fault is done to a request: an ASGI wrapper around a face.

The sandbox must be the app that uvicorn itself runs (not mounted in another): only then its `send` leads to the socket.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
import orjson
from starlette.datastructures import URL, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.clock import Clock
from sandbox.faults import Fault

_PAGE = "<!doctype html><html><head><title>Back soon</title></head><body><h1>Down for maintenance</h1></body></html>"


class Answer(msgspec.Struct):
    """A whole answer, held back."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = []
    body: bytes = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", []))
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def start(self, *, length: bool = True) -> Message:
        headers = [pair for pair in self.headers if length or pair[0].lower() != b"content-length"]
        return {"type": "http.response.start", "status": self.status, "headers": headers}


async def strike(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send, clock: Clock) -> None:
    """Serve one request with the fault. `send` is the server's own, not wrapped, so that its transport can be
    reached."""
    if fault.kind == "slow":
        await clock.sleep(fault.wait(2))
        await app(scope, receive, send)
        return
    answer = Answer()
    if fault.after or fault.kind in ("drip", "truncate", "loop", "hostile_next"):
        await app(scope, receive, answer.send)
    match fault.kind:
        case "down" | "reset" | "stall":
            await _cut(fault, receive, send, clock)
        case "status" | "html":
            await _said(fault, send)
        case "drip":
            await _drip(fault, answer, send, clock)
        case "truncate":
            await _truncate(fault, answer, receive, send)
        case _:
            await _misled(fault, answer, scope, send)


def transport_of(send: Send) -> asyncio.Transport | None:
    """The connection below, on uvicorn: `send` is a method of its request cycle, which holds the transport. None in
    process."""
    found = getattr(getattr(send, "__self__", None), "transport", None)
    return found if hasattr(found, "abort") else None


async def _cut(fault: Fault, receive: Receive, send: Send, clock: Clock) -> None:
    transport = transport_of(send)
    if transport is None:
        raise {"down": ConnectionRefusedError, "reset": ConnectionResetError, "stall": TimeoutError}[fault.kind](
            f"sandbox fault: {fault.kind}"
        )
    if fault.kind == "stall":
        await _gone(receive, clock, fault.wait(60))
    if fault.kind == "reset":
        _linger_zero(transport)
        transport.abort()
    else:
        transport.close()
    await _gone(receive, clock, 5)


def _linger_zero(transport: asyncio.Transport) -> None:
    """Closing then sends RST instead of FIN. On a duplicate of the descriptor, as uvloop's own socket object cannot do
    it."""
    mine = transport.get_extra_info("socket")
    if mine is not None:
        with socket.socket(fileno=os.dup(mine.fileno())) as same:
            same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _gone(receive: Receive, clock: Clock, seconds: float) -> None:
    """Until the caller hangs up, at most `seconds`."""

    async def hung_up() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = {asyncio.ensure_future(hung_up()), asyncio.ensure_future(clock.sleep(seconds))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _said(fault: Fault, send: Send) -> None:
    if fault.kind == "html":
        status, kind, body = 200, "text/html; charset=utf-8", _PAGE.encode()
    elif isinstance(fault.body, str):
        status, kind, body = fault.status, "text/plain; charset=utf-8", fault.body.encode()
    else:
        status, kind = fault.status, "application/json; charset=utf-8"
        body = b"" if fault.body is None else orjson.dumps(fault.body)
    headers = MutableHeaders({"content-type": kind, "content-length": str(len(body))})
    headers.update(fault.headers)
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})


async def _drip(fault: Fault, answer: Answer, send: Send, clock: Clock) -> None:
    await send(answer.start())
    for place in range(0, len(answer.body), max(1, fault.chunk)):
        await send({"type": "http.response.body", "body": answer.body[place : place + fault.chunk], "more_body": True})
        await clock.sleep(fault.wait(0.05))
    await send({"type": "http.response.body", "body": b""})


async def _truncate(fault: Fault, answer: Answer, receive: Receive, send: Send) -> None:
    if not fault.chunked and not any(name.lower() == b"content-length" for name, _ in answer.headers):
        answer.headers.append((b"content-length", str(len(answer.body)).encode()))
    await send(answer.start(length=not fault.chunked))
    await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
    transport = transport_of(send)
    if transport is None:
        raise ConnectionAbortedError("sandbox fault: truncate")
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _misled(fault: Fault, answer: Answer, scope: Scope, send: Send) -> None:
    url = str(URL(scope=scope))
    if fault.kind == "hostile_next":
        parts, elsewhere = urlsplit(url), urlsplit(fault.host)
        url = urlunsplit((elsewhere.scheme, elsewhere.netloc, parts.path, parts.query, ""))
    headers = MutableHeaders(raw=answer.headers)
    if "link" in headers or headers.get("content-type", "").startswith("application/json"):
        headers["link"] = f'<{url}>; rel="next"'
    answer.body = _relinked(answer.body, url, QueryParams(scope.get("query_string", b"")), loop=fault.kind == "loop")
    headers["content-length"] = str(len(answer.body))
    await send(answer.start())
    await send({"type": "http.response.body", "body": answer.body})


def _relinked(body: bytes, url: str, query: QueryParams, *, loop: bool) -> bytes:
    """The paging members of an object led to `url`; for a loop also its cursors led back to the one that was asked
    with."""
    try:
        found: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
    if not isinstance(found, dict):
        return body
    for name in ("next_page", "after_url"):
        if name in found:
            found[name] = url
    if isinstance(found.get("links"), dict):
        found["links"]["next"] = url
    if loop and isinstance(found.get("meta"), dict):
        asked = query.get("page[after]")
        found["meta"] |= {"has_more": True, "after_cursor": asked or found["meta"].get("after_cursor")}
    if loop and "end_of_stream" in found:
        found |= {"end_of_stream": False, "after_cursor": query.get("cursor") or found.get("after_cursor")}
    return orjson.dumps(found)
