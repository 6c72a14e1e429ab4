"""Tests of a row, in SQL. Each is a shape and its values: statements are kept by shape, values are given as parameters.

`values` and `clause` go through a test in the same order, so the n-th value belongs to the n-th name. A test may come
out as NULL where a column is missing; `Opposite` turns anything but true into true, so logic stays two-valued.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, TypeAlias

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)

from storage.statements import among
from storage.values import KEY_LENGTH

Shape: TypeAlias = tuple[Any, ...]


class Names:
    """Gives out names for values."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.given = 0

    def next(self) -> str:
        self.given += 1
        return f"{self._prefix}{self.given}"


class Test(ABC):
    __slots__ = ()

    @property
    @abstractmethod
    def shape(self) -> Shape:
        """All of the test but its values."""

    @abstractmethod
    def values(self) -> Iterator[Any]: ...

    @abstractmethod
    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]: ...

    @property
    @abstractmethod
    def columns(self) -> frozenset[str]:
        """What it asks of a row, besides the tenant."""

    @property
    def lookups(self) -> int:
        """How many other rows have to be looked up to test one."""
        return 0


class Always(Test):
    __slots__ = ("_holds",)

    def __init__(self, holds: bool) -> None:
        self._holds = holds

    @property
    def shape(self) -> Shape:
        return ("always", self._holds)

    def values(self) -> Iterator[Any]:
        return iter(())

    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]:
        return true() if self._holds else false()

    @property
    def columns(self) -> frozenset[str]:
        return frozenset()


EVERY = Always(True)
NONE = Always(False)

_COMPARE: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "ge": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "like": lambda column, value: column.like(value, escape="\\"),
}


class Compare(Test):
    """`eq`, `ge`, `lt`, or `like` with a pattern (`pattern_of`)."""

    __slots__ = ("_column", "_op", "_value")

    def __init__(self, column: str, op: str, value: Any) -> None:
        self._column, self._op, self._value = column, op, value

    @property
    def shape(self) -> Shape:
        return (self._op, self._column)

    def values(self) -> Iterator[Any]:
        yield self._value

    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]:
        column = row.c[self._column]
        return _COMPARE[self._op](column, bindparam(names.next(), type_=column.type))

    @property
    def columns(self) -> frozenset[str]:
        return frozenset((self._column,))


def pattern_of(part: str) -> str:
    """For `like`: the part anywhere."""
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


class OneOf(Test):
    __slots__ = ("_column", "_values")

    def __init__(self, column: str, values: Sequence[Any]) -> None:
        self._column, self._values = column, values

    @property
    def shape(self) -> Shape:
        return ("among", self._column)

    def values(self) -> Iterator[Any]:
        yield self._values

    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]:
        return among(row.c[self._column], names.next())

    @property
    def columns(self) -> frozenset[str]:
        return frozenset((self._column,))


def one_of(column: str, values: Sequence[Any]) -> Test:
    distinct = tuple(dict.fromkeys(values))
    if not distinct:
        return NONE
    return Compare(column, "eq", distinct[0]) if len(distinct) == 1 else OneOf(column, distinct)


class Missing(Test):
    """The column has no value; with `missing` False: it has one."""

    __slots__ = ("_column", "_missing")

    def __init__(self, column: str, missing: bool = True) -> None:
        self._column, self._missing = column, missing

    @property
    def shape(self) -> Shape:
        return ("missing" if self._missing else "there", self._column)

    def values(self) -> Iterator[Any]:
        return iter(())

    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]:
        column = row.c[self._column]
        return column.is_(None) if self._missing else column.is_not(None)

    @property
    def columns(self) -> frozenset[str]:
        return frozenset((self._column,))


class Cut(Test):
    """The key of a text is as long as keys get: the text itself may be longer."""

    __slots__ = ("_column",)

    def __init__(self, column: str) -> None:
        self._column = column

    @property
    def shape(self) -> Shape:
        return ("cut", self._column)

    def values(self) -> Iterator[Any]:
        return iter(())

    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]:
        return func.length(row.c[self._column]) >= KEY_LENGTH

    @property
    def columns(self) -> frozenset[str]:
        return frozenset((self._column,))


class Both(Test):
    """All of the parts; `Either`: one of them."""

    __slots__ = ("_parts",)
    _word: ClassVar[str] = "all"

    def __init__(self, parts: Sequence[Test]) -> None:
        self._parts = parts

    @property
    def shape(self) -> Shape:
        return (self._word, *(part.shape for part in self._parts))

    def values(self) -> Iterator[Any]:
        for part in self._parts:
            yield from part.values()

    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]:
        return and_(*[part.clause(row, names) for part in self._parts])

    @property
    def columns(self) -> frozenset[str]:
        return frozenset[str]().union(*(part.columns for part in self._parts))

    @property
    def lookups(self) -> int:
        return sum(part.lookups for part in self._parts)


class Either(Both):
    __slots__ = ()
    _word: ClassVar[str] = "any"

    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]:
        return or_(*[part.clause(row, names) for part in self._parts])


def all_of(parts: Sequence[Test]) -> Test:
    if any(part is NONE for part in parts):
        return NONE
    left = [part for part in parts if part is not EVERY]
    return EVERY if not left else left[0] if len(left) == 1 else Both(left)


def any_of(parts: Sequence[Test]) -> Test:
    if any(part is EVERY for part in parts):
        return EVERY
    left = [part for part in parts if part is not NONE]
    return NONE if not left else left[0] if len(left) == 1 else Either(left)


class Opposite(Test):
    __slots__ = ("_part",)

    def __init__(self, part: Test) -> None:
        self._part = part

    @property
    def shape(self) -> Shape:
        return ("not", self._part.shape)

    def values(self) -> Iterator[Any]:
        return self._part.values()

    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]:
        return self._part.clause(row, names).is_not(true())

    @property
    def columns(self) -> frozenset[str]:
        return self._part.columns

    @property
    def lookups(self) -> int:
        return self._part.lookups


def opposite(part: Test) -> Test:
    if isinstance(part, Always):
        return NONE if part is EVERY else EVERY
    return Opposite(part)


class There(Test):
    """A row of another table belongs to this one and passes a test of its own.

    `same` pairs its columns with ours. It has to be found by a key: `same` and the test together name one. The offset
    keeps PostgreSQL from reading the other table as a whole instead.
    """

    __slots__ = ("_same", "_table", "_test")

    def __init__(self, table: FromClause, same: tuple[tuple[str, str], ...], test: Test) -> None:
        self._table, self._same, self._test = table, same, test

    @property
    def shape(self) -> Shape:
        return ("there", self._table.description, self._same, self._test.shape)

    def values(self) -> Iterator[Any]:
        return self._test.values()

    def clause(self, row: FromClause, names: Names) -> ColumnElement[bool]:
        other = self._table.alias()
        joined = [other.c.tenant == row.c.tenant, *(other.c[theirs] == row.c[ours] for theirs, ours in self._same)]
        found: Select[Any] = select(literal_column("1")).select_from(other)
        found = found.where(*joined, self._test.clause(other, names))
        return exists(found.correlate(row).offset(literal_column("0")))

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(ours for _, ours in self._same)

    @property
    def lookups(self) -> int:
        """One for each of several values."""
        several = sum(len(value) for value in self._test.values() if isinstance(value, tuple))
        return max(1, several) + self._test.lookups


def there(table: FromClause, same: tuple[tuple[str, str], ...], test: Test) -> Test:
    return NONE if test is NONE else There(table, same, test)
