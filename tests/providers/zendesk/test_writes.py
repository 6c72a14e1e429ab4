"""Making tickets: what is sent, what is refused, and what a lost answer means."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from models.enums import Channel, TicketPriority, TicketStatus, TicketType
from models.errors import (
    BadInput,
    Conflict,
    Forbidden,
    HelpdeskError,
    IdempotencyMismatch,
    LossyMapping,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)
from models.queries import NewRequester, TicketDraft, WritePlan

ANN = NewRequester(name="Ann", email="ann@mail.example")
MADE = {"ticket": {"id": 77, "status": "new", "subject": "Hi", "generated_timestamp": 0}, "audit": {}}


def draft(**values: Any) -> TicketDraft:
    base: dict[str, Any] = {"subject": "Hi", "body_text": "Hello", "requester": ANN}
    return TicketDraft(**{**base, **values})


async def sent(provider: Any, **values: Any) -> dict[str, Any]:
    plan: WritePlan = await provider.plan_ticket(draft(**values), "dg-1")
    assert (plan.method, plan.path) == ("POST", "/api/v2/tickets")
    found: dict[str, Any] = plan.body["ticket"]
    return found


async def test_the_least_ticket(zendesk: Any, script: Any) -> None:
    assert await sent(zendesk) == {
        "subject": "Hi",
        "comment": {"body": "Hello"},
        "requester": {"name": "Ann", "email": "ann@mail.example"},
        "external_id": "dg-1",
    }
    assert script.requests == [], "a plan sends nothing"


async def test_a_body_the_vendor_would_cut_is_refused_or_told(zendesk: Any, script: Any) -> None:
    """64 kB, "silently cut" (the vendor's page on comments)."""
    fits, longer = "é" * 32_768, "é" * 32_768 + "x"
    assert (await sent(zendesk, body_text=fits))["comment"] == {"body": fits}
    with pytest.raises(LossyMapping, match="65,536 bytes") as caught:
        await zendesk.plan_ticket(draft(body_text=longer), "dg-1")
    assert caught.value.field == "bodyText"
    plan: WritePlan = await zendesk.plan_ticket(draft(body_text=None, body_html=longer, strict=False), "dg-1")
    assert plan.body["ticket"]["comment"] == {"html_body": fits}
    assert [warning.path for warning in plan.warnings] == [("bodyHtml",)]


async def test_a_full_ticket(zendesk: Any, script: Any) -> None:
    fields = [
        {"id": 5, "type": "tagger", "custom_field_options": [{"name": "Red", "value": "red"}], "key": "colour"},
        {"id": 6, "type": "checkbox"},
        {"id": 1, "type": "subject"},
    ]
    script.on("/ticket_fields", {"ticket_fields": fields})
    ticket = await sent(
        zendesk,
        body_text=None,
        body_html="<p>Hello</p>",
        requester=None,
        requester_id="7",
        status=TicketStatus.ON_HOLD,
        priority=TicketPriority.URGENT,
        type=TicketType.TASK,
        channel=Channel.API,
        tags=("a",),
        group_id="8",
        assignee_id="9",
        organization_id="10",
        product_id="11",
        ccs=("c@mail.example",),
        due_at=datetime(2026, 2, 1, 10, tzinfo=UTC),
        external_id="order-1",
        custom_fields={"colour": "red", "6": True},
    )
    assert ticket == {
        "subject": "Hi",
        "comment": {"html_body": "<p>Hello</p>"},
        "requester_id": 7,
        "status": "hold",
        "priority": "urgent",
        "type": "task",
        "tags": ["a", "dg-1"],
        "group_id": 8,
        "assignee_id": 9,
        "organization_id": 10,
        "brand_id": 11,
        "email_ccs": [{"user_email": "c@mail.example", "action": "put"}],
        "due_at": "2026-02-01T10:00:00Z",
        "external_id": "order-1",
        "custom_fields": [{"id": 5, "value": "red"}, {"id": 6, "value": True}],
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"status": TicketStatus.CLOSED}, "status"),
        ({"type": TicketType.FEATURE_REQUEST}, "type"),
        ({"type": TicketType.REFUND}, "type"),
        ({"type": TicketType.OTHER}, "type"),
        ({"channel": Channel.PHONE}, "channel"),
        ({"due_at": datetime(2026, 2, 1, tzinfo=UTC)}, "dueAt"),
        ({"tags": ("two words",)}, "tags"),
        ({"requester": NewRequester(email="a@b.example", phone="+45")}, "requester.contact.phone"),
        ({"requester": NewRequester(email="a@b.example", external_id="x")}, "requester.contact.externalId"),
    ],
)
async def test_what_would_lose_meaning(zendesk: Any, values: dict[str, Any], field: str) -> None:
    with pytest.raises(LossyMapping) as caught:
        await zendesk.plan_ticket(draft(**values), "dg-1")
    assert caught.value.field == field and caught.value.nearest
    plan = await zendesk.plan_ticket(draft(**values, strict=False), "dg-1")
    assert [".".join(w.path) for w in plan.warnings] == [field]


