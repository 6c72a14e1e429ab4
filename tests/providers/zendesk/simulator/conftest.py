from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from providers.zendesk.simulator import Profile, ZendeskFace
from runtime.clock import ManualClock
from sandbox.app import Sandbox, create_sandbox
from sandbox.controls import Controls
from sandbox.desk import Desk
from sandbox.inprocess import InProcess
from sandbox.world import World

BASE = "http://sandbox.test/zendesk"


class Account:
    """A pretend account, a client with its token, and the strings behind the scenes."""

    def __init__(self, *, tickets: int = 400, span_days: float = 900, profile: Profile | None = None) -> None:
        self.base_clock = ManualClock(datetime(2026, 6, 1, 12, 0, tzinfo=UTC))
        self.controls = Controls(self.base_clock)
        desks = {"zendesk": tickets}
        self.world = World(seed=11, desks=desks, clock=self.controls.clock, span_days=span_days)
        self.face: ZendeskFace | None = None

        def made(desk: Desk, controls: Controls) -> ZendeskFace:
            self.face = ZendeskFace(desk, controls, profile)
            return self.face

        self.sandbox: Sandbox = create_sandbox(self.world, {"zendesk": made}, self.controls)
        self.desk = self.world.desk("zendesk")
        assert self.face is not None
        self.account = self.face.account
        self.credentials = self.account.credentials
        self.bearer = {"Authorization": f"Bearer {self.credentials.oauth_token}"}
        self.http = self.client(self.bearer)

    def client(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=InProcess(self.sandbox), base_url=f"{BASE}/api/v2/", headers=headers)

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        response = await self.http.get(path, params=params or None)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def refused(self, path: str, status: int, **params: Any) -> Any:
        response = await self.http.get(path, params=params or None)
        assert response.status_code == status, response.text
        return response.json() if "json" in response.headers["content-type"] else response.text

    async def send(self, method: str, path: str, body: Any, status: int, **headers: str) -> dict[str, Any]:
        response = await self.http.request(method, path, json=body, headers=headers)
        assert response.status_code == status, response.text
        return dict(response.json()) if response.content else {}

    def advance(self, seconds: float) -> None:
        self.base_clock.advance(seconds)


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    made = Account()
    yield made
    await made.http.aclose()


@pytest.fixture
async def make() -> AsyncIterator[Any]:
    """Accounts with another profile or size."""
    opened: list[Account] = []

    def account(**options: Any) -> Account:
        opened.append(Account(**options))
        return opened[-1]

    yield account
    for each in opened:
        await each.http.aclose()
