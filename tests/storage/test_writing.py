"""What a write does at its end, what it takes back, and what is written ahead of whoever goes on."""

from __future__ import annotations

import pytest

from models.enums import SearchKind
from models.queries import Scope
from storage import rows
from storage.apply.pipelining import ahead
from storage.apply.savepoints import UNSTORABLE, savepoint
from storage.database import Database, Ending, Session
from storage.search.documents import Words, pack
from storage.search.index import Doc, Ref, forget, index
from storage.search.searching import search
from storage.statements import Native
from storage.tables.directory import facts
from tests.storage.copying import CopyDesk, copy_desk

_ADD = rows.insert(facts)
_NAMES = Native(sqlite="SELECT name FROM facts ORDER BY name", postgresql="SELECT name FROM facts ORDER BY name")


@pytest.fixture
async def desk(db: Database) -> CopyDesk:
    return await copy_desk(db)


class _Noted(Ending):
    done: list[int] = []

    def __init__(self, session: Session) -> None:
        self.gathered: list[int] = []

    def mark(self) -> int:
        return len(self.gathered)

    def back(self, mark: int) -> None:
        del self.gathered[mark:]

    async def finish(self) -> None:
        _Noted.done += self.gathered


async def test_what_is_gathered_is_done_once_and_what_was_taken_back_is_not(db: Database) -> None:
    _Noted.done = []
    async with db.write(1) as session:
        async with savepoint(session):
            session.ending(_Noted).gathered.append(1)
        with pytest.raises(OverflowError):
            async with savepoint(session):
                session.ending(_Noted).gathered.append(2)
                raise OverflowError
        session.ending(_Noted).gathered.append(3)
        assert not _Noted.done
    assert _Noted.done == [1, 3]
    with pytest.raises(RuntimeError):
        async with db.write(1) as session:
            session.ending(_Noted).gathered.append(4)
            raise RuntimeError
    assert _Noted.done == [1, 3]


async def _names(db: Database) -> list[str]:
    return [str(name) for (name,) in await db.fetch(0, _NAMES, {})]


async def test_rows_written_ahead_are_there_for_whoever_asks(db: Database) -> None:
    async with db.write(1) as session, ahead(session) as writing:
        for number in range(5):
            await _ADD.run(writing, [(f"f{number}", "x")])
        assert len(await writing.fetch(_NAMES, {})) == 5
        await _ADD.run(writing, [("f5", "x")])
    assert len(await _names(db)) == 6


async def test_what_fails_ahead_is_told_and_taken_back(db: Database) -> None:
    huge = 2**70
    async with db.write(1) as session:
        await _ADD.run(session, [("kept", "x")])
        with pytest.raises(UNSTORABLE):
            async with savepoint(session), ahead(session) as writing:
                await _ADD.run(writing, [("lost", "x")])
                await _ADD.run(writing, [(huge, "x")])
                await _ADD.run(writing, [("never begun", "x")])
        await _ADD.run(session, [("after", "x")])
    assert await _names(db) == ["after", "kept"]


async def test_who_cannot_be_stored_meanwhile_is_taken_back_alone(db: Database) -> None:
    async with db.write(1) as session:
        with pytest.raises(OverflowError):
            async with savepoint(session), ahead(session) as writing:
                await _ADD.run(writing, [("lost", "x")])
                await _ADD.run(writing, [("lost too", "x")])
                raise OverflowError
        await _ADD.run(session, [("kept", "x")])
    assert await _names(db) == ["kept"]


async def test_words_that_cannot_be_packed_leave_nothing_under_way(
    db: Database, desk: CopyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def packed(words: Words) -> bytes:
        if "bad" in words.text:
            raise UnicodeError
        return pack(words)

    monkeypatch.setattr("storage.search.index.pack", packed)

    def doc(num: int, text: str) -> Doc:
        return Doc(kind=SearchKind.TICKET, helpdesk=1, num=num, at=1_700_000_000, title=text)

    async with db.write(desk.tenancy.number) as session:
        with pytest.raises(UNSTORABLE):
            async with savepoint(session), ahead(session) as writing:
                await index(writing, [doc(1, "good"), doc(2, "bad")])
        await index(session, [doc(3, "good")])
    found = await search(db, desk.tenancy, Scope(tenant="acme"), ("desk",), "good")
    assert [hit.num for hit in found.hits] == [3]


async def test_who_fails_meanwhile_leaves_nothing_under_way(db: Database) -> None:
    with pytest.raises(RuntimeError):
        async with db.write(1) as session, ahead(session) as writing:
            await _ADD.run(writing, [("a", "x")])
            await _ADD.run(writing, [("b", "x")])
            raise RuntimeError
    assert await _names(db) == []
    async with db.write(1) as session:
        await _ADD.run(session, [("c", "x")])
    assert await _names(db) == ["c"]


async def test_a_document_that_comes_and_goes_and_comes_in_one_write(db: Database, desk: CopyDesk) -> None:
    tenancy, scope = desk.tenancy, Scope(tenant="acme")
    ref = Ref(kind=SearchKind.TICKET, helpdesk=1, num=7)

    def doc(text: str) -> Doc:
        return Doc(kind=SearchKind.TICKET, helpdesk=1, num=7, at=1_700_000_000, title=text)

    async with db.write(tenancy.number) as session:
        await index(session, [doc("first")])
        await index(session, [doc("second")])
        await forget(session, [ref])
        await index(session, [doc("third")])
    for text, count in (("first", 0), ("second", 0), ("third", 1)):
        assert len((await search(db, tenancy, scope, ("desk",), text)).hits) == count
    async with db.write(tenancy.number) as session:
        await index(session, [doc("fourth")])
        await forget(session, [ref])
    for text in ("third", "fourth"):
        assert not (await search(db, tenancy, scope, ("desk",), text)).hits
