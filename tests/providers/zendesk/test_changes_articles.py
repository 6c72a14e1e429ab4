"""The streams of articles, read from the vendor's face."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from models.changes import WindowStuck
from models.enums import ArticleVisibility, Kind
from models.queries import Scope
from models.records import Article
from providers.upstream import Lane, lane_is
from providers.zendesk.simulator import ids

SCOPE = Scope(tenant="t")


def ident(number: int) -> str:
    return str(ids.ARTICLE.id(number))


def shown(town: Any) -> set[str]:
    return {ident(article.number) for article in town.desk.knowledge.articles()}


async def check_against_the_live_reads(town: Any, copy: Any, *, files: bool) -> None:
    """Some articles in every language; addresses of translations are shorter than the articles' own."""
    for remote_id, made in list(copy.records.items())[::4]:
        languages = {record.locale: record for record in (made.article, *made.others)}
        (translations,) = await town.provider.translations(SCOPE, [made.article])
        assert made.translations == translations
        assert next(iter(languages)) == translations[0].locale
        assert set(languages) == {t.locale for t in translations}
        for locale, mine in languages.items():
            (found,) = await town.provider.articles_by_id(SCOPE, [remote_id], locale)
            assert isinstance(found, Article)
            own = ("as_of", "raw", "attachments", "remote_url", "slug")
            assert msgspec.structs.replace(found, **{name: getattr(mine, name) for name in own}) == mine
            assert f"/{locale}/articles/{remote_id}" in (mine.remote_url or "")
        (attached,) = await town.provider.article_attachments(SCOPE, [made.article])
        assert made.article.attachments == (attached if files else None)


async def test_articles_with_their_languages_and_files(town: Any) -> None:
    here = town(30)
    copy = await here.read("articles")
    assert set(copy.records) == shown(here)
    await check_against_the_live_reads(here, copy, files=True)
    assert any(made.others for made in copy.records.values())
    assert "translations" not in copy.records[ident(1)].article.raw


async def test_translations_are_asked_for_where_the_export_leaves_them_out(town: Any) -> None:
    here = town(30)
    beside = await here.read("articles")
    here.switch(article_export_sideloads="ignored")
    alone = await here.read("articles")
    for remote_id, made in alone.records.items():
        other = beside.records[remote_id]
        assert (made.translations, len(made.others)) == (other.translations, len(other.others))
    assert [line for line in here.calls if line.endswith("/translations?page[size]=100")]


async def test_only_what_changed_is_shown_and_shown_once(town: Any) -> None:
    here = town(30)
    copy = await here.read("articles")
    before = copy.shown
    for _ in range(3):
        here.later(1)
        await here.read("articles", copy)
    assert copy.shown == before
    here.desk.knowledge.update_article(3, labels=("new",))
    await here.read("articles", copy)
    here.desk.knowledge.update_article(3, labels=("newer",))
    await here.read("articles", copy)
    assert copy.records[ident(3)].article.labels == ("newer",), "within the same second"
    here.desk.knowledge.put_translation(3, "de", title="Neu", html="<p>Neu</p>", author=1)
    await here.read("articles", copy)
    german = next(one for one in copy.records[ident(3)].others if one.locale == "de")
    assert (german.title, german.body_text) == ("Neu", "Neu")
    assert copy.shown == before + 3


async def test_a_whole_pass_shows_who_is_archived(town: Any) -> None:
    here = town(30)
    first = await here.read("articles-all")
    assert set(first.records) == shown(here)
    await check_against_the_live_reads(here, first, files=False)
    assert first.catalogues["folders"] == tuple(await here.provider.article_folders(SCOPE))
    here.desk.knowledge.delete_article(2)
    second = await here.read("articles-all")
    assert set(first.records) - set(second.records) == {ident(2)}
    assert second.batches[-1].pass_ended


async def test_a_pass_of_many_pages(zendesk: Any, script: Any, page_of: Any) -> None:
    def row(number: int) -> dict[str, Any]:
        return {"id": number, "title": f"A{number}", "locale": "en-us", "translations": [{"id": 1, "locale": "en-us"}]}

    path = "/help_center/articles"
    script.on(path, page_of("articles", [row(1), row(2)], "p2"), page_of("articles", [row(3)]))
    script.on("/help_center/categories", page_of("categories", [{"id": 5, "name": "C"}, {"id": "five"}]))
    script.on("/help_center/sections", page_of("sections", [{"id": 6, "name": "S", "category_id": 5}]))
    first = await zendesk.changes("articles-all", None)
    last = await zendesk.changes("articles-all", first.checkpoint)
    assert [one.article.remote_id for one in (*first.records, *last.records)] == ["1", "2", "3"]
    assert [folder.remote_id for folder in first.catalogues["folders"]] == ["category-5", "section-6"]
    assert [row.kind for row in first.unreadable] == [Kind.ARTICLE_FOLDER]
    assert last.catalogues == {}
    asked = script.last(path).url.params
    assert (asked["sort_by"], asked["page[after]"]) == ("created_at", "p2"), "an order that does not move"
    assert (first.pass_ended, last.pass_ended) == (False, True), "the unnamed one is a folder, no article"


async def test_an_account_without_a_help_center(zendesk: Any) -> None:
    some = await zendesk.changes("articles", None)
    assert (some.rows, some.more) == (0, False)
    every = await zendesk.changes("articles-all", None)
    assert (every.rows, every.more, every.pass_ended, every.catalogues) == (0, False, True, {"folders": ()})


