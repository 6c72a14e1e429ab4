"""From a question to its plan: who asks, which helpdesks, which conditions, which order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from cachetools import LRUCache

from models.conditions import All, AnyOf, Condition, In, Not, Within
from models.enums import CountPrecision, Lifecycle
from models.queries import Scope
from models.records import Count
from runtime.clock import Clock
from storage import ranks
from storage.database import Database
from storage.mirror import counting, related
from storage.mirror.collecting import Collecting
from storage.mirror.custom_spans import Spreads, spans
from storage.mirror.custom_values import kind_of_values, spread
from storage.mirror.kinds import TICKET_LIST, Listed, custom_field
from storage.mirror.listing import Key, Listing
from storage.mirror.lists import Direct, has_few
from storage.mirror.lookups import kinds_of
from storage.mirror.lowering import Surroundings, conjuncts, lowered
from storage.mirror.orders import value_prefix
from storage.mirror.plans import Custom, Plan
from storage.mirror.predicates import NONE, one_of
from storage.mirror.scoping import seen_helpdesks
from storage.mirror.terms import Leaf, exactly
from storage.mirror.walking import Fetcher, Limits
from storage.tenants import Tenancy

PLANS = 1_024
BY_KEY = (Key("helpdesk", False), Key("num", False))
Sorting = Callable[[Sequence[str]], tuple[Key, ...]]


class Asking:
    """Of one tenant. Plans are kept by question, but for those that depend on the moment or on other records."""

    def __init__(self, database: Database, tenancy: Tenancy, clock: Clock, limits: Limits) -> None:
        self._limits = limits
        self._tenancy = tenancy
        self._clock = clock
        self._direct = Direct(database, tenancy.number)
        self._plans: LRUCache[Any, Plan | None] = LRUCache(PLANS)

    async def plan(
        self, listed: Listed, scope: Scope, helpdesks: Sequence[str], query: Any, *, backward: bool
    ) -> Plan | None:
        """None: nothing can fit."""
        spreads, custom = await self._values(listed, scope, helpdesks, query)
        key = _key(listed, scope, helpdesks, query, backward, custom, *spreads.items())
        if key is not None and key in self._plans:
            return self._plans[key]
        conditions, around = await self._understood(listed, scope, helpdesks, query, spreads)

        def sort(fixed: Sequence[str]) -> tuple[Key, ...]:
            keys = listed.sort(query, fixed)
            return tuple(one.turned() for one in keys) if backward else keys

        plan = self._planned(listed.listing, around, conditions, sort, custom)
        self._keep(key, plan, listed.all_conditions(query, helpdesks))
        return plan

    async def _values(
        self, listed: Listed, scope: Scope, helpdesks: Sequence[str], query: Any
    ) -> tuple[Spreads, Custom | None]:
        """Which values there are of the custom fields that a query speaks of."""
        if listed is not TICKET_LIST:
            return {}, None
        field, asked = custom_field(query), [] if query.where is None else list(spans(query.where))
        if field is None and not asked:
            return {}, None
        around = self._around(listed, scope, helpdesks, listed.all_conditions(query, helpdesks))
        custom = None if field is None else await self._custom(field, around)
        wanted = asked if custom is None else [*asked, custom.span]
        found = await spread(self._direct, self._tenancy.number, around.helpdesks, wanted, self._limits.values)
        if custom is not None and custom.span in found:
            custom = dataclasses.replace(custom, values=found[custom.span])
        return {span: found[span] for span in asked if span in found}, custom

    def _keep(self, key: Hashable, plan: Plan | None, asked: Sequence[Condition]) -> None:
        if key is not None and all(lasting(one) and not related.mentions(one) for one in asked):
            self._plans[key] = plan

    async def count(self, listed: Listed, scope: Scope, helpdesks: Sequence[str], query: Any) -> Count:
        asked = listed.all_conditions(query, helpdesks)
        if listed is TICKET_LIST and scope.organizations is None and counting.is_kept(asked):
            around = self._around(listed, scope, helpdesks, asked)
            default = not any(tells_lifecycle(one) for one in asked)
            return await counting.from_counts(self._direct, around, asked, default=default)
        spreads, _ = await self._values(listed, scope, helpdesks, query)
        key = _key(listed, scope, helpdesks, query, None, *spreads.items())
        if key is None or key not in self._plans:
            conditions, around = await self._understood(listed, scope, helpdesks, query, spreads)
            plan = self._planned(listed.listing, around, conditions, lambda fixed: listed.listing.by_default)
            self._keep(key, plan, asked)
        else:
            plan = self._plans[key]
        if plan is None:
            return Count(value=0, precision=CountPrecision.EXACT)
        return await counting.of_plan(self._direct, plan)

    async def leaves(
        self, listed: Listed, scope: Scope, helpdesks: Sequence[str], query: Any
    ) -> tuple[list[Leaf], Surroundings]:
        """What a question comes to, for those who do not list but count by themselves."""
        spreads, _ = await self._values(listed, scope, helpdesks, query)
        conditions, around = await self._understood(listed, scope, helpdesks, query, spreads)
        return self._leaves(listed.listing, around, conditions), around

    async def _understood(
        self, listed: Listed, scope: Scope, helpdesks: Sequence[str], query: Any, spreads: Spreads
    ) -> tuple[list[Condition], Surroundings]:
        """The conditions, links resolved, and the caller's own; the helpdesks that are left."""
        asked = listed.all_conditions(query, helpdesks)
        around = self._around(listed, scope, helpdesks, asked, spreads)
        resolving = related.Resolving(self._direct, scope, around, self._numbers)
        told = [await resolving.resolved(one) if related.mentions(one) else one for one in asked]
        return listed.settled([*told, *listed.seen(scope, seen_helpdesks(scope, helpdesks))]), around

    def _around(
        self,
        listed: Listed,
        scope: Scope,
        helpdesks: Sequence[str],
        conditions: Sequence[Condition],
        spreads: Spreads | None = None,
    ) -> Surroundings:
        known = self._tenancy.helpdesks
        numbers = [known[key] for key in seen_helpdesks(scope, helpdesks) if key in known]
        whole = Surroundings(self._tenancy, numbers, self._clock.now())
        for condition in conditions:
            for part in conjuncts(condition, listed.listing.fields):
                match part:
                    case In(field="helpdesk", values=values):
                        numbers = [one for one in numbers if one in whole.numbers(values)]
                    case Not(part=In(field="helpdesk", values=values)):
                        numbers = [one for one in numbers if one not in whole.numbers(values)]
        return Surroundings(self._tenancy, sorted(set(numbers)), whole.now, spreads)

    async def _custom(self, field: str, around: Surroundings) -> Custom:
        kinds = await kinds_of(self._direct, self._tenancy.number, around.helpdesks, field)
        if kinds:
            return Custom(field, value_prefix(kinds), around.helpdesks)
        prefix = await kind_of_values(self._direct, self._tenancy.number, around.helpdesks, field)
        return Custom(field, prefix, around.helpdesks)

    def _planned(
        self,
        listing: Listing,
        around: Surroundings,
        conditions: Sequence[Condition],
        sorting: Sorting,
        custom: Custom | None = None,
    ) -> Plan | None:
        leaves = self._leaves(listing, around, conditions)
        if not around.helpdesks or any(leaf.maybe is NONE for leaf in leaves):
            return None
        return Plan(listing, tuple(leaves), sorting(single(leaves)), self._tenancy.number, custom, self._limits)

    def _leaves(self, listing: Listing, around: Surroundings, conditions: Sequence[Condition]) -> list[Leaf]:
        parts = [part for one in conditions for part in conjuncts(one, listing.fields)]
        leaves = [_fixed("shown", shown_values(parts))]
        if set(around.helpdesks) != set(self._tenancy.helpdesks.values()):
            leaves.append(_fixed("helpdesk", around.helpdesks))
        return leaves + [lowered(part, listing.fields, around) for part in parts if not _of_helpdesk(part)]

    async def _numbers(
        self, session: Fetcher, listing: Listing, conditions: Sequence[Condition], around: Surroundings
    ) -> list[tuple[int, int]] | None:
        """The records that fit, when an index finds them and they are few."""
        plan = self._planned(listing, around, conditions, lambda fixed: BY_KEY)
        if plan is None:
            return []
        for path in plan.candidates:
            if await has_few(session, plan, path):
                reader = Collecting(session, plan.of_few(path), BY_KEY)
                found = await reader.few(path, None, False, self._limits.few + 1)
                return [(row[0], row[1]) for row in found.rows]
        return None


