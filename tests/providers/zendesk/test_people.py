"""Contacts, agents, groups, organizations and memberships; and who sees them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from models.enums import ActorKind, ContactState
from models.errors import Unsupported
from models.queries import ContactQuery, OrganizationQuery, PageRequest, Scope
from models.records import ActorRef, Agent, Contact

PAGE = PageRequest(size=10)


def user(ident: int, organization: int | None = None, role: str = "end-user", **values: Any) -> dict[str, Any]:
    email = f"u{ident}@mail.example"
    return {
        "id": ident,
        "name": f"User {ident}",
        "email": email,
        "role": role,
        "organization_id": organization,
        **values,
    }


@pytest.fixture
def company(script: Any, page_of: Any) -> dict[int, dict[str, Any]]:
    """Two organizations' people, an agent, and somebody who belongs to organization 500 beside 501."""
    people = {
        1: user(1, 500),
        2: user(2, 501),
        3: user(3, 501, external_id="CRM-3"),
        4: user(4),
        9: user(9, role="agent"),
    }
    members = {1: [500], 2: [501], 3: [501, 500], 4: []}

    def show_many(request: httpx.Request) -> httpx.Response:
        asked = [int(i) for i in request.url.params["ids"].split(",")]
        return httpx.Response(200, json={"users": [people[i] for i in sorted(asked) if i in people]})

    script.on("/users/show_many", show_many)
    script.on("/users", page_of("users", [people[9]]))
    for ident, organizations in members.items():
        rows = [
            {"id": ident * 10 + n, "user_id": ident, "organization_id": o, "default": True if n == 0 else None}
            for n, o in enumerate(organizations)
        ]
        beside = [{"id": o, "name": f"Org {o}"} for o in organizations]
        script.on(
            f"/users/{ident}/organization_memberships", page_of("organization_memberships", rows, organizations=beside)
        )
    return people


async def test_contacts_by_id_in_order_and_once(zendesk: Any, script: Any, scope: Any, company: Any) -> None:
    found = await zendesk.contacts_by_id(scope, ["2", "77", "1", "2", "x"])
    assert [c and c.remote_id for c in found] == ["2", None, "1", "2", None]
    assert script.lines() == ["GET /users/show_many?ids=2,77,1"]
    await zendesk.contacts_by_id(scope, ["1", "2"])
    assert len(script.lines()) == 1


async def test_a_remembered_contact_grows_old(zendesk: Any, script: Any, scope: Any, company: Any, clock: Any) -> None:
    await zendesk.contacts_by_id(scope, ["1"])
    clock.advance(61)
    await zendesk.contacts_by_id(scope, ["1"])
    assert len(script.lines()) == 2


async def test_an_agents_id_gives_a_contact(zendesk: Any, scope: Any, company: Any) -> None:
    (found,) = await zendesk.contacts_by_id(scope, ["9"])
    assert isinstance(found, Contact) and found.name == "User 9"


async def test_a_bound_caller_sees_people_of_its_organization_by_membership_too(
    zendesk: Any, scope: Any, bound: Any, company: Any
) -> None:
    await zendesk.contacts_by_id(scope, ["1", "2", "3", "4", "9"])  # remembered: the scope is checked all the same
    found = await zendesk.contacts_by_id(bound, ["1", "2", "3", "4", "9"])
    assert [c and c.remote_id for c in found] == ["1", None, "3", None, None]
    assert "500" in found[2].organization_ids


async def test_a_scope_without_this_helpdesk_sees_nobody(zendesk: Any, script: Any, company: Any) -> None:
    elsewhere = Scope(tenant="t", organizations={"other": frozenset({"500"})})
    assert await zendesk.contacts_by_id(elsewhere, ["1", "3"]) == [None, None]
    assert (await zendesk.contacts(elsewhere, ContactQuery(), PAGE)).rows == ()
    assert (await zendesk.organizations(elsewhere, OrganizationQuery(), PAGE)).rows == ()


