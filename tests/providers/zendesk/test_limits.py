"""What the three families of headers teach the budget."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from providers.upstream import Observation
from providers.zendesk import limits


def learned(family: str, **headers: str) -> list[Observation]:
    return list(limits.observations(family, {k.replace("_", "-"): v for k, v in headers.items()}))


def test_the_older_headers() -> None:
    assert learned("account", x_rate_limit="700", x_rate_limit_remaining="699") == [
        Observation("account", total=700, remaining=699),
        Observation("help-center", total=700),
    ]


def test_the_newer_headers_count_down_seconds() -> None:
    found = learned("search", ratelimit_limit="400", ratelimit_remaining="0", ratelimit_reset="41")
    assert found[0] == Observation("account", total=400, remaining=0, reset_seconds=41)


def test_an_endpoints_own_header() -> None:
    found = learned("tickets-index", zendesk_ratelimit_tickets_index="total=100; remaining=99; resets=41")
    assert found == [Observation("tickets-index", total=100, remaining=99, reset_seconds=41)]


def test_an_endpoint_header_of_another_name_is_the_calls_own_bucket() -> None:
    found = learned("search", zendesk_ratelimit_endpoint="total=2500; remaining=7; resets=1")
    assert found == [Observation("search", total=2500, remaining=7, reset_seconds=1)]


def test_the_help_center_has_its_own_bucket() -> None:
    assert learned("help-center", ratelimit_limit="400", ratelimit_remaining="3") == [
        Observation("help-center", total=400, remaining=3)
    ]


@pytest.mark.parametrize(
    "headers",
    [{}, {"x_rate_limit": "many"}, {"ratelimit_reset": "2026-01-01T00:00:00Z"}, {"zendesk_ratelimit_x": "soon"}],
)
def test_nonsense_teaches_nothing(headers: dict[str, str]) -> None:
    assert learned("account", **headers) == []


def test_every_bucket_hangs_on_one_that_exists() -> None:
    assert all(policy.parent is None or policy.parent in limits.FAMILIES for policy in limits.FAMILIES.values())


async def test_the_budget_shows_what_the_vendor_said(zendesk: Any, script: Any, scope: Any) -> None:
    assert zendesk.budget().limit == 200
    headers = {"ratelimit-limit": "700", "ratelimit-remaining": "12", "ratelimit-reset": "30"}
    body = {"groups": [], "meta": {"has_more": False}}
    script.on("/groups", httpx.Response(200, json=body, headers=headers))
    await zendesk.groups(scope)
    budget = zendesk.budget()
    assert (budget.limit, budget.remaining, budget.window_s) == (700, 12, 60)
    assert budget.reset_at is not None
    assert budget.interactive_reserved == 211
    assert any(e.name == "help-center" and e.limit == 700 for e in budget.endpoints)
