"""Contacts, companies, agents, groups. Evidence stands in each docstring."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from providers.freshdesk.simulator import AGENT, OLDER

USER, COMPANY = 1_070_000_000_000, 1_071_000_000_000


async def walk(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    url: str | None = path
    while url:
        answer = await client.get(url)
        rows += answer.json()
        url = answer.links.get("next", {}).get("url")
    return rows


async def test_contacts_are_alphabetical_without_agents(house, client: httpx.AsyncClient) -> None:
    """Reference: blocked and deleted ones are left out, no 30-day window."""
    rows = await walk(client, "/contacts?per_page=17")
    names = [row["name"].casefold() for row in rows]
    assert names == sorted(names) and len({row["id"] for row in rows}) == len(rows)
    active = house.desk.people.count(frozenset({"verified", "unverified"}))
    left = [agent for agent in house.desk.staff.agents() if not agent.active]
    assert len(rows) == active + len(left)
    assert not {row["id"] for row in rows} & {USER + a.number for a in house.desk.staff.agents() if a.active}


async def test_an_agent_who_left_is_a_contact_with_the_same_id(house, client: httpx.AsyncClient) -> None:
    """Reference, 'Delete an agent'."""
    left = next(agent for agent in house.desk.staff.agents() if not agent.active)
    assert (await client.get(f"/agents/{USER + left.number}")).status_code == 404
    assert (await client.get(f"/contacts/{USER + left.number}")).json()["email"] == left.email
    assert left.email not in [row["contact"]["email"] for row in (await client.get("/agents")).json()]


async def test_an_agent_is_no_contact(house, client: httpx.AsyncClient) -> None:
    """Unconfirmed: 404 is what is likely."""
    assert (await client.get(f"/contacts/{USER + 1}")).status_code == 404
    house.switch(agent_as_contact=200)
    assert (await client.get(f"/contacts/{USER + 1}")).status_code == 200


@pytest.mark.parametrize("state", ["verified", "unverified", "blocked", "deleted"])
async def test_states(house, client: httpx.AsyncClient, state: str) -> None:
    rows = await walk(client, f"/contacts?state={state}&per_page=100")
    people = [house.desk.people.get(row["id"] - USER) for row in rows]
    assert people and {person.state for person in people if person} == {state}
    assert {row["active"] for row in rows} == {state == "verified"}


async def test_filters_combine(house, client: httpx.AsyncClient) -> None:
    person = next(p for p in house.desk.people.page(limit=200) if p.state == "verified" and p.email and p.organization)
    by_mail = (await client.get("/contacts", params={"email": person.email.upper()})).json()
    assert [row["id"] for row in by_mail] == [USER + person.number]
    there = (await client.get(f"/contacts?company_id={COMPANY + person.organization}&per_page=100")).json()
    assert person.number + USER in [row["id"] for row in there]
    both = {"email": person.email, "company_id": COMPANY + person.organization}
    assert len((await client.get("/contacts", params=both)).json()) == 1
    assert (await client.get("/contacts", params=both | {"state": "blocked"})).json() == []
    phoned = next(p for p in house.desk.people.page(limit=200) if p.phone and p.state == "verified")
    found = (await client.get("/contacts", params={"phone": phoned.phone})).json()
    assert USER + phoned.number in [row["id"] for row in found]
    assert (await client.get("/contacts?state=odd")).status_code == 400


async def test_updated_since_has_two_spellings(house, client: httpx.AsyncClient) -> None:
    """Today's reference: `updated_since`; older texts, Airbyte and dlt: `_updated_since`."""
    rows = await walk(client, "/contacts?per_page=100")
    moment = sorted(row["updated_at"] for row in rows)[len(rows) // 2]
    wanted = {row["id"] for row in rows if row["updated_at"] >= moment and row["id"] >= USER + 1000}
    for name in ("updated_since", "_updated_since"):
        found = {row["id"] for row in await walk(client, f"/contacts?{name}={moment}&per_page=100")}
        assert found == wanted and len(wanted) < len(rows)
    house.switch(contacts_updated_since="_updated_since")
    refused = await client.get(f"/contacts?updated_since={moment}")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "invalid_field")
    assert (await client.get(f"/contacts?_updated_since={moment}")).status_code == 200


