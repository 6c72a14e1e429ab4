"""Conditions on linked records: which records these are while they are few, else they are looked up row by row."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from sqlalchemy import bindparam, select

from models.conditions import All, AnyOf, Condition, IdIn, Not, Related, both, nodes
from models.errors import BadInput, Unsupported
from models.queries import Scope
from storage.mirror import scoping
from storage.mirror.building import kept, tested
from storage.mirror.listing import CONTACTS, ORGANIZATIONS, Listing
from storage.mirror.lowering import Linked, Surroundings, lowered
from storage.mirror.people_fields import AGENT_FIELDS
from storage.mirror.walking import Fetcher, values_of
from storage.tables.people import agents

Pairs = Sequence[tuple[int, int]]


class Numbers(Protocol):
    """The records of a listing that fit, when they are few and an index finds them."""

    def __call__(
        self, session: Fetcher, listing: Listing, conditions: Sequence[Condition], around: Surroundings
    ) -> Awaitable[Pairs | None]: ...


def mentions(condition: Condition) -> bool:
    return any(isinstance(node, Related) for node in nodes(condition))


class Resolving:
    """One question's links. `numbers` looks records up as the caller may see them."""

    def __init__(self, session: Fetcher, scope: Scope, around: Surroundings, numbers: Numbers) -> None:
        self._session = session
        self._scope = scope
        self._around = around
        self._numbers = numbers

    async def resolved(self, condition: Condition) -> Condition:
        """The same with `Related` gone wherever its records are few."""
        match condition:
            case All(parts=parts):
                return both([await self.resolved(part) for part in parts])
            case AnyOf(parts=parts):
                return AnyOf(tuple([await self.resolved(part) for part in parts]))
            case Not(part=part):
                return Not(await self.resolved(part))
            case Related(link=link, condition=IdIn(field="id", ids=ids)):
                return IdIn(link, ids)
            case Related(link="requester", condition=inner):
                return await self._requester(inner)
            case Related(link="organization", condition=inner):
                return await self._linked("organization", ORGANIZATIONS, inner)
            case Related(link="assignee", condition=inner):
                return await self._assignee(inner)
        return condition

    async def _requester(self, inner: Condition) -> Condition:
        known = await self.resolved(inner)
        found = await self._linked("requester", CONTACTS, known)
        if isinstance(found, Linked) and self._scope.organizations is None:
            staff = await self._agents(known)
            return Linked("requester", (), numbers=(*found.numbers, *staff))
        return found

    async def _linked(self, link: str, listing: Listing, inner: Condition) -> Condition:
        helpdesks = [self._around.tenancy.keys[number] for number in self._around.helpdesks]
        field = "id" if listing is ORGANIZATIONS else "organization"
        seen = scoping.bound_to(self._scope, helpdesks, field)
        numbers = await self._numbers(self._session, listing, (inner, *seen), self._around)
        if numbers is not None:
            return Linked(link, (), numbers=tuple(numbers))
        return Related(link, both((inner, *seen)))

    async def _assignee(self, inner: Condition) -> Condition:
        return Linked("assignee", (), numbers=tuple(await self._agents(inner, refuse=True)))

    async def _agents(self, condition: Condition, *, refuse: bool = False) -> Pairs:
        """Agents are few. As requesters they are found by what an agent has, too."""
        try:
            leaf = lowered(condition, AGENT_FIELDS, self._around)
        except (BadInput, Unsupported):
            if refuse:
                raise
            return ()

        def build() -> Any:
            test = tested(agents, leaf.maybe)
            rows = select(agents.c.helpdesk, agents.c.num).where(agents.c.tenant == bindparam("tenant"))
            return rows if test is None else rows.where(test)

        values = values_of(leaf.maybe, (), self._around.tenancy.number)
        rows = await self._session.fetch(kept(("agents", leaf.maybe.shape), build), values)
        return [(row[0], row[1]) for row in rows if row[0] in self._around.helpdesks]
