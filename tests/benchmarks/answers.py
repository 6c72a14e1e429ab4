"""A page of tickets, answered by the whole server, against writing that very answer as JSON."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import httpx
import orjson

from runtime.clock import SystemClock
from tests.benchmarks.measuring import Figure, compare
from tests.support.inprocess import pretend, served

QUERY = """
{
  tickets(first: 100) {
    nodes { id subject requester { name email } organization { name } assignee { name } group { name } }
  }
}"""
DAYS = 100


async def figures() -> AsyncIterator[Figure]:
    clock = SystemClock()
    sandbox = pretend({"freshdesk": 3_000, "zendesk": 3_000}, clock, span_days=DAYS)
    inside = _Inside()
    async with served(sandbox, clock, wrap=inside.around) as door:
        answer = await door.ask(QUERY)
        assert "errors" not in answer, answer["errors"]
        assert len(answer["data"]["tickets"]["nodes"]) == 100

        async def ask() -> None:
            await door.ask(QUERY)

        async def dump() -> None:
            orjson.dumps(answer)

        inside.seconds, began = 0.0, time.process_time()
        for _ in range(10):
            await ask()
        share = inside.seconds / (time.process_time() - began)
        note = f"the sandbox's own share is {share:.0%}; ≤ 10 is a later goal, not this issue's"
        yield await compare("query Q, live over both, to orjson.dumps", ask, dump, rounds=20, repeat=20, note=note)


class _Inside:
    """CPU time spent in the sandbox, which is no part of the server."""

    seconds = 0.0

    def around(self, inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        return _Timed(inner, self)


class _Timed(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport, total: _Inside) -> None:
        self._inner, self._total = inner, total

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        began = time.process_time()
        try:
            return await self._inner.handle_async_request(request)
        finally:
            self._total.seconds += time.process_time() - began
