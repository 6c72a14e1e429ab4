"""How an account is doing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from models.enums import CredentialState, HealthState

ADMIN = {"user": {"id": 9, "role": "admin", "name": "Ada"}}


async def test_well(zendesk: Any, script: Any) -> None:
    script.on("/users/me", ADMIN)
    health = await zendesk.health()
    assert (health.state, health.credential, health.problem) == (HealthState.UP, CredentialState.VALID, None)


async def test_asked_often_it_asks_now_and_then(zendesk: Any, script: Any, clock: Any) -> None:
    script.on("/users/me", ADMIN)
    await zendesk.health()
    await zendesk.health()
    assert len(script.requests) == 1
    clock.advance(11)
    await zendesk.health()
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, json={"error": "Couldn't authenticate you"}),
        httpx.Response(200, json={"user": {"id": None, "role": "end-user", "name": "Anonymous user"}}),
        httpx.Response(200, json={"user": {"id": 5, "role": "end-user"}}),
    ],
    ids=["refused", "anonymous", "end user"],
)
async def test_a_credential_that_does_not_do(make: Any, script: Any, answer: httpx.Response) -> None:
    script.on("/users/me", answer)
    health = await make(key="us").health()
    assert (health.state, health.credential) == (HealthState.DOWN, CredentialState.REJECTED)
    assert health.problem.code == "UPSTREAM_AUTH_FAILED"
    for named in ("'us'", "ZENDESK_OAUTH_TOKEN", "`oauth_token`", "helpdesks.toml"):
        assert named in health.problem.message


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (httpx.ConnectError("refused"), HealthState.DOWN),
        (httpx.Response(503, content=b"<html>"), HealthState.DOWN),
        (httpx.Response(200, content=b"<html>"), HealthState.DOWN),
        (httpx.Response(429, headers={"retry-after": "60"}), HealthState.DEGRADED),
    ],
)
async def test_unwell(zendesk: Any, script: Any, answer: Any, state: HealthState) -> None:
    script.on("/users/me", answer)
    health = await zendesk.health()
    assert (health.state, health.credential) == (state, CredentialState.VALID)
    assert health.problem.message


async def test_an_api_token_is_running_out(make: Any, script: Any) -> None:
    script.on("/users/me", ADMIN)
    health = await make(key="us", secrets={"email": "a@b.example", "token": "t"}).health()
    assert (health.state, health.credential) == (HealthState.UP, CredentialState.EXPIRING)
    for named in ("'us'", "2027-04-30", "ZENDESK_OAUTH_TOKEN", "`oauth_token`", "`client_id`", "helpdesks.toml"):
        assert named in health.note
    assert script.requests[0].headers["authorization"].startswith("Basic ")
