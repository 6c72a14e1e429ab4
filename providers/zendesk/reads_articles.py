"""The Help Center. It has a rate bucket of its own, and shows anonymous callers what is public."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import partial

from models.enums import ArticleState
from models.errors import Forbidden, NotFound, Rejected
from models.queries import ArticleQuery, Page, PageRequest, Scope
from models.records import Article, ArticleFolder, ArticleTranslation, Attachment
from providers.walking import CursorRows, cursor_page
from providers.zendesk import wire
from providers.zendesk.limits import HELP_CENTER
from providers.zendesk.mapping_article import (
    CATEGORY,
    OPEN,
    SECTION,
    Segments,
    Shelf,
    article,
    folders,
    is_open,
    segment,
    translation,
)
from providers.zendesk.mapping_files import attachments
from providers.zendesk.memory import Records, Remembered
from providers.zendesk.rows import Found, cursor_params, cursor_rows
from providers.zendesk.session import Session, is_number
from providers.zendesk.streams import chain, empty

HC = "/help_center"
_LOCALE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


class Articles:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._client = session.client
        clock, noted = session.clock, session.noted
        self._tree = Remembered(clock, self._folders, noted("lookup folders"))
        self._open_sections = Remembered(clock, self._sections_in_the_open, noted("lookup sections in the open"))
        self.segments = Remembered(clock, self._segments, noted("lookup segments"))
        self._records: Records[Article] = Records(clock, noted("GET /help_center/articles/{id}"))
        self._translations: Records[tuple[ArticleTranslation, ...]] = Records(clock, noted("translations"))

    def sees(self, scope: Scope, record: Article) -> bool:
        """A bound caller reads what is published for everybody, or for everybody who signed in."""
        bound = self._session.bound(scope)
        return bound is None or (bool(bound) and record.visibility in OPEN and record.state is not ArticleState.DRAFT)

    async def folders(self, scope: Scope) -> Sequence[ArticleFolder]:
        """Sections have no visibility of their own: a bound caller sees those with an article to read, and what leads
        to them."""
        tree = await self._tree.get()
        bound = self._session.bound(scope)
        if not bound:
            return tree if bound is None else ()
        parents = {folder.remote_id: folder.parent_id for folder in tree}
        shown: set[str] = set()
        for section in await self._open_sections.get():
            above: str | None = section
            while above is not None and above not in shown:
                shown.add(above)
                above = parents.get(above)
        return tuple(folder for folder in tree if folder.remote_id in shown)

    async def _sections_in_the_open(self) -> frozenset[str]:
        """Read from all articles, once in a while, and only when a bound caller asks."""
        segments = await self.segments.get()
        pages = self._client.pages(f"{HC}/articles", f"{HC}/articles", "articles", wire.Article, family=HELP_CENTER)
        try:
            rows = [found.wire async for part in pages for found in part.rows]
        except NotFound:
            return frozenset()
        return frozenset(f"{SECTION}{row.section_id}" for row in rows if is_open(row, segments))

    async def page(self, scope: Scope, query: ArticleQuery, page: PageRequest) -> Page[Article]:
        path = _list_path(query)
        if path is None:
            return empty()

        def keep(record: Article) -> bool:
            return self.sees(scope, record) and _fits(query, record)

        return await chain([partial(self._listed, *path, query)], page, keep)

    async def _listed(self, path: str, endpoint: str, query: ArticleQuery, page: PageRequest) -> Page[Article]:
        async def fetch(after: str | None, before: str | None) -> CursorRows[Article]:
            params = {**cursor_params(after, before), **({"label_names": query.label} if query.label else {})}
            try:
                listing, segments = await asyncio.gather(
                    self._client.listing(path, endpoint, "articles", wire.Article, params, HELP_CENTER),
                    self.segments.get(),
                )
            except NotFound:
                return CursorRows(rows=(), after=None, before=None, more=False)
            as_of = self._session.now
            rows = [article(found, self._session.account, as_of, segments) for found in listing.rows]
            return cursor_rows(listing, rows, before)

        return await cursor_page(fetch, page, ident=lambda a: a.remote_id)

    async def by_id(self, scope: Scope, ids: Sequence[str], locale: str | None) -> Sequence[Article | None]:
        """One call each: the Help Center has no `show_many`. In a locale without a translation it answers 404."""
        wanted = None if locale is None else locale.lower()
        if wanted is not None and not _LOCALE.fullmatch(wanted):
            return [None] * len(ids)
        keys = {ident: f"{wanted or ''}/{ident}" for ident in ids if is_number(ident)}
        known = await self._records.many(keys.values(), self._load)
        found = (known.get(keys.get(ident, "")) for ident in ids)
        return [record if record and self.sees(scope, record) else None for record in found]

    async def _load(self, keys: list[str]) -> Mapping[str, Article]:
        segments = await self.segments.get()
        found = await asyncio.gather(*(self._one(key, segments) for key in keys))
        return {key: record for key, record in zip(keys, found, strict=True) if record is not None}

    async def _one(self, key: str, segments: Segments) -> Article | None:
        locale, _, ident = key.partition("/")
        path, endpoint = _in_locale(locale or None)
        try:
            found = await self._client.one(
                f"{path}/articles/{ident}", f"{endpoint}/articles/{{id}}", "article", wire.Article, HELP_CENTER
            )
        except NotFound:
            return None
        record = article(found, self._session.account, self._session.now, segments)
        return None if locale and record.locale != locale else record

    async def translations(self, scope: Scope, records: Sequence[Article]) -> Sequence[tuple[ArticleTranslation, ...]]:
        seen = [record for record in records if self.sees(scope, record)]
        told = await asyncio.gather(*(self._translated(record) for record in seen))
        found = dict(zip((record.remote_id for record in seen), told, strict=True))
        staff = self._session.bound(scope) is None
        return [
            tuple(t for t in found.get(record.remote_id, ()) if staff or t.state is not ArticleState.DRAFT)
            for record in records
        ]

    async def _translated(self, record: Article) -> tuple[ArticleTranslation, ...]:
        own = str((record.raw or {}).get("source_locale") or record.locale).lower()
        known = await self._translations.many([record.remote_id], self._load_translations)
        return tuple(sorted(known.get(record.remote_id, ()), key=lambda t: (t.locale != own, t.locale)))

    async def _load_translations(self, ids: list[str]) -> Mapping[str, tuple[ArticleTranslation, ...]]:
        read = [await self._read_translations(ident) for ident in ids]
        return dict(zip(ids, read, strict=True))

    async def _read_translations(self, ident: str) -> tuple[ArticleTranslation, ...]:
        path, endpoint = f"{HC}/articles/{ident}/translations", f"{HC}/articles/{{id}}/translations"
        try:
            rows = await self._client.whole(path, endpoint, "translations", wire.Translation, family=HELP_CENTER)
        except NotFound:
            return ()
        return tuple(translation(found.wire) for found in rows)

    async def attachments(self, scope: Scope, records: Sequence[Article]) -> Sequence[tuple[Attachment, ...]]:
        return list(await asyncio.gather(*(self._attached(scope, record) for record in records)))

    async def _attached(self, scope: Scope, record: Article) -> tuple[Attachment, ...]:
        if not self.sees(scope, record):
            return ()
        return attachments(await self.files(record.remote_id), self._session.key, f"article/{record.remote_id}")

    async def files(self, ident: str) -> list[wire.Attachment]:
        path, endpoint = f"{HC}/articles/{ident}/attachments", f"{HC}/articles/{{id}}/attachments"
        try:
            rows = await self._client.whole(path, endpoint, "article_attachments", wire.Attachment, family=HELP_CENTER)
        except NotFound:
            return []
        return [found.wire for found in rows]

    async def _folders(self) -> Sequence[ArticleFolder]:
        """An account without a Help Center answers 404: it has no folders, as it has no articles."""
        categories, sections = await asyncio.gather(
            self._shelf("categories", wire.Category),
            self._shelf("sections", wire.Section),
        )
        return folders([f.wire for f in categories], [f.wire for f in sections], self._session.key)

    async def _shelf(self, name: str, kind: type[Shelf]) -> list[Found[Shelf]]:
        try:
            return await self._client.whole(f"{HC}/{name}", f"{HC}/{name}", name, kind, family=HELP_CENTER)
        except NotFound:
            return []

    async def _segments(self) -> Segments:
        """Without the right to read segments every article of one counts as RESTRICTED."""
        path = f"{HC}/user_segments"
        try:
            rows = await self._client.whole(path, path, "user_segments", wire.UserSegment, family=HELP_CENTER)
        except (Forbidden, NotFound, Rejected):
            return {}
        return {found.wire.id: segment(found.wire) for found in rows}


def _in_locale(locale: str | None) -> tuple[str, str]:
    return (f"{HC}/{locale}", f"{HC}/{{locale}}") if locale else (HC, HC)


def _list_path(query: ArticleQuery) -> tuple[str, str] | None:
    """Path and endpoint; None for a locale or folder that cannot be one."""
    locale = query.locale.lower() if query.locale is not None else None
    if locale is not None and not _LOCALE.fullmatch(locale):
        return None
    path, endpoint = _in_locale(locale)
    if query.folder_id is None:
        return f"{path}/articles", f"{endpoint}/articles"
    for prefix, name in ((SECTION, "sections"), (CATEGORY, "categories")):
        ident = query.folder_id.removeprefix(prefix)
        if query.folder_id.startswith(prefix) and is_number(ident):
            return f"{path}/{name}/{ident}/articles", f"{endpoint}/{name}/{{id}}/articles"
    return None


def _fits(query: ArticleQuery, record: Article) -> bool:
    return (
        (not query.states or record.state in query.states)
        and (not query.visibilities or record.visibility in query.visibilities)
        and (query.label is None or query.label in record.labels)
        and (query.locale is None or record.locale == query.locale.lower())
    )
