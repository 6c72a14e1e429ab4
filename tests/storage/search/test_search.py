"""What is indexed is found, in order, page after page, by those who may see it; and nothing else is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from models.enums import SearchKind, SearchOrder
from models.errors import BadCursor, BadInput
from models.queries import Scope
from storage.database import Database
from storage.search.buckets import look_for, tenant_token
from storage.search.documents import KINDS
from storage.search.index import Doc, Ref, forget, index
from storage.search.searching import Found, Hit, search
from storage.search.tokens import terms, words
from storage.statements import Native
from storage.tenants import Tenancy
from tests.storage.search.test_tokens import NAUGHTY

ALL = Scope(tenant="acme")
BOTH = ("fd", "zd")
START = 1_700_000_000


def ticket(num: int, text: str, **fields: Any) -> Doc:
    values: dict[str, Any] = {"kind": SearchKind.TICKET, "helpdesk": 1, "at": START + num, "title": text}
    return Doc(num=num, **{**values, **fields})


async def put(db: Database, tenancy: Tenancy, docs: Sequence[Doc]) -> None:
    async with db.write(tenancy.number) as session:
        await index(session, docs)


async def look(db: Database, tenancy: Tenancy, text: str, scope: Scope = ALL, **how: Any) -> list[int]:
    found = await search(db, tenancy, scope, how.pop("helpdesks", BOTH), text, **how)
    return [hit.num for hit in found.hits]


async def walk(db: Database, tenancy: Tenancy, text: str, size: int, scope: Scope = ALL, **rest: Any) -> list[Hit]:
    hits: list[Hit] = []
    after: str | None = None
    while True:
        page = await search(db, tenancy, scope, BOTH, text, size=size, after=after, **rest)
        assert len(page.hits) <= size
        hits.extend(page.hits)
        if not page.more:
            return hits
        after = page.resume or page.hits[-1].place


async def test_newest_first_whatever_the_order_of_coming(db: Database, tenancy: Tenancy) -> None:
    docs = [ticket(n, f"printer {n}", helpdesk=1 + n % 2) for n in range(40)]
    random.Random(1).shuffle(docs)
    for start in range(0, 40, 7):
        await put(db, tenancy, docs[start : start + 7])
    assert await look(db, tenancy, "PRINTER") == list(range(39, -1, -1))
    assert await look(db, tenancy, "printer 17") == [17]
    assert await look(db, tenancy, "scanner") == []
    assert [h.num for h in await walk(db, tenancy, "printer", 7)] == list(range(39, -1, -1))


async def test_a_document_is_replaced_and_moves_to_the_front(db: Database, tenancy: Tenancy) -> None:
    await put(db, tenancy, [ticket(n, "printer") for n in range(5)])
    await put(db, tenancy, [ticket(2, "scanner printer", at=START + 100)])
    assert await look(db, tenancy, "printer") == [2, 4, 3, 1, 0]
    await put(db, tenancy, [ticket(2, "scanner", at=START + 101), ticket(2, "scanner again", at=START + 102)])
    assert await look(db, tenancy, "printer") == [4, 3, 1, 0]
    assert await look(db, tenancy, "again") == [2]


async def test_what_is_forgotten_leaves_nothing(db: Database, tenancy: Tenancy) -> None:
    comments = [ticket(1, "", kind=SearchKind.COMMENT, sub=f"1/{n}", texts=("secret",)) for n in range(3)]
    await put(db, tenancy, [ticket(1, "secret"), ticket(2, "secret"), *comments])
    async with db.write(tenancy.number) as session:
        await forget(session, [Ref(kind=SearchKind.COMMENT, helpdesk=1, num=1, sub="1/1")])
    assert len(await look(db, tenancy, "secret")) == 4
    async with db.write(tenancy.number) as session:
        whole = [Ref(kind=kind, helpdesk=1, num=n) for kind in KINDS for n in (1, 2, 3)]
        await forget(session, whole)
        await forget(session, whole)
    assert await look(db, tenancy, "secret") == []
    empty = Native(
        sqlite="SELECT (SELECT count(*) FROM search_docs), count(*) FROM search_words('secret')",
        postgresql="SELECT (SELECT count(*) FROM search_docs), count(*) FROM search_words",
    )
    assert [tuple(row) for row in await db.fetch(tenancy.number, empty, {})] == [(0, 0)]


async def test_the_same_again_writes_nothing(db: Database, tenancy: Tenancy) -> None:
    await put(db, tenancy, [ticket(1, "printer")])
    before = (await search(db, tenancy, ALL, BOTH, "printer")).hits
    await put(db, tenancy, [ticket(1, "printer")])
    assert (await search(db, tenancy, ALL, BOTH, "printer")).hits == before
    await put(db, tenancy, [ticket(1, "printer", orgs=(3,))])
    assert (await search(db, tenancy, ALL, BOTH, "printer")).hits == before


async def test_thousands_of_one_second_keep_places_of_their_own(db: Database, tenancy: Tenancy) -> None:
    for start in range(0, 1_500, 300):
        await put(db, tenancy, [ticket(n, "same", at=START) for n in range(start, start + 300)])
    hits = await walk(db, tenancy, "same", 400)
    assert sorted(hit.num for hit in hits) == list(range(1_500))
    assert len({hit.doc for hit in hits}) == 1_500 and {hit.at for hit in hits} == {START}
    await put(db, tenancy, [ticket(n, "odd", at=at) for n, at in ((1, -5), (2, 2**40), (3, 2**40))])
    assert set(await look(db, tenancy, "odd")) == {1, 2, 3}


async def test_kinds_and_helpdesks(db: Database, tenancy: Tenancy) -> None:
    docs = [ticket(n, "word", kind=kind, helpdesk=1 + n % 2) for n, kind in enumerate(SearchKind)]
    await put(db, tenancy, docs)
    for n, kind in enumerate(SearchKind):
        assert await look(db, tenancy, "word", kinds=[kind]) == [n]
    assert await look(db, tenancy, "word", kinds=[SearchKind.TICKET, SearchKind.ARTICLE]) == [4, 0]
    assert await look(db, tenancy, "word", kinds=list(SearchKind)) == [4, 3, 2, 1, 0]
    assert await look(db, tenancy, "word", helpdesks=["zd"]) == [3, 1]
    assert await look(db, tenancy, "word", helpdesks=["gone"]) == []
    assert await look(db, tenancy, "word", helpdesks=[]) == []


async def test_other_tenants_are_not_seen(db: Database, tenancy: Tenancy, neighbour: Tenancy) -> None:
    await put(db, tenancy, [ticket(n, "shared mine") for n in range(3)])
    await put(db, neighbour, [ticket(n, "shared theirs") for n in range(10, 15)])
    assert await look(db, tenancy, "shared") == [2, 1, 0]
    assert await look(db, neighbour, "shared") == [14, 13, 12, 11, 10]
    assert await look(db, tenancy, "theirs") == []
    if db.name == "postgresql":
        everything = Native(sqlite="", postgresql="SELECT count(*) FROM search_words")
        async with db.read(tenancy.number) as session:
            assert (await session.fetch(everything, {}))[0][0] == 0
            for number, seen in ((tenancy.number, 3), (neighbour.number, 0)):
                await look_for(session, f"'{tenant_token(number)}'")
                assert (await session.fetch(everything, {}))[0][0] == seen


async def test_a_bound_caller_finds_what_its_organizations_may_see(db: Database, tenancy: Tenancy) -> None:
    comment, article = SearchKind.COMMENT, SearchKind.ARTICLE
    await put(
        db,
        tenancy,
        [
            ticket(1, "word", orgs=(7,)),
            ticket(2, "word", orgs=(8,)),
            ticket(3, "word"),
            ticket(4, "word", orgs=(7,), helpdesk=2),
            ticket(5, "word", kind=comment, sub="5/1", orgs=(7,)),
            ticket(6, "word", kind=comment, sub="6/1", orgs=(7,), public=False),
            ticket(7, "word", kind=article, sub="en"),
            ticket(8, "word", kind=article, sub="en", public=False),
            ticket(9, "word", kind=article, sub="en", helpdesk=2),
            ticket(10, "word", kind=SearchKind.CONTACT, orgs=(8, 7)),
        ],
    )
    bound = Scope(tenant="acme", organizations={"fd": frozenset({"7"})})
    assert await look(db, tenancy, "word", bound) == [10, 7, 5, 1]
    nobody = Scope(tenant="acme", organizations={"fd": frozenset()})
    assert await look(db, tenancy, "word", nobody) == []
    assert await look(db, tenancy, "word", Scope(tenant="acme", organizations={})) == []
    assert await look(db, tenancy, "word", Scope(tenant="acme", notes=False)) == [10, 9, 8, 7, 5, 4, 3, 2, 1]
    many = Scope(tenant="acme", organizations={"fd": frozenset(str(n) for n in range(2_000)), "zd": frozenset({"9"})})
    assert await look(db, tenancy, "word", many) == [10, 9, 7, 5, 2, 1]


async def test_any_language_and_any_text(db: Database, tenancy: Tenancy) -> None:
    await put(db, tenancy, [ticket(n, "", texts=(f"before {text} after",)) for n, text in enumerate(NAUGHTY)])
    for n, text in enumerate(NAUGHTY):
        if terms(text):
            assert n in await look(db, tenancy, text, size=100)
    await put(db, tenancy, [ticket(100, "환불해주세요"), ticket(101, "东京都厅的退款问题"), ticket(102, "大火事")])
    assert await look(db, tenancy, "환불") == [100, 14]
    assert await look(db, tenancy, "退款") == [101]
    assert await look(db, tenancy, "火事") == [102]
    assert 102 in await look(db, tenancy, "事", size=100)


async def test_bad_input_is_told(db: Database, tenancy: Tenancy) -> None:
    await put(db, tenancy, [ticket(1, "printer")])
    with pytest.raises(BadInput, match="no letters") as caught:
        await look(db, tenancy, "??? !!")
    assert caught.value.field == "query"
    with pytest.raises(BadInput, match="at least 3 letters"):
        await look(db, tenancy, "pr*")
    assert await look(db, tenancy, "pri*") == [1]
    newest: Found = await search(db, tenancy, ALL, BOTH, "printer")
    for place in ("", "%%%", "e30", "wA", newest.hits[0].place):
        with pytest.raises(BadCursor):
            await look(db, tenancy, "printer", after=place, order=SearchOrder.RANK)


async def test_a_long_search_stops_and_goes_on(db: Database, tenancy: Tenancy) -> None:
    """With no time at all each page is one stretch, and all pages together are the whole."""
    year = 365 * 86_400
    docs = [ticket(n, "left" if n % 5 else "left right", at=START + n * year // 10) for n in range(60)]
    await put(db, tenancy, docs)
    pages, found, after = 0, [], None
    while True:
        page = await search(db, tenancy, ALL, BOTH, "left right", size=50, after=after, long_s=-1)
        found += [hit.num for hit in page.hits]
        pages += 1
        if not page.more:
            break
        assert page.resume is not None
        after = page.resume
    assert found == list(range(55, -1, -5)) and pages > 1
    assert await look(db, tenancy, "left right") == found


async def test_a_full_page_goes_on_right_behind_its_last_hit(db: Database, tenancy: Tenancy) -> None:
    """Also where more was looked at, among what is of another helpdesk, when the time was over."""
    year = 365 * 86_400
    docs = [ticket(n, "left right", at=START + n * year // 40, helpdesk=1 + n % 2) for n in range(80)]
    await put(db, tenancy, docs)
    found, after = list[int](), None
    while True:
        page = await search(db, tenancy, ALL, ("fd",), "left right", size=5, after=after, long_s=-1)
        found += [hit.num for hit in page.hits]
        if not page.more:
            break
        after = page.resume or page.hits[-1].place
    assert found == list(range(78, -1, -2))


async def test_random_documents_are_found_as_by_looking_at_each(db: Database, tenancy: Tenancy) -> None:
    dice = random.Random(7)
    vocabulary = ["printer", "fire", "refund", "order-12", "東京", "환불", "école", "a", "b", "prince"]
    there: dict[tuple[SearchKind, int, int], Doc] = {}
    for _ in range(12):
        batch = [
            ticket(
                dice.randrange(80),
                " ".join(dice.choices(vocabulary, k=2)),
                kind=dice.choice(list(SearchKind)),
                helpdesk=dice.choice((1, 2)),
                at=START + dice.randrange(-(10**8), 10**8),
                texts=(" ".join(dice.choices(vocabulary, k=dice.randrange(4))),),
                orgs=tuple(dice.sample(range(4), 2)),
                public=dice.random() < 0.7,
            )
            for _ in range(30)
        ]
        await put(db, tenancy, batch)
        there.update({(d.kind, d.helpdesk, d.num): d for d in batch})
        gone = dice.sample(sorted(there), 3)
        async with db.write(tenancy.number) as session:
            await forget(session, [Ref(kind=kind, helpdesk=desk, num=num) for kind, desk, num in gone])
        for key in gone:
            del there[key]
    scopes = (ALL, Scope(tenant="acme", notes=False), Scope(tenant="acme", organizations={"zd": frozenset("13")}))
    for query in ("printer", "fire refund", "order-12", "東京 환불", "ecole a", "pri*", "a b fire"):
        for scope in scopes:
            kinds = dice.sample(list(SearchKind), dice.choice((0, 2)))
            expected = sorted(
                ((d.at, d.kind, d.helpdesk, d.num) for d in there.values() if fits(d, query, scope, kinds)),
                reverse=True,
            )
            hits = await walk(db, tenancy, query, dice.choice((3, 50)), scope=scope, kinds=kinds)
            assert [h.at for h in hits] == [at for at, *_ in expected]
            assert {(h.kind, tenancy.helpdesks[h.helpdesk], h.num) for h in hits} == {tuple(e[1:]) for e in expected}


def fits(doc: Doc, query: str, scope: Scope, kinds: Sequence[SearchKind]) -> bool:
    said = {token for text in (doc.title, *doc.texts) for token in words(text)}
    if not all(any(t == w.token or (w.prefix and t.startswith(w.token)) for t in said) for w in terms(query)):
        return False
    if kinds and doc.kind not in kinds:
        return False
    if scope.organizations is None:
        return scope.notes or doc.public or doc.kind is not SearchKind.COMMENT
    open_to_all = doc.kind is SearchKind.ARTICLE
    return doc.helpdesk == 2 and doc.public and (open_to_all or bool({1, 3} & set(doc.orgs)))
