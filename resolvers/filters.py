"""A caller's filter, turned into what each helpdesk can be asked.

Ids in a filter are global, so each belongs to one helpdesk. A helpdesk that none of them belongs to has no match: it is
left out (`SKIPPED`), not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from models.enums import Kind
from models.errors import BadInput, Unsupported
from models.ids import GlobalId, decode_kind
from models.queries import ArticleQuery, ContactQuery, OrganizationQuery, TicketFilter, TicketOrder, TimeRange

Q = TypeVar("Q", bound=msgspec.Struct)


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which helpdesks take part: all of them, or `only`, less `never`."""

    only: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()

    def has(self, helpdesk: str) -> bool:
        return (self.only is None or helpdesk in self.only) and helpdesk not in self.never

    def names(self) -> tuple[str, ...]:
        return (*(self.only or ()), *self.never)


class IdCondition(msgspec.Struct, frozen=True, kw_only=True):
    """The field of the helpdesk's query that has to be one of `ids`."""

    target: str
    field: str
    ids: tuple[GlobalId, ...]

    def of(self, helpdesk: str) -> str | None:
        """The one remote id that counts in this helpdesk; None when there is none."""
        found = list(dict.fromkeys(i.remote_id for i in self.ids if i.helpdesk == helpdesk))
        if len(found) > 1:
            raise Unsupported(
                f"`{self.field}` names {len(found)} ids of this helpdesk, and live it can be asked for one at a time.",
                nearest="Ask for each in a query (or alias) of its own.",
                field=self.field,
                helpdesk=helpdesk,
            )
        return found[0] if found else None


class Conditions(msgspec.Struct, Generic[Q], frozen=True, kw_only=True):
    """`base` is the query without ids; `ids` are set on it for each helpdesk."""

    base: Q
    ids: tuple[IdCondition, ...] = ()
    chosen: Chosen = Chosen()

    def of(self, helpdesk: str) -> Q | None:
        """What to ask this helpdesk; None when nothing of it can match."""
        if not self.chosen.has(helpdesk):
            return None
        found = {condition.target: condition.of(helpdesk) for condition in self.ids}
        if None in found.values():
            return None
        return msgspec.structs.replace(self.base, **found) if found else self.base


TicketConditions = Conditions[TicketFilter]
ContactConditions = Conditions[ContactQuery]
OrganizationConditions = Conditions[OrganizationQuery]
ArticleConditions = Conditions[ArticleQuery]


def id_condition(values: Sequence[str], kind: Kind, *, target: str, field: str) -> IdCondition:
    if not values:
        raise BadInput(f"`{field}` is an empty list. Leave it out, or give at least one id.", field=field)
    return IdCondition(target=target, field=field, ids=tuple(decode_kind(value, kind, field=field) for value in values))


def single(values: Sequence[str], *, field: str) -> str:
    """Filters that a helpdesk takes one value of."""
    if len(values) != 1:
        raise BadInput(f"`{field}` takes exactly one value here; it has {len(values)}.", field=field)
    return values[0]


def one_order(orders: Sequence[TicketOrder]) -> TicketOrder:
    """Live helpdesks sort by one field."""
    if len(orders) > 1:
        raise Unsupported(
            f"`order` has {len(orders)} entries; live helpdesks sort by one field.",
            nearest="Give one entry; rows with equal values are ordered by helpdesk and id.",
            field="order",
        )
    return orders[0] if orders else TicketOrder()


def lower_bound(range_: TimeRange | None, *, field: str) -> TimeRange | None:
    """For lists that can only be asked for what changed since a moment."""
    if range_ is not None and (range_.gt or range_.lt or range_.lte):
        raise Unsupported(f"`{field}` can only be asked with `gte` live.", nearest="Use `gte`.", field=field)
    return range_
