"""Freshdesk as a Provider: every method asks, maps and returns, in the collaborator that knows the family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from models.changes import ChangeBatch
from models.enums import Kind, SearchKind, Vendor
from models.errors import HelpdeskError
from models.queries import (
    ArticleQuery,
    ContactQuery,
    OrganizationQuery,
    Page,
    PageRequest,
    Scope,
    TicketDraft,
    TicketQuery,
    WritePlan,
)
from models.records import (
    ActorRef,
    Agent,
    Article,
    ArticleFolder,
    ArticleTranslation,
    Attachment,
    Budget,
    CommentList,
    Contact,
    Count,
    FieldDefinition,
    Group,
    Health,
    HelpdeskInfo,
    Membership,
    NativeStatus,
    Organization,
    Product,
    SearchHit,
    Ticket,
)
from providers import Link, Parts
from providers.base import FileStream, Provider
from providers.freshdesk.account import Account, account_of, credential_of
from providers.freshdesk.capabilities import CAPABILITIES
from providers.freshdesk.changes import STREAMS, Changes
from providers.freshdesk.client import FAMILIES, Client, classify, learn
from providers.freshdesk.files import Files
from providers.freshdesk.health import Pulse
from providers.freshdesk.locate import locate
from providers.freshdesk.lookups import Lookups
from providers.freshdesk.reads_articles import Articles
from providers.freshdesk.reads_comments import Comments
from providers.freshdesk.reads_organizations import Organizations
from providers.freshdesk.reads_people import People
from providers.freshdesk.reads_search import Search
from providers.freshdesk.reads_tickets import Tickets
from providers.freshdesk.writes import Writes
from providers.upstream import Upstream


def build(link: Link, parts: Parts) -> Provider:
    account = account_of(link)
    upstream = Upstream(
        link.key,
        account.api,
        credentials=credential_of(link),
        families=FAMILIES,
        transport=parts.transport,
        budget=parts.budget,
        policy=parts.upstream_policy,
        clock=parts.clock,
        learn=learn,
        classify=classify,
        file_hosts=account.file_host,
        allow_http_loopback=account.loopback,
    )
    return Freshdesk(link, account, Client(upstream, parts.clock, link.key))


class Freshdesk(Provider):
    capabilities = CAPABILITIES
    streams = STREAMS

    def __init__(self, link: Link, account: Account, client: Client) -> None:
        self.info = HelpdeskInfo(key=link.key, vendor=Vendor.FRESHDESK, name=link.name, url=account.web)
        self._account = account
        self._client = client
        self._lookups = Lookups(account, client)
        self._tickets = Tickets(account, client, self._lookups)
        self._comments = Comments(account, client, self._tickets)
        self._people = People(account, client, self._lookups)
        self._organizations = Organizations(account, client)
        self._articles = Articles(account, client, self._lookups)
        self._search = Search(client, self._lookups, self._tickets, self._people, self._organizations, self._articles)
        self._files = Files(account, client, self._people, self._articles)
        self._writes = Writes(account, client, self._lookups, self._tickets)
        self._changes = Changes(account, client, self._lookups)
        self._pulse = Pulse(client)

    def __repr__(self) -> str:
        return f"Freshdesk({self.info.key!r})"

    async def tickets(self, scope: Scope, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        return await self._tickets.page(scope, query, page)

    async def count_tickets(self, scope: Scope, query: TicketQuery) -> Count | None:
        return await self._tickets.count(scope, query)

    async def tickets_by_id(
        self, scope: Scope, ids: Sequence[str], wants: frozenset[str] = frozenset()
    ) -> Sequence[Ticket | None]:
        return await self._tickets.by_id(scope, ids, wants)

    async def comments(
        self, scope: Scope, tickets: Sequence[Ticket], up_to: int
    ) -> Sequence[CommentList | HelpdeskError]:
        return await self._comments.of(scope, tickets, up_to)

    async def contacts(self, scope: Scope, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        return await self._people.contacts(scope, query, page)

    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Contact | None]:
        return await self._people.contacts_by_id(scope, ids)

    async def contacts_by_email(self, scope: Scope, emails: Sequence[str]) -> Sequence[Contact | None]:
        return await self._people.contacts_by_email(scope, emails)

    async def actors(self, scope: Scope, refs: Sequence[ActorRef]) -> Sequence[Contact | Agent | None]:
        return await self._people.actors(scope, refs)

    async def agents(self, scope: Scope) -> Sequence[Agent]:
        return await self._lookups.agents()

    async def agents_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Agent | None]:
        found = {one.remote_id: one for one in await self._lookups.agents()} if ids else {}
        return [found.get(one) for one in ids]

    async def groups(self, scope: Scope) -> Sequence[Group]:
        return await self._lookups.groups()

    async def group_members(self, scope: Scope) -> Mapping[str, tuple[str, ...]]:
        return await self._lookups.members()

    async def products(self, scope: Scope) -> Sequence[Product]:
        return await self._lookups.products()

    async def organizations(self, scope: Scope, query: OrganizationQuery, page: PageRequest) -> Page[Organization]:
        return await self._organizations.page(scope, query, page)

    async def organizations_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Organization | None]:
        return await self._organizations.by_id(scope, ids)

    async def memberships(self, scope: Scope, contacts: Sequence[Contact]) -> Sequence[tuple[Membership, ...]]:
        return await self._organizations.memberships(scope, await self._people.whole(scope, contacts))

    async def articles(self, scope: Scope, query: ArticleQuery, page: PageRequest) -> Page[Article]:
        return await self._articles.page(scope, query, page)

    async def articles_by_id(
        self, scope: Scope, ids: Sequence[str], locale: str | None = None
    ) -> Sequence[Article | None]:
        return await self._articles.by_id(scope, ids, locale)

    async def translations(self, scope: Scope, articles: Sequence[Article]) -> Sequence[tuple[ArticleTranslation, ...]]:
        return await self._articles.translations(scope, articles)

    async def article_attachments(self, scope: Scope, articles: Sequence[Article]) -> Sequence[tuple[Attachment, ...]]:
        return await self._articles.attachments(scope, articles)

    async def article_folders(self, scope: Scope) -> Sequence[ArticleFolder]:
        return await self._articles.folders(scope)

    async def ticket_fields(self, scope: Scope) -> Sequence[FieldDefinition]:
        return (await self._lookups.fields()).definitions

    async def statuses(self, scope: Scope) -> Sequence[NativeStatus]:
        return list((await self._lookups.fields()).statuses.values())

    async def search(self, scope: Scope, text: str, kinds: frozenset[SearchKind], page: PageRequest) -> Page[SearchHit]:
        return await self._search.page(scope, text, kinds, page)

    def locate(self, url: str) -> tuple[Kind, str] | None:
        return locate(self._account, url)

    async def changes(self, stream: str, checkpoint: str | None) -> ChangeBatch:
        return await self._changes.batch(stream, checkpoint)

    async def plan_ticket(self, draft: TicketDraft, marker: str) -> WritePlan:
        return await self._writes.plan(draft, marker)

    async def create_ticket(self, plan: WritePlan, idempotency_key: str) -> Ticket:
        """Freshdesk has no idempotency key: the marker in the plan is what a later look finds."""
        return await self._writes.create(plan)

    async def find_ticket(self, marker: str) -> Ticket | None:
        return await self._writes.find(marker)

    def open_file(self, scope: Scope, remote_id: str) -> AbstractAsyncContextManager[FileStream]:
        return self._files.open(scope, remote_id)

    async def health(self) -> Health:
        return await self._pulse.health()

    def budget(self) -> Budget:
        return self._pulse.budget()

    async def aclose(self) -> None:
        await self._lookups.aclose()
        await self._client.upstream.aclose()
