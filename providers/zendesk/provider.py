"""The provider of one Zendesk account: it composes the readers and the writer, each in a module of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from models.changes import ChangeBatch
from models.enums import Kind, SearchKind
from models.errors import BadInput, HelpdeskError
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
    Membership,
    NativeStatus,
    Organization,
    Product,
    SearchHit,
    Ticket,
)
from providers import Link, Parts
from providers.base import FileStream, Provider
from providers.upstream import Upstream
from providers.zendesk import limits
from providers.zendesk.account import BASE_SETTING, Account, account_of
from providers.zendesk.capabilities import CAPABILITIES
from providers.zendesk.changes import STREAMS, Changes
from providers.zendesk.client import Client
from providers.zendesk.faults import error_for
from providers.zendesk.files import Files
from providers.zendesk.health import Doctor
from providers.zendesk.locate import locate
from providers.zendesk.lookups import Lookups
from providers.zendesk.oauth import SignIn, sign_in
from providers.zendesk.reads_articles import Articles
from providers.zendesk.reads_comments import Comments
from providers.zendesk.reads_organizations import Organizations
from providers.zendesk.reads_people import People
from providers.zendesk.reads_search import Search
from providers.zendesk.reads_tickets import Tickets
from providers.zendesk.session import Session
from providers.zendesk.writes import Writes


def build(link: Link, parts: Parts) -> ZendeskProvider:
    """Raises BadInput, naming the setting, for a link that cannot work."""
    account = account_of(link)
    key = sign_in(link, parts.clock)
    upstream = _upstream(account, key, parts)
    key.attach(upstream)
    return ZendeskProvider(Session(account, Client(upstream, key), parts.clock))


def _upstream(account: Account, key: SignIn, parts: Parts) -> Upstream:
    try:
        return Upstream(
            account.key,
            account.base,
            credentials=key.credential,
            families=limits.FAMILIES,
            transport=parts.transport,
            budget=parts.budget,
            policy=parts.upstream_policy,
            clock=parts.clock,
            learn=limits.observations,
            classify=error_for,
            file_hosts=account.holds_files,
            allow_http_loopback=account.redirected,
            request_id_header="x-zendesk-request-id",
        )
    except BadInput as error:
        raise BadInput(f"{BASE_SETTING}: {error.message}", field="baseUrl", helpdesk=account.key) from None


class ZendeskProvider(Provider):
    """Every method asks a reader, which asks, maps and returns; what they share is in Session."""

    capabilities = CAPABILITIES
    streams = STREAMS
    idempotent_creates = True

    def __init__(self, session: Session) -> None:
        self._session = session
        self.info = session.account.info
        self._lookups = Lookups(session)
        self._organizations = Organizations(session)
        self._people = People(session, self._lookups, self._organizations)
        self._tickets = Tickets(session, self._lookups, self._people)
        self._comments = Comments(session, self._people)
        self._articles = Articles(session)
        self._search = Search(session, self._lookups, self._people, self._articles)
        self._writes = Writes(session, self._lookups)
        self._files = Files(session, self._tickets, self._comments, self._people, self._articles)
        self._changes = Changes(session)
        self._doctor = Doctor(session)

    def __repr__(self) -> str:
        return f"ZendeskProvider({self.info.key!r})"

    async def tickets(self, scope: Scope, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        return await self._tickets.page(scope, query, page)

    async def count_tickets(self, scope: Scope, query: TicketQuery) -> Count | None:
        return await self._tickets.count(scope, query)

    async def tickets_by_id(
        self, scope: Scope, ids: Sequence[str], wants: frozenset[str] = frozenset()
    ) -> Sequence[Ticket | None]:
        return await self._tickets.by_id(scope, ids)

    async def comments(
        self, scope: Scope, tickets: Sequence[Ticket], up_to: int
    ) -> Sequence[CommentList | HelpdeskError]:
        return await self._comments.of(scope, tickets, up_to)

    async def contacts(self, scope: Scope, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        return await self._people.page(scope, query, page)

    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Contact | None]:
        return await self._people.by_id(scope, ids)

    async def contacts_by_email(self, scope: Scope, emails: Sequence[str]) -> Sequence[Contact | None]:
        return await self._people.by_email(scope, emails)

    async def actors(self, scope: Scope, refs: Sequence[ActorRef]) -> Sequence[Contact | Agent | None]:
        return await self._people.actors(scope, refs)

    async def agents(self, scope: Scope) -> Sequence[Agent]:
        return await self._people.agents()

    async def agents_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Agent | None]:
        return await self._people.agents_by_id(ids)

    async def groups(self, scope: Scope) -> Sequence[Group]:
        return await self._lookups.groups.get()

    async def group_members(self, scope: Scope) -> Mapping[str, tuple[str, ...]]:
        return await self._lookups.members.get()

    async def products(self, scope: Scope) -> Sequence[Product]:
        return await self._lookups.products.get()

    async def organizations(self, scope: Scope, query: OrganizationQuery, page: PageRequest) -> Page[Organization]:
        return await self._organizations.page(scope, query, page)

    async def organizations_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Organization | None]:
        return await self._organizations.by_id(scope, ids)

    async def memberships(self, scope: Scope, contacts: Sequence[Contact]) -> Sequence[tuple[Membership, ...]]:
        return await self._people.memberships(scope, contacts)

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
        return await self._lookups.fields.get()

    async def statuses(self, scope: Scope) -> Sequence[NativeStatus]:
        return await self._lookups.statuses.get()

    async def search(self, scope: Scope, text: str, kinds: frozenset[SearchKind], page: PageRequest) -> Page[SearchHit]:
        return await self._search.page(scope, text, kinds, page)

    def locate(self, url: str) -> tuple[Kind, str] | None:
        return locate(self._session.account, url)

    async def changes(self, stream: str, checkpoint: str | None) -> ChangeBatch:
        return await self._changes.batch(stream, checkpoint)

    async def plan_ticket(self, draft: TicketDraft, marker: str) -> WritePlan:
        return await self._writes.plan(draft, marker)

    async def create_ticket(self, plan: WritePlan, idempotency_key: str) -> Ticket:
        return await self._writes.create(plan, idempotency_key)

    async def find_ticket(self, marker: str) -> Ticket | None:
        return await self._writes.find(marker)

    def open_file(self, scope: Scope, remote_id: str) -> AbstractAsyncContextManager[FileStream]:
        return self._files.open(scope, remote_id)

    async def health(self) -> Health:
        return await self._doctor.health()

    def budget(self) -> Budget:
        upstream = self._session.client.upstream
        return limits.budget(upstream.budgets(), upstream.policy, self._session.clock)

    async def aclose(self) -> None:
        await self._session.client.upstream.aclose()
