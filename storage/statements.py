"""Statements, compiled once for each database and run on the driver's own connection.

A `Statement` wraps what SQLAlchemy Core describes. Its values are named; the driver is given them in its own order.
`among` is the test "one of these", whose values are one parameter however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Literal, TypeAlias

import orjson
from sqlalchemy import BindParameter, ClauseElement, ColumnElement, Dialect, bindparam, text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import Boolean, NullType, TypeEngine

Name: TypeAlias = Literal["sqlite", "postgresql"]
Values: TypeAlias = Mapping[str, Any]


class _Hinting(SQLiteCompiler):
    """Writes a select's hints (`with_hint(table, "INDEXED BY …", "sqlite")`) behind the table."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def _sqlite() -> Dialect:
    dialect = SQLiteDialect_aiosqlite(paramstyle="qmark")
    dialect.statement_compiler = _Hinting
    return dialect


_DIALECTS: Mapping[Name, Dialect] = {
    "sqlite": _sqlite(),
    "postgresql": PGDialect_asyncpg(),  # type: ignore[no-untyped-call]
}
_SET = "set__"


class _Among(ColumnElement[bool]):
    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True

    def __init__(self, column: ColumnElement[Any], values: BindParameter[Any]) -> None:
        self.column = column
        self.values = values


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: Any, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 — both are what the compiler made


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: Any, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    kind = compiler.dialect.type_compiler_instance.process(element.column.type).partition(" COLLATE")[0]
    return f"{column} = ANY({values}::{kind}[])"


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the values given under `name` (a sequence of numbers or texts)."""
    untyped: TypeEngine[Any] = NullType()
    return _Among(column, bindparam(_SET + name, type_=untyped))


class Compiled:
    """What the driver runs: its text, and how named values become its sequence."""

    __slots__ = ("names", "sets", "sql", "take")

    def __init__(self, sql: str, names: Sequence[str], name: Name) -> None:
        self.sql = sql
        self.names = tuple(n.removeprefix(_SET) for n in names)
        self.sets = tuple(i for i, n in enumerate(names) if n.startswith(_SET)) if name == "sqlite" else ()
        self.take = _taker(self.names)

    def values(self, given: Values) -> Sequence[Any]:
        taken = self.take(given)
        if not self.sets:
            return taken
        return [orjson.dumps(list(v)).decode() if i in self.sets else v for i, v in enumerate(taken)]

    def many(self, given: Sequence[Values]) -> Sequence[Sequence[Any]]:
        return [self.values(one) for one in given]


def _taker(names: tuple[str, ...]) -> Callable[[Values], tuple[Any, ...]]:
    if not names:
        return lambda given: ()
    if len(names) == 1:
        only = names[0]
        return lambda given: (given[only],)
    return itemgetter(*names)


class Statement:
    """Compiled when first used, once for each database. Keep it: make it at import, or in a bounded cache."""

    __slots__ = ("_clause", "_compiled")

    def __init__(self, clause: ClauseElement) -> None:
        self._clause = clause
        self._compiled: dict[Name, Compiled] = {}

    def on(self, name: Name) -> Compiled:
        found = self._compiled.get(name)
        if found is None:
            found = self._compiled[name] = compiled(self._clause, name)
        return found


class Native(Statement):
    """A statement that each database words in its own way; values as `:name`."""

    __slots__ = ("_texts",)

    def __init__(self, *, sqlite: str, postgresql: str) -> None:
        self._texts: Mapping[Name, str] = {"sqlite": sqlite, "postgresql": postgresql}
        self._compiled = {}

    def on(self, name: Name) -> Compiled:
        found = self._compiled.get(name)
        if found is None:
            found = self._compiled[name] = compiled(text(self._texts[name]), name)
        return found


def compiled(clause: ClauseElement, name: Name) -> Compiled:
    """Literal values in the clause would be lost: every value has to be a named parameter, or written out."""
    made = clause.compile(dialect=_DIALECTS[name])
    names: Iterable[str] = getattr(made, "positiontup", None) or ()
    fixed = {n: v for n, v in made.params.items() if v is not None}
    if fixed:
        return _WithFixed(str(made), tuple(names), name, fixed)
    return Compiled(str(made), tuple(names), name)


class _WithFixed(Compiled):
    """Some of the values stand in the clause itself."""

    __slots__ = ("_fixed",)

    def __init__(self, sql: str, names: Sequence[str], name: Name, fixed: Values) -> None:
        super().__init__(sql, names, name)
        self._fixed = fixed

    def values(self, given: Values) -> Sequence[Any]:
        return super().values({**self._fixed, **given})