async def test_what_goes_in_its_place(zendesk: Any) -> None:
    ticket = await sent(
        zendesk,
        status=TicketStatus.CLOSED,
        type=TicketType.REFUND,
        tags=("two words",),
        channel=Channel.EMAIL,
        due_at=datetime(2026, 2, 1, tzinfo=UTC),
        strict=False,
    )
    assert (ticket["status"], ticket["tags"]) == ("solved", ["two_words"])
    assert not {"type", "due_at", "via", "channel"} & set(ticket)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"status": TicketStatus.UNKNOWN}, "status"),
        ({"priority": TicketPriority.UNKNOWN}, "priority"),
        ({"requester": None}, "requester.contact.email"),
        ({"requester": NewRequester(name="Ann")}, "requester.contact.email"),
        ({"group_id": "x"}, "groupId"),
        ({"requester": None, "requester_id": "../1"}, "requester.contactId"),
        ({"native_status": "parked"}, "nativeStatus"),
        ({"native_status": "71", "status": TicketStatus.OPEN}, "nativeStatus"),
        ({"custom_fields": {"9": "x"}}, "customFields.9"),
        ({"custom_fields": {"5": "green"}}, "customFields.5"),
        ({"custom_fields": {"6": "yes"}}, "customFields.6"),
        ({"custom_fields": {"7": True}}, "customFields.7"),
        ({"custom_fields": {"8": ["red", "green"]}}, "customFields.8"),
    ],
)
async def test_wrong_input_names_its_field(zendesk: Any, script: Any, values: dict[str, Any], field: str) -> None:
    options = [{"name": "Red", "value": "red"}]
    fields = [
        {"id": 5, "type": "tagger", "custom_field_options": options},
        {"id": 6, "type": "checkbox"},
        {"id": 7, "type": "integer"},
        {"id": 8, "type": "multiselect", "custom_field_options": options},
    ]
    script.on("/ticket_fields", {"ticket_fields": fields})
    script.on("/custom_statuses", {"custom_statuses": [{"id": 71, "status_category": "pending"}]})
    with pytest.raises(BadInput) as caught:
        await zendesk.plan_ticket(draft(**values), "dg-1")
    assert caught.value.field == field


async def test_a_native_status(zendesk: Any, script: Any) -> None:
    script.on("/custom_statuses", {"custom_statuses": [{"id": 71, "status_category": "pending"}]})
    assert (await sent(zendesk, native_status="71", status=TicketStatus.PENDING))["custom_status_id"] == 71
    assert (await sent(zendesk, native_status="hold"))["status"] == "hold"


async def plan(provider: Any) -> WritePlan:
    found: WritePlan = await provider.plan_ticket(draft(), "dg-1")
    return found


async def test_creating(zendesk: Any, script: Any) -> None:
    script.on("/tickets", MADE, method="POST", status=201)
    made = await zendesk.create_ticket(await plan(zendesk), "key-1")
    assert (made.remote_id, made.status) == ("77", TicketStatus.NEW)
    (call,) = [r for r in script.requests if r.method == "POST"]
    assert call.headers["idempotency-key"] == "key-1"
    assert json.loads(call.content)["ticket"]["subject"] == "Hi"
    assert zendesk.idempotent_creates


@pytest.mark.parametrize("key", ["x" * 256, "naïve", " a", "a\nb"])
async def test_a_key_a_header_cannot_carry_is_sent_as_its_digest(zendesk: Any, script: Any, key: str) -> None:
    script.on("/tickets", MADE, method="POST", status=201)
    await zendesk.create_ticket(await plan(zendesk), key)
    header = next(r for r in script.requests if r.method == "POST").headers["idempotency-key"]
    assert len(header) == 64 and header.isascii()


