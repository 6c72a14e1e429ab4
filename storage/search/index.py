"""Puts documents into the index and takes them out, a batch at a time, within the caller's write."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final, TypeAlias

import msgspec

from storage import rows
from storage.database import Ending, Row, Session
from storage.search.buckets import look_for, placed, tenant_token
from storage.search.documents import KINDS, Doc, Ref, Words, pack, unpack, words_of
from storage.search.places import places, rowid
from storage.search.tokens import beginnings
from storage.statements import Native
from storage.tables.searching import search_docs

__all__ = ["Doc", "Ref", "forget", "index"]

_COLUMNS = "own.doc, own.num, own.sub, own.at, own.words_packed"
_OF_KIND = "own.tenant = :tenant AND own.kind = :kind AND own.helpdesk = :of"
_WHOLE = Native(
    sqlite=f"SELECT {_COLUMNS} FROM json_each(:set__nums) AS asked CROSS JOIN search_docs AS own"  # noqa: S608
    f" WHERE {_OF_KIND} AND own.num = asked.value",
    postgresql=f"SELECT {_COLUMNS} FROM unnest(CAST(:set__nums AS bigint[])) AS asked(num) CROSS JOIN LATERAL"  # noqa: S608
    f" (SELECT * FROM search_docs AS own WHERE {_OF_KIND} AND own.num = asked.num OFFSET 0) AS own",
)
_PARTS = Native(
    sqlite=f"SELECT {_COLUMNS} FROM json_each(:set__pairs) AS asked CROSS JOIN search_docs AS own"  # noqa: S608
    f" WHERE {_OF_KIND} AND own.num = asked.value ->> 0 AND own.sub = asked.value ->> 1",
    postgresql=f"SELECT {_COLUMNS} FROM unnest(CAST(:set__nums AS bigint[]), CAST(:set__subs AS text[]))"  # noqa: S608
    " AS asked(num, sub) CROSS JOIN LATERAL"
    f" (SELECT * FROM search_docs AS own WHERE {_OF_KIND} AND own.num = asked.num AND own.sub = asked.sub OFFSET 0)"
    " AS own",
)
"""Each record is gone to by the index, in both databases; left to themselves they read all documents of the helpdesk as
long as they have no statistics."""
_ADD = rows.insert(search_docs)
_REMOVE = rows.delete(search_docs, ("tenant", "doc"))
_WORDS = rows.Many(
    ("rowid", "command", "words"),
    sqlite="INSERT INTO search_words (rowid, search_words, words) VALUES (?, ?, ?)",
    postgresql="",
)
"""SQLite: the command is null for new words, or `delete`: it has to be told the words of what it is to forget. No token
has a space in it."""
_ADD_WORDS = rows.Many(
    ("tenant", "doc", "words"),
    sqlite="",
    postgresql="INSERT INTO search_words (tenant, doc, words)"
    " SELECT tenant, doc, array_to_tsvector(string_to_array(words, ' '))"
    " FROM unnest($1::integer[], $2::bigint[], $3::text[]) AS new(tenant, doc, words)",
)
_REMOVE_WORDS = rows.Many(
    ("tenant", "doc"),
    sqlite="",
    postgresql="DELETE FROM search_words AS gone USING unnest($1::integer[], $2::bigint[]) AS old(tenant, doc)"
    " WHERE gone.doc = old.doc AND gone.tenant = old.tenant",
)
_SETTLE = Native(
    sqlite="SELECT 0",
    postgresql="SELECT deskgraph_settle_words() WHERE NOT EXISTS (SELECT 1 FROM facts WHERE name = 'bulk')",
)
"""PostgreSQL: puts new words in their places; many at once is several times faster than word by word. While a database
is loaded for the first time it does so by itself, whenever a few thousand documents are waiting."""
Key: TypeAlias = tuple[int, int, int, str]
"""Kind, helpdesk, number, sub: a record's document."""


class _Indexed(msgspec.Struct, frozen=True, array_like=True):
    doc: int
    at: int
    packed: bytes


async def index(session: Session, docs: Sequence[Doc]) -> None:
    """Replaces each record's document. One that is there as it stands is left alone. Of two for one record the last
    counts."""
    by_key: dict[Key, Doc] = {(KINDS[d.kind], d.helpdesk, d.num, d.sub): d for d in docs}
    asking = asyncio.ensure_future(_indexed(session, by_key))
    try:
        await asyncio.sleep(0)  # the question is on its way meanwhile
        words = {key: words_of(doc) for key, doc in by_key.items()}
        packed = {key: pack(found) for key, found in words.items()}
    except BaseException:
        await asyncio.gather(asking, return_exceptions=True)  # nothing of ours is under way
        raise
    there = await asking
    same = {k for k, old in there.items() if old.at == by_key[k].at and old.packed == packed[k]}
    await _take_out(session, [old for key, old in there.items() if key not in same])
    new = sorted((doc.at, key) for key, doc in by_key.items() if key not in same)
    if not new:
        return
    found = list(zip(await places(session, [at for at, _ in new]), new, strict=True))
    await _ADD.run(session, [_row(session.tenant, place, at, key, packed[key]) for place, (at, key) in found])
    if session.name == "sqlite":
        session.ending(_Written).add([(session.tenant, place, words[key]) for place, (_, key) in found])
    else:
        await _ADD_WORDS.run(session, [_placed(session.tenant, place, words[key]) for place, (_, key) in found])
        session.ending(_Settled).needed += 1


