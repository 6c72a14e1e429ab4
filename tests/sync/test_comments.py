"""Comments: newest first in the background, at once for whoever looks."""

from __future__ import annotations

import asyncio

import pytest

from models.enums import ChangeOp, Kind, SyncKind, SyncStatus
from models.errors import DeadlineExceeded, NotFound, Unavailable
from models.records import CommentList
from runtime.clock import ManualClock
from storage.database import Database
from sync.steps import COMMENTS
from tests.sync.bench import Bench, Crash, Deadly, bench
from tests.sync.desk import ScriptedDesk

TICKETS, SAID = [SyncKind.TICKETS], [SyncKind.COMMENTS]


async def loaded(sync: Bench, many: int) -> None:
    for ident in range(1, many + 1):
        sync.desk.put(str(ident))
        sync.clock.advance(1)
    await sync.service().once(kinds=TICKETS)
    sync.desk.calls.clear()


async def test_a_list_needs_no_comments_and_they_come_newest_first(sync: Bench) -> None:
    await loaded(sync, 7)
    assert len(await sync.tickets()) == 7 and await sync.comments() == []
    assert len(await sync.comments_due()) == 7
    await sync.service(comments_at_once=3).once(kinds=SAID)
    assert [ids for name, ids in sync.desk.calls if name == "comments"] == [("7", "6", "5"), ("4", "3", "2"), ("1",)]
    assert len(await sync.comments()) == 14 and not await sync.comments_due()
    state = await sync.state(SyncKind.COMMENTS)
    assert state.status is SyncStatus.LIVE and state.processed == 7


async def test_a_cycle_is_bounded(sync: Bench) -> None:
    await loaded(sync, 7)
    await sync.service(comments_at_once=2, comments_each_cycle=3).once()
    assert [ids for name, ids in sync.desk.calls if name == "comments"] == [("7", "6"), ("5",)]
    assert (await sync.state(SyncKind.COMMENTS)).status is SyncStatus.BACKFILLING


async def test_a_ticket_that_changed_is_read_again(sync: Bench) -> None:
    await loaded(sync, 3)
    await sync.service().once(kinds=SAID)
    sync.clock.advance(60)
    sync.desk.put("2")
    sync.desk.comments_said = 3
    await sync.service().once(kinds=TICKETS)
    assert await sync.comments_due() == {"2"}
    await sync.service().once(kinds=SAID)
    assert await sync.comments() == ["1/0", "1/1", "2/0", "2/1", "2/2", "3/0", "3/1"]
    told = [one for one in await sync.changes() if one.kind is Kind.COMMENT]
    assert (told[-1].remote_id, told[-1].op, len(told)) == ("2/2", ChangeOp.CREATED, 7)


async def test_a_ticket_whose_comments_cannot_be_read_holds_up_nobody(sync: Bench) -> None:
    await loaded(sync, 6)
    sync.desk.comment_errors["6"] = NotFound("It is not there.")
    sync.desk.comment_errors["5"] = Unavailable("Not this one.")
    service = sync.service(comments_at_once=3)
    await service.once(kinds=SAID)
    assert await sync.comments_due() == {"5", "6"}
    await service.once(kinds=SAID)
    asked = [ids for name, ids in sync.desk.calls if name == "comments"]
    assert asked == [("6", "5", "4"), ("3", "2", "1")]
    sync.desk.comment_errors.clear()
    sync.clock.advance(1_000)
    await service.once(kinds=SAID)
    assert not await sync.comments_due()


async def test_a_helpdesk_that_is_down_is_held_against_no_ticket(sync: Bench) -> None:
    await loaded(sync, 2)
    service = sync.service()
    sync.desk.fail.append(Unavailable("It is down.", status=503))
    await service.once(kinds=SAID)
    state = await sync.state(SyncKind.COMMENTS)
    assert state.last_error is not None and state.last_error.status == 503
    sync.desk.comment_errors.update({"1": Unavailable("It is down."), "2": Unavailable("It is down.")})
    await service.once(kinds=SAID)
    sync.desk.comment_errors.clear()
    await service.once(kinds=SAID)
    assert not await sync.comments_due()
    assert (await sync.state(SyncKind.COMMENTS)).last_error is None


async def test_a_crash_at_any_step_loses_none_and_stores_none_twice(db: Database) -> None:
    clock = ManualClock()
    async with bench(db, clock, {step: ScriptedDesk(clock, step) for step in COMMENTS}) as sync:
        for desk in sync.desks.values():
            desk.add(range(1, 6))
        await sync.service().once(kinds=TICKETS)
        for step in COMMENTS:
            with pytest.raises(Crash):
                await sync.service(Deadly(step), comments_at_once=2).once([step], SAID)
            await sync.service().once([step], SAID)
            found = await sync.comments(step)
            assert len(found) == len(set(found)) == 10, step
        told = [(one.helpdesk, one.remote_id) for one in await sync.changes() if one.kind is Kind.COMMENT]
        assert len(told) == len(set(told)) == 10 * len(COMMENTS)


async def test_who_looks_has_them_at_once_and_they_are_kept(sync: Bench) -> None:
    await loaded(sync, 3)
    service = sync.service()
    tickets = list((await sync.tickets()).values())
    found = await service.comments("desk", tickets[:2], 10)
    assert [len(one.items) for one in found if isinstance(one, CommentList)] == [2, 2]
    await service.aclose()
    assert await sync.comments_due() == {"3"}
    assert await sync.comments() == ["1/0", "1/1", "2/0", "2/1"]


async def test_the_same_wish_in_flight_is_one_call_and_one_ticket_fails_alone(sync: Bench) -> None:
    await loaded(sync, 2)
    service = sync.service()
    one, two = (await sync.tickets()).values()
    sync.desk.comment_errors["2"] = NotFound("It is not there.")
    answers = await asyncio.gather(*(service.comments("desk", [one, two], 10) for _ in range(5)))
    asked = [ids for name, ids in sync.desk.calls if name == "comments"]
    assert sorted(asked) == [("1",), ("2",)]
    for first, second in answers:
        assert isinstance(first, CommentList) and isinstance(second, NotFound) and second.helpdesk == "desk"
    await service.aclose()
    assert await sync.comments_due() == {"2"}


async def test_a_wish_that_joined_one_out_of_time_is_asked_again(sync: Bench) -> None:
    await loaded(sync, 1)
    service = sync.service()
    (ticket,) = (await sync.tickets()).values()
    sync.desk.fail.append(DeadlineExceeded("The time for this request ran out."))
    first, second = await asyncio.gather(service.comments("desk", [ticket], 10), service.comments("desk", [ticket], 10))
    assert isinstance(first[0], DeadlineExceeded) and isinstance(second[0], CommentList)
    await service.aclose()
