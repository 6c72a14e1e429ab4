"""SQLite: the beginning of a word as the words that begin so.

The word index has no lists for beginnings: a common one would be made anew by each search, from all that is in it. The
words themselves are gone to one by one, and their lists read only as far as a page needs. Three digits have a token of
their own, since any number may begin with them. Where a beginning has too many words the index is left to it: they are
rare then, or it takes long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from cachetools import TTLCache

from storage.search.query import Query
from storage.search.reader import Reader
from storage.search.tokens import BEGINS, Term, is_beginning
from storage.statements import Native

MOST_STEPS = 64
"""How often the index is gone to for further words."""
MOST_WORDS = 256
LONG_S, KEPT_S, KEPT = 0.005, 10.0, 10_000
"""What took longer than the first is kept for the second; at most so many."""
_AT_ONCE = 64
"""Entries that are read from a place on: many words that are rare, or one that is not."""
_WORDS = Native(
    sqlite="SELECT term FROM search_vocabulary WHERE term >= :first AND term < :behind LIMIT :size",
    postgresql="SELECT NULL",
)
_LAST, _NEXT = "\U0010ffff", "\x01"


class Beginnings:
    """Of one database. What took long to find out is not asked again for a while: further pages of a search want it,
    and whoever else types the same. A word that is new in it then comes that much later."""

    def __init__(self) -> None:
        self._known: TTLCache[str, Sequence[str] | None] = TTLCache(KEPT, KEPT_S)

    async def spelled_out(self, reader: Reader, query: Query) -> Query | None:
        """None: there is no word that begins so."""
        known = dict(query.known)
        for term in query.terms:
            if term.prefix and is_beginning(term.token):
                known[term] = (Term(BEGINS + term.token),)
            elif term.prefix:
                words = await self._words(reader, term.token)
                if words is not None and not words:
                    return None
                if words is not None:
                    known[term] = tuple(map(Term, words))
        return query if not known else msgspec.structs.replace(query, known=known)

    async def _words(self, reader: Reader, letters: str) -> Sequence[str] | None:
        """None: too many."""
        if letters in self._known:
            return self._known[letters]
        clock = asyncio.get_running_loop().time
        begun = clock()
        found = await _beginning_with(reader, letters)
        if clock() - begun > LONG_S:
            self._known[letters] = found
        return found


async def _beginning_with(reader: Reader, letters: str) -> Sequence[str] | None:
    """None: too many."""
    found: list[str] = []
    first = letters
    for _ in range(MOST_STEPS):
        rows = await reader.fetch(_WORDS, {"first": first, "behind": letters + _LAST, "size": _AT_ONCE})
        found.extend(dict.fromkeys(row[0] for row in rows))
        if len(rows) < _AT_ONCE:
            return found
        if len(found) > MOST_WORDS:
            return None
        first = found[-1] + _NEXT
    return None
