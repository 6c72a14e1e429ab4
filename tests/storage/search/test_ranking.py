"""By rank: what the score says, on both databases alike, page after page."""

from __future__ import annotations

from models.enums import SearchKind, SearchOrder
from models.queries import Scope
from storage.database import Database
from storage.search import ranking
from storage.search.documents import words_of
from storage.search.index import Doc, index
from storage.search.ranking import score
from storage.search.searching import Hit, search
from storage.search.tokens import terms
from storage.tenants import Tenancy

MONTH = 30 * 86_400
START = 1_700_000_000


def ticket(num: int, title: str, text: str = "", at: int = START) -> Doc:
    return Doc(kind=SearchKind.TICKET, helpdesk=1, num=num, at=at, title=title, texts=(text,))


async def ranked(db: Database, tenancy: Tenancy, text: str, size: int = 50) -> list[Hit]:
    hits: list[Hit] = []
    after: str | None = None
    while True:
        page = await search(
            db, tenancy, Scope(tenant="acme"), ("fd", "zd"), text, order=SearchOrder.RANK, size=size, after=after
        )
        hits.extend(page.hits)
        if not page.more:
            return hits
        after = page.hits[-1].place


def test_the_score() -> None:
    words = words_of(ticket(1, "printer", "on fire fire fire"))
    assert score(words, terms("printer"), 0) == (1 / 2 + 1) * 2
    assert score(words, terms("fire"), 0) == 3 / 4 * 2
    assert score(words, terms("printer fire"), MONTH) == round((3 / 2 + 3 / 4) / 2 * 1.5, 6)
    assert score(words, terms("fir*"), 0) == score(words, terms("fire"), 0)
    assert score(words, terms("other"), 0) == 0


async def test_title_then_frequency_then_age(db: Database, tenancy: Tenancy) -> None:
    docs = [
        ticket(1, "other", "printer", START + 9),
        ticket(2, "printer"),
        ticket(3, "other", "printer printer printer"),
        ticket(4, "printer", at=START - 12 * MONTH),
        ticket(5, "printer", "printer", at=START - 12 * MONTH),
        ticket(6, "nothing", "of it"),
    ]
    async with db.write(tenancy.number) as session:
        await index(session, docs)
    hits = await ranked(db, tenancy, "printer")
    assert [hit.num for hit in hits] == [2, 5, 4, 3, 1]
    scores = [hit.score for hit in hits]
    assert None not in scores and scores == sorted(scores, reverse=True)  # type: ignore[type-var]


async def test_pages_are_the_whole_and_stay_when_something_new_comes(db: Database, tenancy: Tenancy) -> None:
    async with db.write(tenancy.number) as session:
        await index(session, [ticket(n, "printer", "printer " * (n % 7), START + n) for n in range(60)])
    whole = await ranked(db, tenancy, "printer")
    assert [h.num for h in await ranked(db, tenancy, "printer", size=7)] == [h.num for h in whole]
    first = await search(db, tenancy, Scope(tenant="acme"), ("fd",), "printer", order=SearchOrder.RANK, size=20)
    async with db.write(tenancy.number) as session:
        await index(session, [ticket(n, "printer", "printer " * 9, START + n) for n in range(100, 110)])
    rest = await search(
        db, tenancy, Scope(tenant="acme"), ("fd", "zd"), "printer", order=SearchOrder.RANK, after=first.hits[-1].place
    )
    assert [h.num for h in (*first.hits, *rest.hits)] == [h.num for h in whole] and not rest.more


async def test_only_the_newest_matches_are_ranked(db: Database, tenancy: Tenancy) -> None:
    number = ranking.LOOKED_AT + 20
    async with db.write(tenancy.number) as session:
        await index(session, [ticket(n, "printer", at=START + n) for n in range(number)])
        await index(session, [ticket(number, "printer", "printer " * 50, at=START - 1)])
    hits = await ranked(db, tenancy, "printer", size=500)
    assert len(hits) == ranking.LOOKED_AT and {hit.num for hit in hits} == set(range(20, number))
