"""One tenant's copy: lists over several helpdesks by one question, and a Source for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.enums import SearchKind, SearchOrder
from models.queries import (
    ArticleQuery,
    ContactQuery,
    OrganizationQuery,
    Page,
    PageRequest,
    Row,
    Scope,
    TicketQuery,
)
from models.records import Article, Contact, Count, HelpdeskInfo, Organization, SearchHit, Ticket
from runtime.clock import Clock
from storage.database import Database
from storage.mirror import hits, places
from storage.mirror.asking import Asking
from storage.mirror.bounds import is_text, key_columns
from storage.mirror.conversations import FetchComments
from storage.mirror.embedding import WANTS, embed
from storage.mirror.kinds import ARTICLE_LIST, CONTACT_LIST, ORGANIZATION_LIST, TICKET_LIST, Listed
from storage.mirror.languages import language, shown_in, told_in
from storage.mirror.lists import Stretch, moment, simple, stretch
from storage.mirror.plans import Plan
from storage.mirror.records import numbered_rows, placed_rows
from storage.mirror.source import Locate, MirrorSource
from storage.mirror.walking import LIMITS, Limits
from storage.tenants import Tenancy

EMPTY: Page[Any] = Page(rows=(), more=False)


class Mirror:
    """`locate` and `fetch_comments` are given by who knows the helpdesks live; each by the helpdesk's key."""

    def __init__(
        self,
        database: Database,
        tenancy: Tenancy,
        helpdesks: Mapping[str, HelpdeskInfo],
        clock: Clock,
        locate: Mapping[str, Locate] | None = None,
        fetch_comments: Mapping[str, FetchComments] | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self.database = database
        self.tenancy = tenancy
        self._clock = clock
        self._names = {number: places.named(key) for number, key in tenancy.keys.items()}
        self._asking = Asking(database, tenancy, clock, limits)
        self._sources = {
            key: MirrorSource(self, info, (locate or {}).get(key), (fetch_comments or {}).get(key))
            for key, info in helpdesks.items()
        }

    def has(self, helpdesk: str) -> bool:
        return helpdesk in self._sources

    def source(self, helpdesk: str) -> MirrorSource:
        return self._sources[helpdesk]

    def ordinal(self, helpdesk: str) -> int:
        """Where a helpdesk stands among rows that are equal otherwise."""
        return self.tenancy.helpdesks[helpdesk]

    async def tickets(
        self, scope: Scope, helpdesks: Sequence[str], query: TicketQuery, page: PageRequest
    ) -> Page[Ticket]:
        return await self._page(TICKET_LIST, scope, helpdesks, query, page)

    async def contacts(
        self, scope: Scope, helpdesks: Sequence[str], query: ContactQuery, page: PageRequest
    ) -> Page[Contact]:
        return await self._page(CONTACT_LIST, scope, helpdesks, query, page)

    async def organizations(
        self, scope: Scope, helpdesks: Sequence[str], query: OrganizationQuery, page: PageRequest
    ) -> Page[Organization]:
        return await self._page(ORGANIZATION_LIST, scope, helpdesks, query, page)

    async def articles(
        self, scope: Scope, helpdesks: Sequence[str], query: ArticleQuery, page: PageRequest
    ) -> Page[Article]:
        """Each in its own language; where one is asked for, in that one."""
        found: Page[Article] = await self._page(ARTICLE_LIST, scope, helpdesks, query, page)
        locale = language(ARTICLE_LIST.all_conditions(query, helpdesks))
        if locale is None or not found.rows:
            return found
        async with moment(self.database, self.tenancy.number, single=False) as session:
            return shown_in(found, await told_in(session, self.tenancy, found.rows, locale))

    async def count_tickets(self, scope: Scope, helpdesks: Sequence[str], query: TicketQuery) -> Count:
        return await self._asking.count(TICKET_LIST, scope, helpdesks, query)

    async def count_contacts(self, scope: Scope, helpdesks: Sequence[str], query: ContactQuery) -> Count:
        return await self._asking.count(CONTACT_LIST, scope, helpdesks, query)

    async def count_organizations(self, scope: Scope, helpdesks: Sequence[str], query: OrganizationQuery) -> Count:
        return await self._asking.count(ORGANIZATION_LIST, scope, helpdesks, query)

    async def count_articles(self, scope: Scope, helpdesks: Sequence[str], query: ArticleQuery) -> Count:
        return await self._asking.count(ARTICLE_LIST, scope, helpdesks, query)

    async def search(
        self,
        scope: Scope,
        helpdesks: Sequence[str],
        text: str,
        kinds: frozenset[SearchKind],
        order: SearchOrder,
        page: PageRequest,
    ) -> Page[SearchHit]:
        """One list over all these helpdesks, page after page; there is no way back."""
        return await hits.found(self.database, self.tenancy, scope, helpdesks, text, kinds, order, page)

    async def _page(
        self, listed: Listed, scope: Scope, helpdesks: Sequence[str], query: Any, page: PageRequest
    ) -> Page[Any]:
        plan = await self._asking.plan(listed, scope, helpdesks, query, backward=page.backward)
        if plan is None:
            return EMPTY
        start = page.before if page.backward else page.after
        place = None
        if start is not None:
            field = "before" if page.backward else "after"
            place = places.read(start, plan.sort, plan.listing.nullable, self.tenancy, field=field)
        inclusive = page.backward and page.inclusive
        further = page.wants & WANTS
        if plan.simple and not further:
            return self._simple(plan, await simple(self.database, plan, place, inclusive, page.size + 1), page)
        single = plan.one_statement and not further
        async with moment(self.database, self.tenancy.number, single=single) as session:
            found = await stretch(session, plan, place, inclusive, page.size + 1, self._clock.monotonic())
            rows = self._rows(plan, found, page.size)
            if further and listed is TICKET_LIST:
                await embed(session, self.tenancy, scope, [row.record for row in rows], further)
        return self._made(rows, found, page)

    def _simple(self, plan: Plan, found: Sequence[Any], page: PageRequest) -> Page[Any]:
        wanted, keys = found[: page.size], key_columns(plan.sort)
        if len(keys) == 1 and not is_text(keys[0]):
            rows = numbered_rows(wanted, plan.listing.decode, self._names)
        else:
            rows = placed_rows(wanted, (), len(keys), plan.listing.decode, self._names)
        if page.backward:
            rows.reverse()
        return Page(rows=tuple(rows), more=len(found) > page.size)

    def _rows(self, plan: Plan, found: Stretch, size: int) -> list[Row[Any]]:
        rows: list[Row[Any]] = []
        for lead, keys, part in found.parts:
            left = size - len(rows)
            rows += placed_rows(part[:left], lead, keys, plan.listing.decode, self._names)
        return rows

    def _made(self, rows: list[Row[Any]], found: Stretch, page: PageRequest) -> Page[Any]:
        more = found.count > page.size or not found.ended
        resume = None
        if more and len(rows) < page.size and found.horizon is not None:
            *keys, helpdesk, num = found.horizon
            resume = places.write(keys, self._names[helpdesk], num)
        if page.backward:
            rows.reverse()
        return Page(rows=tuple(rows), more=more, resume=resume)
