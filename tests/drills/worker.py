"""A sync process to be killed: reads the sandbox's helpdesks into a database until their first load is through.

Started by tests/support/crash.py, as a child of a process that has imported everything already.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter

import msgspec

from models.enums import Vendor
from models.queries import Scope
from providers import Link, Parts, build
from providers.base import Provider
from runtime.clock import SystemClock
from storage.database import open_database
from storage.states import sync_states
from storage.tenants import enter
from sync.parts import SyncParts
from sync.policy import SyncPolicy
from sync.service import SyncService

TENANT = "drill"


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """`accounts`: (key, vendor, address, secrets) of each helpdesk. `die_at`: the step, and which time it is met.
    `passes`: how often each main stream has to have come to its end before the process ends by itself."""

    url: str
    accounts: tuple[tuple[str, str, str, dict[str, str]], ...]
    die_at: tuple[str, int] | None = None
    lease_s: float = 1.0
    comments: int = 0
    passes: int = 1


def providers_of(orders: Orders) -> dict[str, Provider]:
    return {
        key: build(
            Link(key=key, vendor=Vendor(vendor), name=key, domain="sandbox", base_url=address, secrets=secrets), Parts()
        )
        for key, vendor, address, secrets in orders.accounts
    }


def deadly(die_at: tuple[str, int] | None) -> tuple[Counter[str], object]:
    met: Counter[str] = Counter()

    def step(name: str) -> None:
        met[name] += 1
        if die_at is not None and (name, met[name]) == (die_at[0], die_at[1]):
            os.kill(os.getpid(), signal.SIGKILL)

    return met, step


async def work(orders: Orders) -> None:
    clock = SystemClock()
    providers = providers_of(orders)
    db = await open_database(orders.url, readers=2)
    tenancy = await enter(db, TENANT, [one.info for one in providers.values()], clock)
    _, step = deadly(orders.die_at)
    policy = SyncPolicy(lease_s=orders.lease_s, look_s=0.1, backoff_first_s=0.2, backoff_cap_s=1.0)
    parts = SyncParts(
        db=db,
        tenancy=tenancy,
        clock=clock,
        owner=f"drill-{os.getpid()}",
        scope=Scope(tenant=TENANT),
        policy=policy,
        steps=step,  # type: ignore[arg-type]
    )
    stop = asyncio.Event()
    running = asyncio.create_task(SyncService(parts, providers).run(stop))
    specs = {key: one.streams for key, one in providers.items()}
    while not running.done():
        states = await sync_states(db, tenancy, specs, clock.now())
        if all(_through(state, orders) for state in states):
            break
        await db.changed(tenancy.number, 0.3)
    stop.set()
    await running
    await asyncio.gather(*(one.aclose() for one in providers.values()))
    await db.aclose()


def _through(state: object, orders: Orders) -> bool: ...


def main(orders: bytes) -> None:
    asyncio.run(work(msgspec.json.decode(orders, type=Orders)))
