"""Our copy of some helpdesks, opened: the database behind it, what reads it, and what keeps it up to date."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from models.queries import Scope
from providers.base import Provider
from providers.upstream.budget import SharedBudget
from runtime.clock import Clock
from storage.budgets import SqlBudget
from storage.database import Database, open_database
from storage.migrate import grant, role_of, upgrade
from storage.mirror.mirror import Mirror
from storage.tenants import Tenancy, enter
from sync.parts import SyncParts
from sync.policy import SyncPolicy
from sync.service import SyncService

log = logging.getLogger("deskgraph.sync")


@dataclass(frozen=True)
class Copy:
    """`providers`: the helpdesks that are copied, live."""

    database: Database
    tenancy: Tenancy
    mirror: Mirror
    sync: SyncService
    providers: Mapping[str, Provider]


@asynccontextmanager
async def open_database_for(url: str, *, owner_url: str = "") -> AsyncIterator[Database]:
    """Brings the tables up to date first, and lets the role of `url` use them where they are `owner_url`'s. Raises
    StorageUnavailable where there is no database to be had."""
    await upgrade(owner_url or url)
    if owner_url and (role := role_of(url)):
        await grant(owner_url, role)
    database = await open_database(url)
    try:
        yield database
    finally:
        await database.aclose()


async def shared_budget(database: Database, tenant: str, clock: Clock) -> SharedBudget:
    """What the processes that share the database may call, together."""
    return SqlBudget(database, await enter(database, tenant, (), clock), clock)


@asynccontextmanager
async def open_copy(
    database: Database,
    tenant: str,
    providers: Mapping[str, Provider],
    clock: Clock,
    policy: SyncPolicy | None = None,
) -> AsyncIterator[Copy]:
    infos = {key: provider.info for key, provider in providers.items()}
    tenancy = await enter(database, tenant, list(infos.values()), clock)
    parts = SyncParts(db=database, tenancy=tenancy, clock=clock, owner=owner(), scope=Scope(tenant=tenant))
    sync = SyncService(parts if policy is None else replace(parts, policy=policy), providers)
    mirror = Mirror(
        database,
        tenancy,
        infos,
        clock,
        locate={key: provider.locate for key, provider in providers.items()},
        fetch_comments={key: partial(sync.comments, key) for key in providers},
    )
    try:
        yield Copy(database, tenancy, mirror, sync, providers)
    finally:
        await sync.aclose()


def owner() -> str:
    """This process, among all that share the database."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


@asynccontextmanager
async def kept_up_to_date(copy: Copy) -> AsyncIterator[None]:
    """The sync runs beside what is inside, and ends with it."""
    stop = asyncio.Event()
    running = asyncio.ensure_future(copy.sync.run(stop))
    running.add_done_callback(_ended)
    try:
        yield
    finally:
        stop.set()
        with contextlib.suppress(Exception):
            await running


def _ended(running: asyncio.Future[None]) -> None:
    if not running.cancelled() and running.exception() is not None:
        log.error("the sync of this process has ended", exc_info=running.exception())
