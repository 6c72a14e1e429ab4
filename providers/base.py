"""The narrow waist: `Source` answers reads, `Provider` is a vendor's adapter and also writes, opens files and tells its
health. Resolvers know only these.

Every read takes a `Scope` first. A Source that ignores it fails the contract suite (tests/contract).
Ids are remote ids of this helpdesk. By-id reads keep the order asked and give None for what is not there, or not the
caller's to see: the two look the same. A failure of the helpdesk is an exception of models/errors.py, naming the
helpdesk.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec

from models.changes import ChangeBatch, StreamSpec
from models.enums import FilterSupport, Kind, SearchKind, TicketOrderField
from models.errors import HelpdeskError, Unsupported
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


class FieldSupport(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `helpdesk { capabilities }`. `path` is GraphQL spelling, like `Ticket.status`."""

    path: str
    readable: bool = True
    writable: bool = False
    filterable: FilterSupport = FilterSupport.NONE
    sortable: FilterSupport = FilterSupport.NONE
    note: str | None = None


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What this source can do without pretending; readable without a call.

    `ticket_filters`: names as in `TicketFilter.names()`. `list_ceiling`: rows a ticket list can show before it ends in
    Unsupported (None: no ceiling). `search_ceiling`: how many matches a filter that needs the vendor's search may have.
    `batch`: ids one by-id call may carry; 1 means there is no batch call. `embeds`: names of PageRequest.wants that a
    ticket list can embed, and which GraphQL fields of the embedded record that fills: {"requester": {"name", "email"}}
    lets a resolver show these without another call.
    """

    ticket_filters: frozenset[str]
    ticket_orders: frozenset[TicketOrderField]
    list_ceiling: int | None
    search_ceiling: int
    batch: int
    search_kinds: frozenset[SearchKind]
    embeds: Mapping[str, frozenset[str]] = {}
    lists_archived: bool = False
    counts: bool = False
    fields: Mapping[SearchKind, tuple[FieldSupport, ...]] = {}


class FileStream(msgspec.Struct, kw_only=True):
    """An open file. `content_type` and `size` are the vendor's word; the body is bounded by the upstream policy."""

    content_type: str
    size: int | None
    file_name: str
    chunks: AsyncIterator[bytes]


class Source(ABC):
    """Whoever answers reads for one helpdesk: a provider live, or the mirror."""

    info: HelpdeskInfo
    capabilities: Capabilities

    @abstractmethod
    async def tickets(self, scope: Scope, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        """Rows of the query in its order, ties by remote id as a number, in the direction of the order.

        No unchanged row is skipped or repeated by a walk from place to place, while others change. What the source
        cannot filter, sort or reach is Unsupported with the nearest form, never a wider or shorter list.
        Without a lifecycle filter: ACTIVE tickets, and ARCHIVED ones where `lists_archived`.
        """

    @abstractmethod
    async def count_tickets(self, scope: Scope, query: TicketQuery) -> Count | None:
        """None when the source does not know without reading everything."""

    @abstractmethod
    async def tickets_by_id(
        self, scope: Scope, ids: Sequence[str], wants: frozenset[str] = frozenset()
    ) -> Sequence[Ticket | None]: ...

    @abstractmethod
    async def comments(
        self, scope: Scope, tickets: Sequence[Ticket], up_to: int
    ) -> Sequence[CommentList | HelpdeskError]:
        """For each ticket its comments, oldest first, at least `up_to` of them if there are as many.

        The first one is the request itself, once, on every vendor. Internal notes are left out where the scope does
        not see them. The failure of one ticket is in its place, the others are whole.
        """

    @abstractmethod
    async def contacts(self, scope: Scope, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        """In the helpdesk's own order, which vendors do not let us choose."""

    @abstractmethod
    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Contact | None]:
        """An id that belongs to an agent gives that agent as a Contact, except to a bound caller, whose contacts are of
        its organizations."""

    @abstractmethod
    async def contacts_by_email(self, scope: Scope, emails: Sequence[str]) -> Sequence[Contact | None]: ...

    @abstractmethod
    async def actors(self, scope: Scope, refs: Sequence[ActorRef]) -> Sequence[Contact | Agent | None]:
        """Who stands behind each ref; None when the vendor does not know the id any more, or there is no id.

        A bound caller sees agents, and contacts of its organizations.
        """

    @abstractmethod
    async def agents(self, scope: Scope) -> Sequence[Agent]:
        """All agents, by remote id. Cached: agents change slowly."""

    @abstractmethod
    async def agents_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Agent | None]: ...

    @abstractmethod
    async def groups(self, scope: Scope) -> Sequence[Group]:
        """All groups, by remote id. Cached."""

    @abstractmethod
    async def group_members(self, scope: Scope) -> Mapping[str, tuple[str, ...]]:
        """Group id → ids of its agents. Cached."""

    @abstractmethod
    async def products(self, scope: Scope) -> Sequence[Product]:
        """Freshdesk products, Zendesk brands. Cached."""

    @abstractmethod
    async def organizations(self, scope: Scope, query: OrganizationQuery, page: PageRequest) -> Page[Organization]:
        """In the helpdesk's own order."""

    @abstractmethod
    async def organizations_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Organization | None]: ...

    @abstractmethod
    async def memberships(self, scope: Scope, contacts: Sequence[Contact]) -> Sequence[tuple[Membership, ...]]:
        """Each contact's organizations, the primary one first."""

    @abstractmethod
    async def articles(self, scope: Scope, query: ArticleQuery, page: PageRequest) -> Page[Article]:
        """In the helpdesk's own order."""

    @abstractmethod
    async def articles_by_id(
        self, scope: Scope, ids: Sequence[str], locale: str | None = None
    ) -> Sequence[Article | None]:
        """In `locale` where that translation exists, else None; without one, in the article's own language."""

    @abstractmethod
    async def translations(self, scope: Scope, articles: Sequence[Article]) -> Sequence[tuple[ArticleTranslation, ...]]:
        """Each article's translations, its own language first."""

    @abstractmethod
    async def article_attachments(
        self, scope: Scope, articles: Sequence[Article]
    ) -> Sequence[tuple[Attachment, ...]]: ...

    @abstractmethod
    async def article_folders(self, scope: Scope) -> Sequence[ArticleFolder]:
        """The whole tree, parents before children. Cached."""

    @abstractmethod
    async def ticket_fields(self, scope: Scope) -> Sequence[FieldDefinition]: ...

    @abstractmethod
    async def statuses(self, scope: Scope) -> Sequence[NativeStatus]: ...

    @abstractmethod
    async def search(self, scope: Scope, text: str, kinds: frozenset[SearchKind], page: PageRequest) -> Page[SearchHit]:
        """`kinds` empty means every kind in `capabilities.search_kinds`; a kind that is not in there is Unsupported."""

    @abstractmethod
    def locate(self, url: str) -> tuple[Kind, str] | None:
        """The record an agent or portal URL of this helpdesk points at; None when it is not one of ours. No call."""


