"""The promise of `Source.tickets` over lists that change under the reader: every unchanged row once, in order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import Unsupported
from models.queries import PageRequest
from providers.walking import OffsetChunks, overlapping_window, walk
from tests.support.changing import Row, Vendor


async def pages(
    vendor: Vendor, kind: str, size: int, chunk: int, *, descending: bool, backward: bool = False
) -> list[Row]:
    seen: list[Row] = []
    place = None
    for _ in range(400):
        request = (
            PageRequest(size=size, before=place, backward=True) if backward else PageRequest(size=size, after=place)
        )
        page = await walk(
            lambda flipped: getattr(vendor, kind)(descending != flipped, chunk),
            request,
            key=lambda r: r.key,
            ident=lambda r: r.id,
            descending=descending,
        )
        rows = [r.record for r in page.rows]
        # a page may bring more than asked; the caller cuts, and goes on from the last row it showed
        shown = page.rows[-size:] if backward else page.rows[:size]
        seen = [r.record for r in shown] + seen if backward else seen + [r.record for r in shown]
        if not page.more and len(shown) == len(rows):
            return seen
        assert shown, "more rows were promised and none came"
        place = shown[0].place if backward else shown[-1].place
    raise AssertionError("the walk does not end")


worlds = st.builds(
    Vendor,
    rows=st.lists(st.integers(0, 12), max_size=60).map(lambda ks: {str(i + 1): k for i, k in enumerate(ks)}),
    seed=st.integers(0, 10**6),
    busy=st.sampled_from([0.0, 0.3, 0.6]),
    deletes=st.booleans(),
)


@pytest.mark.parametrize("kind", ["offsets", "cursors"])
@pytest.mark.parametrize("descending", [True, False])
@settings(max_examples=150, deadline=None)
@given(vendor=worlds, size=st.integers(1, 20), chunk=st.integers(2, 12))
async def test_each_unchanged_row_once_and_in_order(
    kind: str, descending: bool, vendor: Vendor, size: int, chunk: int
) -> None:
    before = dict(vendor.rows)
    seen = await pages(vendor, kind, size, chunk, descending=descending)
    unchanged = [r for r in seen if r.id in before and r.id not in vendor.touched]
    expected = sorted(
        (Row(i, k) for i, k in before.items() if i not in vendor.touched),
        key=lambda r: (r.key, int(r.id)),
        reverse=descending,
    )
    assert unchanged == expected
    ranks = [(r.key, int(r.id)) for r in seen]
    assert ranks == sorted(ranks, reverse=descending)


@pytest.mark.parametrize("kind", ["offsets", "cursors"])
@settings(max_examples=150, deadline=None)
@given(vendor=worlds, size=st.integers(1, 20), chunk=st.integers(2, 12), descending=st.booleans())
async def test_from_the_end_backwards(kind: str, vendor: Vendor, size: int, chunk: int, descending: bool) -> None:
    vendor.busy = 0.0
    seen = await pages(vendor, kind, size, chunk, descending=descending, backward=True)
    assert seen == sorted(
        (Row(i, k) for i, k in vendor.rows.items()), key=lambda r: (r.key, int(r.id)), reverse=descending
    )


@pytest.mark.parametrize("kind", ["offsets", "cursors"])
@settings(max_examples=200, deadline=None)
@given(vendor=worlds, data=st.data(), chunk=st.integers(2, 12), descending=st.booleans(), start_at_end=st.booleans())
async def test_there_and_back_from_any_row(
    kind: str, vendor: Vendor, data: st.DataObject, chunk: int, descending: bool, start_at_end: bool
) -> None:
    vendor.busy = 0.0
    everything = sorted(
        (Row(i, k) for i, k in vendor.rows.items()), key=lambda r: (r.key, int(r.id)), reverse=descending
    )

    async def ask(request: PageRequest) -> list:
        page = await walk(
            lambda flipped: getattr(vendor, kind)(descending != flipped, chunk),
            request,
            key=lambda r: r.key,
            ident=lambda r: r.id,
            descending=descending,
        )
        return list(page.rows)

    rows = await ask(PageRequest(size=100, backward=start_at_end))
    assert [r.record for r in rows] == everything
    if not rows:
        return
    at = data.draw(st.integers(0, len(rows) - 1))
    size = data.draw(st.integers(1, 15))
    ahead = await ask(PageRequest(size=size, after=rows[at].place))
    assert [r.record for r in ahead][:size] == everything[at + 1 : at + 1 + size]
    behind = await ask(PageRequest(size=size, before=rows[at].place, backward=True))
    assert [r.record for r in behind][-size:] == everything[:at][-size:]
    own = await ask(PageRequest(size=size, before=rows[at].place, backward=True, inclusive=True))
    assert [r.record for r in own][-size:] == everything[: at + 1][-size:]


async def test_a_walk_reads_little_more_than_it_shows() -> None:
    vendor = Vendor({str(i): i for i in range(1, 3001)}, seed=1, busy=0.0)
    fetched: list[tuple[int, int]] = []

    async def fetch(page: int, per_page: int) -> tuple[list[Row], bool]:
        fetched.append((page, per_page))
        rows = vendor.ordered(True)
        return rows[(page - 1) * per_page : page * per_page], page * per_page < len(rows)

    place, shown = None, 0
    while True:
        page = await walk(
            lambda _: OffsetChunks(fetch, size=100),
            PageRequest(size=50, after=place),
            key=lambda r: r.key,
            ident=lambda r: r.id,
            descending=True,
        )
        shown += len(page.rows)
        if not page.more:
            break
        place = page.rows[-1].place
    assert shown == 3000
    assert len(fetched) <= 3000 / 100 * 1.25


async def test_a_run_without_a_bound_is_refused_and_a_bounded_one_is_ordered() -> None:
    bounded = Vendor({str(i): 7 for i in range(1, 900)}, seed=3, busy=0.0)
    seen = await pages(bounded, "offsets", 100, 100, descending=True)
    assert [r.id for r in seen] == [str(i) for i in range(899, 0, -1)]
    with pytest.raises(Unsupported, match="share one second"):
        await pages(Vendor({str(i): 7 for i in range(1, 1300)}, seed=3, busy=0.0), "offsets", 100, 100, descending=True)


@given(offset=st.integers(1, 29_999))
@settings(max_examples=500, deadline=None)
def test_windows_overlap_and_advance(offset: int) -> None:
    found = overlapping_window(offset, 100, 100, 300)
    if found is None:
        assert offset % 100 == 0
        return
    page, per_page = found
    assert 1 <= page <= 300 and 1 <= per_page <= 100
    assert (page - 1) * per_page < offset < page * per_page


async def test_the_ceiling_is_an_error_after_the_last_row_it_can_show() -> None:
    total, top = 1_000, 5

    async def fetch(page: int, per_page: int) -> tuple[list[Row], bool]:
        assert page <= top
        start = (page - 1) * per_page
        return [Row(str(total - i), total - i) for i in range(start, min(start + per_page, total))], True

    def refuse() -> Unsupported:
        return Unsupported("beyond page 5", nearest="ask for less")

    shown: list[str] = []
    place = None
    with pytest.raises(Unsupported, match="beyond page 5"):
        while True:
            page = await walk(
                lambda _: OffsetChunks(fetch, size=100, max_page=top, refuse=refuse),
                PageRequest(size=90, after=place),
                key=lambda r: r.key,
                ident=lambda r: r.id,
                descending=True,
            )
            assert page.more
            shown += [r.record.id for r in page.rows]
            place = page.rows[-1].place
    assert shown == [str(total - i) for i in range(499)]
