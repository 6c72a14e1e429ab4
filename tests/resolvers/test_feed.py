"""Following the sequence of changes: nothing missed whoever writes when, and little asked however many follow."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from models.changes import Change
from models.enums import ChangeOp, Kind, Vendor
from models.records import HelpdeskInfo
from resolvers.feed import Feed
from runtime.clock import ManualClock
from storage.changes import add
from storage.database import Database, Row, Session, open_database
from storage.statements import Statement, Values
from storage.tenants import Tenancy, enter, take_numbers
from tests.support.databases import KINDS, database_url

DESK = HelpdeskInfo(key="desk", vendor=Vendor.ZENDESK, name="Desk", url="https://desk.example")
CLOCK = ManualClock()


class Counted(Database):
    """A database that counts how often it is read."""

    def __init__(self, inner: Database) -> None:
        self.name = inner.name
        self.inner = inner
        self.reads = 0

    def read(self, tenant: int) -> AbstractAsyncContextManager[Session]:
        self.reads += 1
        return self.inner.read(tenant)

    def write(self, tenant: int) -> AbstractAsyncContextManager[Session]:
        return self.inner.write(tenant)

    def registry(self, tenant_name: str) -> AbstractAsyncContextManager[Session]:
        return self.inner.registry(tenant_name)

    async def fetch(self, tenant: int, statement: Statement, values: Values) -> Sequence[Row]:
        return await self.inner.fetch(tenant, statement, values)

    async def changed(self, tenant: int, seconds: float) -> bool:
        return await self.inner.changed(tenant, seconds)

    async def aclose(self) -> None:
        await self.inner.aclose()


@asynccontextmanager
async def opened(kind: str, folder: Path, count: int = 1) -> AsyncIterator[list[tuple[Counted, Tenancy]]]:
    """The same database, opened so many times, as processes of their own would."""
    async with database_url(kind, folder) as url:
        found = [Counted(await open_database(url, readers=2)) for _ in range(count)]
        try:
            yield [(db, await enter(db, "t", [DESK], CLOCK)) for db in found]
        finally:
            for db in found:
                await db.aclose()


async def write(db: Database, tenancy: Tenancy, count: int) -> None:
    async with db.write(tenancy.number) as session:
        first, _ = await take_numbers(session, changes=count)
        entries = [
            Change(seq=seq, at=CLOCK.now(), op=ChangeOp.UPDATED, kind=Kind.TICKET, helpdesk="desk", remote_id=str(seq))
            for seq in range(first, first + count)
        ]
        await add(session, tenancy, entries)
        await db.announce(session)


async def collected(feed: Feed, since: int, until: int) -> list[int]:
    found: list[int] = []
    async with aclosing(feed.follow(since)) as pages:
        async for page in pages:
            found += [entry.seq for entry in page]
            if found[-1] >= until:
                break
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_followers_miss_nothing_while_others_write(kind: str, tmp_path: Path) -> None:
    turns = random.Random(7)
    async with opened(kind, tmp_path, 2) as ((here, tenancy), (elsewhere, same)):
        feed = Feed(here, tenancy)
        await write(here, tenancy, 10)

        async def writer(db: Database, of: Tenancy) -> None:
            for _ in range(20):
                await write(db, of, turns.choice((1, 2, 3, 40)))

        async def follower(since: int) -> list[int]:
            for _ in range(turns.randrange(200)):
                await asyncio.sleep(0)
            return await collected(feed, since, 10**9)

        started = [turns.randrange(11) for _ in range(15)]
        followers = [asyncio.ensure_future(follower(since)) for since in started]
        await asyncio.gather(writer(here, tenancy), writer(elsewhere, same), writer(here, tenancy))
        async with here.write(tenancy.number) as session:
            end = 10**9
            await add(session, tenancy, [_last(end)])
            await _count(session, end)
            await here.announce(session)
        found = await asyncio.wait_for(asyncio.gather(*followers), 30)
        total = max(seq for seqs in found for seq in seqs if seq < end)
        assert total >= 70
        assert found == [[*range(since + 1, total + 1), end] for since in started]
        assert feed.held == 0 and not feed.pulse.listening


def _last(seq: int) -> Change:
    return Change(seq=seq, at=CLOCK.now(), op=ChangeOp.UPDATED, kind=Kind.TICKET, helpdesk="desk", remote_id="end")


async def _count(session: Session, upto: int) -> None:
    now, _ = await take_numbers(session, changes=0)
    await take_numbers(session, changes=upto - now + 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_change_is_read_once_however_many_follow(kind: str, tmp_path: Path) -> None:
    async with opened(kind, tmp_path) as ((db, tenancy),):
        feed = Feed(db, tenancy)
        followers = [asyncio.ensure_future(collected(feed, 0, 5)) for _ in range(100)]
        while not feed.pulse.listening or feed.held:
            await asyncio.sleep(0)
        before = db.reads
        for _ in range(5):
            await write(db, tenancy, 1)
        assert await asyncio.wait_for(asyncio.gather(*followers), 30) == [[1, 2, 3, 4, 5]] * 100
        assert db.reads - before <= 3 * 5


@pytest.mark.parametrize("kind", KINDS)
async def test_what_another_process_writes_is_heard(kind: str, tmp_path: Path) -> None:
    async with opened(kind, tmp_path, 2) as ((here, tenancy), (elsewhere, same)):
        feed = Feed(here, tenancy)
        waiting = asyncio.ensure_future(collected(feed, 0, 1))
        while not feed.pulse.listening:
            await asyncio.sleep(0)
        await write(elsewhere, same, 1)
        assert await asyncio.wait_for(waiting, 20) == [1]


async def test_a_follower_who_leaves_takes_nothing_from_the_others(tmp_path: Path) -> None:
    async with opened("sqlite", tmp_path) as ((db, tenancy),):
        feed = Feed(db, tenancy)
        followers: list[asyncio.Task[Any]] = [asyncio.ensure_future(collected(feed, 0, 2)) for _ in range(6)]
        await asyncio.sleep(0)
        followers[0].cancel()
        await write(db, tenancy, 1)
        followers[1].cancel()
        await write(db, tenancy, 1)
        found = await asyncio.wait_for(asyncio.gather(*followers[2:]), 20)
        assert found == [[1, 2]] * 4
        await asyncio.gather(*followers, return_exceptions=True)
        assert not feed.pulse.listening and feed.held == 0
