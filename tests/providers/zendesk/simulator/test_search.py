"""Search, its grammar, its caps and its lag."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from providers.zendesk.simulator import ids
from providers.zendesk.simulator.search_grammar import Term, parse, stretch, word_in

KINDS = ("type:ticket", "type:user", "type:organization", "type:group")


async def found(account: Any, query: str, **more: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await account.get("search", query=query, **more))["results"]
    return rows


def test_terms() -> None:
    """'Search reference' page of the vendor."""
    assert parse('type:ticket -status<solved tags:"a b" lamp created>=2024-01-02 "two words"') == [
        Term("type", ":", "ticket"),
        Term("status", "<", "solved", negative=True),
        Term("tags", ":", "a b", phrase=True),
        Term(None, ":", "lamp"),
        Term("created", ">=", "2024-01-02"),
        Term(None, ":", "two words", phrase=True),
    ]


def test_words_match_their_beginnings_only() -> None:
    """'top' finds topology, not desktop."""
    assert word_in("top", "On Topology")
    assert word_in("top*", "topology")
    assert not word_in("top", "desktop")
    assert word_in("two words", "here are two words.")


def test_dates() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    day = stretch(Term("created", ":", "2024-01-02"), now)
    assert day is not None
    assert (day.start, day.end) == (datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 1, 3, tzinfo=UTC))
    recent = stretch(Term("created", ">", "4hours"), now)
    assert recent is not None
    assert recent.start is not None
    assert abs(recent.start - (now - timedelta(hours=4))) <= timedelta(seconds=1)
    assert stretch(Term("created", ":", "soon"), now) is None


@pytest.mark.parametrize(
    "query,holds",
    [
        ("status:open", lambda row: row["status"] == "open"),
        ("status<solved", lambda row: row["status"] in ("new", "open", "pending", "hold")),
        ("status>=solved -status:closed", lambda row: row["status"] == "solved"),
        ("status:new status:hold", lambda row: row["status"] in ("new", "hold")),
        ("priority:urgent", lambda row: row["priority"] == "urgent"),
        ("priority>normal", lambda row: row["priority"] in ("high", "urgent")),
        ("priority:none", lambda row: row["priority"] is None),
        ("ticket_type:problem", lambda row: row["type"] == "problem"),
        ("assignee:none", lambda row: row["assignee_id"] is None),
        ("-assignee:none", lambda row: row["assignee_id"] is not None),
        ("tags:vip", lambda row: "vip" in row["tags"]),
        ("tags:vip tags:billing", lambda row: {"vip", "billing"} & set(row["tags"])),
        ('tags:"vip billing"', lambda row: {"vip", "billing"} <= set(row["tags"])),
        ("-tags:vip", lambda row: "vip" not in row["tags"]),
        ("organization:none", lambda row: row["organization_id"] is None),
        ("created<2026-01-01", lambda row: row["created_at"] < "2026-01-01"),
        ("updated>=2026-03-01", lambda row: row["updated_at"] >= "2026-03-01"),
        ("created>20week", lambda row: row["created_at"] > "2026-01-12T12:00:00Z"),
        ("via:voice", lambda row: row["via"]["channel"] == "voice"),
        ("group:none", lambda row: row["group_id"] is None),
        ("lamp", lambda row: word_in("lamp", f"{row['subject']} {row['description']}")),
        ("subject:lamp status:closed", lambda row: word_in("lamp", row["subject"]) and row["status"] == "closed"),
    ],
)
async def test_ticket_terms_find_all_and_only_those(account: Any, query: str, holds: Any) -> None:
    """Compared with every ticket of the export: archived ones are searchable, deleted ones are not."""
    every = (await account.get("incremental/tickets/cursor", start_time=0, exclude_deleted="true"))["tickets"]
    expected = {row["id"] for row in every if holds(row)}
    answer = await account.get("search", query=f"type:ticket {query}")
    hits = {row["id"] for row in answer["results"]}
    assert answer["count"] == len(expected)
    assert hits <= expected
    assert len(hits) == min(100, len(expected))
    assert expected
    assert {row["result_type"] for row in answer["results"]} == {"ticket"}


async def test_custom_fields_people_and_groups(account: Any) -> None:
    rows = (await account.get("tickets", per_page=100))["tickets"]
    field = next(each for each in (await account.get("ticket_fields"))["ticket_fields"] if each["title"] == "Plan")
    value = field["custom_field_options"][0]["value"]
    for row in await found(account, f"type:ticket custom_field_{field['id']}:{value}"):
        assert {"id": field["id"], "value": value} in row["custom_fields"]
    lying = next(row for row in rows if row["assignee_id"])
    assert await found(account, f"type:ticket assignee:{lying['assignee_id']}")
    agent = account.desk.user(ids.USER.number(lying["assignee_id"]))
    by_name = await found(account, f'type:ticket assignee:"{agent.name}"')
    assert {row["assignee_id"] for row in by_name} == {lying["assignee_id"]}
    person = next(
        user for row in rows if getattr(user := account.desk.user(ids.USER.number(row["requester_id"])), "email", None)
    )
    asked = await found(account, f"type:ticket requester:{person.email}")
    assert {row["requester_id"] for row in asked} == {ids.USER.id(person.number)}
    mine = await found(account, "type:ticket assignee:me")
    assert {row["assignee_id"] for row in mine} <= {ids.USER.id(1)}


async def test_a_bare_number_is_a_tickets_id(account: Any) -> None:
    rows = await found(account, "7")
    assert [(row["result_type"], row["id"]) for row in rows if row["result_type"] == "ticket"] == [("ticket", 7)]


async def test_types_are_mixed_unless_told(account: Any) -> None:
    person = next(person for person in account.desk.people.page(limit=50) if person.email and person.state != "deleted")
    rows = await found(account, f"type:user email:{person.email}")
    assert [(row["id"], row["result_type"]) for row in rows] == [(ids.USER.id(person.number), "user")]
    assert {row["role"] for row in await found(account, "type:user role:admin")} == {"admin"}
    name = account.desk.organizations.get(3).name
    rows = await found(account, f'type:organization name:"{name}"')
    assert ids.ORGANIZATION.id(3) in [row["id"] for row in rows]
    counts = [(await account.get("search/count", query=f"{kind} c"))["count"] for kind in ("", *KINDS)]
    assert all(counts)
    assert counts[0] == sum(counts[1:])


async def test_page_eleven_is_offered_and_refused(make: Any) -> None:
    """cloudbees issue 295, zenpy issue 371; the count is honest."""
    account = make(tickets=3000)
    answer = await account.get("search", query="type:ticket", page=10)
    assert answer["count"] > 2500
    assert len(answer["results"]) == 100
    refused = await account.http.get(answer["next_page"])
    assert refused.status_code == 422
    assert refused.json() == {
        "error": "invalid",
        "description": "Invalid search: Requested response size was greater than Search Response Limits",
    }


async def test_the_index_lags(account: Any) -> None:
    """Quirk 7: no read-your-write by search."""
    account.controls.search_lag = timedelta(seconds=45)
    made = await account.send("POST", "tickets", {"ticket": {"comment": {"body": "quixotic words"}}}, 201)
    assert await found(account, "quixotic") == []
    account.advance(46)
    assert [row["id"] for row in await found(account, "quixotic")] == [made["ticket"]["id"]]


@pytest.mark.parametrize("by", ["updated_at", "created_at", "priority", "status", "ticket_type"])
async def test_sorts(account: Any, by: str) -> None:
    ranks: dict[str, list[Any]] = {
        "priority": [None, "low", "normal", "high", "urgent"],
        "status": ["new", "open", "pending", "hold", "solved", "closed"],
        "ticket_type": [None, "incident", "problem", "question", "task"],
    }
    name = {"ticket_type": "type"}.get(by, by)
    rows = await found(account, "type:ticket", sort_by=by, sort_order="asc", per_page=100)
    keys = [ranks[by].index(row[name]) if by in ranks else row[name] for row in rows]
    assert keys == sorted(keys)
    assert await found(account, f"type:ticket order_by:{by.removesuffix('_at')} sort:asc") == rows


async def test_sideloads_are_prefixed_with_the_type(account: Any) -> None:
    answer = await account.get("search", query="type:ticket", include="tickets(users,groups)", per_page=10)
    assert {row["group_id"] for row in answer["results"]} - {None} == {row["id"] for row in answer["groups"]}
    assert answer["users"]


async def test_count_is_a_bare_number(account: Any) -> None:
    count = (await account.get("search/count", query="type:ticket status:open"))["count"]
    assert count == (await account.get("search", query="type:ticket status:open"))["count"]


# -- export


async def test_export_walks_past_the_thousand_by_creation(make: Any) -> None:
    """'Export Search Results' page: no duplicates, no count."""
    account = make(tickets=2500)
    seen: list[dict[str, Any]] = []
    query = {"query": "status:closed", "filter[type]": "ticket", "page[size]": 300}
    while True:
        answer = await account.get("search/export", **query)
        seen += answer["results"]
        assert "count" not in answer
        if not answer["meta"]["has_more"]:
            break
        query["page[after]"] = answer["meta"]["after_cursor"]
    assert len({row["id"] for row in seen}) == len(seen)
    assert len(seen) == (await account.get("search/count", query="type:ticket status:closed"))["count"]
    assert len(seen) > 1000
    assert [row["created_at"] for row in seen] == sorted(row["created_at"] for row in seen)


async def test_export_with_words(account: Any) -> None:
    query = {"query": "lamp", "filter[type]": "ticket", "page[size]": 1000}
    rows = (await account.get("search/export", **query))["results"]
    assert len(rows) == (await account.get("search/count", query="type:ticket lamp"))["count"]


async def test_a_type_in_an_export_is_an_error(account: Any) -> None:
    await account.refused("search/export", 422, query="type:ticket open", **{"filter[type]": "ticket"})
    await account.refused("search/export", 400, query="open")


async def test_an_export_cursor_dies_after_an_hour(account: Any) -> None:
    query = {"query": "status:closed", "filter[type]": "ticket", "page[size]": 5}
    query["page[after]"] = (await account.get("search/export", **query))["meta"]["after_cursor"]
    account.advance(3500)
    await account.get("search/export", **query)
    account.advance(200)
    await account.refused("search/export", 422, **query)


@pytest.mark.parametrize("kind", ["user", "organization", "group"])
async def test_export_of_others(account: Any, kind: str) -> None:
    seen: list[int] = []
    query: dict[str, Any] = {"query": "", "filter[type]": kind, "page[size]": 20}
    while True:
        answer = await account.get("search/export", **query)
        seen += [row["id"] for row in answer["results"]]
        if not answer["meta"]["has_more"]:
            break
        query["page[after]"] = answer["meta"]["after_cursor"]
    assert len(seen) == len(set(seen)) == (await account.get("search/count", query=f"type:{kind}"))["count"]
