"""Hints: fetched again with our own credential, in any order, and nothing is lost by what goes wrong."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest
from sqlalchemy import select

from models.changes import Hint
from models.enums import FreshnessSource, Kind, Lifecycle, SyncKind
from models.errors import Unavailable
from storage import hints
from storage.apply import apply
from storage.ranks import ORIGIN
from storage.statements import Statement
from storage.tables.tickets import tickets
from sync.steps import HINTS
from tests.sync.bench import Bench, Crash, Deadly

ORIGINS = Statement(select(tickets.c.origin))
TICKETS, FIELDS = [SyncKind.TICKETS], [SyncKind.FIELDS]


async def told(sync: Bench, *some: Hint) -> None:
    async with sync.db.write(sync.tenancy.number) as session:
        await hints.take_in(session, sync.tenancy, "desk", some, None)


def of(ident: str, kind: Kind = Kind.TICKET) -> Hint:
    return Hint(kind=kind, remote_id=ident)


async def follow(sync: Bench, **more: object) -> None:
    """The hints alone."""
    await sync.service(**more).once(kinds=FIELDS)  # type: ignore[arg-type]


async def waiting(sync: Bench) -> int:
    return await hints.waiting(sync.db, sync.tenancy, "desk")


def by_id(sync: Bench) -> list[tuple[str, ...]]:
    return [ids for name, ids in sync.desk.calls if name == "tickets_by_id"]


async def test_what_is_hinted_at_is_fetched_in_one_call_and_stored(sync: Bench) -> None:
    sync.desk.add([1, 2, 3])
    sync.desk.person("1", "Ada")
    await told(sync, of("1"), of("3"), of("1", Kind.CONTACT))
    await follow(sync)
    assert set(await sync.tickets()) == {"1", "3"} and await waiting(sync) == 0
    assert by_id(sync) == [("1", "3")]
    origins = await sync.db.fetch(sync.tenancy.number, ORIGINS, {})
    assert {ORIGIN.word(row[0]) for row in origins} == {FreshnessSource.WEBHOOK}


async def test_a_hint_that_comes_again_or_late_changes_nothing(sync: Bench) -> None:
    sync.desk.add([1, 2])
    await sync.service().once(kinds=TICKETS)
    before = await sync.changes()
    for _ in range(3):
        await told(sync, of("1"), of("2"))
        await follow(sync)
    assert await sync.changes() == before


async def test_what_is_not_there_becomes_a_tombstone_at_the_second_look(sync: Bench) -> None:
    sync.desk.add([1, 2])
    await sync.service().once(kinds=TICKETS)
    sync.desk.vanish("1")
    await told(sync, of("1"), of("777"))
    await follow(sync)
    assert set(await sync.tickets()) == {"1", "2"} and await waiting(sync) == 2
    sync.clock.advance(6)
    await follow(sync)
    assert await sync.lifecycles() == {"1": Lifecycle.DELETED, "2": Lifecycle.ACTIVE}
    assert 1 not in {num for _, num in await sync.documents()}
    for _ in range(8):  # nobody knows 777: the hint is given up, and no tombstone is made of it
        sync.clock.advance(100)
        await follow(sync)
    assert await waiting(sync) == 0 and "777" not in await sync.lifecycles()


async def test_a_helpdesk_that_is_down_keeps_its_hints(sync: Bench) -> None:
    sync.desk.add([1])
    await told(sync, of("1"))
    sync.desk.fail.append(Unavailable("It is down.", retry_after=30.0))
    await follow(sync)
    sync.clock.advance(20)
    await follow(sync)
    assert await sync.tickets() == {} and await waiting(sync) == 1
    sync.clock.advance(11)
    await follow(sync)
    assert set(await sync.tickets()) == {"1"} and await waiting(sync) == 0


async def test_what_was_read_before_the_hint_is_asked_for_again(sync: Bench) -> None:
    old = msgspec.structs.replace(sync.desk.put("1"), as_of=sync.clock.now())
    sync.clock.advance(30)
    remembered = True

    def read(record: object) -> object:
        return old if remembered else msgspec.structs.replace(sync.desk.tickets_there["1"], as_of=sync.clock.now())

    sync.desk._read = read  # type: ignore[method-assign]
    sync.desk.put("1", subject="New")
    await told(sync, of("1"))
    await follow(sync)
    assert (await sync.tickets())["1"].subject == "Subject 1" and await waiting(sync) == 1
    remembered = False
    sync.clock.advance(10)
    await follow(sync)
    assert (await sync.tickets())["1"].subject == "New" and await waiting(sync) == 0


async def test_a_hint_at_a_comment_reads_the_comments_of_its_ticket(sync: Bench) -> None:
    sync.desk.add([1, 2])
    await sync.service().once()
    sync.desk.comments_said = 3  # an edit or a new note that does not move the ticket
    await told(sync, of("2/9", Kind.COMMENT))
    await follow(sync)
    assert await sync.comments() == ["1/0", "1/1", "2/0", "2/1", "2/2"] and await waiting(sync) == 0


async def test_a_crash_at_any_step_keeps_the_hint_or_has_followed_it(sync: Bench) -> None:
    for number, step in enumerate(HINTS):
        ids = [str(number * 10 + n) for n in (1, 2)]
        sync.desk.add(map(int, ids))
        await told(sync, *map(of, ids))
        with pytest.raises(Crash):
            await sync.service(Deadly(step)).once(kinds=FIELDS)
        assert await waiting(sync) == 2 or set(ids) <= set(await sync.tickets()), step
        await follow(sync)
        assert set(ids) <= set(await sync.tickets()) and await waiting(sync) == 0, step
    assert len(await sync.changes()) == 2 * len(HINTS)


async def test_hints_sync_and_our_own_writes_end_in_one_state_in_every_order(sync: Bench) -> None:
    """Five events of one ticket. Whatever order they reach the copy in, it says what the helpdesk says."""
    events = ("hint", "sync", "write", "stale", "delete")
    ends = set()
    for number, order in enumerate(permutations(events)):
        ident = str(1_000 + number)
        old = sync.desk.put(ident)
        sync.clock.advance(1)
        written = sync.desk.put(ident, subject="Written by us")
        sync.clock.advance(1)
        newest = sync.desk.put(ident, subject="Newest")
        gone = number % 2 == 0
        if gone:
            sync.clock.advance(1)
            sync.desk.remove(ident)
        for event in order:
            await happens(sync, event, ident, (old, written, newest), gone=gone)
        ends.add((gone, await end(sync, ident)))
    assert ends == {(False, "Newest"), (True, None)}


async def happens(sync: Bench, event: str, ident: str, readings: tuple, *, gone: bool) -> None:
    old, written, newest = readings
    batch = await sync.desk.changes("tickets", str(len(sync.desk.log) - (4 if gone else 3)))
    if event == "stale":
        await into(sync, msgspec.structs.replace(batch, records=(old,), gone=()), FreshnessSource.SYNC)
    elif event == "write":
        await into(sync, msgspec.structs.replace(batch, records=(written,), gone=()), FreshnessSource.LIVE)
    elif event == "sync":
        await into(sync, msgspec.structs.replace(batch, records=() if gone else (newest,)), FreshnessSource.SYNC)
    elif event == "delete" and gone:
        await into(sync, msgspec.structs.replace(batch, records=()), FreshnessSource.SYNC)
    elif event == "hint":
        await told(sync, of(ident))
        await follow(sync)
        if gone:
            sync.clock.advance(6)
            await follow(sync)


async def into(sync: Bench, batch: object, origin: FreshnessSource) -> None:
    async with sync.db.write(sync.tenancy.number) as session:
        await apply(session, sync.tenancy, "desk", batch, origin=origin, now=sync.clock.now())  # type: ignore[arg-type]


async def end(sync: Bench, ident: str) -> str | None:
    found = (await sync.tickets()).get(ident)
    return None if found is None else found.subject
