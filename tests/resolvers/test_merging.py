"""One ordered connection over several helpdesks whose lists change under the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import SourceOutcome, Vendor
from models.errors import BadCursor, Unavailable, Unsupported
from models.queries import Page, PageRequest, Row
from models.records import HelpdeskInfo
from providers.walking import walk
from resolvers.merging import connect
from resolvers.paging import Connection, Cursors, fingerprint, window
from resolvers.streams import Stream
from tests.support import changing

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CURSORS = Cursors(b"key", "tenant")
PRINT = fingerprint("tickets", {"order": "UPDATED_AT"})


@dataclass(frozen=True)
class Hit:
    desk: str
    id: str
    key: int


def info(key: str) -> HelpdeskInfo:
    return HelpdeskInfo(key=key, vendor=Vendor.ZENDESK, name=key, url="https://example.test")


def stream(desk: str, vendor: changing.Vendor, kind: str, *, descending: bool) -> Stream[Hit]:
    async def fetch(request: PageRequest) -> Page[Hit]:
        return await walk(
            lambda flipped: _Hits(desk, getattr(vendor, kind)(descending != flipped, 7)),
            request,
            key=lambda r: r.key,
            ident=lambda r: r.id,
            descending=descending,
        )

    return Stream(info=info(desk), fetch=fetch)


class _Hits:
    def __init__(self, desk: str, chunks) -> None:
        self.desk, self.chunks, self.stable = desk, chunks, chunks.stable

    async def read(self, token):
        chunk = await self.chunks.read(token)
        chunk_rows = [Hit(self.desk, r.id, r.key) for r in chunk.rows]
        return type(chunk)(
            rows=chunk_rows,
            token=chunk.token,
            next=chunk.next,
            prev=chunk.prev,
            starts=chunk.starts,
            contiguous=chunk.contiguous,
        )


def rank(descending: bool):
    sign = -1 if descending else 1
    return lambda hit: (sign * hit.key, hit.desk, sign * int(hit.id))


async def ask(streams, descending=True, **args) -> Connection[Hit]:
    return await connect(
        streams, window(**args), CURSORS, fingerprint=PRINT, now=NOW, rank=rank(descending), total=None
    )


def vendors(busy):
    return st.builds(
        changing.Vendor,
        rows=st.lists(st.integers(0, 10), max_size=40).map(lambda ks: {str(i + 1): k for i, k in enumerate(ks)}),
        seed=st.integers(0, 10**6),
        busy=busy,
    )


def desks(a: changing.Vendor, b: changing.Vendor, descending: bool) -> list[Stream[Hit]]:
    return [stream("alpha", a, "offsets", descending=descending), stream("beta", b, "cursors", descending=descending)]


def everything(a: changing.Vendor, b: changing.Vendor, descending: bool) -> list[Hit]:
    hits = [Hit("alpha", i, k) for i, k in a.rows.items()] + [Hit("beta", i, k) for i, k in b.rows.items()]
    return sorted(hits, key=rank(descending))


@settings(max_examples=150, deadline=None)
@given(
    a=vendors(st.sampled_from([0.0, 0.5])),
    b=vendors(st.sampled_from([0.0, 0.5])),
    size=st.integers(1, 15),
    descending=st.booleans(),
)
async def test_a_walk_shows_each_unchanged_row_once_in_global_order(a, b, size: int, descending: bool) -> None:
    before = everything(a, b, descending)
    seen: list[Hit] = []
    after = None
    for _ in range(400):
        page = await ask(desks(a, b, descending), descending, first=size, after=after)
        assert len(page.edges) <= size
        seen += page.nodes
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break
        assert page.edges
    else:
        raise AssertionError("the walk does not end")
    touched = {("alpha", i) for i in a.touched} | {("beta", i) for i in b.touched}
    still = [h for h in before if (h.desk, h.id) not in touched]
    assert [h for h in seen if h in set(still)] == still
    for desk in ("alpha", "beta"):  # changed rows too come in their own helpdesk's order
        own = [h for h in seen if h.desk == desk]
        assert own == sorted(own, key=rank(descending)) and len(own) == len(set(own))


@settings(max_examples=200, deadline=None)
@given(
    a=vendors(st.just(0.0)),
    b=vendors(st.just(0.0)),
    data=st.data(),
    descending=st.booleans(),
    from_end=st.booleans(),
)
async def test_every_edge_of_any_page_leads_both_ways(a, b, data, descending: bool, from_end: bool) -> None:
    streams, whole = desks(a, b, descending), everything(a, b, descending)
    size = data.draw(st.integers(1, 30))
    page = await ask(streams, descending, **({"last": size} if from_end else {"first": size}))
    assert page.nodes == (whole[-size:] if from_end else whole[:size])
    assert page.page_info.has_previous_page is (from_end and size < len(whole))
    assert page.page_info.has_next_page is (not from_end and size < len(whole))
    if not page.edges:
        return
    edge = data.draw(st.sampled_from(page.edges))
    at, step = whole.index(edge.node), data.draw(st.integers(1, 15))
    ahead = await ask(streams, descending, first=step, after=edge.cursor)
    assert ahead.nodes == whole[at + 1 : at + 1 + step]
    assert ahead.page_info.has_next_page is (at + 1 + step < len(whole))
    behind = await ask(streams, descending, last=step, before=edge.cursor)
    assert behind.nodes == whole[max(0, at - step) : at]
    assert behind.page_info.has_previous_page is (at - step > 0)


async def test_a_stream_that_fails_mid_walk_is_marked_and_loses_nothing() -> None:
    a = changing.Vendor({str(i): i for i in range(1, 31)}, seed=1, busy=0.0)
    b = changing.Vendor({str(i): i for i in range(1, 31)}, seed=2, busy=0.0)
    good = desks(a, b, True)

    async def down(_: PageRequest) -> Page[Hit]:
        raise Unavailable("beta does not answer")

    broken = [good[0], Stream(info=info("beta"), fetch=down)]
    first = await ask(good, first=10)
    second = await ask(broken, first=10, after=first.page_info.end_cursor)
    assert {h.desk for h in second.nodes} == {"alpha"} and len(second.nodes) == 10
    state = {s.info.key: s for s in second.sources}
    assert state["alpha"].state is SourceOutcome.COMPLETE
    assert state["beta"].state is SourceOutcome.FAILED and state["beta"].error is not None
    assert state["beta"].error.helpdesk == "beta"
    assert second.page_info.has_next_page
    third = await ask(good, first=100, after=second.page_info.end_cursor)
    seen = first.nodes + second.nodes + third.nodes
    assert sorted(seen, key=rank(True)) == everything(a, b, True) and len(set(seen)) == 60


async def test_all_streams_down_is_an_empty_page_that_says_so() -> None:
    async def down(_: PageRequest) -> Page[Hit]:
        raise Unavailable("no answer")

    page = await ask([Stream(info=info("alpha"), fetch=down), Stream(info=info("beta"), fetch=down)], first=10)
    assert page.edges == () and page.page_info.has_next_page
    assert {s.state for s in page.sources} == {SourceOutcome.FAILED}


async def test_a_ceiling_is_an_error_once_nothing_else_is_left_and_marked_before() -> None:
    a = changing.Vendor({str(i): i for i in range(1, 6)}, seed=1, busy=0.0)

    async def refuse(_: PageRequest) -> Page[Hit]:
        raise Unsupported("no further", nearest="ask the mirror")

    streams = [stream("alpha", a, "cursors", descending=True), Stream(info=info("beta"), fetch=refuse)]
    page = await ask(streams, first=10)
    assert len(page.nodes) == 5 and page.page_info.has_next_page
    with pytest.raises(Unsupported, match="no further") as caught:
        await ask(streams, first=10, after=page.page_info.end_cursor)
    assert caught.value.helpdesk == "beta"


async def test_without_a_rank_one_helpdesk_comes_after_the_other() -> None:
    a = changing.Vendor({str(i): i for i in range(1, 8)}, seed=1, busy=0.0)
    b = changing.Vendor({str(i): i for i in range(1, 8)}, seed=2, busy=0.0)
    seen, after = [], None
    while True:
        page = await connect(
            desks(a, b, True), window(first=4, after=after), CURSORS, fingerprint=PRINT, now=NOW, rank=None
        )
        seen += [(h.desk, h.id) for h in page.nodes]
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break
    assert seen == [("alpha", str(i)) for i in range(7, 0, -1)] + [("beta", str(i)) for i in range(7, 0, -1)]


async def test_a_skipped_helpdesk_is_not_asked() -> None:
    async def never(_: PageRequest) -> Page[Hit]:
        raise AssertionError("asked")

    page = await ask([Stream(info=info("alpha"), fetch=never, skipped=True)], first=1)
    assert [s.state for s in page.sources] == [SourceOutcome.SKIPPED] and not page.page_info.has_next_page


@pytest.mark.parametrize("bad", ["", "x", "AAAA", "arrayconnection:1", "é", "a" * 5000])
async def test_a_foreign_cursor_is_refused(bad: str) -> None:
    a = changing.Vendor({"1": 1}, seed=1, busy=0.0)
    with pytest.raises(BadCursor, match="`after`"):
        CURSORS.open(bad, PRINT, field="after")
    page = await ask([stream("alpha", a, "cursors", descending=True)], first=1)
    cursor = page.edges[0].cursor
    for other in (Cursors(b"key", "another"), Cursors(b"other", "tenant")):
        with pytest.raises(BadCursor):
            other.open(cursor, PRINT, field="after")
    with pytest.raises(BadCursor, match="another field, filter or order"):
        CURSORS.open(cursor, fingerprint("contacts"), field="after")


@settings(max_examples=300, deadline=None)
@given(index=st.integers(0, 10_000), bit=st.integers(0, 5))
async def test_no_altered_cursor_is_taken(index: int, bit: int) -> None:
    a = changing.Vendor({"1": 1, "2": 2}, seed=1, busy=0.0)
    cursor = (await ask([stream("alpha", a, "cursors", descending=True)], first=1)).edges[0].cursor
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at = index % len(cursor)
    letter = alphabet[alphabet.index(cursor[at]) ^ (1 << bit)]
    with pytest.raises(BadCursor):
        CURSORS.open(cursor[:at] + letter + cursor[at + 1 :], PRINT, field="after")


async def test_without_a_rank_the_way_back_leads_through_all_helpdesks() -> None:
    a = changing.Vendor({str(i): i for i in range(1, 8)}, seed=1, busy=0.0)
    b = changing.Vendor({str(i): i for i in range(1, 8)}, seed=2, busy=0.0)
    seen, before = [], None
    while True:
        page = await connect(
            desks(a, b, True), window(last=4, before=before), CURSORS, fingerprint=PRINT, now=NOW, rank=None
        )
        seen = [(h.desk, h.id) for h in page.nodes] + seen
        before = page.page_info.start_cursor
        if not page.page_info.has_previous_page:
            break
    assert seen == [("alpha", str(i)) for i in range(7, 0, -1)] + [("beta", str(i)) for i in range(7, 0, -1)]


@pytest.mark.parametrize("rows", [0, 3])
async def test_a_stream_that_fails_on_the_way_back_loses_nothing(rows: int) -> None:
    """Not even when it fails before it gave a place: it begins at the end then."""
    a = changing.Vendor({str(i): i for i in range(1, 11)}, seed=1, busy=0.0)
    b = changing.Vendor({str(i): i for i in range(1, 11)}, seed=2, busy=0.0)
    good = desks(a, b, True)

    async def down(_: PageRequest) -> Page[Hit]:
        raise Unavailable("beta does not answer")

    broken = [good[0], Stream(info=info("beta"), fetch=down)]
    seen: list[Hit] = []
    before = None
    if rows:
        page = await ask(good, last=rows)
        seen, before = page.nodes, page.page_info.start_cursor
    page = await ask(broken, last=4, **({"before": before} if before else {}))
    assert {hit.desk for hit in page.nodes} == {"alpha"}
    rest = await ask(good, last=50, before=page.page_info.start_cursor)
    found = seen + page.nodes + rest.nodes
    assert sorted(set(found), key=rank(True)) == everything(a, b, True) and len(found) - len(set(found)) <= 1


@dataclass
class _Sparse:
    """A list of which one page looks at three rows, and shows the even ones."""

    desk: str
    rows: int

    async def __call__(self, request: PageRequest) -> Page[Hit]:
        ids = range(self.rows, 0, -1)
        at = request.before if request.backward else request.after
        if request.backward:
            left = [i for i in ids if at is None or i > int(at) or (request.inclusive and i == int(at))][::-1]
        else:
            left = [i for i in ids if at is None or i < int(at)]
        looked = left[:3]
        shown = [Row(Hit(self.desk, str(i), i), str(i)) for i in looked if i % 6 == 0]
        more = len(left) > len(looked)
        return Page(
            rows=tuple(shown[::-1] if request.backward else shown),
            more=more,
            resume=str(looked[-1]) if more else None,
        )


@pytest.mark.parametrize("ranked", [True, False])
@pytest.mark.parametrize("back", [True, False])
async def test_a_stream_that_looks_in_vain_ends_its_page_and_goes_on(ranked: bool, back: bool) -> None:
    streams = [Stream(info=info(desk), fetch=_Sparse(desk, 20)) for desk in ("alpha", "beta")]
    seen, at, empty = [], None, 0
    for _ in range(60):
        args = {"last": 2, "before": at} if back else {"first": 2, "after": at}
        page = await connect(
            streams, window(**args), CURSORS, fingerprint=PRINT, now=NOW, rank=rank(True) if ranked else None
        )
        seen = page.nodes + seen if back else seen + page.nodes
        empty += not page.nodes
        more = page.page_info.has_previous_page if back else page.page_info.has_next_page
        at = page.page_info.start_cursor if back else page.page_info.end_cursor
        if not more:
            break
        assert at is not None
    hits = [Hit(desk, str(i), i) for desk in ("alpha", "beta") for i in (18, 12, 6)]
    assert seen == (sorted(hits, key=rank(True)) if ranked else hits)
    assert empty, "some pages had nothing, and a cursor"