async def test_by_email_the_address_decides(zendesk: Any, script: Any, scope: Any, bound: Any, company: Any) -> None:
    hits = [company[2], {**company[1], "email": "U1@MAIL.example"}]
    script.on("/users/search", {"users": hits, "next_page": None})
    found = await zendesk.contacts_by_email(scope, ["u1@mail.example", "other@mail.example", "not an address", '"x:y"'])
    assert [c and c.remote_id for c in found] == ["1", None, None, None]
    assert [c and c.remote_id for c in await zendesk.contacts_by_email(bound, ["u2@mail.example"])] == [None]


async def test_actors(zendesk: Any, script: Any, scope: Any, bound: Any, company: Any) -> None:
    refs = [
        ActorRef(kind=ActorKind.PERSON, remote_id="9"),
        ActorRef(kind=ActorKind.CONTACT, remote_id="2"),
        ActorRef(kind=ActorKind.AUTOMATION),
        ActorRef(kind=ActorKind.PERSON, remote_id="77"),
    ]
    found = await zendesk.actors(scope, refs)
    assert [type(a) for a in found] == [Agent, Contact, type(None), type(None)]
    assert [type(a) for a in await zendesk.actors(bound, refs)] == [Agent, type(None), type(None), type(None)]


async def test_a_former_agent_is_still_named(zendesk: Any, script: Any, scope: Any, company: Any) -> None:
    company[8] = user(8, role="agent", active=False)
    (former, contact) = await zendesk.agents_by_id(scope, ["8", "1"])
    assert former.name == "User 8" and not former.active
    assert contact is None


