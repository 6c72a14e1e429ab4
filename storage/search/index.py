"""Puts documents into the index and takes them out, a batch at a time, within the caller's write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import bindparam, delete, insert, select

from storage.database import Row, Session
from storage.search.buckets import look_for, placed, tenant_token
from storage.search.documents import KINDS, Doc, Ref, Words, pack, unpack, words_of
from storage.search.places import places, rowid
from storage.statements import Native, Statement, among
from storage.tables.searching import search_docs

__all__ = ["Doc", "Ref", "forget", "index"]

_docs = search_docs.c
_OF_RECORDS = (
    select(_docs.doc, _docs.num, _docs["sub"], _docs.at, _docs.words_packed)
    .where(_docs.tenant == bindparam("tenant"))
    .where(_docs.kind == bindparam("kind"), _docs.helpdesk == bindparam("of"), among(_docs.num, "nums"))
)
_WHOLE = Statement(_OF_RECORDS)
_PARTS = Statement(_OF_RECORDS.where(among(_docs["sub"], "subs")))
_ADD = Statement(insert(search_docs))
_REMOVE = Statement(delete(search_docs).where(_docs.tenant == bindparam("of"), _docs.doc == bindparam("place")))
_ADD_WORDS = Native(
    sqlite="INSERT INTO search_words (rowid, words) VALUES (:rowid, :words)",
    postgresql="INSERT INTO search_words (tenant, doc, words)"
    " VALUES (:tenant, :doc, array_to_tsvector(CAST(:words AS text[])))",
)
_REMOVE_WORDS = Native(
    sqlite="INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', :rowid, :words)",
    postgresql="DELETE FROM search_words WHERE doc = :doc AND tenant = :tenant",
)
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
    await session.run_many(_ADD, [_row(session.tenant, place, at, key, packed[key]) for place, (at, key) in found])
    await session.run_many(_ADD_WORDS, [_words(session, place, words[key]) for place, (_, key) in reversed(found)])
    if session.name == "postgresql":
        await session.fetch(_SETTLE, {})


async def forget(session: Session, refs: Iterable[Ref]) -> None:
    """Takes the documents of these records out, if there are any. Nothing of them stays."""
    asked: defaultdict[tuple[int, int, bool], list[Ref]] = defaultdict(list)
    for ref in refs:
        asked[KINDS[ref.kind], ref.helpdesk, ref.sub is None].append(ref)
    for (kind, helpdesk, whole), of_kind in asked.items():
        found = await _rows(session, kind, helpdesk, [r.num for r in of_kind], _subs(of_kind, whole))
        wanted = {(r.num, r.sub) for r in of_kind}
        gone = [_Indexed(row[0], row[3], row[4]) for row in found if whole or (row[1], row[2]) in wanted]
        await _take_out(session, gone)


def _subs(refs: Iterable[Ref], whole: bool) -> list[str] | None:
    return None if whole else [r.sub or "" for r in refs]


async def _indexed(session: Session, keys: Iterable[Key]) -> dict[Key, _Indexed]:
    """Which of these documents are there."""
    asked: defaultdict[tuple[int, int], list[Key]] = defaultdict(list)
    for key in keys:
        asked[key[0], key[1]].append(key)
    found: dict[Key, _Indexed] = {}
    for (kind, helpdesk), of_kind in asked.items():
        nums, subs = [k[2] for k in of_kind], [k[3] for k in of_kind]
        for doc, num, sub, at, packed in await _rows(session, kind, helpdesk, nums, subs):
            found[kind, helpdesk, num, sub] = _Indexed(doc, at, packed)
    return {key: found[key] for key in keys if key in found}


async def _rows(
    session: Session, kind: int, helpdesk: int, nums: Sequence[int], subs: Sequence[str] | None
) -> Sequence[Row]:
    values = {"tenant": session.tenant, "kind": kind, "of": helpdesk, "nums": list(dict.fromkeys(nums))}
    if subs is None:
        return await session.fetch(_WHOLE, values)
    return await session.fetch(_PARTS, {**values, "subs": list(dict.fromkeys(subs))})


def _row(tenant: int, place: int, at: int, key: Key, packed: bytes) -> dict[str, Any]:
    kind, helpdesk, num, sub = key
    return {
        "tenant": tenant,
        "doc": place,
        "kind": kind,
        "num": num,
        "sub": sub,
        "helpdesk": helpdesk,
        "at": at,
        "words_packed": packed,
    }


def _words(session: Session, place: int, found: Words) -> dict[str, Any]:
    """What the word index is given. SQLite's takes ascending rowids fastest: the newest first."""
    words = found.all()
    if session.name == "sqlite":
        return {"rowid": rowid(session.tenant, place), "words": " ".join(words)}
    return {"tenant": session.tenant, "doc": place, "words": placed(session.tenant, place, words)}


async def _take_out(session: Session, gone: Sequence[_Indexed]) -> None:
    if not gone:
        return
    if session.name == "postgresql":
        await look_for(session, f"'{tenant_token(session.tenant)}'")
    newest_first = sorted(gone, key=lambda old: -old.doc)
    await session.run_many(_REMOVE_WORDS, [_words(session, old.doc, unpack(old.packed)) for old in newest_first])
    await session.run_many(_REMOVE, [{"of": session.tenant, "place": old.doc} for old in gone])
