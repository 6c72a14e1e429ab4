"""Who may call: API token, bearer, the OAuth grants, scopes."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from providers.zendesk.simulator.oauth_store import challenge_of

ROOT = "http://sandbox.test/zendesk"
REDIRECT = "http://localhost:8123/callback"


def basic(user: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


async def grant(account: Any, status: int, **body: Any) -> dict[str, Any]:
    async with account.client() as anybody:
        response = await anybody.post(f"{ROOT}/oauth/tokens", json=body)
    assert response.status_code == status, response.text
    return dict(response.json())


def confidential(account: Any) -> dict[str, str]:
    return {"client_id": account.credentials.client_id, "client_secret": account.credentials.client_secret}


async def test_api_token_is_glued_to_the_email(account: Any) -> None:
    """`{email}/token:{token}` (the vendor's 'Requests' page)."""
    mail, token = account.credentials.email, account.credentials.api_token
    async with account.client() as anybody:
        for user, secret, status in (
            (f"{mail}/token", token, 200),
            (mail, token, 401),
            (f"{mail}/token", "wrong", 401),
            ("nobody@example.com/token", token, 401),
        ):
            response = await anybody.get("tickets/count.json", headers=basic(user, secret))
            assert response.status_code == status
    assert response.json() == {"error": "Couldn't authenticate you"}
    assert response.headers["www-authenticate"] == 'Basic realm="Web Password"'


async def test_bad_bearer_has_the_oauth_layers_shape(account: Any) -> None:
    """Words from tap-zendesk."""
    async with account.client({"Authorization": "Bearer nonsense"}) as anybody:
        response = await anybody.get("tickets/count")
    assert response.status_code == 401
    assert response.json()["error"] == "invalid_token"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, basic("a@b.example/token", "x")])
async def test_users_me_is_anonymous_and_200_for_wrong_credentials(account: Any, headers: dict[str, str]) -> None:
    """node-zendesk issue 152."""
    async with account.client(headers) as anybody:
        response = await anybody.get("users/me.json")
    assert response.status_code == 200
    assert response.json()["user"]["id"] is None
    assert response.json()["user"]["role"] == "end-user"


async def test_users_me_with_credentials_is_the_agent(account: Any) -> None:
    user = (await account.get("users/me"))["user"]
    assert (user["email"], user["role"]) == (account.credentials.email, "admin")


async def test_client_credentials_give_no_refresh_token(account: Any) -> None:
    """'Grant-type tokens' page: confidential clients only, the token ends by itself."""
    answer = await grant(account, 201, grant_type="client_credentials", scope="read", **confidential(account))
    assert "refresh_token" not in answer
    assert answer["expires_in"] == 1800
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    async with account.client(headers) as client:
        assert (await client.get("tickets/count")).status_code == 200
        account.advance(1801)
        assert (await client.get("tickets/count")).status_code == 401


async def test_client_id_is_the_identifier_not_the_number(account: Any) -> None:
    """The vendor's PKCE page: the numeric id gives invalid_client."""
    wrong = {**confidential(account), "client_id": "1"}
    assert (await grant(account, 401, grant_type="client_credentials", **wrong))["error"] == "invalid_client"
    body = {"client_id": account.credentials.public_client_id, "grant_type": "client_credentials"}
    assert (await grant(account, 400, **body))["error"] == "unauthorized_client"
    assert (await grant(account, 400, grant_type="password"))["error"] == "unsupported_grant_type"


async def code_for(account: Any, client_id: str, **more: str) -> str:
    async with account.client() as browser:
        query = {
            "response_type": "code", "client_id": client_id, "redirect_uri": REDIRECT, "scope": "read write",
            "state": "s1", **more,
        }  # fmt: skip
        response = await browser.get(f"{ROOT}/oauth/authorizations/new", params=query)
    assert response.status_code == 302
    back = parse_qs(urlsplit(response.headers["location"]).query)
    assert back["state"] == ["s1"]
    return back.get("code", back.get("error", [""]))[0]


async def test_authorization_code_works_once_and_two_minutes(account: Any) -> None:
    """'Grant-type tokens' page: 120 s, single use, the same redirect URI."""
    client = confidential(account)
    body = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, **client}
    code = await code_for(account, client["client_id"])
    first = await grant(account, 201, code=code, **body)
    assert first["scope"] == "read write"
    assert first["refresh_token_expires_in"] == 2_592_000
    assert (await grant(account, 400, code=code, **body))["error"] == "invalid_grant"
    late = await code_for(account, client["client_id"])
    account.advance(121)
    assert (await grant(account, 400, code=late, **body))["error"] == "invalid_grant"


