"""What the face shows to a reader of changes: merges, what is gone for good, wrong records, and messages it sends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from providers.zendesk.simulator import ids, webhooks
from sandbox.listing import TicketQuery
from sandbox.tickets import EVERYTHING


async def exported(account: Any, name: str, path: str) -> dict[int, dict[str, Any]]:
    account.controls.limits("zendesk").enabled = False
    account.advance(120)
    return {row["id"]: row for row in (await account.get(path, start_time=0))[name]}


async def test_a_merge_leaves_its_tag_on_what_it_closed(account: Any) -> None:
    source, target = [t.number for t in account.desk.tickets.page(TicketQuery(order="number"))][-2:]
    account.desk.tickets.merge(target, [source])
    rows = await exported(account, "tickets", "incremental/tickets/cursor")
    assert "closed_by_merge" in rows[source]["tags"] and rows[source]["status"] == "closed"
    assert "closed_by_merge" not in rows[target]["tags"]
    assert (await account.get(f"tickets/{source}"))["ticket"]["tags"] == rows[source]["tags"]


async def test_a_purged_ticket_leaves_no_trace(account: Any) -> None:
    book = account.desk.tickets
    before = book.count(TicketQuery(order="number", where=EVERYTHING))
    made = book.create(subject="Short-lived", requester=1000, text="x")
    book.update(5, subject="Changed first")
    for number in (made.number, 5, 6):
        book.purge(number)
    assert book.count(TicketQuery(order="number", where=EVERYTHING)) == before - 2
    assert {5, 6, made.number}.isdisjoint(await exported(account, "tickets", "incremental/tickets/cursor"))
    for number in (5, made.number):
        await account.refused(f"tickets/{number}", 404)
    assert (await account.get("tickets/show_many", ids=f"5,{made.number}"))["tickets"] == []
    listed = await account.get("tickets", **{"page[size]": 100, "sort": "id"})
    assert {5, 6}.isdisjoint(row["id"] for row in listed["tickets"])
    await account.refused(f"tickets/{made.number}/comments", 404)
    assert made.number not in book.written


async def test_people_deleted_for_good_say_so_in_exports(account: Any) -> None:
    person = next(p for p in account.desk.people.page(limit=50) if p.state == "verified" and p.email)
    ident = ids.USER.id(person.number)
    await account.send("DELETE", f"users/{ident}", None, 200)
    assert (await exported(account, "users", "incremental/users/cursor"))[ident]["permanently_deleted"] is False
    await account.send("DELETE", f"deleted_users/{ident}", None, 200)
    row = (await exported(account, "users", "incremental/users/cursor"))[ident]
    assert (row["permanently_deleted"], row["active"], row["email"]) == (True, False, None)


async def test_records_can_be_spoilt_by_name_and_id(account: Any) -> None:
    """A switch of the control door, so that a running sandbox can have them too."""
    account.controls.switches["zendesk.spoilt"] = {
        "tickets": {"7": {"requester_id": "nobody"}, "8": {"*": 8}},
        "users": {"7": {"name": 7}},
    }
    listed = (await account.get("tickets/show_many", ids="7,8,9"))["tickets"]
    assert 8 in listed and len(listed) == 3
    rows = {row["id"]: row for row in listed if isinstance(row, dict)}
    assert rows[7]["requester_id"] == "nobody" and isinstance(rows[9]["requester_id"], int)
    assert (await account.get("tickets/7"))["ticket"]["requester_id"] == "nobody"
    account.controls.switches.clear()
    assert isinstance((await account.get("tickets/7"))["ticket"]["requester_id"], int)


async def test_the_settings_say_whether_people_have_several_organizations(account: Any) -> None:
    for given in (True, False):
        account.controls.switches["zendesk.multiple_organizations"] = given
        settings = (await account.get("account/settings"))["settings"]
        assert settings["user"]["multiple_organizations"] is given


async def test_exports_may_give_less_than_asked(account: Any) -> None:
    account.controls.switches["zendesk.export_page_most"] = 3
    for path, name in (
        ("incremental/tickets/cursor", "tickets"),
        ("incremental/organizations", "organizations"),
        ("help_center/incremental/articles", "articles"),
    ):
        assert len((await account.get(path, start_time=0, per_page=1000))[name]) == 3


def test_messages_are_signed_as_the_page_says(account: Any) -> None:
    """'Verifying webhook authenticity': base64 of the HMAC over time and body."""
    at = datetime(2026, 6, 1, 12, 0, 5, tzinfo=UTC)
    sent = webhooks.delivery(webhooks.ticket_event(account.desk, 7, "status_changed", at), at)
    stamp = sent.headers["X-Zendesk-Webhook-Signature-Timestamp"]
    made = hmac.digest(webhooks.SECRET.encode(), stamp.encode() + sent.body, hashlib.sha256)
    assert sent.headers["X-Zendesk-Webhook-Signature"] == base64.b64encode(made).decode()
    assert stamp == "2026-06-01T12:00:05Z"
    again = webhooks.delivery(sent.body, at)
    assert again.headers == sent.headers, "the same message is the same delivery"


def test_events_look_as_the_page_shows_them(account: Any) -> None:
    """'Webhook event types': ids are texts, "0" is nobody, words of enums are written large."""
    at = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    told = json.loads(webhooks.ticket_event(account.desk, 7, "created", at))
    ticket = account.desk.tickets.get(7)
    assert (told["type"], told["subject"]) == ("zen:event-type:ticket.created", "zen:ticket:7")
    assert told["detail"]["id"] == "7"
    assert told["detail"]["status"] == ticket.status.upper()
    assert told["detail"]["requester_id"] == str(ids.USER.id(ticket.requester))
    assert told["detail"]["organization_id"] == str(ids.ORGANIZATION.maybe(ticket.organization) or 0)
    gone = json.loads(webhooks.ticket_event(account.desk, 10**6, "permanently_deleted", at))
    assert gone["detail"] == {"id": "1000000"}
    assert json.loads(webhooks.trigger(7)) == {"ticket_id": "7"}
    article = json.loads(webhooks.article_event(3, "published", at))
    assert article["subject"] == f"zen:article:{ids.ARTICLE.id(3)}"
