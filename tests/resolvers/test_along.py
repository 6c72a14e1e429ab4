"""Organizations that ticket rows bring along are not asked for again behind the tickets' requesters."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from models.enums import Vendor
from models.queries import Scope
from models.records import Organization, Ticket
from tests.resolvers.desk import Desk, make_context, two_desks
from tests.schema.asking import ask

PEOPLE = ["100", "101", "102"]


def query(selected: str) -> str:
    return f"{{ tickets(first: 40) {{ nodes {{ id {selected} }} }} }}"


def owned_by(desk: Desk, organization: str | None) -> None:
    desk.rows = [msgspec.structs.replace(row, organization_id=organization) for row in desk.rows]


def organizations(data: dict[str, dict[str, list[dict[str, dict[str, dict[str, str] | None]]]]]) -> list[str | None]:
    found = [node["requester"]["organization"] for node in data["tickets"]["nodes"]]
    return [one["name"] if one else None for one in found]


async def test_one_list_and_one_get_per_person_and_nothing_for_what_came_along() -> None:
    desks = two_desks(count=30, batch=1)
    answer = await ask(desks, query("requester { name organization { __typename id name } }"))
    assert not answer.errors and organizations(answer.data) == ["Org 401"] * 40
    for desk in desks.values():
        assert [page.wants for _, page in desk.asked("tickets")] == [{"organization"}]
        assert sorted(ids for (ids,) in desk.asked("contacts_by_id")) == PEOPLE
        assert {name for name, _ in desk.calls} == {"tickets", "contacts_by_id"}


@pytest.mark.parametrize("owner", ["402", None])
async def test_an_organization_that_no_row_has_is_one_get_for_all_its_people(owner: str | None) -> None:
    desks = two_desks(count=30, batch=1)
    for desk in desks.values():
        owned_by(desk, owner)
    answer = await ask(desks, query("requester { organization { name } }"))
    assert not answer.errors and organizations(answer.data) == ["Org 401"] * 40
    for desk in desks.values():
        assert desk.asked("organizations_by_id") == [("401",)]
        assert sorted(ids for (ids,) in desk.asked("contacts_by_id")) == PEOPLE


@pytest.mark.parametrize(
    "selected",
    [
        "requester { organization { name notes } }",
        "requester { organization { name } } organization { name notes }",
    ],
    ids=["more than rows embed", "the tickets' own are read whole anyway"],
)
async def test_rows_are_not_asked_for_what_will_not_be_used(selected: str) -> None:
    desks = two_desks(count=30)
    answer = await ask(desks, query(selected))
    assert not answer.errors and organizations(answer.data) == ["Org 401"] * 40
    for desk in desks.values():
        assert [page.wants for _, page in desk.asked("tickets")] == [frozenset()]
        assert desk.asked("organizations_by_id") == [("401",)]


async def test_a_row_that_came_for_the_tickets_answers_fewer_fields_only() -> None:
    """Two places ask for different fields: each is answered by what suffices there."""
    desks = two_desks(count=30)
    answer = await ask(desks, query("organization { name } requester { organization { name notes } }"))
    assert not answer.errors and organizations(answer.data) == ["Org 401"] * 40
    for desk in desks.values():
        assert [page.wants for _, page in desk.asked("tickets")] == [{"organization"}]
        assert desk.asked("organizations_by_id") == [("401",)]


class Careless(Desk):
    """Embeds an organization the caller is not bound to; by id it is careful."""

    def listed(self, ticket: Ticket, wants: frozenset[str]) -> Ticket:
        row = super().listed(ticket, wants)
        return msgspec.structs.replace(row, organization=self.organization("401", embedded=True))

    async def organizations_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Organization | None]:
        found = await super().organizations_by_id(scope, ids)
        return [one if one and scope.sees_organization(self.info.key, one.remote_id) else None for one in found]


@pytest.mark.parametrize(
    ("bound", "shown"),
    [(None, "Org 401"), ({"fd": frozenset({"401", "402"})}, "Org 401"), ({"fd": frozenset({"402"})}, None)],
    ids=["sees all", "bound to both", "bound to another"],
)
async def test_a_bound_caller_sees_no_organization_of_others_this_way(
    bound: dict[str, frozenset[str]] | None, shown: str | None
) -> None:
    desks = {"fd": Careless("fd", Vendor.FRESHDESK)}
    owned_by(desks["fd"], "402")
    context = make_context(desks, scope=Scope(tenant="t", organizations=bound))
    answer = await ask(desks, query("requester { organization { name } }"), context=context)
    assert not answer.errors and organizations(answer.data) == [shown] * 5
    assert desks["fd"].asked("organizations_by_id") == ([] if shown else [("401",)])
