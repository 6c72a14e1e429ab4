"""Client credentials: one token for all, renewed in time, and once after a 401."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from models.errors import CredentialsRejected, DeadlineExceeded, HelpdeskError, Unavailable
from providers.zendesk.provider import ZendeskProvider
from runtime.deadline import Deadline, deadline_is

CLIENT = {"client_id": "shop", "client_secret": "sesame"}
EMPTY = {"groups": [], "brands": [], "group_memberships": [], "meta": {"has_more": False}}


@pytest.fixture
def shop(make: Callable[..., ZendeskProvider], script: Any) -> ZendeskProvider:
    for path in ("/groups", "/brands", "/group_memberships"):
        script.on(path, EMPTY)
    return make(secrets=CLIENT)


def token(text: str, seconds: Any = 1800) -> dict[str, Any]:
    return {"access_token": text, "token_type": "bearer", "scope": "read write", "expires_in": seconds}


def token_calls(script: Any) -> list[httpx.Request]:
    return [r for r in script.requests if r.url.path == "/oauth/tokens"]


async def test_the_grant(shop: ZendeskProvider, script: Any, scope: Any) -> None:
    script.on("/oauth/tokens", token("one"), method="POST", status=201)
    await shop.groups(scope)
    (call,) = token_calls(script)
    assert b'"grant_type":"client_credentials"' in call.content
    assert b'"scope":"read write"' in call.content
    assert "authorization" not in call.headers
    assert script.last("/groups").headers["authorization"] == "Bearer one"


async def test_many_callers_fetch_one_token(shop: ZendeskProvider, script: Any, scope: Any) -> None:
    script.on("/oauth/tokens", token("one"), method="POST")
    await asyncio.gather(shop.groups(scope), shop.products(scope), shop.group_members(scope))
    assert len(token_calls(script)) == 1


async def test_a_token_is_renewed_before_it_ends(shop: ZendeskProvider, script: Any, scope: Any, clock: Any) -> None:
    script.on("/oauth/tokens", token("one", 1800), token("two", 1800), method="POST")
    await shop.groups(scope)
    clock.advance(1700)
    await shop.products(scope)
    assert script.last("/brands").headers["authorization"] == "Bearer one"
    clock.advance(45)
    await shop.group_members(scope)
    assert script.last("/group_memberships").headers["authorization"] == "Bearer two"


async def test_a_token_without_an_end_is_kept(shop: ZendeskProvider, script: Any, scope: Any, clock: Any) -> None:
    script.on("/oauth/tokens", token("one", None), method="POST")
    await shop.groups(scope)
    clock.advance(10_000_000)
    await shop.products(scope)
    assert len(token_calls(script)) == 1


async def test_a_401_renews_once(shop: ZendeskProvider, script: Any, scope: Any) -> None:
    script.on("/oauth/tokens", token("one"), token("two"), method="POST")

    def groups(request: httpx.Request) -> httpx.Response:
        good = request.headers["authorization"] == "Bearer two"
        return httpx.Response(200, json=EMPTY) if good else httpx.Response(401, json={"error": "invalid_token"})

    script.on("/groups", groups)
    assert await shop.groups(scope) == ()
    assert len(token_calls(script)) == 2


async def test_a_lasting_401_is_not_asked_again_and_again(shop: ZendeskProvider, script: Any, scope: Any) -> None:
    script.on("/oauth/tokens", token("one"), method="POST")
    script.on("/groups", {"error": "invalid_token", "error_description": "expired"}, status=401)
    with pytest.raises(CredentialsRejected, match="ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET"):
        await shop.groups(scope)
    assert len(token_calls(script)) == 2
    assert len([r for r in script.requests if r.url.path == "/api/v2/groups"]) == 2


@pytest.mark.parametrize("status", [400, 401])
async def test_a_refused_client_names_the_settings(shop: ZendeskProvider, script: Any, scope: Any, status: int) -> None:
    refusal = {"error": "invalid_client", "error_description": "Client authentication failed"}
    script.on("/oauth/tokens", refusal, method="POST", status=status)
    with pytest.raises(CredentialsRejected, match="ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET") as caught:
        await shop.groups(scope)
    assert "sesame" not in str(caught.value)
    assert all(
        named in caught.value.message for named in ("'acme'", "`client_id`", "`client_secret`", "helpdesks.toml")
    )


async def test_a_token_endpoint_that_is_down_is_not_a_wrong_credential(
    shop: ZendeskProvider, script: Any, scope: Any
) -> None:
    script.on("/oauth/tokens", httpx.Response(503, content=b"<html>"), method="POST")
    with pytest.raises(Unavailable):
        await shop.groups(scope)


async def test_a_failed_fetch_is_tried_again_by_the_next_caller(shop: ZendeskProvider, script: Any, scope: Any) -> None:
    script.on("/oauth/tokens", httpx.Response(404), token("one"), method="POST")
    with pytest.raises(HelpdeskError):
        await shop.groups(scope)
    assert await shop.groups(scope) == ()


async def test_one_callers_haste_is_not_the_others_failure(
    shop: ZendeskProvider, script: Any, scope: Any, clock: Any
) -> None:
    script.on("/oauth/tokens", token("one"), method="POST")
    with deadline_is(Deadline.after(0.0, clock)), pytest.raises(DeadlineExceeded) as caught:
        await shop.groups(scope)
    assert caught.value.helpdesk == "acme"
    assert await shop.groups(scope) == ()
