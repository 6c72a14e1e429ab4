"""Streams: rows and checkpoint together, whatever ends the process, and what stops a stream."""

from __future__ import annotations

import contextlib

from sqlalchemy import select

from models.changes import ChangeBatch, Unread, WindowStuck
from models.enums import ChangeOp, Kind, Lifecycle, SyncKind, SyncStatus
from models.errors import CredentialsRejected, RateLimited, Unavailable
from runtime.clock import ManualClock
from storage.database import Database
from storage.statements import Statement
from storage.tables.people import groups
from sync.outcome import Outcome
from sync.steps import STREAM
from sync.valves import SUSPICIOUS_DELETES, UNREADABLE_RECORDS, WINDOW_STUCK
from tests.sync.bench import Bench, Crash, Deadly, bench
from tests.sync.desk import ScriptedDesk

TICKETS = [SyncKind.TICKETS]
GROUPS = Statement(select(groups.c.num, groups.c.shown))


async def test_everything_is_read_to_its_end_and_then_what_changed(sync: Bench) -> None:
    sync.desk.add(range(1, 36))
    sync.desk.person("1", "Ada")
    sync.desk.group("7", "Support")
    reports = await sync.service().once()
    assert [(one.stream, one.outcome) for one in reports] == [
        ("tickets", Outcome.CAUGHT_UP),
        ("contacts", Outcome.CAUGHT_UP),
        ("groups", Outcome.CAUGHT_UP),
    ]
    assert (await sync.tickets()).keys() == sync.desk.tickets_there.keys()
    state = await sync.state(SyncKind.TICKETS)
    assert state.status is SyncStatus.LIVE and state.processed == 35 and state.coverage.complete
    assert state.watermark == sync.clock.now() and state.lag_s == 0.0
    assert (await sync.row("tickets")).due_at > sync.clock.now()

    sync.clock.advance(120)
    sync.desk.put("3", subject="Changed")
    sync.desk.put("99")
    await sync.service().once(["desk"], [SyncKind.TICKETS])
    found = await sync.tickets()
    assert found["3"].subject == "Changed" and len(found) == 36
    assert sync.desk.repeated == 0


async def test_a_crash_at_any_step_loses_nothing_and_repeats_one_page(db: Database) -> None:
    """Each step, met the first and the third time, in a helpdesk of its own."""
    clock = ManualClock()
    cases = {f"{step}-{at}": (step, at) for step in STREAM for at in (1, 3)}
    async with bench(db, clock, {key: ScriptedDesk(clock, key) for key in cases}) as sync:
        for key, (step, at) in cases.items():
            desk = sync.desks[key]
            desk.add(range(1, 66))
            hook = Deadly(step, at)
            with contextlib.suppress(Crash):
                await sync.service(hook).once([key], TICKETS)
            assert hook.met == at or step in ("leased", "released"), key
            await sync.service().once([key], TICKETS)
            assert (await sync.tickets(key)).keys() == desk.tickets_there.keys(), key
            assert desk.repeated <= 1, key
            row = await sync.row("tickets", key)
            assert (row.processed, row.checkpoint) == (65, "65"), key
        told = [(one.helpdesk, one.remote_id) for one in await sync.changes() if one.op is ChangeOp.CREATED]
        assert len(told) == len(set(told)) == 65 * len(cases)


async def test_a_worker_that_was_paused_past_its_lease_writes_nothing(sync: Bench) -> None:
    sync.desk.add(range(1, 31))
    sleepy = sync.service(lease_s=0.0)  # it runs out at once, as if the worker had slept
    (report,) = await sleepy.once(kinds=[SyncKind.TICKETS])
    assert report.outcome is Outcome.STOPPED and await sync.tickets() == {}
    assert (await sync.row("tickets")).checkpoint is None
    (report,) = await sync.service().once(kinds=[SyncKind.TICKETS])
    assert report.good and len(await sync.tickets()) == 30


async def test_one_worker_at_a_time_over_all_processes(sync: Bench) -> None:
    sync.desk.add(range(1, 31))
    outcomes: list[Outcome] = []

    class Other:
        """Another process that tries while the first one reads."""

        async def changes(self, stream: str, checkpoint: str | None) -> ChangeBatch:
            if not outcomes:
                outcomes.append(Outcome.STOPPED)
                (report,) = await sync.service().once(kinds=[SyncKind.TICKETS])
                outcomes[0] = report.outcome
            return await ScriptedDesk.changes(sync.desk, stream, checkpoint)

    sync.desk.changes = Other().changes  # type: ignore[method-assign]
    (report,) = await sync.service().once(kinds=[SyncKind.TICKETS])
    assert report.good and outcomes == [Outcome.HELD] and sync.desk.repeated == 0


