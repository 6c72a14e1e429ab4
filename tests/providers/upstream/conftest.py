"""Builders for one account on a clock that moves when told, and a loopback server that misbehaves on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import httpx
import pytest

from providers.upstream import Call, FamilyPolicy, FixedCredential, Observation, Upstream, UpstreamPolicy
from runtime.clock import ManualClock, SystemClock

BASE = "https://acme.example.com/api/v2"
FAMILIES = {"tickets": FamilyPolicy(100), "contacts": FamilyPolicy(100)}


def observe(family: str, headers: Any) -> list[Observation]:
    if "x-total" not in headers:
        return []
    reset = headers.get("x-reset")
    return [
        Observation(
            family, int(headers["x-total"]), int(headers["x-remaining"]), None if reset is None else float(reset)
        )
    ]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def account(clock: ManualClock) -> Callable[..., Upstream]:
    """An account whose vendor is a function from request to response."""

    def build(vendor: Callable[[httpx.Request], Any], **options: Any) -> Upstream:
        settings: dict[str, Any] = {
            "credentials": FixedCredential({"Authorization": "Basic c2VjcmV0"}),
            "families": FAMILIES,
            "transport": httpx.MockTransport(vendor),
            "clock": clock,
            "learn": observe,
            "random": Random(7),
        } | options
        return Upstream("acme", settings.pop("base_url", BASE), **settings)

    return build


@pytest.fixture
def call() -> Callable[..., Call]:
    def build(path: str = "/tickets/7", method: str = "GET", **options: Any) -> Call:
        return Call(**{"path": path, "method": method, "endpoint": f"{method} /x", "family": "tickets"} | options)

    return build


Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def served() -> Callable[..., Any]:
    """`async with served(peer) as upstream`: a real socket whose server is `peer`, after it read the request's head."""

    @asynccontextmanager
    async def serve(peer: Peer, **options: Any) -> AsyncIterator[Upstream]:
        tasks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await reader.readuntil(b"\r\n\r\n")
                await peer(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                tasks.discard(task)
                writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        settings: dict[str, Any] = {
            "credentials": FixedCredential({"Authorization": "Basic c2VjcmV0"}),
            "families": FAMILIES,
            "clock": SystemClock(),
            "policy": UpstreamPolicy(total=0.5, read=0.4, connect=0.3, attempts=1),
            "allow_http_loopback": True,
        } | options
        upstream = Upstream("acme", f"http://127.0.0.1:{port}/api/v2", **settings)
        try:
            yield upstream
        finally:
            await upstream.aclose()
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return serve
