"""The knowledge base, as ours: categories and folders as one tree, articles with the visibility of their folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from models.enums import ArticleVisibility, DetailLevel
from models.records import Article, ArticleFolder, ArticleTranslation
from providers.freshdesk import tables, wire
from providers.freshdesk.account import Account
from providers.freshdesk.lenient import ident, plain, texts, when
from providers.freshdesk.mapping_files import files

Raw = Mapping[str, Any]


class Shelf(msgspec.Struct, frozen=True):
    """The whole tree, parents before children, and what its folders allow."""

    folders: tuple[ArticleFolder, ...] = ()
    primary: str = "en"
    languages: tuple[str, ...] = ()

    def visibility(self, folder_id: int | None) -> ArticleVisibility | None:
        wanted = f"folder-{folder_id}"
        return next((folder.visibility for folder in self.folders if folder.remote_id == wanted), None)

    def language(self, wanted: str) -> str | None:
        """The account's own spelling of a language it has, whatever the case or separator."""
        folded = wanted.casefold().replace("_", "-")
        return next((found for found in (self.primary, *self.languages) if found.casefold() == folded), None)


def category(account: Account, row: wire.Category, position: int) -> ArticleFolder:
    return ArticleFolder(
        helpdesk=account.key,
        remote_id=f"category-{row.id}",
        name=row.name or str(row.id),
        level=0,
        position=position,
        description=row.description,
    )


def folder(account: Account, row: wire.Folder, parent: ArticleFolder, position: int) -> ArticleFolder:
    return ArticleFolder(
        helpdesk=account.key,
        remote_id=f"folder-{row.id}",
        name=row.name or str(row.id),
        level=parent.level + 1,
        position=position,
        parent_id=parent.remote_id,
        visibility=tables.visibility(row.visibility),
        description=row.description,
    )


def article(
    account: Account,
    row: wire.Article,
    raw: Raw,
    as_of: datetime,
    *,
    locale: str,
    visibility: ArticleVisibility,
    detail: DetailLevel = DetailLevel.FULL,
) -> Article:
    """`locale` and `visibility` come from the call and the folder: the article itself has neither."""
    body = row.description or ""
    return Article(
        helpdesk=account.key,
        remote_id=str(row.id),
        remote_url=f"{account.web}/a/solutions/articles/{row.id}",
        created_at=when(row.created_at, "created_at"),
        updated_at=when(row.updated_at or row.modified_at, "updated_at"),
        detail=detail,
        as_of=as_of,
        raw=raw,
        title=row.title or "",
        body_html=body,
        body_text=plain(body) if row.description_text is None else row.description_text,
        state=tables.article_state(row.status),
        visibility=visibility,
        locale=locale,
        folder_id=f"folder-{row.folder_id}" if row.folder_id is not None else None,
        author_id=ident(row.agent_id),
        labels=texts(row.tags),
        seo=_seo(row.seo_data),
        views=row.hits,
        upvotes=row.thumbs_up,
        downvotes=row.thumbs_down,
        attachments=files(account, f"article/{row.id}", row.attachments, body),
    )


def _seo(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Keywords are sent as a list and come back as one text with commas (recording of 2024)."""
    if not data:
        return None
    words = data.get("meta_keywords")
    listed = words if isinstance(words, list) else str(words or "").split(",")
    keywords = [str(word).strip() for word in listed if str(word).strip()]
    found = {"title": data.get("meta_title"), "description": data.get("meta_description"), "keywords": keywords}
    return found if any(found.values()) else None


def translation(found: Article) -> ArticleTranslation:
    return ArticleTranslation(locale=found.locale, title=found.title, state=found.state, updated_at=found.updated_at)