async def test_a_failing_call_is_tried_again_and_says_what_it_failed_with(sync: Bench) -> None:
    sync.desk.add(range(1, 16))
    sync.desk.streams = sync.desk.streams[:1]
    sync.desk.fail.extend([Unavailable("It is down.", status=503), RateLimited("Wait.", status=429, retry_after=40.0)])
    before = sync.clock.monotonic()
    (report,) = await sync.service().once()
    assert report.good and sync.clock.monotonic() - before >= 40.0
    assert len(await sync.tickets()) == 15

    sync.desk.fail.extend([Unavailable("It is down.", status=503, request_id="r1")] * 10)
    (report,) = await sync.service().once()
    assert report.outcome is Outcome.LATER and report.error == "It is down."
    state = await sync.state(SyncKind.TICKETS)
    assert state.status is SyncStatus.LIVE
    assert state.last_error is not None and (state.last_error.status, state.last_error.request_id) == (503, "r1")


async def test_rejected_credentials_pause_until_somebody_asks(sync: Bench) -> None:
    sync.desk.streams = sync.desk.streams[:1]
    sync.desk.add(range(1, 6))
    sync.desk.fail.append(CredentialsRejected("Relink it.", status=401))
    (report,) = await sync.service().once()
    assert report.outcome is Outcome.HALTED
    assert (await sync.state(SyncKind.TICKETS)).status is SyncStatus.PAUSED
    assert (await sync.service().once())[0].good
    state = await sync.state(SyncKind.TICKETS)
    assert state.status is SyncStatus.LIVE and state.last_error is None


async def test_one_bad_record_is_kept_apart_and_the_others_go_on(sync: Bench) -> None:
    sync.desk.page = 100
    sync.desk.add(range(1, 1_000))
    sync.desk.spoil("5000")
    sync.desk.add(range(1_001, 1_100))
    await sync.service().once(kinds=TICKETS)
    assert len(await sync.tickets()) == 999 + 99
    state = await sync.state(SyncKind.TICKETS)
    assert state.coverage.known_missing is not None and state.coverage.known_missing.value == 1
    assert not state.coverage.complete
    sync.desk.put("5000")
    await sync.service().once(kinds=TICKETS)
    assert (await sync.state(SyncKind.TICKETS)).coverage.complete


async def test_too_many_bad_records_stop_the_stream_where_it_stands(sync: Bench) -> None:
    sync.desk.streams = sync.desk.streams[:1]
    sync.desk.add(range(1, 21))
    for ident in range(100, 111):
        sync.desk.spoil(str(ident))
    sync.desk.page = 11
    (report,) = await sync.service().once()
    assert report.outcome is Outcome.HALTED
    row = await sync.row("tickets")
    assert row.status is SyncStatus.FAILED and row.error is not None and row.error.code == UNREADABLE_RECORDS
    assert row.checkpoint == "22" and len(await sync.tickets()) == 20
    state = await sync.state(SyncKind.TICKETS)
    assert state.status is SyncStatus.FAILED
    missing = state.coverage.known_missing
    assert missing is not None and missing.value == 11, "they can be looked at"


async def test_a_window_that_cannot_advance_stops_loudly(sync: Bench) -> None:
    sync.desk.streams = sync.desk.streams[:1]
    sync.desk.add(range(1, 6))
    sync.desk.fail.append(WindowStuck("More rows share one second than it shows."))
    (report,) = await sync.service().once()
    assert report.outcome is Outcome.HALTED and report.error == "More rows share one second than it shows."
    assert (await sync.row("tickets")).error.code == WINDOW_STUCK
    asked = len(sync.desk.calls)
    sync.desk.fail.append(WindowStuck("Still."))
    await sync.service().once()
    assert len(sync.desk.calls) == asked + 1


