"""Where a leg begins and ends, given a place in the whole list and a range of its first column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from storage.mirror.building import Form
from storage.mirror.listing import Key, Listing
from storage.mirror.planning import Leg, Path, Walk
from storage.mirror.terms import Range

_SMALL = frozenset({"helpdesk", "shown"})
_TEXTS = frozenset({"subject_key", "value", "name_key", "title_key"})
_LAST_TEXT = "\U0010ffff" * 64


def is_text(column: str) -> bool:
    return column in _TEXTS


def extreme(column: str, last: bool) -> Any:
    """Before, or behind, every value that is there."""
    if column in _TEXTS:
        return _LAST_TEXT if last else ""
    bits = 31 if column in _SMALL else 63
    return 2**bits - 1 if last else -(2**bits)


class Legs:
    """The legs of a walk, ready to begin anywhere. `sort` is the list's order, or of `runs` its first key alone: all
    rows equal to the place in it are read again. `keys`: the columns a row is placed by."""

    def __init__(
        self, listing: Listing, walk: Walk, sort: tuple[Key, ...] = (), keys: tuple[str, ...] | None = None
    ) -> None:
        self._listing = listing
        self._walk = walk
        self._sort = sort
        self._keys = key_columns(sort) if keys is None else keys
        self._again = keys is not None
        self._first, self._end = _of_range(listing, walk.path, walk.descending)
        self._forms: dict[tuple[tuple[int, bool], ...], tuple[Form, dict[str, Any]]] = {}

    def at(self, place: Mapping[str, Any] | None) -> tuple[Form, dict[str, Any]] | None:
        """The statement's form and its values; None when the place lies behind all legs."""
        starts: list[tuple[Any, ...] | None] = []
        pattern: list[tuple[int, bool]] = []
        for number, leg in enumerate(self._walk.path.legs):
            begun, start = _start(self._walk.path, leg, self._sort, place, self._walk.descending, again=self._again)
            if begun:
                start = _later(start, self._first, self._walk.descending)
                starts.append(start)
                pattern.append((number, start is not None))
        if not pattern:
            return None
        key = tuple(pattern)
        known = self._forms.get(key)
        if known is None:
            known = self._forms[key] = self._form(key)
        values = dict(known[1])
        for number, start in enumerate(starts):
            if start is not None:
                for name, value in zip(_names(number, len(start)), start, strict=True):
                    values[name] = value
        return known[0], values

    def _form(self, pattern: tuple[tuple[int, bool], ...]) -> tuple[Form, dict[str, Any]]:
        path = self._walk.path
        values: dict[str, Any] = {} if self._end is None else {"z": self._end}
        if path.shown:
            values["shown"] = path.shown
        kinds = tuple(_given(path.legs[number], at, values) for at, (number, _) in enumerate(pattern))
        form = Form(
            at=self._listing.indexes.index(path.index),
            prefix=path.prefix,
            kinds=kinds,
            starts=tuple(started for _, started in pattern),
            tail=path.tail,
            descending=self._walk.descending,
            end=self._end is not None,
            shown=bool(path.shown),
            twice=path.twice,
            keys=self._keys,
            sort=self._sort,
        )
        return form, values


@cache
def _names(leg: int, columns: int) -> tuple[str, ...]:
    return tuple(f"s{leg}_{at}" for at in range(columns))


def key_columns(sort: Sequence[Key]) -> tuple[str, ...]:
    """The columns that stand in a place before helpdesk and number."""
    return tuple(key.column for key in sort if key.column not in ("helpdesk", "num"))


def _given(leg: Leg, number: int, values: dict[str, Any]) -> tuple[str, ...]:
    kinds: list[str] = []
    for at, value in enumerate(leg):
        kinds.append("null" if value is None else "in" if isinstance(value, tuple) else "=")
        if value is not None:
            values[f"e{number}_{at}"] = value
    return tuple(kinds)


def _of_range(listing: Listing, path: Path, descending: bool) -> tuple[tuple[Any, ...] | None, Any]:
    """A start, and the first column's last value (`>=` down, `<` up). Rows without a value are outside a range."""
    if not path.tail:
        return None, None
    column = path.tail[0]
    range_ = path.range or Range(column, None, None)
    low, below = range_.low, range_.below
    if path.range is not None and column in listing.nullable:
        low = extreme(column, last=False) if low is None else low
        below = extreme(column, last=True) if below is None else below
    begin, end = (below, low) if descending else (low, below)
    least = tuple(extreme(name, last=False) for name in path.tail[1:])
    return None if begin is None else (begin, *least), end


def _later(one: tuple[Any, ...] | None, other: tuple[Any, ...] | None, descending: bool) -> tuple[Any, ...] | None:
    """The start that leaves less."""
    if one is None or other is None:
        return one or other
    return min(one, other) if descending else max(one, other)


def _start(
    path: Path, leg: Leg, sort: Sequence[Key], place: Mapping[str, Any] | None, descending: bool, *, again: bool
) -> tuple[bool, tuple[Any, ...] | None]:
    """Whether any row of the leg can be behind the place, and behind what of its tail. `again`: rows equal to the place
    in `sort` are read too."""
    if place is None:
        return True, None
    fixed = dict(zip(path.prefix, leg, strict=True))
    start: list[Any] = []
    for key in sort:
        if key.column in fixed:
            behind = _behind(fixed[key.column], place[key.column], key.descending)
            if behind is not None:
                if not start:
                    return behind, None
                return True, _filled(path, start, before=behind, descending=descending)
        else:
            start.append(place[key.column])
    if len(start) < len(path.tail) or (again and start):
        return True, _filled(path, start, before=True, descending=descending)
    return True, tuple(start)


def _behind(ours: Any, theirs: Any, descending: bool) -> bool | None:
    """None where they are the same."""
    if ours == theirs:
        return None
    return bool(ours < theirs if descending else ours > theirs)


def _filled(path: Path, start: list[Any], *, before: bool, descending: bool) -> tuple[Any, ...]:
    """A start right before, or right behind, all rows that begin like it. A tail's last column is a number."""
    rest = path.tail[len(start) :]
    if not rest and before:
        return (*start[:-1], start[-1] + (1 if descending else -1))
    return (*start, *(extreme(column, last=before is descending) for column in rest))
