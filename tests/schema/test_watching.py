"""Subscriptions over the copy: resumed without gaps, seen by whom they are for, and as slow as their reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models import ids
from models.enums import Kind, Lifecycle, SyncKind, SyncStatus, TicketStatus
from models.queries import Scope
from resolvers.context import RequestContext
from storage.changes import trim
from tests.resolvers.desk import two_desks
from tests.schema.asking import ask, schema
from tests.schema.copied import Copied, open_copied
from tests.support.databases import KINDS

CHANGED = """subscription($filter: TicketFilter, $after: Cursor) { ticketChanged(filter: $filter, after: $after) {
  change { cursor op recordId kind } ticket { id subject status lifecycle requester { name } } } }"""
ADDED = """subscription($ticket: ID!, $after: Cursor) { commentAdded(ticketId: $ticket, after: $after) {
  change { cursor op kind } comment { id bodyText visibility } } }"""
PROGRESS = (
    "subscription($helpdesk: String) { syncProgress(helpdesk: $helpdesk) { kind status processed helpdesk { key } } }"
)
OURS = Scope(tenant="t", organizations={"fd": frozenset({"401"}), "zd": frozenset({"401"})})


@pytest.fixture
async def copied(tmp_path: Path) -> AsyncIterator[Copied]:
    async with open_copied(tmp_path, count=4) as made:
        await made.fill()
        yield made


class Reader:
    """Takes events one by one."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    async def next(self) -> Any:
        result = await anext(self.stream)
        assert not result.errors, result.errors
        return next(iter(result.data.values()))

    async def some(self, count: int) -> list[Any]:
        return [await self.next() for _ in range(count)]

    async def error(self) -> str:
        result = await anext(self.stream)
        assert result.errors
        return str(getattr(result.errors[0].original_error, "code", result.errors[0].message))


@asynccontextmanager
async def reading(context: RequestContext, text: str, **variables: Any) -> AsyncIterator[Reader]:
    stream: Any = await schema().subscribe(text, variable_values=variables, context_value=context)
    if not hasattr(stream, "__anext__"):
        stream = _of(stream)
    try:
        yield Reader(stream)
    finally:
        await stream.aclose()


async def _of(result: Any) -> AsyncIterator[Any]:
    yield result


def gid(number: int, helpdesk: str = "fd") -> str:
    return ids.encode(Kind.TICKET, helpdesk, str(number))


async def newest(copied: Copied) -> str:
    answer = await ask(copied.desks, "{ changes(first: 1) { newest } }", context=copied.context())
    return str(answer.data["changes"]["newest"])


@pytest.mark.parametrize("kind", KINDS)
async def test_changes_come_as_they_happen(kind: str, tmp_path: Path) -> None:
    async with open_copied(tmp_path, kind, count=3) as copied:
        await copied.fill()
        async with reading(copied.context(), CHANGED) as reader:
            waiting = asyncio.ensure_future(reader.next())
            while not copied.store.feed.pulse.listening:
                await asyncio.sleep(0)
            await copied.change("zd", 2, subject="Anew", status=TicketStatus.PENDING)
            event = await asyncio.wait_for(waiting, 10)
            assert (event["change"]["op"], event["change"]["recordId"]) == ("UPDATED", gid(2, "zd"))
            assert event["ticket"]["subject"] == "Anew" and event["ticket"]["status"] == "PENDING"
            assert event["ticket"]["requester"] == {"name": "Person 102"}
        assert not copied.store.feed.pulse.listening


async def test_who_comes_back_with_a_cursor_misses_nothing(copied: Copied) -> None:
    place = await newest(copied)
    for n in (1, 2, 3, 4):
        await copied.change("fd", n, subject=f"First {n}")
    seen = []
    for part in (1, 2, 1):
        async with reading(copied.context(), CHANGED, after=place) as reader:
            for event in await reader.some(part):
                seen.append(event["change"]["recordId"])
                place = event["change"]["cursor"]
    assert seen == [gid(1), gid(2), gid(3), gid(4)]
    await copied.change("zd", 1, subject="Later")
    async with reading(copied.context(), CHANGED, after=place) as reader:
        assert (await reader.next())["change"]["recordId"] == gid(1, "zd")


