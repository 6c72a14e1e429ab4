"""Copies of the company's helpdesks, filled by the sync itself, and read as Sources.

A copy is filled once, from a company of its own that is like the others at their beginning. Each test reads a database
of its own, and where it changes the desks the copy is brought up to date before it is read again.
"""

from __future__ import annotations

import asyncio
import inspect
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache, wraps
from pathlib import Path
from typing import Any, cast

from models.enums import SyncKind
from providers.base import Source
from storage.database import open_database
from storage.migrate import upgrade
from sync.copy import Copy, open_copy
from sync.policy import SyncPolicy
from tests.contract.case import TENANT
from tests.support.company import Company, open_company, premises

KINDS = tuple(SyncKind)
POLICY = SyncPolicy(reconcile_calls=0, removed_floor=1_000)
LAG_S = 400
"""Vendors report what has just changed a little later."""


class Kept:
    """A Source of the copy. `busy`: the desks change, so it is brought up to date whenever time has passed."""

    def __init__(self, copy: Copy, helpdesk: str, company: Company, *, busy: bool) -> None:
        self._copy, self._helpdesk, self._company = copy, helpdesk, company
        self._source = copy.mirror.source(helpdesk)
        self._busy = busy
        self._at: datetime | None = None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._source, name)
        if not inspect.iscoroutinefunction(found):
            return found

        @wraps(found)
        async def asked(*args: Any, **more: Any) -> Any:
            if self._busy and self._at != self._company.clock.now():
                await self._bring_up()
            return await found(*args, **more)

        return asked

    async def _bring_up(self) -> None:
        self._company.clock.advance(LAG_S)
        reports = await self._copy.sync.once([self._helpdesk], KINDS, confirm_deletes=True)
        assert all(report.good for report in reports), reports
        self._at = self._company.clock.now()


@asynccontextmanager
async def copied(company: Company, helpdesk: str, folder: Path, template: Path, *, busy: bool) -> AsyncIterator[Source]:
    file = folder / "copy.db"
    shutil.copy(template, file)
    database = await open_database(f"sqlite+aiosqlite:///{file}", readers=2)
    try:
        async with open_copy(database, TENANT, company.providers, company.clock, POLICY) as copy:
            yield cast(Source, Kept(copy, helpdesk, company, busy=busy))
    finally:
        await database.aclose()


async def fill(file: Path, tickets: int) -> None:
    url = f"sqlite+aiosqlite:///{file}"
    await upgrade(url)
    database = await open_database(url)
    try:
        async with (
            open_company(premises(tickets, limits=False), in_rounds=False) as company,
            open_copy(database, TENANT, company.providers, company.clock, POLICY) as copy,
        ):
            reports = await copy.sync.once(kinds=KINDS)
            assert all(report.good for report in reports), reports
    finally:
        await database.aclose()


@cache
def filled(folder: Path, tickets: int) -> Path:
    file = folder / "filled.db"
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, fill(file, tickets)).result()
    return file
