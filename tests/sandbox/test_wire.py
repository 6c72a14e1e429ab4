"""Faults done to a real socket: a real uvicorn on loopback, looked at byte by byte."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from runtime.clock import SystemClock
from sandbox.app import Sandbox, create_sandbox
from sandbox.controls import Controls
from sandbox.desk import Desk
from sandbox.world import World

BODY = "0123456789" * 20


def face(desk: Desk, controls: Controls) -> Starlette:
    async def answer(request: Request) -> PlainTextResponse:
        desk.tickets.create(subject="Seen", requester=1001, text="x")
        return PlainTextResponse(BODY)

    return Starlette(routes=[Route("/api/v2/tickets", answer)])


@asynccontextmanager
async def serving(http: str) -> AsyncIterator[tuple[Sandbox, int]]:
    controls = Controls(SystemClock())
    sandbox = create_sandbox(World(1, {"first": 20}, controls.clock), {"first": face}, controls)
    config = uvicorn.Config(sandbox, http=http, log_config=None, lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    await server.startup(sockets=[listening])
    try:
        yield sandbox, listening.getsockname()[1]
    finally:
        await server.shutdown(sockets=[listening])
        listening.close()


@pytest.fixture(params=["httptools", "h11"])
async def served(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Sandbox, int]]:
    async with serving(request.param) as made:
        yield made


async def ask(port: int, *, patience: float = 5.0) -> tuple[bytes, float]:
    """Everything the server sends until it closes, and how long that took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.monotonic()
    try:
        writer.write(b"GET /first/api/v2/tickets HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return await asyncio.wait_for(reader.read(-1), patience), time.monotonic() - begun
    finally:
        writer.close()


async def test_without_a_fault_the_answer_is_whole(served: tuple[Sandbox, int]) -> None:
    answer, _ = await ask(served[1])
    assert answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(BODY.encode())


async def test_down_closes_without_a_byte(served: tuple[Sandbox, int]) -> None:
    served[0].controls.faults.add({"kind": "down"})
    assert (await ask(served[1]))[0] == b""


async def test_reset_resets_before_or_after_the_work_was_done(served: tuple[Sandbox, int]) -> None:
    sandbox, port = served
    tickets = sandbox.world.desk("first").tickets
    for after, expected in ((False, 20), (True, 21)):
        sandbox.controls.faults.clear()
        sandbox.controls.faults.add({"kind": "reset", "after": after})
        with pytest.raises(ConnectionResetError):
            await ask(port)
        assert tickets.last_number == expected


async def test_stall_sends_nothing_until_its_limit(served: tuple[Sandbox, int]) -> None:
    served[0].controls.faults.add({"kind": "stall", "seconds": 0.2})
    answer, took = await ask(served[1])
    assert answer == b"" and took >= 0.19


async def test_a_stalled_caller_may_hang_up(served: tuple[Sandbox, int]) -> None:
    sandbox, port = served
    sandbox.controls.faults.add({"kind": "stall", "seconds": 60, "times": 1})
    with pytest.raises(TimeoutError):
        await ask(port, patience=0.05)
    assert (await ask(port))[0].endswith(BODY.encode())


async def test_drip_sends_the_truth_in_pieces(served: tuple[Sandbox, int]) -> None:
    served[0].controls.faults.add({"kind": "drip", "seconds": 0.01, "chunk": 10})
    answer, took = await ask(served[1])
    assert answer.endswith(BODY.encode()) and took >= 0.19


@pytest.mark.parametrize("chunked", [False, True])
async def test_truncate_cuts_the_body_in_half(served: tuple[Sandbox, int], chunked: bool) -> None:
    served[0].controls.faults.add({"kind": "truncate", "chunked": chunked})
    head, _, body = (await ask(served[1]))[0].partition(b"\r\n\r\n")
    half = BODY[: len(BODY) // 2].encode()
    if chunked:
        assert b"transfer-encoding: chunked" in head.lower()
        assert half in body and not body.endswith(b"0\r\n\r\n")
    else:
        assert f"content-length: {len(BODY)}".encode() in head.lower()
        assert body == half
