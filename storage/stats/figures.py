"""Figures over tickets, counted when they are asked for: over the rows that fit, or over counts that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from models.conditions import Condition
from models.enums import TicketDimension, TicketMeasure
from models.errors import BadInput
from models.queries import Scope
from models.stats import StatsQuery, StatsRow
from storage.database import Database, Session
from storage.mirror.predicates import NONE
from storage.mirror.walking import values_of
from storage.stats import statements
from storage.stats.filtering import Asked, asked
from storage.stats.keys import LINKS, TIMES, Key, key_of
from storage.stats.measures import KEPT, RANKED, SUMMED, Figure
from storage.stats.remote_ids import look_up
from storage.tenants import Tenancy


class Most(NamedTuple):
    """How many rows an answer has, and how many tickets are looked at one by one for it; `ranked`: where SQLite has to
    sort them for a ninth tenth."""

    rows: int = 10_000
    tickets: int = 2_000_000
    ranked: int = 1_000_000


MOST = Most()
_OF_COUNTS = frozenset({TicketDimension.HELPDESK, TicketDimension.STATUS, TicketDimension.PRIORITY})
Group: TypeAlias = tuple[Any, ...]
"""What the columns of the keys hold."""


async def ticket_stats(
    db: Database,
    tenancy: Tenancy,
    scope: Scope,
    helpdesks: Sequence[str],
    where: Condition | None,
    query: StatsQuery,
    now: datetime,
    *,
    most: Most = MOST,
) -> tuple[StatsRow, ...]:
    """A row for each combination of keys that some ticket has, in the order of the keys, none last; one row when
    nothing is grouped by. What is measured: storage/stats/measures.py; how time is cut: storage/stats/cutting.py.

    `where` is understood as in lists: without a lifecycle, tickets in use and archived ones. More than `most` is
    BadInput that says how to ask for less.
    """
    question = await asked(db, tenancy, scope, helpdesks, where, now)
    if question.test is NONE:
        return () if query.group_by else (StatsRow(keys=(), values=tuple(map(_nothing, query.measures))),)
    async with db.read(tenancy.number) as session:
        return await _Counting(session, tenancy, question, query, most).rows()


def _nothing(measure: TicketMeasure) -> Figure:
    return 0.0 if measure is TicketMeasure.COUNT else None


class _Counting:
    def __init__(self, session: Session, tenancy: Tenancy, question: Asked, query: StatsQuery, most: Most) -> None:
        self._session = session
        self._tenancy = tenancy
        self._asked = question
        self._query = query
        self._most = most

    async def rows(self) -> tuple[StatsRow, ...]:
        if self._asked.kept is not None and _told_by_counts(self._query):
            keys = self._keys({}, {})
            return self._made(keys, await self._from_counts(keys))
        await self._check_number()
        spans = await self._spans()
        keys = self._keys(spans, {})
        groups = await self._from_tickets(keys)
        remote = await look_up(self._session, self._links(groups))
        return self._made(self._keys(spans, remote) if remote else keys, groups)

    def _keys(self, spans: Mapping[str, tuple[int, int]], remote: Mapping[tuple[str, int, int], str]) -> list[Key]:
        return [key_of(one, self._query, self._tenancy.keys, spans, remote) for one in self._query.group_by]

    async def _from_counts(self, keys: Sequence[Key]) -> dict[Group, list[Figure]]:
        test = self._asked.kept
        assert test is not None
        measures = [KEPT[measure] for measure in self._query.measures]
        read = statements.over_counts(keys, measures, test, self._most.rows + 1)
        rows = await self._session.fetch(read, values_of(test, (), self._tenancy.number))
        return statements.figures(self._bounded(rows), keys, measures)

    async def _from_tickets(self, keys: Sequence[Key]) -> dict[Group, list[Figure]]:
        """Sums by one statement; on SQLite each ninth tenth by one more."""
        test, name = self._asked.test, self._session.name
        values = values_of(test, (), self._tenancy.number)
        measures = [SUMMED.get(m) or statements.ninth(RANKED[m], name) for m in self._query.measures]
        read = statements.over_tickets(keys, measures, test, self._most.rows + 1, name)
        groups = statements.figures(self._bounded(await self._session.fetch(read, values)), keys, measures)
        for place, measure in enumerate(self._query.measures):
            if measure in RANKED and name == "sqlite":
                read = statements.ninths(keys, RANKED[measure], test)
                for row in await self._session.fetch(read, values):
                    groups[tuple(row[:-1])][place] = float(row[-1])
        return groups

    def _bounded(self, rows: Sequence[Any]) -> Sequence[Any]:
        if len(rows) > self._most.rows:
            raise BadInput(
                f"There are more than {self._most.rows:,} groups. Group by fewer dimensions, take a longer `bucket`, or"
                " bound the time in `filter`.",
                field="groupBy",
            )
        return rows

    async def _check_number(self) -> None:
        """Counts that are kept say how many there are at most; else those that fit are counted, up to the bound."""
        sorts = self._session.name == "sqlite" and not RANKED.keys().isdisjoint(self._query.measures)
        most = min(self._most.ranked, self._most.tickets) if sorts else self._most.tickets
        total = await self._session.fetch(statements.TOTAL, {"tenant": self._tenancy.number})
        if int(total[0][0]) <= most:
            return
        values = values_of(self._asked.test, (), self._tenancy.number)
        found = await self._session.fetch(statements.how_many(self._asked.test, most + 1), values)
        if found[0][0] > most:
            raise BadInput(
                f"More than {most:,} tickets would have to be looked at. Bound the time in `filter`, such as"
                " `createdAt`.",
                field="filter",
            )

    async def _spans(self) -> dict[str, tuple[int, int]]:
        """The first and the last moment of each time that is grouped by."""
        spans: dict[str, tuple[int, int]] = {}
        for dimension in self._query.group_by:
            if dimension in TIMES:
                column = TIMES[dimension]
                found = await self._session.fetch(statements.SPANS[column], {"tenant": self._tenancy.number})
                ends = [int(end) for row in found for end in row if end is not None]
                spans[column] = (min(ends, default=0), max(ends, default=0))
        return spans

    def _links(self, groups: Mapping[Group, Any]) -> set[tuple[str, int, int]]:
        found: set[tuple[str, int, int]] = set()
        at = 0
        for dimension in self._query.group_by:
            if dimension in LINKS:
                column = LINKS[dimension][0]
                found.update((column, group[at], group[at + 1]) for group in groups if group[at + 1] is not None)
                at += 1
            at += 1
        return found

    def _made(self, keys: Sequence[Key], groups: Mapping[Group, list[Figure]]) -> tuple[StatsRow, ...]:
        widths = [len(key.columns) for key in keys]
        rows: list[StatsRow] = []
        for group in sorted(groups, key=lambda values: [(value is None, value or 0) for value in values]):
            told, at = [], 0
            for key, width in zip(keys, widths, strict=True):
                told.append(key.told(group[at : at + width]))
                at += width
            rows.append(StatsRow(keys=tuple(told), values=tuple(groups[group])))
        return tuple(rows)


def _told_by_counts(query: StatsQuery) -> bool:
    return set(query.group_by) <= _OF_COUNTS and set(query.measures) <= set(KEPT)
