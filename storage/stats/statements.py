"""The statements behind figures, kept by shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, literal_column, select, union_all

from storage.mirror.building import kept, tested
from storage.mirror.predicates import Test
from storage.statements import Name, Statement
from storage.stats.keys import TIMES, Key
from storage.stats.measures import Figure, Measure
from storage.tables.tickets import ticket_counts, tickets

TOTAL = Statement(
    select(func.coalesce(func.sum(ticket_counts.c.n), literal_column("0"))).where(
        ticket_counts.c.tenant == bindparam("tenant")
    )
)


def _ends(column: str) -> Statement:
    """Found by the index of each order, for what lists show and for the rest."""

    def of(shown: int) -> Select[Any]:
        here = tickets.alias()
        rows = (here.c.tenant == bindparam("tenant"), here.c.shown == literal_column(str(shown)))
        first, last = (select(end(here.c[column])).where(*rows).scalar_subquery() for end in (func.min, func.max))
        return select(first, last)

    return Statement(union_all(of(0), of(1)))


SPANS: Mapping[str, Statement] = {column: _ends(column) for column in TIMES.values()}


def _grouped(keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    texts = [text for key in keys for text in key.columns]
    return [literal_column(text).label(f"k{at}") for at, text in enumerate(texts)]


def _where(rows: Select[Any], table: FromClause, test: Test) -> Select[Any]:
    passed = tested(table, test)
    rows = rows.where(table.c.tenant == bindparam("tenant"))
    return rows if passed is None else rows.where(passed)


def _shape(keys: Sequence[Key], measures: Iterable[Measure]) -> tuple[Any, ...]:
    return tuple(key.columns for key in keys), tuple(measure.sums for measure in measures)


def _summed(table: FromClause, keys: Sequence[Key], measures: Sequence[Measure], test: Test, most: int) -> Select[Any]:
    grouped = _grouped(keys)
    texts = [text for measure in measures for text in measure.sums]
    sums: list[ColumnElement[Any]] = [literal_column(text).label(f"s{at}") for at, text in enumerate(texts)]
    rows = _where(select(*grouped, *sums).select_from(table), table, test)
    if grouped:
        rows = rows.group_by(*(literal_column(str(at)) for at in range(1, len(grouped) + 1)))
    return rows.limit(literal_column(str(most)))


def over_counts(keys: Sequence[Key], measures: Sequence[Measure], test: Test, most: int) -> Statement:
    """A combination that no ticket has any more still has a row there."""

    def build() -> Any:
        rows = _summed(ticket_counts, keys, measures, test, most)
        return rows.having(literal_column("sum(n) > 0")) if keys else rows

    return kept(("figures of counts", _shape(keys, measures), test.shape, most), build)


def over_tickets(keys: Sequence[Key], measures: Sequence[Measure], test: Test, most: int, name: Name) -> Statement:
    shape = ("figures", name, _shape(keys, measures), test.shape, most)
    return kept(shape, lambda: _summed(tickets, keys, measures, test, most))


def ninth(value: str, name: Name) -> Measure:
    """PostgreSQL finds it along with the sums."""
    if name == "sqlite":
        return Measure(("NULL",), lambda sums: None)
    ordered = f"percentile_disc(0.9) WITHIN GROUP (ORDER BY {value})"
    return Measure((ordered,), lambda sums: None if sums[0] is None else float(sums[0]))


def ninths(keys: Sequence[Key], value: str, test: Test) -> Statement:
    """SQLite: of each group the value whose rank is nine tenths of their number, rounded up."""

    def build() -> Any:
        grouped = _grouped(keys)
        measured: ColumnElement[Any] = literal_column(value)
        inner = _where(
            select(
                *grouped,
                measured.label("value"),
                func.row_number().over(partition_by=grouped, order_by=measured).label("place"),
                func.count().over(partition_by=grouped).label("number"),
            ).select_from(tickets),
            tickets,
            test,
        )
        ranked = inner.where(measured.is_not(None)).subquery()
        keyed = [ranked.c[f"k{at}"] for at in range(len(grouped))]
        return select(*keyed, ranked.c.value).where(ranked.c.place == literal_column("(9 * number + 9) / 10"))

    return kept(("ninths", _shape(keys, ()), value, test.shape), build)


def how_many(test: Test, most: int) -> Statement:
    def build() -> Any:
        rows = _where(select(literal_column("1").label("one")).select_from(tickets), tickets, test)
        return select(func.count()).select_from(rows.limit(literal_column(str(most))).subquery())

    return kept(("how many", test.shape, most), build)


def figures(
    rows: Iterable[Sequence[Any]], keys: Sequence[Key], measures: Sequence[Measure]
) -> dict[tuple[Any, ...], list[Figure]]:
    width = sum(len(key.columns) for key in keys)
    found: dict[tuple[Any, ...], list[Figure]] = {}
    for row in rows:
        values, at = [], width
        for measure in measures:
            values.append(measure.figure(row[at : at + len(measure.sums)]))
            at += len(measure.sums)
        found[tuple(row[:width])] = values
    return found
