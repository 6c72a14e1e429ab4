"""Identical reads in flight are one call, and nobody suffers for another's leaving."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from models.errors import DeadlineExceeded, Unavailable
from providers.upstream import Lane, UpstreamPolicy, recording
from providers.upstream.shared import InFlight
from runtime.clock import SystemClock
from runtime.deadline import Deadline


class Gate:
    def __init__(self, status=200):
        self.open, self.count, self.status = asyncio.Event(), 0, status

    async def __call__(self, request):
        self.count += 1
        await self.open.wait()
        return httpx.Response(self.status, json={"n": self.count})


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_hundred_at_once_are_one_call(account, call):
    gate = Gate()
    upstream = account(gate)
    with recording() as calls:
        tasks = [asyncio.create_task(upstream.request(call(params={"page": 1}))) for _ in range(100)]
        await settle()
        gate.open.set()
        bodies = {(await task).body for task in tasks}
    assert (gate.count, len(bodies)) == (1, 1)
    assert [c.shared for c in calls].count(False) == 1
    assert sum(c.credits for c in calls) == 1


async def test_what_differs_is_not_shared(account, call):
    gate = Gate()
    upstream = account(gate)
    calls = [
        call(),
        call("/tickets/8"),
        call(params={"page": 1}),
        call(headers={"accept-language": "de"}),
        call(lane=Lane.BACKGROUND),
        call(method="POST"),
        call(method="POST"),
    ]
    tasks = [asyncio.create_task(upstream.request(c)) for c in calls]
    await settle()
    assert gate.count == 7
    gate.open.set()
    await asyncio.gather(*tasks)


async def test_a_finished_call_is_not_an_answer_for_later(account, call):
    gate = Gate()
    gate.open.set()
    upstream = account(gate)
    assert [(await upstream.request(call())).body for _ in range(2)] == [b'{"n":1}', b'{"n":2}']


async def test_a_leader_who_leaves_does_not_fail_the_others(account, call):
    gate = Gate()
    upstream = account(gate)
    tasks = [asyncio.create_task(upstream.request(call())) for _ in range(3)]
    await settle()
    tasks[0].cancel()
    await settle()
    gate.open.set()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert [(await task).status for task in tasks[1:]] == [200, 200]
    assert gate.count == 1


async def test_when_all_have_left_the_call_ends_and_gives_its_slot_back(account, call):
    gate = Gate()
    upstream = account(gate, policy=UpstreamPolicy(concurrency=1))
    tasks = [asyncio.create_task(upstream.request(call())) for _ in range(3)]
    await settle()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await settle()
    gate.open.set()
    assert (await upstream.request(call("/tickets/8"))).ok


async def test_an_error_is_everybodys(account, call):
    gate = Gate(503)
    gate.open.set()
    upstream = account(gate, policy=UpstreamPolicy(attempts=1))
    results = await asyncio.gather(*(upstream.request(call()) for _ in range(5)), return_exceptions=True)
    assert [type(r) for r in results] == [Unavailable] * 5
    assert gate.count == 1


async def test_the_impatient_do_not_decide_for_the_patient(account, call):
    gate, clock = Gate(), SystemClock()
    upstream = account(gate, clock=clock)
    hasty = asyncio.create_task(upstream.request(call(deadline=Deadline.after(0.05, clock))))
    await settle()
    calm = asyncio.create_task(upstream.request(call(deadline=Deadline.after(5, clock))))
    with pytest.raises(DeadlineExceeded):
        await hasty
    gate.open.set()
    assert (await calm).ok


async def test_a_follower_keeps_its_own_deadline(account, call):
    gate, clock = Gate(), SystemClock()
    upstream = account(gate, clock=clock)
    calm = asyncio.create_task(upstream.request(call()))
    await settle()
    with pytest.raises(DeadlineExceeded):
        await upstream.request(call(deadline=Deadline.after(0.05, clock)))
    gate.open.set()
    assert (await calm).ok


async def test_closing_ends_what_is_in_flight(account, call):
    gate = Gate()
    upstream = account(gate)
    task = asyncio.create_task(upstream.request(call()))
    await settle()
    await upstream.aclose()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_work_that_just_ended_is_not_joined():
    """Whoever asks in the very turn in which earlier work fails begins anew. Joining it once gave its failure again and
    again, without the loop ever turning."""
    flights: InFlight[str] = InFlight()
    ended = asyncio.Event()

    async def fails():
        ended.set()
        raise DeadlineExceeded("somebody else's")

    async def works():
        return "anew"

    async def late():
        await ended.wait()
        return await flights.run("key", works)

    waiting = asyncio.create_task(late())
    await asyncio.sleep(0)
    with pytest.raises(DeadlineExceeded):
        await flights.run("key", fails)
    assert await waiting == "anew"
