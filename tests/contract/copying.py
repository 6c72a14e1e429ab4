"""Copies of the company's helpdesks, filled by the sync itself, and read as Sources.

A copy is filled once for each company. Each test reads a clone of it, and where the test changes the desks the clone is
brought up to date before it is read again.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, cast

from models.enums import SyncKind
from providers.base import Source
from storage.database import open_database
from sync.copy import Copy, open_copy
from sync.policy import SyncPolicy
from tests.contract.case import TENANT
from tests.support.company import Company, Premises, open_company
from tests.support.databases import cloned, database_url

POLICY = SyncPolicy(reconcile_calls=0, removed_floor=1_000)
LAG_S = 400
"""Vendors report what has just changed a little later."""


OF_TICKETS = ("tickets", "count_tickets", "tickets_by_id", "comments")


class Kept:
    """A Source of the copy. `busy`: the desks change, so it is brought up to date whenever time has passed."""

    def __init__(self, copy: Copy, helpdesk: str, company: Company, *, busy: bool) -> None:
        self._copy, self._helpdesk, self._company = copy, helpdesk, company
        self._source = copy.mirror.source(helpdesk)
        self._busy = busy
        self._at: dict[SyncKind, datetime] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._source, name)
        if not inspect.iscoroutinefunction(found):
            return found

        @wraps(found)
        async def asked(*args: Any, **more: Any) -> Any:
            if self._busy:
                await self._bring_up((SyncKind.TICKETS,) if name in OF_TICKETS else tuple(SyncKind))
            return await found(*args, **more)

        return asked

    async def _bring_up(self, kinds: Sequence[SyncKind]) -> None:
        clock = self._company.clock
        if all(self._at.get(kind) == clock.now() for kind in kinds):
            return
        clock.advance(LAG_S)
        reports = await self._copy.sync.once([self._helpdesk], kinds, confirm_deletes=True)
        assert all(report.good for report in reports), reports
        self._at.update(dict.fromkeys(kinds, clock.now()))


async def fill(url: str, where: Premises) -> None:
    database = await open_database(url)
    try:
        async with (
            open_company(where) as company,
            open_copy(database, TENANT, company.providers, company.clock, POLICY) as copy,
        ):
            reports = await copy.sync.once(list(company.providers))
            assert all(report.good for report in reports), reports
    finally:
        await database.aclose()


class Templates:
    """A filled database of each kind, made when it is first asked for, in a loop of its own."""

    def __init__(self, where: Premises, folder: Path) -> None:
        self._where, self._folder = where, folder
        self._pool = ThreadPoolExecutor(1)
        self._runner = self._pool.submit(asyncio.Runner).result()
        self._open = AsyncExitStack()
        self._urls: dict[str, str] = {}

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._pool.submit(self._runner.run, work).result()

    def url(self, kind: str) -> str:
        if kind not in self._urls:
            folder = self._folder / kind
            folder.mkdir()
            url = self._do(self._open.enter_async_context(database_url(kind, folder)))
            self._do(fill(url, self._where))
            self._urls[kind] = url
        return self._urls[kind]

    def close(self) -> None:
        self._do(self._open.aclose())
        self._pool.submit(self._runner.close).result()
        self._pool.shutdown()


@asynccontextmanager
async def copied(company: Company, helpdesk: str, template: str, folder: Path, *, busy: bool) -> AsyncIterator[Source]:
    async with cloned(template, folder) as url:
        database = await open_database(url, readers=2)
        try:
            async with open_copy(database, TENANT, company.providers, company.clock, POLICY) as copy:
                yield cast(Source, Kept(copy, helpdesk, company, busy=busy))
        finally:
            await database.aclose()
