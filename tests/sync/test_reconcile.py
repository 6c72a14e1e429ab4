"""What the streams missed is found and repaired, and what the vendor took away without a word goes."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, delete

from models.changes import Hint
from models.enums import ChangeOp, Kind, Lifecycle, SyncKind, SyncStatus, TicketPriority, TicketStatus
from models.errors import Unavailable
from runtime.clock import ManualClock
from storage import absences, hints
from storage.database import Database
from storage.ranks import LIFECYCLE, PRIORITY, STATUS
from storage.statements import Statement, among
from storage.tables.tickets import ticket_bodies, ticket_counts, tickets
from sync.outcome import Outcome
from sync.steps import RECONCILE
from sync.valves import SUSPICIOUS_DELETES
from tests.sync.bench import Bench, Crash, Deadly, bench
from tests.sync.desk import ScriptedDesk

TICKETS = [SyncKind.TICKETS]
LOST = [
    Statement(delete(table).where(table.c.tenant == bindparam("tenant"), among(table.c.num, "nums")))
    for table in (tickets, ticket_bodies)
]
UNCOUNTED = Statement(
    ticket_counts.update()
    .where(
        ticket_counts.c.tenant == bindparam("of"),
        ticket_counts.c.lifecycle == bindparam("alive"),
        ticket_counts.c.status == bindparam("open"),
        ticket_counts.c.priority == bindparam("normal"),
    )
    .values(n=ticket_counts.c.n - bindparam("lost"))
)


async def lose(sync: Bench, *nums: int) -> None:
    """By hand, as a fault of ours might."""
    async with sync.db.write(sync.tenancy.number) as session:
        for statement in LOST:
            await session.run(statement, {"tenant": sync.tenancy.number, "nums": nums})
        alive = LIFECYCLE.number(Lifecycle.ACTIVE)
        values = {"of": sync.tenancy.number, "alive": alive, "lost": len(nums)}
        values |= {"open": STATUS.number(TicketStatus.OPEN), "normal": PRIORITY.number(TicketPriority.NORMAL)}
        await session.run(UNCOUNTED, values)


async def rounds(sync: Bench, many: int, **policy: object) -> None:
    for _ in range(many):
        sync.clock.advance(61)
        await sync.service(**policy).once(kinds=TICKETS)  # type: ignore[arg-type]


async def test_rows_that_were_lost_are_found_and_brought_in(sync: Bench) -> None:
    sync.desk.add(range(1, 41))
    await sync.service().once(kinds=TICKETS)
    await lose(sync, 1, 7, 8, 39)
    await rounds(sync, 3)
    assert (await sync.tickets()).keys() == sync.desk.tickets_there.keys()
    state = await sync.state(SyncKind.TICKETS)
    assert state.coverage.complete and state.coverage.known_missing is not None
    assert state.coverage.known_missing.value == 0
    assert (await sync.row("~reconcile")).processed == 4


async def test_numbers_that_the_vendor_does_not_have_are_looked_for_once(sync: Bench) -> None:
    sync.desk.add([*range(1, 11), *range(21, 31)])
    await sync.service().once(kinds=TICKETS)
    await rounds(sync, 4)
    looked = [ids for name, ids in sync.desk.calls if name == "tickets_by_id"]
    assert sorted(int(one) for ids in looked for one in ids) == list(range(11, 21))
    assert await absences.counts(sync.db, sync.tenancy, "desk") == (0, 10)
    assert (await sync.state(SyncKind.TICKETS)).coverage.complete


async def test_few_calls_each_cycle_and_what_is_left_is_known_to_be_missing(sync: Bench) -> None:
    sync.desk.add([*range(1, 11), 100])
    await sync.service().once(kinds=TICKETS)
    sync.desk.calls.clear()
    await rounds(sync, 2, reconcile_calls=2)
    looked = [ids for name, ids in sync.desk.calls if name == "tickets_by_id"]
    assert [len(ids) for ids in looked] == [10, 10, 10, 10]
    state = await sync.state(SyncKind.TICKETS)
    assert state.coverage.known_missing is not None and state.coverage.known_missing.value == 89 - 40
    assert not state.coverage.complete


async def test_numbers_are_looked_through_in_stretches(sync: Bench) -> None:
    sync.desk.add(range(1, 61))
    await sync.service().once(kinds=TICKETS)
    await lose(sync, 55)
    await rounds(sync, 5, reconcile_numbers=20)
    assert "55" in await sync.tickets()


async def test_younger_numbers_may_be_on_their_way(sync: Bench) -> None:
    """A webhook may know ticket 90 before the stream has come to 80."""
    sync.desk.add(range(1, 11))
    await sync.service().once(kinds=TICKETS)
    sync.desk.fail.extend([Unavailable("It is down.")] * 4)
    sync.desk.add([*range(11, 90)])
    async with sync.db.write(sync.tenancy.number) as session:
        await hints.take_in(session, sync.tenancy, "desk", [Hint(kind=Kind.TICKET, remote_id="89")], None)
    sync.clock.advance(61)
    service = sync.service()
    await service.once(kinds=TICKETS)  # the stream fails
    sync.desk.fail.clear()
    await service.once(kinds=[SyncKind.FIELDS])
    assert "89" in await sync.tickets()
    sync.desk.calls.clear()
    await rounds(sync, 3)
    assert not [ids for name, ids in sync.desk.calls if name == "tickets_by_id"]
    assert len(await sync.tickets()) == 89


async def test_what_was_not_read_for_long_is_looked_up_and_purged_when_it_is_gone(sync: Bench) -> None:
    sync.desk.add(range(1, 31))
    await sync.service().once(kinds=TICKETS)
    for ident in ("4", "5"):
        sync.desk.vanish(ident)
    await rounds(sync, 2)
    assert len(await sync.tickets()) == 30
    sync.clock.advance(8 * 86_400)
    await rounds(sync, 2)
    found = await sync.lifecycles()
    assert [ident for ident, lifecycle in found.items() if lifecycle is Lifecycle.PURGED] == ["4", "5"]
    assert not {4, 5} & {num for _, num in await sync.documents()}
    told = [(one.op, one.remote_id) for one in await sync.changes()][-2:]
    assert told == [(ChangeOp.DELETED, "4"), (ChangeOp.DELETED, "5")]
    sync.desk.calls.clear()
    await rounds(sync, 2)
    assert not [ids for name, ids in sync.desk.calls if name == "tickets_by_id"], "they were read just now"


async def test_a_credential_that_sees_less_does_not_empty_the_copy(sync: Bench) -> None:
    sync.desk.add(range(1, 41))
    await sync.service().once(kinds=TICKETS)
    for ident in range(1, 41):
        sync.desk.vanish(str(ident))
    sync.clock.advance(8 * 86_400)
    await rounds(sync, 3)
    assert len(await sync.tickets()) >= 30
    row = await sync.row("~reconcile")
    assert row.status is SyncStatus.FAILED and row.error is not None and row.error.code == SUSPICIOUS_DELETES
    state = await sync.state(SyncKind.TICKETS)
    assert state.status is SyncStatus.PARTIAL and state.last_error == row.error
    await sync.service().once(kinds=TICKETS, confirm_deletes=True)
    await rounds(sync, 1)
    assert await sync.tickets() == {}
    assert (await sync.state(SyncKind.TICKETS)).status is SyncStatus.LIVE


async def test_a_copy_that_is_short_of_the_vendors_count_looks_again(sync: Bench) -> None:
    sync.desk.add(range(1, 21))
    sync.desk.counted = 20
    await sync.service().once(kinds=TICKETS)
    await rounds(sync, 2)
    await lose(sync, 3)  # below what was looked through already
    await rounds(sync, 2)
    assert "3" not in await sync.tickets()
    for _ in range(3):
        sync.clock.advance(3_600)
        await rounds(sync, 2)
    assert "3" in await sync.tickets()


async def test_a_crash_at_any_step_repairs_all_the_same(db: Database) -> None:
    clock = ManualClock()
    async with bench(db, clock, {step: ScriptedDesk(clock, step) for step in RECONCILE}) as sync:
        for desk in sync.desks.values():
            desk.add(range(1, 31))
        await sync.service().once(kinds=TICKETS)
        clock.advance(8 * 86_400)
        await lose(sync, 7, 8)
        for step, desk in sync.desks.items():
            desk.vanish("9")
            for _ in range(3):
                clock.advance(61)
                try:
                    await sync.service(Deadly(step)).once([step], TICKETS)
                except Crash:
                    break
            else:
                pytest.fail(f"{step} was not met")
        await rounds(sync, 3)
        for step in sync.desks:
            found = await sync.lifecycles(step)
            assert found["7"] is found["8"] is Lifecycle.ACTIVE and found["9"] is Lifecycle.PURGED, step
            assert len(found) == 30, step


async def test_a_cycle_that_fails_is_tried_again_and_says_so(sync: Bench) -> None:
    sync.desk.add([1, 2, 9])
    await sync.service().once(kinds=TICKETS)
    sync.clock.advance(61)
    (report,) = await sync.service().once(kinds=TICKETS)
    assert report.outcome is Outcome.CAUGHT_UP

    def down(name: str) -> None:
        if name == "gaps-noted":
            sync.desk.fail.append(Unavailable("It is down."))

    async with sync.db.write(sync.tenancy.number) as session:
        await absences.note(session, sync.tenancy, "desk", [10], sync.clock.now())
    sync.clock.advance(61)
    await sync.service(down).once(kinds=TICKETS)
    row = await sync.row("~reconcile")
    assert row.error is not None and row.error.message == "It is down."
    assert row.due_at is not None
