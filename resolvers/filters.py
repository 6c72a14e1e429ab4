"""A caller's filter as a tree of conditions, and what is left of it for one helpdesk.

Ids in a filter are global, so each belongs to one helpdesk. A helpdesk that no branch can hold for has no match: it is
left out (`SKIPPED`), not asked.
"""

from __future__ import annotations

import msgspec

from models.conditions import (
    EVERYTHING,
    All,
    AnyOf,
    Condition,
    Custom,
    IdIn,
    In,
    Not,
    Null,
    Related,
    both,
    nodes,
)
from models.enums import TicketPriority
from storage.ranks import PRIORITY

NOTHING = AnyOf()


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which helpdesks take part: all of them, or `only`, less `never`."""

    only: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()

    def has(self, helpdesk: str) -> bool:
        return (self.only is None or helpdesk in self.only) and helpdesk not in self.never

    def names(self) -> tuple[str, ...]:
        return (*(self.only or ()), *self.never)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A custom field or a helpdesk that the argument at `field` names by its key. It has to be there."""

    field: str
    key: str
    helpdesk: str | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A filter as it was asked. `helpdesks` and `fields`: what it names by key."""

    where: Condition = EVERYTHING
    helpdesks: tuple[Named, ...] = ()
    fields: tuple[Named, ...] = ()

    def within(self, *further: Condition) -> Wanted:
        """The same, and these conditions too."""
        return msgspec.structs.replace(self, where=both((self.where, *further)))

    def of(self, helpdesk: str) -> Condition:
        """What is left of it in this helpdesk."""
        return folded(self.where, helpdesk)


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that all have to hold."""
    return condition.parts if isinstance(condition, All) else (condition,)


def mentions(condition: Condition, field: str) -> bool:
    """Whether a test of this field stands anywhere in it, links not followed."""
    return any(getattr(node, "field", None) == field for node in nodes(condition))


def folded(condition: Condition, helpdesk: str) -> Condition:
    """The condition as it stands in one helpdesk: EVERYTHING, NOTHING, or what has to be asked there."""
    match condition:
        case All(parts=parts):
            return _all_of([folded(part, helpdesk) for part in parts])
        case AnyOf(parts=parts):
            return _any_of([folded(part, helpdesk) for part in parts])
        case Not(part=part):
            return _turned(folded(part, helpdesk))
        case In(field="helpdesk", values=values):
            return EVERYTHING if helpdesk in values else NOTHING
        case In(values=values):
            return condition if values else NOTHING
        case IdIn(field=field, ids=ids):
            own = tuple(dict.fromkeys(id_ for id_ in ids if id_[0] == helpdesk))
            return IdIn(field, own) if own else NOTHING
        case Related(link=link, condition=inner):
            return _linked(link, folded(inner, helpdesk))
        case Custom(helpdesk=only) if only is not None and only != helpdesk:
            return NOTHING
        case _:
            return condition


def _all_of(parts: list[Condition]) -> Condition:
    if NOTHING in parts:
        return NOTHING
    return both(dict.fromkeys(part for part in parts if part != EVERYTHING))


def _any_of(parts: list[Condition]) -> Condition:
    if EVERYTHING in parts:
        return EVERYTHING
    flat: list[Condition] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, AnyOf) else (part,))
    left = tuple(dict.fromkeys(flat))
    return left[0] if len(left) == 1 else AnyOf(left)


def _turned(part: Condition) -> Condition:
    if part == EVERYTHING:
        return NOTHING
    if part == NOTHING:
        return EVERYTHING
    return part.part if isinstance(part, Not) else Not(part)


def _linked(link: str, inner: Condition) -> Condition:
    if inner == NOTHING:
        return NOTHING
    return Null(link, is_null=False) if inner == EVERYTHING else Related(link, inner)


def at_least(priority: TicketPriority) -> tuple[TicketPriority, ...]:
    """This priority and all that are more urgent."""
    least = PRIORITY.number(priority)
    return tuple(word for word, number in PRIORITY.all().items() if number >= least)
