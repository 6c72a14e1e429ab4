"""The whole server over the whole pretend company in one process, asked through its HTTP surface."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from providers import Parts
from providers.freshdesk import simulator as freshdesk_face
from providers.upstream import UpstreamPolicy
from providers.zendesk import simulator as zendesk_face
from runtime.clock import Clock, ManualClock
from runtime.settings import Settings
from sandbox.app import Face, Sandbox, create_sandbox
from sandbox.controls import Controls
from sandbox.inprocess import InProcess
from sandbox.world import World
from server import open_providers, sandbox_accounts, web_parts
from web.app import create_app

BASE = "http://127.0.0.1:9"
"""Nothing listens there; calls go to the sandbox in process."""

PLENTY = 10**9
FACES: Mapping[str, Face] = {"freshdesk": freshdesk_face.face, "zendesk": zendesk_face.face}


@dataclass
class Company:
    sandbox: Sandbox
    client: httpx.AsyncClient

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def controls(self) -> Controls:
        return self.sandbox.controls

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole GraphQL answer."""
        answer = await self.client.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text[:500]
        found: dict[str, Any] = orjson.loads(answer.content)
        return found


def make_sandbox(desks: Mapping[str, int], clock: Clock, *, seed: int = 7, span_days: float | None = None) -> Sandbox:
    """`span_days` under 120: nothing is archived. Without a vendor's rate limits, so that tests wait for nothing."""
    controls = Controls(clock)
    world = World(seed, desks, controls.clock, span_days=span_days)
    sandbox = create_sandbox(world, FACES, controls)
    lift_limits(controls)
    return sandbox


def lift_limits(controls: Controls) -> None:
    """The figures go into the headers, which is how a client learns that it may go on."""
    for name, buckets in BUCKETS.items():
        controls.limits(name).figures.update(dict.fromkeys(buckets, PLENTY))


BUCKETS: Mapping[str, tuple[str, ...]] = {
    "freshdesk": ("rest", "tickets", "contacts", "ticket_create", "ticket_update"),
    "zendesk": ("account", "help_center", "search", "search_export", "tickets_index", "tickets_index_deep"),
}


@asynccontextmanager
async def company(
    sandbox: Sandbox, clock: Clock | None = None, *, policy: UpstreamPolicy | None = None, **settings: Any
) -> AsyncIterator[Company]:
    """`clock` is the server's; the sandbox has its own, which is usually the same."""
    clock = clock or ManualClock()
    configured = Settings(accounts=sandbox_accounts(BASE), explorer=False, **settings)
    parts = Parts(clock=clock, transport=InProcess(sandbox), policy=policy or UpstreamPolicy())
    app = create_app(web_parts(configured, open_providers(configured.accounts, parts), clock))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=None) as client:
        yield Company(sandbox, client)
