"""One loader per look-up, named for it. A request has its own set: nothing is shared between callers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec

from models.errors import HelpdeskError
from models.queries import Scope
from models.records import (
    ActorRef,
    Agent,
    Article,
    ArticleFolder,
    ArticleTranslation,
    Attachment,
    CommentList,
    Contact,
    FieldDefinition,
    Group,
    Membership,
    NativeStatus,
    Organization,
    Product,
    Ticket,
)
from providers.base import Source
from resolvers.batching import Key, Loader

T = TypeVar("T")


class TicketAsk(msgspec.Struct, frozen=True):
    remote_id: str
    wants: frozenset[str] = frozenset()


class TicketById(Loader[Ticket]):
    """Idents are TicketAsk: tickets wanted with different extras are asked for separately."""

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Ticket | None]:
        asked = [_ticket_ask(key) for key in keys]
        found: dict[TicketAsk, Ticket | None] = {}
        for wants in dict.fromkeys(ask.wants for ask in asked):
            group = [ask for ask in asked if ask.wants == wants]
            rows = await source.tickets_by_id(self._scope, [ask.remote_id for ask in group], wants)
            found.update(zip(group, rows, strict=True))
        return [found[ask] for ask in asked]


def _ticket_ask(key: Key) -> TicketAsk:
    assert isinstance(key.ident, TicketAsk)
    return key.ident


class CommentsAsk(msgspec.Struct, frozen=True):
    ticket_id: str
    up_to: int


class CommentsByTicket(Loader[CommentList]):
    """Idents are CommentsAsk, the subject is the ticket. The failure of one ticket stays its own."""

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[CommentList | HelpdeskError]:
        up_to = max(key.ident.up_to for key in keys if isinstance(key.ident, CommentsAsk))
        return await source.comments(self._scope, [key.subject for key in keys], up_to)


class ContactById(Loader[Contact]):
    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Contact | None]:
        return await source.contacts_by_id(self._scope, _ids(keys))


class ContactByEmail(Loader[Contact]):
    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Contact | None]:
        return await source.contacts_by_email(self._scope, _ids(keys))


class ActorByRef(Loader[Contact | Agent]):
    """The ident is the remote id, or what else is known; the subject is the ActorRef."""

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Contact | Agent | None]:
        refs: list[ActorRef] = [key.subject for key in keys]
        return await source.actors(self._scope, refs)


class AgentById(Loader[Agent]):
    whole = True

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Agent | None]:
        return await source.agents_by_id(self._scope, _ids(keys))


class OrganizationById(Loader[Organization]):
    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Organization | None]:
        return await source.organizations_by_id(self._scope, _ids(keys))


class MembershipsByContact(Loader[tuple[Membership, ...]]):
    """The subject is the contact."""

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[tuple[Membership, ...]]:
        return await source.memberships(self._scope, [key.subject for key in keys])


class GroupById(Loader[Group]):
    whole = True

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Group | None]:
        return _pick(await source.groups(self._scope), keys)


class ProductById(Loader[Product]):
    whole = True

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Product | None]:
        return _pick(await source.products(self._scope), keys)


class FolderById(Loader[ArticleFolder]):
    whole = True

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[ArticleFolder | None]:
        return _pick(await source.article_folders(self._scope), keys)


class GroupMembers(Loader[Mapping[str, tuple[str, ...]]]):
    """Group id → agent ids of the whole helpdesk; the ident is always the same."""

    whole = True

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Mapping[str, tuple[str, ...]]]:
        return [await source.group_members(self._scope)] * len(keys)


class FieldsOfHelpdesk(Loader[Sequence[FieldDefinition]]):
    whole = True

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Sequence[FieldDefinition]]:
        return [await source.ticket_fields(self._scope)] * len(keys)


class StatusesOfHelpdesk(Loader[Sequence[NativeStatus]]):
    whole = True

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Sequence[NativeStatus]]:
        return [await source.statuses(self._scope)] * len(keys)


class ArticleAsk(msgspec.Struct, frozen=True):
    remote_id: str
    locale: str | None = None


class ArticleById(Loader[Article]):
    """Idents are ArticleAsk."""

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[Article | None]:
        asked = [key.ident for key in keys if isinstance(key.ident, ArticleAsk)]
        found: dict[ArticleAsk, Article | None] = {}
        for locale in dict.fromkeys(ask.locale for ask in asked):
            group = [ask for ask in asked if ask.locale == locale]
            rows = await source.articles_by_id(self._scope, [ask.remote_id for ask in group], locale)
            found.update(zip(group, rows, strict=True))
        return [found[ask] for ask in asked]


class TranslationsByArticle(Loader[tuple[ArticleTranslation, ...]]):
    """The subject is the article."""

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[tuple[ArticleTranslation, ...]]:
        return await source.translations(self._scope, [key.subject for key in keys])


class AttachmentsByArticle(Loader[tuple[Attachment, ...]]):
    """The subject is the article."""

    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[tuple[Attachment, ...]]:
        return await source.article_attachments(self._scope, [key.subject for key in keys])


class Loaders:
    """All loaders of one request."""

    def __init__(self, sources: Mapping[str, Source], scope: Scope) -> None:
        def made(kind: Callable[[Mapping[str, Source], Scope], T]) -> T:
            return kind(sources, scope)

        self.ticket_by_id = made(TicketById)
        self.comments_by_ticket = made(CommentsByTicket)
        self.contact_by_id = made(ContactById)
        self.contact_by_email = made(ContactByEmail)
        self.actor_by_ref = made(ActorByRef)
        self.agent_by_id = made(AgentById)
        self.organization_by_id = made(OrganizationById)
        self.memberships_by_contact = made(MembershipsByContact)
        self.group_by_id = made(GroupById)
        self.product_by_id = made(ProductById)
        self.folder_by_id = made(FolderById)
        self.group_members = made(GroupMembers)
        self.fields_of_helpdesk = made(FieldsOfHelpdesk)
        self.statuses_of_helpdesk = made(StatusesOfHelpdesk)
        self.article_by_id = made(ArticleById)
        self.translations_by_article = made(TranslationsByArticle)
        self.attachments_by_article = made(AttachmentsByArticle)


class _Named(Protocol):
    @property
    def remote_id(self) -> str: ...


R = TypeVar("R", bound=_Named)


def _ids(keys: Iterable[Key]) -> list[str]:
    return [str(key.ident) for key in keys]


def _pick(records: Iterable[R], keys: Sequence[Key]) -> list[R | None]:
    by_id = {record.remote_id: record for record in records}
    return [by_id.get(str(key.ident)) for key in keys]
