"""The streams of articles: `articles` reads what changed, with the files; `articles-all` reads everything now and then,
since nothing tells that an article was archived, or that only a translation changed (vendor's 'Incremental article
exports').

An account without a Help Center answers 404 and has no articles. Its figures are the Help Center's own bucket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import msgspec

from models.changes import ChangeBatch, Translated, Unread
from models.enums import Kind
from models.errors import Forbidden, NotFound, Rejected
from models.records import ArticleFolder, Attachment
from providers.zendesk import wire
from providers.zendesk.changes_rows import Rows, batch_of, rows_of
from providers.zendesk.checkpoints import read, told
from providers.zendesk.exports import SMALLER, TimeExport, TimePlace
from providers.zendesk.lenient import moment, pairs
from providers.zendesk.limits import HELP_CENTER
from providers.zendesk.mapping_article import Segments, folders, segment
from providers.zendesk.mapping_files import attachments
from providers.zendesk.mapping_translated import translated
from providers.zendesk.reads_articles import HC
from providers.zendesk.rows import Found
from providers.zendesk.session import Session
from providers.zendesk.turns import in_turns
from providers.zendesk.whole_lists import PassPlace, WholeList

T = TypeVar("T")

ARTICLES, ALL_ARTICLES = "articles", "articles-all"
FOLDERS = "folders"
Told = Mapping[int, Sequence[Found[wire.Translation]]]
Files = Mapping[int, tuple[Attachment, ...]]


class Library:
    """What both streams need beside the articles."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._segments = self._list("user_segments", wire.UserSegment, Kind.ARTICLE)
        self._categories = self._list("categories", wire.Category, Kind.ARTICLE_FOLDER)
        self._sections = self._list("sections", wire.Section, Kind.ARTICLE_FOLDER)

    def _list(self, name: str, kind: type[Any], of: Kind) -> WholeList[Any]:
        return WholeList(self._session, f"{HC}/{name}", name, kind, of, family=HELP_CENTER)

    async def folders(self) -> tuple[tuple[ArticleFolder, ...], list[Unread]]:
        unread: list[Unread] = []
        shelves: list[list[Any]] = []
        for one in (self._categories, self._sections):
            shelves.append([])
            async for page in one.pages():
                shelves[-1] += [found.wire for _, found in page.rows.found]
                unread += page.rows.unread
        return folders(shelves[0], shelves[1], self._session.key), unread

    async def segments(self, rows: Rows[wire.Article]) -> Segments:
        """Read anew whenever a row is for some only: who may read it must not be an old answer. Without the right to
        read segments such an article is RESTRICTED."""
        if not any(found.wire.user_segment_id or found.wire.user_segment_ids for _, found in rows.found):
            return {}
        try:
            return {f.wire.id: segment(f.wire) async for page in self._segments.pages() for _, f in page.rows.found}
        except (Forbidden, NotFound, Rejected):
            return {}

    async def told(self, rows: Rows[wire.Article]) -> tuple[Told, list[Unread]]:
        """Each article's translations: beside it, or by a call of its own where the list left them out."""
        read = await in_turns([found for _, found in rows.found], self._told)
        idents = [found.wire.id for _, found in rows.found]
        lost = [
            msgspec.structs.replace(row, remote_id=str(ident))
            for ident, one in zip(idents, read, strict=True)
            for row in one.unread
        ]
        return {i: [f for _, f in one.found] for i, one in zip(idents, read, strict=True)}, lost

    async def _told(self, found: Found[wire.Article]) -> Rows[wire.Translation]:
        beside = pairs(found.raw).get("translations")
        if isinstance(beside, list):
            return rows_of(beside, "translations", wire.Translation, Kind.ARTICLE)
        return await self._of(found.wire.id, "translations", "translations", wire.Translation, Kind.ARTICLE)

    async def files(self, rows: Rows[wire.Article]) -> Files:
        idents = [found.wire.id for _, found in rows.found]
        return dict(zip(idents, await in_turns(idents, self._files), strict=True))

    async def _files(self, ident: int) -> tuple[Attachment, ...]:
        rows = await self._of(ident, "attachments", "article_attachments", wire.Attachment, Kind.ATTACHMENT)
        return attachments([found.wire for _, found in rows.found], self._session.key, f"article/{ident}")

    async def _of(self, ident: int, word: str, name: str, kind: type[T], of: Kind) -> Rows[T]:
        """A short list of one article, which may be gone by now."""
        path, endpoint = f"{HC}/articles/{ident}/{word}", f"{HC}/articles/{{id}}/{word}"
        whole = WholeList(self._session, path, name, kind, of, family=HELP_CENTER, endpoint=endpoint)
        found: list[tuple[int, Found[T]]] = []
        unread: list[Unread] = []
        try:
            async for page in whole.pages():
                found += page.rows.found
                unread += page.rows.unread
        except NotFound:
            pass
        return Rows(name, of, found, tuple(unread))

    def record(
        self, as_of: datetime, segments: Segments, told: Told, files: Files | None, found: Found[wire.Article]
    ) -> Translated:
        """`files` are the article's, whatever its language: the record in its own language has them."""
        ident = found.wire.id
        made = translated(found, told.get(ident, ()), self._session.account, as_of, segments)
        if files is None:
            return made
        own = msgspec.structs.replace(made.article, attachments=files.get(ident, ()))
        return msgspec.structs.replace(made, article=own)


class ArticleChanges:
    """By the export: `updated_at` moves with any change of the article's own values."""

    def __init__(self, session: Session, library: Library) -> None:
        self._session, self._library = session, library
        self._export = TimeExport(
            session,
            f"{HC}/incremental/articles",
            ARTICLES,
            _changed,
            family=HELP_CENTER,
            params={"include": "translations"},
            withheld=timedelta(0),
            usual=SMALLER,
        )

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        place = read(checkpoint, TimePlace, ARTICLES)
        try:
            part, following = await self._export.page(place)
        except NotFound:
            return ChangeBatch(checkpoint=told(place), more=False, watermark=self._session.now)
        rows = rows_of(part.rows, ARTICLES, wire.Article, Kind.ARTICLE)
        segments = await self._library.segments(rows)
        beside, lost = await self._library.told(rows)
        files = await self._library.files(rows)
        made, unread = rows.map(partial(self._library.record, part.asked, segments, beside, files))
        return batch_of(part, following, made, (*unread, *lost))


class AllArticles:
    """Every article, in the order it was made, which does not move. The tree of folders comes with the first page."""

    def __init__(self, session: Session, library: Library) -> None:
        self._session, self._library = session, library
        params = {"include": "translations", "sort_by": "created_at", "sort_order": "asc"}
        path = f"{HC}/articles"
        self._list = WholeList(session, path, "articles", wire.Article, Kind.ARTICLE, params, HELP_CENTER)

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        place = read(checkpoint, PassPlace, ALL_ARTICLES)
        try:
            page = await self._list.page(place)
            tree, lost = (None, []) if place.after else await self._library.folders()
        except NotFound:
            begun, none = told(PassPlace(of=ALL_ARTICLES)), place.after is None
            return ChangeBatch(catalogues={FOLDERS: ()} if none else {}, checkpoint=begun, more=False, pass_ended=none)
        segments = await self._library.segments(page.rows)
        beside, missed = await self._library.told(page.rows)
        made, unread = page.rows.map(partial(self._library.record, page.asked, segments, beside, None))
        catalogues = {} if tree is None else {FOLDERS: tree}
        return page.batch(made, (*unread, *lost, *missed), catalogues)


def _changed(row: Mapping[str, Any]) -> datetime | None:
    return moment(row.get("updated_at"))
