"""Many computed records of one kind, by number and by name, with those written since.

Base record k has the *mould* k % 4096, and its mould decides its name and its state; so both are put in order once for
4,096 moulds, however many records there are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Generic, Literal, Protocol, TypeVar

from cachetools import LRUCache

from sandbox.merged import Key, Merged
from sandbox.records import Record

MOULDS = 4096
By = Literal["number", "name", "created", "updated"]


class Named(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def name(self) -> str: ...


R = TypeVar("R", bound=Record)


class ByMould:
    """The base records whose mould is wanted, in number or name order, as an Order of record numbers."""

    def __init__(
        self, count: int, first: int, moulds: Sequence[int], *, grouped: bool, key: Callable[[int], Key]
    ) -> None:
        """`moulds`: the wanted moulds in the order's sequence. `grouped`: all of one mould before the next (names)."""
        self._first, self._moulds, self._grouped, self._key = first, moulds, grouped, key
        self._full, rest = divmod(count, MOULDS)
        if grouped:
            sizes = [self._full + (mould < rest) for mould in moulds]
        else:
            sizes = [len(moulds)] * self._full + [bisect_left(moulds, rest)]
        self._ends = list(accumulate(sizes, initial=0))
        self.total = self._ends[-1]

    def _at(self, place: int) -> int:
        group = bisect_right(self._ends, place) - 1
        inside = place - self._ends[group]
        chunk, mould = (inside, self._moulds[group]) if self._grouped else (group, self._moulds[inside])
        return self._first + chunk * MOULDS + mould

    def slice(self, first: int, before: int) -> list[int]:
        return [self._at(place) for place in range(max(0, first), min(before, self.total))]

    def rank(self, key: Key) -> int:
        return bisect_left(range(self.total), key, key=lambda place: self._key(self._at(place)))

    def place_of(self, number: int) -> int:
        return self.rank(self._key(number))


class Shelf(Generic[R]):
    def __init__(
        self,
        *,
        first: int,
        count: int,
        make: Callable[[int], R],
        states: Sequence[str],
        name_order: Sequence[int],
        state_of: Callable[[R], str],
        name_of: Callable[[R], str],
    ) -> None:
        """`make` computes base record `number`; `states` and `name_order` are over the 4,096 moulds."""
        self._first, self._count, self._states, self._name_order = first, count, states, name_order
        self._state_of, self._name_of = state_of, name_of
        self._make, self._made = make, LRUCache[int, R](4096)
        self.written: dict[int, R] = {}
        self.version = 0
        self._next = first + count
        self._bases: LRUCache[tuple[By, frozenset[str] | None], ByMould] = LRUCache(64)
        self._merged: LRUCache[tuple[By, frozenset[str] | None], tuple[int, Merged]] = LRUCache(64)

    def next_number(self) -> int:
        return self._next

    def get(self, number: int) -> R | None:
        found = self.written.get(number)
        return self.base(number) if found is None else found

    def base(self, number: int) -> R | None:
        if not self._first <= number < self._first + self._count:
            return None
        found = self._made.get(number)
        if found is None:
            found = self._made[number] = self._make(number)
        return found

    def put(self, record: R) -> R:
        self.written[record.number] = record
        self._next = max(self._next, record.number + 1)
        self.version += 1
        return record

    def key(self, record: R, by: By) -> Key:
        if by == "name":
            return self._name_of(record).casefold(), record.number
        if by == "number":
            return record.number, record.number
        return int((record.created if by == "created" else record.updated).timestamp()), record.number

    def order(self, by: By = "number", states: frozenset[str] | None = None) -> Merged:
        """Every record whose state is wanted (None: any), exactly as of now."""
        known = self._merged.get((by, states))
        if known is not None and known[0] == self.version:
            return known[1]
        base = self._base_order(by, states)
        was = [record for number in self.written if (record := self.base(number)) is not None]
        removed = [record.number for record in was if states is None or self._state_of(record) in states]
        kept = [record for record in self.written.values() if states is None or self._state_of(record) in states]
        merged = Merged(base, removed, [self.key(record, by) for record in kept])
        self._merged[by, states] = self.version, merged
        return merged

    def _base_order(self, by: By, states: frozenset[str] | None) -> ByMould:
        grouped = by == "name"
        kind: By = by if grouped else "number"
        known = self._bases.get((by, states))
        if known is None:
            moulds = self._name_order if kind == "name" else range(MOULDS)
            wanted = [mould for mould in moulds if states is None or self._states[mould] in states]
            known = ByMould(
                self._count, self._first, wanted, grouped=grouped, key=lambda number: self._base_key(number, by)
            )
            self._bases[by, states] = known
        return known

    def _base_key(self, number: int, by: By) -> Key:
        record = self.base(number)
        assert record is not None
        return self.key(record, by)

    def page(
        self,
        *,
        by: By = "number",
        states: frozenset[str] | None = None,
        offset: int = 0,
        after: Key | None = None,
        limit: int = 100,
        descending: bool = False,
    ) -> list[R]:
        numbers = self.order(by, states).page(offset=offset, after=after, limit=limit, descending=descending)
        return [record for number in numbers if (record := self.get(number)) is not None]

    def count(self, states: frozenset[str] | None = None) -> int:
        return self.order("number", states).total
