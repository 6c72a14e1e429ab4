"""One ticket, its conversations and its files. Evidence stands in each docstring."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from providers.freshdesk.simulator import ADMIN, OLDER

USER = 1_070_000_000_000


def live(house, **wanted):
    return house.some(
        lambda ticket: (
            ticket.state == "live"
            and not ticket.archived
            and all(getattr(ticket, name) == value for name, value in wanted.items())
        )
    )


def live_with_file(house):
    return house.some(
        lambda ticket: (
            ticket.state == "live"
            and not ticket.archived
            and bool(house.desk.messages.of(ticket.number)[0].attachments)
        )
    )


async def test_the_view_has_more_than_a_row(house, client: httpx.AsyncClient) -> None:
    """FreshdeskApiDotnet's recording of 2025."""
    ticket = live(house)
    body = (await client.get(f"/tickets/{ticket.number}")).json()
    assert body["description_text"] == ticket.text and body["description"].startswith("<div")
    more = {"attachments", "structured_description", "source_additional_info", "form_id", "ticket_bcc_emails"}
    assert more <= set(body)
    assert "deleted" not in body and "conversations" not in body
    older = (await type(house)(OLDER).client().get(f"/tickets/{ticket.number}")).json()
    assert not (more - {"attachments"}) & set(older)


async def test_view_includes(house, client: httpx.AsyncClient) -> None:
    """Reference: conversations, requester, company and stats; the oldest ten conversations."""
    ticket = house.some(lambda t: t.state == "live" and not t.archived and t.message_count > 12)
    body = (await client.get(f"/tickets/{ticket.number}?include=conversations,requester,company,stats")).json()
    assert len(body["conversations"]) == 10
    every = (await client.get(f"/tickets/{ticket.number}/conversations?per_page=10")).json()
    assert [row["id"] for row in body["conversations"]] == [row["id"] for row in every]
    assert {"requester", "company", "stats"} <= set(body)
    bad = await client.get(f"/tickets/{ticket.number}?include=description")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, "include")
    assert (await client.get(f"/tickets/{ticket.number}?updated_since=2020-01-01")).status_code == 400


async def test_a_deleted_ticket_by_id(house, client: httpx.AsyncClient) -> None:
    """Reference: the object with `deleted: true`; singer-io/tap-freshdesk pull 18: 403; elsewhere 404."""
    number = house.some(lambda ticket: ticket.state == "deleted").number
    assert (await client.get(f"/tickets/{number}")).json()["deleted"] is True
    for status in (403, 404):
        house.switch(soft_deleted_ticket=status)
        assert (await client.get(f"/tickets/{number}")).status_code == status


async def test_an_archived_ticket_has_moved(house, client: httpx.AsyncClient) -> None:
    """Reference: tickets closed for about 120 days are below /tickets/archived."""
    number = house.some(lambda ticket: ticket.archived).number
    assert (await client.get(f"/tickets/{number}")).status_code == 404
    assert (await client.get(f"/tickets/{number}/conversations")).status_code == 404
    assert (await client.get(f"/tickets/archived/{number}")).json()["archived"] is True
    assert (await client.get(f"/tickets/archived/{number}/conversations")).status_code == 200
    assert (await client.get(f"/tickets/archived/{live(house).number}")).status_code == 404
    house.switch(archived_ticket="redirect")
    moved = await client.get(f"/tickets/{number}")
    assert (moved.status_code, moved.headers["location"][-20:]) == (301, f"/tickets/archived/{number}"[-20:])


async def test_conversations_ascend_thirty_a_page(house, client: httpx.AsyncClient) -> None:
    """Zammad recording of 2023; the description is not among them."""
    ticket = max((house.desk.tickets.get(n) for n in range(400, 601)), key=lambda t: t.message_count)
    assert ticket.message_count > 60
    url, rows = f"/tickets/{ticket.number}/conversations", []
    while url:
        answer = await client.get(url)
        assert len(answer.json()) <= 30
        rows += answer.json()
        url = answer.links.get("next", {}).get("url")
    assert len(rows) == ticket.message_count
    assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)
    assert ticket.html not in [row["body"] for row in rows]
    assert len((await client.get(f"/tickets/{ticket.number}/conversations?per_page=100")).json()) > 30


