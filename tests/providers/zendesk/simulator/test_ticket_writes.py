"""Creating, changing, merging and removing tickets; jobs; uploads."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from providers.zendesk.simulator import Profile, ids
from sandbox.facts import Where
from sandbox.listing import TicketQuery

BODY = {"ticket": {"subject": "Lamp", "comment": {"body": "It is dark"}}}


async def create(account: Any, **ticket: Any) -> dict[str, Any]:
    body = {"ticket": {"comment": {"body": "It is dark"}, **ticket}}
    answer = await account.send("POST", "tickets", body, 201)
    return dict(answer["ticket"])


async def update(account: Any, number: int, expected: int = 200, /, **ticket: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await account.send("PUT", f"tickets/{number}", {"ticket": ticket}, expected)
    return answer


async def test_create_answers_ticket_and_audit(account: Any) -> None:
    """'Create Ticket' page: only a comment is needed; in the answer generated_timestamp is 0 (seen in real ones)."""
    response = await account.http.post("tickets.json", json=BODY)
    assert response.status_code == 201
    ticket = response.json()["ticket"]
    assert response.headers["location"] == ticket["url"]
    assert (ticket["status"], ticket["generated_timestamp"], ticket["assignee_id"]) == ("new", 0, None)
    assert ticket["requester_id"] == ticket["submitter_id"] == ids.USER.id(1)
    assert ticket["via"]["channel"] == "api"
    assert response.json()["audit"]["ticket_id"] == ticket["id"]
    shown = await account.get(f"tickets/{ticket['id']}")
    assert shown["ticket"]["generated_timestamp"] > 0
    comments = (await account.get(f"tickets/{ticket['id']}/comments"))["comments"]
    assert [row["body"] for row in comments] == ["It is dark"]


async def test_a_requester_is_found_or_made(account: Any) -> None:
    known = next(person for person in account.desk.people.page(limit=50) if person.email and person.organization)
    ticket = await create(account, requester={"name": "X", "email": (known.email or "").upper()})
    assert ticket["requester_id"] == ids.USER.id(known.number)
    assert ticket["organization_id"] == ids.ORGANIZATION.id(known.organization)
    ticket = await create(account, requester={"name": "New One", "email": "new.one@example.com"})
    user = (await account.get(f"users/{ticket['requester_id']}"))["user"]
    assert (user["name"], user["email"], user["role"]) == ("New One", "new.one@example.com", "end-user")


async def test_an_assignee_implies_a_group_and_opens(account: Any) -> None:
    agent = next(agent for agent in account.desk.staff.agents() if agent.role == "agent")
    ticket = await create(account, assignee_id=ids.USER.id(agent.number))
    assert ticket["group_id"] == ids.GROUP.id(agent.default_group)
    assert ticket["status"] == "open"


async def test_everything_written_is_read_again(account: Any) -> None:
    fields = {row["title"]: row for row in (await account.get("ticket_fields"))["ticket_fields"]}
    plan = fields["Plan"]["custom_field_options"][1]["value"]
    status = next(
        row for row in (await account.get("custom_statuses"))["custom_statuses"]
        if row["status_category"] == "pending" and not row["default"]
    )  # fmt: skip
    ticket = await create(
        account,
        subject="S", priority="high", type="question", tags=["One", "two words"], external_id="e-1",
        custom_status_id=status["id"], brand_id=ids.BRAND.id(2),
        custom_fields=[
            {"id": fields["Plan"]["id"], "value": plan},
            {"id": fields["Disputed amount"]["id"], "value": "12.5"},
            {"id": fields["Date of purchase"]["id"], "value": "2024-02-29"},
            {"id": 999, "value": "dropped"},
        ],
    )  # fmt: skip
    assert (ticket["priority"], ticket["type"], ticket["external_id"]) == ("high", "question", "e-1")
    assert (ticket["status"], ticket["custom_status_id"]) == ("pending", status["id"])
    assert ticket["brand_id"] == ids.BRAND.id(2)
    assert set(ticket["tags"]) == {"one", "two", "words", plan}
    values = {row["id"]: row["value"] for row in ticket["custom_fields"]}
    assert values[fields["Plan"]["id"]] == plan
    assert values[fields["Disputed amount"]["id"]] == "12.5"
    assert values[fields["Date of purchase"]["id"]] == "2024-02-29"
    merged = await update(account, ticket["id"], custom_fields=[{"id": fields["Number of devices"]["id"], "value": 3}])
    after = {row["id"]: row["value"] for row in merged["ticket"]["custom_fields"]}
    assert after == values | {fields["Number of devices"]["id"]: 3}
    assert (await account.get("tickets", external_id="e-1"))["tickets"][0]["id"] == ticket["id"]


@pytest.mark.parametrize(
    "ticket,field",
    [
        ({"priority": "asap"}, "base"),
        ({"type": "complaint"}, "base"),
        ({"status": "asleep"}, "base"),
        ({"assignee_id": 1}, "assignee_id"),
        ({"requester_id": 1}, "requester_id"),
        ({"comment": {}}, "base"),
        ({"status": "solved"}, "assignee_id"),
    ],
)
async def test_wrong_values_are_record_invalid(account: Any, ticket: dict[str, Any], field: str) -> None:
    """php client issue 446; OpenAPI file."""
    refused = await account.send("POST", "tickets", {"ticket": {"comment": {"body": "x"}, **ticket}}, 422)
    assert refused["error"] == "RecordInvalid"
    assert field in refused["details"]


async def test_a_description_does_for_a_comment_at_creation(account: Any) -> None:
    """zenpy writes tickets so."""
    answer = await account.send("POST", "tickets", {"ticket": {"description": "words"}}, 201)
    assert answer["ticket"]["description"] == "words"


async def test_a_missing_root_and_dropped_keys(account: Any) -> None:
    """ZendeskApi_v2 issue 433: unknown keys are dropped, and only a header says so."""
    assert (await account.send("POST", "tickets", {"subject": "x"}, 400))["error"] == "ParameterMissing"
    response = await account.http.post("tickets", json={"ticket": {**BODY["ticket"], "id": 5, "colour": "red"}})
    assert response.status_code == 201
    assert response.headers["x-zendesk-api-warn"] == (
        'Removed restricted keys ["ticket.id", "ticket.colour"] from parameters according to whitelist'
    )


async def test_async_create_is_202_with_a_job(account: Any) -> None:
    answer = await account.send("POST", "tickets?async=true", BODY, 202)
    assert answer["job_status"]["status"] == "queued"
    await account.get(f"tickets/{answer['ticket']['id']}")


# -- idempotency


async def test_the_same_key_and_body_make_one_ticket(account: Any) -> None:
    """zendesk-java-client; two hours by the 'Create Ticket' page."""
    first = await account.http.post("tickets", json=BODY, headers={"Idempotency-Key": "k1"})
    again = await account.http.post("tickets", json=BODY, headers={"Idempotency-Key": "k1"})
    assert (first.headers["x-idempotency-lookup"], again.headers["x-idempotency-lookup"]) == ("miss", "hit")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    other = await account.http.post("tickets", json={"ticket": {"comment": {"body": "y"}}},
                                    headers={"Idempotency-Key": "k1"})  # fmt: skip
    assert other.status_code == 400
    assert other.json()["error"] == "IdempotentRequestError"
    account.advance(7201)
    late = await account.http.post("tickets", json=BODY, headers={"Idempotency-Key": "k1"})
    assert late.headers["x-idempotency-lookup"] == "miss"
    assert late.json()["ticket"]["id"] != first.json()["ticket"]["id"]


async def test_twins_at_the_same_moment_make_one_ticket(account: Any) -> None:
    async def post() -> Any:
        return await account.http.post("tickets", json=BODY, headers={"Idempotency-Key": "twin"})

    answers = await asyncio.gather(post(), post(), post())
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json().get("error") for answer in answers} == {None, "IdempotentRequestInProgress"}
    made = {answer.json()["ticket"]["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert account.desk.tickets.count(TicketQuery(where=Where(state="all", archived=True))) == 401


async def test_a_refused_create_leaves_the_key_free(account: Any) -> None:
    headers = {"Idempotency-Key": "k2"}
    assert (await account.http.post("tickets", json={"ticket": {}}, headers=headers)).status_code == 422
    assert (await account.http.post("tickets", json=BODY, headers=headers)).status_code == 201
    long = await account.http.post("tickets", json=BODY, headers={"Idempotency-Key": "k" * 256})
    assert long.status_code == 400


# -- update


async def test_comments_are_written_through_the_ticket(account: Any) -> None:
    """There is no endpoint to create a comment."""
    ticket = await create(account)
    person = next(person for person in account.desk.people.page(limit=50) if person.state == "verified")
    answered = await update(account, ticket["id"], comment={"html_body": "<p>Try <b>this</b></p>"})
    assert answered["ticket"]["status"] == "open"
    await update(account, ticket["id"], comment={"body": "psst", "public": False}, status="pending")
    asked = await update(account, ticket["id"], comment={"body": "Still dark", "author_id": ids.USER.id(person.number)})
    assert asked["ticket"]["status"] == "open"
    rows = (await account.get(f"tickets/{ticket['id']}/comments"))["comments"]
    assert [row["public"] for row in rows] == [True, True, False, True]
    assert rows[1]["html_body"] == '<div class="zd-comment" dir="auto"><p>Try <b>this</b></p></div>'
    assert rows[3]["author_id"] == ids.USER.id(person.number)
    comment = rows[3]["id"]
    await account.send("PUT", f"tickets/{ticket['id']}/comments/{comment}/make_private", {}, 200)
    assert (await account.get(f"tickets/{ticket['id']}/comments"))["comments"][3]["public"] is False


async def test_the_first_setting_of_public_persists(account: Any) -> None:
    ticket = await create(account, comment={"body": "quiet", "public": False})
    await update(account, ticket["id"], comment={"body": "also quiet"})
    rows = (await account.get(f"tickets/{ticket['id']}/comments"))["comments"]
    assert [row["public"] for row in rows] == [False, False]


async def test_closed_prevents_update(account: Any) -> None:
    """ZendeskApi_v2 issue 59."""
    closed = account.desk.tickets.page(TicketQuery(where=Where(status=frozenset({"closed"}))), limit=1)[0].number
    refused = await update(account, closed, 422, priority="low")
    assert refused["details"] == {"status": [{"description": "Status: closed prevents ticket update"}]}
    follow = await create(account, via_followup_source_id=closed)
    assert set(account.desk.tickets.get(closed).tags) <= set(follow["tags"])
    open_one = await create(account)
    await account.send("POST", "tickets", {"ticket": {**BODY["ticket"], "via_followup_source_id": open_one["id"]}}, 422)


async def test_solving_needs_an_assignee_and_the_required_fields(account: Any) -> None:
    """zenpy issues 114 and 257."""
    ticket = await create(account)
    agent = ids.USER.id(2)
    assert "assignee_id" in (await update(account, ticket["id"], 422, status="solved"))["details"]
    refused = await update(account, ticket["id"], 422, status="solved", assignee_id=agent)
    detail = refused["details"]["base"][0]
    assert detail["description"] == "Root cause: is required when solving a ticket"
    assert detail["ticket_field_type"] == "FieldTagger"
    fields = [{"id": detail["ticket_field_id"], "value": "root_cause_carrier"}]
    solved = await update(account, ticket["id"], status="solved", assignee_id=agent, custom_fields=fields)
    assert solved["ticket"]["status"] == "solved"
    assert "new" in str(await update(account, ticket["id"], 422, status="new"))


async def test_safe_update_meets_a_moved_ticket(account: Any) -> None:
    """'Protecting against ticket update collisions': any safe_update needs the stamp that was read."""
    ticket = await create(account)
    stale = {"safe_update": True, "updated_stamp": ticket["updated_at"]}
    account.advance(10)
    await update(account, ticket["id"], priority="low", **stale)
    refused = await update(account, ticket["id"], 409, priority="high", **stale)
    assert refused["error"] == "UpdateConflict"
    fresh = (await account.get(f"tickets/{ticket['id']}"))["ticket"]
    assert fresh["priority"] == "low"
    await update(account, ticket["id"], priority="high", safe_update="true", updated_stamp=fresh["updated_at"])


async def test_parallel_writes_may_collide(make: Any) -> None:
    """php client issue 314."""
    account = make(profile=Profile(database_conflicts=1.0))
    ticket = await create(account)
    assert (await update(account, ticket["id"], 409, priority="low"))["error"] == "DatabaseConflict"


async def test_description_cannot_be_written(account: Any, make: Any) -> None:
    """ZendeskApi_v2 issue 63."""
    ticket = await create(account)
    assert "description" in (await update(account, ticket["id"], 422, description="x"))["details"]
    other = make(profile=Profile(description_on_update="dropped"))
    ticket = await create(other)
    assert (await update(other, ticket["id"], description="x"))["ticket"]["description"] == "It is dark"


async def test_audits_tell_what_changed(account: Any) -> None:
    ticket = await create(account, priority="low")
    account.advance(5)
    answer = await update(account, ticket["id"], priority="high", tags=["a"])
    events = {event["field_name"]: event for event in answer["audit"]["events"]}
    assert (events["priority"]["previous_value"], events["priority"]["value"]) == ("low", "high")
    assert events["tags"]["value"] == ["a"]
    listed = (await account.get(f"tickets/{ticket['id']}/audits"))["audits"]
    assert listed[-1] == answer["audit"]
    assert (await account.get(f"tickets/{ticket['id']}/audits/count"))["count"]["value"] == 2


async def test_tags_add_replace_and_remove(account: Any) -> None:
    """'Tags' page: PUT adds, POST replaces."""
    ticket = await create(account, tags=["a"])
    path = f"tickets/{ticket['id']}/tags"
    assert (await account.send("PUT", path, {"tags": ["b"]}, 200))["tags"] == ["a", "b"]
    assert (await account.send("POST", path, {"tags": ["c", "d"]}, 201))["tags"] == ["c", "d"]
    await account.send("DELETE", path, {"tags": ["c"]}, 204)
    assert (await account.get(path))["tags"] == ["d"]


# -- delete, restore, merge


async def test_deleted_tickets_can_come_back(account: Any) -> None:
    ticket = await create(account)
    await account.send("DELETE", f"tickets/{ticket['id']}", None, 204)
    await account.refused(f"tickets/{ticket['id']}", 404)
    await account.send("DELETE", f"tickets/{ticket['id']}", None, 404)
    rows = (await account.get("deleted_tickets", **{"page[size]": 100, "sort": "-id"}))["deleted_tickets"]
    assert rows[0]["id"] == ticket["id"]
    assert rows[0]["previous_state"] == "new"
    await account.send("PUT", f"deleted_tickets/{ticket['id']}/restore", None, 200)
    assert (await account.get(f"tickets/{ticket['id']}"))["ticket"]["status"] == "new"


async def test_spam_suspends_its_requester(account: Any) -> None:
    ticket = await create(account, requester={"name": "S", "email": "s@example.com"})
    await account.send("PUT", f"tickets/{ticket['id']}/mark_as_spam", None, 200)
    await account.refused(f"tickets/{ticket['id']}", 404)
    assert (await account.get(f"users/{ticket['requester_id']}"))["user"]["suspended"] is True


async def test_merge_closes_the_sources(account: Any) -> None:
    target, source = await create(account), await create(account)
    job = await account.send("POST", f"tickets/{target['id']}/merge", {"ids": [source["id"]]}, 200)
    assert job["job_status"]["status"] == "queued"
    assert (await account.get(f"tickets/{source['id']}"))["ticket"]["status"] == "closed"
    rows = (await account.get(f"tickets/{target['id']}/comments"))["comments"]
    assert f"#{source['id']}" in rows[-1]["body"]
    assert rows[-1]["public"] is False


# -- jobs


async def finished(account: Any, job: dict[str, Any]) -> list[str]:
    seen = [job["job_status"]["status"]]
    while seen[-1] not in ("completed", "failed"):
        job = await account.get(f"job_statuses/{job['job_status']['id']}")
        seen.append(job["job_status"]["status"])
    account.last = job["job_status"]
    return seen


async def test_jobs_go_queued_working_completed(account: Any) -> None:
    """'Job Statuses' page; quirk 18: completed even when a row failed, each result says for itself."""
    rows = [BODY["ticket"], {"subject": "no comment"}]
    job = await account.send("POST", "tickets/create_many", {"tickets": rows}, 200)
    assert job["job_status"]["id"].startswith("V3-")
    assert job["job_status"]["results"] is None
    assert await finished(account, job) == ["queued", "working", "completed"]
    first, second = sorted(account.last["results"], key=lambda row: row["index"])
    await account.get(f"tickets/{first['id']}")
    assert (second["success"], second["error"]) == (False, "RecordInvalid")
    listed = (await account.get("job_statuses"))["job_statuses"]
    assert [row["id"] for row in listed] == [account.last["id"]]
    account.advance(86_401)
    await account.refused(f"job_statuses/{account.last['id']}", 404)


async def test_update_many_both_ways(account: Any) -> None:
    one, two = await create(account), await create(account)
    job = await account.send(
        "PUT", f"tickets/update_many?ids={one['id']},{two['id']},999999",
        {"ticket": {"priority": "urgent", "additional_tags": ["bulk"]}}, 200,
    )  # fmt: skip
    await finished(account, job)
    assert [row.get("success") for row in account.last["results"]] == [True, True, False]
    shown = (await account.get(f"tickets/{one['id']}"))["ticket"]
    assert (shown["priority"], shown["tags"]) == ("urgent", ["bulk"])
    body = {"tickets": [{"id": one["id"], "priority": "low"}, {"id": two["id"], "safe_update": True}]}
    job = await account.send("PUT", "tickets/update_many", body, 200)
    await finished(account, job)
    assert account.last["results"][0]["status"] == "Updated"
    assert account.last["results"][1]["error"] == "ParameterMissing"


async def test_thirty_jobs_at_once(account: Any) -> None:
    """'Rate limits' page: TooManyJobs, and a header that counts them."""
    body = {"tickets": [BODY["ticket"]]}
    for left in range(29, -1, -1):
        response = await account.http.post("tickets/create_many", json=body)
        assert f"remaining={left};" in response.headers["zendesk-ratelimit-inflight-jobs"]
    assert (await account.send("POST", "tickets/create_many", body, 429))["error"] == "TooManyJobs"
    account.advance(31)
    await account.send("POST", "tickets/create_many", body, 200)


async def test_more_than_a_hundred_rows_are_refused(account: Any) -> None:
    rows = [BODY["ticket"]] * 101
    assert (await account.send("POST", "tickets/create_many", {"tickets": rows}, 422))["error"] == "TooManyValues"
