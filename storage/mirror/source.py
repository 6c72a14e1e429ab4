"""One helpdesk of the copy as a Source. Every read goes by the caller's scope, in SQL or on the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from models.enums import Kind, SearchKind, SearchOrder
from models.errors import HelpdeskError
from models.queries import ArticleQuery, ContactQuery, OrganizationQuery, Page, PageRequest, Scope, TicketQuery
from models.records import (
    ActorRef,
    Agent,
    Article,
    ArticleFolder,
    ArticleTranslation,
    Attachment,
    CommentList,
    Contact,
    Count,
    FieldDefinition,
    Group,
    HelpdeskInfo,
    Membership,
    NativeStatus,
    Organization,
    Product,
    SearchHit,
    Ticket,
)
from providers.base import Source
from storage import codec
from storage.mirror import people
from storage.mirror.building import BESIDE
from storage.mirror.capabilities import CAPABILITIES
from storage.mirror.conversations import Conversations, FetchComments
from storage.mirror.embedding import WANTS, embed
from storage.mirror.knowledge import Knowledge
from storage.mirror.lists import moment
from storage.mirror.lookups import Lookups
from storage.mirror.people_fields import email_key
from storage.mirror.walking import Fetcher
from storage.statements import Statement, among
from storage.tables.tickets import tickets
from storage.values import number_of

if TYPE_CHECKING:
    from storage.mirror.mirror import Mirror

Locate = Callable[[str], tuple[Kind, str] | None]
_TICKETS = Statement(
    select(tickets.c.num, *(tickets.c[name] for name in BESIDE)).where(
        tickets.c.tenant == bindparam("tenant"),
        tickets.c.helpdesk == bindparam("helpdesk"),
        among(tickets.c.num, "nums"),
    )
)


class MirrorSource(Source):
    capabilities = CAPABILITIES

    def __init__(
        self, mirror: Mirror, info: HelpdeskInfo, locate: Locate | None, fetch_comments: FetchComments | None
    ) -> None:
        self.info = info
        self._mirror = mirror
        self._locate = locate
        self._tenancy = mirror.tenancy
        self._key = info.key
        self._only = (info.key,)
        self._lookups = Lookups(mirror.tenancy, info.key)
        self._knowledge = Knowledge(mirror.tenancy, info.key)
        self._conversations = Conversations(mirror.tenancy, info.key, fetch_comments)

    def _moment(self, *, single: bool = False) -> AbstractAsyncContextManager[Fetcher]:
        return moment(self._mirror.database, self._tenancy.number, single=single)

    async def tickets(self, scope: Scope, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        return await self._mirror.tickets(scope, self._only, query, page)

    async def count_tickets(self, scope: Scope, query: TicketQuery) -> Count | None:
        return await self._mirror.count_tickets(scope, self._only, query)

    async def tickets_by_id(
        self, scope: Scope, ids: Sequence[str], wants: frozenset[str] = frozenset()
    ) -> Sequence[Ticket | None]:
        """Deleted and merged ones are shown as what they are; of purged ones nothing is."""
        further = wants & WANTS
        async with self._moment(single=not further) as session:
            numbers = [number_of(one) for one in ids]
            found = await people.by_number(session, _TICKETS, self._tenancy, self._key, numbers, codec.ticket)
            seen = {n: one for n, one in found.items() if scope.sees_organization(self._key, one.organization_id)}
            if further:
                await embed(session, self._tenancy, scope, list(seen.values()), further)
        return people.in_order(ids, seen)

    async def comments(
        self, scope: Scope, tickets: Sequence[Ticket], up_to: int
    ) -> Sequence[CommentList | HelpdeskError]:
        return await self._conversations.of(self._moment, scope, tickets, up_to)

    async def contacts(self, scope: Scope, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        return await self._mirror.contacts(scope, self._only, query, page)

    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Contact | None]:
        async with self._moment() as session:
            numbers = [number_of(one) for one in ids]
            found = await people.contacts_by_number(session, self._tenancy, scope, self._key, numbers)
        return people.in_order(ids, found)

    async def contacts_by_email(self, scope: Scope, emails: Sequence[str]) -> Sequence[Contact | None]:
        async with self._moment() as session:
            found = await people.contacts_by_email(session, self._tenancy, scope, self._key, emails)
        return [found.get(email_key(one)) for one in emails]

    async def actors(self, scope: Scope, refs: Sequence[ActorRef]) -> Sequence[Contact | Agent | None]:
        async with self._moment() as session:
            return await people.actors(session, self._tenancy, scope, self._key, refs)

    async def agents(self, scope: Scope) -> Sequence[Agent]:
        async with self._moment(single=True) as session:
            return await self._lookups.agents(session)

    async def agents_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Agent | None]:
        async with self._moment(single=True) as session:
            numbers = [number_of(one) for one in ids]
            return people.in_order(ids, await people.agents_by_number(session, self._tenancy, self._key, numbers))

    async def groups(self, scope: Scope) -> Sequence[Group]:
        async with self._moment(single=True) as session:
            return await self._lookups.groups(session)

    async def group_members(self, scope: Scope) -> Mapping[str, tuple[str, ...]]:
        async with self._moment() as session:
            return await self._lookups.group_members(session)

    async def products(self, scope: Scope) -> Sequence[Product]:
        async with self._moment(single=True) as session:
            return await self._lookups.products(session)

    async def organizations(self, scope: Scope, query: OrganizationQuery, page: PageRequest) -> Page[Organization]:
        return await self._mirror.organizations(scope, self._only, query, page)

    async def organizations_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Organization | None]:
        async with self._moment(single=True) as session:
            numbers = [number_of(one) for one in ids]
            found = await people.organizations_by_number(session, self._tenancy, scope, self._key, numbers)
        return people.in_order(ids, found)

    async def memberships(self, scope: Scope, contacts: Sequence[Contact]) -> Sequence[tuple[Membership, ...]]:
        async with self._moment() as session:
            return await people.memberships_of(session, self._tenancy, scope, self._key, contacts)

    async def articles(self, scope: Scope, query: ArticleQuery, page: PageRequest) -> Page[Article]:
        return await self._mirror.articles(scope, self._only, query, page)

    async def articles_by_id(
        self, scope: Scope, ids: Sequence[str], locale: str | None = None
    ) -> Sequence[Article | None]:
        async with self._moment() as session:
            return await self._knowledge.by_id(session, scope, ids, locale)

    async def translations(self, scope: Scope, articles: Sequence[Article]) -> Sequence[tuple[ArticleTranslation, ...]]:
        async with self._moment() as session:
            return await self._knowledge.translations(session, scope, articles)

    async def article_attachments(self, scope: Scope, articles: Sequence[Article]) -> Sequence[tuple[Attachment, ...]]:
        async with self._moment() as session:
            return await self._knowledge.attachments(session, scope, articles)

    async def article_folders(self, scope: Scope) -> Sequence[ArticleFolder]:
        async with self._moment() as session:
            return await self._knowledge.folders(session, scope, await self._lookups.folders(session))

    async def ticket_fields(self, scope: Scope) -> Sequence[FieldDefinition]:
        async with self._moment(single=True) as session:
            return await self._lookups.fields(session)

    async def statuses(self, scope: Scope) -> Sequence[NativeStatus]:
        async with self._moment(single=True) as session:
            return await self._lookups.statuses(session)

    async def search(self, scope: Scope, text: str, kinds: frozenset[SearchKind], page: PageRequest) -> Page[SearchHit]:
        return await self._mirror.search(scope, self._only, text, kinds, SearchOrder.NEWEST, page)

    def locate(self, url: str) -> tuple[Kind, str] | None:
        return None if self._locate is None else self._locate(url)