async def test_kinds_of_conversations(house, client: httpx.AsyncClient) -> None:
    """Reference, 'Conversations': replies 0, notes 2, forwards 8; a system's words have no user."""
    rows = []
    for number in range(1, 601):
        ticket = house.desk.tickets.get(number)
        if ticket.state == "live" and not ticket.archived and ticket.message_count > 5:
            rows += (await client.get(f"/tickets/{number}/conversations?per_page=100")).json()
    assert {row["source"] for row in rows} == {0, 2, 8}
    notes = [row for row in rows if row["source"] == 2]
    assert all(row["from_email"] is None and row["support_email"] is None for row in notes)
    assert {row["private"] for row in notes} == {True, False}
    incoming = [row for row in rows if row["incoming"]]
    assert incoming and not any(row["private"] for row in incoming)
    assert any(row["user_id"] is None for row in rows)
    assert all(re.fullmatch(r'".+" <.+@.+>', row["from_email"]) for row in rows if row["from_email"])


async def test_a_web_chat_says_its_description_twice(house, client: httpx.AsyncClient) -> None:
    """chatwoot pull 15261."""
    for row in (await client.get("/tickets?updated_since=1970-01-01&per_page=100")).json():
        if row["source"] == 15:
            ticket = house.desk.tickets.get(row["id"])
            first = (await client.get(f"/tickets/{row['id']}/conversations")).json()[0]
            assert first["body_text"] == ticket.text
            return
    pytest.fail("no web chat among the tickets")


CREATE = {
    "email": "new.person@else.example",
    "subject": "Hello",
    "description": "<b>Hi</b>",
    "status": 2,
    "priority": 1,
}


async def test_create(house, client: httpx.AsyncClient) -> None:
    """Reference: 201 with Location; an unknown address makes a contact; due times come some seconds later."""
    answer = await client.post("/tickets", json=CREATE)
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"http://sandbox.test/freshdesk/api/v2/tickets/{body['id']}"
    assert (body["source"], body["due_by"], body["fr_due_by"]) == (2, None, None)
    contact = (await client.get(f"/contacts/{body['requester_id']}")).json()
    assert (contact["email"], contact["active"]) == (CREATE["email"], False)
    house.clock.advance(6)
    later = (await client.get(f"/tickets/{body['id']}")).json()
    assert later["due_by"] and later["fr_due_by"] < later["due_by"]
    again = (await client.post("/tickets", json=CREATE)).json()
    assert again["requester_id"] == body["requester_id"] and again["id"] == body["id"] + 1
    assert (await client.get("/tickets")).json()[0]["id"] == again["id"], "lists are not behind"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"surprise": 1}, "surprise", "invalid_field"),
        ({"status": "2"}, "status", "datatype_mismatch"),
        ({"status": 99}, "status", "invalid_value"),
        ({"priority": 5}, "priority", "invalid_value"),
        ({"source": 5}, "source", "invalid_value"),
        ({"type": "Nonsense"}, "type", "invalid_value"),
        ({"tags": "one"}, "tags", "datatype_mismatch"),
        ({"subject": None}, "subject", "missing_field"),
        ({"description": ""}, "description", "missing_field"),
        ({"email": None}, "requester_id", "missing_field"),
        ({"email": "no address"}, "email", "invalid_value"),
        ({"requester_id": 5}, "requester_id", "invalid_value"),
        ({"responder_id": 5}, "responder_id", "invalid_value"),
        ({"custom_fields": {"cf_nothing": 1}}, "cf_nothing", "invalid_field"),
        ({"custom_fields": {"cf_plan": "Gold"}}, "cf_plan", "invalid_value"),
        ({"custom_fields": {"cf_devices": "4"}}, "cf_devices", "datatype_mismatch"),
        ({"custom_fields": {"cf_purchase_date": "2025-01-01T00:00:00Z"}}, "cf_purchase_date", "invalid_value"),
        ({"custom_fields": {"cf_region": "Europe", "cf_country": "Japan"}}, "cf_country", "invalid_value"),
        ({"status": 5}, "cf_root_cause", "missing_field"),
        ({"due_by": "2030-01-01T00:00:00Z"}, "fr_due_by", "missing_field"),
    ],
)
async def test_create_tells_what_is_wrong(client: httpx.AsyncClient, change: dict, field: str, code: str) -> None:
    """airbyte issue 3858 and fresh-samples issues 31 and 33: shape, codes, allowed values in the words."""
    answer = await client.post("/tickets", json=CREATE | change)
    assert answer.status_code == 400
    assert answer.json()["description"] == "Validation failed"
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]


