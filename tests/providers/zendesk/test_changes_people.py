"""The streams of contacts, memberships, agents, groups and fields, read from the vendor's face."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from models.enums import ContactState, DetailLevel, Kind, Lifecycle
from models.errors import Unreadable
from models.queries import Scope
from models.records import Contact
from providers.zendesk.simulator import ids
from sandbox.records import AGENTS_END

SCOPE = Scope(tenant="t")


def user(number: int) -> str:
    return str(ids.USER.id(number))


def company(number: int) -> str:
    return str(ids.ORGANIZATION.id(number))


def people(town: Any) -> dict[str, Any]:
    return {user(person.number): person for person in town.desk.people.page(limit=10_000)}


async def follow(town: Any, stream: str, copy: Any) -> Any:
    town.later()
    return await town.read(stream, copy)


async def test_everybody_is_a_contact_with_all_their_organizations(town: Any) -> None:
    here = town(1_500)
    here.switch(export_page_most=100)
    copy = await here.read("contacts")
    truth = people(here)
    staff = {user(agent.number) for agent in here.desk.staff.agents()}
    assert set(copy.records) == set(truth) | staff
    assert copy.unread == [] and copy.gone == {}
    for ident, person in truth.items():
        record = copy.records[ident]
        assert record.organization_ids == tuple(company(number) for number in person.organizations)
        assert record.organization_id == (company(person.organization) if person.organization else None)
        assert (record.name, record.email) == (person.name, person.email)
        assert (record.lifecycle is Lifecycle.DELETED) == (person.state == "deleted")
        assert (record.state is ContactState.BLOCKED) == (person.state == "blocked")
    assert any(len(person.organizations) > 1 for person in truth.values())
    assert {record.raw["role"] for ident, record in copy.records.items() if ident in staff} == {"agent", "admin"}
    assert copy.batches[0].expected == len([p for p in truth.values() if p.state != "deleted"]) + len(
        [agent for agent in here.desk.staff.agents() if agent.active]
    )


async def test_a_row_is_what_the_live_read_shows(town: Any) -> None:
    """But for organizations beside the default one, which the live read tells elsewhere."""
    here = town(300)
    copy = await here.read("contacts")
    for found in await here.provider.contacts_by_id(SCOPE, list(copy.records)):
        assert isinstance(found, Contact)
        mine = copy.records[found.remote_id]
        alike = {"as_of": mine.as_of, "organization_ids": mine.organization_ids, "detail": mine.detail}
        assert msgspec.structs.replace(found, **alike) == mine


async def test_the_sweep_follows_the_first_export_and_can_be_resumed(town: Any) -> None:
    here = town(1_500)
    copy = await here.read("contacts")
    swept = [line for line in here.calls if line.startswith("GET /organization_memberships?")]
    assert len(swept) > 1
    half = next(b for b in copy.batches if (msgspec.json.decode(b.checkpoint).get("sweep") or {}).get("after"))
    other, at, again = here.again(), half.checkpoint, type(copy)(checkpoint=half.checkpoint)
    while True:
        batch = await here.batch("contacts", at, other)
        again.take(batch)
        at = batch.checkpoint
        if not batch.more:
            break
    assert at == copy.checkpoint
    assert 0 < len(again.records) <= len(copy.records)
    assert all(copy.records[ident].organization_ids == r.organization_ids for ident, r in again.records.items())
    assert [b.watermark for b in copy.batches if b.more] == [None] * (len(copy.batches) - 1)
    assert copy.batches[-1].watermark is not None


async def test_people_who_change_are_looked_up_at_once(town: Any) -> None:
    here = town(300)
    copy = await here.read("contacts")
    person = next(p for p in people(here).values() if len(p.organizations) == 1 and p.state == "verified")
    other = next(n for n in range(1, 40) if n not in person.organizations and here.desk.organizations.get(n))
    here.desk.people.update(person.number, organizations=(*person.organizations, other))
    await follow(here, "contacts", copy)
    record = copy.records[user(person.number)]
    assert record.organization_ids == (company(person.organizations[0]), company(other))
    assert record.detail is DetailLevel.FULL
    here.desk.people.update(person.number, organizations=person.organizations)
    await follow(here, "contacts", copy)
    assert copy.records[user(person.number)].organization_ids == (company(person.organizations[0]),)
    calls = [line for line in here.calls if "/organization_memberships" in line and line.startswith("GET /users/")]
    assert len(calls) == len({user(p.number) for p in people(here).values() if len(p.organizations) > 1}) + 2


async def test_when_very_many_change_the_daily_sweep_finds_their_organizations(town: Any) -> None:
    here = town(1_500)
    copy = await here.read("contacts")
    crowd = [p for p in people(here).values() if p.organization and p.state != "deleted"]
    assert len(crowd) > 120
    for person in crowd:
        here.desk.people.update(person.number, notes="Moved")
    await follow(here, "contacts", copy)
    assert copy.batches[-1].rows == len(crowd)
    listed = [r for r in copy.batches[-1].records if r.detail is DetailLevel.LISTED]
    assert len(listed) == len(crowd) - 100
    assert all(r.organization_ids == (r.organization_id,) for r in listed)
    daily = await here.read("memberships")
    for record in daily.records.values():
        assert record.detail is DetailLevel.FULL and len(record.organization_ids) > 1
    several = {i for i, p in people(here).items() if len(p.organizations) > 1 and p.state != "deleted"}
    assert set(daily.records) == several
    again = await here.read("memberships", type(daily)(checkpoint=daily.checkpoint))
    assert set(again.records) == several, "a checkpoint of a finished sweep begins the next one"


async def test_accounts_of_one_organization_each_are_not_swept(town: Any) -> None:
    here = town(300)
    here.switch(multiple_organizations=False)
    copy = await here.read("contacts")
    assert {record.detail for record in copy.records.values()} == {DetailLevel.FULL}
    daily = await here.read("memberships")
    assert daily.shown == 0
    assert not [line for line in here.calls if "memberships" in line]


@pytest.mark.parametrize(
    ("settings", "status", "swept"),
    [
        ({"settings": {"user": {"multiple_organizations": False}}}, 200, False),
        ({"settings": {"user": {"multiple_organizations": True}}}, 200, True),
        ({"settings": {}}, 200, True),
        ({"error": "Forbidden"}, 403, True),
        ({"error": "RecordNotFound"}, 404, True),
    ],
)
async def test_in_doubt_people_may_belong_to_several_organizations(
    zendesk: Any, script: Any, page_of: Any, settings: Any, status: int, swept: bool
) -> None:
    person = {"id": 7, "role": "end-user", "organization_id": 5}
    both = [
        {"id": 1, "user_id": 7, "organization_id": 6},
        {"id": 2, "user_id": 7, "organization_id": 5, "default": True},
    ]
    script.on("/account/settings", settings, status=status)
    script.on("/users/count", {"count": {"value": 1}})
    script.on("/incremental/users/cursor", {"users": [person], "after_cursor": "a", "end_of_stream": True})
    script.on("/organization_memberships", page_of("organization_memberships", both, users=[person]))
    script.on("/users/7/organization_memberships", page_of("organization_memberships", both))
    first = await zendesk.changes("contacts", None)
    assert first.more is swept
    if swept:
        (record,) = (await zendesk.changes("contacts", first.checkpoint)).records
        assert record.organization_ids == ("5", "6"), "the default one first"


async def test_deleted_blocked_and_erased_people(town: Any) -> None:
    here = town(300)
    copy = await here.read("contacts")
    person, other = [p for p in people(here).values() if p.state == "verified" and p.email][:2]
    here.desk.people.delete(person.number)
    here.desk.people.update(other.number, state="blocked")
    await follow(here, "contacts", copy)
    record = copy.records[user(person.number)]
    assert (record.lifecycle, record.name) == (Lifecycle.DELETED, person.name)
    assert copy.records[user(other.number)].state is ContactState.BLOCKED
    here.face.account.erased.add(person.number)
    here.desk.people.update(person.number, name="Permanently Deleted User", email=None, phone=None)
    await follow(here, "contacts", copy)
    assert copy.gone[user(person.number)].lifecycle is Lifecycle.PURGED
    assert user(person.number) not in copy.records


async def test_an_unreadable_person_and_an_unreadable_membership(town: Any) -> None:
    here = town(300)
    truth = people(here)
    several = next(p for p in truth.values() if len(p.organizations) > 1 and p.state != "deleted")
    one = next(p for p in truth.values() if p.state == "verified" and p.number != several.number)
    first = str(ids.ORGANIZATION_MEMBERSHIP.id(several.number * 16))
    here.switch(
        spoilt={
            "users": {user(one.number): {"tags": "none"}},
            "organization_memberships": {first: {"default": "perhaps"}},
        }
    )
    copy = await here.read("contacts")
    assert {row.remote_id for row in copy.unread} == {user(one.number), user(several.number)}
    assert {row.kind for row in copy.unread} == {Kind.CONTACT}
    assert user(one.number) not in copy.records
    assert copy.records[user(several.number)].organization_ids == (company(several.organization),)
    assert len(copy.records) == len(truth) + len(here.desk.staff.agents()) - 1


async def test_agents_are_read_whole(town: Any) -> None:
    here = town(30)
    copy = await here.read("agents")
    live = {agent.remote_id: agent for agent in await here.provider.agents(SCOPE)}
    assert set(copy.records) == set(live)
    assert all(msgspec.structs.replace(live[i], as_of=r.as_of) == r for i, r in copy.records.items())
    (batch,) = copy.batches
    assert batch.pass_ended and not batch.more and batch.watermark is not None
    again = await here.batch("agents", batch.checkpoint)
    assert len(again.records) == len(live) and again.pass_ended


async def test_a_pass_of_many_pages_goes_on_from_its_checkpoint(zendesk: Any, script: Any, page_of: Any) -> None:
    def rows(first: int) -> list[dict[str, Any]]:
        return [{"id": n, "role": "agent", "name": f"A{n}"} for n in range(first, first + 3)]

    script.on("/users", page_of("users", rows(1), "p2"), page_of("users", rows(4), "p3"), page_of("users", rows(7)))
    shown, checkpoint, batches = [], None, []
    for _ in range(3):
        batch = await zendesk.changes("agents", checkpoint)
        checkpoint = batch.checkpoint
        shown += [r.remote_id for r in batch.records]
        batches.append(batch)
    assert shown == [str(n) for n in range(1, 10)]
    assert [b.pass_ended for b in batches] == [False, False, True]
    assert [b.more for b in batches] == [True, True, False]
    asked = [request.url.params.get("page[after]") for request in script.requests]
    assert asked == [None, "p2", "p3"]


async def test_a_pass_that_stands_still_is_found_out(zendesk: Any, script: Any, page_of: Any) -> None:
    script.on("/users", page_of("users", [{"id": 1, "role": "agent"}], "p2"))
    first = await zendesk.changes("agents", None)
    with pytest.raises(Unreadable) as caught:
        await zendesk.changes("agents", first.checkpoint)
    assert caught.value.where == "$.meta.after_cursor"


async def test_a_pass_with_a_nameless_row_does_not_say_who_is_gone(zendesk: Any, script: Any, page_of: Any) -> None:
    good, bad = {"id": 1, "role": "agent"}, {"id": None, "role": "agent"}
    script.on("/users", page_of("users", [good, bad], "p2"), page_of("users", [{**good, "id": 2}]))
    first = await zendesk.changes("agents", None)
    last = await zendesk.changes("agents", first.checkpoint)
    assert [row.remote_id for row in first.unreadable] == [None]
    assert (last.more, last.pass_ended) == (False, False)
    script.on("/users", page_of("users", [good, {"id": 9, "role": ["agent"]}]))
    named = await zendesk.changes("agents", last.checkpoint)
    assert [row.remote_id for row in named.unreadable] == ["9"]
    assert named.pass_ended, "it says which record it is, so it is not gone"


async def test_groups_and_who_is_in_them(town: Any) -> None:
    here = town(30)
    copy = await here.read("groups")
    assert set(copy.records) == {group.remote_id for group in await here.provider.groups(SCOPE)}
    assert dict(copy.catalogues["group_members"]) == await here.provider.group_members(SCOPE)
    assert copy.batches[-1].pass_ended


async def test_fields_statuses_and_brands_are_the_live_lookups(town: Any) -> None:
    here = town(30)
    copy = await here.read("fields")
    assert copy.catalogues["fields"] == tuple(await here.provider.ticket_fields(SCOPE))
    assert copy.catalogues["statuses"] == tuple(await here.provider.statuses(SCOPE))
    assert copy.catalogues["products"] == tuple(await here.provider.products(SCOPE))
    assert (await here.batch("fields", copy.checkpoint)).catalogues == copy.batches[0].catalogues


async def test_a_field_that_cannot_be_read_is_left_out(town: Any) -> None:
    here = town(30)
    whole = (await here.read("fields")).catalogues["fields"]
    here.switch(spoilt={"ticket_fields": {whole[2].key: {"title": 7.5}}, "brands": {"*": {}}})
    copy = await here.read("fields")
    assert copy.catalogues["fields"] == (*whole[:2], *whole[3:])
    assert [(row.kind, row.remote_id) for row in copy.unread] == [(Kind.HELPDESK, whole[2].key)]


async def test_an_account_without_own_statuses(zendesk: Any, script: Any, page_of: Any) -> None:
    script.on("/ticket_fields", {"ticket_fields": []})
    script.on("/brands", page_of("brands", []))
    script.on("/custom_statuses", {"error": "x"}, status=403)
    batch = await zendesk.changes("fields", None)
    assert [status.value for status in batch.catalogues["statuses"]][-1] == "closed"
    assert len(batch.catalogues["statuses"]) == 6


def test_agents_and_people_have_one_range_of_ids() -> None:
    assert ids.USER.number(int(user(AGENTS_END))) == AGENTS_END
