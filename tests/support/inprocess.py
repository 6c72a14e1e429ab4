"""The whole server over the whole pretend company in one process, asked through its HTTP surface."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from providers import Parts
from providers.freshdesk import simulator as freshdesk_face
from providers.upstream import UpstreamPolicy
from providers.zendesk import simulator as zendesk_face
from runtime.clock import Clock
from runtime.settings import Settings
from sandbox.app import Face, Sandbox, create_sandbox
from sandbox.controls import Controls
from sandbox.inprocess import InProcess
from sandbox.world import World
from server import Works, open_providers, sandbox_accounts, web_parts
from storage.database import Database
from sync.copy import Copy, open_copy
from web.app import create_app
from web.principal import TENANT

BASE = "http://127.0.0.1:9"
"""Nothing listens there; calls go to the sandbox in process."""

SIGNING_KEY = "a key that signs cursors in tests"
PLENTY = 10**9
FACES: Mapping[str, Face] = {"freshdesk": freshdesk_face.face, "zendesk": zendesk_face.face}
BUCKETS: Mapping[str, tuple[str, ...]] = {
    "freshdesk": ("rest", "tickets", "contacts", "ticket_create", "ticket_update"),
    "zendesk": ("account", "help_center", "search", "search_export", "tickets_index", "tickets_index_deep"),
}


@dataclass
class Served:
    """A server and the sandbox below it."""

    sandbox: Sandbox
    client: httpx.AsyncClient
    copy: Copy | None = None

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


def pretend(desks: Mapping[str, int], clock: Clock, *, seed: int = 7, span_days: float | None = None) -> Sandbox:
    """`span_days` under 120: nothing is archived. Rate limits are so high that nobody waits for them."""
    controls = Controls(clock)
    sandbox = create_sandbox(World(seed, desks, controls.clock, span_days=span_days), FACES, controls)
    for name, buckets in BUCKETS.items():
        # In the figures, not by switching them off: the headers are how a client learns that it may go on.
        controls.limits(name).figures.update(dict.fromkeys(buckets, PLENTY))
    return sandbox


@asynccontextmanager
async def served(
    sandbox: Sandbox,
    clock: Clock,
    *,
    policy: UpstreamPolicy | None = None,
    watch: Callable[[httpx.Request], None] | None = None,
    wrap: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] = lambda inner: inner,
    database: Database | None = None,
) -> AsyncIterator[Served]:
    """`watch` is told of every call upstream before the sandbox is; `wrap` may stand in its way. With a `database` the
    helpdesks have a copy in it, which nobody keeps up to date."""
    settings = Settings(accounts=sandbox_accounts(BASE), explorer=False, signing_key=SIGNING_KEY)
    parts = Parts(clock=clock, transport=wrap(_Watched(InProcess(sandbox), watch)), policy=policy or UpstreamPolicy())
    providers = open_providers(settings.accounts, parts)
    async with AsyncExitStack() as stack:
        for provider in providers.values():
            stack.push_async_callback(provider.aclose)
        copy = None
        if database is not None:
            copy = await stack.enter_async_context(open_copy(database, TENANT, providers, clock))
        transport = InProcess(create_app(web_parts(settings, Works(providers, copy), clock)))
        client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=None)
        yield Served(sandbox, await stack.enter_async_context(client), copy)


class _Watched(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport, watch: Callable[[httpx.Request], None] | None) -> None:
        self._inner, self._watch = inner, watch

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._watch is not None:
            self._watch(request)
        return await self._inner.handle_async_request(request)
