"""Reading a list by an index: rows in order from a place on, as many as are wanted, looking at a bounded number.

What the index does not decide is tested on the rows it gives. When so many rows were looked at that a page may not look
at more, the reading ends with the place of the last one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from storage.database import Row
from storage.mirror import reading
from storage.mirror.bounds import Legs
from storage.mirror.building import CARD, Form, placed
from storage.mirror.checking import Check
from storage.mirror.listing import Key, Listing
from storage.mirror.ordering import in_order
from storage.mirror.planning import Walk
from storage.mirror.predicates import EVERY, Test
from storage.statements import Statement, Values

SIZES = (2, 6, 11, 21, 51, 101, 201, 501, 1_001)
Place = Mapping[str, Any]


class Fetcher(Protocol):
    """A session, or single statements."""

    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]: ...


LEAST = 100
"""Rows a page looks at whatever it costs."""


@dataclass(frozen=True)
class Limits:
    """How much one page may cost.

    `examined`: rows it looks at, where the filter has an index that another order would read; one that a test has to
    look up counts three times. `far`: rows it looks at where no order would do better. `windows`: where several legs
    are merged, by what shares of these it goes on; they are sorted each time. `checked`: rows that are read to be
    checked one by one, by turns, the first as many as are wanted. `few`: so many rows are sorted in hand. `runs`: rows
    that are read by turns until a run of equal ones is whole. `values`: so many different ones of a custom field are
    read as lists of their own.
    """

    examined: int = 1_250
    far: int = 5_000
    windows: tuple[float, ...] = (0.025, 0.175, 0.8)
    checked: tuple[int, ...] = (200, 750)
    few: int = 1_000
    runs: tuple[int, ...] = (200, 1_000, 5_000)
    values: int = 24

    def rows(self, test: Test, *, indexed: bool) -> int:
        if not indexed:
            return self.far
        return max(min(self.examined, LEAST), self.examined // (1 + 3 * test.lookups))


LIMITS = Limits()


@dataclass
class Found:
    """`rows`: place columns, then what is beside a record, then flags. `ended`: there is nothing further. `horizon`:
    the place columns of the last row looked at, where the reading broke off before there were enough."""

    rows: list[Row]
    ended: bool
    horizon: Sequence[Any] | None = None


@dataclass(frozen=True)
class Question:
    """What is left to be tested, in SQL and on records, and the values of all tests by their names. `most`: rows that
    may be tested."""

    listing: Listing
    test: Test
    flags: tuple[Test, ...]
    checks: tuple[Check, ...]
    values: Mapping[str, Any]
    limits: Limits
    most: int

    def by_turns(self, *, several: bool) -> list[int]:
        """How many rows to test at a time."""
        return [max(1, round(share * self.most)) for share in self.limits.windows] if several else [self.most]

    def fitting(self, rows: Sequence[Row], card: int) -> Sequence[Row]:
        """Those whose record passes the checks. `card`: where it stands in a row; the flags are behind it."""
        if not self.checks:
            return rows
        return [row for row in rows if self._fits(row, card)]

    def _fits(self, row: Row, card: int) -> bool:
        record, flags = self.listing.decode(row[card]), row[card + 1 :]
        return all(check.holds(record, flags) for check in self.checks)


def values_of(test: Test, flags: Sequence[Test], tenant: int) -> dict[str, Any]:
    """By the names that `tested` and `flagged` give (building.py)."""
    values: dict[str, Any] = {"tenant": tenant}
    values.update({f"v{at}": value for at, value in enumerate(test.values(), 1)})
    told = (value for flag in flags for value in flag.values())
    values.update({f"f{at}": value for at, value in enumerate(told, 1)})
    return values


def sized(need: int) -> int:
    """A size there is a statement for."""
    return next((size for size in SIZES if size >= need), need)


class Walking:
    """One reading of a list by a walk."""

    def __init__(self, session: Fetcher, asked: Question, walk: Walk, sort: tuple[Key, ...], legs: Legs) -> None:
        self._session = session
        self._asked = asked
        self._sort = sort
        self._legs = legs
        self._several = len(walk.path.legs) > 1
        self._checked = [0, *asked.limits.checked]
        self._windows = [0] if asked.test is EVERY else asked.by_turns(several=self._several)
        self._kept: list[Row] = []

    async def read(self, place: Place | None, need: int) -> Found:
        """At least `need` rows behind the place, where there are as many and they are found in time."""
        while True:
            bound = self._legs.at(place)
            if bound is None:
                return Found(self._kept, ended=True)
            form, values = bound
            found = await self._step(form, {**self._asked.values, **values}, need)
            if found is not None:
                return found
            place = self._place

    async def _step(self, form: Form, values: Values, need: int) -> Found | None:
        """None: to be gone on with from `_place`."""
        size = self._checked[0] or sized(need - len(self._kept))
        rows = await self._rows(form, values, size)
        self._kept += self._asked.fitting(rows, len(placed(form)) + CARD)
        if len(self._kept) >= need:
            return Found(self._kept, ended=False)
        if len(rows) >= size:
            self._checked.pop(0)
            return self._goes_on(form, rows[-1], at_last=not self._checked)
        last = await self._last_looked_at(form, values)
        if last is None:
            return Found(self._kept, ended=True)
        self._windows.pop(0)
        return self._goes_on(form, last, at_last=not self._windows)

    def _goes_on(self, form: Form, row: Row, *, at_last: bool) -> Found | None:
        names = placed(form)
        self._place: Place = dict(zip(names, row, strict=False))
        return Found(self._kept, ended=False, horizon=row[: len(names)]) if at_last else None

    async def _rows(self, form: Form, values: Values, size: int) -> Sequence[Row]:
        asked, window = self._asked, self._windows[0]
        read = reading.rows(asked.listing, form, size, window, asked.test, asked.flags)
        rows = await self._session.fetch(read, values)
        return in_order(rows, placed(form), self._sort) if self._several and not window else rows

    async def _last_looked_at(self, form: Form, values: Values) -> Row | None:
        """The place of the last row of a full window."""
        if not self._windows[0]:
            return None
        rows = await self._session.fetch(reading.last_looked_at(self._asked.listing, form, self._windows[0]), values)
        return rows[0] if rows else None