async def test_create_with_everything(house, client: httpx.AsyncClient) -> None:
    given = {
        "type": "Refund", "tags": ["a", "b"], "cc_emails": ["c@d.example"], "source": 10, "group_id": 1_072_000_000_001,
        "responder_id": USER + 3, "status": 6, "priority": 4,
        "custom_fields": {"cf_plan": "Team", "cf_vip": True, "cf_amount": 12.5, "cf_devices": 3, "cf_region": "Europe",
                          "cf_country": "Germany", "cf_city": "Berlin", "cf_purchase_date": "2025-11-01"},
    }  # fmt: skip
    body = (await client.post("/tickets", json=CREATE | given)).json()
    custom = body.pop("custom_fields")
    assert {name: body[name] for name in given if name != "custom_fields"} == {
        name: value for name, value in given.items() if name != "custom_fields"
    }
    assert custom["cf_amount"] == "12.5" and custom["cf_city"] == "Berlin" and custom["cf_serial"] is None
    changed = await client.put(f"/tickets/{body['id']}", json={"subject": "Other"})
    assert changed.json()["errors"][0]["code"] == "incompatible_field", "mails that were sent keep their subject"


async def test_create_by_multipart(house, client: httpx.AsyncClient) -> None:
    """Reference: repeated parts, numbers as text, `custom_fields[cf_x]`; the file comes back byte for byte."""
    data = {name: str(value) for name, value in CREATE.items()}
    data |= {"tags[]": ["x", "y"], "custom_fields[cf_devices]": "4", "custom_fields[cf_vip]": "true"}
    files = [
        ("attachments[]", ("übersicht.txt", b"hello", "text/plain")),
        ("attachments[]", ("b.txt", b"more", "text/plain")),
    ]
    answer = await client.post("/tickets", data=data, files=files)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["tags"], body["custom_fields"]["cf_devices"], body["custom_fields"]["cf_vip"]) == (["x", "y"], 4, True)
    assert [(file["name"], file["size"]) for file in body["attachments"]] == [("übersicht.txt", 5), ("b.txt", 4)]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.app)) as other:
        assert (await other.get(body["attachments"][0]["attachment_url"])).content == b"hello"
    assert (await client.delete(f"/attachments/{body['attachments'][1]['id']}")).status_code == 204
    after = (await client.get(f"/tickets/{body['id']}")).json()["attachments"]
    assert [file["name"] for file in after] == ["übersicht.txt"]


async def test_update(house, client: httpx.AsyncClient) -> None:
    ticket = live(house, status="open")
    body = (await client.put(f"/tickets/{ticket.number}", json={"priority": 4, "tags": ["only"], "status": 3})).json()
    assert (body["priority"], body["tags"], body["status"]) == (4, ["only"], 3)
    assert body["updated_at"] == "2026-01-15T12:00:00Z"
    wrong = await client.put(f"/tickets/{ticket.number}", json={"status": 5})
    expected = [] if ticket.fields["root_cause"] else ["cf_root_cause"]
    assert [error["field"] for error in wrong.json().get("errors", [])] == expected
    done = {"status": 5, "custom_fields": {"cf_root_cause": "Software"}}
    assert (await client.put(f"/tickets/{ticket.number}", json=done)).json()["status"] == 5


async def test_delete_and_restore(house, client: httpx.AsyncClient) -> None:
    """Changelog of April 2016: writing to what is deleted or spam is 405."""
    path = f"/tickets/{live(house).number}"
    assert (await client.put(f"{path}/restore")).status_code == 405
    assert (await client.delete(path)).status_code == 204
    for refused in (
        client.delete(path),
        client.put(path, json={"priority": 1}),
        client.post(f"{path}/notes", json={"body": "x"}),
    ):
        answer = await refused
        assert (answer.status_code, answer.content) == (405, b"")
    assert (await client.put(f"{path}/restore")).status_code == 204
    assert (await client.get(path)).status_code == 200
    spam = house.some(lambda ticket: ticket.state == "spam").number
    assert (await client.put(f"/tickets/{spam}", json={"priority": 1})).status_code == 405


