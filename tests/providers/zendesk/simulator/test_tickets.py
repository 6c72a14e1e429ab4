"""Reading tickets, comments, metrics and what a ticket is made of."""

from __future__ import annotations

from typing import Any

import pytest

from providers.zendesk.simulator import Profile, ids
from sandbox.facts import Where
from sandbox.listing import TicketQuery


def tickets(account: Any, **where: Any) -> list[Any]:
    rows: list[Any] = account.desk.tickets.page(TicketQuery(order="number", where=Where(**where)), limit=100)
    return rows


async def test_archived_tickets_are_shown_but_not_listed(account: Any) -> None:
    """zenpy issue 282: `GET /tickets` stops early on old accounts; show and show_many do not."""
    archived = tickets(account, archived=True, test=lambda facts: facts.archived)[0]
    listed = [row["id"] for row in (await account.get("tickets", per_page=100))["tickets"]]
    assert archived.number not in listed
    assert (await account.get(f"tickets/{archived.number}"))["ticket"]["status"] == "closed"
    many = await account.get("tickets/show_many", ids=archived.number)
    assert [row["id"] for row in many["tickets"]] == [archived.number]
    assert (await account.get(f"tickets/{archived.number}/related"))["from_archive"] is True


async def test_show_many_drops_and_shuffles(account: Any) -> None:
    """'Show Multiple Tickets' page, the Ruby client's changelog 3.0.1."""
    live = [row.number for row in tickets(account)[:20]]
    gone = tickets(account, state="deleted", archived=True)[0].number
    asked = [*live, gone, 999_999, live[0]]
    found = [row["id"] for row in (await account.get("tickets/show_many", ids=",".join(map(str, asked))))["tickets"]]
    assert sorted(found) == live
    assert found != live


async def test_show_many_takes_a_hundred_ids(account: Any) -> None:
    """zenpy names the error."""
    await account.get("tickets/show_many", ids=",".join(str(n) for n in range(1, 101)))
    refused = await account.refused("tickets/show_many", 422, ids=",".join(str(n) for n in range(1, 102)))
    assert refused["error"] == "TooManyValues"


@pytest.mark.parametrize("path", ["tickets", "tickets/show_many", "incremental/tickets/cursor"])
async def test_sideloads_stand_beside_the_rows(account: Any, path: str) -> None:
    """'Side-Loading' page: distinct records, only those the page refers to."""
    wanted = [row.number for row in tickets(account)[:30]]
    query: dict[str, Any] = {"ids": ",".join(map(str, wanted))} if path.endswith("many") else {"per_page": 30}
    include = "users,groups,organizations,custom_statuses,metric_sets,comment_count,dates,unknown_word"
    answer = await account.get(path, include=include, start_time=0, **query)
    rows = answer["tickets"]
    for name, field in (("groups", "group_id"), ("organizations", "organization_id")):
        expected = {row[field] for row in rows} - {None}
        assert {each["id"] for each in answer[name]} == expected
        assert len(answer[name]) == len(expected)
    users = {user["id"] for user in answer["users"]}
    referred = {row[field] for row in rows for field in ("requester_id", "assignee_id", "submitter_id")} - {None}
    missing = {ids.USER.number(each) for each in referred - users}
    assert all(getattr(account.desk.user(number), "state", "") == "deleted" for number in missing)
    assert {row["custom_status_id"] for row in rows} == {each["id"] for each in answer["custom_statuses"]}
    first = rows[0]
    assert first["metric_set"]["ticket_id"] == first["id"]
    assert first["comment_count"] == len(account.desk.messages.of(first["id"]))
    assert "solved_at" in first["dates"]
    assert "unknown_word" not in answer


async def test_unknown_sideloads_may_be_refused(make: Any) -> None:
    account = make(profile=Profile(unknown_include="refused"))
    await account.refused("tickets", 400, include="nonsense")


async def test_fields_duplicate_custom_fields(account: Any, make: Any) -> None:
    """tap-zendesk; absent from some lists."""
    row = (await account.get("tickets", per_page=1))["tickets"][0]
    assert row["fields"] == row["custom_fields"]
    assert len(row["custom_fields"]) == len(account.desk.forms.fields())
    other = make(profile=Profile(fields_duplicate=False, generated_timestamp="absent"))
    row = (await other.get("tickets", per_page=1))["tickets"][0]
    assert "fields" not in row
    assert "generated_timestamp" not in row


