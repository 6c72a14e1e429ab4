"""The sandbox in process, with a provider for each of its helpdesks, under a clock that moves only when told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from providers import Parts
from providers.base import Provider
from runtime.clock import ManualClock
from sandbox.app import Sandbox
from sandbox.desk import Desk
from sandbox.inprocess import InProcess
from server import make_sandbox, open_providers, sandbox_accounts
from tests.support.lockstep import Lockstep

BASE = "http://127.0.0.1:9400"
SEED = 7
PLENTY = 10**9
"""The vendors still say it in their headers, which is how a client learns that it may go on."""
BUCKETS = {
    "freshdesk": ("rest", "tickets", "contacts", "ticket_create", "ticket_update"),
    "zendesk": ("account", "help_center", "search", "search_export", "tickets_index", "tickets_index_deep"),
}


@dataclass(frozen=True)
class Company:
    clock: ManualClock
    sandbox: Sandbox
    upstream: Lockstep
    providers: dict[str, Provider]

    def desk(self, helpdesk: str) -> Desk:
        return self.sandbox.world.desk(helpdesk)

    def calls(self, helpdesk: str | None = None) -> list[str]:
        """What reached the sandbox, oldest first."""
        return self.sandbox.controls.calls.lines(helpdesk)

    def forget_calls(self) -> None:
        self.sandbox.controls.calls.clear()
        self.upstream.forget()


@dataclass(frozen=True)
class Premises:
    """The sandbox and its clock, which outlive the providers of one test."""

    clock: ManualClock
    sandbox: Sandbox


def premises(tickets: int = 2000, *, limits: bool = True) -> Premises:
    """`tickets` over both helpdesks. Without `limits` the vendors allow any number of calls."""
    clock = ManualClock()
    sandbox = make_sandbox(tickets, SEED, clock)
    if not limits:
        for name, buckets in BUCKETS.items():
            sandbox.controls.limits(name).figures.update(dict.fromkeys(buckets, PLENTY))
    return Premises(clock, sandbox)


@asynccontextmanager
async def open_company(where: Premises, *, in_rounds: bool = False) -> AsyncIterator[Company]:
    """`in_rounds`: calls are answered in `upstream`'s rounds. Else they go straight through, which is faster."""
    where.sandbox.controls.calls.clear()
    direct = InProcess(where.sandbox)
    upstream = Lockstep(direct)
    transport = upstream if in_rounds else direct
    providers = open_providers(sandbox_accounts(BASE), Parts(clock=where.clock, transport=transport))
    try:
        yield Company(where.clock, where.sandbox, upstream, providers)
    finally:
        await asyncio.gather(*(provider.aclose() for provider in providers.values()))
