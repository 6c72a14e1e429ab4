"""What we were told stays until it has been followed, and a message told twice counts once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import bindparam, literal_column, update

from models.changes import Hint
from models.enums import Kind
from storage.database import Database
from storage.hints import KEPT_MS, done, due, failed, take_in, waiting
from storage.statements import Statement
from storage.tables.syncing import deliveries
from tests.storage.copying import CopyDesk, at, copy_desk

TICKET = Hint(kind=Kind.TICKET, remote_id="7")
STREAM = Hint(kind=Kind.ARTICLE, stream="articles")
NOW = at(0)


async def tell(desk: CopyDesk, *hints: Hint, delivery: str | None = None) -> bool:
    async with desk.db.write(desk.tenancy.number) as session:
        return await take_in(session, desk.tenancy, "desk", hints, delivery)


async def test_a_hint_is_due_at_once_and_gone_when_it_was_followed(db: Database) -> None:
    desk = await copy_desk(db)
    assert await tell(desk, TICKET, TICKET, STREAM, delivery="a")
    found = await due(db, desk.tenancy, "desk", 10, NOW)
    assert sorted(one.hint.kind for one in found) == [Kind.ARTICLE, Kind.TICKET]
    assert {one.hint.stream for one in found} == {None, "articles"} and await waiting(db, desk.tenancy, "desk") == 2
    assert len(await due(db, desk.tenancy, "desk", 1, NOW)) == 1
    async with db.write(desk.tenancy.number) as session:
        await done(session, desk.tenancy, "desk", found)
    assert await due(db, desk.tenancy, "desk", 10, NOW) == []


async def test_the_same_message_fifty_times_at_once_counts_once(db: Database) -> None:
    desk = await copy_desk(db)
    told = await asyncio.gather(*(tell(desk, TICKET, delivery="same") for _ in range(50)))
    assert told.count(True) == 1 and await tell(desk, TICKET, delivery="other")
    assert await tell(desk, TICKET) and await waiting(db, desk.tenancy, "desk") == 1


async def test_what_is_told_while_it_is_followed_is_followed_again(db: Database) -> None:
    desk = await copy_desk(db)
    await tell(desk, TICKET)
    (first,) = await due(db, desk.tenancy, "desk", 10, NOW)
    await tell(desk, TICKET)
    async with db.write(desk.tenancy.number) as session:
        await failed(session, desk.tenancy, "desk", first, "late", again_at=NOW + timedelta(days=9))
        await done(session, desk.tenancy, "desk", [first])
    (second,) = await due(db, desk.tenancy, "desk", 10, NOW)
    assert second.at > first.at and second.tries == 0


async def test_a_failure_is_tried_again_later(db: Database) -> None:
    desk = await copy_desk(db)
    await tell(desk, TICKET)
    (first,) = await due(db, desk.tenancy, "desk", 10, NOW)
    async with db.write(desk.tenancy.number) as session:
        await failed(session, desk.tenancy, "desk", first, "503\0" * 900, again_at=NOW + timedelta(seconds=60))
    assert await due(db, desk.tenancy, "desk", 10, NOW) == [] and await waiting(db, desk.tenancy, "desk") == 1
    (again,) = await due(db, desk.tenancy, "desk", 10, NOW + timedelta(seconds=60))
    assert again.tries == 1 and again.hint == TICKET
    await tell(desk, TICKET)
    assert (await due(db, desk.tenancy, "desk", 10, NOW))[0].tries == 0


AGED = Statement(
    update(deliveries)
    .where(deliveries.c.tenant == bindparam("of"))
    .values(received_at=deliveries.c.received_at - literal_column(str(KEPT_MS + 1), deliveries.c.received_at.type))
)


async def test_ids_of_messages_are_kept_for_three_days(db: Database) -> None:
    desk = await copy_desk(db)
    await tell(desk, TICKET, delivery="old")
    async with db.write(desk.tenancy.number) as session:
        await done(session, desk.tenancy, "desk", [])
    assert not await tell(desk, TICKET, delivery="old")
    async with db.write(desk.tenancy.number) as session:
        await session.run(AGED, {"of": desk.tenancy.number})
        await done(session, desk.tenancy, "desk", [])
    assert await desk.rows(deliveries) == [] and await tell(desk, TICKET, delivery="old")
