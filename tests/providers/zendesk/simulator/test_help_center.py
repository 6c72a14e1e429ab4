"""The Help Center: folders, articles, translations, search, writing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from providers.zendesk.simulator import Profile, ids


def article(account: Any, **has: Any) -> Any:
    """The first one that is translated, labelled, drafted and so on as asked."""
    return next(row for row in account.desk.knowledge.articles() if all(test(row) for test in has.values()))


async def test_locales_are_lower_case(account: Any) -> None:
    answer = await account.get("help_center/locales")
    assert answer["default_locale"] == "en-us"
    assert set(answer["locales"]) >= {"en-us", "de", "pt-br"}


async def test_sections_nest_below_categories(account: Any) -> None:
    categories = {row["id"] for row in (await account.get("help_center/categories"))["categories"]}
    sections = (await account.get("help_center/sections", per_page=100))["sections"]
    known = {row["id"] for row in sections}
    assert {row["category_id"] for row in sections} <= categories
    nested = [row for row in sections if row["parent_section_id"]]
    assert nested
    assert {row["parent_section_id"] for row in nested} <= known
    below = await account.get(f"help_center/sections/{nested[0]['parent_section_id']}/sections")
    assert nested[0]["id"] in [row["id"] for row in below["sections"]]
    inside = await account.get(f"help_center/categories/{nested[0]['category_id']}/sections", per_page=100)
    assert nested[0]["id"] in [row["id"] for row in inside["sections"]]
    await account.refused(f"help_center/categories/{nested[0]['id']}", 404)


async def test_names_come_in_the_paths_locale(account: Any) -> None:
    german = (await account.get("help_center/de/categories"))["categories"]
    plain = {row["id"]: row for row in (await account.get("help_center/en-us/categories"))["categories"]}
    assert german
    assert all(row["locale"] == "de" and row["source_locale"] == "en-us" for row in german)
    assert any(row["name"] != plain[row["id"]]["name"] for row in german)


async def test_offset_pages_have_more_words(account: Any) -> None:
    """Help Center lists are thirty a page ('Pagination' page)."""
    answer = await account.get("help_center/articles", sort_by="created_at", sort_order="desc")
    assert (answer["page"], answer["per_page"], answer["sort_order"]) == (1, 30, "desc")
    assert answer["page_count"] == -(-answer["count"] // 30)
    times = [row["created_at"] for row in answer["articles"]]
    assert times == sorted(times, reverse=True)


async def test_the_next_page_keeps_the_locale(account: Any) -> None:
    first = await account.get("help_center/de/articles", per_page=2)
    second = (await account.http.get(first["next_page"])).json()
    assert {row["locale"] for row in [*first["articles"], *second["articles"]]} == {"de"}
    by_cursor = await account.get("help_center/de/articles", **{"page[size]": 2})
    assert "/help_center/de/articles" in by_cursor["links"]["next"]


async def test_cursor_pages_link_on_only_when_there_is_more(account: Any) -> None:
    """Seen in real answers: `first` and `last`, `next` only with more, and no cursors on an empty page."""
    query: dict[str, Any] = {"page[size]": 7}
    seen: list[int] = []
    while True:
        answer = await account.get("help_center/en-us/articles", **query)
        seen += [row["id"] for row in answer["articles"]]
        assert ("next" in answer["links"]) == answer["meta"]["has_more"]
        assert {"first", "last"} <= set(answer["links"])
        query["page[after]"] = answer["meta"]["after_cursor"]
        if not answer["meta"]["has_more"]:
            break
    count = (await account.get("help_center/en-us/articles"))["count"]
    assert len(seen) == len(set(seen)) == count
    past = await account.get("help_center/en-us/articles", **query)
    assert (past["articles"], past["meta"], past["links"]) == ([], {"has_more": False}, {})


async def test_anonymous_readers_see_only_what_is_public_and_published(account: Any) -> None:
    """'Articles' page: a locale is required for them."""
    everything = (await account.get("help_center/en-us/articles", per_page=100))["articles"]
    async with account.client() as anybody:
        assert (await anybody.get("help_center/articles")).status_code == 400
        rows = (await anybody.get("help_center/en-us/articles", params={"per_page": 100})).json()["articles"]
        assert 0 < len(rows) < len(everything)
        assert not any(row["draft"] or row["user_segment_id"] for row in rows)
        hidden = next(row for row in everything if row["user_segment_id"])
        assert (await anybody.get(f"help_center/en-us/articles/{hidden['id']}")).status_code == 404
        assert (await anybody.get("help_center/incremental/articles?start_time=0")).status_code == 401


async def test_an_article_under_a_locale_it_lacks(account: Any) -> None:
    """404, or the source locale: no source says which."""
    found = article(account, lacks=lambda row: "ko" not in row.translations)
    path = f"help_center/ko/articles/{ids.ARTICLE.id(found.number)}"
    await account.refused(path, 404)
    account.controls.switches["zendesk.untranslated_article"] = "source"
    assert (await account.get(path))["article"]["locale"] == "en-us"


async def test_what_an_article_is(account: Any) -> None:
    found = article(account, pictures=lambda row: row.inline, more=lambda row: len(row.translations) > 2)
    path = f"help_center/articles/{ids.ARTICLE.id(found.number)}"
    answer = await account.get(path, include="users,sections,categories,translations")
    row = answer["article"]
    assert row["title"] == row["name"]
    assert row["vote_sum"] == found.up_votes - found.down_votes
    assert answer["users"][0]["id"] == row["author_id"]
    assert answer["sections"][0]["id"] == row["section_id"]
    assert {each["locale"] for each in row["translations"]} == {
        {"en": "en-us"}.get(word, word) for word in found.translations
    }
    picture = (await account.get(f"{path}/attachments/inline"))["article_attachments"][0]
    assert picture["content_url"] in row["body"]
    assert "width" not in picture
    hop = await account.http.get(picture["content_url"], follow_redirects=True)
    assert len(hop.content) == picture["size"]
    missing = (await account.get(f"{path}/translations/missing"))["locales"]
    shown = (await account.get(f"{path}/translations"))["translations"]
    assert {*missing, *(each["locale"] for each in shown)} == set((await account.get("help_center/locales"))["locales"])


async def test_labels_filter_by_all_in_lists_and_by_any_in_searches(account: Any) -> None:
    """Quirk 23: lists AND with case, searches OR without."""
    found = article(account, labels=lambda row: len(row.labels) >= 2)
    one, two = found.labels[:2]
    account.advance(3600)

    async def listed(names: str) -> set[int]:
        rows = (await account.get("help_center/articles", label_names=names, per_page=100))["articles"]
        return {row["id"] for row in rows}

    async def searched(names: str) -> set[int]:
        answer = await account.get("help_center/articles/search", label_names=names, per_page=100)
        return {row["id"] for row in answer["results"]}

    assert await listed(f"{one},{two}") == await listed(one) & await listed(two)
    assert await listed(one.upper()) in (set(), await listed(one) if one.upper() == one else set())
    assert await searched(f"{one},{two}") == await searched(one) | await searched(two)
    assert await searched(one.upper()) == await searched(one)


async def test_article_search(account: Any) -> None:
    """25 a page; `<em>` around what was found; one of four parameters is needed."""
    answer = await account.get("help_center/articles/search", query="lamp")
    assert answer["per_page"] == 25
    assert answer["results"]
    for row in answer["results"]:
        assert row["result_type"] == "article"
        assert "lamp" in f"{row['title']} {row['body']}".lower()
    assert any("<em>" in row["snippet"] for row in answer["results"])
    await account.refused("help_center/articles/search", 400)
    german = await account.get("help_center/articles/search", query="der", locale="de")
    assert {row["locale"] for row in german["results"]} <= {"de"}
    fallback = await account.get("help_center/articles/search", query="lamp", locale="xx")
    assert [row["id"] for row in fallback["results"]] == [row["id"] for row in answer["results"]]
    later = await account.get("help_center/articles/search", query="lamp", created_after="2026-01-01")
    assert all(row["created_at"] >= "2026-01-02" for row in later["results"])


async def test_unified_search_pages_forward_by_cursor(account: Any) -> None:
    """'Unified search' page: ten a page, fifty at most, credentials needed."""
    first = await account.http.get("http://sandbox.test/zendesk/api/v2/guide/search?filter[locales]=en-us&query=lamp")
    assert first.status_code == 200
    assert len(first.json()["results"]) <= 10
    assert "meta" in first.json()
    async with account.client() as anybody:
        assert (await anybody.get("guide/search?filter[locales]=en-us&query=lamp")).status_code == 401


async def test_incremental_articles_end_with_an_empty_page(account: Any) -> None:
    """'Incremental article exports': no end_of_stream; next_page starts at end_time."""
    answer = await account.get("help_center/incremental/articles", start_time=0, per_page=20)
    seen = {row["id"] for row in answer["articles"]}
    assert "end_of_stream" not in answer
    last = None
    while answer["next_page"] and answer["end_time"] != last:
        last = answer["end_time"]
        answer = (await account.http.get(answer["next_page"])).json()
        seen |= {row["id"] for row in answer["articles"]}
    assert seen == {ids.ARTICLE.id(row.number) for row in account.desk.knowledge.articles()}
    now = int(account.controls.clock.now().timestamp())
    over = await account.get("help_center/incremental/articles", start_time=now)
    assert (over["articles"], over["next_page"]) == ([], None)


# -- writing


async def made(account: Any, **more: Any) -> dict[str, Any]:
    section = next(row for row in account.desk.knowledge.folders() if row.parent is not None)
    body = {"article": {"title": "New", "body": "<p>words</p>", "permission_group_id": 1, **more}}
    answer = await account.send("POST", f"help_center/sections/{ids.FOLDER.id(section.number)}/articles", body, 201)
    return dict(answer["article"])


async def test_put_article_never_changes_words(account: Any) -> None:
    """'Update Article' page: title, body, locale and draft belong to the translation."""
    row = await made(
        account, draft=True, label_names=["A"], translations=[{"locale": "de", "title": "Neu", "body": "x"}]
    )
    path = f"help_center/articles/{row['id']}"
    response = await account.http.put(path, json={"article": {"title": "Other", "promoted": True}})
    assert (response.json()["article"]["title"], response.json()["article"]["promoted"]) == ("New", True)
    assert "article.title" in response.headers["x-zendesk-api-warn"]
    changed = await account.send(
        "PUT", f"{path}/translations/en-us", {"translation": {"title": "Other", "draft": False}}, 200
    )
    assert (changed["translation"]["title"], changed["translation"]["draft"]) == ("Other", False)
    assert (await account.get(path))["article"]["title"] == "Other"
    german = (await account.get(f"{path}/translations/de"))["translation"]
    assert german["title"] == "Neu"
    await account.send("DELETE", f"help_center/translations/{german['id']}", None, 204)
    await account.refused(f"{path}/translations/de", 404)


async def test_a_permission_group_is_mandatory(account: Any) -> None:
    section = next(row for row in account.desk.knowledge.folders() if row.parent is not None)
    path = f"help_center/sections/{ids.FOLDER.id(section.number)}/articles"
    refused = await account.send("POST", path, {"article": {"title": "x"}}, 422)
    assert "permission_group_id" in refused["details"]


async def test_deleted_articles_are_gone(account: Any) -> None:
    row = await made(account)
    await account.send("DELETE", f"help_center/articles/{row['id']}", None, 204)
    await account.refused(f"help_center/articles/{row['id']}", 404)


async def test_files_are_attached_as_forms(account: Any) -> None:
    """'Article Attachments' page: multipart/form-data."""
    row = await made(account)
    path = f"help_center/articles/{row['id']}/attachments"
    response = await account.http.post(
        path, files={"file": ("a.txt", b"hello", "text/plain")}, data={"inline": "false"}
    )
    assert response.status_code == 201, response.text
    kept = response.json()["article_attachment"]
    assert (kept["file_name"], kept["content_type"], kept["size"]) == ("a.txt", "text/plain", 5)
    listed = (await account.get(f"{path}/block"))["article_attachments"]
    assert [each["id"] for each in listed] == [kept["id"]]
    assert (await account.http.post(path, json={})).status_code == 400


@pytest.mark.parametrize("vote,sign", [("up", 1), ("down", -1)])
async def test_votes_count(account: Any, vote: str, sign: int) -> None:
    row = await made(account)
    await account.send("POST", f"help_center/articles/{row['id']}/{vote}", {}, 200)
    shown = (await account.get(f"help_center/articles/{row['id']}"))["article"]
    assert (shown["vote_sum"], shown["vote_count"]) == (sign, 1)


async def test_new_words_are_searchable_after_the_lag(make: Any) -> None:
    account = make(profile=Profile())
    account.controls.search_lag = timedelta(seconds=30)
    await made(account, title="Xylophone care")
    path = "help_center/articles/search"
    assert (await account.get(path, query="xylophone"))["results"] == []
    account.advance(31)
    assert len((await account.get(path, query="xylophone"))["results"]) == 1
