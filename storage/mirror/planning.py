"""Which index answers: one whose order is the list's own, or one that finds so few rows that they are sorted in hand.

A *leg* is a stretch of an index: columns with given values (`prefix`), then rows in the order of the columns behind
(`tail`). Several legs are read as one list. What the legs do not ensure is left over, and tested row by row.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from storage.mirror.listing import Index, Key, Listing
from storage.mirror.predicates import EVERY
from storage.mirror.terms import Fix, Leaf, Range

MOST_LEGS = 64
Leg: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Path:
    """A way into an index. `legs`: the values of `prefix`, one tuple for each leg; a value may be None, or a tuple of
    values where the rows need no order. `range` bounds the first column of the tail. `shown`: what else is asked of an
    entry, where another table names the rows. `leaves`: what it ensures."""

    index: Index
    prefix: tuple[str, ...]
    legs: tuple[Leg, ...]
    tail: tuple[str, ...]
    range: Range | None
    shown: tuple[int, ...]
    leaves: frozenset[int]
    twice: bool
    weight: int

    @property
    def most(self) -> int | None:
        """How many rows it can have at most, where it names each of them."""
        if not {"helpdesk", "num"} <= set(self.prefix):
            return None
        return sum(prod(len(value) if isinstance(value, tuple) else 1 for value in leg) for leg in self.legs)


@dataclass(frozen=True)
class Walk:
    """A path whose order is the list's. `descending`: which way its tail is read. With `runs` only the first key's
    order: rows equal in it have to be sorted in hand."""

    path: Path
    descending: bool
    runs: bool = False


Used: TypeAlias = tuple[Fix, ...]


def _ways(listing: Listing, index: Index, fixes: Sequence[Fix], ordered: frozenset[str]) -> Iterator[Used]:
    """Every way to give the index's first columns values."""

    def go(at: int, used: Used) -> Iterator[Used]:
        yield used
        rest = index.columns[at:]
        for fix in fixes:
            if fix.columns == rest[: len(fix.columns)] and (fix.table is None or fix.table == index.table.name):
                yield from go(at + len(fix.columns), (*used, fix))
        if rest and rest[0] in listing.few and rest[0] in ordered:
            values = tuple((value,) for value in listing.few[rest[0]])
            yield from go(at + 1, (*used, Fix((rest[0],), values)))

    own = index.table is listing.table
    for used in go(0, ()):
        if own or any(fix.table is not None for fix in used):
            yield used


def _prefix(used: Used) -> tuple[str, ...]:
    return tuple(column for fix in used for column in fix.columns)


def _legs(used: Used) -> tuple[Leg, ...]:
    return tuple(
        tuple(itertools.chain.from_iterable(values)) for values in itertools.product(*(f.values for f in used))
    )


def _ensured(used: Used, leaves: Sequence[Leaf], ranged: Iterable[int]) -> frozenset[int]:
    return frozenset([at for at, leaf in enumerate(leaves) if leaf.fix is not None and leaf.fix in used]) | {*ranged}


def _ranged(column: str | None, used: Used, leaves: Sequence[Leaf]) -> tuple[Range | None, list[int]]:
    """All ranges of this column, as one. In a table where a record may have several rows these may fit one range each:
    there a range goes with another only if it lies within. The list's own comes last, and is the one to be kept to."""
    found, at = None, []
    for number in reversed(range(len(leaves))):
        range_ = leaves[number].range
        if range_ is None or range_.column != column or (range_.fix is not None and not _given(range_.fix, used)):
            continue
        both = range_ if found is None else narrowed(found, range_)
        if found is None or range_.fix is None or both.bounds in (found.bounds, range_.bounds):
            found = both
            at.append(number)
    return found, at


def _given(fix: Fix, used: Used) -> bool:
    """Whether the rows of this fix are read; that one of them is there twice is no matter."""
    return any(fix == one._replace(twice=fix.twice) for one in used)


def narrowed(one: Range, other: Range) -> Range:
    lows = [low for low in (one.low, other.low) if low is not None]
    highs = [high for high in (one.below, other.below) if high is not None]
    return Range(one.column, max(lows, default=None), min(highs, default=None), one.fix or other.fix)


def _path(listing: Listing, index: Index, used: Used, leaves: Sequence[Leaf], legs: tuple[Leg, ...]) -> Path:
    prefix = _prefix(used)
    tail = index.columns[len(prefix) :]
    range_, ranged = _ranged(tail[0] if tail else None, used, leaves)
    shown, told = _shown(listing, index, prefix, leaves)
    ensured = _ensured(used, leaves, (*ranged, *told))
    return Path(
        index=index,
        prefix=prefix,
        legs=legs,
        tail=tail,
        range=range_,
        shown=shown,
        leaves=ensured,
        twice=any(fix.twice for fix in used),
        weight=min([listing.weight(column) for column in _telling(leaves, ensured)], default=100),
    )


def _shown(
    listing: Listing, index: Index, prefix: Sequence[str], leaves: Sequence[Leaf]
) -> tuple[tuple[int, ...], list[int]]:
    """What is out of use has hardly anything it is found by: entries of such rows can be passed over."""
    if index.table is listing.table or "shown" in prefix or "shown" not in index.columns:
        return (), []
    for number, leaf in enumerate(leaves):
        if leaf.fix is not None and leaf.fix.columns == ("shown",):
            return tuple(value for (value,) in leaf.fix.values), [number]
    return (), []


