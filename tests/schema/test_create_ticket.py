"""Making a ticket: what is sent, what comes back, and what the caller can act on."""

from __future__ import annotations

from typing import Any

import pytest

from models import ids
from models.enums import Kind
from models.errors import CredentialsRejected, LossyMapping, OutcomeUnknown, RateLimited, Rejected
from models.queries import Scope
from resolvers.context import Principal
from tests.resolvers.desk import make_context, two_desks
from tests.schema.asking import ask

TEXT = """mutation($input: CreateTicketInput!) { createTicket(input: $input) {
  ticket { id subject requester { name } }
  userErrors { code message path helpdesk retryable retryAfter remote { status code requestId } }
  warnings { path message sent }
  upstream { calls credits replayed }
  preview } }"""
INPUT: dict[str, Any] = {
    "helpdesk": "fd",
    "idempotencyKey": "order-17",
    "subject": "Help",
    "bodyText": "Please",
    "requester": {"contact": {"email": "new@example.com"}},
}


async def test_a_ticket_is_made_once() -> None:
    desks = two_desks()
    context = make_context(desks)
    first = await ask(desks, TEXT, context=context, input=INPUT)
    payload = first.data["createTicket"]
    assert payload["userErrors"] == [] and payload["ticket"]["subject"] == "Help"
    assert payload["upstream"]["replayed"] is False
    again = await ask(desks, TEXT, context=make_context(desks, ledger=context.ledger), input=INPUT)
    assert again.data["createTicket"]["ticket"]["id"] == payload["ticket"]["id"]
    assert again.data["createTicket"]["upstream"]["replayed"] is True
    assert len(desks["fd"].asked("create_ticket")) == 1


async def test_what_was_wished_reaches_the_helpdesk() -> None:
    desks = two_desks()
    more = {
        "requester": {"contactId": ids.encode(Kind.CONTACT, "fd", "101")},
        "groupId": ids.encode(Kind.GROUP, "fd", "301"),
        "nativeStatus": "7",
        "tags": ["a"],
        "customFields": [{"key": "cf_text", "value": "x"}],
        "dueAt": "2026-02-01T10:00:00+02:00",
        "strict": False,
    }
    assert (await ask(desks, TEXT, input={**INPUT, **more})).data["createTicket"]["userErrors"] == []
    draft = desks["fd"].asked("plan_ticket")[0]
    assert (draft.requester_id, draft.group_id, draft.status, draft.native_status) == ("101", "301", None, "7")
    assert (draft.custom_fields, draft.tags, draft.strict) == ({"cf_text": "x"}, ("a",), False)
    assert draft.due_at.isoformat() == "2026-02-01T08:00:00+00:00"


async def test_a_preview_sends_nothing() -> None:
    desks = two_desks()
    payload = (await ask(desks, TEXT, input={**INPUT, "preview": True})).data["createTicket"]
    assert payload["preview"] == {"method": "POST", "path": "/tickets", "body": {"subject": "Help"}}
    assert payload["ticket"] is None and not desks["fd"].asked("create_ticket")


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"helpdesk": "nope"}, "INVALID", ["input", "helpdesk"]),
        ({"subject": " "}, "INVALID", ["input", "subject"]),
        ({"bodyHtml": "<p>x</p>"}, "INVALID", ["input", "bodyText"]),
        ({"idempotencyKey": " "}, "INVALID", ["input", "idempotencyKey"]),
        ({"groupId": ids.encode(Kind.GROUP, "zd", "301")}, "INVALID", ["input", "groupId"]),
        ({"requester": {"contact": {"name": "X"}}}, "INVALID", ["input", "requester", "contact"]),
        ({"requester": {"contactId": "x"}}, "INVALID", ["input", "requester", "contactId"]),
        ({"status": "CLOSED", "nativeStatus": "5"}, "INVALID", ["input", "nativeStatus"]),
        ({"customFields": [{"key": "a"}, {"key": "a"}]}, "INVALID", ["input", "customFields"]),
    ],
)
async def test_a_bad_input_names_its_field(changes: dict[str, Any], code: str, path: list[str]) -> None:
    desks = two_desks()
    answer = await ask(desks, TEXT, input={**INPUT, **changes})
    assert answer.errors == []
    error = answer.data["createTicket"]["userErrors"][0]
    assert (error["code"], error["path"], error["retryable"]) == (code, path, False)
    assert not desks["fd"].asked("create_ticket")


@pytest.mark.parametrize(
    ("method", "error", "code", "retryable"),
    [
        ("plan_ticket", LossyMapping("No.", nearest="Use HIGH.", field="priority"), "LOSSY_MAPPING", False),
        ("create_ticket", OutcomeUnknown("Lost."), "OUTCOME_UNKNOWN", False),
        ("create_ticket", RateLimited("Slow down.", status=429, retry_after=12), "RATE_LIMITED", True),
        ("create_ticket", CredentialsRejected("No.", status=401), "HELPDESK_REJECTED_US", False),
        ("create_ticket", Rejected("Bad.", status=422, vendor_code="invalid", request_id="q"), "INVALID", False),
    ],
)
async def test_what_the_helpdesk_says_can_be_acted_on(method: str, error: Any, code: str, retryable: bool) -> None:
    desks = two_desks()
    desks["fd"].failing[method] = error
    answer = await ask(desks, TEXT, input=INPUT)
    assert answer.errors == []
    told = answer.data["createTicket"]["userErrors"][0]
    assert (told["code"], told["helpdesk"], told["retryable"]) == (code, "fd", retryable)
    if code == "RATE_LIMITED":
        assert told["retryAfter"] == "PT12S"
    if isinstance(error, Rejected):
        assert told["remote"] == {"status": 422, "code": "invalid", "requestId": "q"}


async def test_who_may_not_write_is_told_so() -> None:
    desks = two_desks()
    weak = make_context(desks, principal=Principal(id="k", scopes=frozenset({"tickets:read"})))
    bound = make_context(desks, scope=Scope(tenant="t", organizations={"fd": frozenset({"401"})}))
    for context in (weak, bound):
        answer = await ask(desks, TEXT, context=context, input=INPUT)
        assert answer.data["createTicket"]["userErrors"][0]["code"] == "NOT_ALLOWED"
    assert not desks["fd"].calls


@pytest.mark.parametrize("missing", ["helpdesk", "idempotencyKey", "subject", "requester"])
async def test_required_fields_are_required_by_the_schema(missing: str) -> None:
    answer = await ask(two_desks(), TEXT, input={k: v for k, v in INPUT.items() if k != missing})
    assert answer.data is None and missing in answer.errors[0][1]