def _key(
    listed: Listed, scope: Scope, helpdesks: Sequence[str], query: Any, backward: bool | None, *further: Any
) -> Hashable:
    """None for what cannot be kept. `backward` None: to be counted. `further`: what else the plan depends on."""
    bound = None if scope.organizations is None else frozenset(scope.organizations.items())
    key = (listed.listing.name, tuple(helpdesks), bound, query, backward, further)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _fixed(column: str, values: Sequence[int]) -> Leaf:
    return exactly(one_of(column, values)).found_by((column,), [(value,) for value in values])


def _of_helpdesk(condition: Condition) -> bool:
    """Which `_around` has taken into account."""
    inner = condition.part if isinstance(condition, Not) else condition
    return isinstance(inner, In) and inner.field == "helpdesk"


def single(leaves: Iterable[Leaf]) -> list[str]:
    """Columns of which only one value is asked for."""
    fixes = [leaf.fix for leaf in leaves if leaf.fix is not None and leaf.fix.table is None]
    return [fix.columns[0] for fix in fixes if len(fix.columns) == 1 and len(fix.values) == 1]


def shown_values(parts: Sequence[Condition]) -> tuple[int, ...]:
    """Without a word about the lifecycle: what is in use, and what was archived."""
    if not any(tells_lifecycle(part) for part in parts):
        return (1,)
    values = {0, 1}
    for part in parts:
        if isinstance(part, In) and part.field == "lifecycle":
            values &= {ranks.shown(Lifecycle(value)) for value in part.values if value in tuple(Lifecycle)}
    return tuple(sorted(values, reverse=True))


def tells_lifecycle(condition: Condition) -> bool:
    match condition:
        case In(field="lifecycle"):
            return True
        case All(parts=parts) | AnyOf(parts=parts):
            return any(tells_lifecycle(part) for part in parts)
        case Not(part=part):
            return tells_lifecycle(part)
    return False


def lasting(condition: Condition) -> bool:
    """Whether it means the same whenever it is asked."""
    match condition:
        case Within():
            return False
        case All(parts=parts) | AnyOf(parts=parts):
            return all(lasting(part) for part in parts)
        case Not(part=part):
            return lasting(part)
    inner = getattr(condition, "test", None) or getattr(condition, "condition", None)
    return inner is None or lasting(inner)