async def test_agents_are_read_whole_and_once(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    pages = [
        httpx.Response(200, json=page_of("users", [user(12, role="admin")], after="c")),
        httpx.Response(200, json=page_of("users", [user(9, role="agent")])),
    ]
    script.on("/users", *pages)
    assert [a.remote_id for a in await zendesk.agents(scope)] == ["9", "12"]
    await zendesk.agents(scope)
    assert script.lines() == [
        "GET /users?role[]=agent&role[]=admin&page[size]=100",
        "GET /users?role[]=agent&role[]=admin&page[size]=100&page[after]=c",
    ]


async def test_groups_and_their_members(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on(
        "/groups", page_of("groups", [{"id": 2, "name": "B"}, {"id": 1, "name": "A"}, {"id": 3, "deleted": True}])
    )
    rows = [{"id": 1, "user_id": 9, "group_id": 1}, {"id": 2, "user_id": 4, "group_id": 1}, {"id": 3, "user_id": None}]
    script.on("/group_memberships", page_of("group_memberships", rows))
    assert [g.name for g in await zendesk.groups(scope)] == ["A", "B"]
    assert await zendesk.group_members(scope) == {"1": ("4", "9")}


async def test_brands_are_products(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/brands", page_of("brands", [{"id": 1, "name": "Lamps"}, {"id": 2, "name": "Old", "is_deleted": True}]))
    assert [(p.remote_id, p.name) for p in await zendesk.products(scope)] == [("1", "Lamps")]


async def test_the_list_of_contacts(zendesk: Any, script: Any, scope: Any, page_of: Any) -> None:
    script.on("/users", page_of("users", [user(1), user(2)]))
    page = await zendesk.contacts(scope, ContactQuery(), PAGE)
    assert [r.record.remote_id for r in page.rows] == ["1", "2"]
    assert script.lines() == ["GET /users?role=end-user&page[size]=100"]


async def test_a_bound_callers_contacts(zendesk: Any, script: Any, page_of: Any) -> None:
    script.on("/organizations/500/users", page_of("users", [user(1, 500), user(3, 501), user(5, 777)]))
    script.on("/organizations/501/users", page_of("users", [user(2, 501), user(3, 501)]))
    both = Scope(tenant="t", organizations={"acme": frozenset({"500", "501"})})
    page = await zendesk.contacts(both, ContactQuery(), PAGE)
    assert [r.record.remote_id for r in page.rows] == ["1", "5", "2", "3"], "nobody twice, nobody missing"
    outside = await zendesk.contacts(both, ContactQuery(organization_id="502"), PAGE)
    assert outside.rows == ()


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (ContactQuery(external_id="CRM-3"), "GET /users?external_id=CRM-3&page[size]=100"),
        (
            ContactQuery(name='Ann "B:c'),
            'GET /users/search?query=role:end-user name:"Ann Bc"&page=1&per_page=100',
        ),
        (
            ContactQuery(state=ContactState.BLOCKED),
            "GET /users/search?query=role:end-user is_suspended:true&page=1&per_page=100",
        ),
        (
            ContactQuery(phone="+4512345678", state=ContactState.VERIFIED),
            'GET /users/search?query=role:end-user phone:"+4512345678" is_verified:true&page=1&per_page=100',
        ),
        (ContactQuery(organization_id="500"), "GET /organizations/500/users?role=end-user&page[size]=100"),
    ],
)
async def test_filters_of_contacts(
    zendesk: Any, script: Any, scope: Any, page_of: Any, asked: ContactQuery, line: str
) -> None:
    for path in ("/users", "/users/search", "/organizations/500/users"):
        script.on(path, page_of("users", []))
    await zendesk.contacts(scope, asked, PAGE)
    assert script.lines() == [line]


async def test_what_contacts_cannot_be_filtered_by(zendesk: Any, scope: Any, clock: Any) -> None:
    with pytest.raises(Unsupported):
        await zendesk.contacts(scope, ContactQuery(updated_since=clock.now()), PAGE)
    with pytest.raises(Unsupported):
        await zendesk.contacts(scope, ContactQuery(state=ContactState.UNKNOWN), PAGE)
    with pytest.raises(Unsupported):
        await zendesk.organizations(scope, OrganizationQuery(updated_since=clock.now()), PAGE)


async def test_memberships_the_primary_first(zendesk: Any, script: Any, scope: Any, bound: Any, company: Any) -> None:
    people = await zendesk.contacts_by_id(scope, ["3", "4"])
    (two, none) = await zendesk.memberships(scope, people)
    assert [(m.organization.remote_id, m.organization.name, m.primary) for m in two] == [
        ("501", "Org 501", True),
        ("500", "Org 500", False),
    ]
    assert none == ()
    (confined, _) = await zendesk.memberships(bound, people)
    assert [m.organization.remote_id for m in confined] == ["500"]


async def test_organizations(zendesk: Any, script: Any, scope: Any, bound: Any, page_of: Any) -> None:
    def show_many(request: httpx.Request) -> httpx.Response:
        asked = [int(i) for i in request.url.params["ids"].split(",")]
        return httpx.Response(200, json={"organizations": [{"id": i, "name": f"Org {i}"} for i in asked if i != 404]})

    script.on("/organizations", page_of("organizations", [{"id": 500, "name": "A"}, {"id": 501, "name": "B"}]))
    script.on("/organizations/show_many", show_many)
    page = await zendesk.organizations(scope, OrganizationQuery(), PAGE)
    assert [r.record.remote_id for r in page.rows] == ["500", "501"]
    own = await zendesk.organizations(bound, OrganizationQuery(), PAGE)
    assert [r.record.remote_id for r in own.rows] == ["500"]
    found = await zendesk.organizations_by_id(scope, ["404", "502", "500"])
    assert [o and o.remote_id for o in found] == [None, "502", "500"]
    found = await zendesk.organizations_by_id(bound, ["501", "500"])
    assert [o and o.remote_id for o in found] == [None, "500"]


async def test_an_organization_by_its_name(zendesk: Any, script: Any, scope: Any) -> None:
    rows = [{"id": 1, "name": "Lamps"}, {"id": 2, "name": "Lamps and more"}]
    script.on("/organizations/search", {"organizations": rows, "count": 2, "next_page": None})
    page = await zendesk.organizations(scope, OrganizationQuery(name="LAMPS"), PAGE)
    assert [r.record.remote_id for r in page.rows] == ["1"]
    assert script.lines() == ["GET /organizations/search?name=LAMPS"]
