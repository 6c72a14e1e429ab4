"""The search: text in, hits out. The records, and pieces of their text (pieces.py), are for the caller to get."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar
from weakref import WeakKeyDictionary

import msgspec

from models.enums import SearchKind, SearchOrder
from models.errors import BadCursor
from models.queries import Scope
from storage.database import Database, Row
from storage.search.documents import KIND_WORDS
from storage.search.newest import LONG_S, Below, Matches, newest
from storage.search.query import Query, asked
from storage.search.ranking import Place, ranked
from storage.search.reader import Reader
from storage.search.vocabulary import Beginnings
from storage.statements import Statement, Values
from storage.tenants import Tenancy

WIDER = 4
"""How many times a page may be found for what other helpdesks and kinds have in it."""
_beginnings: WeakKeyDictionary[Database, Beginnings] = WeakKeyDictionary()
P = TypeVar("P", Below, Place)


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A document that was found: its record by `kind`, helpdesk key, `num` and `sub` (see Doc). `at`: seconds, when the
    record was last changed. `score`: by rank only. `place` is right after it."""

    kind: SearchKind
    helpdesk: str
    num: int
    sub: str
    doc: int
    at: int
    score: float | None
    place: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """`more`: there may be further hits. `resume`: the page is shorter than asked for, perhaps empty, because much was
    looked at in vain; asking again from this place goes on."""

    hits: tuple[Hit, ...]
    more: bool
    resume: str | None = None


NOTHING = Found(hits=(), more=False)


async def search(
    db: Database,
    tenancy: Tenancy,
    scope: Scope,
    helpdesks: Sequence[str],
    text: str,
    kinds: Collection[SearchKind] = (),
    order: SearchOrder = SearchOrder.NEWEST,
    size: int = 50,
    after: str | None = None,
    *,
    long_s: float = LONG_S,
) -> Found:
    """Documents of these helpdesks that say all of the text (storage/search/tokens.py says how words are compared; a
    word may end in `*`), and that the scope may see.

    NEWEST: by the record's last change, all matches, page after page. RANK: the best of the newest 1,000 matches, by
    the score of storage/search/ranking.py. A text without a word is BadInput, a place of another order BadCursor.
    """
    query = asked(tenancy, scope, helpdesks, text, kinds)
    if query is not None and db.name == "sqlite" and any(term.prefix for term in query.terms):
        beginnings = _beginnings.setdefault(db, Beginnings())
        query = await beginnings.spelled_out(_Single(db, tenancy.number), query)
    if query is None:
        return NOTHING
    if order is SearchOrder.RANK:
        return await _by_rank(db, tenancy, query, size, _read(after, Place))
    return await _by_time(db, tenancy, query, size, _read(after, Below), long_s)


async def _by_time(
    db: Database, tenancy: Tenancy, query: Query, size: int, after: Below | None, long_s: float
) -> Found:
    async with _reader(db, tenancy.number) as reader:
        found = await _matches(reader, query, after, size + 1, long_s)
    resume = None if found.resume is None else _written(found.resume)
    hits = tuple(_hit(tenancy, row, None, _written(Below(row[0]))) for row in found.rows[:size])
    return Found(hits=hits, more=len(found.rows) > size or resume is not None, resume=resume)


async def _matches(reader: Reader, query: Query, after: Below | None, size: int, long_s: float) -> Matches:
    """On SQLite several words are looked for without the helpdesk's long list at first: most of what is found is of the
    helpdesks asked, or there is not much to be found."""
    if reader.name != "sqlite" or query.told is None or len(query.terms) == 1:
        return await newest(reader, query, after, size, long_s)
    most = WIDER * size
    found = await newest(reader, msgspec.structs.replace(query, others=()), after, most, long_s)
    rows = [row for row in found.rows if query.shows(row[1], row[2])]
    if len(rows) >= size or found.resume is not None or len(found.rows) < most:
        return Matches(rows[:size], None if len(rows) >= size else found.resume)
    rest = await newest(reader, query, Below(found.rows[-1][0]), size - len(rows), long_s)
    return Matches([*rows, *rest.rows], rest.resume)


async def _by_rank(db: Database, tenancy: Tenancy, query: Query, size: int, after: Place | None) -> Found:
    async with db.read(tenancy.number) as session:
        top, found = await ranked(session, query, after, size + 1)
    hits = tuple(_hit(tenancy, one.row, one.score, _written(Place(top, one.score, one.row[0]))) for one in found[:size])
    return Found(hits=hits, more=len(found) > size)


@asynccontextmanager
async def _reader(db: Database, tenant: int) -> AsyncIterator[Reader]:
    """On SQLite the shortest way: what moves between two statements is found where it goes to, or was changed."""
    if db.name == "sqlite":
        yield _Single(db, tenant)
    else:
        async with db.read(tenant) as session:
            yield session


class _Single:
    """Statements by themselves."""

    def __init__(self, db: Database, tenant: int) -> None:
        self.name = db.name
        self.tenant = tenant
        self._db = db

    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await self._db.fetch(self.tenant, statement, values)


def _hit(tenancy: Tenancy, row: Row, score: float | None, place: str) -> Hit:
    doc, kind, helpdesk, num, sub, at = row[:6]
    return Hit(
        kind=KIND_WORDS[kind],
        helpdesk=tenancy.keys[helpdesk],
        num=num,
        sub=sub,
        doc=doc,
        at=at,
        score=score,
        place=place,
    )


def _written(place: Below | Place) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(place)).rstrip(b"=").decode()


def _read(place: str | None, kind: type[P]) -> P | None:
    if place is None:
        return None
    try:
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)), type=kind)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise BadCursor("`after` is not a place of this search. Take it from an answer to the same one.") from error
