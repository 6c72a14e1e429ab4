"""Reading organizations, groups and memberships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from providers.zendesk.simulator import errors, ids, organizations, sideloads, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.listings import LISTED, OrganizationListing
from providers.zendesk.simulator.paging import Key, Rows, page
from providers.zendesk.simulator.render import count_answer, distinct
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.user_reads import known as known_user
from providers.zendesk.simulator.user_reads import number_key
from sandbox.listing import TicketQuery
from sandbox.records import AGENTS_END, Organization, Person

routes = Routes()


def known(call: Call) -> Organization:
    number = ids.ORGANIZATION.number(call.id())
    organization = call.account.desk.organizations.get(number) if number else None
    if organization is None or organization.deleted:
        raise errors.not_found()
    return organization


def organizations_page(call: Call, rows: Sequence[Organization]) -> dict[str, Any]:
    shown = [organizations.shown(call, row) for row in rows]
    if "abilities" in sideloads.check(call, frozenset({"abilities"})):
        for row in shown:
            row["abilities"] = {"can_edit": True}
    return {"organizations": shown}


def _few(call: Call, rows: Sequence[Organization], *, only_offset: bool = False) -> Answer:
    listing = Rows.sorted(list(rows), number_key)
    return Answer(
        page(call, "organizations", listing, render=partial(organizations_page, call), only_offset=only_offset)
    )


@routes.on("GET", "/api/v2/organizations", resource="organizations")
def list_organizations(call: Call) -> Answer:
    """Restricted agents get a 403 ('Organizations' page)."""
    agent = call.account.desk.staff.agent(call.principal.user or 0)
    if agent is not None and agent.role != "admin" and agent.scope != "all":
        raise errors.no_access()
    listing = OrganizationListing(call.account.desk)
    return Answer(page(call, "organizations", listing, render=partial(organizations_page, call)))


@routes.on("GET", "/api/v2/organizations/count", resource="organizations")
def count_organizations(call: Call) -> Answer:
    return Answer(count_answer(call.account.desk.organizations.count(), call.account.clock.now()))


@routes.on("GET", "/api/v2/organizations/show_many", resource="organizations")
def show_many(call: Call) -> Answer:
    desk = call.account.desk
    if "external_ids" in call.query:
        found = [by_external(call, word) for word in call.query["external_ids"].split(",")[:100]]
    else:
        found = [desk.organizations.get(number) for id in call.ids() if (number := ids.ORGANIZATION.number(id))]
    rows = list({row.number: row for row in found if row is not None and not row.deleted}.values())
    rows.sort(key=lambda row: row.number * 2_654_435_761 % 2**32)
    return Answer(organizations_page(call, rows) | {"count": len(rows), "next_page": None, "previous_page": None})


def by_external(call: Call, word: str) -> Organization | None:
    """Base ones carry their number in it."""
    desk, tail = call.account.desk, word.rpartition("-")[2]
    near = desk.organizations.get(int(tail)) if tail.isdecimal() else None
    written = desk.organizations.shelf.written.values()
    every = [near, *written] if near else list(written)
    return next((row for row in every if (row.external_id or "").casefold() == word.casefold()), None)


@routes.on("GET", "/api/v2/organizations/search", resource="organizations")
def search_organizations(call: Call) -> Answer:
    """Exact, case-insensitive, by name or external id."""
    if external := call.query.get("external_id"):
        found = by_external(call, external)
    elif name := call.query.get("name"):
        found = call.account.desk.organizations.by_name(name)
    else:
        raise errors.missing_parameter("name")
    return _few(call, [found] if found and not found.deleted else [])


@routes.on("GET", "/api/v2/organizations/autocomplete", resource="organizations")
def autocomplete_organizations(call: Call) -> Answer:
    return _few(call, call.account.desk.organizations.find(call.query.get("name", "")), only_offset=True)


@routes.on("GET", "/api/v2/organizations/{id}", resource="organizations")
def show_organization(call: Call) -> Answer:
    return Answer({"organization": organizations.shown(call, known(call))})


@routes.on("GET", "/api/v2/organizations/{id}/related", resource="organizations")
def related(call: Call) -> Answer:
    found, desk = known(call), call.account.desk
    counts = {
        "tickets_count": desk.tickets.count(TicketQuery(order="number", organization=found.number)),
        "users_count": sum(person.state != "deleted" for person in desk.people.of_organization(found.number)),
    }
    return Answer({"organization_related": counts})


@routes.on("GET", "/api/v2/users/{id}/organizations", resource="organizations")
def organizations_of_user(call: Call) -> Answer:
    user = known_user(call)
    numbers = user.organizations if isinstance(user, Person) else ()
    found = call.account.desk.organizations.many(numbers)
    return _few(call, [row for row in found.values() if not row.deleted])


# -- organization memberships

Row = dict[str, Any]


@dataclass(frozen=True)
class MembershipListing:
    """Everybody's memberships, person after person."""

    call: Call

    @property
    def total(self) -> int:
        people = self.call.account.desk.people.count(LISTED)
        return sum(1 for _ in self._from(0)) if people < 3000 else people * 3 // 4

    def _from(self, number: int) -> Iterator[Row]:
        last = max(number, AGENTS_END) - 1
        while rows := self.call.account.desk.people.page(states=LISTED, after=(last, last), limit=200):
            for person in rows:
                yield from organizations.memberships(self.call, person)
            last = rows[-1].number

    def at(self, first: int, limit: int) -> Sequence[Row]:
        return list(islice(self._from(0), first, first + limit))

    def after(self, key: Key, limit: int) -> Sequence[Row]:
        person = (ids.ORGANIZATION_MEMBERSHIP.number(key[1]) or 0) // organizations.PLACES
        return list(islice((row for row in self._from(person) if row["id"] > key[1]), limit))

    def before(self, key: Key, limit: int) -> Sequence[Row]:
        person = (ids.ORGANIZATION_MEMBERSHIP.number(key[1]) or 0) // organizations.PLACES
        rows = (row for row in self._from(max(AGENTS_END, person - 3 * limit)) if row["id"] < key[1])
        ahead = list(islice(rows, 4 * limit))
        return ahead[-limit:]

    def key(self, row: Row) -> Key:
        return (row["id"], row["id"])


