"""Transactions, tenants and what happens when something goes wrong in the middle."""

from __future__ import annotations

import asyncio
import logging

import asyncpg
import pytest
from sqlalchemy import bindparam, func, insert, select

from models.enums import Vendor
from models.records import HelpdeskInfo
from runtime.clock import ManualClock
from storage.database import Database, open_database
from storage.statements import Native, Statement, among
from storage.tables.directory import helpdesks, products, tenants
from storage.tenants import enter, take_numbers
from sync.copy import open_database_for
from tests.support.databases import GUEST, OWNER, SERVER, named, postgresql_url, why_no_postgresql

PRODUCTS = Statement(
    select(products.c.position)
    .where(products.c.tenant == bindparam("tenant"), among(products.c.position, "positions"))
    .order_by(products.c.position)
)
ADD = Statement(insert(products))
ALL = Statement(select(func.count()).select_from(products))


def row(tenant: int, position: int) -> dict[str, object]:
    return {"tenant": tenant, "helpdesk": 1, "position": position, "key": "é", "card": b"\x00"}


def desk(key: str) -> HelpdeskInfo:
    return HelpdeskInfo(key=key, vendor=Vendor.ZENDESK, name=key, url="https://x.example")


async def test_tenants_and_helpdesks_keep_their_numbers(db: Database) -> None:
    clock = ManualClock()
    first = await enter(db, "acme", [desk("a"), desk("b")], clock)
    again = await enter(db, "acme", [desk("c"), desk("b")], clock)
    other = await enter(db, "other", [desk("a")], clock)
    assert first.number == again.number != other.number
    assert again.helpdesks == {"a": 1, "b": 2, "c": 3} and other.helpdesks == {"a": 1}


async def test_a_write_that_raises_leaves_nothing(db: Database) -> None:
    tenant = (await enter(db, "acme", [], ManualClock())).number
    with pytest.raises(RuntimeError, match="no"):
        async with db.write(tenant) as session:
            await session.run_many(ADD, [row(tenant, 1), row(tenant, 2)])
            raise RuntimeError("no")
    assert await db.fetch(tenant, ALL, {}) == [(0,)]
    async with db.write(tenant) as session:
        await session.run_many(ADD, [row(tenant, n) for n in range(5)])
    found = await db.fetch(tenant, PRODUCTS, {"tenant": tenant, "positions": [1, 3, 9]})
    assert [r[0] for r in found] == [1, 3]


async def test_a_cancelled_writer_leaves_no_transaction_open(db: Database) -> None:
    tenant = (await enter(db, "acme", [], ManualClock())).number
    begun = asyncio.Event()

    async def write() -> None:
        async with db.write(tenant) as session:
            await session.run(ADD, row(tenant, 1))
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(write())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with db.write(tenant) as session:
        await session.run(ADD, row(tenant, 1))
    assert await db.fetch(tenant, ALL, {}) == [(1,)]


