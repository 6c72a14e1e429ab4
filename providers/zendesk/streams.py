"""Several lists of the vendor shown as one: laid one after another, or braided by rank. See PageRequest for places."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar

import msgspec

from models.errors import BadCursor, Unsupported
from models.queries import Page, PageRequest, Row

T = TypeVar("T")
Fetch = Callable[[PageRequest], Awaitable[Page[T]]]
Rank = Callable[[T], tuple[Any, ...]]

MOST_READS = 25
_START, _END = "^", "$"


def empty() -> Page[Any]:
    return Page(rows=(), more=False)


async def chain(parts: Sequence[Fetch[T]], page: PageRequest, keep: Callable[[T], bool] | None = None) -> Page[T]:
    """One part after the other. A place is the part's number and its own place; `keep` drops rows on the way."""
    if not parts:
        return empty()
    text = page.before if page.backward else page.after
    at, inner = _link(text, len(parts)) if text else (len(parts) - 1 if page.backward else 0, None)
    found: list[Row[T]] = []
    inclusive = page.inclusive
    for _ in range(MOST_READS):
        got = await parts[at](_ask(page, inner, page.size - len(found), inclusive))
        rows = [Row(r.record, f"{at}:{r.place}") for r in got.rows if keep is None or keep(r.record)]
        found = rows + found if page.backward else found + rows
        last = at == (0 if page.backward else len(parts) - 1)
        if len(found) >= page.size or (last and not got.more):
            return Page(rows=tuple(found), more=got.more or not last)
        if got.more and got.rows:
            inner, inclusive = got.rows[0 if page.backward else -1].place, False
        else:
            at, inner = at + (-1 if page.backward else 1), None
    if found:
        return Page(rows=tuple(found), more=True)
    raise Unsupported("Hardly any of the helpdesk's records match.", nearest="Use a filter the helpdesk can apply.")


def _link(text: str, parts: int) -> tuple[int, str]:
    number, _, inner = text.partition(":")
    if not number.isdecimal() or int(number) >= parts or not inner:
        raise _bad_place()
    return int(number), inner


def _ask(page: PageRequest, place: str | None, size: int, inclusive: bool) -> PageRequest:
    side = {"before": place, "after": None} if page.backward else {"before": None, "after": place}
    return msgspec.structs.replace(page, size=size, inclusive=inclusive, **side)


async def braid(parts: Mapping[str, Fetch[T]], page: PageRequest, rank: Rank[T]) -> Page[T]:
    """Ordered parts as one ordered list; a row that is in several parts is shown once. A place holds the place in every
    part, and which parts the row is of.

    Each part is asked for a whole page, so what is shown is settled: no part can still have a row in between.
    """
    text = page.before if page.backward else page.after
    own, places = _strands(text, parts) if text else ([], dict.fromkeys(parts, _END if page.backward else _START))
    got = dict(
        zip(parts, await asyncio.gather(*(_strand(parts[k], page, places[k], k in own) for k in parts)), strict=True)
    )
    edge = _edge(got, page.backward, rank)
    held = {k: _START if page.backward else places[k] for k in parts}
    out: list[Row[T]] = []
    settled = True
    for at, same in groupby(sorted(_ranked(got, rank), key=_first), key=_first):
        group = list(same)
        held = {**held, **{key: row.place for _, key, row in group}}
        if edge is None or (at >= edge if page.backward else at <= edge):
            place = msgspec.json.encode([[key for _, key, _ in group], held]).decode()
            out.append(Row(group[0][2].record, place))
        else:
            settled = False
    return Page(rows=tuple(out), more=not settled or any(p.more for p in got.values()))


def _ranked(got: Mapping[str, Page[T]], rank: Rank[T]) -> Iterator[tuple[tuple[Any, ...], str, Row[T]]]:
    return ((rank(row.record), key, row) for key, page in got.items() for row in page.rows)


def _first(entry: tuple[tuple[Any, ...], str, Row[Any]]) -> tuple[Any, ...]:
    return entry[0]


async def _strand(fetch: Fetch[T], page: PageRequest, place: str, own: bool) -> Page[T]:
    if place == (_START if page.backward else _END):
        return empty()
    at = None if place in (_START, _END) else place
    # The place of another part's row is of a row already passed: backward, it is wanted again.
    return await fetch(_ask(page, at, page.size, page.inclusive if own else page.backward))


def _edge(got: Mapping[str, Page[T]], backward: bool, rank: Rank[T]) -> tuple[Any, ...] | None:
    """How far the parts that go on have been read: beyond it nothing is settled."""
    ends = [rank(p.rows[0 if backward else -1].record) for p in got.values() if p.more and p.rows]
    if not ends:
        return None
    return max(ends) if backward else min(ends)


def _strands(text: str, parts: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    try:
        own, places = msgspec.json.decode(text, type=tuple[list[str], dict[str, str]])
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise _bad_place() from None
    if set(places) != set(parts):
        raise _bad_place()
    return own, places


def _bad_place() -> BadCursor:
    return BadCursor("The cursor does not belong to this list any more. Start again without a cursor.", field="after")
