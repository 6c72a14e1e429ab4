"""A sync process to be killed: reads the sandbox's helpdesks into a database until their first load is through.

Started by tests/support/crash.py, as a child of a process that has imported everything already.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable

import msgspec

from models.enums import Vendor
from models.queries import Scope
from providers import Link, Parts, build
from providers.base import Provider
from providers.freshdesk import provider as freshdesk
from providers.zendesk import provider as zendesk
from runtime.clock import SystemClock
from storage import absences, hints
from storage.checkpoints import read_checkpoints
from storage.database import Database, open_database
from storage.due_comments import due_comments
from storage.postgresql import PostgresqlDatabase
from storage.sqlite import SqliteDatabase
from storage.tenants import Tenancy, enter
from sync.parts import SyncParts
from sync.policy import SyncPolicy
from sync.service import SyncService

TENANT = "drill"
NEVER_AGAIN_S = 1_000_000.0
IMPORTED = (freshdesk, zendesk, PostgresqlDatabase, SqliteDatabase)
"""Here already, so that no worker has to."""


class Account(msgspec.Struct, frozen=True):
    key: str
    vendor: str
    address: str
    secrets: dict[str, str]


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """`die_at`: the step, and which time it is met. `whole`: the process ends when there are no comments, hints and
    missing numbers to be read either; else when all streams have come to their end once."""

    url: str
    accounts: tuple[Account, ...]
    die_at: tuple[str, int] | None = None
    lease_s: float = 60.0
    whole: bool = False


def provider_of(account: Account) -> Provider:
    """No list is read a second time once it has come to its end: a page that is asked for twice was fetched again."""
    link = Link(
        key=account.key,
        vendor=Vendor(account.vendor),
        name=account.key,
        domain="sandbox",
        base_url=account.address,
        secrets=account.secrets,
    )
    provider = build(link, Parts())
    provider.streams = tuple(msgspec.structs.replace(spec, every_s=NEVER_AGAIN_S) for spec in provider.streams)
    return provider


def deadly(die_at: tuple[str, int] | None) -> Callable[[str], None]:
    met: Counter[str] = Counter()

    def step(name: str) -> None:
        met[name] += 1
        if die_at is not None and (name, met[name]) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


async def work(orders: Orders) -> None:
    clock = SystemClock()
    providers = {one.key: provider_of(one) for one in orders.accounts}
    db = await open_database(orders.url, readers=2)
    tenancy = await enter(db, TENANT, [one.info for one in providers.values()], clock)
    parts = SyncParts(
        db=db,
        tenancy=tenancy,
        clock=clock,
        owner=f"drill-{os.getpid()}",
        scope=Scope(tenant=TENANT),
        policy=SyncPolicy(
            lease_s=orders.lease_s,
            look_s=0.1,
            backoff_first_s=0.2,
            backoff_cap_s=1.0,
            comments_every_s=0.5,
            reconcile_every_s=0.5,
            reconcile_calls=200,
        ),
        steps=deadly(orders.die_at),
    )
    stop = asyncio.Event()
    service = SyncService(parts, providers)
    running = asyncio.create_task(service.run(stop))
    while not running.done() and not await through(db, tenancy, providers, whole=orders.whole):
        await db.changed(tenancy.number, 0.2)
    stop.set()
    await running
    await service.aclose()
    await asyncio.gather(*(one.aclose() for one in providers.values()))
    await db.aclose()


async def through(db: Database, tenancy: Tenancy, providers: dict[str, Provider], *, whole: bool) -> bool:
    rows = {(one.helpdesk, one.stream): one for one in await read_checkpoints(db, tenancy)}
    for key, provider in providers.items():
        names = [spec.name for spec in provider.streams] + (["comments", "~reconcile"] if whole else [])
        if any((row := rows.get((key, name))) is None or row.first_finished_at is None for name in names):
            return False
        if whole and not await idle(db, tenancy, key):
            return False
    return True


async def idle(db: Database, tenancy: Tenancy, helpdesk: str) -> bool:
    return not (
        await due_comments(db, tenancy, helpdesk, 1)
        or await absences.sought(db, tenancy, helpdesk, 1)
        or await hints.waiting(db, tenancy, helpdesk)
    )


def main(orders: bytes) -> None:
    asyncio.run(work(msgspec.json.decode(orders, type=Orders)))
