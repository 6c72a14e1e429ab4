"""Who answers for a helpdesk: our copy or it itself, by how far the copy has come and what the caller takes."""

from __future__ import annotations

import asyncio

import pytest

from models.enums import FilterSupport, FreshnessSource, SearchKind, StalePolicy, SyncKind
from models.errors import BadCursor, Stale, StorageUnavailable, Unavailable
from models.queries import Scope
from models.records import ActorRef
from resolvers.sources import Choice, Freshness, Sources
from runtime.clock import ManualClock
from runtime.deadline import Deadline, deadline_is
from tests.resolvers.desk import NOW, Desk, two_desks
from tests.resolvers.desk_copy import DeskCopy, SetStates

SCOPE = Scope(tenant="t")
TICKETS = SyncKind.TICKETS


class Refreshing:
    """A refresh that makes the copy `age_s` old, when it is let; one that is never let hangs."""

    def __init__(
        self, states: SetStates, *, age_s: float = 0.0, error: Exception | None = None, let: bool = True
    ) -> None:
        self.states, self.age_s, self.error = states, age_s, error
        self.let = asyncio.Event()
        if let:
            self.let.set()
        self.calls: list[tuple[str, SyncKind]] = []

    async def __call__(self, helpdesk: str, kind: SyncKind) -> None:
        self.calls.append((helpdesk, kind))
        await self.let.wait()
        if self.error is not None:
            raise self.error
        self.states.set(helpdesk, kind, age_s=self.age_s)


async def sources(desks: dict[str, Desk], states: SetStates, refresh: Refreshing | None = None) -> Sources:
    found = Sources(desks, ManualClock(NOW), mirror=DeskCopy(desks), states=states, refresh=refresh)
    await found.current()
    return found


def aged(age_s: float) -> SetStates:
    return SetStates(TICKETS, helpdesks=["fd", "zd"], age_s=age_s)


async def test_without_a_copy_everything_is_live() -> None:
    found = Sources(two_desks(), ManualClock(NOW))
    await found.current()
    assert await found.choose("fd", TICKETS) == Choice()
    assert isinstance(found["fd"], Desk)


async def test_a_kind_that_was_not_read_to_its_end_yet_is_live() -> None:
    states = aged(1)
    states.set("fd", TICKETS, age_s=1, finished=False)
    found = await sources(two_desks(), states)
    assert not (await found.choose("fd", TICKETS)).mirrored
    assert (await found.choose("zd", TICKETS)).mirrored
    assert not (await found.choose("zd", SyncKind.CONTACTS)).mirrored


@pytest.mark.parametrize(("age_s", "stale"), [(1, False), (299, False), (301, True), (86_400, True)])
async def test_without_a_wish_the_copy_answers_and_says_when_it_is_old(age_s: float, stale: bool) -> None:
    chosen = await (await sources(two_desks(), aged(age_s))).choose("fd", TICKETS)
    assert (chosen.mirrored, chosen.stale, chosen.error) == (True, stale, None)
    assert chosen.as_of is not None and (NOW - chosen.as_of).total_seconds() == age_s
    assert chosen.coverage is not None and chosen.coverage.complete


async def test_a_copy_that_is_young_enough_is_not_refreshed() -> None:
    states = aged(50)
    refresh = Refreshing(states)
    found = await sources(two_desks(), states, refresh)
    for policy in StalePolicy:
        chosen = await found.choose("fd", TICKETS, Freshness(max_age_s=60, on_stale=policy))
        assert (chosen.mirrored, chosen.stale, chosen.error) == (True, False, None)
    assert refresh.calls == []


async def test_an_old_copy_is_brought_up_to_date_and_answers_then() -> None:
    states = aged(500)
    refresh = Refreshing(states)
    found = await sources(two_desks(), states, refresh)
    chosen = await found.choose("fd", TICKETS, Freshness(max_age_s=60))
    assert refresh.calls == [("fd", TICKETS)] and states.forgotten == 1
    assert (chosen.mirrored, chosen.stale, chosen.as_of) == (True, False, NOW)


@pytest.mark.parametrize("error", [Unavailable("down"), StorageUnavailable("gone"), RuntimeError("a bug")])
async def test_where_that_fails_the_helpdesk_is_asked_live(error: Exception) -> None:
    states = aged(500)
    found = await sources(two_desks(), states, Refreshing(states, error=error))
    chosen = await found.choose("fd", TICKETS, Freshness(max_age_s=60))
    assert not chosen.mirrored and chosen.error is None


async def test_nobody_waits_longer_for_it_than_the_request_lasts_and_it_goes_on_by_itself() -> None:
    states = aged(500)
    refresh = Refreshing(states, let=False)
    found = await sources(two_desks(), states, refresh)
    with deadline_is(Deadline.after(0.0, ManualClock(NOW))):
        chosen = await found.choose("fd", TICKETS, Freshness(max_age_s=60))
    assert not chosen.mirrored and refresh.calls == [("fd", TICKETS)]
    refresh.let.set()
    for _ in range(3):
        await asyncio.sleep(0)
    await found.current()
    assert (await found.choose("fd", TICKETS, Freshness(max_age_s=60))).mirrored