class Provider(Source):
    """A vendor's adapter: a live Source that also writes, and reports changes.

    `streams`: what a copy of this helpdesk is made from; comments are no stream, they are read ticket by ticket.
    """

    streams: tuple[StreamSpec, ...] = ()

    async def changes(self, stream: str, checkpoint: str | None) -> ChangeBatch:
        """The next page of a stream; None begins it. Never the same page twice for one checkpoint's successor, never a
        row left out: what may come twice is dropped by the reader, by its version.

        Rows that share a moment across pages, windows that end, rows that move while they are read: 0 missed. Raises
        WindowStuck where the vendor gives no way on. An unreadable row is in `unreadable`; a failing call is an
        exception of models/errors.py, and the same checkpoint may be asked again.
        """
        raise Unsupported(f"This helpdesk reports no changes of {stream!r}.", helpdesk=self.info.key)

    @abstractmethod
    async def plan_ticket(self, draft: TicketDraft, marker: str) -> WritePlan:
        """What `create_ticket` would send. Raises BadInput, Unsupported or LossyMapping with the input's `field`.

        `marker` is ours: it is written into the ticket so that it can be found again (`find_ticket`).
        May read cached lookups (fields, statuses); sends nothing.
        """

    @abstractmethod
    async def create_ticket(self, plan: WritePlan, idempotency_key: str) -> Ticket:
        """Sends once. OutcomeUnknown when the answer was lost.

        On a vendor with idempotency keys (`idempotent_creates`) calling again with the same plan and key is safe.
        """

    idempotent_creates: bool = False

    @abstractmethod
    async def find_ticket(self, marker: str) -> Ticket | None:
        """The ticket carrying our marker, if the vendor can show it already (search indexes lag)."""

    @abstractmethod
    def open_file(self, scope: Scope, remote_id: str) -> AbstractAsyncContextManager[FileStream]:
        """Opens an Attachment by its remote id, renewing the vendor's link. NotFound also when it is not the caller's.

        The scope is checked against the parent ticket, comment or article each time.
        """

    @abstractmethod
    async def health(self) -> Health:
        """One cheap authenticated call, or what recent calls showed; never raises."""

    @abstractmethod
    def budget(self) -> Budget: ...

    @abstractmethod
    async def aclose(self) -> None: ...
