"""The sequence of changes: read from any place without a hole, and forgotten from its beginning."""

from __future__ import annotations

import asyncio

from models.enums import Kind
from storage.changes import changes_after, trim
from storage.database import Database
from tests.storage.copying import CopyDesk, at, contact, copy_desk, ticket


async def numbers(desk: CopyDesk, after: int = 0, kinds: list[Kind] | None = None, limit: int = 100) -> list[int]:
    found, _, _ = await changes_after(desk.db, desk.tenancy, after, kinds, limit)
    return [change.seq for change in found]


async def test_changes_are_read_from_any_place_by_kind(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(*(ticket(str(n)) for n in range(1, 4)), contact("5"), now=50)
    found, oldest, newest = await changes_after(db, desk.tenancy, 0, None, 100)
    assert ([change.seq for change in found], oldest, newest) == ([1, 2, 3, 4], 0, 4)
    assert [change.kind for change in found] == [Kind.TICKET] * 3 + [Kind.CONTACT] and found[0].at == at(50)
    assert await numbers(desk, 2) == [3, 4] and await numbers(desk, 0, limit=2) == [1, 2]
    assert await numbers(desk, 0, [Kind.CONTACT]) == [4] and await numbers(desk, 4) == []
    assert await changes_after(db, desk.tenancy, 0, [], 5) == ([], 0, 4)


async def test_readers_meet_no_hole_while_many_write(db: Database) -> None:
    desk = await copy_desk(db)
    writing = [asyncio.ensure_future(desk.apply(ticket(str(n)), contact(str(n)))) for n in range(1, 13)]
    seen: list[int] = []
    while not all(task.done() for task in writing):
        seen += await numbers(desk, seen[-1] if seen else 0)
        await asyncio.sleep(0)
    await asyncio.gather(*writing)
    seen += await numbers(desk, seen[-1] if seen else 0)
    assert seen == list(range(1, 25))


async def test_what_is_old_or_too_much_is_forgotten(db: Database) -> None:
    desk = await copy_desk(db)
    for n in range(1, 11):
        await desk.apply(ticket(str(n)), now=n * 10)

    async def trimmed(now: float, keep_seconds: float, keep_rows: int) -> int:
        async with db.write(desk.tenancy.number) as session:
            return await trim(session, now=at(now), keep_seconds=keep_seconds, keep_rows=keep_rows)

    assert await trimmed(100, 1000, 100) == 0 and len(await numbers(desk)) == 10
    assert await trimmed(100, 65, 100) == 3
    assert await changes_after(db, desk.tenancy, 0, None, 1) == (
        (await changes_after(db, desk.tenancy, 3, None, 1))[0],
        3,
        10,
    )
    assert await trimmed(100, 65, 4) == 6 and await numbers(desk) == [7, 8, 9, 10]
    assert await trimmed(10_000, 1, 100) == 10 and await numbers(desk) == []
    assert await trimmed(10_000, 1, 100) == 10
    await desk.apply(ticket("99"), now=10_000)
    assert await changes_after(db, desk.tenancy, 10, None, 5) != ([], 10, 10) and await numbers(desk) == [11]
