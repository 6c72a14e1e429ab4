"""A sync process to be killed: reads the sandbox's helpdesks into a database until everything that is due is through.

Born of tests/drills/nursery.py, which has imported everything already.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import Callable

import msgspec

from models.enums import SyncStatus, Vendor
from models.errors import StorageUnavailable
from models.queries import Scope
from providers import Link, Parts, build
from providers.base import Provider
from runtime.clock import SystemClock
from storage import absences, hints
from storage.checkpoints import ASKED, TAKEN_UP, Checkpoint, read_checkpoints
from storage.database import Database, open_database
from storage.due_comments import due_comments
from storage.postgresql import PostgresqlDatabase
from storage.sqlite import SqliteDatabase
from storage.states import COMMENTS, RECONCILE
from storage.tenants import Tenancy, enter
from sync.parts import SyncParts
from sync.policy import SyncPolicy
from sync.service import SyncService

TENANT = "drill"
NEVER_AGAIN_S = 1_000_000.0
MOST_TOLD = 100
"""Steps."""
NO_SECRETS = {"api_key": "none", "oauth_token": "none"}
DATABASES = (PostgresqlDatabase, SqliteDatabase)
"""Imported here already."""


class Account(msgspec.Struct, frozen=True):
    key: str
    vendor: str
    address: str
    secrets: dict[str, str]


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """`die_at`: the step, and which time it is met; `sleep_at`: there it is stopped, until somebody wakes it.
    `tell_at`: how many steps of whatever name it meets before it says so. `only`: this stream and no other. `whole`:
    comments, hints, missing and old numbers are waited for too."""

    url: str
    accounts: tuple[Account, ...]
    die_at: tuple[str, int] | None = None
    sleep_at: tuple[str, int] | None = None
    tell_at: int | None = None
    only: str | None = None
    lease_s: float = 60.0
    whole: bool = False


def provider_of(account: Account, orders: Orders) -> Provider:
    """No list is read a second time unless it is asked for: a page that is asked for twice was fetched again."""
    link = Link(
        key=account.key,
        vendor=Vendor(account.vendor),
        name=account.key,
        domain="sandbox",
        base_url=account.address,
        secrets=account.secrets,
    )
    provider = build(link, Parts())
    chosen = [spec for spec in provider.streams if orders.only in (None, spec.name)]
    provider.streams = tuple(msgspec.structs.replace(spec, every_s=NEVER_AGAIN_S) for spec in chosen)
    return provider


def prepared() -> None:
    """Done before workers are born, so that none of them has to: the vendors' code and certificates."""
    for vendor in Vendor:
        provider_of(Account(vendor, vendor, "http://127.0.0.1:9", NO_SECRETS), Orders(url="", accounts=()))


class Watch:
    """What happens at the steps of a sync."""

    def __init__(self, orders: Orders, reached: Callable[[], None]) -> None:
        self._orders, self._reached = orders, reached
        self.met: list[str] = []
        self._times: Counter[str] = Counter()
        self._tell()

    def __call__(self, name: str) -> None:
        self.met.append(name)
        self._times[name] += 1
        self._tell()
        if (name, self._times[name]) == self._orders.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if (name, self._times[name]) == self._orders.sleep_at:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _tell(self) -> None:
        if len(self.met) == self._orders.tell_at:
            self._reached()


async def work(orders: Orders, watch: Watch) -> None:
    clock = SystemClock()
    providers = {one.key: provider_of(one, orders) for one in orders.accounts}
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
            look_s=0.2,
            backoff_first_s=1.0,
            backoff_cap_s=2.0,
            comments_every_s=1.0,
            comments_at_once=10 if orders.whole else 1,
            hints_backoff_s=1.0,
            reconcile_every_s=1.0,
            reconcile_calls=200,
        ),
        steps=watch,
    )
    stop = asyncio.Event()
    service = SyncService(parts, providers)
    running = asyncio.create_task(service.run(stop))
    while not running.done():
        with contextlib.suppress(StorageUnavailable):  # somebody else holds it up
            if await through(db, tenancy, providers, whole=orders.whole):
                break
        await db.changed(tenancy.number, 0.2)
    stop.set()
    await running
    await service.aclose()
    await asyncio.gather(*(one.aclose() for one in providers.values()))
    await db.aclose()


async def through(db: Database, tenancy: Tenancy, providers: dict[str, Provider], *, whole: bool) -> bool:
    rows = {(one.helpdesk, one.stream): one for one in await read_checkpoints(db, tenancy)}
    for key, provider in providers.items():
        if not all(ended(rows.get((key, spec.name))) for spec in provider.streams):
            return False
        if whole and not (
            ended(rows.get((key, COMMENTS.name)))
            and ended(rows.get((key, RECONCILE.name)))
            and await idle(db, tenancy, key)
        ):
            return False
    return True


def ended(row: Checkpoint | None) -> bool:
    """Read to its end since it was last asked for."""
    if row is None:
        return False
    assert row.status not in (SyncStatus.FAILED, SyncStatus.PAUSED), row
    asked = row.due_at is None or row.due_at.timestamp() in (ASKED, TAKEN_UP)
    return row.finished_at is not None and row.pass_started_at is None and row.error is None and not asked


async def idle(db: Database, tenancy: Tenancy, helpdesk: str) -> bool:
    return not (
        await due_comments(db, tenancy, helpdesk, 1)
        or await absences.sought(db, tenancy, helpdesk, 1)
        or await hints.waiting(db, tenancy, helpdesk)
    )


def main(orders: bytes, reached: Callable[[], None], met: Callable[[str], None]) -> None:
    told = msgspec.json.decode(orders, type=Orders)
    watch = Watch(told, reached)
    asyncio.run(work(told, watch))
    met(msgspec.json.encode(watch.met[:MOST_TOLD]).decode())
