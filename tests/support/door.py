"""The server on a real socket of this machine, over helpdesks on a real socket: what no in-process transport shows."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from providers import Parts
from providers.upstream import UpstreamPolicy
from runtime.accounts import Account
from runtime.clock import SystemClock
from runtime.settings import Settings
from server import Works, open_providers, web_parts
from web.app import create_app
from web.serve import server as web_server

SHORT = UpstreamPolicy(connect=0.4, read=0.8, total=1.0, backoff_first=0.01, backoff_cap=0.1)
"""The policy with shorter figures, so that tests of deadlines take a second and not ten."""


@dataclass
class Door:
    url: str
    client: httpx.AsyncClient

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text[:500]
        found: dict[str, Any] = answer.json()
        return found


@asynccontextmanager
async def door(accounts: tuple[Account, ...], policy: UpstreamPolicy = SHORT) -> AsyncIterator[Door]:
    """The socket listens before the server starts, so a first call waits in the backlog and nobody has to poll."""
    clock = SystemClock()
    settings = Settings(accounts=accounts, explorer=False)
    providers = open_providers(accounts, Parts(clock=clock, policy=policy))
    with socket.create_server(("127.0.0.1", 0)) as bound:
        running = web_server(create_app(web_parts(settings, Works(providers), clock)), "", 0, drain_seconds=0)
        task = asyncio.create_task(running.serve(sockets=[bound]))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        try:
            async with httpx.AsyncClient(base_url=url, timeout=30) as client:
                yield Door(url, client)
        finally:
            running.should_exit = True
            await task
            await asyncio.gather(*(provider.aclose() for provider in providers.values()))
