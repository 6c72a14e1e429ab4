"""No ticket twice: the ledger's flow over a helpdesk that loses answers and refuses calls."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from models.errors import BadInput, Conflict, IdempotencyMismatch, OutcomeUnknown, Unavailable
from models.queries import TicketDraft
from providers.base import Provider
from runtime.clock import ManualClock
from tests.support.fake_provider import CreatingDesk
from writes import MemoryLedger, WriteResult, WriteState, create_ticket


def draft(subject: str = "Hello") -> TicketDraft:
    return TicketDraft(subject=subject, body_text="Help", requester_id="7")


async def send(desk: CreatingDesk, ledger: MemoryLedger, key: str, clock: ManualClock, **kw: Any) -> WriteResult:
    kw = {"draft": draft(f"Ticket {key}"), "preview": False, **kw}
    return await create_ticket(cast(Provider, desk), ledger, tenant="t", key=key, clock=clock, **kw)


@pytest.mark.parametrize("seed", range(5))
async def test_with_the_vendors_own_key_each_key_ends_in_exactly_one_ticket(seed: int) -> None:
    desk, ledger, clock = CreatingDesk(idempotent=True, lost=0.2, refused=0.2, seed=seed), MemoryLedger(), ManualClock()

    async def until_settled(key: str) -> None:
        for _ in range(100):
            found = await send(desk, ledger, key, clock)
            if found.state is WriteState.SUCCEEDED:
                return
            await clock.sleep(1)
        raise AssertionError(f"{key} never settled")

    await asyncio.gather(*(until_settled(str(n)) for n in range(100)))
    assert len(desk.made) == 100 and len({t.subject for _, t in desk.made}) == 100


@pytest.mark.parametrize("seed", range(5))
async def test_without_one_nothing_is_sent_again_after_a_lost_answer(seed: int) -> None:
    desk = CreatingDesk(idempotent=False, lost=0.3, refused=0.2, seed=seed, lag=10**9)
    ledger, clock = MemoryLedger(), ManualClock()
    states: dict[str, WriteState] = {}
    for key in map(str, range(100)):
        for _ in range(30):
            states[key] = (await send(desk, ledger, key, clock)).state
            if states[key] is WriteState.SUCCEEDED:
                break
    assert set(states.values()) == {WriteState.SUCCEEDED, WriteState.OUTCOME_UNKNOWN}
    assert len(desk.made) == 100 == len({m for m, _ in desk.made}), "a second create left us"


async def test_a_lost_ticket_is_found_by_its_marker_once_the_vendor_can_show_it() -> None:
    desk, ledger, clock = CreatingDesk(idempotent=False, lost=1.0, lag=2), MemoryLedger(), ManualClock()
    first = await send(desk, ledger, "k", clock)
    assert isinstance(first.error, OutcomeUnknown) and first.error.helpdesk == "desk"
    again = [await send(desk, ledger, "k", clock) for _ in range(3)]
    assert [r.state for r in again] == [WriteState.OUTCOME_UNKNOWN, WriteState.OUTCOME_UNKNOWN, WriteState.SUCCEEDED]
    assert again[2].ticket == desk.made[0][1] and again[2].replayed and len(desk.sends) == 1


async def test_the_vendors_key_is_not_trusted_beyond_its_life() -> None:
    desk, ledger, clock = CreatingDesk(idempotent=True, lost=1.0, lag=10**9), MemoryLedger(), ManualClock()
    await send(desk, ledger, "k", clock)
    clock.advance(3 * 3600)
    late = await send(desk, ledger, "k", clock)
    assert late.state is WriteState.OUTCOME_UNKNOWN and len(desk.sends) == 1


async def test_the_same_key_gives_the_stored_ticket_and_another_input_is_refused() -> None:
    desk, ledger, clock = CreatingDesk(idempotent=True), MemoryLedger(), ManualClock()
    first, second = await send(desk, ledger, "k", clock), await send(desk, ledger, "k", clock)
    assert not first.replayed and second.replayed and second.ticket == first.ticket and len(desk.sends) == 1
    other = await send(desk, ledger, "k", clock, draft=draft("Something else"))
    assert isinstance(other.error, IdempotencyMismatch) and len(desk.sends) == 1


async def test_two_at_once_send_once() -> None:
    desk, ledger, clock = CreatingDesk(idempotent=True), MemoryLedger(), ManualClock()
    entered, go_on = asyncio.Event(), asyncio.Event()
    plain = desk.create_ticket

    class Slow(CreatingDesk):
        async def create_ticket(self, plan: Any, idempotency_key: str) -> Any:
            entered.set()
            await go_on.wait()
            return await plain(plan, idempotency_key)

    slow = Slow(idempotent=True)
    first = asyncio.ensure_future(send(slow, ledger, "k", clock))
    await entered.wait()
    meanwhile = await send(slow, ledger, "k", clock)
    assert isinstance(meanwhile.error, Conflict) and meanwhile.error.retryable
    go_on.set()
    assert (await first).state is WriteState.SUCCEEDED and len(desk.made) == 1


async def test_a_caller_that_goes_away_does_not_lose_the_outcome() -> None:
    ledger, clock = MemoryLedger(), ManualClock()
    entered, go_on = asyncio.Event(), asyncio.Event()

    class Slow(CreatingDesk):
        async def create_ticket(self, plan: Any, idempotency_key: str) -> Any:
            entered.set()
            await go_on.wait()
            return await super().create_ticket(plan, idempotency_key)

    desk = Slow(idempotent=False)
    caller = asyncio.ensure_future(send(desk, ledger, "k", clock))
    await entered.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    for _ in range(10):
        await asyncio.sleep(0)
    later = await send(desk, ledger, "k", clock)
    assert later.state is WriteState.SUCCEEDED and later.replayed and len(desk.made) == 1


async def test_a_preview_sends_nothing_and_leaves_no_row() -> None:
    desk, ledger, clock = CreatingDesk(idempotent=True), MemoryLedger(), ManualClock()
    shown = await send(desk, ledger, "k", clock, preview=True)
    assert shown.plan is not None and shown.plan.body["subject"] == "Ticket k" and desk.sends == []
    other = await send(desk, ledger, "k", clock, draft=draft("Another"))
    assert other.state is WriteState.SUCCEEDED


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "a\nb", "\x00"])
async def test_a_key_that_is_none_is_named(key: str) -> None:
    found = await send(CreatingDesk(idempotent=True), MemoryLedger(), key, ManualClock(), draft=draft())
    assert isinstance(found.error, BadInput) and found.error.field == "idempotencyKey"


async def test_the_ledger_is_bounded_and_never_drops_an_open_row() -> None:
    desk, ledger, clock = CreatingDesk(idempotent=False, lost=1.0, lag=10**9), MemoryLedger(most=3), ManualClock()
    for key in "abc":
        await send(desk, ledger, key, clock)
    full = await send(desk, ledger, "d", clock)
    assert isinstance(full.error, Conflict) and len(desk.sends) == 3


async def test_a_settled_key_is_answered_from_its_row_though_planning_fails_now() -> None:
    desk, ledger, clock = CreatingDesk(idempotent=False), MemoryLedger(), ManualClock()
    first = await send(desk, ledger, "k", clock)

    class Down(CreatingDesk):
        async def plan_ticket(self, draft: TicketDraft, marker: str) -> Any:
            raise Unavailable("the fields cannot be read")

    again = await send(Down(idempotent=False), ledger, "k", clock)
    assert again.ticket == first.ticket and again.replayed
    fresh = await send(Down(idempotent=False), ledger, "other", clock)
    assert isinstance(fresh.error, Unavailable)
