"""What is said of a copy: its status, how old it is, what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.changes import StreamSpec
from models.enums import CountPrecision, SyncKind, SyncStatus
from models.errors import CredentialsRejected, Unavailable
from runtime.clock import ManualClock
from storage import absences, bulk
from storage.database import Database
from storage.states import States, covers
from tests.sync.bench import Bench, bench
from tests.sync.desk import STREAMS, ScriptedDesk

SIDE = StreamSpec(name="tickets-deleted", kind=SyncKind.TICKETS, every_s=300.0, main=False)
TICKETS = [SyncKind.TICKETS]


async def test_from_never_to_live_to_behind(sync: Bench) -> None:
    assert (await sync.state(SyncKind.TICKETS)).status is SyncStatus.NEVER_RUN
    assert not covers(await sync.state(SyncKind.TICKETS))
    sync.desk.add(range(1, 26))

    def stop_early(name: str) -> None:
        if name == "asking" and len(sync.desk.calls) == 2:
            raise Unavailable("It is down.")

    await sync.service(stop_early, tries_once=1).once(kinds=TICKETS)
    state = await sync.state(SyncKind.TICKETS)
    assert state.status is SyncStatus.BACKFILLING and not covers(state) and not state.coverage.complete
    assert state.processed == 20 and state.expected is not None
    assert (state.expected.value, state.expected.precision) == (25, CountPrecision.ESTIMATE)
    await sync.service().once(kinds=TICKETS)
    state = await sync.state(SyncKind.TICKETS)
    assert state.status is SyncStatus.LIVE and covers(state)
    sync.clock.advance(4 * 60 + 179)
    assert (await sync.state(SyncKind.TICKETS)).status is SyncStatus.LIVE
    sync.clock.advance(2)
    state = await sync.state(SyncKind.TICKETS)
    assert state.status is SyncStatus.BEHIND and state.lag_s == 421.0 and covers(state)


async def test_several_streams_of_a_kind_are_as_good_as_the_worst_and_as_old_as_the_oldest(sync: Bench) -> None:
    sync.desk.add(range(1, 4))
    sync.desk.streams = (*sync.desk.streams, SIDE)
    await sync.service().once(kinds=TICKETS)
    first = sync.clock.now()
    assert (await sync.state(SyncKind.TICKETS)).status is SyncStatus.LIVE
    sync.clock.advance(60)
    sync.desk.streams = STREAMS[:1]
    await sync.service().once(kinds=TICKETS)
    sync.desk.fail.append(CredentialsRejected("Not this list.", status=401))
    sync.desk.streams = (SIDE,)
    await sync.service().once(kinds=TICKETS)
    sync.desk.streams = (STREAMS[0], SIDE)
    state = await sync.state(SyncKind.TICKETS)
    assert state.status is SyncStatus.PARTIAL and covers(state) and not state.coverage.complete
    assert state.last_error is not None and state.last_error.message == "Not this list."
    assert state.watermark == first + timedelta(seconds=60)
    sync.clock.advance(4 * 300 + 180)
    sync.desk.streams = STREAMS[:1]
    await sync.service().once(kinds=TICKETS)
    sync.desk.streams = (STREAMS[0], SIDE)
    assert (await sync.state(SyncKind.TICKETS)).watermark == first, "a list that is late by its own clock counts"


async def test_missing_numbers_and_unread_records_are_told(sync: Bench) -> None:
    sync.desk.add([1, 2, 3])
    await sync.service().once(kinds=TICKETS)
    async with sync.db.write(sync.tenancy.number) as session:
        await absences.note(session, sync.tenancy, "desk", [7, 8], sync.clock.now())
    sync.desk.spoil("9")
    await sync.service(reconcile_calls=0).once(kinds=TICKETS)
    async with sync.db.write(sync.tenancy.number) as session:
        await absences.note(session, sync.tenancy, "desk", [17, 18], sync.clock.now())
    state = await sync.state(SyncKind.TICKETS)
    assert state.coverage.known_missing is not None and state.coverage.known_missing.value == 3
    assert not state.coverage.complete and state.status is SyncStatus.LIVE


async def test_a_copy_without_its_indexes_is_not_asked(db: Database) -> None:
    clock = ManualClock()
    async with bench(db, clock, {key: ScriptedDesk(clock, key) for key in ("desk", "other")}) as sync:
        for desk in sync.desks.values():
            desk.add([1, 2, 3])
        await sync.service().once(["desk"], TICKETS)
        assert await bulk.loading(db)
        state = await sync.state(SyncKind.TICKETS)
        assert state.status is SyncStatus.BACKFILLING and not covers(state)
        await sync.service().once(["other"], TICKETS)
        assert not await bulk.loading(db)
        assert all([covers(await sync.state(SyncKind.TICKETS, key)) for key in sync.desks])


async def test_states_are_kept_for_a_moment(sync: Bench) -> None:
    states = States(sync.db, sync.tenancy, {"desk": sync.desk.streams}, sync.clock)
    assert not await states.covers("desk", SyncKind.TICKETS)
    sync.desk.add([1])
    await sync.service().once(kinds=TICKETS)
    assert not await states.covers("desk", SyncKind.TICKETS)
    states.forget()
    assert await states.covers("desk", SyncKind.TICKETS)
    sync.clock.advance(timedelta(seconds=2).total_seconds())
    assert (await states.of("desk", SyncKind.TICKETS)).lag_s == pytest.approx(2.0)
    assert (await states.of("elsewhere", SyncKind.TICKETS)).status is SyncStatus.NEVER_RUN
