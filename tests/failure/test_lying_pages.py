"""A helpdesk whose links to the next page lie: they lead elsewhere, or back to the same page."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from server import sandbox_accounts
from tests.support.door import Door, door
from tests.support.processes import SandboxProcess

WALK = """
query ($key: String!, $after: Cursor) {
  tickets(first: 100, after: $after, filter: {helpdesk: {in: [$key]}}) {
    nodes { id } pageInfo { hasNextPage endCursor } sources { helpdesk { key } state }
  }
}"""
EVERYTHING = (
    "{ contacts(first: 100) { nodes { id } } }",
    "{ organizations(first: 100) { nodes { id } } }",
    "{ articles(first: 100) { nodes { id attachments { url } } } }",
    "{ articleFolders { id } }",
    "{ agents { nodes { id } } groups { nodes { id agents { nodes { id } } } } }",
    "{ tickets(first: 20) { nodes { comments(first: 20) { nodes { id attachments { url } } } } } }",
    '{ search(query: "refund") { edges { node { __typename } } } }',
)


@pytest.fixture
def canary() -> Iterator[socket.socket]:
    """Whoever connects has followed a lie. On loopback over plain http, which these helpdesks may otherwise use."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def heard(canary: socket.socket) -> bytes:
    """The first bytes of whoever came; nothing when nobody did."""
    try:
        connection, _ = canary.accept()
    except BlockingIOError:
        return b""
    with connection:
        connection.settimeout(2)
        return connection.recv(65_536) or b"a connection"


async def walked(open_door: Door, key: str, most: int = 60) -> tuple[Counter[str], dict[str, Any]]:
    """How often each id was shown, and the last answer."""
    seen: Counter[str] = Counter()
    after = None
    for _ in range(most):
        answer = await open_door.ask(WALK, key=key, after=after)
        found = (answer.get("data") or {}).get("tickets")
        if found is None:
            return seen, answer
        seen.update(node["id"] for node in found["nodes"])
        if "errors" in answer or not found["pageInfo"]["hasNextPage"]:
            return seen, answer
        after = found["pageInfo"]["endCursor"]
    raise AssertionError("the walk goes on for ever")


@pytest.mark.parametrize("key", ["freshdesk", "zendesk"])
async def test_nobody_follows_a_link_to_another_host(key: str, sandbox: SandboxProcess, canary: socket.socket) -> None:
    async with door(sandbox_accounts(sandbox.base)) as open_door:
        whole, _ = await walked(open_door, key)
        host = f"http://127.0.0.1:{canary.getsockname()[1]}"
        sandbox.fault(face=key, kind="hostile_next", host=host)
        seen, last = await walked(open_door, key)
        for query in EVERYTHING:
            answer = await open_door.ask(query)
            assert "GRAPHQL_VALIDATION_FAILED" not in str(answer), answer
            assert host not in str(answer)
    assert heard(canary) == b"", "no packet, and so no credential"
    assert seen == whole or last["errors"], "all rows, or an error; never a list that just ends"
    assert max(seen.values()) == 1


@pytest.mark.parametrize("key", ["freshdesk", "zendesk"])
async def test_a_loop_ends(key: str, sandbox: SandboxProcess) -> None:
    async with door(sandbox_accounts(sandbox.base)) as open_door:
        whole, _ = await walked(open_door, key)
        sandbox.calm()
        sandbox.fault(face=key, kind="loop")
        seen, last = await walked(open_door, key)
        codes = [error["extensions"]["code"] for error in last.get("errors", [])]
        assert seen == whole or codes, "all rows, or an error; never a list that just ends"
        assert "INTERNAL_SERVER_ERROR" not in codes
        for query in EVERYTHING:
            answer = await open_door.ask(query)
            assert not [e for e in answer.get("errors", []) if e["extensions"]["code"] == "INTERNAL_SERVER_ERROR"]
    assert max(seen.values()) == 1
    assert len(sandbox.calls(key)) < 300