async def test_public_clients_need_pkce(account: Any) -> None:
    """PKCE page: S256, no secret."""
    client_id = account.credentials.public_client_id
    assert await code_for(account, client_id) == "invalid_request"
    verifier = "v" * 50
    asked = {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    body = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "client_id": client_id}
    code = await code_for(account, client_id, **asked)
    assert (await grant(account, 400, code=code, code_verifier="x" * 50, **body))["error"] == "invalid_grant"
    code = await code_for(account, client_id, **asked)
    assert (await grant(account, 201, code=code, code_verifier=verifier, **body))["access_token"]


async def test_the_user_may_refuse(account: Any) -> None:
    account.account.approves = False
    assert await code_for(account, account.credentials.client_id) == "access_denied"


async def test_a_refresh_kills_the_pair_it_came_with(account: Any) -> None:
    """'Refresh tokens' page: rotation; the second user of an old refresh token is out."""
    client = confidential(account)
    code = await code_for(account, client["client_id"])
    old = await grant(account, 201, grant_type="authorization_code", redirect_uri=REDIRECT, code=code, **client)
    body = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"], **client}
    new = await grant(account, 201, **body)
    assert new["access_token"] != old["access_token"]
    async with account.client({"Authorization": f"Bearer {old['access_token']}"}) as stale:
        assert (await stale.get("tickets/count")).status_code == 401
    async with account.client({"Authorization": f"Bearer {new['access_token']}"}) as fresh:
        assert (await fresh.get("tickets/count")).status_code == 200
    assert (await grant(account, 400, **body))["error"] == "invalid_grant"


@pytest.mark.parametrize("field,value", [("expires_in", 10), ("expires_in", 200_000), ("refresh_token_expires_in", 60)])
async def test_lifetimes_have_bounds(account: Any, field: str, value: int) -> None:
    body = {"grant_type": "client_credentials", **confidential(account), field: value}
    assert (await grant(account, 400, **body))["error"] == "invalid_request"


async def test_a_scope_given_as_a_list_makes_a_token_that_is_refused(account: Any) -> None:
    """'Grant-type tokens' page: the token comes, and every call is a 403."""
    answer = await grant(account, 201, grant_type="client_credentials", scope=["read"], **confidential(account))
    async with account.client({"Authorization": f"Bearer {answer['access_token']}"}) as client:
        response = await client.get("tickets")
    assert response.status_code == 403
    assert response.json()["error"] == "Forbidden"


async def scoped(account: Any, scope: str) -> httpx.AsyncClient:
    answer = await grant(account, 201, grant_type="client_credentials", scope=scope, **confidential(account))
    client: httpx.AsyncClient = account.client({"Authorization": f"Bearer {answer['access_token']}"})
    return client


async def test_audits_need_the_whole_read_scope(account: Any) -> None:
    """'OAuth tokens' page: `tickets:read` is a 403 there."""
    async with await scoped(account, "tickets:read") as client:
        assert (await client.get("tickets/7")).status_code == 200
        assert (await client.get("users")).status_code == 403
        response = await client.get("tickets/7/audits")
        assert response.status_code == 403
        assert "required scopes: read" in response.json()["description"]
        assert (await client.delete("tickets/7")).status_code == 403


async def test_the_current_token_shows_and_ends_itself(account: Any) -> None:
    async with await scoped(account, "read write") as client:
        token = (await client.get("oauth/tokens/current.json")).json()["token"]
        assert len(token["token"]) == 10
        assert token["scopes"] == ["read", "write"]
        assert (await client.delete("oauth/tokens/current.json")).status_code == 204
        assert (await client.get("oauth/tokens/current.json")).status_code == 401


async def test_tokens_and_clients_are_managed_by_numeric_ids(account: Any) -> None:
    """`scopes` is a list here, `scope` a text at the grant endpoint."""
    client = (await account.get("oauth/clients"))["clients"][0]
    made = await account.send("POST", "oauth/tokens", {"token": {"client_id": client["id"], "scopes": ["read"]}}, 201)
    assert made["token"]["expires_at"] is None
    listed = (await account.get("oauth/tokens"))["tokens"]
    assert made["token"]["id"] in [row["id"] for row in listed]
    assert all(len(row["token"]) == 10 for row in listed)


async def test_agents_may_not_export(account: Any) -> None:
    """Incremental exports need an administrator; the refusal has the object shape (zenpy issue 336)."""
    agent = next(agent for agent in account.desk.staff.agents() if agent.role == "agent")
    async with account.client(basic(f"{agent.email}/token", account.credentials.api_token)) as client:
        response = await client.get("incremental/tickets/cursor", params={"start_time": 0})
    assert response.status_code == 403
    assert response.json()["error"]["title"] == "Forbidden"
