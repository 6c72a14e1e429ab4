"""Statements, built once for each shape and kept. Their values are given by name when they run.

Sizes stand in the text: PostgreSQL plans a limit it does not know as if it were a tenth of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from cachetools import LRUCache
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
    union,
    union_all,
)

from storage.mirror.listing import Index, Key, Listing
from storage.mirror.predicates import EVERY, Names, Shape, Test
from storage.statements import Statement, among

BESIDE = ("as_of", "detail", "origin", "card")
"""What is read of a record along with its order: how it came here, and itself."""
CARD = BESIDE.index("card")
FIRST = " CROSS"
"""SQLite's hint for the left side of a join: `… CROSS JOIN …` is read from left to right."""


class Form(NamedTuple):
    """The legs of a statement without their values.

    `at`: which of the listing's indexes. `kinds`: of each leg, how each column of the prefix is given: `=`, `in`, or
    `null`. `starts`: whether a leg begins behind a place. `end`: whether the tail's first column has a bound there.
    `shown`: whether rows out of use are passed over. `keys`: the columns a row is placed by, before helpdesk and
    number. `sort`: the order of several legs as one list.
    """

    at: int
    prefix: tuple[str, ...]
    kinds: tuple[tuple[str, ...], ...]
    starts: tuple[bool, ...]
    tail: tuple[str, ...]
    descending: bool
    end: bool
    shown: bool
    twice: bool
    keys: tuple[str, ...]
    sort: tuple[Key, ...]


Rows: TypeAlias = Select[Any]
_kept: LRUCache[Any, Statement] = LRUCache(1024)


def kept(key: Any, make: Callable[[], Any]) -> Statement:
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = Statement(make())
    return found


def limit(rows: Any, size: int, skipped: int = 0) -> Any:
    return rows.limit(literal_column(str(size))).offset(literal_column(str(skipped)))


class Source:
    """Where an index's rows come from: the listed table, or another one that names its rows."""

    def __init__(self, listing: Listing, index: Index, joined: bool) -> None:
        self.listing = listing
        self.index = index
        self.main: FromClause = listing.table
        self.side: FromClause = index.table
        self.apart = index.table is not listing.table
        self.joined = joined or not self.apart

    def column(self, name: str) -> ColumnElement[Any]:
        own = self.index.column(name)
        if self.apart and own in self.side.c:
            return self.side.c[own].label(name) if own != name else self.side.c[name]
        return self.main.c[name]

    def bare(self, name: str) -> ColumnElement[Any]:
        own = self.index.column(name)
        return self.side.c[own] if own in self.side.c else self.main.c[name]

    @property
    def row(self) -> FromClause:
        """What is tested."""
        return self.main if self.joined else self.side

    def has(self, names: Iterable[str]) -> bool:
        """Whether the rows have all of these columns before they are joined with the listed table's."""
        return not self.index.own and all(name in self.side.c for name in names)

    def select(self, *columns: ColumnElement[Any]) -> Rows:
        if not self.apart:
            return select(*columns).select_from(self.main).with_hint(self.main, self.index.hint, "sqlite")
        found = select(*columns)
        if self.joined:
            found = found.select_from(self.side.join(self.main, self._same()))
        else:
            found = found.select_from(self.side)
        return found.with_hint(self.side, self.index.hint + (FIRST if self.joined else ""), "sqlite")

    def _same(self) -> ColumnElement[bool]:
        return and_(
            self.main.c.tenant == self.side.c.tenant,
            *(self.main.c[name] == self.side.c[self.index.column(name)] for name in self.listing.key),
        )


def narrow(listing: Listing, form: Form, names: Iterable[str]) -> Source:
    """Without the listed table where the other one has all of these columns."""
    index = listing.indexes[form.at]
    return Source(listing, index, joined=not Source(listing, index, joined=False).has(names))