async def test_chosen_values_are_tags_of_the_ticket(account: Any) -> None:
    """'Ticket Fields' page: option values are tags."""
    options = {
        option["value"]
        for field in (await account.get("ticket_fields"))["ticket_fields"]
        if field["type"] in ("tagger", "multiselect") and field["removable"]
        for option in field["custom_field_options"]
    }
    for row in (await account.get("tickets", per_page=100))["tickets"]:
        for value in (each["value"] for each in row["custom_fields"]):
            for word in value if isinstance(value, list) else [value]:
                if word in options:
                    assert word in row["tags"]


async def test_field_types_are_the_vendors(account: Any) -> None:
    """'Ticket Fields' page: system fields first, in position order, everything in one page."""
    answer = await account.get("ticket_fields")
    types = [row["type"] for row in answer["ticket_fields"]]
    assert types[:8] == [
        "subject", "description", "status", "tickettype", "priority", "group", "assignee", "custom_status",
    ]  # fmt: skip
    assert set(types[8:]) == {
        "regexp", "tagger", "checkbox", "decimal", "integer", "date", "multiselect", "text", "textarea",
    }  # fmt: skip
    nested = next(row for row in answer["ticket_fields"] if row["title"] == "Region")
    assert nested["custom_field_options"][0]["name"].count("::") == 2


async def test_several_custom_statuses_under_one_category(account: Any) -> None:
    """'Custom Ticket Statuses' page: closed is no category."""
    rows = (await account.get("custom_statuses"))["custom_statuses"]
    categories = [row["status_category"] for row in rows]
    assert set(categories) == {"new", "open", "pending", "hold", "solved"}
    assert len(categories) > 5
    assert " " in rows[0]["created_at"]
    only = (await account.get("custom_statuses", status_categories="open,hold", default="false"))["custom_statuses"]
    assert {row["status_category"] for row in only} <= {"open", "hold"}
    assert not any(row["default"] for row in only)
    known = {row["id"]: row["status_category"] for row in rows}
    for ticket in (await account.get("tickets", per_page=100))["tickets"]:
        assert known[ticket["custom_status_id"]] == ticket["status"].replace("closed", "solved")


async def test_channels_are_an_open_set(make: Any) -> None:
    account = make(tickets=3000)
    seen: set[str] = set()
    cursor = None
    while True:
        query = {"page[size]": 100} | ({"page[after]": cursor} if cursor else {})
        answer = await account.get("tickets", **query)
        seen |= {row["via"]["channel"] for row in answer["tickets"]}
        cursor = answer["meta"]["after_cursor"]
        if not answer["meta"]["has_more"]:
            break
    assert {"email", "web", "api", "voice", "chat", "native_messaging", "side_conversation"} <= seen
    assert "agentic_intake_v2" in seen


async def test_due_only_on_tasks_and_type_may_be_null(account: Any) -> None:
    rows = (await account.get("tickets", per_page=100))["tickets"]
    assert all((row["due_at"] is not None) == (row["type"] == "task") for row in rows)
    assert None in {row["type"] for row in rows}
    assert None in {row["organization_id"] for row in rows}


@pytest.mark.parametrize("form,kinds", [("object", (dict,)), ("null", (type(None),)), ("string", (str,))])
async def test_satisfaction_has_three_forms(make: Any, form: Any, kinds: tuple[type, ...]) -> None:
    """tap-zendesk's schema."""
    account = make(profile=Profile(satisfaction=form))
    rows = (await account.get("tickets", per_page=50))["tickets"]
    assert all(isinstance(row["satisfaction_rating"], kinds) for row in rows)


async def test_counts_say_when_they_were_taken(account: Any) -> None:
    count = (await account.get("tickets/count"))["count"]
    assert count == {"value": len(tickets(account)) if count["value"] < 100 else count["value"],
                     "refreshed_at": "2026-06-01T12:00:00Z"}  # fmt: skip


async def test_tickets_of_an_organization_and_of_users(account: Any) -> None:
    ticket = next(row for row in tickets(account) if row.organization and row.requester >= 1000 and row.assignee)
    account.advance(60)
    organization = ids.ORGANIZATION.id(ticket.organization)
    rows = (await account.get(f"organizations/{organization}/tickets"))["tickets"]
    assert ticket.number in [row["id"] for row in rows]
    assert {row["organization_id"] for row in rows} == {organization}
    requester = ids.USER.id(ticket.requester)
    asked = (await account.get(f"users/{requester}/tickets/requested", **{"page[size]": 100}))["tickets"]
    assert {row["requester_id"] for row in asked} == {requester}
    agent = ids.USER.id(ticket.assignee)
    lying = (await account.get(f"users/{agent}/tickets/assigned"))["tickets"]
    assert {row["assignee_id"] for row in lying} == {agent}


