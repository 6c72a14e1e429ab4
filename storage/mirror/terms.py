"""What a condition comes to: a test in SQL, how its rows can be found by an index, and what is left to check.

`maybe` lets through every row that fits, `sure` only rows that fit; where they are one and the same, SQL decides.
Negation swaps the two, so a filter is never narrower than asked, and the check makes it exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from storage.mirror.checking import AllHold, Check, Flagged, SomeHold, Turned
from storage.mirror.predicates import EVERY, NONE, Test, all_of, any_of, opposite


class Fix(NamedTuple):
    """Columns with values one of which a fitting row has: it can be found by them. `table`: where these columns are,
    None for the listed table itself. `twice`: a row may have several of the values."""

    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    table: str | None = None
    twice: bool = False


class Range(NamedTuple):
    """`low` <= column < `below`; None is no bound. With `fix`: in the rows of that table. `exact`: what is found there
    fits, and needs no check."""

    column: str
    low: Any
    below: Any
    fix: Fix | None = None
    exact: bool = False

    @property
    def bounds(self) -> tuple[Any, Any]:
        return self.low, self.below


class Leaf(NamedTuple):
    """`own`: it is the list's or the order's own, not the filter's."""

    maybe: Test
    sure: Test
    check: Check | None = None
    fix: Fix | None = None
    range: Range | None = None
    own: bool = False

    @property
    def indexed(self) -> bool:
        """Whether some order of the list would find its rows."""
        return self.fix is not None or self.range is not None or self.own

    def found_by(
        self, columns: tuple[str, ...], values: Sequence[tuple[Any, ...]], table: str | None = None, twice: bool = False
    ) -> Leaf:
        distinct = tuple(dict.fromkeys(values))
        return self._replace(fix=Fix(columns, distinct, table, twice and len(distinct) > 1))

    @property
    def exact(self) -> bool:
        return self.check is None

    def checked(self) -> Check:
        return self.check if self.check is not None else Flagged(self.maybe)


def exactly(test: Test) -> Leaf:
    return Leaf(test, test)


ANYTHING = exactly(EVERY)
NOTHING = exactly(NONE)


def conjunction(parts: Sequence[Leaf]) -> Leaf:
    check = None if all(part.exact for part in parts) else AllHold([part.checked() for part in parts])
    return Leaf(all_of([part.maybe for part in parts]), all_of([part.sure for part in parts]), check)


def disjunction(parts: Sequence[Leaf]) -> Leaf:
    check = None if all(part.exact for part in parts) else SomeHold([part.checked() for part in parts])
    return Leaf(any_of([part.maybe for part in parts]), any_of([part.sure for part in parts]), check)


def negation(part: Leaf) -> Leaf:
    check = None if part.exact else Turned(part.checked())
    return Leaf(opposite(part.sure), opposite(part.maybe), check, own=part.own)
