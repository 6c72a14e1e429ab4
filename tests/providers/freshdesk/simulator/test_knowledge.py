"""Fields, settings and the knowledge base. Evidence stands in each docstring."""

from __future__ import annotations

from typing import Any

import httpx

from providers.freshdesk.simulator import OLDER


async def test_choices_come_in_every_shape(house, client: httpx.AsyncClient) -> None:
    """Zammad recording of 2023: arrays, labels to ids, statuses by id, nested objects; the reference: arrays of
    objects."""
    fields = {row["name"]: row for row in (await client.get("/ticket_fields")).json()}
    assert fields["ticket_type"]["choices"][:3] == ["Question", "Incident", "Problem"]
    assert fields["priority"]["choices"] == {"Low": 1, "Medium": 2, "High": 3, "Urgent": 4}
    assert fields["source"]["choices"]["Phone"] == 3
    statuses = fields["status"]["choices"]
    assert statuses["2"] == ["Open", "Being Processed"] and statuses["6"][0] == "Waiting on Customer"
    assert all(len(labels) == 2 for labels in statuses.values()) and "8" in statuses
    agents = fields["agent"]["choices"]
    assert set(agents.values()) == {row["id"] for row in (await client.get("/agents")).json()}
    assert set(fields["group"]["choices"].values()) == {row["id"] for row in (await client.get("/groups")).json()}
    assert fields["cf_plan"]["choices"] == ["Starter", "Team", "Business", "Enterprise"]
    assert fields["cf_region"]["choices"]["Europe"]["Germany"] == ["Berlin", "München"]
    assert [level["name"] for level in fields["cf_region"]["nested_ticket_fields"]] == ["cf_country", "cf_city"]
    assert "choices" not in fields["subject"] and fields["cf_root_cause"]["required_for_closure"]
    house.switch(nested_choices="array")
    only = (await client.get("/ticket_fields?type=nested_field")).json()
    assert [row["name"] for row in only] == ["cf_region"]
    assert only[0]["choices"][0] == {
        "Europe": [{"Germany": ["Berlin", "München"]}, {"France": ["Paris", "Lyon"]}, {"Spain": ["Madrid"]}]
    }


async def test_every_custom_field_of_a_ticket_is_defined(client: httpx.AsyncClient) -> None:
    rows = (await client.get("/ticket_fields")).json()
    names = {row["name"] for row in rows if not row["default"]}
    names |= {level["name"] for row in rows for level in row.get("nested_ticket_fields", ())}
    ticket = (await client.get("/tickets?updated_since=1970-01-01")).json()[0]
    assert set(ticket["custom_fields"]) == names


async def test_admin_fields_tell_choice_ids(client: httpx.AsyncClient) -> None:
    rows = {row["name"]: row for row in (await client.get("/admin/ticket_fields?per_page=100")).json()}
    region = rows["cf_region"]
    assert region["choices"][0]["choices"][0]["parent_choice_id"] == region["choices"][0]["id"]
    assert (await client.get(f"/admin/ticket_fields/{region['id']}")).json() == region


async def test_contact_and_company_fields(client: httpx.AsyncClient) -> None:
    contact = {row["name"]: row for row in (await client.get("/contact_fields")).json()}
    assert contact["department"]["choices"] == ["Purchasing", "IT", "Finance", "Operations"]
    assert isinstance(contact["time_zone"]["choices"], dict)
    company = {row["name"]: row for row in (await client.get("/company_fields")).json()}
    assert company["health_score"]["choices"] == ["At risk", "Doing okay", "Happy"]
    assert "customers_can_edit" not in company["name"]


async def test_settings_name_the_languages(client: httpx.AsyncClient) -> None:
    body = (await client.get("/settings/helpdesk")).json()
    assert body["primary_language"] == "en" and {"de", "pt-BR"} <= set(body["supported_languages"])
    assert (await client.get("/account")).json()["total_agents"]["full_time"] > 0


async def tree(client: httpx.AsyncClient) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Folders and articles, walked as the vendor demands."""
    folders: list[dict[str, Any]] = []
    for category in (await client.get("/solutions/categories")).json():
        waiting = (await client.get(f"/solutions/categories/{category['id']}/folders")).json()
        while waiting:
            folder = waiting.pop()
            folders.append(folder)
            waiting += (await client.get(f"/solutions/folders/{folder['id']}/subfolders")).json()
    articles = [
        article
        for folder in folders
        for article in (await client.get(f"/solutions/folders/{folder['id']}/articles?per_page=100")).json()
    ]
    return folders, articles


async def test_the_tree_is_walked_level_by_level(house, client: httpx.AsyncClient) -> None:
    """Nango's recording of 2024: folders of a category are top-level ones only and do not name it."""
    folders, articles = await tree(client)
    book = house.desk.knowledge
    assert len(folders) == sum(folder.parent is not None for folder in book.folders())
    assert len(articles) == len(book.articles()) == sum(folder["articles_count"] for folder in folders)
    assert max(len(folder["hierarchy"]) for folder in folders) >= 4
    for folder in folders:
        assert ("category_id" in folder) == (folder["parent_folder_id"] is not None)
        assert folder["hierarchy"][-1]["data"]["id"] == folder["id"] and folder["hierarchy"][0]["type"] == "category"
        assert "category_id" in (await client.get(f"/solutions/folders/{folder['id']}")).json()
    assert {folder["visibility"] for folder in folders} == {1, 2, 3, 4}
    assert all(("company_ids" in folder) == (folder["visibility"] == 4) for folder in folders)
    by_id = {folder["id"]: folder for folder in folders}
    for article in articles:
        assert article["hierarchy"] == by_id[article["folder_id"]]["hierarchy"]
        assert (await client.get(f"/solutions/articles/{article['id']}")).json()["title"] == article["title"]
    assert {article["status"] for article in articles} == {1, 2}
    assert not {"language", "published_at"} & set(articles[0])


