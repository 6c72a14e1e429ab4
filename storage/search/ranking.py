"""By rank: what fits best among the newest matches.

The newest `LOOKED_AT` matches (as far as they are found in a second) are scored, on both databases alike:

    score = mean over the terms of (n / (n + 1) + 1 where the title has it) * (1 + 1 / (1 + months))

n: how often the term is in the document (of words with the same beginning, the one that is there most often);
months: how much older the document is than the newest match, in 30 days. Equal scores: newest first. Further pages look
at the same matches: those up to the newest one of the first page.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from storage.database import Row, Session
from storage.search.documents import Words, unpack
from storage.search.newest import Below, newest
from storage.search.places import age_s
from storage.search.query import Query
from storage.search.tokens import Term
from storage.statements import Statement, among
from storage.tables.searching import search_docs

LOOKED_AT = 1_000
LONG_S = 1.0
_MONTH = 30 * 86_400
_docs = search_docs.c
_WORDS = Statement(
    select(_docs.doc, _docs.words_packed).where(_docs.tenant == bindparam("tenant"), among(_docs.doc, "docs"))
)


class Ranked(msgspec.Struct, frozen=True):
    row: Row
    score: float


class Place(msgspec.Struct, frozen=True, array_like=True):
    """After which hit to go on: `top` is the newest match of the first page."""

    top: int
    score: float
    doc: int


async def ranked(session: Session, query: Query, after: Place | None, size: int) -> tuple[int, list[Ranked]]:
    """The newest match looked at, and the best `size` after this place."""
    rows = (await newest(session, query, None if after is None else Below(after.top + 1), LOOKED_AT, LONG_S)).rows
    if not rows:
        return 0, []
    packed = await session.fetch(_WORDS, {"tenant": session.tenant, "docs": [row[0] for row in rows]})
    words = {int(doc): unpack(stored) for doc, stored in packed}
    top = int(rows[0][0]) if after is None else after.top
    scored = [Ranked(row, score(words[row[0]], query.terms, age_s(top, row[0]))) for row in rows]
    scored.sort(key=_place, reverse=True)
    left = scored if after is None else [one for one in scored if _place(one) < (after.score, after.doc)]
    return top, left[:size]


def _place(one: Ranked) -> tuple[float, int]:
    return one.score, one.row[0]


def score(words: Words, terms: Sequence[Term], older_s: int) -> float:
    places = {token: place for place, token in enumerate(words.text)}
    fit = sum(_fit(words, places, term) for term in terms) / len(terms)
    return round(fit * (1 + 1 / (1 + older_s / _MONTH)), 6)


def _fit(words: Words, places: dict[str, int], term: Term) -> float:
    at = [places[term.token]] if term.token in places else []
    if term.prefix:
        at = [place for token, place in places.items() if token.startswith(term.token)]
    if not at:
        return 0.0
    times = max(words.times[place] for place in at)
    return times / (times + 1) + (1 if min(at) < words.title else 0)
