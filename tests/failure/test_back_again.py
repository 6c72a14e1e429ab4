"""A helpdesk was down and is back: the first things asked of it are answered, however many calls they take."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from server import sandbox_accounts
from tests.support.door import SHORT, Door, door
from tests.support.processes import SandboxProcess

NO_PAUSE = replace(SHORT, circuit_pause=0.0)
"""The pause after an outage is over at once; what comes after it is what is asked here."""
TICKETS = """
query ($key: String!) { tickets(first: 40, filter: {helpdesk: {in: [$key]}}) { nodes { id subject } } }
"""
ARTICLES = """
query ($key: String!) { articles(first: 2, filter: {helpdesk: {in: [$key]}}) { nodes { title } } }
"""
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Ticket { subject } } }"
VENDORS = ["freshdesk", "zendesk"]


@asynccontextmanager
async def after_an_outage(sandbox: SandboxProcess, face: str) -> AsyncIterator[Door]:
    """A server that has only ever seen the helpdesk down, until now."""
    async with door(sandbox_accounts(sandbox.base), NO_PAUSE) as open_door:
        sandbox.fault(face=face, kind="down")
        for _ in range(4):
            failed = await open_door.ask(TICKETS, key=face)
            assert [error["extensions"]["code"] for error in failed["errors"]] == ["UPSTREAM_UNAVAILABLE"]
        sandbox.calm()
        yield open_door


@pytest.mark.parametrize("face", VENDORS)
async def test_cold_articles_are_answered(face: str, sandbox: SandboxProcess) -> None:
    async with after_an_outage(sandbox, face) as open_door:
        answer = await open_door.ask(ARTICLES, key=face)
    assert "errors" not in answer, answer
    assert len(answer["data"]["articles"]["nodes"]) == 2


@pytest.mark.parametrize("face", VENDORS)
async def test_many_tickets_by_id_are_all_answered(face: str, sandbox: SandboxProcess) -> None:
    async with door(sandbox_accounts(sandbox.base)) as earlier:
        known = (await earlier.ask(TICKETS, key=face))["data"]["tickets"]["nodes"]
    assert len(known) == 40
    async with after_an_outage(sandbox, face) as open_door:
        answer = await open_door.ask(NODES, ids=[node["id"] for node in known])
    assert "errors" not in answer, answer["errors"][:2]
    assert answer["data"]["nodes"] == known
