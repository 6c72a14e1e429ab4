"""A helpdesk that fails is left alone, and found again."""

from __future__ import annotations

import httpx
import pytest

from models.errors import HelpdeskError, Unavailable
from providers.upstream import UpstreamPolicy, recording
from providers.upstream.circuit import Circuit

ONCE = UpstreamPolicy(attempts=1)


class Switch:
    def __init__(self) -> None:
        self.status, self.count = 503, 0

    def __call__(self, request):
        self.count += 1
        return httpx.Response(self.status, json={})


async def fail(upstream, call, times):
    for n in range(times):
        with pytest.raises(HelpdeskError):
            await upstream.request(call(f"/tickets/{n}"))


async def test_five_failures_in_a_row_open_it(account, call, clock):
    vendor = Switch()
    upstream = account(vendor, policy=ONCE)
    await fail(upstream, call, 4)
    assert upstream.health().circuits["read"] == "closed"
    await fail(upstream, call, 1)
    assert upstream.health().circuits["read"] == "open"
    assert not upstream.health().answering
    began = clock.monotonic()
    with pytest.raises(Unavailable) as caught:
        await upstream.request(call())
    assert clock.monotonic() == began
    assert caught.value.retry_after == 5
    assert vendor.count == 5


async def test_other_kinds_of_call_have_their_own(account, call):
    vendor = Switch()
    upstream = account(vendor, policy=ONCE)
    await fail(upstream, call, 5)
    vendor.status = 201
    assert (await upstream.request(call(method="POST"))).ok


async def test_after_the_pause_one_probe_decides_and_the_pause_grows(account, call, clock):
    vendor = Switch()
    upstream = account(vendor, policy=ONCE)
    await fail(upstream, call, 5)
    pauses = []
    for _ in range(6):
        with pytest.raises(Unavailable) as caught:
            await upstream.request(call())
        pauses.append(caught.value.retry_after)
        clock.advance(caught.value.retry_after)
        assert upstream.health().circuits["read"] == "half-open"
        await fail(upstream, call, 1)
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert vendor.count == 5 + 6
    clock.advance(60)
    vendor.status = 200
    assert (await upstream.request(call())).ok
    assert upstream.health().answering


def test_half_of_twenty_within_thirty_seconds_opens_it(clock):
    for gap, opened in [(1.0, True), (2.0, False)]:
        circuit = Circuit(UpstreamPolicy(), clock)
        for n in range(20):
            circuit.end(n % 2 == 0, circuit.begin())
            clock.advance(gap)
        assert (circuit.state != "closed") == opened


@pytest.mark.parametrize("status", [400, 404, 429, 401])
async def test_refusals_are_not_failures(account, call, clock, status):
    vendor = Switch()
    vendor.status = status
    upstream = account(vendor, policy=ONCE)
    for n in range(8):
        try:
            await upstream.request(call(f"/tickets/{n}"))
        except HelpdeskError:
            pass
        clock.advance(61)
    assert upstream.health().answering
    assert vendor.count == 8


async def test_an_outage_of_five_minutes_costs_few_calls(account, call, clock):
    vendor = Switch()
    upstream = account(vendor)
    wanted = 0
    with recording() as calls:
        while clock.monotonic() < 300:
            wanted += 1
            with pytest.raises(HelpdeskError):
                await upstream.request(call(f"/tickets/{wanted}"))
            clock.advance(0.5)
    assert len(calls) == vendor.count < 20
