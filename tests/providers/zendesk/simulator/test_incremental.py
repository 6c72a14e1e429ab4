"""The incremental exports."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from providers.zendesk.simulator import Profile, ids


async def walk(account: Any, path: str, name: str, **query: Any) -> list[dict[str, Any]]:
    account.controls.limits("zendesk").enabled = False
    rows: list[dict[str, Any]] = []
    for _ in range(200):
        answer = await account.get(path, **query)
        rows += answer[name]
        if answer["end_of_stream"]:
            return rows
        query = {**query, "cursor": answer["after_cursor"]}
        query.pop("start_time", None)
    raise AssertionError("never ended")


async def test_every_ticket_once_with_archived_and_deleted_ones(account: Any) -> None:
    """'Incremental Exports' page; zenpy issue 259: deleted tickets come as rows."""
    rows = await walk(account, "incremental/tickets/cursor", "tickets", start_time=0, per_page=50)
    assert sorted(row["id"] for row in rows) == list(range(1, 401))
    deleted = [row["id"] for row in rows if row["status"] == "deleted"]
    assert deleted == [row["id"] for row in rows if account.desk.tickets.get(row["id"]).state != "live"]
    assert deleted
    times = [row["generated_timestamp"] for row in rows]
    assert times == sorted(times)
    assert {row["id"] for row in rows if account.desk.tickets.get(row["id"]).archived}
    kept = await walk(account, "incremental/tickets/cursor", "tickets", start_time=0, exclude_deleted="true")
    assert len(kept) == len(rows) - len(deleted)


async def test_the_cursor_is_time_and_number(account: Any) -> None:
    """The documented cursor MTU3NjYxMzUzOS4wfHw0Njd8 reads `1576613539.0||467|`."""
    answer = await account.get("incremental/tickets/cursor", start_time=0, per_page=1)
    last = answer["tickets"][-1]
    read = base64.b64decode(answer["after_cursor"]).decode()
    assert read == f"{last['generated_timestamp']}.0||{last['id']}|"
    assert "cursor=" in answer["after_url"]
    assert "start_time" not in answer["after_url"]
    assert (answer["before_cursor"], answer["before_url"]) == (None, None)


async def test_the_last_minute_is_withheld(account: Any) -> None:
    """Since 2024-10-28."""
    made = account.desk.tickets.create(subject="now", requester=1000, text="x")
    rows = await walk(account, "incremental/tickets/cursor", "tickets", start_time=0)
    assert made.number not in [row["id"] for row in rows]
    account.advance(61)
    rows = await walk(account, "incremental/tickets/cursor", "tickets", start_time=0)
    assert made.number == rows[-1]["id"]


@pytest.mark.parametrize("exhausted", ["null", "kept"])
async def test_nothing_new_may_answer_a_null_cursor(make: Any, exhausted: Any) -> None:
    """Seen in real answers: who stores the null starts over or stops for good."""
    account = make(profile=Profile(exhausted_cursor=exhausted))
    last = await account.get("incremental/tickets/cursor", start_time=0)
    while not last["end_of_stream"]:
        last = await account.get("incremental/tickets/cursor", cursor=last["after_cursor"])
    again = await account.get("incremental/tickets/cursor", cursor=last["after_cursor"])
    assert (again["tickets"], again["end_of_stream"]) == ([], True)
    assert again["after_cursor"] == (None if exhausted == "null" else last["after_cursor"])


async def test_pages_may_be_fuller_than_asked(account: Any, make: Any) -> None:
    """Seen in real answers: the rows of one second stay together."""
    account.controls.limits("zendesk").enabled = False
    for _ in range(5):
        account.desk.tickets.create(subject="same second", requester=1000, text="x")
    account.advance(120)
    since = int(account.controls.clock.now().timestamp()) - 200
    answer = await account.get("incremental/tickets/cursor", start_time=since, per_page=2)
    assert len(answer["tickets"]) == 5
    assert answer["end_of_stream"] is True
    account.controls.switches["zendesk.overfull_export_pages"] = False
    answer = await account.get("incremental/tickets/cursor", start_time=since, per_page=2)
    assert len(answer["tickets"]) == 2
    assert answer["end_of_stream"] is False


async def test_system_changes_move_only_the_generated_timestamp(account: Any) -> None:
    """The page's own warning: rows can have an `updated_at` before `start_time`."""
    before = (await account.get("tickets/7"))["ticket"]
    account.advance(3600)
    account.desk.tickets.touch(7)
    account.advance(120)
    start = int(account.controls.clock.now().timestamp()) - 200
    rows = (await account.get("incremental/tickets/cursor", start_time=start))["tickets"]
    assert [row["id"] for row in rows] == [7]
    assert rows[0]["updated_at"] == before["updated_at"]
    assert rows[0]["generated_timestamp"] > before["generated_timestamp"]