async def test_an_old_copy_may_be_served_and_marked_or_refused() -> None:
    found = await sources(two_desks(), aged(500))
    flagged = await found.choose("fd", TICKETS, Freshness(max_age_s=60, on_stale=StalePolicy.SERVE_AND_FLAG))
    assert (flagged.mirrored, flagged.stale, flagged.error) == (True, True, None)
    refused = await found.choose("fd", TICKETS, Freshness(max_age_s=60, on_stale=StalePolicy.FAIL))
    assert isinstance(refused.error, Stale) and refused.error.helpdesk == "fd"
    assert "2026-01-15T11:51:40Z" in refused.error.message and "SERVE_AND_FLAG" in refused.error.message


async def test_a_walk_goes_on_where_it_began() -> None:
    states = aged(500)
    refresh = Refreshing(states, error=Unavailable("down"))
    found = await sources(two_desks(), states, refresh)
    assert not (await found.choose("fd", TICKETS, pinned=False)).mirrored
    assert (await found.choose("fd", TICKETS, pinned=True)).mirrored
    chosen = await found.choose("fd", TICKETS, Freshness(max_age_s=60), pinned=True)
    assert chosen.mirrored and chosen.stale, "what began in the copy does not turn live half way"
    gone = await found.choose("fd", SyncKind.CONTACTS, pinned=True)
    assert isinstance(gone.error, BadCursor)


async def test_what_is_known_stands_while_the_database_is_gone() -> None:
    class Gone(SetStates):
        fails = False

        async def all(self):  # type: ignore[no-untyped-def]
            if self.fails:
                raise StorageUnavailable("gone")
            return await super().all()

    states = Gone(TICKETS, helpdesks=["fd"])
    found = await sources(two_desks(), states)
    states.fails = True
    await found.current()
    assert found.covers("fd", TICKETS)


async def test_records_by_id_come_from_the_copy_and_what_a_complete_one_lacks_is_not_there() -> None:
    desks = two_desks(count=4)
    states = SetStates(TICKETS, SyncKind.CONTACTS, helpdesks=["fd", "zd"])
    copy = DeskCopy(desks, without=frozenset({"2"}))
    found = Sources(desks, ManualClock(NOW), mirror=copy, states=states)
    rows = await found["fd"].tickets_by_id(SCOPE, ["1", "2", "3"])
    assert [r and r.origin for r in rows] == [FreshnessSource.SYNC, None, FreshnessSource.SYNC]
    assert desks["fd"].calls == []
    assert found["fd"].capabilities.batch == 500


async def test_what_a_copy_under_way_lacks_is_asked_live_in_the_helpdesks_own_batches() -> None:
    desks = two_desks(count=9, batch=2)
    states = SetStates(helpdesks=[])
    states.set("fd", TICKETS, age_s=1, finished=False)
    copy = DeskCopy(desks, without=frozenset({"2", "4", "5"}))
    found = Sources(desks, ManualClock(NOW), mirror=copy, states=states)
    rows = await found["fd"].tickets_by_id(SCOPE, ["1", "2", "3", "4", "5", "99"])
    assert [r and (r.remote_id, r.origin.value) for r in rows] == [
        ("1", "SYNC"), ("2", "LIVE"), ("3", "SYNC"), ("4", "LIVE"), ("5", "LIVE"), None,
    ]  # fmt: skip
    assert [ids for name, ids in desks["fd"].calls if name == "tickets_by_id"] == [("2", "4"), ("5", "99")]


async def test_what_hangs_on_a_record_is_asked_of_whoever_gave_the_record() -> None:
    desks = two_desks(count=3)
    copy = DeskCopy(desks)
    found = Sources(desks, ManualClock(NOW), mirror=copy, states=SetStates(TICKETS, helpdesks=["fd"]))
    ours, theirs = (await copy.source("fd").tickets_by_id(SCOPE, ["1"]))[0], desks["fd"].rows[1]
    assert ours is not None
    copy.calls.clear()
    lists = await found["fd"].comments(SCOPE, [theirs, ours, theirs], 5)
    assert [one.items[0].ticket_id for one in lists] == ["2", "1", "2"]  # type: ignore[union-attr]
    assert [ids for ids, _ in copy.asked("comments")] == [("1",)]
    assert [ids for ids, _ in desks["fd"].asked("comments")] == [("2", "2")]


async def test_small_lists_and_look_ups_go_by_their_own_kind() -> None:
    desks = two_desks()
    states = SetStates(SyncKind.AGENTS, SyncKind.FIELDS, SyncKind.CONTACTS, helpdesks=["fd"])
    source = Sources(desks, ManualClock(NOW), mirror=DeskCopy(desks), states=states)["fd"]
    assert {agent.origin for agent in await source.agents(SCOPE)} == {FreshnessSource.SYNC}
    assert {group.origin for group in await source.groups(SCOPE)} == {FreshnessSource.LIVE}
    assert len(await source.ticket_fields(SCOPE)) == 6 and await source.products(SCOPE)
    actors = await source.actors(SCOPE, [ActorRef(kind="PERSON", remote_id="101"), ActorRef(kind="UNKNOWN")])  # type: ignore[arg-type]
    assert [a and a.remote_id for a in actors] == ["101", None]
    assert [name for name, _ in desks["fd"].calls] == ["groups"]


async def test_what_only_the_copy_can_filter_is_told_as_mirror() -> None:
    desks = two_desks()
    copy = DeskCopy(desks)
    source = Sources(desks, ManualClock(NOW), mirror=copy, states=SetStates(helpdesks=[]))["fd"]
    (status,) = source.capabilities.fields[SearchKind.TICKET]
    assert (status.filterable, status.sortable) == (FilterSupport.NATIVE, FilterSupport.MIRROR)
