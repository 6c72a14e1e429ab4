"""A Freshdesk account on a small pretend company, asked in process."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from providers.freshdesk.simulator import ADMIN, FreshdeskFace, Key, Profile, face
from runtime.clock import ManualClock
from sandbox.app import Sandbox, create_sandbox
from sandbox.clocks import SandboxClock
from sandbox.controls import Controls
from sandbox.desk import Desk
from sandbox.inprocess import InProcess
from sandbox.records import Ticket
from sandbox.world import World

TICKETS = 600


class House:
    """One sandbox with the one face; `client(key)` speaks for an agent."""

    def __init__(self, profile: Profile, tickets: int = TICKETS, seed: int = 11) -> None:
        self.clock = SandboxClock(ManualClock())
        self.controls = Controls(self.clock)
        self.controls.limits("freshdesk").enabled = False
        self.world = World(seed, {"freshdesk": tickets}, self.clock, span_days=600 if tickets == TICKETS else None)
        self.made: list[FreshdeskFace] = []
        self.app: Sandbox = create_sandbox(self.world, {"freshdesk": self._face(profile)}, self.controls)

    def _face(self, profile: Profile) -> Callable[[Desk, Controls], FreshdeskFace]:
        def make(desk: Desk, controls: Controls) -> FreshdeskFace:
            self.made.append(face(desk, controls, profile))
            return self.made[-1]

        return make

    @property
    def desk(self) -> Desk:
        return self.world.desk("freshdesk")

    def client(self, key: Key | None = ADMIN, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=InProcess(self.app),
            base_url="http://sandbox.test/freshdesk/api/v2",
            auth=(key.secret, "X") if key else None,
            headers=headers,
        )

    def switch(self, **values: object) -> None:
        self.controls.switches.update({f"freshdesk.{name}": value for name, value in values.items()})

    def some(self, test: Callable[[Ticket], bool]) -> Ticket:
        """The newest ticket of which `test` holds."""
        found = (self.desk.tickets.get(number) for number in range(TICKETS, 0, -1))
        return next(ticket for ticket in found if ticket is not None and test(ticket))


@pytest.fixture
def house() -> House:
    return House(Profile())


@pytest.fixture
def client(house: House) -> httpx.AsyncClient:
    return house.client()
