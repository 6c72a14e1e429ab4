"""Search over the copy: one list over all helpdesks, each hit only for those who may see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models.changes import Translated
from models.enums import ArticleVisibility, Lifecycle, SyncKind
from models.ids import decode
from models.queries import Scope
from tests.schema.asking import ask
from tests.schema.copied import Copied, open_copied

SEARCH = """query($query: String!, $kinds: [SearchKind!], $order: SearchOrder, $helpdesk: StringIn, $first: Int,
    $after: Cursor) {
  search(query: $query, kinds: $kinds, order: $order, helpdesk: $helpdesk, first: $first, after: $after) {
    edges { cursor score highlights node { __typename ... on Node { id } ... on Ticket { subject bodyText }
      ... on Comment { said: bodyText author { __typename } } ... on Article { title locale } } }
    pageInfo { hasNextPage endCursor } sources { helpdesk { key } state coverage { complete } error { message } } } }"""
OURS = Scope(tenant="t", organizations={"fd": frozenset({"401"}), "zd": frozenset({"401"})})


@pytest.fixture
async def copied(tmp_path: Path) -> AsyncIterator[Copied]:
    async with open_copied(tmp_path, count=4) as made:
        await made.fill()
        yield made


async def found(copied: Copied, query: str, scope: Scope | None = None, **variables: Any) -> Any:
    answer = await ask(copied.desks, SEARCH, context=copied.context(scope), query=query, **variables)
    assert answer.errors == [] and answer.partial == []
    return answer.data["search"]


def named(page: Any) -> list[tuple[str, str, str]]:
    hits = [decode(edge["node"]["id"]) for edge in page["edges"]]
    return [(hit.kind.value, hit.helpdesk, hit.remote_id) for hit in hits]


async def read_comments(copied: Copied, helpdesk: str, *numbers: int) -> None:
    desk = copied.desks[helpdesk]
    tickets = [desk.rows[number - 1] for number in numbers]
    await copied.mirror.source(helpdesk).comments(Scope(tenant="t"), tickets, 100)
    desk.calls.clear()


async def test_one_list_over_all_helpdesks_newest_first_costs_no_call(copied: Copied) -> None:
    for number, helpdesk in ((1, "fd"), (2, "zd"), (3, "fd"), (1, "zd")):
        await copied.change(helpdesk, number, subject=f"Printer jam {number}")
    expected = [("Ticket", "zd", "1"), ("Ticket", "fd", "3"), ("Ticket", "zd", "2"), ("Ticket", "fd", "1")]
    assert named(await found(copied, "printer")) == expected
    first = await found(copied, "printer", first=3)
    assert named(first) == expected[:3] and first["pageInfo"]["hasNextPage"]
    rest = await found(copied, "printer", first=3, after=first["pageInfo"]["endCursor"])
    assert named(rest) == expected[3:] and not rest["pageInfo"]["hasNextPage"]
    assert named(await found(copied, "printer", helpdesk={"in": ["zd"]})) == [expected[0], expected[2]]
    assert [desk.calls for desk in copied.desks.values()] == [[], []]
    assert [source["state"] for source in first["sources"]] == ["COMPLETE", "COMPLETE"]


async def test_every_kind_is_found_and_its_words_are_shown(copied: Copied) -> None:
    await copied.change("fd", 1, subject="Printer <jam> & more")
    await read_comments(copied, "fd", 1)
    hits = {
        "jam": ("Ticket", "fd", "1"),
        "p101@fd.example.com": ("Contact", "fd", "101"),
        "howto": ("Article", "zd", "601"),
        "words": ("Comment", "fd", "1/0"),
        "402": ("Organization", "zd", "402"),
    }
    for query, hit in hits.items():
        assert hit in named(await found(copied, query))
    (edge,) = (await found(copied, "jam", kinds=["TICKET"]))["edges"]
    assert edge["highlights"] == ["Printer &lt;<em>jam</em>&gt; &amp; more"] and edge["score"] is None
    assert edge["node"]["bodyText"] == "Request 1"
    ranked = (await found(copied, "jam", order="RANK"))["edges"]
    assert ranked[0]["score"] > 0


async def test_words_of_unspaced_scripts_are_found(copied: Copied) -> None:
    await copied.change("fd", 1, subject="プリンターが故障しました")
    await copied.change("zd", 1, subject="프린터 고장 신고")
    await copied.change("zd", 2, subject="打印机坏了")
    for query, hit in (("故障", ("fd", "1")), ("고장", ("zd", "1")), ("打印", ("zd", "2"))):
        page = await found(copied, query)
        assert named(page) == [("Ticket", *hit)] and f"<em>{query}</em>" in page["edges"][0]["highlights"][0]


async def test_a_bound_caller_finds_what_is_theirs(copied: Copied) -> None:
    await read_comments(copied, "fd", 1, 2, 3)
    await read_comments(copied, "zd", 1)
    hits = named(await found(copied, "words", OURS, kinds=["COMMENT"], first=100))
    assert set(hits) == {
        *((("Comment", "fd", f"{ticket}/{n}")) for ticket in (1, 3) for n in (0, 2)),
        *((("Comment", "zd", f"1/{n}")) for n in (0, 2)),
    }
    notes = Scope(tenant="t", notes=False)
    assert ("Comment", "fd", "1/1") not in named(await found(copied, "words", notes, first=100))
    assert ("Comment", "fd", "1/1") in named(await found(copied, "words", first=100))
    assert {hit[1:] for hit in named(await found(copied, "request", OURS)) if hit[0] == "Ticket"} == {
        (helpdesk, ident) for helpdesk in ("fd", "zd") for ident in ("1", "3")
    }
    nobody = Scope(tenant="t", organizations={"fd": frozenset({"499"})})
    assert named(await found(copied, "request", nobody)) == named(await found(copied, "person", nobody)) == []


async def test_an_article_is_found_in_each_language_and_by_whom_it_is_for(copied: Copied) -> None:
    desk = copied.desks["fd"]
    copied.clock.advance(1)
    article = msgspec.structs.replace(desk.article("602"), title="Printers", updated_at=copied.clock.now())
    german = msgspec.structs.replace(article, locale="de", title="Drucker", body_text="Der Drucker geht nicht")
    inside = msgspec.structs.replace(
        desk.article("603"), title="Drucker geheim", visibility=ArticleVisibility.AGENTS, updated_at=copied.clock.now()
    )
    await copied.put("fd", Translated(article=article, others=(german,)), Translated(article=inside))
    page = await found(copied, "drucker", kinds=["ARTICLE"])
    assert {(edge["node"]["title"], edge["node"]["locale"]) for edge in page["edges"]} == {
        ("Drucker", "de"),
        ("Drucker geheim", "en"),
    }
    assert named(await found(copied, "drucker", OURS, kinds=["ARTICLE"])) == [("Article", "fd", "602")]


async def test_what_is_gone_is_not_found(copied: Copied) -> None:
    await copied.change("fd", 1, subject="Zebra")
    await copied.change("fd", 3, subject="Zebra")
    await copied.lose("fd", 1)
    await copied.lose("fd", 3, Lifecycle.SPAM)
    assert named(await found(copied, "zebra")) == []


async def test_a_helpdesk_without_a_copy_comes_behind_in_its_own_way(copied: Copied) -> None:
    await copied.finished("zd", SyncKind.TICKETS, first_finished_at=None, finished_at=None)
    await copied.change("fd", 2, subject="Ticket of printers")
    answer = await ask(copied.desks, SEARCH, context=copied.context(), query="ticket", kinds=["TICKET", "COMMENT"])
    page = answer.data["search"]
    assert [hit[1] for hit in named(page)] == ["fd"] * 4 + ["zd"] * 2
    states = {source["helpdesk"]["key"]: source for source in page["sources"]}
    assert (states["fd"]["state"], states["zd"]["state"]) == ("COMPLETE", "PARTIAL")
    assert "COMMENT" in states["zd"]["error"]["message"]
    assert answer.partial == [(["search"], "UNSUPPORTED_BY_HELPDESK")]
    first = await ask(copied.desks, SEARCH, context=copied.context(), query="ticket", kinds=["TICKET"], first=4)
    cursor = first.data["search"]["pageInfo"]["endCursor"]
    rest = await ask(
        copied.desks, SEARCH, context=copied.context(), query="ticket", kinds=["TICKET"], first=4, after=cursor
    )
    assert [hit[1] for hit in named(rest.data["search"])] == ["zd", "zd"]


async def test_a_copy_that_is_not_whole_says_so(copied: Copied) -> None:
    await copied.finished("zd", SyncKind.ARTICLES, first_finished_at=None, finished_at=None)
    page = await found(copied, "person")
    assert [source["coverage"]["complete"] for source in page["sources"]] == [True, False]
    copied.clock.advance(timedelta(hours=1).total_seconds())
    page = await found(copied, "person")
    assert {source["state"] for source in page["sources"]} == {"STALE"}


async def test_what_cannot_be_asked_is_refused(copied: Copied) -> None:
    for query in ("", " ", "x" * 201, "?!"):
        answer = await ask(copied.desks, SEARCH, context=copied.context(), query=query)
        assert [code for _, code in answer.errors] == ["BAD_USER_INPUT"]
    answer = await ask(copied.desks, SEARCH, context=copied.context(), query="x", helpdesk={"in": ["nope"]})
    assert answer.errors == [(["search"], "BAD_USER_INPUT")]
