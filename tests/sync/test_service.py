"""The sync as it runs inside a server: what is due is done, by one process at a time, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from models.changes import Hint
from models.enums import Kind, SyncKind, SyncStatus
from models.errors import BadInput, CredentialsRejected
from models.queries import Scope
from runtime.clock import ManualClock
from storage import bulk, hints
from storage.checkpoints import ask_now
from storage.database import Database, open_database
from sync.parts import SyncParts
from sync.service import SyncService
from tests.support.databases import KINDS, database_url, postgresql_url, why_no_postgresql
from tests.sync.bench import Bench, bench
from tests.sync.desk import ScriptedDesk


@pytest.fixture
async def still(db: Database) -> AsyncIterator[Bench]:
    """Under a clock that only we move."""
    clock = ManualClock(auto=False)
    async with bench(db, clock, {"desk": ScriptedDesk(clock)}) as made:
        yield made


@asynccontextmanager
async def running(*services: SyncService) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(one.run(stop)) for one in services]
    try:
        yield
    finally:
        stop.set()
        for service, task in zip(services, tasks, strict=True):
            await task
            await service.aclose()


async def until(condition: Callable[[], Awaitable[bool]], *, meanwhile: Callable[[], None] = lambda: None) -> None:
    async with asyncio.timeout(60):
        while not await condition():
            meanwhile()
            await asyncio.sleep(0)


def live(sync: Bench, kind: SyncKind = SyncKind.TICKETS) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await sync.state(kind)).status is SyncStatus.LIVE

    return look


def have(sync: Bench, many: int) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return len(await sync.tickets()) == many

    return look


async def test_it_loads_everything_and_then_follows(sync: Bench) -> None:
    sync.desk.add(range(1, 36))
    sync.desk.person("1", "Ada")
    sync.desk.group("7", "Support")
    async with running(sync.service()):
        for kind in (SyncKind.TICKETS, SyncKind.CONTACTS, SyncKind.GROUPS, SyncKind.COMMENTS):
            await until(live(sync, kind))
        assert not await bulk.loading(sync.db)
        sync.desk.add([36])
        await until(have(sync, 36))
        progress = await sync.service().progress()
    assert {one.state.kind for one in progress} == {*SyncKind} - {
        SyncKind.AGENTS,
        SyncKind.ORGANIZATIONS,
        SyncKind.ARTICLES,
        SyncKind.FIELDS,
    }
    assert sync.desk.asked["tickets", None] == 1


async def test_two_processes_share_the_work(db: Database) -> None:
    clock = ManualClock()
    async with bench(db, clock, {key: ScriptedDesk(clock, key) for key in ("desk", "other")}) as sync:
        for desk in sync.desks.values():
            desk.add(range(1, 56))
        async with running(sync.service(), sync.service()):
            for key in sync.desks:
                await until(lambda key=key: _all_there(sync, key))
        for desk in sync.desks.values():
            backfill = [count for (name, at), count in desk.asked.items() if name == "tickets" and at != "55"]
            assert backfill == [1] * 6


async def _all_there(sync: Bench, key: str) -> bool:
    return len(await sync.tickets(key)) == 55 and (await sync.state(SyncKind.TICKETS, key)).status is SyncStatus.LIVE


async def test_a_refresh_reads_now_and_says_when_it_is_done(still: Bench) -> None:
    still.desk.add(range(1, 6))
    service = still.service()
    async with running(service):
        await until(live(still))
        assert await service.refresh("desk", SyncKind.TICKETS), "it was read just now"
        asked = sum(still.desk.asked.values())
        still.clock.advance(20)
        still.desk.put("3", subject="Younger")
        assert await service.refresh("desk", SyncKind.TICKETS)
        assert (await still.tickets())["3"].subject == "Younger"
        assert (await still.state(SyncKind.TICKETS)).watermark == still.clock.now()
        assert sum(still.desk.asked.values()) == asked + 1
        still.clock.advance(20)
        still.desk.down.add("tickets")
        assert not await service.refresh("desk", SyncKind.TICKETS)


async def test_a_refresh_does_not_let_suspicious_deletes_through(still: Bench) -> None:
    still.desk.page = 100
    still.desk.add(range(1, 41))
    service = still.service()
    async with running(service):
        await until(live(still))
        still.clock.advance(20)
        for ident in range(1, 31):
            still.desk.remove(str(ident))
        for _ in range(3):
            assert not await service.refresh("desk", SyncKind.TICKETS)
            still.clock.advance(20)
        assert len(await still.tickets()) == 40
        await ask_now(still.db, still.tenancy, "desk", SyncKind.TICKETS)
        await until(have(still, 10), meanwhile=lambda: still.clock.advance(1))
        assert (await still.state(SyncKind.TICKETS)).status is SyncStatus.LIVE


async def test_what_was_paused_is_tried_once_by_a_new_process(still: Bench) -> None:
    still.desk.streams = still.desk.streams[:1]
    still.desk.add([1])
    still.desk.fail.extend([CredentialsRejected("No.", status=401)] * 2)

    async def paused() -> bool:
        return (await still.state(SyncKind.TICKETS)).status is SyncStatus.PAUSED

    async with running(still.service()):
        await until(paused)
        for _ in range(100):
            still.clock.advance(600)
            await asyncio.sleep(0)
        assert len(still.desk.calls) == 1
    async with running(still.service()):
        await until(lambda: _called(still, 2), meanwhile=lambda: still.clock.advance(1))
        assert await paused()
    async with running(still.service()):
        await until(live(still), meanwhile=lambda: still.clock.advance(1))


async def _called(sync: Bench, times: int) -> bool:
    return len(sync.desk.calls) == times


async def test_a_hint_at_a_stream_and_a_hint_at_a_record_are_followed(still: Bench) -> None:
    still.desk.add([1])
    async with running(still.service()):
        await until(live(still))
        await until(live(still, SyncKind.GROUPS))
        still.clock.advance(5)
        still.desk.add([2])
        still.desk.group("7", "Support")
        async with still.db.write(still.tenancy.number) as session:
            told = [Hint(kind=Kind.TICKET, stream="tickets"), Hint(kind=Kind.GROUP, remote_id="7")]
            await hints.take_in(session, still.tenancy, "desk", told, "d1")
            await session.announce()
        await until(have(still, 2), meanwhile=lambda: still.clock.advance(0.1))
        await until(lambda: _passes(still, "groups", 2), meanwhile=lambda: still.clock.advance(0.1))
    assert still.clock.monotonic() < 60


@pytest.mark.parametrize("kind", KINDS)
async def test_what_another_process_asks_for_is_heard_at_once(kind: str, tmp_path: Path) -> None:
    """Nobody waits for the next look: our clock stands still. On SQLite the file is looked at twice a second."""
    clock = ManualClock(auto=False)
    async with database_url(kind, tmp_path) as url:
        ours, theirs = await open_database(url, readers=2), await open_database(url, readers=2)
        try:
            async with bench(ours, clock, {"desk": ScriptedDesk(clock)}) as sync, running(sync.service()):
                await until(live(sync))
                sync.desk.add([1])
                await ask_now(theirs, sync.tenancy, "desk", SyncKind.TICKETS)
                await until(have(sync, 1))
                sync.desk.put("1", subject="Hinted at")
                async with theirs.write(sync.tenancy.number) as session:
                    told = [Hint(kind=Kind.TICKET, remote_id="1", delivery="d1")]
                    await hints.take_in(session, sync.tenancy, "desk", told, "d1")
                    await session.announce()
                await until(lambda: _called_for(sync, "1"))
                clock.advance(20)
                sync.desk.put("1", subject="Younger")
                reader = SyncService(
                    SyncParts(db=theirs, tenancy=sync.tenancy, clock=clock, owner="reader", scope=Scope(tenant="acme")),
                    sync.desks,
                )
                assert await reader.refresh("desk", SyncKind.TICKETS), "it does not sync, and has it done"
                assert (await sync.tickets())["1"].subject == "Younger"
        finally:
            await ours.aclose()
            await theirs.aclose()


async def _called_for(sync: Bench, ident: str) -> bool:
    return ("tickets_by_id", (ident,)) in sync.desk.calls


async def _passes(sync: Bench, stream: str, many: int) -> bool:
    return (await sync.row(stream)).pass_number >= many


async def test_it_ends_though_a_call_never_comes_back(still: Bench) -> None:
    called = asyncio.Event()

    async def changes(stream: str, checkpoint: str | None) -> None:
        called.set()
        await asyncio.Event().wait()

    still.desk.changes = changes  # type: ignore[method-assign, assignment]
    async with asyncio.timeout(30):
        async with running(still.service(drain_s=0.2)):
            await called.wait()
    row = await still.row("tickets")
    assert row.owner is None and row.checkpoint is None


async def test_a_helpdesk_that_is_not_linked_is_named(sync: Bench) -> None:
    with pytest.raises(BadInput, match="Known keys: desk"):
        await sync.service().once(["dsk"])


async def test_a_database_that_goes_away_is_waited_for() -> None:
    """On PostgreSQL, behind a wire that can be cut."""
    if (reason := why_no_postgresql()) is not None:
        pytest.skip(reason)
    clock = ManualClock()
    async with postgresql_url() as url:
        where = urlsplit(url)
        async with Wire(where.hostname or "", where.port or 5432) as wire:
            through = where._replace(netloc=f"{where.username}:{where.password}@127.0.0.1:{wire.port}").geturl()
            db = await open_database(through, readers=2)
            try:
                async with bench(db, clock, {"desk": ScriptedDesk(clock)}) as sync:
                    sync.desk.add(range(1, 11))
                    async with running(sync.service()):
                        await until(have(sync, 10))
                        await wire.cut()
                        asked, since = len(sync.desk.calls), clock.monotonic()
                        async with asyncio.timeout(60):
                            while clock.monotonic() - since < 40:
                                await asyncio.sleep(0)
                        assert len(sync.desk.calls) - asked <= 6, "nobody asks what cannot be stored"
                        await wire.mend()
                        sync.desk.add([11])
                        await until(have(sync, 11))
            finally:
                await db.aclose()


class Wire:
    """Carries bytes to a server on this machine, until it is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._there = host, port
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Wire:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._there)
        self._writers += [writer, far_writer]
        for source, target in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
        target.close()
