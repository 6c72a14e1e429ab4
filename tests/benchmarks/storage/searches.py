"""The search, newest first: any term, in the largest tenant and in a small one, against the largest tenant's page 1.

A page of hits is made to its end: found, read as records, with pieces of text around the matches.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from models.enums import SearchKind, SearchOrder
from models.queries import PageRequest
from tests.benchmarks.measuring import Figure, Work, figure, paired, shown
from tests.benchmarks.storage.copies import LARGEST, SIZE, Copy, Tenant
from tests.benchmarks.storage.world import CJK, KEYS, vocabulary

ROUNDS = 5
GOAL = 10.0
EVERY_KIND = frozenset(SearchKind)


def terms() -> Mapping[str, str]:
    """By how often they are met."""
    words = vocabulary()
    return {
        "the commonest word": words[0],
        "a middling word": words[300],
        "a rare word": words[20_000],
        "a word of one ticket in 100,000": "rare77",
        "two common words": f"{words[0]} {words[1]}",
        "two middling words": f"{words[30]} {words[40]}",
        "two words hardly ever together": f"{words[300]} {words[310]}",
        "a common and a rare word": f"{words[0]} {words[20_000]}",
        "three common words": " ".join(words[2:5]),
        "the beginning of the commonest word": f"{words[0][:3]}*",
        "more of its beginning": f"{words[0][:4]}*",
        "the beginning of a rare word": f"{words[20_000][:4]}*",
        "the beginning of a number": "123*",
        "a Japanese word": CJK[0][2:4],
        "a Korean word": CJK[1][:2],
        "a Chinese word": CJK[2][-2:],
        "one Chinese character": CJK[2][-1],
    }


async def figures(copy: Copy) -> AsyncIterator[Figure]:
    largest, smallest = await copy.tenant(LARGEST), await copy.tenant(copy.smallest)
    for says, text in terms().items():
        yield await _dearest(copy, f"search for {says}", text, largest, (largest, smallest), KEYS)
    for says, text in terms().items():
        yield await _dearest(copy, f"search one helpdesk for {says}", text, largest, (largest, smallest), KEYS[:1])


async def _dearest(
    copy: Copy, what: str, text: str, largest: Tenant, tenants: Sequence[Tenant], helpdesks: Sequence[str]
) -> Figure:
    worst: tuple[float, str] = (0.0, "")
    for tenant in tenants:
        taken, base = await paired(_search(tenant, text, helpdesks), largest.first(), rounds=ROUNDS, timer=copy.timer)
        worst = max(worst, (taken / base, f"tenant of {tenant.rows:,} tickets: {shown(taken, base)}"))
    return figure(f"{copy.kind}: {what}, to page 1", worst[0], goal=GOAL, note=worst[1])


def _search(tenant: Tenant, text: str, helpdesks: Sequence[str]) -> Work:
    page = PageRequest(size=SIZE)
    return lambda: tenant.mirror.search(tenant.scope, helpdesks, text, EVERY_KIND, SearchOrder.NEWEST, page)
