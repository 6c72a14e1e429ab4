"""The sandbox: five million tickets against five thousand, and a deep page against the first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx

from providers.freshdesk.simulator import ADMIN
from providers.zendesk.simulator.credentials import Credentials
from runtime.clock import SystemClock
from sandbox.inprocess import InProcess
from tests.benchmarks.measuring import Figure, Work, compare
from tests.support.inprocess import pretend

MANY, FEW = 5_000_000, 5_000
GOAL = 3.0
FRESHDESK = "/freshdesk/api/v2/tickets"
ZENDESK = "/zendesk/api/v2/tickets"
LISTED: Mapping[str, str | int] = {
    "per_page": 100,
    "updated_since": "2000-01-01T00:00:00Z",
    "order_by": "updated_at",
}


def _client(tickets: int) -> httpx.AsyncClient:
    sandbox = pretend({"freshdesk": tickets // 2, "zendesk": tickets // 2}, SystemClock())
    return httpx.AsyncClient(transport=InProcess(sandbox), base_url="http://sandbox.test")


def _freshdesk(client: httpx.AsyncClient, *, first: int = 1, last: int = 1) -> Work:
    """Pages `first` to `last` in turn, so that no page is served from what was kept of itself."""
    pages = iter(range(10**9))

    async def get() -> None:
        page = first + next(pages) % (last - first + 1)
        answer = await client.get(FRESHDESK, params={**LISTED, "page": page}, auth=(ADMIN.secret, "X"))
        assert answer.status_code == 200, answer.text
        assert len(answer.json()) == 100

    return get


def _zendesk(client: httpx.AsyncClient) -> Work:
    headers = {"Authorization": f"Bearer {Credentials(email='').oauth_token}"}

    async def get() -> None:
        answer = await client.get(ZENDESK, params={"page[size]": 100, "sort": "-updated_at"}, headers=headers)
        assert len(answer.json()["tickets"]) == 100

    return get


async def figures() -> AsyncIterator[Figure]:
    async with _client(MANY) as many, _client(FEW) as few:
        yield await compare(
            "sandbox, Freshdesk: first page of 5,000,000, to that of 5,000",
            _freshdesk(many),
            _freshdesk(few),
            rounds=15,
            goal=GOAL,
        )
        yield await compare(
            "sandbox, Zendesk: first page of 5,000,000, to that of 5,000",
            _zendesk(many),
            _zendesk(few),
            rounds=15,
            goal=GOAL,
        )
        yield await compare(
            "sandbox, Freshdesk: pages 271 to 300 of 5,000,000, to pages 1 to 30",
            _freshdesk(many, first=271, last=300),
            _freshdesk(many, first=1, last=30),
            rounds=25,
            goal=GOAL,
        )
