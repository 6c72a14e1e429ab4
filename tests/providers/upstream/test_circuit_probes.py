"""After an outage: one call finds out, those beside it share its verdict, and nobody who leaves takes it along."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from models.errors import DeadlineExceeded, HelpdeskError, Unavailable
from providers.upstream import Lane, UpstreamPolicy
from runtime.deadline import Deadline

ONCE = UpstreamPolicy(attempts=1)
HURRIED = UpstreamPolicy(attempts=1, circuit_probe_wait=0.05)
FILE = "https://acme.example.com/attachments/1"
SOON = 0.5


class Vendor:
    """Down for five calls. What comes then waits at the gate and is answered `status`; `most` were there at once."""

    def __init__(self):
        self.gate, self.arrived = asyncio.Event(), asyncio.Event()
        self.status = 200
        self.paths: list[str] = []
        self.here = self.most = 0
        self.down = 5

    async def __call__(self, request):
        if self.down:
            self.down -= 1
            return httpx.Response(503)
        self.paths.append(request.url.path.removeprefix("/api/v2"))
        self.here += 1
        self.most = max(self.most, self.here)
        self.arrived.set()
        try:
            await self.gate.wait()
            return httpx.Response(self.status, json={})
        finally:
            self.here -= 1


@pytest.fixture
def vendor():
    return Vendor()


@pytest.fixture
def recovering(account, call, clock, vendor):
    """An account whose pause after an outage is just over."""

    async def build(policy=ONCE, **options):
        upstream = account(vendor, policy=policy, **options)
        for n in range(5):
            with pytest.raises(HelpdeskError):
                await upstream.request(call(f"/down/{n}"))
        assert upstream.health().circuits["read"] == "open"
        clock.advance(5)
        assert upstream.health().circuits["read"] == "half-open"
        return upstream

    return build


async def turns(count=30):
    """Everybody has gone as far as they can."""
    for _ in range(count):
        await asyncio.sleep(0)


def asked(upstream, *calls):
    return [asyncio.create_task(upstream.request(one)) for one in calls]


async def together(tasks):
    """A reader that ends its other calls on the first failure."""
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


@pytest.mark.parametrize("count", [2, 10, 25])
async def test_parallel_reads_after_the_pause_all_succeed_and_only_one_goes_first(recovering, call, vendor, count):
    upstream = await recovering()
    tasks = asked(upstream, *(call(f"/t/{n}") for n in range(count)))
    await turns()
    assert len(vendor.paths) == 1
    vendor.gate.set()
    answers = await together(tasks)
    assert all(answer.ok for answer in answers)
    assert sorted(vendor.paths) == sorted(f"/t/{n}" for n in range(count))
    assert upstream.health().answering


async def test_a_call_that_comes_later_waits_too(recovering, call, vendor):
    upstream = await recovering()
    [first] = asked(upstream, call("/first"))
    await turns()
    [second] = asked(upstream, call("/second"))
    await turns()
    assert vendor.paths == ["/first"]
    vendor.gate.set()
    assert (await first).ok
    assert (await second).ok


async def test_when_the_probe_fails_those_who_waited_hear_it_at_once(recovering, call, vendor):
    upstream = await recovering()
    vendor.status = 503
    tasks = asked(upstream, *(call(f"/t/{n}") for n in range(12)))
    await turns()
    vendor.gate.set()
    began = time.perf_counter()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert time.perf_counter() - began < SOON
    assert all(isinstance(result, Unavailable) for result in results)
    assert sorted(result.retry_after or 0 for result in results) == [0] + [10] * 11
    assert len(vendor.paths) == 1
    assert upstream.health().circuits["read"] == "open"


async def test_a_reader_that_ends_the_others_on_a_failure_does_not_end_the_probe(recovering, call, vendor):
    upstream = await recovering(HURRIED)
    with pytest.raises(Unavailable):
        await together(asked(upstream, call("/probe"), call("/beside")))
    assert vendor.paths == ["/probe"], "it is slow, and the other did not wait for ever"
    assert vendor.here == 1
    vendor.gate.set()
    await turns()
    assert upstream.health().answering
    answers = await together(asked(upstream, call("/probe"), call("/beside")))
    assert all(answer.ok for answer in answers)


@pytest.mark.parametrize("status", [200, 503])
async def test_a_probe_whose_caller_left_still_decides(recovering, call, vendor, status):
    upstream = await recovering()
    vendor.status = status
    [probe, waiting] = asked(upstream, call("/probe"), call("/waiting"))
    await turns()
    probe.cancel()
    await asyncio.wait([probe])
    assert probe.cancelled()
    vendor.gate.set()
    if status == 200:
        assert (await waiting).ok
        assert vendor.paths == ["/probe", "/waiting"]
    else:
        with pytest.raises(Unavailable):
            await waiting
        assert vendor.paths == ["/probe"]
    assert upstream.health().circuits["read"] == ("closed" if status == 200 else "open")


async def test_a_probe_whose_caller_left_holds_its_slot_and_charge_until_it_ends(recovering, call, vendor, clock):
    upstream = await recovering(UpstreamPolicy(attempts=1, concurrency=1))
    [probe] = asked(upstream, call("/probe"))
    await turns()
    probe.cancel()
    await asyncio.wait([probe])
    [other] = asked(upstream, call("/made", "POST"))
    await turns()
    assert vendor.paths == ["/probe"]
    vendor.gate.set()
    assert (await other).ok
    assert vendor.most == 1
    clock.advance(61)
    assert upstream.budgets()["tickets"].remaining == 100


async def test_a_caller_that_leaves_while_waiting_ends_only_its_own_call(recovering, call, vendor):
    upstream = await recovering()
    [probe, waiting] = asked(upstream, call("/probe"), call("/waiting"))
    await turns()
    waiting.cancel()
    await asyncio.wait([waiting])
    vendor.gate.set()
    assert (await probe).ok
    await turns()
    assert vendor.paths == ["/probe"]


async def test_a_probe_that_taught_nothing_is_followed_by_one_of_those_waiting(recovering, call, vendor):
    """Its caller was in a hurry: that says nothing about the helpdesk."""
    upstream = await recovering()
    hurried, waiting, more = asked(
        upstream, call("/hurried", deadline=Deadline(5 + 0.05)), call("/waiting"), call("/more")
    )
    with pytest.raises(DeadlineExceeded):
        await hurried
    await turns()
    assert vendor.paths == ["/hurried", "/waiting"]
    vendor.gate.set()
    assert (await waiting).ok
    assert (await more).ok
    assert upstream.health().answering


async def test_a_probe_that_takes_long_is_not_waited_for(recovering, call, vendor, clock):
    upstream = await recovering()
    [probe] = asked(upstream, call("/probe"))
    await turns()
    clock.advance(2)
    began = time.perf_counter()
    with pytest.raises(Unavailable) as caught:
        await upstream.request(call("/other"))
    assert time.perf_counter() - began < SOON
    assert caught.value.retry_after == 1
    vendor.gate.set()
    assert (await probe).ok
    assert (await upstream.request(call("/other"))).ok


@pytest.mark.parametrize("lane", list(Lane))
async def test_nobody_waits_for_a_probe_beyond_the_own_deadline(recovering, call, vendor, lane):
    upstream = await recovering()
    [probe] = asked(upstream, call("/probe"))
    await turns()
    began = time.perf_counter()
    with pytest.raises(HelpdeskError):
        await upstream.request(call("/other", deadline=Deadline(5 + 0.05), lane=lane))
    assert time.perf_counter() - began < SOON
    vendor.gate.set()
    assert (await probe).ok


async def test_writes_wait_for_the_verdict_of_their_own_kind_only(recovering, call, vendor):
    upstream = await recovering()
    [probe] = asked(upstream, call("/probe"))
    await turns()
    [write] = asked(upstream, call("/made", "POST"))
    await turns()
    assert vendor.paths == ["/probe", "/made"]
    vendor.gate.set()
    assert (await probe).ok
    assert (await write).ok


async def test_a_file_nobody_takes_any_more_is_shut(account, call, clock):
    down, gate, shut = 5, asyncio.Event(), asyncio.Event()

    class Body(httpx.AsyncByteStream):
        async def __aiter__(self):
            yield b"x"

        async def aclose(self):
            shut.set()

    async def vendor(request):
        nonlocal down
        if down:
            down -= 1
            return httpx.Response(503)
        await gate.wait()
        return httpx.Response(200, stream=Body())

    upstream = account(vendor, policy=ONCE)
    for n in range(5):
        with pytest.raises(HelpdeskError):
            await upstream.request(call(f"/down/{n}"))
    clock.advance(5)

    async def fetch():
        async with upstream.stream(call(FILE)) as file:
            return [piece async for piece in file.chunks]

    probe = asyncio.create_task(fetch())
    await turns()
    probe.cancel()
    await asyncio.wait([probe])
    gate.set()
    async with asyncio.timeout(SOON):
        await shut.wait()
    await turns()
    assert upstream.health().answering


async def test_closing_ends_a_probe_nobody_waits_for(recovering, call, vendor):
    upstream = await recovering()
    [probe] = asked(upstream, call("/probe"))
    await turns()
    probe.cancel()
    await asyncio.wait([probe])
    assert vendor.here == 1
    await upstream.aclose()
    assert vendor.here == 0
