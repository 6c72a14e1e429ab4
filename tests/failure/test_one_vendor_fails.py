"""One helpdesk fails, on a real wire, in every way the sandbox knows. The other one's rows do not notice."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest

from server import sandbox_accounts
from tests.support.door import SHORT, door
from tests.support.processes import SandboxProcess

FIELDS = """
nodes {
  id subject status updatedAt helpdesk { key }
  requester { name email } assignee { name } group { name }
}
sources { helpdesk { key } state error { code message } retryAfter }
pageInfo { hasNextPage endCursor }
"""
BOTH = f"query ($after: Cursor) {{ tickets(first: 50, after: $after) {{ {FIELDS} }} }}"
ONE = f"query ($key: String!) {{ tickets(first: 50, filter: {{helpdesk: {{in: [$key]}}}}) {{ {FIELDS} }} }}"
LIST = "/api/v2/tickets"

UNAVAILABLE, TIMEOUT, UNREADABLE, LIMITED = (
    "UPSTREAM_UNAVAILABLE",
    "UPSTREAM_TIMEOUT",
    "UPSTREAM_UNREADABLE",
    "UPSTREAM_RATE_LIMITED",
)
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "down": ({"kind": "down"}, UNAVAILABLE),
    "reset": ({"kind": "reset"}, UNAVAILABLE),
    "stall": ({"kind": "stall", "seconds": 20}, TIMEOUT),
    "drip": ({"kind": "drip", "seconds": 0.05}, TIMEOUT),
    "truncate": ({"kind": "truncate"}, UNAVAILABLE),
    "truncate, chunked": ({"kind": "truncate", "chunked": True}, UNAVAILABLE),
    "html": ({"kind": "html"}, UNREADABLE),
    "slow": ({"kind": "slow", "seconds": 20}, TIMEOUT),
    "500": ({"kind": "status", "status": 500, "body": "oops"}, UNAVAILABLE),
    "502 of a proxy": ({"kind": "status", "status": 502, "body": "<html>Bad gateway</html>"}, UNAVAILABLE),
    "429": ({"kind": "status", "status": 429, "headers": {"Retry-After": "30"}}, LIMITED),
    "429 without Retry-After": ({"kind": "status", "status": 429}, LIMITED),
    "429 with a nonsense Retry-After": ({"kind": "status", "status": 429, "headers": {"Retry-After": "soon"}}, LIMITED),
    "401": ({"kind": "status", "status": 401, "body": {"error": "Couldn't authenticate you"}}, "UPSTREAM_AUTH_FAILED"),
    "not what is documented": ({"kind": "status", "status": 200, "body": {"tickets": "none"}}, UNREADABLE),
}
OTHER = {"freshdesk": "zendesk", "zendesk": "freshdesk"}


def rows(answer: dict[str, Any], helpdesk: str) -> list[dict[str, Any]]:
    return [node for node in answer["data"]["tickets"]["nodes"] if node["helpdesk"]["key"] == helpdesk]


def state(answer: dict[str, Any], helpdesk: str) -> dict[str, Any]:
    found = answer["data"]["tickets"]["sources"]
    return next(source for source in found if source["helpdesk"]["key"] == helpdesk)


@pytest.mark.parametrize("broken", ["freshdesk", "zendesk"])
@pytest.mark.parametrize("name", list(FAULTS))
async def test_the_other_one_s_rows_are_complete(name: str, broken: str, sandbox: SandboxProcess) -> None:
    rule, code = FAULTS[name]
    well = OTHER[broken]
    async with door(sandbox_accounts(sandbox.base)) as open_door:
        undisturbed = await open_door.ask(ONE, key=well)
        assert "errors" not in undisturbed
        sandbox.fault(face=broken, path=LIST, **rule)
        began = time.monotonic()
        answer = await open_door.ask(BOTH)
        took = time.monotonic() - began
    assert took < SHORT.total + 1, f"{took:.2f} s"
    assert rows(answer, well) == undisturbed["data"]["tickets"]["nodes"]
    assert len(rows(answer, well)) == 50
    assert not rows(answer, broken)
    assert state(answer, well)["error"] is None
    failed = state(answer, broken)
    assert failed["state"] == "FAILED"
    assert failed["error"]["message"]
    assert failed["error"]["code"]
    [error] = answer["errors"]
    assert error["path"] == ["tickets"]
    assert error["extensions"]["code"] == code
    assert error["extensions"]["helpdesk"] == broken
    assert error["extensions"]["retryable"] is (code not in ("UPSTREAM_AUTH_FAILED",))
    assert answer["data"]["tickets"]["pageInfo"]["hasNextPage"], "the broken one's rows are still to come"


@pytest.mark.parametrize(("headers", "least", "most"), [({"Retry-After": "30"}, 28, 30), ({}, 58, 60)])
@pytest.mark.parametrize("broken", ["freshdesk", "zendesk"])
async def test_a_429_says_how_long_and_nobody_calls_before(
    broken: str, headers: dict[str, str], least: int, most: int, sandbox: SandboxProcess
) -> None:
    async with door(sandbox_accounts(sandbox.base)) as open_door:
        sandbox.fault(face=broken, path=LIST, kind="status", status=429, headers=headers)
        first = await open_door.ask(BOTH)
        [error] = first["errors"]
        assert least * 1000 <= error["extensions"]["retryAfterMs"] <= most * 1000
        assert state(first, broken)["retryAfter"] is not None
        told = [call for call in sandbox.calls(broken) if f"{LIST}?" in call]
        sandbox.calm()
        again = await open_door.ask(BOTH)
        assert state(again, broken)["state"] == "FAILED"
        assert len(told) == 1
        assert not [call for call in sandbox.calls(broken) if f"{LIST}?" in call]


@pytest.mark.parametrize("broken", ["freshdesk", "zendesk"])
async def test_when_it_is_back_its_rows_go_on_from_their_place(broken: str, sandbox: SandboxProcess) -> None:
    async with door(sandbox_accounts(sandbox.base)) as open_door:
        whole = await open_door.ask(ONE, key=broken)
        sandbox.fault(face=broken, path=LIST, kind="reset")
        first = await open_door.ask(BOTH)
        sandbox.calm()
        second = await open_door.ask(BOTH, after=first["data"]["tickets"]["pageInfo"]["endCursor"])
    assert "errors" not in second
    back = rows(second, broken)
    assert back
    assert back == whole["data"]["tickets"]["nodes"][: len(back)]


@pytest.mark.parametrize("broken", ["freshdesk", "zendesk"])
async def test_a_helpdesk_that_is_not_there_at_all(broken: str, sandbox: SandboxProcess) -> None:
    """Nothing listens at its address: the connection is refused before anything is sent."""

    accounts = tuple(
        dataclasses.replace(one, base_url="http://127.0.0.1:1") if one.key == broken else one
        for one in sandbox_accounts(sandbox.base)
    )
    async with door(accounts) as open_door:
        undisturbed = await open_door.ask(ONE, key=OTHER[broken])
        answer = await open_door.ask(BOTH)
    assert rows(answer, OTHER[broken]) == undisturbed["data"]["tickets"]["nodes"]
    assert [error["extensions"]["code"] for error in answer["errors"]] == [UNAVAILABLE]


@pytest.mark.parametrize("broken", ["freshdesk", "zendesk"])
async def test_a_link_that_fails_takes_its_own_field_only(broken: str, sandbox: SandboxProcess) -> None:
    """Groups of one helpdesk cannot be read: the tickets stay, `group` is null and has an error of its own."""
    async with door(sandbox_accounts(sandbox.base)) as open_door:
        sandbox.fault(face=broken, path="/api/v2/*groups*", kind="reset")
        answer = await open_door.ask(
            "{ tickets(first: 40) { nodes { id helpdesk { key } group { name } } sources { helpdesk { key } state } } }"
        )
    nodes = answer["data"]["tickets"]["nodes"]
    assert len(nodes) == 40
    assert {node["helpdesk"]["key"] for node in nodes} == {"freshdesk", "zendesk"}
    assert any(node["group"] for node in nodes if node["helpdesk"]["key"] == OTHER[broken])
    for error in answer["errors"]:
        assert error["extensions"]["helpdesk"] == broken
        assert error["path"][:2] == ["tickets", "nodes"]
        assert error["path"][3] == "group"
        assert nodes[error["path"][2]]["helpdesk"]["key"] == broken
        assert nodes[error["path"][2]]["group"] is None
    assert answer["errors"]
    assert all(source["state"] != "FAILED" for source in answer["data"]["tickets"]["sources"])


async def test_both_fail(sandbox: SandboxProcess) -> None:
    async with door(sandbox_accounts(sandbox.base)) as open_door:
        sandbox.fault(path=LIST, kind="html")
        answer: dict[str, Any] = await open_door.ask(BOTH)
    assert answer["data"]["tickets"]["nodes"] == []
    assert {error["extensions"]["helpdesk"] for error in answer["errors"]} == {"freshdesk", "zendesk"}
    assert {source["state"] for source in answer["data"]["tickets"]["sources"]} == {"FAILED"}


async def test_a_vendor_s_401_is_never_the_caller_s(sandbox: SandboxProcess) -> None:
    """Not by list, by id, search or health; and never an empty success."""
    async with door(sandbox_accounts(sandbox.base)) as open_door:
        known = await open_door.ask(BOTH)
        ident = {node["helpdesk"]["key"]: node["id"] for node in known["data"]["tickets"]["nodes"]}
        sandbox.fault(kind="status", status=401, body={"code": "invalid_credentials", "message": "no"})
        async with door(sandbox_accounts(sandbox.base)) as fresh:
            for query in (
                "{ tickets { nodes { id } } }",
                "{ contacts { nodes { id } } }",
                "{ articles { nodes { id } } }",
                f'{{ node(id: "{ident["freshdesk"]}") {{ id ... on Ticket {{ subject }} }} }}',
                f'{{ node(id: "{ident["zendesk"]}") {{ id ... on Ticket {{ subject }} }} }}',
                '{ search(query: "refund") { edges { node { __typename } } } }',
            ):
                answer = await fresh.ask(query)
                codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
                assert codes == {"UPSTREAM_AUTH_FAILED"}, (query, answer)