def leg(source: Source, form: Form, number: int, columns: Sequence[ColumnElement[Any]]) -> Rows:
    """One leg's rows, in the order of its tail."""
    rows = source.select(*columns).where(source.side.c.tenant == bindparam("tenant"))
    for at, (name, kind) in enumerate(zip(form.prefix, form.kinds[number], strict=True)):
        column = source.bare(name)
        if kind == "null":
            rows = rows.where(column.is_(None))
        elif kind == "in":
            rows = rows.where(among(column, f"e{number}_{at}"))
        else:
            rows = rows.where(column == bindparam(f"e{number}_{at}", type_=column.type))
    if form.shown:
        rows = rows.where(among(source.bare("shown"), "shown"))
    tail = [source.bare(name) for name in form.tail]
    if form.starts[number]:
        rows = rows.where(_behind(tail, number, form.descending))
    if form.end:
        ending = bindparam("z", type_=tail[0].type)
        rows = rows.where(tail[0] >= ending if form.descending else tail[0] < ending)
    return rows


def _behind(tail: Sequence[ColumnElement[Any]], number: int, descending: bool) -> ColumnElement[bool]:
    values = [bindparam(f"s{number}_{at}", type_=column.type) for at, column in enumerate(tail)]
    if len(tail) == 1:
        return tail[0] < values[0] if descending else tail[0] > values[0]
    ours, theirs = tuple_(*tail), tuple_(*values)
    return ours < theirs if descending else ours > theirs


def in_order(source: Source, form: Form, rows: Rows) -> Rows:
    tail = [source.bare(name) for name in form.tail]
    return rows.order_by(*[column.desc() if form.descending else column.asc() for column in tail])


def placed(form: Form) -> tuple[str, ...]:
    """The columns of a row's place."""
    return (*form.keys, "helpdesk", "num")


def sorted_by(form: Form) -> list[ColumnElement[Any]]:
    """For a union, by the names of its columns."""
    return [
        literal_column(key.column).desc() if key.descending else literal_column(key.column).asc() for key in form.sort
    ]


def merged(listing: Listing, form: Form, size: int, skipped: int = 0) -> Any:
    """The first rows of several legs as one list: what they are placed by, and what they are found by."""
    index = listing.indexes[form.at]
    names = dict.fromkeys((*placed(form), *listing.key))
    source = Source(listing, index, joined=not all(index.column(name) in index.table.c for name in names))
    legs = [
        limit(
            in_order(source, form, leg(source, form, number, [source.column(name) for name in names])), size + skipped
        )
        for number in range(len(form.kinds))
    ]
    parts = [select(one.subquery()) for one in legs]
    together = (union if form.twice else union_all)(*parts)
    return limit(together.order_by(*sorted_by(form)), size, skipped)


def counted(listing: Listing, form: Form, most: int) -> Any:
    """How many rows the legs have, none counted beyond `most`. What is in several legs counts as often."""
    source = Source(listing, listing.indexes[form.at], joined=False)
    one: ColumnElement[Any] = literal_column("1").label("one")
    legs = [limit(leg(source, form, number, [one]), most) for number in range(len(form.kinds))]
    if len(legs) == 1:
        return select(func.count()).select_from(legs[0].subquery())
    together = union_all(*[select(each.subquery()) for each in legs])
    return select(func.count()).select_from(limit(together, most).subquery())


def counted_apart(listing: Listing, form: Form, most: int) -> Any:
    """How many different rows there are among the first `most` of all legs, none counted beyond half of these."""
    source = Source(listing, listing.indexes[form.at], joined=False)
    own = [source.bare(name) for name in listing.key]
    legs = [limit(leg(source, form, number, own), most) for number in range(len(form.kinds))]
    parts = [select(each.subquery()) for each in legs]
    rows = limit(parts[0] if len(parts) == 1 else union_all(*parts), most).subquery()
    return select(func.count()).select_from(limit(select(*rows.c).distinct(), most // 2).subquery())


def flagged(source_row: FromClause, flags: Sequence[Test]) -> list[ColumnElement[Any]]:
    names = Names("f")
    return [flag.clause(source_row, names).label(f"flag{number}") for number, flag in enumerate(flags)]


def shapes(tests: Sequence[Test]) -> Shape:
    return tuple(test.shape for test in tests)


def tested(row: FromClause, test: Test) -> ColumnElement[bool] | None:
    return None if test is EVERY else test.clause(row, Names("v"))
