"""Records by their ids, past any memory that is older than the wish: what a hint, or a look for missing ones, asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from models.changes import SyncedRecord, Translated
from models.enums import Kind
from models.queries import Scope
from models.records import Article
from providers.base import Provider

EVERYTHING = frozenset({"requester", "organization", "description", "stats", "satisfaction"})

Found: TypeAlias = Mapping[str, SyncedRecord | None]
"""By id; None: the vendor says that it is not there."""


async def fetched(provider: Provider, scope: Scope, kind: Kind, ids: Sequence[str]) -> Found:
    """Of a kind that `FETCHED` names."""
    return await FETCHED[kind](provider, scope, ids)


async def _tickets(provider: Provider, scope: Scope, ids: Sequence[str]) -> Found:
    return dict(zip(ids, await provider.tickets_by_id(scope, ids, EVERYTHING), strict=True))


async def _contacts(provider: Provider, scope: Scope, ids: Sequence[str]) -> Found:
    return dict(zip(ids, await provider.contacts_by_id(scope, ids), strict=True))


async def _organizations(provider: Provider, scope: Scope, ids: Sequence[str]) -> Found:
    return dict(zip(ids, await provider.organizations_by_id(scope, ids), strict=True))


async def _articles(provider: Provider, scope: Scope, ids: Sequence[str]) -> Found:
    own = dict(zip(ids, await provider.articles_by_id(scope, ids), strict=True))
    there = [one for one in own.values() if one is not None]
    if not there:
        return dict.fromkeys(ids)
    files = await provider.article_attachments(scope, there)
    whole = [msgspec.structs.replace(one, attachments=tuple(got)) for one, got in zip(there, files, strict=True)]
    told = await provider.translations(scope, whole)
    found = {}
    for article, translations in zip(whole, told, strict=True):
        locales = [one.locale for one in translations if one.locale != article.locale]
        others = [await _in_locale(provider, scope, article, locale) for locale in locales]
        found[article.remote_id] = Translated(
            article=article, translations=tuple(translations), others=tuple(one for one in others if one is not None)
        )
    return {ident: found.get(ident) for ident in ids}


async def _in_locale(provider: Provider, scope: Scope, article: Article, locale: str) -> Article | None:
    (found,) = await provider.articles_by_id(scope, [article.remote_id], locale)
    return found


FETCHED: Mapping[Kind, Callable[[Provider, Scope, Sequence[str]], Awaitable[Found]]] = {
    Kind.TICKET: _tickets,
    Kind.CONTACT: _contacts,
    Kind.ORGANIZATION: _organizations,
    Kind.ARTICLE: _articles,
}


def read_at(record: SyncedRecord) -> datetime:
    """When it was read at the vendor."""
    return record.article.as_of if isinstance(record, Translated) else record.as_of