async def test_more_than_a_page_of_changes_comes_whole_and_in_order(copied: Copied) -> None:
    place = await newest(copied)
    for n in range(130):
        await copied.change("fd", 1 + n % 4, subject=f"Change {n}")
    async with reading(copied.context(), CHANGED, after=place) as reader:
        found = await reader.some(130)
    assert [event["change"]["recordId"] for event in found] == [gid(1 + n % 4) for n in range(130)]
    assert len({event["change"]["cursor"] for event in found}) == 130


async def test_the_filter_is_looked_at_on_the_ticket_as_it_is(copied: Copied) -> None:
    place = await newest(copied)
    await copied.change("fd", 1, status=TicketStatus.PENDING, subject="One")
    await copied.change("fd", 2, status=TicketStatus.RESOLVED)
    await copied.change("zd", 1, status=TicketStatus.PENDING, subject="Other")
    await copied.change("fd", 1, subject="One again")
    await copied.change("fd", 3, status=TicketStatus.PENDING, subject="Three")
    where = {"status": {"in": ["PENDING"]}, "helpdesk": {"in": ["fd"]}}
    async with reading(copied.context(), CHANGED, filter=where, after=place) as reader:
        found = await reader.some(3)
    assert [event["change"]["recordId"] for event in found] == [gid(1), gid(1), gid(3)]
    assert {event["ticket"]["subject"] for event in found} == {"One again", "Three"}


async def test_what_is_deleted_is_told_whatever_the_filter(copied: Copied) -> None:
    place = await newest(copied)
    await copied.lose("fd", 1)
    await copied.lose("fd", 2, Lifecycle.PURGED)
    await copied.lose("zd", 1)
    await copied.change("fd", 3, subject="Of the filter", tags=("other",))
    where = {"helpdesk": {"in": ["fd"]}, "tags": {"any": ["other"]}}
    async with reading(copied.context(), CHANGED, after=place, filter=where) as reader:
        first, second, third = await reader.some(3)
    assert (first["change"]["op"], first["ticket"]["lifecycle"]) == ("DELETED", "DELETED")
    assert (second["change"]["op"], second["change"]["recordId"]) == ("DELETED", gid(2))
    assert second["ticket"] is None or second["ticket"]["subject"] is None
    assert (third["change"]["op"], third["change"]["recordId"]) == ("UPDATED", gid(3))


async def test_each_event_is_only_for_those_who_may_see_it(copied: Copied) -> None:
    place = await newest(copied)
    await copied.change("fd", 2, subject="Nobody's")
    await copied.change("fd", 1, organization_id="402", subject="Theirs now")
    await copied.change("fd", 1, subject="Their secret")
    await copied.change("fd", 3, subject="Ours")
    for filter in (None, {"status": {"in": ["OPEN"]}}):
        async with reading(copied.context(OURS), CHANGED, after=place, filter=filter) as reader:
            lost, ours = await reader.some(2)
        assert (lost["change"]["op"], lost["change"]["recordId"], lost["ticket"]) == ("DELETED", gid(1), None)
        assert (ours["change"]["op"], ours["ticket"]["subject"]) == ("UPDATED", "Ours")


async def test_a_slow_reader_is_shown_records_as_they_are_when_they_are_sent(copied: Copied) -> None:
    place = await newest(copied)
    await copied.change("fd", 1, subject="Before")
    await copied.change("fd", 3, subject="Before")
    async with reading(copied.context(OURS), CHANGED, after=place) as reader:
        await reader.next()
        await copied.change("fd", 3, organization_id="402", subject="Secret")
        copied.clock.advance(60)
        event = await reader.next()
    assert (event["change"]["recordId"], event["change"]["op"], event["ticket"]) == (gid(3), "DELETED", None)


async def test_a_reader_costs_no_memory_while_it_does_not_read(copied: Copied) -> None:
    place = await newest(copied)
    async with reading(copied.context(), CHANGED, after=place) as reader:
        await copied.change("fd", 1, subject="First")
        await reader.next()
        for n in range(120):
            await copied.change("fd", 2, subject=f"Change {n}")
        assert copied.store.feed.held == 0
        assert [e["change"]["recordId"] for e in await reader.some(120)] == [gid(2)] * 120


