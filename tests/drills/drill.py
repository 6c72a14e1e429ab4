"""Syncs that are killed, one after the other, each in the middle of the work the one before has left."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, literal_column, select, update

from models.changes import Hint
from models.enums import Kind, Lifecycle, SyncKind, Vendor
from models.records import HelpdeskInfo
from providers.pretend import sandbox_accounts
from runtime.clock import SystemClock
from storage import absences, hints
from storage.checkpoints import ask_now
from storage.database import Database, open_database
from storage.ranks import LIFECYCLE
from storage.statements import Statement, among
from storage.tables.syncing import checkpoints
from storage.tables.tickets import tickets
from storage.tenants import Tenancy, enter
from sync.steps import COMMENTS, HINTS, RECONCILE
from tests.drills.checking import Copied, compared, copied, verdict
from tests.drills.deaths import MOMENT, Death, Drilled
from tests.drills.paging import Page, pages_of, repeated
from tests.drills.worker import TENANT, Account, Orders
from tests.support.company import BUCKETS, PLENTY
from tests.support.crash import Nursery, Worker
from tests.support.databases import database_url
from tests.support.processes import SandboxProcess

DEAR = ("incremental",)
"""Limits of single lists."""
AHEAD_S, MOMENT_S = 70, 2
"""What an export withholds for its last minute is to be had behind it. Clocks may not differ by more than minutes."""
EXPORTED = 25
"""Rows of a page of an export, so that there are many pages."""
_LEASES = Statement(
    update(checkpoints).where(checkpoints.c.tenant == bindparam("of")).values(lease_until=bindparam("at"))
)
_READ_LONG_AGO = Statement(
    update(tickets)
    .where(
        tickets.c.tenant == bindparam("of"),
        tickets.c.helpdesk == bindparam("of_helpdesk"),
        among(tickets.c.num, "nums"),
    )
    .values(as_of=bindparam("at"))
)
_LIVE = Statement(
    select(tickets.c.num)
    .where(
        tickets.c.tenant == bindparam("tenant"),
        tickets.c.helpdesk == bindparam("helpdesk"),
        tickets.c.lifecycle == literal_column(str(LIFECYCLE.number(Lifecycle.ACTIVE))),
    )
    .order_by(tickets.c.num.desc())
    .limit(bindparam("most"))
)
OF_TICKETS = (SyncKind.TICKETS, SyncKind.COMMENTS)


class Live(NamedTuple):
    helpdesk: str
    numbers: list[int]


class Drill:
    """A sandbox, and databases that are filled from it."""

    def __init__(self, nursery: Nursery, sandbox: SandboxProcess) -> None:
        self.nursery = nursery
        self.sandbox = sandbox
        self.accounts = accounts_of(sandbox)
        self.infos = [
            HelpdeskInfo(key=one.key, vendor=Vendor(one.vendor), name=one.key, url=one.address) for one in self.accounts
        ]
        self._undisturbed: Copied | None = None

    @asynccontextmanager
    async def life(self, url: str, *, whole: bool = False, counted: bool = True) -> AsyncIterator[Life]:
        """On a database that nobody has used yet."""
        began = time.monotonic()
        db = await open_database(url, readers=1)
        try:
            tenancy = await enter(db, TENANT, self.infos, SystemClock())
            self.sandbox.calm()
            life = Life(self, db, tenancy, Orders(url=url, accounts=self.accounts, whole=whole))
            life.drilled.counted = counted
            yield life
            life.drilled.wall_s = time.monotonic() - began
        finally:
            await db.aclose()

    async def undisturbed(self) -> Copied:
        """What a sync makes of the sandbox as it is now that nobody disturbs."""
        if self._undisturbed is None:
            with TemporaryDirectory() as folder:
                async with database_url("sqlite", Path(folder)) as url, self.life(url) as life:
                    self._undisturbed = await life.told()
            assert not life.drilled.again, life.drilled.again
        return self._undisturbed

    def calls(self) -> list[str]:
        """Since they were asked for last. What a worker has sent before it died may arrive behind its death."""
        known, fresh = None, self.sandbox.calls()
        while fresh != known:
            known, fresh = fresh, self.sandbox.calls()
        self.sandbox.calm()
        return fresh

    def change(self, count: int) -> None:
        """So many tickets at the helpdesks, a moment later."""
        self._undisturbed = None
        self.sandbox.clock(advance=MOMENT_S)
        self.sandbox.busy(count)

    def purge(self, some: Sequence[Live]) -> None:
        """These go without a trace."""
        self._undisturbed = None
        for helpdesk, numbers in some:
            self.sandbox.tickets(helpdesk, numbers, "purge")

    def later(self) -> None:
        self.sandbox.clock(advance=AHEAD_S)


class Life:
    """One database and those who die over it."""

    def __init__(self, drill: Drill, db: Database, tenancy: Tenancy, orders: Orders) -> None:
        self.drill, self.db, self.tenancy, self.orders = drill, db, tenancy, orders
        self.drilled = Drilled()
        self._pages: list[Page] = []
        self._purged: set[tuple[str, int]] = set()

    def begin(self, **orders: object) -> Worker:
        return self.drill.nursery.begin(msgspec.structs.replace(self.orders, **orders))

    async def die(self, death: Death) -> None:
        """A worker that has come to its end before is followed by another, which is given everything to read again."""
        for _ in range(2):
            await self.lay_out(death)
            worker = self._dying(death)
            self._noted(worker)
            await self.forget_leases()
            if worker.killed:
                self.drilled.kills += 1
                self.drilled.at_steps[death.step or MOMENT] += 1
                return
            assert worker.code == 0, f"a worker ended with {worker.code}, and not by {death}"
            await self.ask()
        raise AssertionError(f"no worker came to {death}; the last one met {worker.met}")

    def _dying(self, death: Death) -> Worker:
        if death.step:
            return self.begin(die_at=(death.step, death.at)).to_end()
        worker = self.begin(tell_at=death.after)
        worker.until_reached()
        worker.ends_within(death.then_s)
        worker.kill()
        return worker

    async def asleep(self, step: str, *, lease_s: float | None = None) -> Worker:
        """The first of all, who reads one list and is stopped at its first page: nothing else goes on in it then.
        Without `lease_s` its lease ends at once."""
        one = next(one for one in self.drill.accounts if one.vendor == Vendor.ZENDESK)
        worker = self.begin(sleep_at=(step, 1), only="tickets", accounts=(one,), lease_s=lease_s or 60.0)
        worker.until_asleep()
        assert worker.asleep, f"a worker ended with {worker.code} before it fell asleep"
        self._noted(worker)
        if lease_s is None:
            await self.forget_leases()
        return worker

    async def woken(self, sleeper: Worker, step: str) -> bool:
        """Whether it stored the page that it fell asleep over at this step, the first it read."""
        sleeper.signal(signal.SIGCONT)
        sleeper.to_end()
        assert sleeper.code == 0, f"a worker that was woken ended with {sleeper.code}"
        behind = sleeper.met[sleeper.met.index(step) + 1 :]
        return next(name for name in behind if name in ("committed", "asking", "released")) == "committed"

    async def to_end(self) -> Worker:
        worker = self.begin().to_end()
        assert worker.code == 0, f"a worker that nobody disturbed ended with {worker.code}"
        self._noted(worker)
        return worker

    async def told(self) -> Copied:
        await self.to_end()
        self.drilled.verdict = await verdict(self.db, self.tenancy, self.drill.accounts, whole=self.orders.whole)
        return await copied(self.db, self.tenancy)

    async def settled(self) -> Drilled:
        """Behind changes at the helpdesks: once they can be seen all, each list is read twice, since what changed
        while a pass ran is brought by the next."""
        self.drill.later()
        for _ in range(2):
            await self.ask()
            await self.to_end()
        return await self.end()

    async def end(self, *, static: bool = False) -> Drilled:
        """`static`: nothing has changed at the helpdesks, so the copy is as if nobody had died."""
        found = await self.told()
        if static:
            compared(found, await self.drill.undisturbed(), self.drilled.verdict)
        return self.drilled

    def _noted(self, worker: Worker) -> None:
        fresh = pages_of(self.drill.calls())
        again = repeated(self._pages, fresh) if self.drilled.counted else Counter[str]()
        self.drilled.again += again
        self.drilled.worst = max(self.drilled.worst, *again.values(), 0)
        self.drilled.pages += len(fresh)
        self.drilled.cpu_s += worker.cpu_s
        self._pages += fresh

    async def ask(self, *kinds: SyncKind) -> None:
        """These, or everything, are to be read again."""
        self._pages.clear()
        for one in self.drill.accounts:
            for kind in kinds or (None,):
                await ask_now(self.db, self.tenancy, one.key, kind)

    async def lay_out(self, death: Death) -> None:
        """Work for those who are to die at it."""
        if death.step in COMMENTS:
            self.drill.change(20)
            await self.ask(*OF_TICKETS)
        elif death.step in HINTS:
            await self.hint(await self.live())
        elif death.step in RECONCILE:
            await self.doubt(await self.live())
            await self.ask(SyncKind.TICKETS)

    async def purge(self, most: int) -> None:
        """Some tickets of each helpdesk go without a trace; they count as not read for long."""
        some = await self.live(most)
        self._purged |= {(helpdesk, number) for helpdesk, numbers in some for number in numbers}
        self.drill.purge(some)
        await self.doubt(some)

    async def live(self, most: int = 12) -> list[Live]:
        """The newest tickets of the copy that are in use, of each helpdesk; none that were purged."""
        keys = {"tenant": self.tenancy.number, "most": most + len(self._purged)}
        found: list[Live] = []
        for key, number in self.tenancy.helpdesks.items():
            rows = await self.db.fetch(self.tenancy.number, _LIVE, {**keys, "helpdesk": number})
            found.append(Live(key, [int(num) for (num,) in rows if (key, num) not in self._purged][:most]))
        return found

    async def hint(self, some: Sequence[Live]) -> None:
        async with self.db.write(self.tenancy.number) as session:
            for helpdesk, numbers in some:
                told = [Hint(kind=Kind.TICKET, remote_id=str(number)) for number in numbers]
                await hints.take_in(session, self.tenancy, helpdesk, told, None)
            await session.announce()

    async def doubt(self, some: Sequence[Live]) -> None:
        """As if these had not been read for long, and some of them had been missing a while ago."""
        now = SystemClock().now()
        async with self.db.write(self.tenancy.number) as session:
            for helpdesk, numbers in some:
                keys = {"of": self.tenancy.number, "of_helpdesk": self.tenancy.helpdesks[helpdesk], "at": 1}
                await session.run(_READ_LONG_AGO, {**keys, "nums": numbers})
                await absences.note(session, self.tenancy, helpdesk, numbers[::2], now)

    async def forget_leases(self) -> None:
        """They run out by themselves, a while after their worker has died; here at once."""
        async with self.db.write(self.tenancy.number) as session:
            await session.run(_LEASES, {"of": self.tenancy.number, "at": 0})


def accounts_of(sandbox: SandboxProcess) -> tuple[Account, ...]:
    """Its helpdesks, whose limits are lifted and whose clock stands still: some of what a record says depends on it."""
    sandbox.clock(freeze=True)
    for face, names in BUCKETS.items():
        sandbox.limits(face=face, figures=dict.fromkeys([*names, *DEAR], PLENTY))
    sandbox.switch(**{"zendesk.export_page_most": EXPORTED})
    return tuple(
        Account(one.key, one.vendor.upper(), one.base_url or "", dict(one.secrets))
        for one in sandbox_accounts(sandbox.base)
    )
