"""The Help Center: tree, lists, languages, files, search."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from models.enums import ArticleState, ArticleVisibility, SearchKind
from models.errors import Unavailable, Unsupported
from models.queries import ArticleQuery, PageRequest

PAGE = PageRequest(size=10)


def ids(page: Any) -> list[str]:
    return [r.record.remote_id for r in page.rows]


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (ArticleQuery(), "GET /help_center/articles?page[size]=100"),
        (ArticleQuery(locale="De"), "GET /help_center/de/articles?page[size]=100"),
        (ArticleQuery(folder_id="section-7"), "GET /help_center/sections/7/articles?page[size]=100"),
        (
            ArticleQuery(folder_id="category-7", locale="en-us"),
            "GET /help_center/en-us/categories/7/articles?page[size]=100",
        ),
        (ArticleQuery(label="Lamp"), "GET /help_center/articles?page[size]=100&label_names=Lamp"),
    ],
)
async def test_lists(zendesk: Any, script: Any, scope: Any, page_of: Any, asked: ArticleQuery, line: str) -> None:
    path = line.removeprefix("GET ").partition("?")[0]
    script.on(path, page_of("articles", [{"id": 1, "locale": asked.locale or "en-us", "label_names": ["Lamp"]}]))
    if asked.locale:
        script.on(path, page_of("articles", [{"id": 1, "locale": asked.locale.lower()}]))
    assert ids(await zendesk.articles(scope, asked, PAGE)) == ["1"]
    assert script.lines() == [line]


@pytest.mark.parametrize(
    "asked", [ArticleQuery(locale="../x"), ArticleQuery(folder_id="7"), ArticleQuery(folder_id="section-x")]
)
async def test_what_cannot_be_a_locale_or_folder_is_an_empty_list(
    zendesk: Any, script: Any, scope: Any, asked: ArticleQuery
) -> None:
    assert ids(await zendesk.articles(scope, asked, PAGE)) == []
    assert script.lines() == []


async def test_states_and_visibilities_are_checked_on_rows(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    rows = [{"id": 1, "draft": True}, {"id": 2}, {"id": 3, "user_segment_id": 5}]
    script.on("/help_center/articles", page_of("articles", rows))
    drafts = ArticleQuery(states=(ArticleState.DRAFT,))
    assert ids(await zendesk.articles(scope, drafts, PAGE)) == ["1"]
    closed = ArticleQuery(visibilities=(ArticleVisibility.RESTRICTED,))
    assert ids(await zendesk.articles(scope, closed, PAGE)) == ["3"]


async def test_by_id_in_its_own_language_or_another(zendesk: Any, script: Any, scope: Any, payload: Any) -> None:
    article = payload("article")
    script.on("/help_center/articles/360012", {"article": article})
    script.on("/help_center/de/articles/360012", {"article": {**article, "locale": "de", "title": "Lampe"}})
    own, missing = await zendesk.articles_by_id(scope, ["360012", "404"])
    assert (own.title, own.locale, missing) == ("Reset the lamp", "en-us", None)
    (german,) = await zendesk.articles_by_id(scope, ["360012"], "DE")
    assert (german.title, german.locale, german.state) == ("Lampe", "de", ArticleState.OUTDATED)
    assert await zendesk.articles_by_id(scope, ["360012"], "fr") == [None]
    assert await zendesk.articles_by_id(scope, ["360012"], "../..") == [None]


async def test_a_translation_that_falls_back_is_none(zendesk: Any, script: Any, scope: Any, payload: Any) -> None:
    """Some accounts may answer with the source language where a translation is missing (unconfirmed)."""
    script.on("/help_center/fr/articles/360012", {"article": payload("article")})
    assert await zendesk.articles_by_id(scope, ["360012"], "fr") == [None]


async def test_translations_the_own_language_first(
    zendesk: Any, script: Any, scope: Any, bound: Any, page_of: Any, payload: Any
) -> None:
    script.on("/help_center/articles/360012", {"article": payload("article")})
    rows = [
        {"id": 1, "locale": "de", "title": "Lampe", "outdated": True},
        {"id": 2, "locale": "en-us", "title": "Lamp"},
        {"id": 3, "locale": "da", "title": "Lampe", "draft": True},
    ]
    script.on("/help_center/articles/360012/translations", page_of("translations", rows))
    articles = await zendesk.articles_by_id(scope, ["360012"])
    (found,) = await zendesk.translations(scope, articles)
    assert [(t.locale, t.state) for t in found] == [
        ("en-us", ArticleState.PUBLISHED),
        ("da", ArticleState.DRAFT),
        ("de", ArticleState.OUTDATED),
    ]
    (shown,) = await zendesk.translations(bound, articles)
    assert [t.locale for t in shown] == ["en-us", "de"]


async def test_the_tree_is_read_once(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/help_center/categories", page_of("categories", [{"id": 1, "name": "Lamps"}]))
    script.on("/help_center/sections", page_of("sections", [{"id": 2, "name": "Care", "category_id": 1}]))
    tree = await zendesk.article_folders(scope)
    assert [(f.remote_id, f.parent_id) for f in tree] == [("category-1", None), ("section-2", "category-1")]
    await zendesk.article_folders(scope)
    assert len(script.lines()) == 2


async def test_an_account_without_a_help_center_has_no_articles(zendesk: Any, scope: Any) -> None:
    assert ids(await zendesk.articles(scope, ArticleQuery(), PAGE)) == []
    assert await zendesk.article_folders(scope) == ()


async def test_a_help_center_that_is_down_is_not_an_empty_one(zendesk: Any, script: Any, scope: Any) -> None:
    for path in ("articles", "categories", "sections"):
        script.on(f"/help_center/{path}", httpx.Response(503, content=b"<html>"))
    with pytest.raises(Unavailable):
        await zendesk.articles(scope, ArticleQuery(), PAGE)
    with pytest.raises(Unavailable):
        await zendesk.article_folders(scope)


async def test_files_of_an_article(zendesk: Any, script: Any, scope: Any, page_of: Any, payload: Any) -> None:
    script.on("/help_center/articles/360012", {"article": payload("article")})
    address = "https://brand.zendesk.com/hc/article_attachments/55/lamp.png"
    rows = [{"id": 55, "file_name": "lamp.png", "content_url": address, "content_type": "image/png", "size": 3}]
    script.on("/help_center/articles/360012/attachments", page_of("article_attachments", rows))
    script.on(address, httpx.Response(200, content=b"png", headers={"content-type": "image/png"}))
    articles = await zendesk.articles_by_id(scope, ["360012"])
    ((file,),) = await zendesk.article_attachments(scope, articles)
    assert file.remote_id == "article/360012/55"
    async with zendesk.open_file(scope, file.remote_id) as opened:
        assert b"".join([piece async for piece in opened.chunks]) == b"png"
        assert (opened.content_type, opened.file_name) == ("image/png", "lamp.png")
    assert "authorization" not in script.requests[-1].headers, "another brand's host is not ours to sign in to"


async def test_search_shows_where_the_words_are(zendesk: Any, script: Any, scope: Any) -> None:
    hits = [{"id": 8, "title": "Lamp", "snippet": "The <em>lamp</em>", "result_type": "article"}]
    script.on("/help_center/articles/search", {"results": hits, "count": 1, "next_page": None})
    page = await zendesk.search(scope, "lamp", frozenset({SearchKind.ARTICLE}), PAGE)
    assert page.rows[0].record.record.title == "Lamp"
    assert page.rows[0].record.highlights == ("The <em>lamp</em>",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("red lamp", "red lamp"),
        ('organization:5 "x"', "organization 5 x"),
        ("-status:open <b>", "status open b"),
        ("lamp*", "lamp"),
        ("a\x00b", "a b"),
    ],
)
async def test_search_takes_words_not_operators(zendesk: Any, script: Any, scope: Any, text: str, words: str) -> None:
    script.on("/search", {"results": [], "count": 0, "next_page": None})
    await zendesk.search(scope, text, frozenset({SearchKind.TICKET}), PAGE)
    assert script.last("/search").url.params["query"] == f"type:ticket {words}"


@pytest.mark.parametrize("text", ["", "  ", '"" ::', "*"])
async def test_no_words_find_nothing(zendesk: Any, script: Any, scope: Any, text: str) -> None:
    assert (await zendesk.search(scope, text, frozenset(), PAGE)).rows == ()
    assert script.lines() == []


async def test_search_goes_from_kind_to_kind(zendesk: Any, script: Any, scope: Any) -> None:
    def search(request: httpx.Request) -> httpx.Response:
        kind = request.url.params["query"].split()[0].removeprefix("type:")
        start = {"ticket": 0, "user": 100, "organization": 200}[kind]
        rows = [{"id": start + n} for n in range(1, 4)]
        return httpx.Response(200, json={"results": rows, "count": 3, "next_page": None})

    script.on("/search", search)
    script.on("/help_center/articles/search", {"results": [{"id": 301}], "count": 1, "next_page": None})
    seen: list[str] = []
    after = None
    while True:
        page = await zendesk.search(scope, "lamp", frozenset(), PageRequest(size=2, after=after))
        seen += [r.record.record.remote_id for r in page.rows[:2]]
        if not page.more and len(page.rows) <= 2:
            break
        after = page.rows[:2][-1].place
    assert seen == ["1", "2", "3", "101", "102", "103", "201", "202", "203", "301"]


async def test_search_has_a_ceiling(zendesk: Any, script: Any, scope: Any) -> None:
    def search(request: httpx.Request) -> httpx.Response:
        start = (int(request.url.params["page"]) - 1) * 100
        rows = [{"id": start + n} for n in range(1, 101)]
        return httpx.Response(200, json={"results": rows, "count": 5_000, "next_page": "https://x.example"})

    script.on("/search", search)
    after = None
    for _ in range(10):
        page = await zendesk.search(scope, "a", frozenset({SearchKind.TICKET}), PageRequest(size=100, after=after))
        after = page.rows[99].place
    with pytest.raises(Unsupported, match="1,000"):
        await zendesk.search(scope, "a", frozenset({SearchKind.TICKET}), PageRequest(size=100, after=after))
