"""How far the copy has come, what it could not read, and asking it to go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.changes import Unread
from models.enums import Kind, SyncKind, SyncStatus
from models.queries import Scope
from models.records import RemoteProblem
from storage.checkpoints import read_checkpoints
from sync.valves import SUSPICIOUS_DELETES
from tests.resolvers.desk import two_desks
from tests.schema.asking import ask
from tests.schema.copied import Copied, open_copied

STATES = """{ helpdesks { key sync { kind status startedAt finishedAt watermark lag processed
  expected { value precision } coverage { complete from to knownMissing { value } } lastError { code message }
  helpdesk { key } } } }"""
QUARANTINE = """query($kinds: [SyncKind!], $after: Cursor, $first: Int) {
  helpdesk(key: "fd") { sync(kinds: $kinds) { kind quarantined(first: $first, after: $after) {
    edges { cursor node { kind } } nodes { kind remoteId where reason firstAt lastAt times }
    pageInfo { hasNextPage endCursor } } } } }"""
REQUEST = """mutation($helpdesk: String!, $kind: SyncKind!, $confirm: Boolean) {
  requestSync(helpdesk: $helpdesk, kind: $kind, confirmDeletes: $confirm) {
    sync { kind status helpdesk { key } } userErrors { code message path helpdesk retryable } } }"""


@pytest.fixture
async def copied(tmp_path: Path) -> AsyncIterator[Copied]:
    async with open_copied(tmp_path, count=2) as made:
        yield made


async def states(copied: Copied, helpdesk: str = "fd") -> dict[str, Any]:
    answer = await ask(copied.desks, STATES, context=copied.context())
    assert answer.errors == []
    found = next(one for one in answer.data["helpdesks"] if one["key"] == helpdesk)
    return {state["kind"]: state for state in found["sync"]}


async def test_without_a_copy_there_is_nothing_to_tell() -> None:
    answer = await ask(two_desks(), STATES)
    assert [one["sync"] for one in answer.data["helpdesks"]] == [[], []]


async def test_states_tell_how_far_each_kind_has_come(copied: Copied) -> None:
    assert {state["status"] for state in (await states(copied)).values()} == {"NEVER_RUN"}
    now = copied.clock.now()
    await copied.finished("fd", SyncKind.TICKETS, watermark=now - timedelta(seconds=90), processed=2**40)
    problem = RemoteProblem(code="UPSTREAM_AUTH_FAILED", message="It refused us.")
    await copied.finished("fd", SyncKind.CONTACTS, status=SyncStatus.PAUSED, error=problem)
    await copied.finished("fd", SyncKind.ARTICLES, first_finished_at=None, finished_at=None, expected=500)
    found = await states(copied)
    assert set(found) == {kind.value for kind in SyncKind}
    tickets = found["TICKETS"]
    assert (tickets["status"], tickets["lag"], tickets["watermark"]) == ("LIVE", "PT90S", "2026-01-15T11:58:30Z")
    assert tickets["processed"] == 2**31 - 1 and tickets["coverage"]["complete"]
    assert tickets["helpdesk"] == {"key": "fd"}
    assert (found["CONTACTS"]["status"], found["CONTACTS"]["lastError"]["code"]) == ("PAUSED", "UPSTREAM_AUTH_FAILED")
    articles = found["ARTICLES"]
    assert (articles["status"], articles["finishedAt"], articles["expected"]["value"]) == ("BACKFILLING", None, 500)
    assert {state["status"] for state in (await states(copied, "zd")).values()} == {"NEVER_RUN"}


async def test_what_could_not_be_read_is_seen_under_its_kind(copied: Copied) -> None:
    def unread(kind: Kind, ident: str | None) -> Unread:
        raw = {"id": ident, "link": "https://files.example/x?token=secret"}
        return Unread(kind=kind, remote_id=ident, where="$.subject", reason="not a text", raw=raw)

    wrong = [unread(Kind.TICKET, str(n)) for n in range(5)]
    await copied.put("fd", unread=(*wrong, unread(Kind.ARTICLE, "7"), unread(Kind.CONTACT, None)))
    await copied.put("zd", unread=(unread(Kind.TICKET, "99"),))

    async def seen(scope: Scope | None = None, **variables: Any) -> dict[str, Any]:
        answer = await ask(copied.desks, QUARANTINE, context=copied.context(scope), **variables)
        assert answer.errors == []
        return {state["kind"]: state["quarantined"] for state in answer.data["helpdesk"]["sync"]}

    first = (await seen(kinds=["TICKETS"], first=2))["TICKETS"]
    rest = (await seen(kinds=["TICKETS"], after=first["pageInfo"]["endCursor"]))["TICKETS"]
    assert [row["remoteId"] for row in (*first["nodes"], *rest["nodes"])] == ["0", "1", "2", "3", "4"]
    assert first["pageInfo"]["hasNextPage"] and not rest["pageInfo"]["hasNextPage"]
    foreign = await ask(
        copied.desks, QUARANTINE, context=copied.context(), kinds=["CONTACTS"], after=first["pageInfo"]["endCursor"]
    )
    assert [code for _, code in foreign.errors] == ["BAD_CURSOR"]
    assert foreign.data["helpdesk"]["sync"] == [{"kind": "CONTACTS", "quarantined": None}]
    found = await seen()
    assert found["TICKETS"]["nodes"][0] == {
        "kind": "Ticket",
        "remoteId": "0",
        "where": "$.subject",
        "reason": "not a text",
        "firstAt": "2026-01-15T12:00:00Z",
        "lastAt": "2026-01-15T12:00:00Z",
        "times": 1,
    }
    assert [row["remoteId"] for row in found["ARTICLES"]["nodes"]] == ["7"]
    assert [row["remoteId"] for row in found["CONTACTS"]["nodes"]] == [None] and found["FIELDS"]["nodes"] == []
    assert await seen(Scope(tenant="t", organizations={"fd": frozenset({"401"})})) == {}


async def test_the_raw_record_needs_its_scope_and_has_no_keys_in_it(copied: Copied) -> None:
    text = '{ helpdesk(key: "fd") { sync { kind quarantined { nodes { remoteId raw } } } } }'
    raw = {"id": 7, "link": "https://files.example/x?token=secret"}
    await copied.put("fd", unread=(Unread(kind=Kind.TICKET, remote_id="7", where="$", reason="no", raw=raw),))
    answer = await ask(copied.desks, text, context=copied.context(scopes=frozenset({"raw:read"})))
    (row,) = answer.data["helpdesk"]["sync"][0]["quarantined"]["nodes"]
    assert row["raw"]["id"] == 7 and "secret" not in str(row["raw"])
    refused = await ask(copied.desks, text, context=copied.context(scopes=frozenset({"tickets:read"})))
    assert {code for _, code in refused.errors} == {"FORBIDDEN"}
    assert refused.data["helpdesk"]["sync"][0]["quarantined"]["nodes"] == [{"remoteId": "7", "raw": None}]


async def asked(copied: Copied, helpdesk: str = "fd", kind: str = "TICKETS", **more: Any) -> Any:
    context = copied.context(scopes=more.pop("scopes", frozenset({"admin"})))
    answer = await ask(copied.desks, REQUEST, context=context, helpdesk=helpdesk, kind=kind, **more)
    assert answer.errors == []
    return answer.data["requestSync"]


async def test_a_sync_that_is_asked_for_is_due_now(copied: Copied) -> None:
    later = copied.clock.now() + timedelta(hours=1)
    await copied.finished("fd", SyncKind.TICKETS, due_at=later)
    await copied.finished("fd", SyncKind.CONTACTS, due_at=later)
    answer = await asked(copied)
    assert answer == {"sync": {"kind": "TICKETS", "status": "LIVE", "helpdesk": {"key": "fd"}}, "userErrors": []}
    due = {one.kind: one.due_at for one in await read_checkpoints(copied.db, copied.tenancy, "fd")}
    assert due[SyncKind.TICKETS] < copied.clock.now() < due[SyncKind.CONTACTS]  # type: ignore[operator]
    assert (await asked(copied, "zd"))["sync"]["status"] == "NEVER_RUN"


async def test_who_asks_for_what_is_told_what_would_do(copied: Copied) -> None:
    (error,) = (await asked(copied, "nobody"))["userErrors"]
    assert error["code"] == "INVALID" and error["path"] == ["helpdesk"] and "`fd`, `zd`" in error["message"]
    (error,) = (await asked(copied, scopes=frozenset({"tickets:read"})))["userErrors"]
    assert error["code"] == "NOT_ALLOWED" and "`admin`" in error["message"]
    copied.store.helpdesks = ("zd",)
    (error,) = (await asked(copied))["userErrors"]
    assert error["code"] == "UNSUPPORTED_BY_HELPDESK" and error["helpdesk"] == "fd"
    answer = await ask(two_desks(), REQUEST, helpdesk="fd", kind="TICKETS")
    (error,) = answer.data["requestSync"]["userErrors"]
    assert error["code"] == "UNSUPPORTED_BY_HELPDESK" and "DATABASE_URL" in error["message"]


async def test_suspicious_deletes_go_on_only_when_they_are_confirmed(copied: Copied) -> None:
    halt = RemoteProblem(code=SUSPICIOUS_DELETES, message="This run would remove 40 of 100 records.")
    await copied.finished(
        "fd", SyncKind.TICKETS, status=SyncStatus.FAILED, error=halt, due_at=copied.clock.now() + timedelta(days=99)
    )
    answer = await asked(copied)
    assert answer["sync"] is None
    (error,) = answer["userErrors"]
    assert error["path"] == ["confirmDeletes"] and "40 of 100" in error["message"] and not error["retryable"]
    (stream,) = await read_checkpoints(copied.db, copied.tenancy, "fd")
    assert stream.due_at is not None and stream.due_at > copied.clock.now()
    assert (await asked(copied, confirm=True))["userErrors"] == []
    (stream,) = await read_checkpoints(copied.db, copied.tenancy, "fd")
    assert stream.due_at is not None and stream.due_at < copied.clock.now()