async def test_an_unreadable_article_and_an_unreadable_translation(town: Any) -> None:
    here = town(30)
    number = next(a.number for a in here.desk.knowledge.articles() if len(a.translations) > 1)
    other = next(a.number for a in here.desk.knowledge.articles() if a.number != number)
    whole = (await here.read("articles")).records[ident(number)]
    here.switch(
        article_export_sideloads="ignored",
        spoilt={
            "articles": {ident(other): {"position": "first"}},
            "translations": {str(whole_id): {"body": 7} for whole_id in [translation_id(here, number, "de")]},
        },
    )
    copy = await here.read("articles")
    assert set(copy.records) == shown(here) - {ident(other)}
    assert {(row.kind, row.remote_id) for row in copy.unread} == {
        (Kind.ARTICLE, ident(other)),
        (Kind.ARTICLE, ident(number)),
    }
    left = {record.locale for record in copy.records[ident(number)].others}
    assert left == {record.locale for record in whole.others} - {"de"}


def translation_id(town: Any, number: int, locale: str) -> int:
    place = town.desk.knowledge.locales.index(locale)
    return ids.TRANSLATION.id(number * 4 * 64 + place)


async def test_who_may_read_is_asked_anew(zendesk: Any, script: Any, page_of: Any) -> None:
    row = {"id": 1, "title": "A", "locale": "en-us", "user_segment_id": 7, "updated_at": "2026-01-01T00:00:00Z"}
    answer = {"articles": [{**row, "translations": []}], "next_page": None, "end_time": 1_767_225_600}
    script.on("/help_center/incremental/articles", answer)
    segments = "/help_center/user_segments"
    script.on(segments, page_of("user_segments", [{"id": 7, "user_type": "signed_in_users"}]))
    first = await zendesk.changes("articles", None)
    script.on(segments, page_of("user_segments", [{"id": 7, "user_type": "signed_in_users", "tags": ["gold"]}]))
    again = await zendesk.changes("articles", None)
    seen = [batch.records[0].article.visibility for batch in (first, again)]
    assert seen == [ArticleVisibility.SIGNED_IN, ArticleVisibility.RESTRICTED]


@pytest.mark.parametrize(("told", "more"), [("full", True), ("last", False), ("none", False)])
async def test_the_end_is_told_by_what_follows(zendesk: Any, script: Any, told: str, more: bool) -> None:
    """There is no `end_of_stream` here."""
    rows = [{"id": 1, "locale": "en-us", "updated_at": "2026-01-01T00:00:00Z", "translations": []}]
    link = "https://acme.zendesk.com/next" if told == "full" else None
    answer = {"articles": [] if told == "none" else rows, "next_page": link, "end_time": 1_767_225_600}
    script.on("/help_center/incremental/articles", answer)
    batch = await zendesk.changes("articles", None)
    assert batch.more is more


async def test_a_full_page_of_one_second_is_asked_for_in_larger_pages_and_then_stops(zendesk: Any, script: Any) -> None:
    def rows(many: int) -> list[dict[str, Any]]:
        times = {"updated_at": "2026-01-01T00:00:00Z", "created_at": "2025-01-01T00:00:00Z"}
        return [{"id": n, "locale": "en-us", "translations": [], **times} for n in range(1, many + 1)]

    def answer(many: int) -> dict[str, Any]:
        return {"articles": rows(many), "next_page": "https://acme.zendesk.com/next", "end_time": 1_767_225_600}

    path = "/help_center/incremental/articles"
    script.on(path, answer(50))
    first = await zendesk.changes("articles", None)
    assert first.more
    script.on(path, answer(50), answer(60))
    second = await zendesk.changes("articles", first.checkpoint)
    assert (len(second.records), second.more) == (10, False)
    sizes = [r.url.params["per_page"] for r in script.requests if r.url.path.endswith(path)]
    assert sizes == ["50", "50", "1000"]
    script.on(path, {**answer(0), "end_time": None})
    assert not (await zendesk.changes("articles", second.checkpoint)).more


async def test_a_full_page_of_one_second_that_may_be_cut(zendesk: Any, script: Any) -> None:
    """With one row less asked for it is fuller, and whole; or cut again, and cannot be read."""
    second = 1_767_225_600

    def answer(many: int) -> dict[str, Any]:
        row = {"locale": "en-us", "translations": [], "updated_at": "2026-01-01T00:00:00Z"}
        rows = [{"id": n, **row} for n in range(1, many + 1)]
        return {"articles": rows, "next_page": "https://acme.zendesk.com/next", "end_time": second}

    path = "/help_center/incremental/articles"
    place = msgspec.json.encode({"of": "articles", "since": second}).decode()
    with lane_is(Lane.BACKGROUND):
        script.on(path, answer(50), answer(1_000), answer(1_000))
        batch = await zendesk.changes("articles", place)
        assert (len(batch.records), batch.more) == (1_000, True)
        assert msgspec.json.decode(batch.checkpoint)["since"] == second + 1
        sizes = [r.url.params["per_page"] for r in script.requests if r.url.path.endswith(path)]
        assert sizes == ["50", "1000", "999"]
        script.on(path, answer(50), answer(1_000), answer(999))
        with pytest.raises(WindowStuck, match="articles"):
            await zendesk.changes("articles", place)
