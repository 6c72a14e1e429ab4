"""What the policy costs a call, against a bare client on the same transport."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from providers.upstream import Call, FamilyPolicy, FixedCredential, Upstream
from runtime.clock import SystemClock
from tests.benchmarks.measuring import Figure, compare

BASE = "https://acme.example/api/v2"
BODY = b'{"tickets": []}'
CALLS = 200


async def figures() -> AsyncIterator[Figure]:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=BODY, headers={"content-type": "application/json"})

    transport = httpx.MockTransport(answer)
    policed = Upstream(
        "acme",
        BASE,
        credentials=FixedCredential({"authorization": "Bearer nothing"}),
        families={"tickets": FamilyPolicy(total=None)},
        transport=transport,
        clock=SystemClock(),
    )
    async with httpx.AsyncClient(transport=transport) as bare:

        async def with_policy() -> None:
            for number in range(CALLS):
                await policed.request(Call(path=f"/tickets/{number}", endpoint="GET /tickets/{id}", family="tickets"))

        async def without() -> None:
            for number in range(CALLS):
                await bare.get(f"{BASE}/tickets/{number}", headers={"authorization": "Bearer nothing"})

        found = await compare(
            "an upstream call under the policy, to a bare httpx call", with_policy, without, rounds=8, note="200 calls"
        )
    await policed.aclose()
    yield found
