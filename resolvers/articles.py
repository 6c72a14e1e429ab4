"""The knowledge base: articles, their translations and files, and the tree of folders."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from models.conditions import Condition, IdIn
from models.enums import Kind, SyncKind
from models.errors import BadInput, HelpdeskError
from models.ids import decode_kind
from models.queries import ArticleQuery, Page, PageRequest, RecordOrder
from models.records import Article, ArticleFolder, ArticleTranslation
from providers.base import Source
from resolvers.connections import Paging
from resolvers.context import RequestContext
from resolvers.files import article_files, article_images, cleaned, has_pictures
from resolvers.filters import Chosen, Wanted
from resolvers.listing import Listing, copied_where, listed
from resolvers.loaders import ArticleAsk
from resolvers.lowering import article_query, no_order
from resolvers.paging import Connection
from resolvers.pictures import Picture
from resolvers.ranking import record_rank
from resolvers.selection import FieldInfo
from resolvers.sources import Copy, Freshness

DEEPEST = 20


async def find_article(id_: str, locale: str | None, context: RequestContext) -> Article | None:
    found = decode_kind(id_, Kind.ARTICLE)
    return await context.loaders.article_by_id.load(found.helpdesk, ArticleAsk(found.remote_id, locale))


async def articles(
    context: RequestContext,
    info: FieldInfo,
    wanted: Wanted,
    orders: Sequence[RecordOrder],
    paging: Paging,
    *,
    freshness: Freshness | None = None,
    owner: str = "",
    default: int = 50,
) -> Connection[Article]:
    def lower(where: Condition, helpdesk: str) -> ArticleQuery | None:
        no_order(orders, helpdesk)
        return article_query(where, helpdesk, context.clock.now())

    def copied(where: Condition) -> ArticleQuery:
        return ArticleQuery(where=copied_where(where), orders=tuple(orders))

    async def fetch(source: Source, query: ArticleQuery, page: PageRequest) -> Page[Article]:
        return await source.articles(context.scope, query, page)

    async def together(copy: Copy, helpdesks: Sequence[str], query: ArticleQuery, page: PageRequest) -> Page[Article]:
        return await copy.articles(context.scope, helpdesks, query, page)

    listing = Listing(
        name="articles",
        kind=SyncKind.ARTICLES,
        lower=lower,
        copied=copied,
        fetch=fetch,
        together=together,
        count_together=lambda copy, helpdesks, query: copy.count_articles(context.scope, helpdesks, query),
        rank=record_rank(orders, context.sources.ordinal) if orders else None,
    )
    return await listed(
        context, info, listing, wanted, paging, orders=orders, freshness=freshness, owner=owner, default=default
    )


async def articles_in(
    folder: ArticleFolder, context: RequestContext, info: FieldInfo, paging: Paging
) -> Connection[Article]:
    wanted = Wanted(where=IdIn("folder", ((folder.helpdesk, folder.remote_id),)))
    owner = f"{folder.helpdesk}:{folder.remote_id}"
    return await articles(context, info, wanted, (), paging, owner=owner, default=20)


async def folders(context: RequestContext, info: FieldInfo, parent: str | None, chosen: Chosen) -> list[ArticleFolder]:
    """The children of `parent`, or the roots. A helpdesk that fails is left out and told beside."""
    context.sources.named(chosen.names(), field="helpdesk")
    above = decode_kind(parent, Kind.ARTICLE_FOLDER, field="parent") if parent else None
    asked = [
        source
        for key, source in context.sources.items()
        if chosen.has(key) and (above is None or above.helpdesk == key)
    ]
    found = await asyncio.gather(*(_children(s, above.remote_id if above else None, context, info) for s in asked))
    return [folder for part in found for folder in part]


async def _children(
    source: Source, parent_id: str | None, context: RequestContext, info: FieldInfo
) -> Sequence[ArticleFolder]:
    try:
        tree = await source.article_folders(context.scope)
    except HelpdeskError as error:
        context.partial(error.at(source.info.key), info)
        return ()
    return [folder for folder in tree if folder.parent_id == parent_id]


async def path(article: Article, context: RequestContext) -> list[ArticleFolder]:
    """Root first. Folders are a cached list, so this costs no call once it is there."""
    found: list[ArticleFolder] = []
    folder_id = article.folder_id
    while folder_id is not None and len(found) < DEEPEST:
        folder = await context.loaders.folder_by_id.load(article.helpdesk, folder_id)
        if folder is None:
            break
        found.insert(0, folder)
        folder_id = folder.parent_id
    return found


async def body_html(article: Article, context: RequestContext) -> str:
    files = await article_files(article, context) if has_pictures(article.body_html) else ()
    parent = f"article/{article.remote_id}"
    return cleaned(article.body_html, files, context, parent, article.helpdesk) or ""


def excerpt(article: Article, max_chars: int) -> str:
    """The beginning of the text, cut between words."""
    if not 20 <= max_chars <= 5_000:
        raise BadInput("`maxChars` must be from 20 to 5000.", field="maxChars")
    text = " ".join(article.body_text.split())
    if len(text) <= max_chars:
        return text
    return (text[:max_chars].rpartition(" ")[0] or text[: max_chars - 1]) + "…"


async def translations(article: Article, context: RequestContext) -> Sequence[ArticleTranslation]:
    loader = context.loaders.translations_by_article
    return await loader.load(article.helpdesk, article.remote_id, article) or ()


async def images(article: Article, context: RequestContext, first: int) -> list[Picture]:
    if not 1 <= first <= 100:
        raise BadInput("`first` must be from 1 to 100.", field="first")
    return (await article_images(article, context))[:first]


class Seo(msgspec.Struct, frozen=True, kw_only=True):
    title: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    views: int | None = None
    upvotes: int | None = None
    downvotes: int | None = None


def seo(article: Article) -> Seo | None:
    if article.seo is None:
        return None
    words = article.seo.get("keywords") or ()
    if isinstance(words, str):
        words = [word.strip() for word in words.split(",") if word.strip()]
    return Seo(title=article.seo.get("title"), description=article.seo.get("description"), keywords=tuple(words))


def stats(article: Article) -> Stats | None:
    """None when the helpdesk counts nothing."""
    if article.views is None and article.upvotes is None and article.downvotes is None:
        return None
    return Stats(views=article.views, upvotes=article.upvotes, downvotes=article.downvotes)
