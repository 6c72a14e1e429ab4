"""Contacts, organizations and staff: lists, by id, and who belongs where."""

from __future__ import annotations

from typing import Any

import pytest

from models.enums import ActorKind, ContactState, DetailLevel, FilterSupport, SearchKind
from models.errors import Unsupported
from models.queries import ContactQuery, OrganizationQuery, Page, PageRequest, Scope
from models.records import ActorRef, Agent, Contact, Organization
from sandbox.records import Person
from tests.contract.case import Case, Fetch, walk

AGENT = 2


def contacts(case: Case, scope: Scope, query: ContactQuery) -> Fetch[Contact]:
    async def fetch(page: PageRequest) -> Page[Contact]:
        return await case.source.contacts(scope, query, page)

    return fetch


def organizations(case: Case, scope: Scope, query: OrganizationQuery) -> Fetch[Organization]:
    async def fetch(page: PageRequest) -> Page[Organization]:
        return await case.source.organizations(scope, query, page)

    return fetch


def people(case: Case) -> list[Person]:
    return [one for one in case.desk.people.page(limit=10_000) if one.state != "deleted"]


def names(rows: Any) -> list[str]:
    return [row.record.remote_id for row in rows]


async def test_every_contact_once_in_one_order_from_either_end(case: Case, everyone: Scope) -> None:
    fetch = contacts(case, everyone, ContactQuery())
    forward = names(await walk(fetch, size=7))
    assert len(forward) == len(set(forward))
    visible = {case.truth.user(one.number) for one in people(case) if one.state != "blocked"}
    assert visible <= set(forward)
    others = set(forward) - {case.truth.user(one.number) for one in people(case)}
    assert others <= {case.truth.user(one.number) for one in case.desk.staff.agents() if not one.active}
    assert names(await walk(fetch, size=7, backward=True)) == forward


async def test_a_contact_is_a_place_to_go_on_from(case: Case, everyone: Scope) -> None:
    fetch = contacts(case, everyone, ContactQuery())
    rows = await walk(fetch, size=100)
    ids = names(rows)
    for at in (0, 11, len(rows) - 1):
        after = await fetch(PageRequest(size=5, after=rows[at].place))
        before = await fetch(PageRequest(size=5, before=rows[at].place, backward=True))
        assert names(after.rows)[:5] == ids[at + 1 : at + 6]
        assert names(before.rows)[-5:] == ids[max(0, at - 5) : at]


async def test_a_contact_says_what_the_desk_says(case: Case, everyone: Scope) -> None:
    some = [one for one in people(case) if one.state != "blocked"][:30]
    found = await case.source.contacts_by_id(everyone, [case.truth.user(one.number) for one in some])
    for person, contact in zip(some, found, strict=True):
        assert contact is not None
        assert (contact.name, contact.email) == (person.name, person.email)
        expected = case.truth.organization(person.organization) if person.organization else None
        assert contact.organization_id == expected


async def test_ids_keep_their_order_and_missing_ones_their_place(case: Case, everyone: Scope) -> None:
    truth, source = case.truth, case.source
    users = [truth.user(one.number) for one in people(case)[:3]]
    firms = [truth.organization(one.number) for one in case.desk.organizations.page(limit=3)]
    tickets = [str(one.number) for one in case.true_tickets()[:3]]
    agents = [truth.user(one.number) for one in case.desk.staff.agents()[:3]]
    asks = (
        (tickets, source.tickets_by_id),
        (users, source.contacts_by_id),
        (firms, source.organizations_by_id),
        (agents, source.agents_by_id),
    )
    for ids, by_id in asks:
        asked = [ids[2], "999999999999", ids[0], ids[1], "nonsense", ids[0], ""]
        found = await by_id(everyone, asked)
        assert [one and one.remote_id for one in found] == [ids[2], None, ids[0], ids[1], None, ids[0], None]
        assert await by_id(everyone, []) in ([], ())


async def test_an_agents_id_gives_that_agent_as_a_contact(case: Case, everyone: Scope) -> None:
    agent = case.desk.staff.agent(AGENT)
    assert agent is not None
    [found] = await case.source.contacts_by_id(everyone, [case.truth.user(AGENT)])
    assert isinstance(found, Contact)
    assert (found.remote_id, found.name) == (case.truth.user(AGENT), agent.name)


async def test_by_email_in_any_case_and_none_for_strangers(case: Case, everyone: Scope) -> None:
    person = next(one for one in people(case) if one.email and one.state == "verified")
    assert person.email
    asked = [person.email.upper(), "nobody@nowhere.example", person.email]
    found = await case.source.contacts_by_email(everyone, asked)
    expected = case.truth.user(person.number)
    assert [one and one.remote_id for one in found] == [expected, None, expected]


async def test_actors_are_told_apart(case: Case, everyone: Scope) -> None:
    person = people(case)[0]
    refs = [
        ActorRef(kind=ActorKind.PERSON, remote_id=case.truth.user(AGENT)),
        ActorRef(kind=ActorKind.PERSON, remote_id=case.truth.user(person.number)),
        ActorRef(kind=ActorKind.PERSON, remote_id="999999999999"),
        ActorRef(kind=ActorKind.UNKNOWN, name="Somebody"),
    ]
    agent, contact, gone, unknown = await case.source.actors(everyone, refs)
    assert isinstance(agent, Agent)
    assert agent.remote_id == case.truth.user(AGENT)
    assert isinstance(contact, Contact)
    assert contact.remote_id == case.truth.user(person.number)
    assert gone is None
    assert unknown is None


