"""What every answer has in common: paths, headers, error shapes, paging, limits."""

from __future__ import annotations

from typing import Any

import pytest

from providers.zendesk.simulator import Profile, ids


async def test_json_suffix_is_optional_and_unknown_parameters_are_ignored(account: Any) -> None:
    plain = await account.get("tickets/7", whatever="1")
    assert plain == await account.get("tickets/7.json")
    assert plain["ticket"]["url"] == "http://sandbox.test/zendesk/api/v2/tickets/7.json"


async def test_trace_headers_and_etags(account: Any) -> None:
    first = await account.http.get("groups")
    assert first.headers["x-zendesk-request-id"] != (await account.http.get("groups")).headers["x-zendesk-request-id"]
    assert first.headers["x-zendesk-api-version"] == "v2"
    again = await account.http.get("groups", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_error_is_sometimes_text_and_sometimes_an_object(account: Any) -> None:
    """Quirk 9 of the vendor's list: zenpy, tap-zendesk."""
    assert await account.refused("tickets/999999", 404) == {"error": "RecordNotFound", "description": "Not found"}
    assert (await account.refused("no_such_thing", 404))["error"] == "InvalidEndpoint"
    wrong = await account.refused("tickets/abc", 400)
    assert wrong["error"]["title"] == "Invalid attribute"
    assert "id must be an integer from api/v2/tickets/abc" in wrong["error"]["message"]
    response = await account.http.post("tickets", content=b"{", headers={"Content-Type": "application/json"})
    assert response.status_code == 400


async def test_plan_gated_endpoints_are_403(make: Any) -> None:
    """tap-zendesk 2.7.3: not 404."""
    account = make(profile=Profile(plan_gated=frozenset({"satisfaction_ratings"})))
    assert "restricted" in (await account.refused("satisfaction_ratings", 403))["error"]["message"]


async def test_switches_of_the_control_door_change_the_profile(account: Any) -> None:
    account.controls.switches["zendesk.plan_gated"] = ["brands"]
    await account.refused("brands", 403)


# -- paging


@pytest.mark.parametrize("raw", ["tickets?page[size]=3", "tickets?page%5Bsize%5D=3"])
async def test_page_size_switches_cursors_on_raw_or_encoded(account: Any, raw: str) -> None:
    answer = await account.get(raw)
    assert len(answer["tickets"]) == 3
    assert answer["meta"]["has_more"] is True
    assert "count" not in answer
    assert "page%5Bafter%5D=" in answer["links"]["next"]


async def test_cursors_walk_the_whole_list_both_ways(account: Any) -> None:
    seen: list[int] = []
    query: dict[str, Any] = {"page[size]": 37, "sort": "-updated_at"}
    pages = []
    while True:
        answer = await account.get("tickets", **query)
        pages.append([row["id"] for row in answer["tickets"]])
        seen += pages[-1]
        if not answer["meta"]["has_more"]:
            break
        query["page[after]"] = answer["meta"]["after_cursor"]
    count = (await account.get("tickets/count"))["count"]["value"]
    assert len(seen) == len(set(seen)) == count
    back = await account.get(
        "tickets", **{"page[size]": 37, "sort": "-updated_at", "page[before]": answer["meta"]["before_cursor"]}
    )
    assert [row["id"] for row in back["tickets"]] == pages[-2]


@pytest.mark.parametrize("sort", ["id", "-id", "updated_at", "-updated_at", "status", "-status"])
async def test_cursor_sorts(account: Any, sort: str) -> None:
    ranks = ["new", "open", "pending", "hold", "solved", "closed"]
    answer = await account.get("tickets", **{"page[size]": 100, "sort": sort})
    name = sort.lstrip("-")
    keys = [(ranks.index(row["status"]) if name == "status" else row[name], row["id"]) for row in answer["tickets"]]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    assert len(keys) == 100


async def test_the_next_link_is_there_at_the_end(account: Any) -> None:
    """Seen in real pages: stop on has_more, never on the link."""
    answer = await account.get("groups", **{"page[size]": 100})
    assert answer["meta"]["has_more"] is False
    assert answer["links"]["next"] is not None
    assert answer["links"]["prev"] is None


async def test_links_may_be_absent(make: Any) -> None:
    """The Ruby client's specification."""
    account = make(profile=Profile(missing_links="absent", next_link_after_end=False))
    assert (await account.get("groups", **{"page[size]": 100}))["links"] == {}


async def test_offset_pages(account: Any) -> None:
    """'Pagination' page."""
    first = await account.get("tickets", per_page=10)
    assert first["previous_page"] is None
    assert first["count"] == (await account.get("tickets/count"))["count"]["value"]
    second = (await account.http.get(first["next_page"])).json()
    assert second["tickets"][0]["id"] > first["tickets"][-1]["id"]
    assert second["previous_page"].endswith("page=1")
    asked = await account.get("tickets", per_page=5000)
    assert len(asked["tickets"]) == 100


async def test_offset_pages_end_at_ten_thousand_rows(make: Any) -> None:
    """Help article 5591904358938; airbyte issue 19266 saw a plain-text 429 instead."""
    account = make(tickets=20_000, span_days=60)
    assert (await account.get("tickets", page=100))["tickets"]
    await account.refused("tickets", 400, page=101)
    account.controls.switches["zendesk.offset_end"] = "429"
    assert await account.refused("tickets", 429, page=101) == "Pagination limit reached for offset model"


async def test_after_and_before_together_are_refused(account: Any) -> None:
    cursor = (await account.get("tickets", **{"page[size]": 1}))["meta"]["after_cursor"]
    await account.refused("tickets", 400, **{"page[after]": cursor, "page[before]": cursor})
    for foreign in ("nonsense", "WyJhIiwxXQ", "W10", "bnVsbA"):
        await account.refused("tickets", 400, **{"page[after]": foreign})


async def test_a_wrong_sort_is_refused(account: Any) -> None:
    await account.refused("tickets", 400, **{"page[size]": 1, "sort": "subject"})


# -- limits


async def test_all_families_of_limit_headers(account: Any) -> None:
    """'Rate limits' page; reset counts down within a fixed minute."""
    account.advance(19)
    headers = (await account.http.get("tickets")).headers
    assert headers["x-rate-limit"] == headers["ratelimit-limit"] == "700"
    assert headers["x-rate-limit-remaining"] == headers["ratelimit-remaining"] == "699"
    assert headers["ratelimit-reset"] == "41"
    assert headers["zendesk-ratelimit-tickets-index"] == "total=100000; remaining=99999; resets=41"


async def test_429_until_the_window_turns(account: Any) -> None:
    account.controls.limits("zendesk").figures["account"] = 3
    for _ in range(3):
        await account.get("groups")
    response = await account.http.get("groups")
    assert response.status_code == 429
    assert response.headers["retry-after"] == "60"
    assert response.json()["error"] == "APIRateLimitExceeded"
    account.advance(60)
    await account.get("groups")


async def test_limits_can_be_off(account: Any) -> None:
    account.controls.limits("zendesk").figures["account"] = 1
    account.controls.limits("zendesk").enabled = False
    for _ in range(3):
        await account.get("groups")


async def test_incremental_exports_share_ten_calls_a_minute(account: Any) -> None:
    """'Incremental Exports' page."""
    for place in range(10):
        path = "incremental/tickets/cursor" if place % 2 else "incremental/users/cursor"
        await account.get(path, start_time=0, per_page=1)
    refused = await account.refused("incremental/organizations", 429, start_time=0)
    assert "incremental export" in refused["description"]


async def test_the_help_center_has_its_own_bucket(account: Any) -> None:
    """'Rate limits' page: the same figure, another bucket, no X-Rate-Limit there."""
    account.controls.limits("zendesk").figures["account"] = 1
    await account.get("groups")
    await account.refused("groups", 429)
    headers = (await account.http.get("help_center/articles")).headers
    assert headers["ratelimit-remaining"] == "699"
    assert "x-rate-limit" not in headers


async def test_organization_updates_are_refused_in_the_errors_shape(account: Any) -> None:
    """OpenAPI file: shape C on organizations; five a minute each."""
    path = f"organizations/{ids.ORGANIZATION.id(3)}"
    for _ in range(5):
        await account.send("PUT", path, {"organization": {"notes": "x"}}, 200)
    refused = await account.send("PUT", path, {"organization": {"notes": "x"}}, 429)
    assert refused["errors"][0]["code"] == "TooManyRequests"
    await account.send("PUT", f"organizations/{ids.ORGANIZATION.id(4)}", {"organization": {"notes": "x"}}, 200)


async def test_thirty_updates_of_one_ticket_in_ten_minutes(account: Any) -> None:
    body = {"ticket": {"priority": "low"}}
    number = next(row["id"] for row in (await account.get("tickets"))["tickets"] if row["status"] == "open")
    for _ in range(30):
        await account.send("PUT", f"tickets/{number}", body, 200)
    await account.send("PUT", f"tickets/{number}", body, 429)
