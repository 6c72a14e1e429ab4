"""Five million tickets: nothing may depend on how many there are."""

from __future__ import annotations

from typing import Any

import pytest

from providers.zendesk.simulator.paging import seal
from tests.providers.zendesk.simulator.conftest import Account
from tests.support.steps import counted

SIZES = (5_000_000, 500_000)


@pytest.fixture(scope="module")
def accounts() -> list[Account]:
    """Alike but for their size."""
    made = [Account(tickets=size, span_days=2190) for size in SIZES]
    for account in made:
        account.controls.limits("zendesk").enabled = False
    return made


@pytest.mark.parametrize(
    "path,query",
    [
        ("tickets", {"page[size]": 100, "sort": "-updated_at"}),
        ("tickets", {"page[size]": 100, "sort": "id", "deep": True}),
        ("tickets", {"page[size]": 100, "sort": "-updated_at", "deep": True}),
        ("tickets", {"page": 100}),
        ("tickets/show_many", {"spread": 100}),
        ("tickets/count", {}),
        ("tickets/last/comments", {}),
        ("incremental/tickets/cursor", {"start_time": 1_700_000_000, "per_page": 100}),
        ("incremental/users/cursor", {"start_time": 1_700_000_000, "per_page": 100}),
        ("users", {"page[size]": 100}),
        ("search", {"query": "type:ticket status:open priority:urgent", "per_page": 100}),
        ("search/export", {"query": "status:open", "filter[type]": "ticket", "page[size]": 100}),
    ],
)
async def test_a_page_is_no_more_work_than_in_a_tenth_of_the_account(
    accounts: list[Account], path: str, query: dict[str, Any]
) -> None:
    many, few = [await work(account, path, query) for account in accounts]
    assert many < 1.5 * few < 150_000


async def work(account: Account, path: str, query: dict[str, Any]) -> int:
    """Of asking again; the first time may fill what is remembered of a list."""
    asked, path = placed(account, query), path.replace("last", str(account.desk.tickets.last_number))
    async with account.client(account.bearer) as account.http:
        await account.get(path, **asked)
        with counted() as steps:
            await account.get(path, **asked)
    return steps.count


def placed(account: Account, query: dict[str, Any]) -> dict[str, Any]:
    """`deep`: behind a ticket in the middle of the list; `spread`: so many tickets from all over it."""
    asked, size = dict(query), account.desk.tickets.last_number
    if asked.pop("deep", False):
        ticket = account.desk.tickets.get(size // 2)
        assert ticket is not None
        key = ticket.number if asked["sort"] == "id" else int(ticket.updated.timestamp())
        asked["page[after]"] = seal((key, ticket.number))
    if (spread := asked.pop("spread", None)) is not None:
        asked["ids"] = ",".join(str(n * (size // spread) - 1) for n in range(1, spread + 1))
    return asked