async def test_every_organization_once_from_either_end(case: Case, everyone: Scope) -> None:
    fetch = organizations(case, everyone, OrganizationQuery())
    forward = await walk(fetch, size=4)
    truly = {case.truth.organization(one.number): one for one in case.desk.organizations.page(limit=10_000)}
    assert sorted(names(forward)) == sorted(truly)
    assert names(await walk(fetch, size=4, backward=True)) == names(forward)
    for row in forward:
        assert row.record.name == truly[row.record.remote_id].name


@pytest.mark.usefixtures("fresh")
async def test_memberships_name_the_primary_one_first(case: Case, everyone: Scope) -> None:
    both = case.desk.people.create("Two Firms", email="two@firms.example", organization=2, organizations=(2, 1))
    alone = case.desk.people.create("No Firm", email="no@firm.example")
    ids = [case.truth.user(both.number), case.truth.user(alone.number)]
    found = await case.source.contacts_by_id(everyone, ids)
    of_both, of_none = await case.source.memberships(everyone, [one for one in found if one is not None])
    expected = [(case.truth.organization(2), True), (case.truth.organization(1), False)]
    if case.copied and found[0] is not None and found[0].detail is DetailLevel.LISTED:
        expected = expected[:1]
    assert [(one.organization.remote_id, one.primary) for one in of_both] == expected
    assert of_none == ()


def samples(person: Person, firm: str) -> dict[str, tuple[ContactQuery, Any]]:
    assert person.email
    assert person.phone
    assert person.external_id
    return {
        "email": (ContactQuery(email=person.email), lambda p: p.email == person.email),
        "phone": (ContactQuery(phone=person.phone), lambda p: person.phone in (p.phone, p.mobile)),
        "name": (ContactQuery(name=person.name), lambda p: p.name == person.name),
        "externalId": (ContactQuery(external_id=person.external_id), lambda p: p.external_id == person.external_id),
        "organization": (ContactQuery(organization_id=firm), lambda p: person.organization in p.organizations),
        "state": (ContactQuery(state=ContactState.UNVERIFIED), lambda p: p.state == "unverified"),
        "updatedAt": (ContactQuery(updated_since=person.updated), lambda p: p.updated >= person.updated),
    }


@pytest.mark.usefixtures("fresh")
async def test_each_contact_filter_answers_as_declared(case: Case, everyone: Scope) -> None:
    """What is NATIVE works exactly, everything else is refused by name."""
    case.desk.people.create("Unverified Uma", email="uma@unverified.example", state="unverified")
    person = case.desk.people.create(
        "Paula Probe",
        email="paula@probe.example",
        phone="+49 30 5550199",
        external_id="crm-probe",
        organization=1,
        organizations=(1,),
    )
    case.company.clock.advance(3600)
    rows = {row.path: row for row in case.source.capabilities.fields[SearchKind.CONTACT]}
    for name, (query, holds) in samples(person, case.truth.organization(1)).items():
        row = rows.get(f"Contact.{name}")
        if row is None or row.filterable is not FilterSupport.NATIVE:
            with pytest.raises(Unsupported) as refused:
                await walk(contacts(case, everyone, query), size=100)
            assert refused.value.field == name
            assert refused.value.nearest
            continue
        found = names(await walk(contacts(case, everyone, query), size=100))
        expected = [case.truth.user(one.number) for one in people(case) if holds(one) and one.state != "blocked"]
        assert sorted(found) == sorted(expected), name


@pytest.mark.usefixtures("fresh")
async def test_each_organization_filter_answers_as_declared(case: Case, everyone: Scope) -> None:
    firm = case.desk.organizations.create("Probe & Söhne", external_id="crm-7", domains=("probe.example",))
    case.company.clock.advance(3600)
    rows = {row.path: row for row in case.source.capabilities.fields[SearchKind.ORGANIZATION]}
    for name, query in {
        "name": OrganizationQuery(name="Probe & Söhne"),
        "externalId": OrganizationQuery(external_id="crm-7"),
        "updatedAt": OrganizationQuery(updated_since=firm.updated),
    }.items():
        row = rows.get(f"Organization.{name}")
        if row is None or row.filterable is not FilterSupport.NATIVE:
            with pytest.raises(Unsupported) as refused:
                await walk(organizations(case, everyone, query), size=100)
            assert refused.value.field == name
            assert refused.value.nearest
            continue
        ident = case.truth.organization(firm.number)
        [told] = await case.source.organizations_by_id(everyone, [ident])
        expected = [] if told is not None and told.external_id is None and query.external_id else [ident]
        assert names(await walk(organizations(case, everyone, query), size=100)) == expected, name


async def test_staff_is_the_desks_by_id(case: Case, everyone: Scope) -> None:
    truth, staff = case.truth, case.desk.staff
    agents = await case.source.agents(everyone)
    active = {truth.user(one.number): one for one in staff.agents() if one.active}
    assert set(active) <= {one.remote_id for one in agents}
    assert [int(one.remote_id) for one in agents] == sorted(int(one.remote_id) for one in agents)
    groups = await case.source.groups(everyone)
    assert {one.remote_id: one.name for one in groups} == {truth.group(one.number): one.name for one in staff.groups()}
    members = await case.source.group_members(everyone)
    for group in staff.groups():
        expected = {truth.user(one) for one in group.members if truth.user(one) in active}
        assert expected <= set(members[truth.group(group.number)])
    products = await case.source.products(everyone)
    assert {one.remote_id: one.name for one in products} == {
        truth.product(one.number): one.name for one in staff.products()
    }