async def test_users_of_every_state_are_exported(account: Any) -> None:
    rows = await walk(account, "incremental/users/cursor", "users", start_time=0, per_page=17)
    numbers = sorted(ids.USER.number(row["id"]) or 0 for row in rows)
    agents = [agent.number for agent in account.desk.staff.agents()]
    assert numbers == [*agents, *(person.number for person in account.desk.people.page(limit=10_000))]
    assert {row["active"] for row in rows} == {True, False}


async def test_time_pages_never_end_by_their_link(account: Any) -> None:
    """zenpy issue 451: `next_page` is there at the end; dlt verified-sources 659: the last second comes again."""
    account.controls.limits("zendesk").enabled = False
    seen: dict[int, int] = {}
    answer = await account.get("incremental/tickets", start_time=0, per_page=30)
    while not answer["end_of_stream"]:
        for row in answer["tickets"]:
            seen[row["id"]] = seen.get(row["id"], 0) + 1
        assert answer["count"] == len(answer["tickets"])
        answer = (await account.http.get(answer["next_page"])).json()
    assert answer["next_page"] is not None
    assert answer["next_page"].endswith(f"start_time={answer['end_time']}")
    assert {*seen, *(row["id"] for row in answer["tickets"])} == set(range(1, 401))
    assert max(seen.values()) > 1


async def test_organizations_export_says_when_one_was_deleted(account: Any) -> None:
    account.desk.organizations.delete(3)
    account.advance(120)
    rows = {row["id"]: row for row in (await account.get("incremental/organizations", start_time=0))["organizations"]}
    assert rows[ids.ORGANIZATION.id(3)]["deleted_at"] == "2026-06-01T12:00:00Z"
    assert rows[ids.ORGANIZATION.id(2)]["deleted_at"] is None


async def test_start_time_is_required_and_a_number(account: Any, make: Any) -> None:
    await account.refused("incremental/tickets/cursor", 400)
    await account.refused("incremental/tickets/cursor", 400, start_time="yesterday")
    await account.refused("incremental/tickets/cursor", 400, cursor="nonsense")
    other = make(profile=Profile(too_recent_start="refused"))
    now = int(other.controls.clock.now().timestamp())
    assert (await other.refused("incremental/tickets", 422, start_time=now - 10))["error"] == "StartTimeTooRecent"


async def test_samples_are_small_and_counted_apart(account: Any) -> None:
    for _ in range(10):
        assert len((await account.get("incremental/tickets/sample", start_time=0))["tickets"]) >= 50
    await account.refused("incremental/tickets/sample", 429, start_time=0)
    await account.get("incremental/tickets", start_time=0)


async def test_a_permanently_deleted_ticket_keeps_only_its_number(account: Any) -> None:
    number = next(row["id"] for row in (await account.get("deleted_tickets"))["deleted_tickets"])
    job = await account.send("DELETE", f"deleted_tickets/{number}", None, 200)
    await account.get(f"job_statuses/{job['job_status']['id']}")
    done = await account.get(f"job_statuses/{job['job_status']['id']}")
    assert done["job_status"]["results"] == {"success": True}
    account.advance(120)
    rows = await walk(account, "incremental/tickets/cursor", "tickets", start_time=0)
    row = next(row for row in rows if row["id"] == number)
    assert (row["subject"], row["status"]) == ("SCRUBBED", "deleted")
    assert number not in [row["id"] for row in (await account.get("deleted_tickets"))["deleted_tickets"]]
