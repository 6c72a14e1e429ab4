"""Runs the app under uvicorn, and stops it so that nobody notices.

On SIGTERM or SIGINT: readiness goes off and requests are still taken for `drain_seconds`, so that whoever balances
load can look away; then the listener closes and what is in flight gets `graceful_seconds` to finish. A second
signal stops at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from runtime.settings import SettingsError

log = logging.getLogger("deskgraph.web")


def run(
    app: Starlette,
    host: str,
    port: int,
    *,
    drain_seconds: float = 2.0,
    graceful_seconds: int = 26,
    socket_message_bytes: int = 1_000_000,
) -> None:
    """Blocks until the server has stopped."""
    server(
        app,
        host,
        port,
        drain_seconds=drain_seconds,
        graceful_seconds=graceful_seconds,
        socket_message_bytes=socket_message_bytes,
    ).run()


def server(
    app: Starlette,
    host: str,
    port: int,
    *,
    drain_seconds: float = 2.0,
    graceful_seconds: int = 26,
    socket_message_bytes: int = 1_000_000,
) -> DrainingServer:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="auto",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=socket_message_bytes,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=graceful_seconds,
        timeout_keep_alive=20,
    )
    return DrainingServer(config, app, drain_seconds)


class DrainingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: Starlette, drain_seconds: float) -> None:
        super().__init__(config)
        self._health = app.state.health
        self._drain_seconds = drain_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """uvicorn would raise the signal again once it has stopped, and so end a process that has nothing left to
        regret."""
        if self._health.draining or self._drain_seconds <= 0:
            self._health.drain()
            self.force_exit = self.should_exit
            self.should_exit = True
            return
        self._health.drain()
        log.info("draining", extra={"seconds": self._drain_seconds})
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(loop.call_later, self._drain_seconds, self._stop)

    def _stop(self) -> None:
        self.should_exit = True


class Companion(uvicorn.Server):
    """A second server in the same loop; signals belong to the first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int, *, name: str, or_next: bool = False) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if or_next:
            return listen(host, 0, name=name)
        raise SettingsError([f"{name}: cannot listen on {host}:{port} ({error.strerror}). Choose another."]) from error


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])