@pytest.mark.parametrize("path", ["/agents", "/groups", "/companies", "/roles", "/products"])
async def test_other_lists_shrug_at_stray_parameters(client: httpx.AsyncClient, path: str) -> None:
    """Singer and dlt send their cursor to every list and get 200."""
    for name in ("updated_since", "_updated_since"):
        assert (await client.get(f"{path}?{name}=2025-01-01T00:00:00Z")).status_code == 200
    assert (await client.get(f"{path}?per_page=101")).status_code == 400


async def test_a_contact_row_and_view(house, client: httpx.AsyncClient) -> None:
    """Nango's recording of 2024: Neo's id has 19 digits; no `cf_` before custom fields; view adds more."""
    row = next(row for row in (await client.get("/contacts?per_page=100")).json() if row["company_id"])
    assert len(str(row["org_contact_id"])) == 19 and "customer_since" in row["custom_fields"]
    body = (await client.get(f"/contacts/{row['id']}")).json()
    assert {"other_emails", "other_companies", "view_all_tickets", "tags", "avatar"} <= set(body) - set(row)
    assert "deleted" not in body
    older = (await type(house)(OLDER).client().get(f"/contacts/{row['id']}")).json()
    assert not {"org_contact_id", "first_name", "visitor_id", "unique_external_id"} & set(older)


async def test_every_contact_has_its_oddities(client: httpx.AsyncClient) -> None:
    rows = await walk(client, "/contacts?per_page=100")
    views = [(await client.get(f"/contacts/{row['id']}")).json() for row in rows[:60]]
    assert any(row["email"] is None for row in rows) and any(row["company_id"] is None for row in rows)
    assert {view["view_all_tickets"] for view in views} == {None, False}
    assert any(view["other_companies"] for view in views)
    avatar = next(view["avatar"] for view in views if view["avatar"])
    assert set(avatar) == {"id", "name", "content_type", "size", "avatar_url", "created_at", "updated_at"}


async def test_duplicates_name_their_holder(house, client: httpx.AsyncClient) -> None:
    """verbb/formie pull 1917: 409, `additional_info.user_id`, even when that contact is in the bin."""
    holder = next(p for p in house.desk.people.page(limit=300) if p.email and p.state == "deleted")
    for email, user in ((holder.email, holder.number), (house.desk.staff.agent(3).email, 3)):
        answer = await client.post("/contacts", json={"name": "Twin", "email": email})
        assert answer.status_code == 409
        error = answer.json()["errors"][0]
        assert (error["field"], error["code"]) == ("email", "duplicate_value")
        assert error["additional_info"] == {"user_id": USER + user}


async def test_contact_writes(client: httpx.AsyncClient) -> None:
    """Changelog of April 2016: writing to a removed contact is 405."""
    assert (await client.post("/contacts", json={"name": "Nobody"})).json()["errors"][0]["code"] == "missing_field"
    body = {"name": "Ada", "email": "ADA@x.example", "custom_fields": {"department": "IT"}, "tags": ["t"]}
    made = await client.post("/contacts", json=body)
    path = f"/contacts/{made.json()['id']}"
    assert made.status_code == 201 and made.headers["location"].endswith(path)
    assert (made.json()["email"], made.json()["deleted"]) == ("ada@x.example", False)
    assert (await client.put(path, json={"job_title": "CEO"})).json()["job_title"] == "CEO"
    assert (await client.put(path, json={"jobtitle": "CEO"})).json()["errors"][0]["code"] == "invalid_field"
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).json()["deleted"] is True
    assert (await client.put(path, json={"job_title": "x"})).status_code == 405
    assert (await client.delete(path)).status_code == 405
    assert (await client.put(f"{path}/restore")).status_code == 204
    assert (await client.delete(f"{path}/hard_delete")).status_code == 400
    assert (await client.delete(f"{path}/hard_delete?force=true")).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_merging_contacts(house, client: httpx.AsyncClient) -> None:
    ids = [
        (await client.post("/contacts", json={"name": n, "email": f"{n}@x.example"})).json()["id"] for n in ("p", "q")
    ]
    body = {"primary_contact_id": ids[0], "secondary_contact_ids": [ids[1]]}
    assert (await client.post("/contacts/merge", json=body)).status_code == 204
    assert (await client.get(f"/contacts/{ids[0]}")).json()["other_emails"] == ["q@x.example"]
    assert (await client.get(f"/contacts/{ids[1]}")).json()["deleted"] is True


