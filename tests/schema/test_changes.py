"""The sequence of changes through GraphQL: nothing missed, nothing told to whom it is not for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models import ids
from models.changes import Translated
from models.enums import ArticleVisibility, CommentVisibility, Kind, Lifecycle, TicketStatus
from models.queries import Scope
from resolvers.context import RequestContext
from storage.changes import trim
from tests.schema.asking import ask
from tests.schema.copied import Copied, open_copied

PAGE = """query($after: Cursor, $first: Int, $kinds: [ChangeKind!]) {
  changes(after: $after, first: $first, kinds: $kinds) {
    edges { cursor node { ...Entry } } nodes { recordId } oldestAvailable newest
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }
fragment Entry on Change {
  cursor seq at op kind recordId helpdesk { key } changedFields node { id ... on Ticket { subject status } } }"""
OURS = Scope(tenant="t", organizations={"fd": frozenset({"401"}), "zd": frozenset({"401"})})


@pytest.fixture
async def copied(tmp_path: Path) -> AsyncIterator[Copied]:
    async with open_copied(tmp_path, count=4) as made:
        yield made


async def page(copied: Copied, context: RequestContext | None = None, **variables: Any) -> Any:
    answer = await ask(copied.desks, PAGE, context=context or copied.context(), **variables)
    assert answer.errors == [] and answer.partial == []
    return answer.data["changes"]


async def walked(copied: Copied, after: str | None = None, size: int = 3, **how: Any) -> list[Any]:
    found = []
    while True:
        one = await page(copied, copied.context(**how), after=after, first=size)
        found += [edge["node"] for edge in one["edges"]]
        after = one["pageInfo"]["endCursor"]
        if not one["pageInfo"]["hasNextPage"]:
            return found


def gid(number: int, helpdesk: str = "fd", kind: Kind = Kind.TICKET) -> str:
    return ids.encode(kind, helpdesk, str(number))


async def test_a_walk_shows_each_change_once_and_ends_where_following_begins(copied: Copied) -> None:
    empty = await page(copied)
    assert (empty["edges"], empty["pageInfo"]["hasNextPage"]) == ([], False)
    assert empty["pageInfo"]["endCursor"] == empty["newest"] and empty["oldestAvailable"] is None
    await copied.fill()
    found = await walked(copied, empty["newest"])
    assert {entry["op"] for entry in found} == {"CREATED"}
    assert len({entry["seq"] for entry in found}) == len(found) == 2 * (2 + 3 + 4 + 1)
    assert [int(entry["seq"]) for entry in found] == sorted(int(entry["seq"]) for entry in found)
    newest = (await page(copied))["newest"]
    assert await walked(copied, newest) == []
    await copied.change("zd", 1, status=TicketStatus.PENDING, subject="Anew")
    (told,) = await walked(copied, newest)
    assert (told["op"], told["kind"], told["recordId"]) == ("UPDATED", "TICKET", gid(1, "zd"))
    assert set(told["changedFields"]) >= {"status", "subject"} and told["helpdesk"] == {"key": "zd"}
    assert told["node"] == {"id": gid(1, "zd"), "subject": "Anew", "status": "PENDING"}


async def test_kinds_are_chosen_and_their_cursors_go_on_with_others(copied: Copied) -> None:
    await copied.fill()
    people = await page(copied, kinds=["CONTACT"], first=100)
    assert {edge["node"]["kind"] for edge in people["edges"]} == {"CONTACT"} and len(people["edges"]) == 6
    third = people["edges"][2]
    rest = await page(copied, kinds=["TICKET"], after=third["cursor"], first=100)
    later = [e for e in await walked(copied) if int(e["seq"]) > int(third["node"]["seq"]) and e["kind"] == "TICKET"]
    assert [edge["node"] for edge in rest["edges"]] == later and len(later) >= 4


async def test_what_was_deleted_leaves_its_id(copied: Copied) -> None:
    await copied.fill()
    newest = (await page(copied))["newest"]
    await copied.lose("fd", 1)
    await copied.lose("fd", 2, Lifecycle.PURGED)
    await copied.change("fd", 1, lifecycle=Lifecycle.ACTIVE)
    found = await walked(copied, newest)
    assert [(entry["op"], entry["recordId"]) for entry in found] == [
        ("DELETED", gid(1)),
        ("DELETED", gid(2)),
        ("RESTORED", gid(1)),
    ]
    assert found[1]["node"] is None


async def test_a_cursor_that_is_too_old_foreign_or_of_another_database_is_refused(
    copied: Copied, tmp_path: Path
) -> None:
    await copied.fill()
    first = (await page(copied, first=1))["edges"][0]["cursor"]
    async with copied.db.write(copied.tenancy.number) as session:
        assert await trim(session, now=copied.clock.now(), keep_seconds=1e9, keep_rows=5) == 15
    kept = await page(copied)
    assert len(kept["edges"]) == 5 and kept["oldestAvailable"]
    assert await walked(copied, kept["oldestAvailable"]) == [edge["node"] for edge in kept["edges"]]
    answer = await ask(copied.desks, PAGE, context=copied.context(), after=first)
    assert answer.errors == [(["changes"], "BAD_CURSOR")] and "walk the list again" in answer.messages[0]
    (tmp_path / "other").mkdir()
    async with open_copied(tmp_path / "other", count=1) as other:
        ahead = kept["newest"]
        answer = await ask(other.desks, PAGE, context=other.context(), after=ahead)
        assert answer.errors == [(["changes"], "BAD_CURSOR")]
    foreign = await ask(copied.desks, "{ tickets { pageInfo { endCursor } } }", context=copied.context())
    answer = await ask(
        copied.desks, PAGE, context=copied.context(), after=foreign.data["tickets"]["pageInfo"]["endCursor"]
    )
    assert answer.errors == [(["changes"], "BAD_CURSOR")]


async def test_a_bound_caller_is_told_of_their_own_and_of_what_they_lost(copied: Copied) -> None:
    await copied.fill()
    seen = await walked(copied, scope=OURS)
    mine = {gid(1), gid(3), gid(401, kind=Kind.ORGANIZATION), gid(601, kind=Kind.ARTICLE)}
    mine |= {gid(n, kind=Kind.CONTACT) for n in (100, 101, 102)}
    assert {entry["recordId"] for entry in seen if entry["helpdesk"]["key"] == "fd"} == mine
    newest = (await page(copied))["newest"]
    await copied.change("fd", 1, organization_id="402")  # away from us
    await copied.change("fd", 2, organization_id="402")  # from nobody to others
    await copied.change("fd", 4, organization_id="401")  # to us
    await copied.change("fd", 1, subject="Others' business")
    await copied.lose("fd", 3, Lifecycle.PURGED)
    found = await walked(copied, newest, scope=OURS)
    assert [(entry["op"], entry["recordId"]) for entry in found] == [
        ("DELETED", gid(1)),
        ("UPDATED", gid(4)),
        ("DELETED", gid(3)),
    ]
    assert found[0]["node"] is None and found[0]["changedFields"] == []
    assert len(await walked(copied, newest)) == 5


async def test_a_bound_caller_gets_short_pages_that_go_on(copied: Copied) -> None:
    await copied.fill()
    theirs = Scope(tenant="t", organizations={"zd": frozenset({"402"})})
    one = await page(copied, copied.context(theirs), first=2)
    assert [edge["node"]["helpdesk"]["key"] for edge in one["edges"]] == ["zd", "zd"]
    assert one["pageInfo"]["hasNextPage"]
    assert await walked(copied, one["newest"], scope=theirs) == []


async def test_internal_notes_are_told_to_those_who_read_them(copied: Copied) -> None:
    await copied.fill()
    newest = (await page(copied))["newest"]
    await ask(
        copied.desks,
        f'{{ node(id: "{gid(1)}") {{ ... on Ticket {{ comments {{ nodes {{ id }} }} }} }} }}',
        context=copied.context(),
    )
    all_of_them = {ids.encode(Kind.COMMENT, "fd", f"1/{n}") for n in range(3)}
    public = all_of_them - {ids.encode(Kind.COMMENT, "fd", "1/1")}

    async def comments(scope: Scope) -> set[str]:
        found = await walked(copied, newest, scope=scope)
        assert all(entry["node"] is not None for entry in found)
        return {entry["recordId"] for entry in found if entry["kind"] == "COMMENT"}

    assert await comments(Scope(tenant="t")) == all_of_them
    assert await comments(Scope(tenant="t", notes=False)) == public
    assert await comments(OURS) == public
    assert await comments(Scope(tenant="t", organizations={"fd": frozenset({"402"})})) == set()


async def test_a_comment_that_is_made_internal_is_gone_for_those_without_notes(copied: Copied) -> None:
    await copied.fill()
    desk = copied.desks["fd"]
    source = copied.mirror.source("fd")
    await source.comments(Scope(tenant="t"), [desk.rows[0]], 100)
    newest = (await page(copied))["newest"]
    said = desk.thread(Scope(tenant="t"), "1")
    hidden = msgspec.structs.replace(said[2], visibility=CommentVisibility.INTERNAL)
    desk.thread = lambda scope, ticket_id: (*said[:2], hidden)  # type: ignore[method-assign]
    await copied.change("fd", 1, subject="Looked at again")
    await source.comments(Scope(tenant="t"), [desk.rows[0]], 100)

    async def comments(scope: Scope) -> list[tuple[str, bool]]:
        found = await walked(copied, newest, scope=scope)
        return [(entry["op"], entry["node"] is not None) for entry in found if entry["kind"] == "COMMENT"]

    assert await comments(Scope(tenant="t")) == [("UPDATED", True)]
    assert await comments(Scope(tenant="t", notes=False)) == await comments(OURS) == [("DELETED", False)]
    assert await comments(Scope(tenant="t", organizations={"fd": frozenset({"402"})})) == []


async def test_an_article_that_is_closed_is_gone_for_those_it_was_open_to(copied: Copied) -> None:
    await copied.fill()
    newest = (await page(copied))["newest"]
    copied.clock.advance(1)
    closed = msgspec.structs.replace(
        copied.desks["fd"].article("601"), visibility=ArticleVisibility.AGENTS, updated_at=copied.clock.now()
    )
    await copied.put("fd", Translated(article=closed))
    assert [entry["op"] for entry in await walked(copied, newest)] == ["UPDATED"]
    assert [entry["op"] for entry in await walked(copied, newest, scope=OURS)] == ["DELETED"]
    elsewhere = Scope(tenant="t", organizations={"zd": frozenset({"401"})})
    assert await walked(copied, newest, scope=elsewhere) == []


async def test_few_of_many_are_found_with_few_reads(copied: Copied) -> None:
    """A caller who sees one in forty: pages are full, in order, and each is shown once."""
    await copied.fill()
    newest = (await page(copied))["newest"]
    for n in range(160):
        await copied.change("fd", 1 if n % 40 == 0 else 2, subject=f"Change {n}")
    first = await page(copied, copied.context(OURS), after=newest, first=3)
    assert [edge["node"]["recordId"] for edge in first["edges"]] == [gid(1)] * 3
    assert first["pageInfo"]["hasNextPage"]
    rest = await walked(copied, first["pageInfo"]["endCursor"], scope=OURS)
    assert [entry["recordId"] for entry in rest] == [gid(1)]


async def test_records_of_a_helpdesk_that_is_not_copied_here_are_left_out(copied: Copied) -> None:
    await copied.fill()
    context = copied.context()
    context.store.helpdesks = ("zd",)  # type: ignore[union-attr]
    found = await page(copied, context, first=100)
    assert {edge["node"]["helpdesk"]["key"] for edge in found["edges"]} == {"zd"}
    assert not found["pageInfo"]["hasNextPage"]


async def test_looking_up_changes_asks_no_helpdesk(copied: Copied) -> None:
    await copied.fill()
    for desk in copied.desks.values():
        desk.calls.clear()
    await walked(copied)
    assert [desk.calls for desk in copied.desks.values()] == [[], []]