async def test_a_lost_answer_is_asked_for_again_with_the_same_key(zendesk: Any, script: Any) -> None:
    script.on("/tickets", httpx.ReadError("reset"), httpx.Response(502), httpx.Response(201, json=MADE), method="POST")
    made = await zendesk.create_ticket(await plan(zendesk), "key-1")
    assert made.remote_id == "77"
    posts = [r for r in script.requests if r.method == "POST"]
    assert {r.headers["idempotency-key"] for r in posts} == {"key-1"} and len(posts) == 3


@pytest.mark.parametrize(
    "answers",
    [
        [httpx.ReadError("reset")],
        [httpx.ReadTimeout("late")],
        [httpx.Response(502, content=b"<html>")],
        [httpx.Response(201, content=b'{"ticket": {"id"')],
        [httpx.Response(201, json={"ticket": {}})],
        [httpx.ReadError("reset"), httpx.ConnectError("refused")],
        [httpx.ReadError("reset"), httpx.Response(429, headers={"retry-after": "120"})],
        [httpx.ReadError("reset"), httpx.Response(409, json={"error": "IdempotentRequestInProgress"})],
    ],
)
async def test_an_answer_that_stays_lost_is_an_unknown_outcome(zendesk: Any, script: Any, answers: Any) -> None:
    script.on("/tickets", *answers, method="POST")
    with pytest.raises(OutcomeUnknown) as caught:
        await zendesk.create_ticket(await plan(zendesk), "key-1")
    assert caught.value.helpdesk == "acme"


async def test_what_never_left_is_no_unknown_outcome(zendesk: Any, script: Any) -> None:
    script.on("/tickets", httpx.ConnectError("refused"), method="POST")
    with pytest.raises(Unavailable):
        await zendesk.create_ticket(await plan(zendesk), "key-1")


@pytest.mark.parametrize(
    ("status", "body", "expected", "field"),
    [
        (
            422,
            {"error": "RecordInvalid", "details": {"email": [{"description": "Email: x"}]}},
            BadInput,
            "requester.contact.email",
        ),
        (422, {"error": "RecordInvalid", "details": {"group": [{"description": "no"}]}}, BadInput, "groupId"),
        (422, {"error": "RecordInvalid", "details": {"base": [{"description": "no"}]}}, BadInput, None),
        (422, {"error": "RecordInvalid", "description": "Record validation errors"}, BadInput, None),
        (400, {"error": "IdempotentRequestError", "description": "x"}, IdempotencyMismatch, None),
        (409, {"error": "IdempotentRequestInProgress"}, Conflict, None),
        (403, {"error": {"title": "Forbidden", "message": "no"}}, Forbidden, None),
    ],
)
async def test_refusals(
    zendesk: Any, script: Any, status: int, body: Any, expected: type[HelpdeskError], field: str | None
) -> None:
    script.on("/tickets", body, method="POST", status=status)
    with pytest.raises(expected) as caught:
        await zendesk.create_ticket(await plan(zendesk), "key-1")
    assert getattr(caught.value, "field", None) == field
    assert caught.value.helpdesk == "acme"


async def test_a_throttled_create_is_not_unknown(zendesk: Any, script: Any) -> None:
    script.on("/tickets", httpx.Response(429, headers={"retry-after": "120"}), method="POST")
    with pytest.raises(RateLimited) as caught:
        await zendesk.create_ticket(await plan(zendesk), "key-1")
    assert caught.value.retry_after == pytest.approx(120, abs=2)


async def test_finding_by_external_id(zendesk: Any, script: Any, page_of: Any) -> None:
    script.on("/tickets", page_of("tickets", [{"id": 77, "external_id": "dg-1", "status": "new"}]))
    assert (await zendesk.find_ticket("dg-1")).remote_id == "77"
    assert script.last("/tickets").url.params["external_id"] == "dg-1"


async def test_finding_by_tag(zendesk: Any, script: Any, page_of: Any) -> None:
    script.on("/tickets", page_of("tickets", []))
    hits = [{"id": 76, "tags": ["dg-10"]}, {"id": 77, "tags": ["a", "dg-1"]}]
    script.on("/search", {"results": hits, "count": 2, "next_page": None})
    assert (await zendesk.find_ticket("dg-1")).remote_id == "77"
    script.on("/search", {"results": [], "count": 0, "next_page": None})
    assert await zendesk.find_ticket("dg-1") is None