async def test_an_account_without_nesting(house) -> None:
    client = type(house)(OLDER).client()
    category = (await client.get("/solutions/categories")).json()[0]
    folder = (await client.get(f"/solutions/categories/{category['id']}/folders")).json()[0]
    assert not {"parent_folder_id", "hierarchy", "sub_folders_count"} & set(folder)
    assert (await client.get(f"/solutions/folders/{folder['id']}/subfolders")).json()["code"] == "require_feature"


async def test_translations_stand_below_the_record(house, client: httpx.AsyncClient) -> None:
    """Reference and scratch-l10n: same id, 404 when missing, the primary language has no path of its own."""
    locales = set(house.desk.knowledge.locales)
    every = house.desk.knowledge.articles()
    found = next(a for a in every if "de" in a.translations and not locales <= set(a.translations))
    path = f"/solutions/articles/{1_077_200_000_000 + found.number}"
    german, usual = (await client.get(f"{path}/de")).json(), (await client.get(path)).json()
    assert german["id"] == usual["id"] and german["title"] == found.translations["de"].title != usual["title"]
    missing = next(iter(locales & {"fr", "es", "ko"} - set(found.translations)))
    for lang in ("en", "xx", missing):
        assert (await client.get(f"{path}/{lang}")).status_code == 404
    folder = 1_077_100_000_000 + found.folder
    listed = (await client.get(f"/solutions/folders/{folder}/articles/de")).json()
    assert german["title"] in [row["title"] for row in listed]
    assert (await client.get("/solutions/categories/de")).json()[0]["name"] != (
        await client.get("/solutions/categories")
    ).json()[0]["name"]
    house.switch(multilingual=False)
    assert (await client.get(f"{path}/de")).json()["code"] == "require_feature"


async def test_writing_articles(house, client: httpx.AsyncClient) -> None:
    """scratch-l10n: PUT of a missing translation 404, POST of an existing one 409, of a foreign language 405."""
    folder = next(f for f in house.desk.knowledge.folders() if f.parent is not None)
    path = f"/solutions/folders/{1_077_100_000_000 + folder.number}/articles"
    body = {"title": "New", "description": "<p>text</p>", "status": 2, "seo_data": {"meta_keywords": ["a", "b"]}}
    made = await client.post(path, json=body)
    assert made.status_code == 201 and made.json()["seo_data"] == {"meta_keywords": "a,b"}
    one = f"/solutions/articles/{made.json()['id']}"
    told = {"title": "Neu", "description": "<p>Text</p>", "status": 1}
    assert (await client.put(f"{one}/de", json=told)).status_code == 404
    assert (await client.post(f"{one}/de", json=told)).status_code == 201
    assert (await client.post(f"{one}/de", json=told)).status_code == 409
    assert (await client.post(f"{one}/ru-RU", json=told)).status_code == 405
    assert (await client.put(f"{one}/de", json={"status": 2})).json()["status"] == 2
    assert (await client.put(one, json={"status": 1})).json()["status"] == 1
    assert (await client.delete(one)).status_code == 204
    assert (await client.get(one)).status_code == 404
    assert (await client.post(path, json={"title": "x"})).json()["errors"][0]["field"] == "description"


async def test_deleted_folders_answer_403(house, client: httpx.AsyncClient) -> None:
    """scratch-l10n."""
    made = (await client.post("/solutions/categories", json={"name": "Short-lived"})).json()
    path = f"/solutions/categories/{made['id']}"
    assert (await client.post("/solutions/categories", json={"name": "short-lived"})).status_code == 409
    folder = (await client.post(f"{path}/folders", json={"name": "Inside"})).json()
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 403
    assert (await client.get(f"/solutions/folders/{folder['id']}")).status_code == 403
    assert made["id"] not in [row["id"] for row in (await client.get("/solutions/categories")).json()]
    house.switch(deleted_folder=404)
    assert (await client.get(path)).status_code == 404


async def test_article_search_is_a_bare_array(house, client: httpx.AsyncClient) -> None:
    """Reference: rows have keys of their own and may miss `description_text`."""
    house.clock.advance(3600)
    rows = (await client.get("/search/solutions?term=lamp")).json()
    assert rows and {"folder_visibility", "category_name", "language_id", "modified_at"} <= set(rows[0])
    assert "description_text" not in rows[0]
    assert (await client.get("/search/solutions")).status_code == 400