async def test_a_cursor_that_is_no_place_to_go_on_from_is_refused(copied: Copied) -> None:
    place = await newest(copied)
    await copied.change("fd", 1, subject="Anew")
    await copied.change("fd", 1, subject="Newer")
    async with copied.db.write(copied.tenancy.number) as session:
        await trim(session, now=copied.clock.now(), keep_seconds=1e9, keep_rows=1)
    for cursor in (place, "AAAA"):
        async with reading(copied.context(), CHANGED, after=cursor) as reader:
            assert await reader.error() == "BAD_CURSOR"
    async with reading(copied.context(), CHANGED, filter={"helpdesk": {"in": ["nope"]}}) as reader:
        assert await reader.error() == "BAD_USER_INPUT"


async def test_trimming_that_overtakes_a_slow_reader_ends_it(copied: Copied) -> None:
    place = await newest(copied)
    async with reading(copied.context(), CHANGED, after=place) as reader:
        await copied.change("fd", 1, subject="First")
        await reader.next()
        for n in range(5):
            await copied.change("fd", 2, subject=f"Change {n}")
        async with copied.db.write(copied.tenancy.number) as session:
            await trim(session, now=copied.clock.now(), keep_seconds=1e9, keep_rows=2)
        assert await reader.error() == "BAD_CURSOR"


async def test_comments_come_when_their_ticket_changes(copied: Copied) -> None:
    desk = copied.desks["fd"]
    async with reading(copied.context(), ADDED, ticket=gid(1)) as reader:
        waiting = asyncio.ensure_future(reader.next())
        while not copied.store.feed.pulse.listening:
            await asyncio.sleep(0)
        said = desk.thread(Scope(tenant="t"), "1")
        more = msgspec.structs.replace(said[2], remote_id="1/3", body_text="Thank you")
        desk.thread = lambda scope, ticket_id: (*said, more)  # type: ignore[method-assign]
        await copied.change("fd", 2, subject="Another's")
        await copied.change("fd", 1, subject="Answered")
        event = await asyncio.wait_for(waiting, 10)
    assert event["comment"] == {
        "id": ids.encode(Kind.COMMENT, "fd", "1/3"),
        "bodyText": "Thank you",
        "visibility": "PUBLIC",
    }
    assert (event["change"]["op"], event["change"]["kind"]) == ("CREATED", "COMMENT")


async def test_comments_are_resumed_and_notes_kept_from_those_who_do_not_read_them(copied: Copied) -> None:
    place = await newest(copied)
    async with reading(copied.context(), ADDED, ticket=gid(1), after=place) as reader:
        found = await reader.some(3)
    assert [event["comment"]["bodyText"] for event in found] == ["Words 0", "Words 1", "Words 2"]
    async with reading(copied.context(OURS), ADDED, ticket=gid(1), after=place) as reader:
        assert [event["comment"]["bodyText"] for event in await reader.some(2)] == ["Words 0", "Words 2"]
    again = found[1]["change"]["cursor"]
    async with reading(copied.context(), ADDED, ticket=gid(1), after=again) as reader:
        assert (await reader.next())["comment"]["bodyText"] == "Words 2"
    async with reading(copied.context(OURS), ADDED, ticket=gid(2)) as reader:
        assert await reader.error() == "BAD_USER_INPUT"


async def test_progress_is_told_at_once_and_when_it_moves(copied: Copied) -> None:
    async with reading(copied.context(), PROGRESS, helpdesk="zd") as reader:
        first = await reader.some(len(SyncKind))
        assert {event["kind"] for event in first} == {kind.value for kind in SyncKind}
        assert {event["helpdesk"]["key"] for event in first} == {"zd"}
        await copied.finished("fd", SyncKind.TICKETS, processed=11)
        await copied.finished("zd", SyncKind.TICKETS, processed=12, status=SyncStatus.FAILED)
        event = await asyncio.wait_for(reader.next(), 10)
    assert (event["kind"], event["status"], event["processed"]) == ("TICKETS", "FAILED", 12)
    async with reading(copied.context(), PROGRESS, helpdesk="nope") as reader:
        assert await reader.error() == "BAD_USER_INPUT"
    async with reading(copied.context(OURS), PROGRESS) as reader:
        assert await reader.error() == "FORBIDDEN"


@pytest.mark.parametrize("text", [CHANGED, ADDED, PROGRESS])
async def test_without_a_copy_there_is_nothing_to_follow(text: str) -> None:
    context = (await ask(two_desks(), "{ viewer { id } }")).context
    async with reading(context, text, **({"ticket": gid(1)} if text == ADDED else {})) as reader:
        assert await reader.error() == "UNSUPPORTED_BY_HELPDESK"
