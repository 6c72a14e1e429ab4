"""Each query's answer and upstream requests are what its files say; and the numbers that were promised, as numbers."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from tests.golden.golden import Golden, alike, asked, asked_of_copy, golden, names

AGAIN = "If this change is meant: python -m tests.golden"
LIVE = [name for name in names() if golden(name).live]
COPIED = [name for name in names() if golden(name).copied]


@pytest.mark.parametrize("name", LIVE)
async def test_a_query_answers_and_calls_as_its_files_say(name: str) -> None:
    outcome, one = await asked(name), golden(name)
    assert outcome.calls == one.calls.read_text("utf-8"), AGAIN
    assert outcome.answer == one.answer.read_text("utf-8"), AGAIN


@pytest.mark.parametrize("name", COPIED)
async def test_a_copy_answers_as_its_files_say_and_calls_nobody(name: str, copy_url: str) -> None:
    """What live helpdesks answer too is the same answer."""
    outcome, one = await asked_of_copy(name, copy_url), golden(name)
    kept = one.answer.read_text("utf-8")
    assert outcome.calls == one.copied_calls.read_text("utf-8") == "", AGAIN
    if one.live:
        assert alike(outcome.answer) == alike(kept), AGAIN
    else:
        assert outcome.answer == kept, AGAIN


def test_much_is_asked_both_ways() -> None:
    assert len(set(LIVE) & set(COPIED)) >= 25 and len(set(COPIED) - set(LIVE)) >= 15


def rounds(name: str) -> list[list[str]]:
    return [part.splitlines() for part in golden(name).calls.read_text("utf-8").split("\n\n")]


def calls(name: str) -> list[str]:
    return [line for together in rounds(name) for line in together if line]


def data(name: str) -> Any:
    return json.loads(golden(name).answer.read_text("utf-8"))["data"]


def test_query_q_costs_at_most_four_calls_a_helpdesk_once_staff_is_cached() -> None:
    assert len(data("query-q-warm")["tickets"]["nodes"]) == 100
    cost = Counter(line.split()[0] for line in calls("query-q-warm"))
    assert set(cost) == {"freshdesk", "zendesk"}
    assert max(cost.values()) <= 4


def test_query_q_answers_the_same_cold_and_warm() -> None:
    assert data("query-q-cold") == data("query-q-warm")
    assert len(calls("query-q-cold")) == len(set(calls("query-q-cold")))


def test_a_requesters_own_organization_is_one_get_per_distinct_contact() -> None:
    nodes = data("requester-organization")["tickets"]["nodes"]
    people = {one["requester"]["id"] for one in nodes if one["id"].startswith("MTpUaWNrZXQ6ZnJlc2hkZXNr")}
    asked_for = [line for line in calls("requester-organization") if line.startswith("freshdesk GET /api/v2/contacts/")]
    assert len(asked_for) == len(set(asked_for)) == len(people) > 1
    assert any(one["requester"]["organization"] for one in nodes)
    assert not [line for line in calls("requester-organization") if "/companies/" in line], "the rows brought them"
    assert len([line for line in calls("requester-organization") if line.startswith("zendesk")]) <= 2


def test_the_comments_of_twenty_freshdesk_tickets_are_twenty_calls_none_repeated() -> None:
    made = calls("comments-freshdesk")
    conversations = [line for line in made if "/conversations" in line]
    assert len(data("comments-freshdesk")["tickets"]["nodes"]) == 20
    assert len(conversations) == len(set(conversations)) == 20
    assert len(made) == 21
    assert len(rounds("comments-freshdesk")) <= 3, "in parallel, ten at a time"


@pytest.mark.parametrize("name", [name for name in names() if name.startswith("bad-")])
def test_bad_input_costs_no_call_and_is_told_by_name(name: str) -> None:
    told = json.loads(golden(name).answer.read_text("utf-8"))["errors"]
    assert calls(name) == []
    for error in told:
        assert error["extensions"]["code"] in ("BAD_USER_INPUT", "BAD_CURSOR", "GRAPHQL_VALIDATION_FAILED")
        field = error["extensions"].get("field", "")
        assert f"`{field}`" in error["message"] or "TicketStatus" in error["message"]


def test_there_is_no_file_of_a_query_that_is_gone() -> None:
    known = {one.name for one in map(golden, names())}
    kept = {file.name.split(".")[0] for file in Golden("x", "").answer.parent.glob("*.json")}
    kept |= {file.name.split(".")[0] for file in Golden("x", "").answer.parent.glob("*.calls")}
    assert kept == known
