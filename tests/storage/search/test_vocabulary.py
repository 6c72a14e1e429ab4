"""The beginning of a word finds what begins so, however many words these are."""

from __future__ import annotations

import pytest

from storage.database import Database
from storage.search import vocabulary
from storage.tenants import Tenancy
from tests.storage.search.test_search import look, put, ticket, walk


@pytest.mark.parametrize("size", [3, 50])
async def test_few_words_many_words_and_words_of_many(db: Database, tenancy: Tenancy, size: int) -> None:
    """A beginning of two common words; one of more rare words than are looked for; and the word alone."""
    rare = vocabulary.MOST_WORDS + 40
    docs = [ticket(n, "printer" if n % 3 else "printing") for n in range(600)]
    docs += [ticket(1_000 + n, f"part{n:04d}x") for n in range(rare)]
    docs += [ticket(3_000, "prince"), ticket(3_001, "pr")]
    await put(db, tenancy, docs)
    assert [hit.num for hit in await walk(db, tenancy, "prin*", size)] == [3_000, *range(599, -1, -1)]
    assert [hit.num for hit in await walk(db, tenancy, "part*", size)] == [1_000 + n for n in range(rare - 1, -1, -1)]
    assert await look(db, tenancy, "printi* 300*") == []
    assert [hit.num for hit in await walk(db, tenancy, "printi*", size)] == list(range(597, -1, -3))


async def test_more_common_words_than_are_gone_to(db: Database, tenancy: Tenancy) -> None:
    each = 260
    words = [f"con{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(vocabulary.MOST_STEPS + 3)]
    await put(db, tenancy, [ticket(n, " ".join(words)) for n in range(each)])
    assert [hit.num for hit in await walk(db, tenancy, "con*", 100)] == list(range(each - 1, -1, -1))


async def test_what_numbers_begin_with(db: Database, tenancy: Tenancy) -> None:
    docs = [ticket(n, f"order {n}") for n in (123, 1234, 12, 91_234, 123_456_789)]
    await put(db, tenancy, [*docs, ticket(7, "GB-123-x"), ticket(8, "x123")])
    assert sorted(await look(db, tenancy, "123*")) == [7, 123, 1234, 123_456_789]
    assert sorted(await look(db, tenancy, "1234*")) == [1234, 123_456_789]
    assert sorted(await look(db, tenancy, "order 123*")) == [123, 1234, 123_456_789]
    await put(db, tenancy, [ticket(123, "gone")])
    assert sorted(await look(db, tenancy, "123*")) == [7, 1234, 123_456_789]


async def test_one_character_of_a_longer_word(db: Database, tenancy: Tenancy) -> None:
    await put(db, tenancy, [ticket(1, "東京都"), ticket(2, "京"), ticket(3, "大阪")])
    assert [await look(db, tenancy, one) for one in "東京都大"] == [[1], [2, 1], [1], [3]]