async def test_deletes_take_records_out_of_lists_and_of_the_search_and_bring_them_back(sync: Bench) -> None:
    sync.desk.add(range(1, 9))
    await sync.service().once()
    assert {num for _, num in await sync.documents()} == set(range(1, 9))
    sync.clock.advance(60)
    for ident, lifecycle in (("2", Lifecycle.DELETED), ("3", Lifecycle.SPAM), ("4", Lifecycle.MERGED)):
        sync.desk.remove(ident, lifecycle)
    await sync.service().once()
    lifecycles = await sync.lifecycles()
    assert [lifecycles[n] for n in "1234"] == [
        Lifecycle.ACTIVE,
        Lifecycle.DELETED,
        Lifecycle.SPAM,
        Lifecycle.MERGED,
    ]
    assert {num for _, num in await sync.documents()} == {1, 5, 6, 7, 8}
    sync.clock.advance(60)
    sync.desk.put("3", subject="Not spam")
    await sync.service().once()
    assert (await sync.tickets())["3"].subject == "Not spam"
    assert 3 in [num for _, num in await sync.documents()]
    ops = [(one.op, one.remote_id) for one in await sync.changes() if one.op is not ChangeOp.CREATED]
    assert ops[-1] == (ChangeOp.RESTORED, "3")
    assert set(ops[:3]) == {(ChangeOp.DELETED, "2"), (ChangeOp.DELETED, "3"), (ChangeOp.MERGED, "4")}


async def test_a_suspicious_share_of_deletes_waits_for_a_word(sync: Bench) -> None:
    sync.desk.streams = sync.desk.streams[:1]
    sync.desk.page = 100
    sync.desk.add(range(1, 301))
    await sync.service().once(kinds=TICKETS)
    for ident in range(1, 12):
        sync.desk.remove(str(ident))
    (report,) = await sync.service().once(kinds=TICKETS)
    assert report.outcome is Outcome.HALTED and "11 of 300" in (report.error or "")
    assert len(await sync.tickets()) == 300
    assert (await sync.row("tickets")).error.code == SUSPICIOUS_DELETES
    (report,) = await sync.service().once(kinds=TICKETS)
    assert report.outcome is Outcome.HALTED and len(await sync.tickets()) == 300
    (report,) = await sync.service().once(kinds=TICKETS, confirm_deletes=True)
    assert report.good and len(await sync.tickets()) == 289
    assert (await sync.state(SyncKind.TICKETS)).status is SyncStatus.LIVE


async def test_a_whole_list_takes_out_what_it_does_not_show_any_more(sync: Bench) -> None:
    for ident in range(1, 26):
        sync.desk.group(str(ident), f"Group {ident}")
    await sync.service().once(kinds=[SyncKind.GROUPS])
    row = await sync.row("groups")
    assert row.pass_number == 1 and row.processed == 25 and row.pass_started_at is None
    sync.clock.advance(600)
    for ident in range(1, 4):
        del sync.desk.groups_there[str(ident)]
    await sync.service().once(kinds=[SyncKind.GROUPS])
    assert await _groups(sync) == set(range(4, 26))
    sync.clock.advance(600)
    kept = dict(list(sync.desk.groups_there.items())[:5])
    sync.desk.groups_there = kept
    (report,) = await sync.service().once(kinds=[SyncKind.GROUPS])
    assert report.outcome is Outcome.HALTED and len(await _groups(sync)) == 22
    (report,) = await sync.service().once(kinds=[SyncKind.GROUPS], confirm_deletes=True)
    assert report.good and len(await _groups(sync)) == 5


async def test_a_pass_that_met_a_record_without_an_id_takes_nothing_out(sync: Bench) -> None:
    """Who it was is not known: it may be the very one that is not shown."""
    for ident in range(1, 26):
        sync.desk.group(str(ident), f"Group {ident}")
    await sync.service().once(kinds=[SyncKind.GROUPS])
    sync.clock.advance(600)
    hidden = sync.desk.groups_there.pop("7")
    sync.desk.unread_groups = (Unread(kind=Kind.GROUP, remote_id=None, where="$[3].id", reason="no id"),)
    (report,) = await sync.service().once(kinds=[SyncKind.GROUPS])
    assert report.good and await _groups(sync) == set(range(1, 26))
    assert (await sync.row("groups")).pass_started_at is None
    sync.clock.advance(600)
    sync.desk.unread_groups = ()
    sync.desk.groups_there["7"] = hidden
    del sync.desk.groups_there["8"]
    await sync.service().once(kinds=[SyncKind.GROUPS])
    assert await _groups(sync) == set(range(1, 26)) - {8}


async def _groups(sync: Bench) -> set[int]:
    return {int(num) for num, shown in await sync.db.fetch(sync.tenancy.number, GROUPS, {}) if shown}
