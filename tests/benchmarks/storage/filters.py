"""Every filter and order that docs/filters.md lists, against page 1; and how many there are.

Of each index the dearest question counts. Each is asked as for the first time in a while: the clock goes on by more
than the store takes for granted that few rows stay few. Of an order the first page is read, and the last.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from models.queries import PageRequest
from runtime.clock import SystemClock
from storage.mirror.listing import ARTICLES, CONTACTS, LISTINGS, ORGANIZATIONS, TICKETS, Listing
from tests.benchmarks.measuring import Figure, Work, figure, paired, shown
from tests.benchmarks.storage.copies import ONE, SIZE, Copy, Tenant
from tests.benchmarks.storage.questions import QUERIES, Question, Sample, filters, orders
from tests.benchmarks.storage.world import KEYS

ROUNDS = 5
GOAL = 3.0
LATER_S = 60.0
BACK = PageRequest(size=SIZE, backward=True)


class Hurried(SystemClock):
    """A minute passes whenever somebody looks."""

    def __init__(self) -> None:
        self._passed = 0.0

    def monotonic(self) -> float:
        self._passed += LATER_S
        return super().monotonic() + self._passed


class Asker:
    """Of the largest tenant's lists."""

    def __init__(self, copy: Copy, tenant: Tenant) -> None:
        self._copy, self._tenant = copy, tenant
        mirror = tenant.mirror
        self._pages: Mapping[str, Callable[..., Awaitable[Any]]] = {
            TICKETS.name: mirror.tickets,
            CONTACTS.name: mirror.contacts,
            ORGANIZATIONS.name: mirror.organizations,
            ARTICLES.name: mirror.articles,
        }
        self._counts: Mapping[str, Callable[..., Awaitable[Any]]] = {
            TICKETS.name: mirror.count_tickets,
            CONTACTS.name: mirror.count_contacts,
            ORGANIZATIONS.name: mirror.count_organizations,
            ARTICLES.name: mirror.count_articles,
        }

    async def page(self, listing: str, query: Any, request: PageRequest = ONE) -> Any:
        return await self._pages[listing](self._tenant.scope, KEYS, query, request)

    def first(self, listing: str) -> Work:
        return lambda: self.page(listing, QUERIES[listing]())

    def asks(self, question: Question, request: PageRequest = ONE) -> Work:
        return lambda: self.page(question.listing, question.query, request)

    def counts(self, question: Question) -> Work:
        return lambda: self._counts[question.listing](self._tenant.scope, KEYS, question.query)

    async def sample(self) -> Sample:
        names = {}
        for listing, name in ((CONTACTS, "name"), (ORGANIZATIONS, "name"), (ARTICLES, "title")):
            page = await self.page(listing.name, QUERIES[listing.name]())
            names[listing.name] = getattr(page.rows[0].record, name) if page.rows else "-"
        tickets = await self._tenant.page()
        return Sample(self._tenant.rows, tickets.rows[0].record.subject or "", names)

    async def dearest(self, name: str, listing: str, works: Sequence[tuple[str, Work]]) -> Figure:
        """Of several questions, by their names."""
        worst: tuple[float, str] = (0.0, "")
        for says, work in works:
            taken, base = await paired(work, self.first(listing), rounds=ROUNDS, timer=self._copy.timer)
            worst = max(worst, (taken / base, f"{says}: {shown(taken, base)}"))
        return figure(f"{self._copy.kind}: {name}", worst[0], goal=GOAL, note=worst[1])


async def figures(copy: Copy) -> AsyncIterator[Figure]:
    asker = Asker(copy, await copy.tenant(clock=Hurried()))
    sample = await asker.sample()
    for listing in LISTINGS:
        for index in listing.indexes:
            asked = filters(listing, index, sample)
            if asked:
                works = [(one.says, asker.asks(one)) for one in asked]
                yield await asker.dearest(f"{listing.name}, filter by {_named(index.columns)}", listing.name, works)
        async for found in _of_orders(asker, listing):
            yield found
    async for found in _of_counts(asker, sample):
        yield found


async def _of_orders(asker: Asker, listing: Listing) -> AsyncIterator[Figure]:
    ends = [(one, end) for one in orders(listing) for end in (ONE, BACK)]
    works = [(f"{one.says}, {'last' if end is BACK else 'first'} page", asker.asks(one, end)) for one, end in ends]
    fields = list(dict.fromkeys(one.order.field for one, _ in ends))
    for field in fields:
        own = [work for work, (one, _) in zip(works, ends, strict=True) if one.order.field == field]
        yield await asker.dearest(f"{listing.name}, order by {field}", listing.name, own)


async def _of_counts(asker: Asker, sample: Sample) -> AsyncIterator[Figure]:
    for listing in LISTINGS:
        whole = Question(listing.name, "no filter")
        asked = [one for index in listing.indexes for one in filters(listing, index, sample) if one.order is None]
        yield await asker.dearest(f"{listing.name}, totalCount", listing.name, [("no filter", asker.counts(whole))])
        works = [(one.says, asker.counts(one)) for one in asked]
        yield await asker.dearest(f"{listing.name}, totalCount of a documented filter", listing.name, works)


def _named(columns: Sequence[str]) -> str:
    return " ".join(column for column in columns if column not in ("shown", "num"))
