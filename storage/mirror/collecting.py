"""Orders that no index has: so few rows that all of them are sorted in hand, or an index by the first key whose runs of
equal rows are read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.errors import Unsupported
from storage.database import Row
from storage.mirror import reading
from storage.mirror.bounds import Legs, key_columns
from storage.mirror.building import CARD, Form, placed
from storage.mirror.listing import Key
from storage.mirror.ordering import behind, in_order
from storage.mirror.planning import Path, Walk
from storage.mirror.walking import Fetcher, Found, Place, Question

KeyOf = Callable[[Any], Any]


class Collecting:
    """One reading of a list whose rows are sorted here. `worked_out`: columns of the order that no table has, and how
    they come from a record."""

    def __init__(
        self, session: Fetcher, asked: Question, sort: Sequence[Key], worked_out: Mapping[str, KeyOf] | None = None
    ) -> None:
        self._session = session
        self._asked = asked
        self._sort = tuple(sort)
        self._worked_out = worked_out or {}
        self._names = (*key_columns(sort), "helpdesk", "num")
        self._stored = tuple(name for name in self._names[:-2] if name not in self._worked_out)

    async def few(self, path: Path, place: Place | None, inclusive: bool, need: int) -> Found:
        """All rows of the path, those behind the place."""
        walk = Walk(path, descending=False)
        bound = Legs(self._asked.listing, walk, keys=self._stored).at(None)
        assert bound is not None
        form = bound[0]
        read = reading.every(self._asked.listing, form, 4 * self._asked.limits.few, self._asked.test, passing=True)
        rows = await self._session.fetch(read, {**self._asked.values, **bound[1]})
        width = len(self._stored) + 2
        place_of = slice(width - 2, width)
        distinct = {row[place_of]: row[:width] for row in map(tuple, rows)}
        if self._worked_out:
            return await self._by_record(list(distinct.values()), place, inclusive)
        ordered = in_order(list(distinct.values()), self._names, self._sort, nullable=True)
        left = behind(ordered, self._names, self._sort, place, inclusive)
        kept, whole = await self._cards(left, need)
        return Found(kept, ended=whole)

    async def _by_record(self, rows: Sequence[Row], place: Place | None, inclusive: bool) -> Found:
        """Where the order is by what only the record has."""
        named = [(*self._blank(row), *row[-2:]) for row in rows]
        whole, _ = await self._cards(named, len(named) + 1)
        card = len(self._names) + CARD
        worked_out = [(*self._keys_of(row, card), *row[len(self._names) - 2 :]) for row in whole]
        ordered = in_order(worked_out, self._names, self._sort, nullable=True)
        return Found(list(behind(ordered, self._names, self._sort, place, inclusive)), ended=True)

    def _blank(self, row: Row) -> list[Any]:
        stored = dict(zip(self._stored, row, strict=False))
        return [stored.get(name) for name in self._names[:-2]]

    def _keys_of(self, row: Row, card: int) -> list[Any]:
        record = self._asked.listing.decode(row[card])
        given = zip(self._names[:-2], row, strict=False)
        return [self._worked_out[name](record) if name in self._worked_out else value for name, value in given]

    async def runs(self, walk: Walk, place: Place | None, inclusive: bool, need: int) -> Found:
        """By the first key's index; rows equal in it are sorted by the others once all of them are there."""
        turns = self._asked.limits.runs
        for size in turns:
            bound = Legs(self._asked.listing, walk, self._sort[:1], self._stored).at(place)
            if bound is None:
                return Found([], ended=True)
            form = bound[0]
            read = reading.every(self._asked.listing, form, size, self._asked.test)
            rows = await self._session.fetch(read, {**self._asked.values, **bound[1]})
            whole, ended = self._whole(form, rows, size)
            left = behind(whole, self._names, self._sort, place, inclusive)
            kept, all_read = await self._cards([row[:-2] for row in left if row[-1]], need)
            if ended or len(kept) >= need:
                return Found(kept, ended=ended and all_read)
            if size == turns[-1] and left:
                return Found(kept, ended=False, horizon=left[-1][: len(self._names)])
        raise Unsupported(
            f"More than {turns[-1]} rows are equal in the first field of this order, and cannot be sorted further.",
            nearest="Order by that field alone, or narrow the filter.",
            field="order",
        )

    def _whole(self, form: Form, rows: Sequence[Row], size: int) -> tuple[list[Row], bool]:
        """The rows of all runs that were read to their end, in order; whether there are no others."""
        legs: dict[int, list[Row]] = {}
        for row in map(tuple, rows):
            legs.setdefault(row[-2], []).append(row)
        sort, names = self._sort, placed(form)
        first = names.index(sort[0].column)
        cut = [found[-1][first] for found in legs.values() if len(found) == size]
        if not cut:
            return in_order([row for found in legs.values() for row in found], names, sort, nullable=True), True
        until = max(cut) if sort[0].descending else min(cut)
        down = sort[0].descending
        rows = [row for found in legs.values() for row in found]
        kept = [row for row in rows if (row[first] > until if down else row[first] < until)]
        return in_order(kept, names, sort, nullable=True), False

    async def _cards(self, rows: Sequence[Row], need: int) -> tuple[list[Row], bool]:
        """Rows with what is beside them, those that pass the checks; whether these are all."""
        kept: list[Row] = []
        step = need if not self._asked.checks else max(need, *self._asked.limits.checked)
        for start in range(0, len(rows), step):
            found = await self._beside(rows[start : start + step])
            kept += self._asked.fitting(found, len(self._names) + CARD)
            if len(kept) >= need:
                return kept, len(kept) <= need and start + step >= len(rows)
        return kept, True

    async def _beside(self, rows: Sequence[Row]) -> list[Row]:
        desks: dict[int, list[int]] = {}
        at = len(self._names) - 2
        for row in rows:
            desks.setdefault(row[at], []).append(row[at + 1])
        if not desks:
            return []
        values: dict[str, Any] = dict(self._asked.values)
        for number, (desk, numbers) in enumerate(desks.items()):
            values |= {f"helpdesk{number}": desk, f"nums{number}": numbers}
        read = reading.cards(self._asked.listing, self._asked.flags, len(desks))
        beside = {(found[0], found[1]): tuple(found)[2:] for found in await self._session.fetch(read, values)}
        return [(*row, *beside[row[at], row[at + 1]]) for row in rows if (row[at], row[at + 1]) in beside]
