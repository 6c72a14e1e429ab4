"""What an older release has indexed is found by what a newer one looks for, and can be taken out again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from models.enums import SearchKind
from runtime.clock import ManualClock
from storage.database import Database, open_database
from storage.migrate import downgrade, upgrade
from storage.search.buckets import placed
from storage.search.documents import Words, helpdesk_token, kind_token, pack
from storage.search.index import Ref, forget
from storage.search.places import rowid, second_of
from storage.statements import Native
from storage.tenants import Tenancy, enter
from tests.storage.search.conftest import DESKS
from tests.storage.search.test_search import START, look, put, ticket
from tests.support.databases import GUEST, KINDS, OWNER, database_url

OWN = (kind_token(SearchKind.TICKET), helpdesk_token(1))
BEFORE = (("東京", "京都", "都"), ("order", "1234", "123456"), ("plain",))
"""Tokens, as revision 0001 had them."""
ADD = Native(
    sqlite="INSERT INTO search_docs VALUES (:tenant, :doc, 0, :num, '', 1, :at, :packed)",
    postgresql="INSERT INTO search_docs VALUES (:tenant, :doc, 0, :num, '', 1, :at, :packed)",
)
ADD_WORDS = Native(
    sqlite="INSERT INTO search_words (rowid, words) VALUES (:rowid, :words)",
    postgresql="INSERT INTO search_words (tenant, doc, words) VALUES (:tenant, :doc, array_to_tsvector(:set__words))",
)


async def indexed_before(db: Database, tenancy: Tenancy, docs: Sequence[tuple[str, ...]]) -> None:
    async with db.write(tenancy.number) as session:
        for num, text in reversed([*enumerate(docs, 1)]):
            place = second_of(START + num) << 8
            packed = pack(Words(OWN, len(text), [*text], bytes([1] * len(text))))
            here = {"tenant": tenancy.number, "doc": place}
            await session.run(ADD, {**here, "num": num, "at": START + num, "packed": packed})
            words = (*OWN, *text)
            if db.name == "sqlite":
                values = {"rowid": rowid(tenancy.number, place), "words": " ".join(words)}
            else:
                values = {**here, "words": placed(tenancy.number, place, words)}
            await session.run(ADD_WORDS, values)


@pytest.mark.parametrize("kind", KINDS)
async def test_it_gets_its_new_tokens(kind: str, tmp_path: Path) -> None:
    async with database_url(kind, tmp_path) as url:
        owner = url.replace(GUEST, OWNER)
        await downgrade(owner, "0001")
        db = await open_database(url)
        try:
            tenancy = await enter(db, "acme", DESKS, ManualClock())
            await indexed_before(db, tenancy, BEFORE)
            await upgrade(owner)
            for text, found in (("京", [1]), ("都", [1]), ("123*", [2]), ("order 123*", [2]), ("plain", [3])):
                assert await look(db, tenancy, text) == found, text
            await put(db, tenancy, [ticket(1, "京都")])
            assert await look(db, tenancy, "東") == [] and await look(db, tenancy, "京") == [1]
            async with db.write(tenancy.number) as session:
                gone = [Ref(kind=SearchKind.TICKET, helpdesk=1, num=n) for n in (1, 2, 3)]
                await forget(session, gone)
            for text in ("京", "123*", "1234", "plain"):
                assert await look(db, tenancy, text) == [], text
        finally:
            await db.aclose()