async def test_reply_and_notes(house, client: httpx.AsyncClient) -> None:
    """Reference: notes are private unless told otherwise; each answer lacks or adds some keys; the ticket moves."""
    ticket = live(house)
    path = f"/tickets/{ticket.number}"
    house.clock.advance(100)
    reply = await client.post(f"{path}/reply", json={"body": "<p>Yes</p>", "cc_emails": ["a@b.example"]})
    assert reply.status_code == 201 and "replied_to" in reply.json()
    assert not {"incoming", "private"} & set(reply.json())
    private = (await client.post(f"{path}/notes", json={"body": "hush"})).json()
    public = (await client.post(f"{path}/notes", json={"body": "all", "private": False, "incoming": True})).json()
    assert (private["private"], public["private"], public["incoming"]) == (True, False, True)
    assert private["notified_to"] == []
    rows = (await client.get(f"{path}/conversations?per_page=100")).json()
    assert [row["id"] for row in rows[-3:]] == [reply.json()["id"], private["id"], public["id"]]
    assert (await client.get(path)).json()["updated_at"] == "2026-01-15T12:01:40Z"
    assert (await client.post(f"{path}/reply", json={})).json()["errors"][0]["code"] == "missing_field"
    forward = await client.post(f"{path}/forward", json={"body": "see", "to_emails": ["x@y.example"]})
    assert (forward.json()["source"], forward.json()["to_emails"]) == (8, ["x@y.example"])


async def test_editing_notes(house, client: httpx.AsyncClient) -> None:
    """Reference: notes only. Whether it moves the ticket is not known."""
    path = f"/tickets/{live(house).number}"
    note = (await client.post(f"{path}/notes", json={"body": "one"})).json()
    reply = (await client.post(f"{path}/reply", json={"body": "two"})).json()
    before = (await client.get(path)).json()["updated_at"]
    house.clock.advance(60)
    edited = (await client.put(f"/conversations/{note['id']}", json={"body": "three"})).json()
    assert (edited["body"], edited["last_edited_user_id"]) == ("three", USER + ADMIN.agent)
    assert (await client.put(f"/conversations/{reply['id']}", json={"body": "x"})).status_code == 403
    assert (await client.get(path)).json()["updated_at"] == before
    house.switch(conversation_edit_bumps=True)
    assert (await client.delete(f"/conversations/{note['id']}")).status_code == 204
    assert (await client.get(path)).json()["updated_at"] > before
    assert (await client.get(f"/conversations/{note['id']}")).status_code == 405, "there is no way to read one"


async def test_merge_closes_with_a_private_note(house, client: httpx.AsyncClient) -> None:
    """Reference: the secondary is closed; nothing machine-readable points at the primary."""
    first, second = live(house), live(house, status="pending")
    answer = await client.put("/tickets/merge", json={"primary_id": first.number, "ticket_ids": [second.number]})
    assert answer.status_code == 204
    closed = (await client.get(f"/tickets/{second.number}?include=conversations")).json()
    assert closed["status"] == 5 and closed["association_type"] is None
    last = (await client.get(f"/tickets/{second.number}/conversations?per_page=100")).json()[-1]
    assert last["private"] and str(first.number) in last["body"]
    assert (await client.put("/tickets/merge", json={"primary_id": 1, "ticket_ids": [999_999]})).status_code == 400


async def test_outbound_mail_and_bulk_jobs(house, client: httpx.AsyncClient) -> None:
    """Reference: source 10, closed by default; jobs end some seconds later in a word nobody has confirmed."""
    body = {"email": "a@b.example", "subject": "s", "email_config_id": 1_074_000_000_001, "description": "d"}
    body |= {"custom_fields": {"cf_root_cause": "Software"}}
    sent = (await client.post("/tickets/outbound_email", json=body)).json()
    assert (sent["source"], sent["status"]) == (10, 5)
    answer = await client.post(
        "/tickets/bulk_update", json={"bulk_action": {"ids": [sent["id"]], "properties": {"priority": 4}}}
    )
    assert answer.status_code == 202
    job = answer.json()["href"]
    assert (await client.get(job)).json()["status"] == "IN PROGRESS"
    house.clock.advance(5)
    assert (await client.get(job)).json()["status"] == "COMPLETED"
    assert (await client.get(f"/tickets/{sent['id']}")).json()["priority"] == 4


