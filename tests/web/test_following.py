"""Subscriptions over a real socket: resumed with a cursor, ended when their reader leaves, as slow as it is."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from runtime.clock import SystemClock
from schema.build import build_schema
from schema.limits import SIZES
from storage.changes import trim
from tests.schema.copied import Copied, open_copied
from tests.web.toy_server import OneKey
from web.app import WebParts, create_app
from web.asking import Asked
from web.serve import server

PROTOCOL = Subprotocol("graphql-transport-ws")
CHANGED = "subscription($after: Cursor) { ticketChanged(after: $after) { change { cursor } ticket { subject } } }"


@asynccontextmanager
async def served(copied: Copied) -> AsyncIterator[int]:
    async def context(asked: Asked) -> Any:
        return copied.context()

    parts = WebParts(schema=build_schema(), context=context, authenticator=OneKey(), clock=SystemClock(), sizes=SIZES)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        running = server(create_app(parts), "", 0, drain_seconds=0, graceful_seconds=5)
        task = asyncio.create_task(running.serve(sockets=[bound]))
        try:
            yield bound.getsockname()[1]
        finally:
            running.should_exit = True
            await task


@pytest.fixture
async def copied(tmp_path: Path) -> AsyncIterator[Copied]:
    async with open_copied(tmp_path, count=3) as made:
        await made.fill()
        yield made


@asynccontextmanager
async def following(port: int, **variables: Any) -> AsyncIterator[ClientConnection]:
    options: dict[str, Any] = {"subprotocols": [PROTOCOL], "max_queue": 1, "compression": None, "ping_interval": None}
    async with connect(f"ws://127.0.0.1:{port}/graphql", **options) as ws:
        await ws.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await ws.recv())["type"] == "connection_ack"
        payload = {"query": CHANGED, "variables": variables}
        await ws.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        yield ws


async def event(ws: ClientConnection) -> Any:
    said = json.loads(await ws.recv())
    assert said["type"] == "next" and "errors" not in said["payload"], said
    return said["payload"]["data"]["ticketChanged"]


async def listening(copied: Copied, *, until: bool = True) -> None:
    while copied.store.feed.pulse.listening is not until:
        await asyncio.sleep(0)


async def test_events_come_and_are_resumed_and_a_reader_who_left_costs_nothing(copied: Copied) -> None:
    async with served(copied) as port:
        async with following(port) as ws:
            await listening(copied)
            await copied.change("fd", 1, subject="First")
            first = await event(ws)
            assert first["ticket"]["subject"] == "First"
        await asyncio.wait_for(listening(copied, until=False), 10)
        await copied.change("zd", 2, subject="While away")
        async with following(port, after=first["change"]["cursor"]) as ws:
            assert (await event(ws))["ticket"]["subject"] == "While away"


async def test_nothing_is_queued_for_a_reader_who_does_not_read(copied: Copied) -> None:
    """So much is changed that it cannot all be on its way; then it is forgotten, and the reader is told so. Had it been
    kept for them, they would get it all."""
    large = "x" * 200_000
    async with served(copied) as port, following(port) as ws:
        await listening(copied)
        for n in range(150):
            await copied.change("fd", 1, subject=f"{n} {large}")
        async with copied.db.write(copied.tenancy.number) as session:
            await trim(session, now=copied.clock.now(), keep_seconds=1e9, keep_rows=0)
        seen = 0
        while (said := json.loads(await ws.recv()))["type"] == "next" and "errors" not in said["payload"]:
            seen += 1
        (error,) = said["payload"]["errors"] if said["type"] == "next" else said["payload"]
        assert error["extensions"]["code"] == "BAD_CURSOR"
        assert 0 < seen < 150
