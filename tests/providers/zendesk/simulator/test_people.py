"""Users, identities, organizations, groups and memberships."""

from __future__ import annotations

from typing import Any

from providers.zendesk.simulator import ids


async def every(account: Any, path: str, name: str, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    query = {"page[size]": 100, **query}
    while True:
        answer = await account.get(path, **query)
        rows += answer[name]
        if not answer["meta"]["has_more"]:
            return rows
        query["page[after]"] = answer["meta"]["after_cursor"]


async def test_agents_are_listed_by_roles(account: Any) -> None:
    """`role[]=agent&role[]=admin` ('Users' page); the one who left is not among them."""
    rows = (await account.http.get("users?role[]=agent&role[]=admin")).json()["users"]
    assert {row["role"] for row in rows} == {"agent", "admin"}
    active = [agent for agent in account.desk.staff.agents() if agent.active]
    assert len(rows) == len(active)
    assert {row["role"] for row in (await account.get("users", role="admin"))["users"]} == {"admin"}
    light = next(row for row in rows if row["role_type"] == 1)
    assert light["only_private_comments"] is True


async def test_every_listed_user_once_by_both_ways_of_paging(account: Any) -> None:
    rows = await every(account, "users", "users")
    numbers = [row["id"] for row in rows]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == (await account.get("users/count"))["count"]["value"]
    assert numbers[:100] == [row["id"] for row in (await account.get("users"))["users"]]
    assert all(row["active"] for row in rows)
    assert any(row["suspended"] for row in rows)
    assert any(row["email"] is None for row in rows)
    assert all(10**12 < number < 10**14 for number in numbers)


async def test_deleted_users_are_shown_but_not_listed(account: Any) -> None:
    """'Users' page: DELETE answers 200 with the user, `active` false."""
    made = await account.send("POST", "users", {"user": {"name": "Gone Soon", "email": "gone@example.com"}}, 201)
    number = made["user"]["id"]
    deleted = await account.send("DELETE", f"users/{number}", None, 200)
    assert deleted["user"]["active"] is False
    assert (await account.get(f"users/{number}"))["user"]["active"] is False
    assert number not in [row["id"] for row in await every(account, "users", "users")]
    assert number in [row["id"] for row in (await account.get("deleted_users", per_page=100))["deleted_users"]]
    scrubbed = await account.send("DELETE", f"deleted_users/{number}", None, 200)
    assert scrubbed["deleted_user"]["permanently_deleted"] is True
    shown = (await account.get(f"users/{number}"))["user"]
    assert (shown["name"], shown["email"]) == ("Permanently Deleted User", None)


async def test_show_many_drops_what_is_not_there(account: Any) -> None:
    wanted = [ids.USER.id(number) for number in (1, 2, 1000, 1001, 1002)]
    asked = ",".join(map(str, [*wanted, 5, ids.ORGANIZATION.id(1)]))
    answer = await account.get("users/show_many", ids=asked, include="organizations,identities")
    assert sorted(row["id"] for row in answer["users"]) == wanted
    assert {row["organization_id"] for row in answer["users"]} - {None} == {
        row["id"] for row in answer["organizations"]
    }
    assert {row["user_id"] for row in answer["identities"]} <= set(wanted)
    person = next(person for person in account.desk.people.page(limit=50) if person.external_id)
    external = await account.get("users/show_many", external_ids=f"{person.external_id},nothing")
    assert [row["id"] for row in external["users"]] == [ids.USER.id(person.number)]


async def test_finding_users(account: Any) -> None:
    person = next(person for person in account.desk.people.page(limit=50) if person.external_id and person.email)
    number = ids.USER.id(person.number)
    for path, query in (
        ("users/search", {"query": person.email}),
        ("users/search", {"external_id": person.external_id}),
        ("users/autocomplete", {"name": person.name[:4]}),
        ("users", {"external_id": person.external_id}),
    ):
        assert number in [row["id"] for row in (await account.get(path, **query))["users"]]


async def test_identities_primary_first(account: Any) -> None:
    person = next(person for person in account.desk.people.page(limit=400) if person.other_emails)
    path = f"users/{ids.USER.id(person.number)}/identities"
    rows = (await account.get(path))["identities"]
    assert [row["value"] for row in rows[:2]] == [person.email, *person.other_emails]
    assert [row["primary"] for row in rows] == [True] + [False] * (len(rows) - 1)
    assert (await account.get(f"{path}/{rows[1]['id']}"))["identity"] == rows[1]


async def test_duplicate_emails_and_empty_names_are_refused(account: Any) -> None:
    """Texts recorded in zendesk-go."""
    person = next(
        person for person in account.desk.people.page(limit=50) if person.email and person.state == "verified"
    )
    refused = await account.send("POST", "users", {"user": {"name": "X", "email": person.email}}, 422)
    assert refused["details"]["email"][0]["error"] == "DuplicateValue"
    refused = await account.send("POST", "users", {"user": {"name": ""}}, 422)
    assert refused["details"]["name"][0] == {
        "description": "Name: is too short (minimum one character)",
        "error": "ValueTooShort",
    }


async def test_create_or_update_matches_by_email_or_external_id(account: Any) -> None:
    body = {"user": {"name": "A", "email": "cou@example.com", "external_id": "x-1"}}
    made = await account.send("POST", "users/create_or_update", body, 201)
    account.advance(2)
    changed = await account.send("POST", "users/create_or_update", {"user": {"name": "B", "external_id": "x-1"}}, 200)
    assert (changed["user"]["id"], changed["user"]["name"]) == (made["user"]["id"], "B")


async def test_a_new_email_becomes_a_second_identity(account: Any) -> None:
    """'Update User' page."""
    made = await account.send("POST", "users", {"user": {"name": "A", "email": "one@example.com"}}, 201)
    path = f"users/{made['user']['id']}"
    changed = await account.send("PUT", path, {"user": {"email": "two@example.com"}}, 200)
    assert changed["user"]["email"] == "one@example.com"
    values = [row["value"] for row in (await account.get(f"{path}/identities"))["identities"]]
    assert values == ["one@example.com", "two@example.com"]


async def test_user_updates_one_a_second_and_five_a_minute(account: Any) -> None:
    """'Update User' page."""
    path = f"users/{ids.USER.id(1003)}"
    await account.send("PUT", path, {"user": {"notes": "x"}}, 200)
    await account.send("PUT", path, {"user": {"notes": "x"}}, 429)
    for _ in range(4):
        account.advance(1)
        await account.send("PUT", path, {"user": {"notes": "x"}}, 200)
    account.advance(1)
    await account.send("PUT", path, {"user": {"notes": "x"}}, 429)
    await account.send("PUT", f"users/{ids.USER.id(1004)}", {"user": {"notes": "x"}}, 429)


async def test_agents_cannot_be_changed_here(account: Any) -> None:
    await account.send("PUT", f"users/{ids.USER.id(2)}", {"user": {"notes": "x"}}, 403)


# -- organizations


async def test_organizations_by_id_name_and_person(account: Any) -> None:
    organization = account.desk.organizations.get(3)
    number = ids.ORGANIZATION.id(3)
    assert (await account.get("organizations/search", name=organization.name.upper()))["organizations"][0][
        "id"
    ] == number
    prefix = organization.name[:4].lower()
    assert number in [
        row["id"] for row in (await account.get("organizations/autocomplete", name=prefix))["organizations"]
    ]
    assert (await account.get("organizations/show_many", external_ids="erp-3"))["organizations"] == [
        row for row in [(await account.get(f"organizations/{number}"))["organization"]] if row["external_id"]
    ]
    person = account.desk.people.of_organization(3)[0]
    rows = (await account.get(f"users/{ids.USER.id(person.number)}/organizations"))["organizations"]
    assert number in [row["id"] for row in rows]
    people = (await account.get(f"organizations/{number}/users"))["users"]
    assert ids.USER.id(person.number) in [row["id"] for row in people] or person.state == "deleted"


async def test_restricted_agents_may_not_list_organizations(account: Any) -> None:
    """'Organizations' page: 403."""
    agent = next(agent for agent in account.desk.staff.agents() if agent.scope == "groups" and agent.role == "agent")
    auth = (f"{agent.email}/token", account.credentials.api_token)
    async with account.client() as client:
        assert (await client.get("organizations", auth=auth)).status_code == 403
        assert (await client.get("groups", auth=auth)).status_code == 200


async def test_organizations_are_created_once_by_name(account: Any) -> None:
    body = {"organization": {"name": "Brand New", "domain_names": ["New.example"], "organization_fields": {"seats": 3}}}
    made = (await account.send("POST", "organizations", body, 201))["organization"]
    assert made["domain_names"] == ["new.example"]
    assert (await account.send("POST", "organizations", body, 422))["details"]["name"][0]["error"] == "DuplicateValue"
    await account.send("DELETE", f"organizations/{made['id']}", None, 204)
    await account.refused(f"organizations/{made['id']}", 404)


async def test_a_deleted_organization_leaves_its_tickets(account: Any) -> None:
    """'Organizations' page; a system's change moves only generated_timestamp."""
    rows = (await account.get("tickets", per_page=100))["tickets"]
    before = next(row for row in rows if row["organization_id"])
    account.advance(60)
    await account.send("DELETE", f"organizations/{before['organization_id']}", None, 204)
    after = (await account.get(f"tickets/{before['id']}"))["ticket"]
    assert after["organization_id"] is None
    assert after["updated_at"] == before["updated_at"]
    assert after["generated_timestamp"] > before["generated_timestamp"]


async def test_leaving_an_organization_takes_it_off_working_tickets(account: Any) -> None:
    """'Organization Memberships' page."""
    rows = (await account.get("tickets", per_page=100))["tickets"]
    ticket = next(row for row in rows if row["organization_id"] and row["status"] != "closed")
    path = f"users/{ticket['requester_id']}/organization_memberships"
    membership = next(
        row
        for row in (await account.get(path))["organization_memberships"]
        if row["organization_id"] == ticket["organization_id"]
    )
    await account.send("DELETE", f"organization_memberships/{membership['id']}", None, 204)
    assert (await account.get(f"tickets/{ticket['id']}"))["ticket"]["organization_id"] is None


# -- memberships and groups


async def test_memberships_say_default_true_or_null(account: Any) -> None:
    """'Organization Memberships' page."""
    rows = await every(account, "organization_memberships", "organization_memberships")
    assert {row["default"] for row in rows} == {True, None}
    assert len({row["id"] for row in rows}) == len(rows)
    assert rows == [
        row
        for page in range(1, 20)
        for row in (await account.get("organization_memberships", page=page))["organization_memberships"]
    ]
    second = next(row for row in rows if row["default"] is None)
    mine = await account.get(f"users/{second['user_id']}/organization_memberships", include="users,organizations")
    assert mine["organization_memberships"][0]["default"] is True
    assert {row["id"] for row in mine["organizations"]} == {
        row["organization_id"] for row in mine["organization_memberships"]
    }
    path = f"users/{second['user_id']}/organization_memberships/{second['id']}/make_default"
    changed = await account.send("PUT", path, {}, 200)
    assert changed["organization_memberships"][0]["organization_id"] == second["organization_id"]
    user = (await account.get(f"users/{second['user_id']}"))["user"]
    assert user["organization_id"] == second["organization_id"]


async def test_a_duplicate_membership_is_refused(account: Any) -> None:
    """Recorded in zendesk-go; the leading space is real."""
    person = next(person for person in account.desk.people.page(limit=50) if person.organization)
    given = {"user_id": ids.USER.id(person.number), "organization_id": ids.ORGANIZATION.id(person.organization)}
    refused = await account.send("POST", "organization_memberships", {"organization_membership": given}, 422)
    assert refused["details"]["user_id"][0]["description"] == " This user is already a member of this organization."
    given["organization_id"] = ids.ORGANIZATION.id(person.organization % 3 + 1 + person.organization)
    made = await account.send("POST", "organization_memberships", {"organization_membership": given}, 201)
    path = f"organization_memberships/{made['organization_membership']['id']}"
    await account.send("DELETE", path, None, 204)
    await account.refused(path, 404)


async def test_groups_and_their_members(account: Any) -> None:
    """tap-zendesk 1.2.2: some memberships have no `updated_at`."""
    groups = await account.get("groups", include="users")
    assert len(groups["groups"]) == (await account.get("groups/count"))["count"]["value"]
    rows = await every(account, "group_memberships", "group_memberships")
    assert any("updated_at" not in row for row in rows)
    assert any("updated_at" in row for row in rows)
    for group in groups["groups"]:
        members = {row["user_id"] for row in rows if row["group_id"] == group["id"]}
        assert {row["id"] for row in (await account.get(f"groups/{group['id']}/users"))["users"]} == members
        listed = (await account.get(f"groups/{group['id']}/memberships"))["group_memberships"]
        assert {row["user_id"] for row in listed} == members
    user = rows[0]["user_id"]
    mine = {row["group_id"] for row in rows if row["user_id"] == user}
    assert {row["id"] for row in (await account.get(f"users/{user}/groups"))["groups"]} == mine


async def test_brands_are_sorted_by_name(account: Any) -> None:
    names = [row["name"] for row in (await account.get("brands"))["brands"]]
    assert names == sorted(names)
    assert len(names) == len(account.desk.staff.products())
