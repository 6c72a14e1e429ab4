"""Streams belong to one worker at a time, and what a worker writes past its lease is not there."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, func, insert, select

from models.enums import SyncKind, SyncStatus, Vendor
from models.records import HelpdeskInfo, RemoteProblem
from runtime.clock import ManualClock
from storage.checkpoints import (
    Checkpoint,
    LeaseLost,
    acquire,
    advance,
    ask_now,
    read_checkpoints,
    release,
    renew,
)
from storage.database import Database
from storage.statements import Statement
from storage.tables.directory import products
from storage.tenants import Tenancy, enter

ADD = Statement(insert(products))
COUNT = Statement(select(func.count()).where(products.c.tenant == bindparam("tenant")))
THEN = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


async def tenancy_of(db: Database) -> Tenancy:
    desk = HelpdeskInfo(key="desk", vendor=Vendor.ZENDESK, name="Desk", url="https://desk.example")
    return await enter(db, "acme", [desk], ManualClock())


async def take(db: Database, tenancy: Tenancy, owner: str = "one", seconds: float = 60.0, stream: str = "tickets"):
    return await acquire(db, tenancy, "desk", stream, SyncKind.TICKETS, owner, seconds)


async def stored(db: Database, tenancy: Tenancy) -> int:
    ((count,),) = await db.fetch(tenancy.number, COUNT, {"tenant": tenancy.number})
    return count


def row(tenancy: Tenancy, position: int) -> dict[str, object]:
    return {"tenant": tenancy.number, "helpdesk": 1, "position": position, "key": "k", "card": b""}


async def test_a_stream_is_held_by_one_worker_until_it_is_released(db: Database) -> None:
    tenancy = await tenancy_of(db)
    first = await take(db, tenancy)
    assert first is not None
    lease, checkpoint = first
    assert (checkpoint.stream, checkpoint.kind, checkpoint.status) == (
        "tickets",
        SyncKind.TICKETS,
        SyncStatus.NEVER_RUN,
    )
    assert checkpoint.checkpoint is None and checkpoint.owner == "one"
    assert await take(db, tenancy, "two") is None and await take(db, tenancy, "one") is None
    assert (await take(db, tenancy, "two", stream="tickets-deleted")) is not None
    await release(db, lease)
    second = await take(db, tenancy, "two")
    assert second is not None and second[0].token > lease.token
    await release(db, lease)  # of a lease that is lost: nothing happens
    assert await take(db, tenancy, "three") is None


async def test_of_many_who_try_at_once_one_gets_it(db: Database) -> None:
    tenancy = await tenancy_of(db)
    found = await asyncio.gather(*(take(db, tenancy, f"worker {n}") for n in range(8)))
    assert sum(one is not None for one in found) == 1


async def test_rows_and_checkpoint_are_there_together_or_not_at_all(db: Database) -> None:
    tenancy = await tenancy_of(db)
    found = await take(db, tenancy)
    assert found is not None
    async with db.write(tenancy.number) as session:
        await session.run(ADD, row(tenancy, 1))
        await advance(
            session,
            tenancy,
            found[0],
            checkpoint="page 2",
            status=SyncStatus.BACKFILLING,
            started_at=THEN,
            watermark=THEN,
            processed=100,
            expected=1000,
            pass_number=1,
            pass_started_at=THEN,
            due_at=THEN + timedelta(minutes=1),
            error=RemoteProblem(status=503, message="later"),
        )
    with pytest.raises(RuntimeError):
        async with db.write(tenancy.number) as session:
            await session.run(ADD, row(tenancy, 2))
            await advance(session, tenancy, found[0], checkpoint="page 3")
            raise RuntimeError("killed here")
    assert await stored(db, tenancy) == 1
    (seen,) = await read_checkpoints(db, tenancy, "desk")
    assert seen == Checkpoint(
        helpdesk="desk",
        stream="tickets",
        kind=SyncKind.TICKETS,
        checkpoint="page 2",
        status=SyncStatus.BACKFILLING,
        started_at=THEN,
        watermark=THEN,
        processed=100,
        expected=1000,
        pass_number=1,
        pass_started_at=THEN,
        due_at=THEN + timedelta(minutes=1),
        error=RemoteProblem(status=503, message="later"),
        owner="one",
        leased_until=found[0].until,
    )


async def test_what_is_not_given_stays_and_none_takes_away(db: Database) -> None:
    tenancy = await tenancy_of(db)
    found = await take(db, tenancy)
    assert found is not None
    for fields in ({"checkpoint": "a", "error": RemoteProblem(message="x")}, {"processed": 7}, {"error": None}):
        async with db.write(tenancy.number) as session:
            await advance(session, tenancy, found[0], **fields)
    (seen,) = await read_checkpoints(db, tenancy)
    assert (seen.checkpoint, seen.processed, seen.error) == ("a", 7, None)


async def test_a_worker_paused_past_its_lease_writes_nothing(db: Database) -> None:
    """The first one stands still with its page in hand, its lease of no time runs out, another takes the stream."""
    tenancy = await tenancy_of(db)
    paused = await take(db, tenancy, "paused", seconds=0.0)
    assert paused is not None
    go_on = asyncio.Event()

    async def worker() -> None:
        await go_on.wait()
        async with db.write(tenancy.number) as session:
            await session.run(ADD, row(tenancy, 1))
            await advance(session, tenancy, paused[0], checkpoint="of the paused one")

    working = asyncio.ensure_future(worker())
    other = await take(db, tenancy, "other")
    assert other is not None
    async with db.write(tenancy.number) as session:
        await session.run(ADD, row(tenancy, 2))
        await advance(session, tenancy, other[0], checkpoint="of the other one")
    go_on.set()
    with pytest.raises(LeaseLost):
        await working
    assert await stored(db, tenancy) == 1
    (seen,) = await read_checkpoints(db, tenancy)
    assert seen.checkpoint == "of the other one" and seen.owner == "other"
    assert not await renew(db, paused[0], 60)


async def test_nobody_acquires_between_an_advance_and_its_commit(db: Database) -> None:
    tenancy = await tenancy_of(db)
    found = await take(db, tenancy)
    assert found is not None
    async with db.write(tenancy.number) as session:
        await advance(session, tenancy, found[0], checkpoint="mine")
        trying = asyncio.ensure_future(take(db, tenancy, "other"))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not trying.done()
    assert await trying is None
    assert (await read_checkpoints(db, tenancy))[0].checkpoint == "mine"


async def test_a_lease_that_ran_out_is_worth_nothing_though_nobody_took_it(db: Database) -> None:
    tenancy = await tenancy_of(db)
    found = await take(db, tenancy, seconds=0.0)
    assert found is not None
    assert not await renew(db, found[0], 60)
    with pytest.raises(LeaseLost):
        async with db.write(tenancy.number) as session:
            await advance(session, tenancy, found[0])


async def test_a_renewed_lease_holds(db: Database) -> None:
    tenancy = await tenancy_of(db)
    found = await take(db, tenancy, seconds=60)
    assert found is not None and await renew(db, found[0], 600)
    (seen,) = await read_checkpoints(db, tenancy)
    assert seen.leased_until is not None and seen.leased_until - found[0].until > timedelta(seconds=500)
    assert await take(db, tenancy, "two") is None


async def test_the_lease_is_counted_in_the_databases_time(db: Database) -> None:
    tenancy = await tenancy_of(db)
    before = datetime.now(UTC)
    found = await take(db, tenancy, seconds=100)
    assert found is not None
    assert timedelta(seconds=98) < found[0].until - before < timedelta(seconds=110)  # both run on this machine here


async def test_a_wish_stands_until_somebody_has_taken_it_up(db: Database) -> None:
    tenancy = await tenancy_of(db)
    assert await ask_now(db, tenancy, "desk", SyncKind.TICKETS) == 0
    found = await take(db, tenancy)
    assert found is not None
    later = THEN + timedelta(days=30)
    async with db.write(tenancy.number) as session:
        await advance(session, tenancy, found[0], due_at=later)
    assert (await read_checkpoints(db, tenancy))[0].due_at == later
    assert await ask_now(db, tenancy, "desk", SyncKind.CONTACTS) == 0
    assert await ask_now(db, tenancy, "desk", SyncKind.TICKETS) == 1
    async with db.write(tenancy.number) as session:
        await advance(session, tenancy, found[0], due_at=later)  # the run under way began before the wish
    (seen,) = await read_checkpoints(db, tenancy)
    assert seen.due_at is not None and seen.due_at < THEN
    await release(db, found[0])
    again = await take(db, tenancy)
    assert again is not None and again[1].due_at is not None and again[1].due_at < THEN
    async with db.write(tenancy.number) as session:
        await advance(session, tenancy, again[0], due_at=later)
    assert (await read_checkpoints(db, tenancy))[0].due_at == later
