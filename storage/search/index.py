"""Puts documents into the index and takes them out, a batch at a time, within the caller's write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from storage import rows
from storage.database import Row, Session
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
_ADD_WORDS = rows.Many(
    ("tenant", "doc", "words"),
    sqlite="INSERT INTO search_words (rowid, words) VALUES (?, ?)",
    postgresql="INSERT INTO search_words (tenant, doc, words)"
    " SELECT tenant, doc, array_to_tsvector(string_to_array(words, ' '))"
    " FROM unnest($1::integer[], $2::bigint[], $3::text[]) AS new(tenant, doc, words)",
)
_REMOVE_WORDS = rows.Many(
    ("tenant", "doc", "words"),
    sqlite="INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', ?, ?)",
    postgresql="DELETE FROM search_words AS gone USING unnest($1::integer[], $2::bigint[]) AS old(tenant, doc)"
    " WHERE gone.doc = old.doc AND gone.tenant = old.tenant",
)
"""SQLite has to be told the words of what it is to forget. No token has a space in it."""
_SETTLE = Native(sqlite="SELECT 0", postgresql="SELECT deskgraph_settle_words()")
"""PostgreSQL: puts new words in their places; a batch at once is several times faster than word by word."""
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
    there = await _indexed(session, by_key)
    words = {key: words_of(doc) for key, doc in by_key.items()}
    packed = {key: pack(found) for key, found in words.items()}
    same = {k for k, old in there.items() if old.at == by_key[k].at and old.packed == packed[k]}
    await _take_out(session, [old for key, old in there.items() if key not in same])
    new = sorted((doc.at, key) for key, doc in by_key.items() if key not in same)
    if not new:
        return
    found = list(zip(await places(session, [at for at, _ in new]), new, strict=True))
    await _ADD.run(session, [_row(session.tenant, place, at, key, packed[key]) for place, (at, key) in found])
    await _ADD_WORDS.run(session, [_words(session, place, words[key]) for place, (_, key) in reversed(found)])
    if session.name == "postgresql":
        await session.fetch(_SETTLE, {})


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


def _words(session: Session, place: int, found: Words) -> tuple[Any, ...]:
    """What the word index is given. SQLite's takes ascending rowids fastest: the newest first."""
    words = found.all()
    if session.name == "sqlite":
        return rowid(session.tenant, place), " ".join((*words, *beginnings(found.text)))
    return session.tenant, place, " ".join(placed(session.tenant, place, words))


async def _take_out(session: Session, gone: Sequence[_Indexed]) -> None:
    if not gone:
        return
    newest_first = sorted(gone, key=lambda old: -old.doc)
    if session.name == "postgresql":
        await look_for(session, f"'{tenant_token(session.tenant)}'")
        await _REMOVE_WORDS.run(session, [(session.tenant, old.doc) for old in newest_first])
    else:
        await _REMOVE_WORDS.run(session, [_words(session, old.doc, unpack(old.packed)) for old in newest_first])
    await _REMOVE.run(session, [(session.tenant, old.doc) for old in gone])