async def test_who_is_cancelled_at_any_moment_hands_on_a_connection_as_it_was(db: Database) -> None:
    """Some are while the server is still at what they asked for."""
    tenant = (await enter(db, "acme", [], ManualClock())).number

    async def read() -> int:
        async with db.read(tenant) as session:
            return int((await session.fetch(ALL, {}))[0][0])

    for turns in range(80):
        task = asyncio.ensure_future(db.fetch(tenant, ALL, {}))
        for _ in range(1 + turns // 4):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await read() == turns
        async with db.write(tenant) as session:
            await session.run(ADD, row(tenant, turns))


async def test_more_readers_than_connections_wait_for_their_turn(db: Database) -> None:
    tenant = (await enter(db, "acme", [], ManualClock())).number

    async def read() -> int:
        async with db.read(tenant) as session:
            return int((await session.fetch(ALL, {}))[0][0])

    assert await asyncio.gather(*(read() for _ in range(30))) == [0] * 30


async def test_writers_who_wait_keep_no_reader_out(db: Database) -> None:
    tenant = (await enter(db, "acme", [], ManualClock())).number
    begun, done = asyncio.Event(), asyncio.Event()

    async def write(position: int) -> None:
        async with db.write(tenant) as session:
            await session.run(ADD, row(tenant, position))
            begun.set()
            await done.wait()

    writing = asyncio.gather(*(write(position) for position in range(20)))
    await begun.wait()
    read = await asyncio.gather(*(db.fetch(tenant, ALL, {}) for _ in range(20)))
    done.set()
    await writing
    assert read == [[(0,)]] * 20 and await db.fetch(tenant, ALL, {}) == [(20,)]


async def test_a_read_sees_one_moment(db: Database) -> None:
    tenant = (await enter(db, "acme", [], ManualClock())).number
    async with db.read(tenant) as reader:
        assert await reader.fetch(ALL, {}) == [(0,)]
        async with db.write(tenant) as writer:
            await writer.run(ADD, row(tenant, 1))
        assert await reader.fetch(ALL, {}) == [(0,)]
    assert await db.fetch(tenant, ALL, {}) == [(1,)]


async def test_the_sequence_has_no_holes_under_concurrent_writers(db: Database) -> None:
    tenant = (await enter(db, "acme", [], ManualClock())).number

    async def take(n: int) -> list[int]:
        async with db.write(tenant) as session:
            first, _ = await take_numbers(session, changes=n)
            return list(range(first, first + n))

    taken = await asyncio.gather(*(take(n) for n in (3, 1, 4, 1, 5)))
    assert sorted(number for part in taken for number in part) == list(range(1, 15))


async def test_waiters_wake_when_something_was_written(db: Database) -> None:
    tenant = (await enter(db, "acme", [], ManualClock())).number
    assert await db.changed(tenant, 0.01) in (True, False)  # the first wait opens the ear
    waiting = asyncio.ensure_future(db.changed(tenant, 5))
    await asyncio.sleep(0)
    async with db.write(tenant) as session:
        await session.run(ADD, row(tenant, 1))
        await db.announce(session)
    assert await waiting


async def test_row_security_hides_other_tenants_even_from_statements_without_a_tenant(db: Database) -> None:
    clock = ManualClock()
    mine, theirs = (await enter(db, "mine", [desk("a")], clock)).number, (await enter(db, "theirs", [], clock)).number
    async with db.write(mine) as session:
        await session.run(ADD, row(mine, 1))
    if db.name == "sqlite":
        return
    assert await db.fetch(theirs, ALL, {}) == [(0,)]
    assert await db.fetch(mine, ALL, {}) == [(1,)]
    assert await db.fetch(0, Statement(select(func.count()).select_from(helpdesks)), {}) == [(0,)]
    assert await db.fetch(mine, Statement(select(tenants.c.name)), {}) == [("mine",)]
    with pytest.raises(Exception, match="row-level security"):
        async with db.write(theirs) as session:
            await session.run(ADD, row(mine, 2))


async def test_the_role_of_these_tests_can_neither_own_nor_bypass(db: Database) -> None:
    if db.name == "sqlite":
        return
    role = Native(
        sqlite="",
        postgresql="SELECT rolsuper, rolbypassrls, (SELECT count(*) FROM pg_class WHERE relowner = r.oid)"
        " FROM pg_roles r WHERE rolname = current_user",
    )
    assert [tuple(r) for r in await db.fetch(0, role, {})] == [(False, False, 0)]
    forced = Native(
        sqlite="",
        postgresql="SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1",
    )
    assert [r[0] for r in await db.fetch(0, forced, {})] == ["alembic_version", "facts"]


async def test_a_role_that_row_security_does_not_hold_for_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    if (reason := why_no_postgresql()) is not None:
        pytest.skip(reason)

    def warnings() -> list[logging.LogRecord]:
        return [record for record in caplog.records if record.name == "deskgraph.storage"]

    async with postgresql_url() as url:
        await (await open_database(url)).aclose()
        assert warnings() == []
        await (await open_database(named(SERVER, url.rpartition("/")[2]))).aclose()
    (record,) = warnings()
    assert record.levelname == "WARNING" and "is a superuser" in record.getMessage()
    assert "NOSUPERUSER NOBYPASSRLS" in record.getMessage() and "DATABASE_OWNER_URL" in record.getMessage()


async def test_the_owner_of_the_tables_lets_the_server_use_them() -> None:
    if (reason := why_no_postgresql()) is not None:
        pytest.skip(reason)
    async with postgresql_url() as url:
        name = url.rpartition("/")[2]
        owner = await asyncpg.connect(named(SERVER, name, OWNER).replace("+asyncpg", ""))
        await owner.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {GUEST}")
        await owner.close()
        async with open_database_for(url, owner_url=named(SERVER, name, OWNER)) as db:
            assert (await enter(db, "acme", [desk("a")], ManualClock())).helpdesks == {"a": 1}