def _telling(leaves: Sequence[Leaf], ensured: frozenset[int]) -> Iterator[str]:
    """Of each leaf that a path ensures, the column that tells most."""
    for at in ensured:
        fix, range_ = leaves[at].fix, leaves[at].range
        if fix is not None:
            yield fix.columns[-1]
        elif range_ is not None:
            yield range_.column


def _fixes(leaves: Sequence[Leaf]) -> list[Fix]:
    found = [leaf.fix for leaf in leaves if leaf.fix is not None]
    found += [leaf.range.fix for leaf in leaves if leaf.range is not None and leaf.range.fix is not None]
    return list(dict.fromkeys(found))


def walk(listing: Listing, leaves: Sequence[Leaf], sort: Sequence[Key], extra: Sequence[Fix] = ()) -> Walk | None:
    """The best path in the order of `sort`, or None. `extra`: fixes that go with the order, and with no leaf."""
    columns = frozenset(key.column for key in sort)
    found: list[Walk] = []
    fixes = [*_fixes(leaves), *extra]
    for index in listing.indexes:
        for used in _ways(listing, index, fixes, columns):
            candidate = _walk(listing, index, used, leaves, sort)
            if candidate is not None and _keeps_to(candidate.path, leaves, sort[0].column):
                found.append(candidate)
    return min(found, key=lambda walk: _cost(walk, leaves), default=None)


def _keeps_to(path: Path, leaves: Sequence[Leaf], column: str) -> bool:
    """Whether all that is read belongs to the order, where that is a column of another table: of this field, and of
    this kind, as the last such range says (`Plan._there`). Another field has values, too."""
    own = [at for at, leaf in enumerate(leaves) if leaf.range is not None and leaf.range.fix is not None]
    own = [at for at in own if leaves[at].range.column == column]  # type: ignore[union-attr]
    if not own or own[-1] in path.leaves:
        return True
    range_ = leaves[own[-1]].range
    assert range_ is not None and range_.fix is not None
    if column not in path.prefix:
        return False
    begins, value = len(range_.fix.columns), path.prefix.index(column)
    return path.prefix[:begins] == range_.fix.columns and all(
        leg[:begins] in range_.fix.values and range_.low <= leg[value] < range_.below for leg in path.legs
    )


def _cost(walk: Walk, leaves: Sequence[Leaf]) -> tuple[bool, int, int, int, int]:
    ensured = walk.path.leaves
    left = sum(leaf.maybe is not EVERY for at, leaf in enumerate(leaves) if at not in ensured)
    return walk.runs, walk.path.weight, left, -len(ensured), len(walk.path.legs)


def _walk(listing: Listing, index: Index, used: Used, leaves: Sequence[Leaf], sort: Sequence[Key]) -> Walk | None:
    prefix = frozenset(_prefix(used))
    left = [key for key in sort if key.column not in prefix]
    tail = index.columns[len(_prefix(used)) :]
    if not left or not tail or tail[0] != left[0].column:
        return None
    legs = _legs(used)
    if len(legs) > MOST_LEGS or any(key.column in listing.nullable for key in left[1:] if key.column in tail):
        return None
    whole = tuple(key.column for key in left) == tail and len({key.descending for key in left}) == 1
    if not whole and ((len(left) < len(sort) and sort[0].column in prefix) or left[0].column in listing.few):
        return None
    return Walk(_path(listing, index, used, leaves, legs), left[0].descending, runs=not whole)


def gathers(listing: Listing, leaves: Sequence[Leaf]) -> list[Path]:
    """Paths that may find few rows, those of the fewest first; in no order."""
    found: dict[int, Path] = {}
    fixes = _fixes(leaves)
    for index in listing.indexes:
        for used in _ways(listing, index, fixes, frozenset()):
            path = _path(listing, index, used, leaves, _gathered(used))
            for at in path.leaves:
                if list(_telling(leaves, frozenset({at}))) == ["shown"]:
                    continue
                known = found.get(at)
                if known is None or (len(path.leaves), len(path.prefix)) > (len(known.leaves), len(known.prefix)):
                    found[at] = path
    distinct = {id(path): path for path in found.values() if len(path.legs) <= MOST_LEGS}
    return sorted(distinct.values(), key=lambda path: path.weight)


def _gathered(used: Used) -> tuple[Leg, ...]:
    """Legs that differ in the last column alone are one."""
    legs: dict[Leg, list[Any]] = {}
    for leg in _legs(used):
        legs.setdefault(leg[:-1], []).append(leg[-1] if leg else None)
    if legs and not used:
        return ((),)
    return tuple(
        (*first, last[0] if len(last) == 1 else tuple(last))
        for first, every in legs.items()
        for last in _nulls_apart(every)
    )


def _nulls_apart(values: list[Any]) -> Iterator[list[Any]]:
    there = [value for value in values if value is not None]
    if there:
        yield there
    if len(there) < len(values):
        yield [None]
