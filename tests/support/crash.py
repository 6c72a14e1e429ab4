"""Sync processes that are killed: real ones, with real sockets to a sandbox and a real database.

A `Nursery` is a process that has imported everything and gives birth to workers (tests/drills/worker.py), so that one
more of them costs no start-up. A worker is a process of its own; `kill -9` is what it says.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import msgspec
from sqlalchemy import bindparam, update

from models.enums import Vendor
from models.records import HelpdeskInfo
from runtime.clock import SystemClock
from server import sandbox_accounts
from storage.database import open_database
from storage.statements import Statement
from storage.tables.syncing import checkpoints
from storage.tenants import enter
from tests.drills.checking import Verdict, checked, pages_of
from tests.drills.worker import TENANT, Account, Orders
from tests.support.company import BUCKETS, PLENTY
from tests.support.databases import database_url
from tests.support.processes import ROOT, SandboxProcess, environment

LONGEST_S = 240.0
"""A worker that takes longer has hung."""
_LEASES = Statement(
    update(checkpoints).where(checkpoints.c.tenant == bindparam("of")).values(lease_until=bindparam("at"))
)


@dataclass(frozen=True)
class Ended:
    """`killed`: by signal 9."""

    killed: bool
    code: int
    seconds: float


class Nursery:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        assert process.stdin is not None and process.stdout is not None
        self._orders: IO[bytes] = process.stdin
        self._said: IO[bytes] = process.stdout
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._said, selectors.EVENT_READ)

    def begin(self, orders: Orders) -> Worker:
        self._orders.write(msgspec.json.encode(orders) + b"\n")
        self._orders.flush()
        word, pid = self._line(LONGEST_S).split()
        assert word == "born"
        return Worker(self, int(pid))

    def _line(self, seconds: float) -> str:
        """The next line it says, or the empty text when the time is over."""
        if not self._ready.select(seconds):
            return ""
        line = self._said.readline().decode().strip()
        assert line, f"the nursery ended with {self._process.poll()}"
        return line


class Worker:
    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self._began = time.monotonic()
        self.pid = pid

    def wait(self, seconds: float) -> Ended | None:
        """None while it still runs."""
        line = self._nursery._line(seconds)
        if not line:
            return None
        word, status = line.split()
        assert word == "ended"
        code = os.waitstatus_to_exitcode(int(status))
        return Ended(code == -signal.SIGKILL, code, time.monotonic() - self._began)

    def kill(self) -> Ended:
        self.signal(signal.SIGKILL)
        return self.to_end()

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def to_end(self) -> Ended:
        ended = self.wait(LONGEST_S)
        assert ended is not None, "a worker did not end in time"
        return ended


@contextlib.contextmanager
def nursery() -> Iterator[Nursery]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.drills.nursery"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        env=environment(),
        cwd=ROOT,
    )
    try:
        yield Nursery(process)
    finally:
        process.kill()
        process.communicate()


@dataclass(frozen=True)
class Death:
    """At a named step, the `at`th time it is met; or, without one, after so many seconds."""

    step: str | None = None
    at: int = 1
    after_s: float = 0.0

    def __str__(self) -> str:
        return f"{self.step} {self.at}" if self.step else f"after {self.after_s:.2f} s"


@dataclass
class Drilled:
    """`again`: pages that were fetched more often than by an undisturbed sync, of each list."""

    kills: int
    verdict: Verdict
    again: Counter[str] = field(default_factory=Counter)
    deaths: list[str] = field(default_factory=list)


class Drill:
    """A sandbox that stands still, and syncs of it that are killed."""

    def __init__(self, nursery: Nursery, sandbox: SandboxProcess) -> None:
        self._nursery = nursery
        self._sandbox = sandbox
        self._pages: Counter[str] | None = None
        self.accounts = accounts_of(sandbox)
        self._infos = [
            HelpdeskInfo(key=one.key, vendor=Vendor(one.vendor), name=one.key, url=one.address) for one in self.accounts
        ]

    async def pages(self) -> Counter[str]:
        """How many pages of each list a sync fetches that nobody disturbs."""
        if self._pages is None:
            with TemporaryDirectory() as folder:
                async with database_url("sqlite", Path(folder)) as url:
                    verdict, self._pages = await self.undisturbed(url)
            assert verdict.compared and not verdict.lost and not verdict.duplicate, verdict
        return self._pages

    async def undisturbed(self, url: str, *, whole: bool = False) -> tuple[Verdict, Counter[str]]:
        self._sandbox.calm()
        ended = self._nursery.begin(self._orders(url, None, whole)).to_end()
        assert ended.code == 0, f"a worker that nobody disturbed ended with {ended.code}"
        pages = pages_of(self._sandbox.calls())
        return await self._checked(url), pages

    async def disturbed(self, url: str, deaths: Sequence[Death], *, whole: bool = False) -> Drilled:
        """One death after the other, each in the middle of the work the one before has left; then to its end."""
        undisturbed = await self.pages()
        self._sandbox.calm()
        drilled = Drilled(0, Verdict())
        for death in deaths:
            worker = self._nursery.begin(self._orders(url, death, whole))
            ended = None if death.step else worker.wait(death.after_s)
            if ended is None:
                ended = worker.to_end() if death.step else worker.kill()
            if ended.killed:
                drilled.kills += 1
                drilled.deaths.append(str(death))
            else:
                assert ended.code == 0, f"a worker ended with {ended.code}, and not by {death}"
            await self._leases_run_out(url)
        ended = self._nursery.begin(self._orders(url, None, whole)).to_end()
        assert ended.code == 0, f"the last worker ended with {ended.code}"
        pages = pages_of(self._sandbox.calls())
        drilled.again = Counter({key: n - undisturbed[key] for key, n in pages.items() if n > undisturbed[key]})
        drilled.verdict = await self._checked(url)
        return drilled

    def _orders(self, url: str, death: Death | None, whole: bool) -> Orders:
        at = (death.step, death.at) if death is not None and death.step else None
        return Orders(url=url, accounts=self.accounts, die_at=at, whole=whole)

    async def _checked(self, url: str) -> Verdict:
        return await checked(url, self.accounts, self._infos)

    async def _leases_run_out(self, url: str) -> None:
        """As they do by themselves, a while after their worker has died."""
        db = await open_database(url, readers=1)
        try:
            tenancy = await enter(db, TENANT, self._infos, SystemClock())
            async with db.write(tenancy.number) as session:
                await session.run(_LEASES, {"of": tenancy.number, "at": 0})
        finally:
            await db.aclose()


def accounts_of(sandbox: SandboxProcess) -> tuple[Account, ...]:
    """Its helpdesks, whose limits are lifted and whose clock stands still."""
    for face, names in BUCKETS.items():
        sandbox.limits(face=face, figures=dict.fromkeys(names, PLENTY))
    sandbox.clock(freeze=True)
    return tuple(
        Account(one.key, one.vendor.upper(), one.base_url or "", dict(one.secrets))
        for one in sandbox_accounts(sandbox.base)
    )
