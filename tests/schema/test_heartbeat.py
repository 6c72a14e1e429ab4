"""The subscription."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from graphql import ExecutionResult

from tests.resolvers.desk import make_context, two_desks
from tests.schema.asking import schema

TEXT = (
    "subscription($key: String, $every: Int! = 5) { "
    "heartbeat(helpdesk: $key, everySeconds: $every) { helpdesk { key } health { state } at } }"
)


async def beats(count: int, **variables: Any) -> list[Any]:
    stream: Any = await schema().subscribe(TEXT, variable_values=variables, context_value=make_context(two_desks()))
    if not isinstance(stream, AsyncIterator):
        return [stream]
    found: list[Any] = []
    async for result in stream:
        found.append(result)
        if len(found) == count:
            break
    await stream.aclose()  # type: ignore[attr-defined]
    return found


async def test_each_helpdesk_beats_in_turn_for_ever() -> None:
    found = [r.data["heartbeat"] for r in await beats(4)]
    assert [b["helpdesk"]["key"] for b in found] == ["fd", "zd", "fd", "zd"]
    assert [b["at"] for b in found] == ["2026-01-15T12:00:00Z"] * 2 + ["2026-01-15T12:00:05Z"] * 2
    assert found[0]["health"] == {"state": "UP"}


async def test_one_helpdesk_alone() -> None:
    assert {r.data["heartbeat"]["helpdesk"]["key"] for r in await beats(3, key="zd")} == {"zd"}


async def test_a_wrong_key_or_pace_is_said() -> None:
    for variables, word in (({"key": "nope"}, "`fd`"), ({"every": 0}, "everySeconds")):
        result: ExecutionResult = (await beats(1, **variables))[0]
        assert result.errors and word in result.errors[0].message
