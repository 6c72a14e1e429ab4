"""The door on a real socket of this machine: what an in-process transport cannot show."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.web.toy_server import toy_parts
from web.app import create_app
from web.serve import DrainingServer, server


@dataclass
class Live:
    port: int
    server: DrainingServer
    running: asyncio.Task[None]

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"


@asynccontextmanager
async def live(
    key: str | None = None, *, drain_seconds: float = 0, graceful_seconds: int = 5, **changes: Any
) -> AsyncIterator[Live]:
    """The socket listens before the server starts, so a first call waits in the backlog and nobody has to poll."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        app = create_app(toy_parts(key, **changes))
        running_server = server(app, "", 0, drain_seconds=drain_seconds, graceful_seconds=graceful_seconds)
        task = asyncio.create_task(running_server.serve(sockets=[bound]))
        try:
            yield Live(bound.getsockname()[1], running_server, task)
        finally:
            running_server.should_exit = True
            await task
