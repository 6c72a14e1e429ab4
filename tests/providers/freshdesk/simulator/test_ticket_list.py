"""GET /tickets. Evidence stands in each docstring."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from providers.freshdesk.simulator import AGENT, GROUP, OLDER, RESTRICTED, Profile
from sandbox.listing import TicketQuery

EVER = "updated_since=1970-01-01"


async def walk(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    url: str | None = path
    while url:
        answer = await client.get(url)
        assert answer.status_code == 200, answer.text
        rows += answer.json()
        url = answer.links.get("next", {}).get("url")
    return rows


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["errors"][0]
    return answer.status_code, error["field"], error["code"]


async def test_without_updated_since_only_thirty_days(house, client: httpx.AsyncClient) -> None:
    """airbyte issue 6133."""
    edge = house.clock.now() - timedelta(days=30)
    recent = await walk(client, "/tickets?per_page=100")
    known = [house.desk.tickets.get(row["id"]) for row in recent]
    assert recent and all(ticket.created >= edge for ticket in known)
    every = await walk(client, f"/tickets?per_page=100&{EVER}")
    left_out = [row for row in every if house.desk.tickets.get(row["id"]).created >= edge]
    assert len(every) > len(recent) == len(left_out)


async def test_a_full_walk_is_every_live_ticket_once(house, client: httpx.AsyncClient) -> None:
    ids = [row["id"] for row in await walk(client, f"/tickets?per_page=100&{EVER}")]
    assert len(ids) == len(set(ids)) == house.desk.tickets.count(TicketQuery())


async def test_updated_since_is_inclusive_at_one_second(house, client: httpx.AsyncClient) -> None:
    """All overlap logic of Airbyte, Singer and Onyx depends on it."""
    rows = await walk(client, f"/tickets?{EVER}&order_by=updated_at&order_type=asc&per_page=100")
    moment = rows[len(rows) // 2]["updated_at"]
    since = await walk(client, f"/tickets?updated_since={moment}&per_page=100")
    assert {row["id"] for row in since} == {row["id"] for row in rows if row["updated_at"] >= moment}
    house.switch(updated_since_inclusive=False)
    after = await walk(client, f"/tickets?updated_since={moment}&per_page=100")
    assert {row["id"] for row in after} == {row["id"] for row in rows if row["updated_at"] > moment}


SPELLINGS = (
    "2025-12-20", "2025-12-20T00:00", "2025-12-20T00:00Z", "2025-12-20T00:00:00Z", "2025-12-20T05:30:00%2B05:30",
    "2025-12-20T02:00:00%2B02", "2025-12-20T02:00:00%2B0200",
)  # fmt: skip


@pytest.mark.parametrize("spelled", SPELLINGS)
async def test_spellings_of_a_time(client: httpx.AsyncClient, spelled: str) -> None:
    """Reference, 'Schema'."""
    usual = (await client.get("/tickets?updated_since=2025-12-20T00:00:00Z&per_page=100")).json()
    assert (await client.get(f"/tickets?updated_since={spelled}&per_page=100")).json() == usual


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("status=2", ("status", "invalid_field")),
        ("priority=1", ("priority", "invalid_field")),
        ("_updated_since=2025-01-01", ("_updated_since", "invalid_field")),
        ("order_by=subject", ("order_by", "invalid_value")),
        ("order_type=up", ("order_type", "invalid_value")),
        ("filter=open", ("filter", "invalid_value")),
        ("include=conversations", ("include", "invalid_value")),
        ("updated_since=yesterday", ("updated_since", "invalid_value")),
        ("requester_id=abc", ("requester_id", "invalid_value")),
        ("per_page=101", ("per_page", "invalid_value")),
        ("per_page=0", ("per_page", "invalid_value")),
        ("page=0", ("page", "invalid_value")),
        ("page=301", ("page", "invalid_value")),
    ],
)
async def test_strict_about_its_query(client: httpx.AsyncClient, query: str, complaint: tuple[str, str]) -> None:
    """Reference, 'List all tickets'; airbyte pull 8017 for page 301, airbyte issue 3858 for stray parameters."""
    assert refused(await client.get(f"/tickets?{query}")) == (400, *complaint)


async def test_pages_and_the_link_header(client: httpx.AsyncClient) -> None:
    """Zammad recording of 2023: only `next`, absent on the last page; past the end `200 []`."""
    first = await client.get(f"/tickets?{EVER}")
    assert len(first.json()) == 30
    assert first.headers["link"] == f'<http://sandbox.test/freshdesk/api/v2/tickets?{EVER}&page=2>; rel="next"'
    beyond = await client.get(f"/tickets?{EVER}&page=250")
    assert (beyond.status_code, beyond.json(), "link" in beyond.headers) == (200, [], False)


async def test_a_loose_link(house, client: httpx.AsyncClient) -> None:
    house.switch(loose_link=True)
    assert (await client.get("/tickets?per_page=5")).headers["link"].endswith('page=2 >;rel="next"')


@pytest.mark.parametrize(("order", "key"), [("created_at",) * 2, ("updated_at",) * 2, ("due_by",) * 2, ("status",) * 2])
@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_orders(client: httpx.AsyncClient, order: str, key: str, direction: str) -> None:
    """The tie-break is not known: ids ascending in either direction here."""
    rows = await walk(client, f"/tickets?{EVER}&order_by={order}&order_type={direction}&per_page=37")
    sign = 1 if direction == "asc" else -1
    if order == "status":
        expected = sorted(rows, key=lambda row: (sign * row["status"], row["id"]))
    else:
        expected = sorted(sorted(rows, key=lambda row: row["id"]), key=lambda row: row[key], reverse=sign < 0)
    assert [row["id"] for row in rows] == [row["id"] for row in expected]
    assert len({row[key] for row in rows}) < len(rows), "the tie-break must have been needed"


async def test_ties_may_follow_the_order(house, client: httpx.AsyncClient) -> None:
    house.switch(tie_break="order")
    rows = await walk(client, f"/tickets?{EVER}&order_by=updated_at&per_page=37")
    assert rows == sorted(rows, key=lambda row: (row["updated_at"], row["id"]), reverse=True)


async def test_rows_are_partial(client: httpx.AsyncClient) -> None:
    """Recordings of 2023 to 2025: descriptions, attachments and conversations are never in the list."""
    row = (await client.get("/tickets")).json()[0]
    for name in ("description", "description_text", "attachments", "conversations", "stats", "requester", "company"):
        assert name not in row
    assert {"nr_due_by", "sentiment_score", "ticket_cc_emails", "custom_fields", "tags"} <= set(row)


async def test_includes(house, client: httpx.AsyncClient) -> None:
    """`company` is accepted although undocumented (singer-io/tap-freshdesk)."""
    rows = (await client.get(f"/tickets?include=stats,requester,description,company&{EVER}")).json()
    for row in rows:
        ticket = house.desk.tickets.get(row["id"])
        assert set(row["requester"]) == {"id", "name", "email", "mobile", "phone"}
        assert row["requester"]["id"] == row["requester_id"]
        assert row["description_text"] == ticket.text
        assert len(row["stats"]) == 8
        assert (row["company"] or {}).get("id") == row["company_id"]


async def test_an_older_account(house) -> None:
    """Zammad recording of 2023: null lists, no `nr_*`, no sentiment; {} for the stats of older tickets."""
    older = type(house)(OLDER).client()
    rows = (await older.get(f"/tickets?include=stats&{EVER}&per_page=100")).json()
    assert all(row["fwd_emails"] is None and "nr_due_by" not in row and "sentiment_score" not in row for row in rows)
    assert any(row["stats"] == {} for row in rows)


async def test_deleted_and_spam_only_when_asked_for(client: httpx.AsyncClient) -> None:
    """Singer reads three passes: none, spam, deleted. `deleted` stands only on deleted rows."""
    usual = await walk(client, f"/tickets?{EVER}&per_page=100")
    deleted = await walk(client, f"/tickets?{EVER}&filter=deleted")
    spam = await walk(client, f"/tickets?{EVER}&filter=spam")
    assert deleted and spam
    assert all(row["deleted"] is True for row in deleted) and not any("deleted" in row for row in usual + spam)
    assert all(row["spam"] for row in spam) and not any(row["spam"] for row in usual)
    ids = [{row["id"] for row in rows} for rows in (usual, deleted, spam)]
    assert not (ids[0] & ids[1] or ids[0] & ids[2] or ids[1] & ids[2])


async def test_archived_tickets_are_not_listed(client: httpx.AsyncClient, house) -> None:
    archived = {n for n in range(1, 601) if (t := house.desk.tickets.get(n)) is not None and t.archived}
    listed = {row["id"] for row in await walk(client, f"/tickets?{EVER}&per_page=100")}
    assert archived and not archived & listed


async def test_new_and_my_open(house) -> None:
    rows = await walk(house.client(AGENT), f"/tickets?filter=new_and_my_open&{EVER}")
    mine = {None, 1_070_000_000_000 + AGENT.agent}
    assert rows and {row["responder_id"] for row in rows} <= mine


async def test_watching(house) -> None:
    client = house.client(AGENT)
    number = house.some(lambda ticket: ticket.state == "live" and not ticket.archived).number
    assert (await client.get("/tickets?filter=watching")).json() == []
    assert (await client.post(f"/tickets/{number}/watch", json={})).status_code == 204
    assert [row["id"] for row in (await client.get("/tickets?filter=watching")).json()] == [number]
    assert (await client.get(f"/tickets/{number}/watchers")).json() == {
        "watcher_ids": [1_070_000_000_000 + AGENT.agent]
    }


async def test_by_requester_email_and_company(house, client: httpx.AsyncClient) -> None:
    rows = await walk(client, f"/tickets?{EVER}&include=requester&per_page=100")
    row = next(row for row in rows if row["company_id"] and row["requester"]["email"])
    mine = {each["id"] for each in rows if each["requester_id"] == row["requester_id"]}
    by_id = await walk(client, f"/tickets?{EVER}&requester_id={row['requester_id']}")
    by_mail = (
        await client.get("/tickets", params={"updated_since": "1970-01-01", "email": row["requester"]["email"]})
    ).json()
    assert {each["id"] for each in by_id} == {each["id"] for each in by_mail} == mine
    theirs = await walk(client, f"/tickets?{EVER}&company_id={row['company_id']}")
    assert {each["id"] for each in theirs} == {each["id"] for each in rows if each["company_id"] == row["company_id"]}
    assert (await client.get("/tickets?requester_id=17")).json() == []


async def test_an_agent_may_have_asked(client: httpx.AsyncClient) -> None:
    """Agents are users: their id is a requester's too, and /contacts does not know it."""
    rows = await walk(client, f"/tickets?{EVER}&include=requester&per_page=100")
    row = next(row for row in rows if row["requester_id"] < 1_070_000_001_000)
    assert row["requester"]["email"].endswith("@support1.example")
    assert (await client.get(f"/contacts/{row['requester_id']}")).status_code == 404