async def test_a_new_ticket_shows_late_in_its_requesters_list(account: Any) -> None:
    """'List Tickets' page: 30 to 90 seconds."""
    person = account.desk.people.page(limit=1)[0]
    made = account.desk.tickets.create(subject="new", requester=person.number, text="x")
    path = f"users/{ids.USER.id(person.number)}/tickets/requested"
    assert made.number not in [row["id"] for row in (await account.get(path))["tickets"]]
    account.advance(31)
    assert made.number in [row["id"] for row in (await account.get(path))["tickets"]]


# -- comments


async def test_the_first_comment_is_the_description(account: Any) -> None:
    ticket = (await account.get("tickets/7"))["ticket"]
    comments = await account.get("tickets/7/comments", include="users")
    first = comments["comments"][0]
    assert first["body"] == ticket["description"]
    assert first["author_id"] == ticket["submitter_id"]
    assert first["html_body"].startswith('<div class="zd-comment" dir="auto">')
    assert "updated_at" not in first
    times = [row["created_at"] for row in comments["comments"]]
    assert times == sorted(times)
    assert {row["author_id"] for row in comments["comments"]} - {-1} <= {user["id"] for user in comments["users"]}


async def test_comments_page_both_ways_and_can_be_newest_first(account: Any) -> None:
    busy = max(tickets(account), key=lambda ticket: ticket.message_count)
    path = f"tickets/{busy.number}/comments"
    every = [row["id"] for row in (await account.get(path, **{"page[size]": 100, "sort": "-created_at"}))["comments"]]
    by_offset = [row["id"] for row in (await account.get(path, sort_order="desc"))["comments"]]
    assert every == by_offset
    assert every[-1] == ids.COMMENT.id(busy.number * 1024)
    assert (await account.get(f"{path}/count"))["count"]["value"] == busy.message_count + 1


async def test_inline_pictures_are_attachments_only_when_asked(account: Any) -> None:
    """'Ticket Comments' page: include_inline_images."""
    message = next(
        message for number in range(1, 400) for message in account.desk.messages.of(number)
        if message.inline and account.desk.tickets.get(number).state == "live"
    )  # fmt: skip
    path = f"tickets/{message.ticket}/comments"
    number = ids.COMMENT.id(message.number)

    async def comment(**query: str) -> Any:
        return next(row for row in (await account.get(path, **query))["comments"] if row["id"] == number)

    plain, full = await comment(), await comment(include_inline_images="true")
    assert len(full["attachments"]) == len(plain["attachments"]) + len(message.inline)
    inline = next(row for row in full["attachments"] if row["inline"])
    assert inline["content_url"].replace("&", "&amp;") in plain["html_body"]
    assert "sandbox-file" not in plain["html_body"]


async def test_deleted_tickets_answer_404_below_too(account: Any) -> None:
    """zenpy issue 259."""
    gone = tickets(account, state="deleted", archived=True)[0].number
    for below in ("", "/comments", "/audits", "/metrics", "/tags"):
        assert (await account.refused(f"tickets/{gone}{below}", 404))["error"] == "RecordNotFound"


async def test_a_comments_id_is_its_audit_events(account: Any) -> None:
    """'Ticket Audits' page."""
    comments = (await account.get("tickets/7/comments"))["comments"]
    audits = (await account.get("tickets/7/audits"))["audits"]
    said = {(audit["id"], event["id"]) for audit in audits for event in audit["events"] if "body" in event}
    assert said == {(row["audit_id"], row["id"]) for row in comments}
    kinds = [event["type"] for event in audits[0]["events"]]
    assert kinds.count("Create") == 3
    one = await account.get(f"tickets/7/audits/{audits[-1]['id']}")
    assert one["audit"] == audits[-1]


async def test_metrics_are_one_object_for_one_ticket(account: Any) -> None:
    """Published clients, against the OpenAPI file."""
    one = (await account.get("tickets/7/metrics"))["ticket_metric"]
    assert one["ticket_id"] == 7
    assert await account.get(f"ticket_metrics/{one['id']}") == {"ticket_metric": one}
    listed = (await account.get("ticket_metrics", per_page=5))["ticket_metrics"]
    assert [row["ticket_id"] for row in listed] == sorted((row["ticket_id"] for row in listed), reverse=True)


async def test_ratings(account: Any) -> None:
    rows = (await account.get("satisfaction_ratings", score="good"))["satisfaction_ratings"]
    assert {row["score"] for row in rows} == {"good"}
    ticket = (await account.get(f"tickets/{rows[0]['ticket_id']}"))["ticket"]
    assert ticket["satisfaction_rating"]["id"] == rows[0]["id"]
    assert (await account.get(f"satisfaction_ratings/{rows[0]['id']}"))["satisfaction_rating"] == rows[0]