async def test_companies(house, client: httpx.AsyncClient) -> None:
    """Reference: unique names (409), gone for good when deleted, links removed everywhere."""
    rows = await walk(client, "/companies?per_page=20")
    assert [row["name"].casefold() for row in rows] == sorted(row["name"].casefold() for row in rows)
    first = rows[0]
    assert {"health_score", "account_tier", "renewal_date", "industry", "domains"} <= set(first)
    twin = await client.post("/companies", json={"name": first["name"].upper()})
    assert (twin.status_code, twin.json()["errors"][0]["code"]) == (409, "duplicate_value")
    made = (await client.post("/companies", json={"name": "Brand New", "domains": ["new.example"]})).json()
    contact = (await client.post("/contacts", json={"name": "N", "email": "n@new.example"})).json()
    assert contact["company_id"] == made["id"], "a domain brings its people"
    assert (await client.put(f"/companies/{made['id']}", json={"domains": []})).json()["domains"] == []
    assert (await client.delete(f"/companies/{made['id']}")).status_code == 204
    assert (await client.get(f"/companies/{made['id']}")).status_code == 404
    assert (await client.get(f"/contacts/{contact['id']}")).json()["company_id"] is None
    house.switch(customer_health=False, offset_times=True)
    row = (await client.get(f"/companies/{first['id']}")).json()
    assert "health_score" not in row and row["created_at"].endswith("+05:30")


async def test_agents(house, client: httpx.AsyncClient) -> None:
    """Zammad recording of 2023: name and address are nested; rows have no `group_ids`."""
    rows = (await client.get("/agents")).json()
    names = [row["contact"]["name"].casefold() for row in rows]
    assert names == sorted(names) and "email" not in rows[0] and "group_ids" not in rows[0]
    assert {row["ticket_scope"] for row in rows} == {1, 2, 3}
    assert {"support_agent", "field_agent", "collaborator"} == {row["type"] for row in rows}
    body = (await client.get(f"/agents/{rows[0]['id']}")).json()
    assert {"group_ids", "role_ids", "skill_ids"} <= set(body)
    assert (await client.get("/agents?state=occasional")).json()[0]["occasional"] is True
    me = (await house.client(AGENT).get("/agents/me")).json()
    assert me["id"] == USER + AGENT.agent
    by_mail = await client.get("/agents", params={"email": me["contact"]["email"]})
    assert [row["id"] for row in by_mail.json()] == [me["id"]]


async def test_groups_show_members_only_by_id(client: httpx.AsyncClient) -> None:
    """Reference and Nango's recording: `agent_ids` in the view and in /admin/groups, not in the list."""
    rows = (await client.get("/groups")).json()
    assert rows and all("agent_ids" not in row for row in rows)
    body = (await client.get(f"/groups/{rows[0]['id']}")).json()
    admin = {row["id"]: row["agent_ids"] for row in (await client.get("/admin/groups")).json()}
    assert body["agent_ids"] and admin[body["id"]] == body["agent_ids"]
    assert (await client.get(f"/admin/groups/{body['id']}")).json()["agent_ids"] == body["agent_ids"]
    assert [row["name"] for row in (await client.get("/products")).json()]
