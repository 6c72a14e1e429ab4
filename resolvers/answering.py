"""One helpdesk's Source where there is a copy of it: each kind of record from the copy once it is complete, else live.

While a kind is being read for the first time, its records are looked up in the copy too, and live where the copy has
not got them yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import msgspec
from cachetools import LRUCache

from models.enums import FilterSupport, FreshnessSource, Kind, SearchKind, SyncKind
from models.errors import HelpdeskError
from models.queries import (
    ArticleQuery,
    ContactQuery,
    OrganizationQuery,
    Page,
    PageRequest,
    Scope,
    TicketQuery,
)
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
    Membership,
    NativeStatus,
    Organization,
    Product,
    Record,
    SearchHit,
    Ticket,
)
from providers.base import Capabilities, FieldSupport, Source

T = TypeVar("T")
R = TypeVar("R", bound=Record)
K = TypeVar("K")
Ready = Callable[[str, SyncKind], Awaitable[bool]]


class Answering(Source):
    """`ready`: whether the copy of a kind may answer; `whole`: whether what it has not got is not there."""

    def __init__(self, live: Source, copy: Source, ready: Ready, whole: Ready) -> None:
        self.info = live.info
        self.capabilities = together(live.capabilities, copy.capabilities)
        self._live = live
        self._copy = copy
        self._is_ready = ready
        self._is_whole = whole

    async def _ready(self, kind: SyncKind) -> bool:
        return await self._is_ready(self.info.key, kind)

    async def _who(self, kind: SyncKind) -> Source:
        return self._copy if await self._ready(kind) else self._live

    async def _by_key(
        self, kind: SyncKind, keys: Sequence[K], ask: Callable[[Source, Sequence[K]], Awaitable[Sequence[T | None]]]
    ) -> Sequence[T | None]:
        """What a complete copy does not have is not there. Tickets that the helpdesk has in no list are asked for by
        their ids until the copy has them all."""
        found = list(await ask(self._copy, keys))
        missing = [at for at, record in enumerate(found) if record is None]
        if not missing or await self._is_whole(self.info.key, kind):
            return found
        asked = await self._live_batches([keys[at] for at in missing], ask)
        for at, record in zip(missing, asked, strict=True):
            found[at] = record
        return found

    async def _live_batches(
        self, keys: Sequence[K], ask: Callable[[Source, Sequence[K]], Awaitable[Sequence[T]]]
    ) -> Sequence[T]:
        """The copy takes more at a time than the helpdesk does."""
        size = max(1, self._live.capabilities.batch)
        parts = [keys[start : start + size] for start in range(0, len(keys), size)]
        found = await asyncio.gather(*(ask(self._live, part) for part in parts))
        return [one for part in found for one in part]

    async def _of_records(
        self, records: Sequence[R], ask: Callable[[Source, Sequence[R]], Awaitable[Sequence[T]]]
    ) -> Sequence[T]:
        """What hangs on a record is asked of whoever gave the record."""
        ours = [record for record in records if record.origin is not FreshnessSource.LIVE]
        theirs = [record for record in records if record.origin is FreshnessSource.LIVE]
        copied, live = await asyncio.gather(
            ask(self._copy, ours) if ours else _nothing(), self._live_batches(theirs, ask) if theirs else _nothing()
        )
        from_copy, from_live = iter(copied), iter(live)
        return [next(from_live if record.origin is FreshnessSource.LIVE else from_copy) for record in records]

    async def tickets(self, scope: Scope, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        return await (await self._who(SyncKind.TICKETS)).tickets(scope, query, page)

    async def count_tickets(self, scope: Scope, query: TicketQuery) -> Count | None:
        return await (await self._who(SyncKind.TICKETS)).count_tickets(scope, query)

    async def tickets_by_id(
        self, scope: Scope, ids: Sequence[str], wants: frozenset[str] = frozenset()
    ) -> Sequence[Ticket | None]:
        return await self._by_key(SyncKind.TICKETS, ids, lambda source, part: source.tickets_by_id(scope, part, wants))

    async def comments(
        self, scope: Scope, tickets: Sequence[Ticket], up_to: int
    ) -> Sequence[CommentList | HelpdeskError]:
        return await self._of_records(tickets, lambda source, part: source.comments(scope, part, up_to))

    async def contacts(self, scope: Scope, query: ContactQuery, page: PageRequest) -> Page[Contact]:
        return await (await self._who(SyncKind.CONTACTS)).contacts(scope, query, page)

    async def contacts_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Contact | None]:
        return await self._by_key(SyncKind.CONTACTS, ids, lambda source, part: source.contacts_by_id(scope, part))

    async def contacts_by_email(self, scope: Scope, emails: Sequence[str]) -> Sequence[Contact | None]:
        return await self._by_key(SyncKind.CONTACTS, emails, lambda source, part: source.contacts_by_email(scope, part))

    async def actors(self, scope: Scope, refs: Sequence[ActorRef]) -> Sequence[Contact | Agent | None]:
        """Who has no id is nobody, whoever is asked."""
        known = [ref for ref in refs if ref.remote_id is not None]
        found: Sequence[Contact | Agent | None] = await self._by_key(
            SyncKind.CONTACTS, known, lambda source, part: source.actors(scope, part)
        )
        answers = iter(found)
        return [next(answers) if ref.remote_id is not None else None for ref in refs]

    async def agents(self, scope: Scope) -> Sequence[Agent]:
        return await (await self._who(SyncKind.AGENTS)).agents(scope)

    async def agents_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Agent | None]:
        return await self._by_key(SyncKind.AGENTS, ids, lambda source, part: source.agents_by_id(scope, part))

    async def groups(self, scope: Scope) -> Sequence[Group]:
        return await (await self._who(SyncKind.GROUPS)).groups(scope)

    async def group_members(self, scope: Scope) -> Mapping[str, tuple[str, ...]]:
        return await (await self._who(SyncKind.GROUPS)).group_members(scope)

    async def products(self, scope: Scope) -> Sequence[Product]:
        return await (await self._who(SyncKind.FIELDS)).products(scope)

    async def organizations(self, scope: Scope, query: OrganizationQuery, page: PageRequest) -> Page[Organization]:
        return await (await self._who(SyncKind.ORGANIZATIONS)).organizations(scope, query, page)

    async def organizations_by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Organization | None]:
        kind = SyncKind.ORGANIZATIONS
        return await self._by_key(kind, ids, lambda source, part: source.organizations_by_id(scope, part))

    async def memberships(self, scope: Scope, contacts: Sequence[Contact]) -> Sequence[tuple[Membership, ...]]:
        return await self._of_records(contacts, lambda source, part: source.memberships(scope, part))

    async def articles(self, scope: Scope, query: ArticleQuery, page: PageRequest) -> Page[Article]:
        return await (await self._who(SyncKind.ARTICLES)).articles(scope, query, page)

    async def articles_by_id(
        self, scope: Scope, ids: Sequence[str], locale: str | None = None
    ) -> Sequence[Article | None]:
        kind = SyncKind.ARTICLES
        return await self._by_key(kind, ids, lambda source, part: source.articles_by_id(scope, part, locale))

    async def translations(self, scope: Scope, articles: Sequence[Article]) -> Sequence[tuple[ArticleTranslation, ...]]:
        return await self._of_records(articles, lambda source, part: source.translations(scope, part))

    async def article_attachments(self, scope: Scope, articles: Sequence[Article]) -> Sequence[tuple[Attachment, ...]]:
        return await self._of_records(articles, lambda source, part: source.article_attachments(scope, part))

    async def article_folders(self, scope: Scope) -> Sequence[ArticleFolder]:
        return await (await self._who(SyncKind.ARTICLES)).article_folders(scope)

    async def ticket_fields(self, scope: Scope) -> Sequence[FieldDefinition]:
        return await (await self._who(SyncKind.FIELDS)).ticket_fields(scope)

    async def statuses(self, scope: Scope) -> Sequence[NativeStatus]:
        return await (await self._who(SyncKind.FIELDS)).statuses(scope)

    async def search(self, scope: Scope, text: str, kinds: frozenset[SearchKind], page: PageRequest) -> Page[SearchHit]:
        return await self._live.search(scope, text, kinds, page)

    def locate(self, url: str) -> tuple[Kind, str] | None:
        return self._live.locate(url)


async def _nothing() -> Sequence[T]:
    return ()


_known: LRUCache[tuple[int, int], tuple[Capabilities, Capabilities, Capabilities]] = LRUCache(64)


def together(live: Capabilities, copy: Capabilities) -> Capabilities:
    """Put together once for each pair: every request asks, and they last as long as the process."""
    key = id(live), id(copy)
    found = _known.get(key)
    if found is None or found[0] is not live or found[1] is not copy:
        found = _known[key] = live, copy, _together(live, copy)
    return found[2]


def _together(live: Capabilities, copy: Capabilities) -> Capabilities:
    """What the helpdesk can do itself is NATIVE; what only the copy can, MIRROR. Look-ups go in the copy's batches."""
    return msgspec.structs.replace(
        live,
        batch=max(live.batch, copy.batch),
        fields={kind: _fields(live.fields.get(kind, ()), copy.fields.get(kind, ())) for kind in live.fields},
    )


def _fields(live: Sequence[FieldSupport], copy: Sequence[FieldSupport]) -> tuple[FieldSupport, ...]:
    by_path = {support.path: support for support in copy}
    shared = [_either(support, by_path.pop(support.path, None)) for support in live]
    none = FilterSupport.NONE
    own = [msgspec.structs.replace(one, filterable=none, sortable=none) for one in by_path.values()]
    return (*shared, *(_either(support, by_path[support.path]) for support in own))


def _either(live: FieldSupport, copy: FieldSupport | None) -> FieldSupport:
    if copy is None:
        return live
    return msgspec.structs.replace(
        live, filterable=_most(live.filterable, copy.filterable), sortable=_most(live.sortable, copy.sortable)
    )


def _most(live: FilterSupport, copy: FilterSupport) -> FilterSupport:
    return FilterSupport.MIRROR if live is FilterSupport.NONE and copy is not FilterSupport.NONE else live
