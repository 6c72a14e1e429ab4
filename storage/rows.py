"""Many rows at once, as tuples in the order of their columns: the quickest way into each database.

SQLite is given a tuple for each row. PostgreSQL is given one array for each column, and the statement once: that takes
about a sixth less time than the statement once for each row. Rows for one `Put` must have different keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from storage.database import Session
from storage.statements import Compiled, Name, Native, Statement

Tuples: TypeAlias = Sequence[tuple[Any, ...]]
_dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


class _Ready(Compiled):
    """The values are in the driver's order already."""

    __slots__ = ()

    def many(self, given: Any) -> Sequence[Sequence[Any]]:
        return given  # type: ignore[no-any-return]


class _Columns(Compiled):
    """Rows become columns."""

    __slots__ = ()

    def values(self, given: Any) -> Sequence[Any]:
        return [*zip(*given, strict=True)]


class Many(Statement):
    """Run once for each of the rows."""

    __slots__ = ("names", "texts")

    def __init__(self, names: Sequence[str], *, sqlite: str, postgresql: str) -> None:
        self.names = tuple(names)
        self.texts: dict[Name, str] = {"sqlite": sqlite, "postgresql": postgresql}
        self._compiled = {
            "sqlite": _Ready(sqlite, names, "sqlite"),
            "postgresql": _Columns(postgresql, names, "postgresql"),
        }

    async def run(self, session: Session, rows: Tuples) -> None:
        if not rows:
            return
        if session.name == "sqlite":
            await session.run_many(self, _as_values(rows))
        else:
            await session.run(self, _as_values(rows))


def _as_values(rows: Any) -> Any:
    """Past the type of named values: these statements take theirs by place."""
    return rows


def _quoted(table: Table) -> str:
    return str(_dialect.identifier_preparer.format_table(table))


def _kinds(table: Table, names: Sequence[str]) -> list[str]:
    return [table.c[name].type.compile(_dialect).partition(" COLLATE")[0] for name in names]


def _unnested(table: Table, names: Sequence[str]) -> str:
    return ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(_kinds(table, names), 1))


def insert(
    table: Table, *, key: Sequence[str] = (), update: Sequence[str] | None = None, add: Sequence[str] = ()
) -> Many:
    """New rows of all columns. With `key` (columns of a unique index) a row that is there is changed: all its other
    columns, or those of `update`, none when that is empty; the numbers in `add` are added to what is there."""
    names = [column.name for column in table.columns]
    head = f"INSERT INTO {_quoted(table)} ({', '.join(names)}) "
    tail = _conflict(table, key, names if update is None else update, add) if key else ""
    return Many(
        names,
        sqlite=f"{head}VALUES ({', '.join('?' * len(names))}){tail}",
        postgresql=f"{head}SELECT * FROM unnest({_unnested(table, names)}){tail}",  # noqa: S608 — names of our own tables
    )


def _conflict(table: Table, key: Sequence[str], update: Sequence[str], add: Sequence[str]) -> str:
    sets = [f"{n} = excluded.{n}" for n in update if n not in key and n not in add]
    sets += [f"{n} = {_quoted(table)}.{n} + excluded.{n}" for n in add]
    what = f"UPDATE SET {', '.join(sets)}" if sets else "NOTHING"
    return f" ON CONFLICT ({', '.join(key)}) DO {what}"


def change(table: Table, values: Sequence[str], key: Sequence[str]) -> Many:
    """New values for the rows with these keys: tuples of `values`, then `key`."""
    names = [*values, *key]
    columns = ", ".join(f"{n} = new.{n}" for n in values)
    where = " AND ".join(f"{_quoted(table)}.{n} = new.{n}" for n in key)
    return Many(
        names,
        sqlite=f"UPDATE {_quoted(table)} SET {', '.join(f'{n} = ?' for n in values)} "  # noqa: S608
        f"WHERE {' AND '.join(f'{n} = ?' for n in key)}",
        postgresql=f"UPDATE {_quoted(table)} SET {columns} "  # noqa: S608
        f"FROM unnest({_unnested(table, names)}) AS new({', '.join(names)}) WHERE {where}",
    )


def delete(table: Table, key: Sequence[str]) -> Many:
    """The rows with these values of `key`, which need not name one row each."""
    where = " AND ".join(f"{_quoted(table)}.{n} = old.{n}" for n in key)
    return Many(
        key,
        sqlite=f"DELETE FROM {_quoted(table)} WHERE {' AND '.join(f'{n} = ?' for n in key)}",  # noqa: S608
        postgresql=f"DELETE FROM {_quoted(table)} "  # noqa: S608
        f"USING unnest({_unnested(table, key)}) AS old({', '.join(key)}) WHERE {where}",
    )


def of_numbers(table: Table, columns: Sequence[str], by: str = "num", *, also: str = "", beside: str = "") -> Native:
    """Rows of one helpdesk whose column `by` is one of `nums`: first that column, then these. `also`: another column
    that has the value given under its name. `beside`: a table with the same key whose columns are asked for as
    `beside.…`, null where it has no row.

    PostgreSQL is told to go to each by the index. Left to itself it reads all rows of the helpdesk, as long as it has
    no statistics of a table that is being filled."""
    names = ", ".join(name if "." in name else f"own.{name}" for name in (by, *columns))
    keys = ("tenant", "helpdesk", also) if also else ("tenant", "helpdesk")
    here = " AND ".join(f"{name} = :{name}" for name in keys)
    joined = f" LEFT JOIN {beside} AS beside USING (tenant, helpdesk, {by})" if beside else ""
    looked_up = f" LEFT JOIN LATERAL {_asked(beside, here, by)} AS beside ON true" if beside else ""
    return Native(
        sqlite=f"SELECT {names} FROM {_quoted(table)} AS own{joined}"  # noqa: S608
        f" WHERE {' AND '.join(f'own.{name} = :{name}' for name in keys)}"
        f" AND own.{by} IN (SELECT value FROM json_each(:set__nums))",
        postgresql=f"SELECT {names} FROM unnest(CAST(:set__nums AS bigint[])) AS asked(num)"  # noqa: S608
        f" CROSS JOIN LATERAL {_asked(_quoted(table), here, by)} AS own{looked_up}",
    )


def _asked(table: str, here: str, by: str) -> str:
    return f"(SELECT * FROM {table} WHERE {here} AND {by} = asked.num OFFSET 0)"  # noqa: S608