def _memberships_page(call: Call, rows: Sequence[Row]) -> dict[str, Any]:
    found: dict[str, Any] = {"organization_memberships": list(rows)}
    asked = sideloads.check(call, frozenset({"users", "organizations"}))
    if "users" in asked:
        found["users"] = users.many(call, distinct(ids.USER.number(row["user_id"]) for row in rows))
    if "organizations" in asked:
        numbers = distinct(ids.ORGANIZATION.number(row["organization_id"]) for row in rows)
        found["organizations"] = organizations.many(call, numbers)
    return found


def _memberships(call: Call, rows: list[Row]) -> Answer:
    listing = Rows(rows, lambda row: (row["id"], row["id"]))
    return Answer(page(call, "organization_memberships", listing, render=partial(_memberships_page, call)))


@routes.on("GET", "/api/v2/organization_memberships", resource="users")
def list_memberships(call: Call) -> Answer:
    return Answer(
        page(call, "organization_memberships", MembershipListing(call), render=partial(_memberships_page, call))
    )


@routes.on("GET", "/api/v2/users/{id}/organization_memberships", resource="users")
def memberships_of_user(call: Call) -> Answer:
    user = known_user(call)
    return _memberships(call, organizations.memberships(call, user) if isinstance(user, Person) else [])


@routes.on("GET", "/api/v2/organizations/{id}/organization_memberships", resource="organizations")
def memberships_of_organization(call: Call) -> Answer:
    found = known(call)
    people = call.account.desk.people.of_organization(found.number)
    rows = [row for person in people for row in organizations.memberships(call, person)]
    return _memberships(call, [row for row in rows if row["organization_id"] == call.id()])


@routes.on("GET", "/api/v2/organization_memberships/{id}", resource="users")
def show_membership(call: Call) -> Answer:
    number = ids.ORGANIZATION_MEMBERSHIP.number(call.id())
    user = call.account.desk.user(number // organizations.PLACES) if number else None
    rows = organizations.memberships(call, user) if isinstance(user, Person) else []
    found = next((row for row in rows if row["id"] == call.id()), None)
    if found is None:
        raise errors.not_found()
    return Answer({"organization_membership": found})