async def forget(session: Session, refs: Iterable[Ref]) -> None:
    """Takes the documents of these records out, if there are any. Nothing of them stays."""
    asked: defaultdict[tuple[int, int, bool], list[Ref]] = defaultdict(list)
    for ref in refs:
        asked[KINDS[ref.kind], ref.helpdesk, ref.sub is None].append(ref)
    for (kind, helpdesk, whole), of_kind in asked.items():
        found = await _rows(session, kind, helpdesk, [(r.num, r.sub or "") for r in of_kind], whole=whole)
        await _take_out(session, [_Indexed(row[0], row[3], row[4]) for row in found])


async def _indexed(session: Session, keys: Iterable[Key]) -> dict[Key, _Indexed]:
    """Which of these documents are there."""
    asked: defaultdict[tuple[int, int], list[Key]] = defaultdict(list)
    for key in keys:
        asked[key[0], key[1]].append(key)
    found: dict[Key, _Indexed] = {}
    for (kind, helpdesk), of_kind in asked.items():
        for doc, num, sub, at, packed in await _rows(session, kind, helpdesk, [k[2:] for k in of_kind]):
            found[kind, helpdesk, num, sub] = _Indexed(doc, at, packed)
    return {key: found[key] for key in keys if key in found}


async def _rows(
    session: Session, kind: int, helpdesk: int, pairs: Sequence[tuple[int, str]], *, whole: bool = False
) -> Sequence[Row]:
    """Of these records (number, sub), or of all that is of these numbers."""
    values = {"tenant": session.tenant, "kind": kind, "of": helpdesk}
    if whole:
        return await session.fetch(_WHOLE, {**values, "nums": list({num for num, _ in pairs})})
    pairs = list(dict.fromkeys(pairs))
    nums, subs = [num for num, _ in pairs], [sub for _, sub in pairs]
    return await session.fetch(_PARTS, {**values, "pairs": pairs, "nums": nums, "subs": subs})


def _row(tenant: int, place: int, at: int, key: Key, packed: bytes) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    kind, helpdesk, num, sub = key
    return tenant, place, kind, num, sub, helpdesk, at, packed


def _placed(tenant: int, place: int, found: Words) -> tuple[int, int, str]:
    """What PostgreSQL's word index is given."""
    return tenant, place, " ".join(placed(tenant, place, found.all()))


def _spoken(found: Words) -> str:
    """What SQLite's word index is given."""
    return " ".join((*found.all(), *beginnings(found.text)))


async def _take_out(session: Session, gone: Sequence[_Indexed]) -> None:
    if not gone:
        return
    if session.name == "sqlite":
        session.ending(_Written).add([(session.tenant, old.doc, unpack(old.packed)) for old in gone], _DELETE)
    else:
        await look_for(session, f"'{tenant_token(session.tenant)}'")
        newest_first = sorted(gone, key=lambda old: -old.doc)
        await _REMOVE_WORDS.run(session, [(session.tenant, old.doc) for old in newest_first])
    await _REMOVE.run(session, [(session.tenant, old.doc) for old in gone])


_DELETE: Final = "delete"


class _Written(Ending):
    """SQLite: the words of a write, old and new, go into the index in one ascending run of rowids. Whenever a rowid is
    behind the last one, and at every savepoint, it puts a piece of its own on the disk, to be joined with others
    later."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: list[tuple[int, str | None, str]] = []

    def add(self, docs: Iterable[tuple[int, int, Words]], command: str | None = None) -> None:
        self._rows += [(rowid(tenant, place), command, _spoken(found)) for tenant, place, found in docs]

    def mark(self) -> int:
        return len(self._rows)

    def back(self, mark: int) -> None:
        del self._rows[mark:]

    async def finish(self) -> None:
        """What came to one rowid stays in the order in which it came."""
        self._rows.sort(key=itemgetter(0))
        await _WORDS.run(self._session, self._rows)
        self._rows = []


class _Settled(Ending):
    """PostgreSQL: the words of a write are put in their places together."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.needed = 0

    def mark(self) -> int:
        return self.needed

    def back(self, mark: int) -> None:
        self.needed = mark

    async def finish(self) -> None:
        if self.needed:
            await self._session.fetch(_SETTLE, {})
