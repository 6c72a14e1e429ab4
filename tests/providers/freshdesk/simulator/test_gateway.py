"""Credentials, headers, errors and rates. Evidence stands in each docstring."""

from __future__ import annotations

from base64 import b64encode

import httpx
import pytest

from providers.freshdesk.simulator import ADMIN, AGENT, Profile


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer abc", f"Bearer {ADMIN.secret}", "Basic ???", "Basic " + b64encode(b"wrong:X").decode()],
)
async def test_a_wrong_credential_is_401_in_the_second_shape(house, authorization: str | None) -> None:
    """Vendor's API reference, 'Authentication': basic auth with the API key and nothing else."""
    headers = {"Authorization": authorization} if authorization else {}
    answer = await house.client(None).get("/tickets", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


async def test_the_password_beside_the_key_is_any_text(house) -> None:
    answer = await house.client(None).get("/agents/me", auth=(ADMIN.secret, "whatever"))
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/agents", "/groups", "/products", "/roles", "/agents/1070000000001", "/account"])
async def test_admin_families_refuse_an_agents_key(house, path: str) -> None:
    """Reference and Airbyte's connection check; `access_denied` as scratch-l10n met it."""
    refused = await house.client(AGENT).get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "access_denied")
    assert (await house.client(ADMIN).get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/agents/me", "/ticket_fields", "/tickets", "/contacts", "/companies"])
async def test_an_agents_key_reads_what_agents_read(house, path: str) -> None:
    assert (await house.client(AGENT).get(path)).status_code == 200


async def test_headers_of_a_real_answer(client: httpx.AsyncClient) -> None:
    """Zammad recording of 2023."""
    headers = (await client.get("/agents/me")).headers
    assert headers["status"] == "200 OK"
    assert headers["x-freshdesk-api-version"] == "latest=v2; requested=v2"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert len(headers["x-request-id"]) == 36


async def test_a_404_has_no_body(client: httpx.AsyncClient) -> None:
    for path in ("/tickets/99999999", "/nothing/here", "/contacts/17"):
        answer = await client.get(path)
        assert (answer.status_code, answer.content) == (404, b"")


async def test_a_wrong_verb_is_405(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/tickets")
    assert (answer.status_code, answer.content, answer.headers["allow"]) == (405, b"", "GET, POST")


async def test_accept_and_content_type_are_looked_at(client: httpx.AsyncClient) -> None:
    """Reference: 406 and 415."""
    assert (await client.get("/tickets", headers={"Accept": "text/xml"})).status_code == 406
    answer = await client.post("/tickets", content="subject=x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


async def test_broken_json_is_the_second_shape(client: httpx.AsyncClient) -> None:
    answer = await client.post("/tickets", content="{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")


async def test_an_action_refuses_a_body(client: httpx.AsyncClient) -> None:
    answer = await client.put("/tickets/5/restore", json={"a": 1})
    assert answer.json()["code"] == "no_content_required"


async def test_a_doubled_slash_is_misread_on_gets(house) -> None:
    """node-freshdesk-api issue 61."""
    answer = await house.client().get("http://sandbox.test/freshdesk//api/v2/tickets")
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": "ticket", "message": "Unexpected/invalid field in request", "code": "invalid_field"}
    ]


async def test_a_plan_without_the_api_refuses_every_call(house) -> None:
    house.switch(api_access=False)
    answer = await house.client().get("/tickets")
    assert (answer.status_code, answer.json()["code"]) == (403, "require_feature")


def rates(house, **figures: float) -> None:
    limits = house.controls.limits("freshdesk")
    limits.enabled = True
    limits.figures.update(figures)


async def used(client: httpx.AsyncClient, path: str) -> tuple[int, int, int]:
    headers = (await client.get(path)).headers
    names = ("Total", "Remaining", "Used-CurrentRequest")
    return tuple(int(headers[f"X-RateLimit-{name}"]) for name in names)


async def test_path_families_have_buckets_of_their_own(house) -> None:
    """Zammad recording of 2023: tickets and contacts counted down from 40 each, everything else from 100."""
    rates(house, tickets=40, contacts=40, rest=100)
    client = house.client()
    assert await used(client, "/tickets") == (40, 39, 1)
    assert await used(client, "/tickets/7") == (40, 38, 1)
    assert await used(client, "/tickets/7/conversations") == (40, 37, 1)
    assert await used(client, "/contacts") == (40, 39, 1)
    assert await used(client, "/companies") == (100, 99, 1)
    assert await used(client, "/agents/me") == (100, 98, 1)


async def test_includes_cost_two_in_the_list_and_one_by_id(house) -> None:
    """Reference, 'Embedding': stats alone make a list call cost three."""
    client = house.client()
    assert (await used(client, "/tickets?include=stats"))[2] == 3
    assert (await used(client, "/tickets?include=stats,requester,description"))[2] == 7
    assert (await used(client, "/tickets/7?include=requester,company"))[2] == 3
    house.switch(list_include_cost=1)
    assert (await used(client, "/tickets?include=stats"))[2] == 2


async def test_invalid_calls_count(house) -> None:
    rates(house, tickets=3)
    client = house.client()
    for status in (400, 400, 404, 429):
        path = "/tickets/999999" if status == 404 else "/tickets?per_page=101"
        assert (await client.get(path)).status_code == status


async def test_429_tells_the_seconds_to_the_end_of_the_minute(house) -> None:
    """Reference: `Retry-After` in whole seconds; the window is taken to be a fixed minute."""
    rates(house, tickets=2)
    client = house.client()
    house.clock.advance(22)
    assert (await client.get("/tickets?include=stats")).status_code == 429, "three credits do not fit in two"
    await client.get("/tickets")
    await client.get("/tickets")
    refused = await client.get("/tickets")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "38")
    assert (await client.get("/contacts")).status_code == 200
    house.clock.advance(38)
    assert (await client.get("/tickets")).status_code == 200


async def test_creates_and_updates_have_limits_of_their_own(house) -> None:
    rates(house, ticket_create=1, ticket_update=1)
    client = house.client()
    body = {"email": "a@b.example", "subject": "s", "description": "d", "status": 2, "priority": 1}
    statuses = [(await client.post("/tickets", json=body)).status_code for _ in range(2)]
    assert statuses == [201, 429]
    number = house.some(lambda ticket: ticket.state == "live" and not ticket.archived).number
    statuses = [(await client.put(f"/tickets/{number}", json={"priority": 2})).status_code for _ in range(2)]
    assert statuses == [200, 429]


@pytest.mark.parametrize(
    ("kind", "start"), [("json", b'{"message"'), ("empty", b""), ("text", b"Rate"), ("html", b"<html")]
)
async def test_variants_of_429(house, kind: str, start: bytes) -> None:
    """Unconfirmed: the body, and whether Retry-After is always there (scratch-l10n waits 30 s without it)."""
    rates(house, rest=0)
    house.switch(too_many_body=kind, retry_after="absent")
    refused = await house.client().get("/companies")
    assert refused.status_code == 429
    assert refused.content.startswith(start) and bool(refused.content) == bool(start)
    assert "retry-after" not in refused.headers


async def test_a_wait_may_be_a_punishment_or_a_date(house) -> None:
    """scratch-l10n met minutes; a date is what HTTP allows."""
    rates(house, rest=0)
    house.switch(retry_after_extra=300)
    assert (await house.client().get("/companies")).headers["retry-after"] == "360"
    house.switch(retry_after="date")
    assert (await house.client().get("/companies")).headers["retry-after"] == "Thu, 15 Jan 2026 12:06:00 GMT"


async def test_other_header_variants(house) -> None:
    house.switch(decimal_headers=True, rate_headers_on_errors=False)
    client = house.client()
    assert (await client.get("/companies")).headers["x-ratelimit-total"] == "700.0"
    assert "x-ratelimit-total" not in (await client.get("/tickets/99999999")).headers


async def test_sub_limits_may_take_from_the_total_too(house) -> None:
    rates(house, rest=2, tickets=10)
    house.switch(shared_total=True)
    client = house.client()
    assert [(await client.get("/tickets")).status_code for _ in range(3)] == [200, 200, 429]


def test_the_profile_is_readable_in_one_place() -> None:
    assert Profile().soft_deleted_ticket == 200
    with pytest.raises(AttributeError):
        Profile().newer = False  # type: ignore[misc]
