"""A computed order and the few records written since, as one list with exact places."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from typing import Protocol

Key = tuple[int | str, int]
"""What a list is ordered by, then the record's number."""


class Order(Protocol):
    """A computed list, ascending by Key. Members are record numbers."""

    @property
    def total(self) -> int: ...
    def slice(self, first: int, before: int) -> list[int]: ...
    def rank(self, key: Key) -> int:
        """How many members come before the key."""
        ...

    def place_of(self, number: int) -> int:
        """The place of a member."""
        ...


class Listed:
    """An Order over keys that are simply there."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = keys
        self._places = {number: place for place, (_, number) in enumerate(keys)}

    @property
    def total(self) -> int:
        return len(self._keys)

    def slice(self, first: int, before: int) -> list[int]:
        return [number for _, number in self._keys[max(0, first) : max(0, before)]]

    def rank(self, key: Key) -> int:
        return bisect_left(self._keys, key)

    def place_of(self, number: int) -> int:
        return self._places[number]


class Merged:
    """`base` without `removed`, with `added` sorted in; `removed` are members of base, `added` keys of records not
    left in it."""

    def __init__(self, base: Order, removed: Collection[int], added: Sequence[Key]) -> None:
        self._base = base
        self._gone = frozenset(removed)
        self._holes = sorted(base.place_of(number) for number in removed)
        self._shifted = [hole - place for place, hole in enumerate(self._holes)]
        self._added = sorted(added)
        self._spots = [place + self._kept_before(key) for place, key in enumerate(self._added)]
        self.total = base.total - len(self._holes) + len(self._added)

    def _kept_before(self, key: Key) -> int:
        place = self._base.rank(key)
        return place - bisect_left(self._holes, place)

    def rank(self, key: Key) -> int:
        return self._kept_before(key) + bisect_left(self._added, key)

    def slice(self, first: int, before: int) -> list[int]:
        first, before = max(0, first), min(before, self.total)
        if first >= before:
            return []
        from_added = bisect_left(self._spots, first)
        upto_added = bisect_left(self._spots, before)
        kept = self._kept(first - from_added, before - upto_added)
        found: list[int] = []
        for spot, (_, number) in zip(
            self._spots[from_added:upto_added], self._added[from_added:upto_added], strict=True
        ):
            need = spot - first - len(found)
            found.extend(kept[:need])
            kept = kept[need:]
            found.append(number)
        return found + kept

    def _kept(self, first: int, before: int) -> list[int]:
        """The base's members at places first..before-1, counted without the removed."""
        if first >= before:
            return []
        start = first + bisect_right(self._shifted, first)
        stop = before - 1 + bisect_right(self._shifted, before - 1) + 1
        return [number for number in self._base.slice(start, stop) if number not in self._gone]

    def page(self, *, offset: int = 0, after: Key | None = None, limit: int, descending: bool = False) -> list[int]:
        """`after` is the last key already read; with it `offset` counts from there."""
        if descending:
            end = self.total if after is None else self.rank(after)
            end -= offset
            return self.slice(end - limit, end)[::-1]
        first = 0 if after is None else self.rank((after[0], after[1] + 1))
        return self.slice(first + offset, first + offset + limit)
