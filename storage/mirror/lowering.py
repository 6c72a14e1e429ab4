"""Conditions to terms. The tree's logic is here; what a field means is told by the listing's own `Fields`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from models.conditions import (
    All,
    AnyOf,
    Condition,
    IdIn,
    In,
    Not,
    Tags,
    Time,
    Within,
    resolved,
)
from models.errors import BadInput, Unsupported
from models.queries import TimeRange
from storage.mirror.custom_spans import Spreads
from storage.mirror.predicates import Compare, Test, all_of, any_of, one_of
from storage.mirror.terms import ANYTHING, NOTHING, Leaf, Range, conjunction, disjunction, exactly, negation
from storage.ranks import Ranks
from storage.tenants import Tenancy
from storage.values import number_of

Words: TypeAlias = Mapping[str, tuple[str, Ranks[Any]]]


class Surroundings:
    """What a condition is understood in: the moment, the helpdesks asked (by number), how they are called, and which
    values custom fields have."""

    def __init__(
        self, tenancy: Tenancy, helpdesks: Sequence[int], now: datetime, spreads: Spreads | None = None
    ) -> None:
        self.tenancy = tenancy
        self.helpdesks = tuple(helpdesks)
        self.now = now
        self.spreads: Spreads = spreads or {}

    def pairs(self, ids: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
        """Remote ids as numbers, those of the helpdesks asked."""
        known = self.tenancy.helpdesks
        found = ((known.get(helpdesk), remote) for helpdesk, remote in ids)
        return [(desk, number_of(remote)) for desk, remote in found if desk is not None and desk in self.helpdesks]

    def numbers(self, keys: Sequence[str]) -> list[int]:
        known = self.tenancy.helpdesks
        return [known[key] for key in keys if key in known and known[key] in self.helpdesks]


class Linked(IdIn, frozen=True):
    """A link to one of these records, as numbers: what a related condition was resolved to."""

    numbers: tuple[tuple[int, int], ...] = ()


class Fields(ABC):
    """One kind of record: what tests of its fields mean.

    `words`: fields of few values, all known and never missing, with their columns: a negation is the other values.
    """

    name: str
    words: ClassVar[Words] = {}

    @abstractmethod
    def leaf(self, test: Any, around: Surroundings) -> Leaf: ...

    def split(self, test: Condition) -> Sequence[Condition]:
        """A test as several that must all hold, where each can be found by itself."""
        return (test,)

    def refused(self, test: Any) -> BadInput | Unsupported:
        field = getattr(test, "field", None) or getattr(test, "link", None) or getattr(test, "key", "")
        word = type(test).__name__
        return Unsupported(
            f"{self.name} cannot be filtered by `{field}` ({word}) in our copy.",
            nearest="Leave it out, or filter by one of the fields in the documentation of filters.",
            field=f"filter.{field}",
        )


def conjuncts(condition: Condition, fields: Fields) -> list[Condition]:
    """The parts that must all hold, none of them a conjunction."""
    if isinstance(condition, All):
        return [part for each in condition.parts for part in conjuncts(each, fields)]
    if isinstance(condition, Not) and isinstance(condition.part, Not):
        return conjuncts(condition.part.part, fields)
    if isinstance(condition, Not) and isinstance(condition.part, AnyOf):
        return [part for each in condition.part.parts for part in conjuncts(Not(each), fields)]
    return list(fields.split(condition))


def lowered(condition: Condition, fields: Fields, around: Surroundings) -> Leaf:
    match condition:
        case All(parts=parts):
            return conjunction([lowered(part, fields, around) for part in parts]) if parts else ANYTHING
        case AnyOf(parts=parts):
            return _some(parts, fields, around)
        case Not(part=In(field=field, values=values)) if field in fields.words:
            column, ranks = fields.words[field]
            return word_leaf(field, column, ranks, [word for word in ranks.all() if word not in values])
        case In(field=field, values=values) if field in fields.words:
            return word_leaf(field, *fields.words[field], values)
        case Not(part=part):
            return negation(lowered(part, fields, around))
        case Within():
            return fields.leaf(resolved(condition, around.now), around)
        case _:
            return fields.leaf(condition, around)


def _some(parts: Sequence[Condition], fields: Fields, around: Surroundings) -> Leaf:
    if not parts:
        return NOTHING
    if len(parts) == 1:
        return lowered(parts[0], fields, around)
    return disjunction([lowered(part, fields, around) for part in parts])


def word_leaf(field: str, column: str, ranks: Ranks[Any], values: Sequence[str]) -> Leaf:
    known = ranks.all()
    unknown = [value for value in values if value not in known]
    if unknown:
        raise BadInput(
            f"`filter.{field}`: there is no {unknown[0]!r}. Known: {', '.join(known)}.", field=f"filter.{field}"
        )
    numbers = [known[value] for value in values]
    return exactly(one_of(column, numbers)).found_by((column,), [(number,) for number in numbers])


def pair_test(pairs: Sequence[tuple[int, int]], column: str) -> Test:
    """One of these records, of whichever helpdesk."""
    desks: dict[int, list[int]] = {}
    for desk, number in pairs:
        desks.setdefault(desk, []).append(number)
    return any_of(
        [all_of([Compare("helpdesk", "eq", desk), one_of(column, numbers)]) for desk, numbers in sorted(desks.items())]
    )


def pair_leaf(pairs: Sequence[tuple[int, int]], column: str) -> Leaf:
    return exactly(pair_test(pairs, column)).found_by(("helpdesk", column), pairs)


def numbered(test: IdIn, around: Surroundings) -> list[tuple[int, int]]:
    if isinstance(test, Linked):
        return [pair for pair in test.numbers if pair[0] in around.helpdesks]
    return around.pairs(test.ids)


def time_leaf(test: Time, column: str) -> Leaf:
    """Moments are whole seconds, at the vendors and here."""
    low, below = bounds(test.range)
    if low is None and below is None:
        return ANYTHING
    parts: list[Test] = []
    if low is not None:
        parts.append(Compare(column, "ge", low))
    if below is not None:
        parts.append(Compare(column, "lt", below))
    return exactly(all_of(parts))._replace(range=Range(column, low, below))


def bounds(range_: TimeRange) -> tuple[int | None, int | None]:
    """The first second inside, and the first one behind."""
    low = below = None
    if range_.gt is not None:
        low = _floor(range_.gt) + 1
    elif range_.gte is not None:
        low = -_floor(range_.gte, sign=-1)
    if range_.lt is not None:
        below = -_floor(range_.lt, sign=-1)
    elif range_.lte is not None:
        below = _floor(range_.lte) + 1
    return low, below


def _floor(at: datetime, sign: int = 1) -> int:
    """The whole seconds, down; with `sign` -1 of the mirrored time, which gives them up."""
    whole, _ = divmod(sign * round(at.timestamp() * 1_000_000), 1_000_000)
    return whole


def helpdesk_leaf(test: In, around: Surroundings) -> Leaf:
    numbers = around.numbers(test.values)
    return exactly(one_of("helpdesk", numbers)).found_by(("helpdesk",), [(number,) for number in numbers])


def split_tags(test: Tags) -> list[Condition]:
    """Each tag that must be there can be looked for by itself."""
    parts: list[Condition] = [Tags(test.field, any_of=(tag,)) for tag in dict.fromkeys(test.all_of)]
    if test.any_of:
        parts.append(Tags(test.field, any_of=test.any_of))
    if test.none_of:
        parts.append(Tags(test.field, none_of=test.none_of))
    return parts or [All()]
