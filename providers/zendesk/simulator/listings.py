"""The desk's lists as Listings: read at a place, after a row or before one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from providers.zendesk.simulator.paging import Key
from providers.zendesk.simulator.render import seconds
from sandbox.desk import Desk
from sandbox.listing import TicketQuery
from sandbox.records import AGENTS_END, Agent, Organization, Person, Ticket
from sandbox.shelf import By

User = Agent | Person
LISTED = frozenset({"verified", "unverified", "blocked"})
"""Deleted people are left out of lists; suspended ones are not (vendor's 'Users' page)."""


@dataclass(frozen=True)
class TicketListing:
    desk: Desk
    query: TicketQuery

    @property
    def total(self) -> int:
        return self.desk.tickets.count(self.query)

    def at(self, first: int, limit: int) -> Sequence[Ticket]:
        return self.desk.tickets.page(self.query, offset=first, limit=limit)

    def after(self, key: Key, limit: int) -> Sequence[Ticket]:
        return self.desk.tickets.page(self.query, after=key, limit=limit)

    def before(self, key: Key, limit: int) -> Sequence[Ticket]:
        turned = msgspec.structs.replace(self.query, descending=not self.query.descending)
        return list(self.desk.tickets.page(turned, after=key, limit=limit))[::-1]

    def key(self, row: Ticket) -> Key:
        return self.desk.tickets.key(row, query=self.query)


@dataclass(frozen=True)
class PeopleListing:
    """Agents have the lower numbers, so ordered by number they come first."""

    desk: Desk
    agents: Sequence[Agent]
    with_people: bool = True

    @property
    def total(self) -> int:
        return len(self.agents) + (self.desk.people.count(LISTED) if self.with_people else 0)

    def at(self, first: int, limit: int) -> Sequence[User]:
        found: list[User] = list(self.agents[first : first + limit])
        if self.with_people and len(found) < limit:
            place = max(0, first - len(self.agents))
            found += self.desk.people.page(states=LISTED, offset=place, limit=limit - len(found))
        return found

    def after(self, key: Key, limit: int) -> Sequence[User]:
        number = key[1]
        found: list[User] = list([agent for agent in self.agents if agent.number > number][:limit])
        if self.with_people and len(found) < limit:
            last = max(number, AGENTS_END - 1)
            found += self.desk.people.page(states=LISTED, after=(last, last), limit=limit - len(found))
        return found

    def before(self, key: Key, limit: int) -> Sequence[User]:
        number = key[1]
        found: list[User] = []
        if self.with_people and number > AGENTS_END:
            people = self.desk.people
            found += people.page(states=LISTED, after=(number, number), limit=limit, descending=True)[::-1]
        ahead = [agent for agent in self.agents if agent.number < number]
        return [*ahead[len(ahead) - max(0, limit - len(found)) :], *found]

    def key(self, row: User) -> Key:
        return (row.number, row.number)


@dataclass(frozen=True)
class OrganizationListing:
    desk: Desk

    @property
    def total(self) -> int:
        return self.desk.organizations.count()

    def at(self, first: int, limit: int) -> Sequence[Organization]:
        return self.desk.organizations.page(offset=first, limit=limit)

    def after(self, key: Key, limit: int) -> Sequence[Organization]:
        return self.desk.organizations.page(after=(key[1], key[1]), limit=limit)

    def before(self, key: Key, limit: int) -> Sequence[Organization]:
        return self.desk.organizations.page(after=(key[1], key[1]), limit=limit, descending=True)[::-1]

    def key(self, row: Organization) -> Key:
        return (row.number, row.number)


def users_since(desk: Desk, after: Key | None, since: int, limit: int) -> list[User]:
    """Agents and people of every state by the time of their last change."""
    by: By = "updated"
    start = after if after is not None else (since, -1)
    people = desk.people.page(by=by, after=start, limit=limit)
    agents = [agent for agent in desk.staff.agents() if (seconds(agent.updated), agent.number) > tuple(start)]
    merged: list[User] = [*people, *agents]
    return sorted(merged, key=lambda user: (seconds(user.updated), user.number))[:limit]