async def test_attachment_links_last_three_hundred_seconds(house) -> None:
    """Zammad recording of 2023: another host, a signature, 403 in XML when late, 400 when a key comes along."""
    client = house.client()
    number = live_with_file(house).number
    file = (await client.get(f"/tickets/{number}")).json()["attachments"][0]
    url = file["attachment_url"]
    assert "X-Amz-Expires=300" in url and not url.startswith("http://sandbox.test/")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.app)) as other:
        good = await other.get(url)
        assert (good.status_code, len(good.content), good.headers["content-type"].partition(";")[0]) == (
            200, file["size"], file["content_type"],
        )  # fmt: skip
        both = await other.get(url, auth=(ADMIN.secret, "X"))
        assert (both.status_code, b"<Error>" in both.content) == (400, True)
        forged = await other.get(url.replace("X-Amz-Signature=", "X-Amz-Signature=0"))
        assert forged.status_code == 403
        house.clock.advance(301)
        late = await other.get(url)
        assert (late.status_code, late.headers["content-type"]) == (403, "application/xml")
        again = (await client.get(f"/tickets/{number}")).json()["attachments"][0]
        assert again["id"] == file["id"] and (await other.get(again["attachment_url"])).status_code == 200


async def test_size_key_and_scan_state_differ(house) -> None:
    client = house.client()
    data = {name: str(value) for name, value in CREATE.items()}
    body = (await client.post("/tickets", data=data, files=[("attachments[]", ("a.txt", b"abc", "text/plain"))])).json()
    house.switch(size_key="file_size", newer=False)
    file = (await client.get(f"/tickets/{body['id']}")).json()["attachments"][0]
    assert file["file_size"] == 3 and "size" not in file and "scan_state" not in file


async def test_inline_pictures_come_by_two_redirects(house, client: httpx.AsyncClient) -> None:
    """Zammad recording of 2023: a token without an end, two 302s, no key, no rate headers."""
    message = next(
        message
        for number in range(600, 0, -1)
        if house.desk.tickets.get(number).state == "live" and not house.desk.tickets.get(number).archived
        for message in house.desk.messages.of(number)
        if message.inline and message.position
    )
    rows = (await client.get(f"/tickets/{message.ticket}/conversations?per_page=100")).json()
    body = next(row["body"] for row in rows if "<img" in row["body"])
    url = re.search(r'<img src="([^"]+)"', body)[1].replace("&amp;", "&")
    house.clock.advance(timedelta(days=400).total_seconds())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=house.app)) as other:
        hops = []
        while True:
            answer = await other.get(url)
            hops.append(answer.status_code)
            if answer.status_code != 302:
                break
            url = answer.headers["location"]
        assert hops == [302, 302, 200]
        assert answer.headers["content-type"].startswith("image/")
        assert "x-ratelimit-total" not in answer.headers
        assert (await other.get("http://sandbox.test/freshdesk/inline/attachment?token=a.b.c")).status_code == 404


async def test_ratings_and_times(house, client: httpx.AsyncClient) -> None:
    """403 `require_feature` where the plan has none (older Singer tap skips the stream then)."""
    rated = house.some(lambda ticket: bool(ticket.satisfaction) and ticket.state == "live" and not ticket.archived)
    rows = (await client.get(f"/tickets/{rated.number}/satisfaction_ratings")).json()
    assert [row["ratings"]["default_question"] for row in rows] == [103 if rated.satisfaction == "good" else -103]
    every = (await client.get("/surveys/satisfaction_ratings?created_since=1970-01-01&per_page=100")).json()
    assert rows[0]["id"] in {row["id"] for row in every}
    entry = await client.post(f"/tickets/{rated.number}/time_entries", json={"time_spent": "01:30", "note": "call"})
    assert (entry.status_code, entry.json()["time_spent"], entry.json()["timer_running"]) == (201, "01:30", False)
    assert len((await client.get(f"/tickets/{rated.number}/time_entries")).json()) == 1
    house.switch(surveys=False, time_entries=False)
    for path in ("satisfaction_ratings", "time_entries"):
        refused = await client.get(f"/tickets/{rated.number}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "require_feature")
