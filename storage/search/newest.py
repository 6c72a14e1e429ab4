"""Matches, newest first.

On SQLite the word index is in the order of places, so a list of it is simply read from its beginning. On PostgreSQL it
has no order: the newest stretch of time is asked first, then longer and longer ones; where a stretch has too many
matches to sort, a shorter one is asked. A search for several words may look through long lists for the few entries they
share: it too goes stretch by stretch, and stops after a while with the place to go on from.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from storage.database import Row
from storage.search.buckets import PERIOD, look_for, periods, prefix, stretch_tokens
from storage.search.places import BITS, rowid
from storage.search.query import Query, for_postgresql, for_sqlite
from storage.search.reader import Reader
from storage.statements import Name, Native

LENGTHS: Mapping[Name, tuple[int, ...]] = {
    "sqlite": (34, BITS),
    "postgresql": (22, 25, 28, 30, PERIOD, 34, BITS),
}
"""How long the stretches are that are looked at one after the other, as bits of a place that do not matter."""
MOST_SORTED = 4_000
"""Matches of a stretch that PostgreSQL sorts; when there are more, a shorter one is asked, down to the shortest."""
ALL = 1_000_000_000
MANY_TOKENS = 64
"""A search for more (of a caller bound to many organizations) asks PostgreSQL for one period at a time."""
LONG_S = 0.25
"""After so long a search that has not filled its page stops at the end of the stretch."""
SLOW_S = 0.02
"""Stretches grow while one takes less than this."""

_COLUMNS = "d.doc, d.kind, d.helpdesk, d.num, d.sub, d.at"
_FIND = Native(
    sqlite=f"SELECT {_COLUMNS} FROM search_words CROSS JOIN search_docs d"  # noqa: S608 — our own columns
    " ON d.tenant = :tenant AND d.doc = :lowest - search_words.rowid"
    " WHERE search_words MATCH :query AND search_words.rowid > :lowest - :below"
    " AND search_words.rowid <= :lowest - :low ORDER BY search_words.rowid LIMIT :size",
    postgresql=f"WITH found AS MATERIALIZED (SELECT doc FROM search_words"  # noqa: S608 — our own columns
    f" WHERE doc + 0 < :below LIMIT :most + 1),"
    f" first AS MATERIALIZED (SELECT doc FROM found ORDER BY doc DESC LIMIT :size)"
    f" SELECT {_COLUMNS}, (SELECT count(*) FROM found) > :most"
    " FROM first JOIN search_docs d ON d.tenant = :tenant AND d.doc = first.doc ORDER BY d.doc DESC",
)
_BOUNDS = Native(
    sqlite="SELECT (SELECT min(doc) FROM search_docs WHERE tenant = :tenant),"
    " (SELECT max(doc) FROM search_docs WHERE tenant = :tenant)",
    postgresql="SELECT min(doc), max(doc) FROM search_docs WHERE tenant = :tenant",
)


class Below(msgspec.Struct, frozen=True, array_like=True):
    """From where on to look, and how long a stretch to begin with: one of LENGTHS."""

    place: int
    level: int = 0


class Matches(msgspec.Struct, frozen=True):
    """Rows of (doc, kind, helpdesk, num, sub, at). `resume`: it stopped there, with matches below perhaps."""

    rows: list[Row]
    resume: Below | None = None


async def newest(session: Reader, query: Query, after: Below | None, size: int, long_s: float = LONG_S) -> Matches:
    """The first `size` matches at places below this one; None: from the newest on.

    Stretches grow, the faster the less is found. `crowded`: those, the shortest last, with too many matches: until they
    are behind, shorter ones are asked.
    """
    lengths, clock, rows = LENGTHS[session.name], asyncio.get_running_loop(), list[Row]()
    floor, below = await _bounds(session, query, after)
    until, crowded = clock.time() + long_s, list[tuple[int, int]]()
    longest = _longest(session.name, query)
    level = longest if _at_once(session.name, query) else max(0 if after is None else after.level, 0)
    while below > floor and len(rows) < size:
        while crowded and below <= crowded[-1][0]:
            crowded.pop()
        level = min(level, crowded[-1][1] - 1 if crowded else longest)
        low = max((below - 1) >> lengths[level] << lengths[level], floor)
        begun = clock.time()
        found, whole = await _stretch(session, query, level, (low, below), size - len(rows))
        if not whole:
            crowded.append((low, level))
            continue
        rows.extend(found)
        if clock.time() - begun < SLOW_S:
            level += 1 if found else 2
        below = low
        if clock.time() > until and below > floor and len(rows) < size:
            return Matches(rows, Below(below, level))
    return Matches(rows)


def _at_once(name: Name, query: Query) -> bool:
    """One list of SQLite's index is all there is to read: one statement does."""
    return name == "sqlite" and query.simple


def _longest(name: Name, query: Query) -> int:
    lengths = LENGTHS[name]
    few = name == "sqlite" or sum(map(len, query.groups())) <= MANY_TOKENS
    return len(lengths) - 1 if few else lengths.index(PERIOD)


async def _bounds(session: Reader, query: Query, after: Below | None) -> tuple[int, int]:
    """The lowest place to look at, and the one below which to begin."""
    if _at_once(session.name, query):
        return 0, 1 << BITS if after is None else min(after.place, 1 << BITS)
    ((first, last),) = await session.fetch(_BOUNDS, {"tenant": session.tenant})
    if first is None:
        return 0, 0
    return int(first), int(last) + 1 if after is None else min(after.place, int(last) + 1)


async def _stretch(
    session: Reader, query: Query, level: int, between: tuple[int, int], size: int
) -> tuple[Sequence[Row], bool]:
    """Its newest matches; False: there are too many to tell which are the newest."""
    low, below = between
    values = {"tenant": session.tenant, "low": low, "below": below, "size": size}
    if session.name == "sqlite":
        lowest = rowid(session.tenant, 0)
        return await session.fetch(_FIND, {**values, "query": for_sqlite(query), "lowest": lowest}), True
    prefixes = [prefix(session.tenant, period) for period in periods(low, below)]
    stretches = stretch_tokens(session.tenant, low, below) if LENGTHS["postgresql"][level] < PERIOD else ()
    await look_for(session, for_postgresql(query, prefixes, stretches))
    rows = await session.fetch(_FIND, {**values, "most": MOST_SORTED if level else ALL})
    return rows, not rows or not rows[0][6]
