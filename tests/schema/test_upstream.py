"""What an operation spent, when its caller wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.queries import Scope
from models.records import Contact
from providers.upstream.records import CallRecord, record, remembered
from tests.resolvers.desk import Desk, make_context, two_desks
from tests.schema.asking import ask


class Talking(Desk):
    """Its contact calls are on the record, as those of a vendor's client are."""

    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Contact | None]:
        for shared in (False, True):
            record(
                CallRecord(
                    helpdesk=self.info.key,
                    method="GET",
                    endpoint="GET /contacts/{id}",
                    path="/contacts/1",
                    status=200,
                    credits=2,
                    waited_ms=3.0,
                    elapsed_ms=40.0,
                    attempt=1,
                    shared=shared,
                )
            )
        remembered(self.info.key, "GET /agents", 3)
        return await super().contacts_by_id(scope, ids)


TEXT = '{ contact(by: {remote: {helpdesk: "fd", id: "101"}}) { name } }'


def desks() -> dict[str, Desk]:
    return {"fd": Talking("fd", two_desks()["fd"].info.vendor), "zd": two_desks()["zd"]}


async def test_calls_credits_and_what_is_left_per_helpdesk() -> None:
    both = desks()
    answer = await ask(both, TEXT, context=make_context(both, show_upstream=True))
    fd, zd = answer.context.response_extensions()["upstream"]
    wanted: dict[str, Any] = {
        "helpdesk": "fd",
        "calls": 1,
        "credits": 2,
        "shared": 1,
        "cacheHits": 3,
        "waitedMs": 3.0,
        "remaining": 690,
    }
    assert {name: fd[name] for name in wanted} == wanted
    assert fd["requests"][0]["endpoint"] == "GET /contacts/{id}"
    assert (zd["calls"], zd["requests"]) == (0, [])


async def test_nothing_is_told_unasked() -> None:
    both = desks()
    answer = await ask(both, TEXT)
    assert answer.context.response_extensions() == {}


async def test_each_operation_counts_its_own() -> None:
    both = desks()
    for _ in range(2):
        answer = await ask(both, TEXT, context=make_context(both, show_upstream=True))
        assert answer.context.response_extensions()["upstream"][0]["calls"] == 1