async def test_a_restricted_key_sees_less(house) -> None:
    """ticket_scope 3 and 2: fewer rows, and 403 on the others."""
    mine = await walk(house.client(RESTRICTED), f"/tickets?{EVER}&per_page=100")
    assert {row["responder_id"] for row in mine} == {1_070_000_000_000 + RESTRICTED.agent}
    every = await walk(house.client(), f"/tickets?{EVER}&per_page=100")
    other = next(row["id"] for row in every if row["responder_id"] != mine[0]["responder_id"])
    assert (await house.client(RESTRICTED).get(f"/tickets/{other}")).status_code == 403
    groups = {1_072_000_000_000 + number for number in house.desk.staff.agent(GROUP.agent).groups}
    theirs = await walk(house.client(GROUP), f"/tickets?{EVER}&per_page=100")
    agent = 1_070_000_000_000 + GROUP.agent
    assert theirs and all(row["group_id"] in groups or row["responder_id"] == agent for row in theirs)


async def test_every_kind_of_value_occurs(client: httpx.AsyncClient) -> None:
    """Zammad recording of 2023 for decimals as text; chatwoot pull 15261 for sources nobody documents."""
    rows = await walk(client, f"/tickets?{EVER}&per_page=100")
    assert {2, 3, 4, 5, 6, 7, 8} <= {row["status"] for row in rows}
    assert {row["priority"] for row in rows} == {1, 2, 3, 4}
    assert {1, 2, 3, 7, 9, 13, 15, 25} <= {row["source"] for row in rows}
    assert None in {row["type"] for row in rows} and "Question" in {row["type"] for row in rows}
    amounts = {row["custom_fields"]["cf_amount"] for row in rows} - {None}
    assert amounts and all(isinstance(amount, str) for amount in amounts)
    assert all(len(str(row["requester_id"])) == 13 and row["id"] < 1000 for row in rows)


async def test_a_ticket_updated_in_a_walk_shifts_the_pages(house, client: httpx.AsyncClient) -> None:
    """Reference, 'Pagination': pages over a moving list skip rows; the simulator does not hide it."""
    path = f"/tickets?{EVER}&order_by=updated_at&order_type=asc&per_page=50"
    first = (await client.get(path)).json()
    whole = [row["id"] for row in await walk(client, path)]
    house.desk.tickets.update(first[0]["id"], priority="low")
    second = [row["id"] for row in (await client.get(f"{path}&page=2")).json()]
    assert whole[50] not in second and second[0] == whole[51]


async def test_five_million_tickets(house) -> None:
    """First page, page 300 and one by id come without making the others first."""
    large = type(house)(Profile(), tickets=5_000_000)
    client = large.client()
    assert len((await client.get("/tickets?per_page=100")).json()) == 100
    last = await client.get(f"/tickets?{EVER}&per_page=100&page=300")
    assert len(last.json()) == 100 and last.elapsed.total_seconds() < 2
    assert (await client.get(f"/tickets/{last.json()[0]['id']}")).status_code == 200
