"""Several lists as one: every row once, in order, from page to page, in both directions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadCursor, Unsupported
from models.queries import Page, PageRequest
from providers.walking import slice_page
from providers.zendesk.streams import braid, chain

Fetch = Callable[[PageRequest], Awaitable[Page[int]]]
lists = st.lists(st.lists(st.integers(0, 60), unique=True, max_size=12).map(sorted), min_size=1, max_size=4)


def part(rows: list[int]) -> Fetch:
    async def fetch(page: PageRequest) -> Page[int]:
        return slice_page(rows, page, ident=str)

    return fetch


def disjoint(parts: list[list[int]]) -> list[list[int]]:
    """Row n of part p is n * 10 + p, so that no two parts share one."""
    return [[n * 10 + p for n in rows] for p, rows in enumerate(parts)]


async def forward(read: Callable[[PageRequest], Awaitable[Page[int]]], size: int) -> list[int]:
    out: list[int] = []
    after = None
    while True:
        page = await read(PageRequest(size=size, after=after))
        rows = page.rows[:size]
        out += [r.record for r in rows]
        if len(page.rows) <= size and not page.more:
            return out
        after = rows[-1].place


async def backward(read: Callable[[PageRequest], Awaitable[Page[int]]], size: int) -> list[int]:
    out: list[int] = []
    before = None
    while True:
        page = await read(PageRequest(size=size, before=before, backward=True))
        rows = page.rows[-size:]
        out = [r.record for r in rows] + out
        if len(page.rows) <= size and not page.more:
            return out
        before = rows[0].place


@settings(deadline=None, max_examples=60)
@given(lists, st.integers(1, 7))
def test_braided_pages_are_the_sorted_whole(parts: list[list[int]], size: int) -> None:
    rows = disjoint(parts)

    async def read(page: PageRequest) -> Page[int]:
        return await braid({str(i): part(r) for i, r in enumerate(rows)}, page, lambda n: (n,))

    whole = sorted(n for r in rows for n in r)
    assert asyncio.run(forward(read, size)) == whole
    assert asyncio.run(backward(read, size)) == whole


@settings(deadline=None, max_examples=60)
@given(lists, st.integers(1, 7))
def test_a_row_of_several_parts_is_shown_once(parts: list[list[int]], size: int) -> None:
    async def read(page: PageRequest) -> Page[int]:
        return await braid({str(i): part(r) for i, r in enumerate(parts)}, page, lambda n: (n,))

    whole = sorted({n for r in parts for n in r})
    assert asyncio.run(forward(read, size)) == whole
    assert asyncio.run(backward(read, size)) == whole


@settings(deadline=None, max_examples=60)
@given(lists, st.integers(1, 7), st.integers(0, 40))
def test_a_braided_place_works_both_ways(parts: list[list[int]], size: int, at: int) -> None:
    rows = disjoint(parts)
    whole = sorted(n for r in rows for n in r)
    if not whole:
        return
    at %= len(whole)

    async def read(page: PageRequest) -> Page[int]:
        return await braid({str(i): part(r) for i, r in enumerate(rows)}, page, lambda n: (n,))

    async def around() -> tuple[list[int], list[int], list[int]]:
        first = await read(PageRequest(size=at + 1))
        place = first.rows[at].place
        after = await read(PageRequest(size=size, after=place))
        before = await read(PageRequest(size=size, before=place, backward=True))
        inclusive = await read(PageRequest(size=size, before=place, backward=True, inclusive=True))
        return (
            [r.record for r in after.rows][:size],
            [r.record for r in before.rows][-size:],
            [r.record for r in inclusive.rows][-size:],
        )

    after, before, inclusive = asyncio.run(around())
    assert after == whole[at + 1 : at + 1 + size]
    assert before == whole[max(0, at - size) : at]
    assert inclusive == whole[max(0, at + 1 - size) : at + 1]


@settings(deadline=None, max_examples=60)
@given(lists, st.integers(1, 7), st.integers(1, 4))
def test_chained_pages_are_the_parts_one_after_another(parts: list[list[int]], size: int, modulus: int) -> None:
    rows = disjoint(parts)

    async def read(page: PageRequest) -> Page[int]:
        return await chain([part(r) for r in rows], page, lambda n: (n // 10) % modulus == 0)

    whole = [n for r in rows for n in r if (n // 10) % modulus == 0]
    assert asyncio.run(forward(read, size)) == whole
    assert asyncio.run(backward(read, size)) == whole


@pytest.mark.parametrize("place", ["x", "9:1", "0:", "[]", '[["a"],{"b":"c"}]', "{"])
async def test_a_foreign_place_is_a_bad_cursor(place: str) -> None:
    page = PageRequest(size=1, after=place)
    with pytest.raises(BadCursor):
        await chain([part([1])], page)
    with pytest.raises(BadCursor):
        await braid({"0": part([1]), "1": part([2])}, page, lambda n: (n,))


async def test_hardly_any_match_is_said() -> None:
    with pytest.raises(Unsupported):
        await chain([part(list(range(1000)))], PageRequest(size=1), lambda n: False)


async def test_a_failing_part_fails_the_braid() -> None:
    async def broken(page: PageRequest) -> Page[Any]:
        raise Unsupported("no")

    with pytest.raises(Unsupported):
        await braid({"0": part([1]), "1": broken}, PageRequest(size=1), lambda n: (n,))
