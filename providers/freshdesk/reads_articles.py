"""The knowledge base. There is no list of all articles: it is walked folder by folder (API reference, "Solutions")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from models.enums import ArticleState, DetailLevel
from models.errors import Forbidden
from models.queries import ArticleQuery, Page, PageRequest, Scope
from models.records import Article, ArticleFolder, ArticleTranslation, Attachment
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.chained import chained_page, kept_page
from providers.freshdesk.client import Client, Seen, mapped, mapped_one, together
from providers.freshdesk.kept import Kept
from providers.freshdesk.lookups import Lookups, open_to_all
from providers.freshdesk.mapping_article import Shelf, article, translation
from providers.freshdesk.merged import Fetch
from providers.freshdesk.tables import visibility
from providers.upstream.records import remembered
from providers.walking import offset_page

ARTICLE_SECONDS = 60.0


class Articles:
    def __init__(self, account: Account, client: Client, lookups: Lookups) -> None:
        self._account = account
        self._client = client
        self._lookups = lookups
        self._kept: dict[str, Kept[Article]] = {}
        self._noted = partial(remembered, account.key, "GET /solutions/articles/{id}")

    async def folders(self, scope: Scope) -> list[ArticleFolder]:
        """A bound caller sees the folders open to everybody or to whoever is signed in, and what leads to them."""
        shelf = await self._lookups.shelf()
        if scope.bound(self._account.key) is None:
            return list(shelf.folders)
        parents = {one.remote_id: one.parent_id for one in shelf.folders}
        shown: set[str] = set()
        for one in shelf.folders:
            above: str | None = one.remote_id if one.level > 0 and open_to_all(one.visibility) else None
            while above is not None:
                shown.add(above)
                above = parents.get(above)
        return [one for one in shelf.folders if one.remote_id in shown]

    async def page(self, scope: Scope, query: ArticleQuery, page: PageRequest) -> Page[Article]:
        shelf = await self._lookups.shelf()
        locale = shelf.language(query.locale) if query.locale else shelf.primary
        folders = [one for one in self._folders(query, shelf) if self._may_hold(scope, query, one)]
        if locale is None or not folders:
            return Page(rows=(), more=False)
        keep = partial(self._asked_for, scope, query)
        lists: dict[str, Fetch[Article]] = {
            one.remote_id: partial(kept_page, partial(self._folder, shelf, one, locale), keep=keep) for one in folders
        }
        return await chained_page(lists, page)

    async def by_id(self, scope: Scope, ids: Sequence[str], locale: str | None) -> list[Article | None]:
        shelf = await self._lookups.shelf()
        wanted = shelf.language(locale) if locale else shelf.primary
        if wanted is None:
            return [None for _ in ids]
        found = await self._in(shelf, wanted, ids)
        return [self._if_seen(scope, found.get(one)) for one in ids]

    async def translations(self, scope: Scope, articles: Sequence[Article]) -> list[tuple[ArticleTranslation, ...]]:
        """One call per article and further language: the article does not say in which it exists."""
        shelf = await self._lookups.shelf()
        others = [one for one in shelf.languages if one != shelf.primary]
        ids = [one.remote_id for one in articles]
        elsewhere = [one.remote_id for one in articles if one.locale != shelf.primary]
        own: dict[str, Article | None] = {one.remote_id: one for one in articles}
        own |= await self._in(shelf, shelf.primary, elsewhere)
        found = [own, *await together(self._in(shelf, language, ids) for language in others)]
        return [self._told(scope, [part.get(one.remote_id) for part in found]) for one in articles]

    async def attachments(self, scope: Scope, articles: Sequence[Article]) -> list[tuple[Attachment, ...]]:
        bare = [one.remote_id for one in articles if one.attachments is None]
        whole = dict(zip(bare, await self.by_id(scope, bare, None), strict=True)) if bare else {}
        full = [whole.get(one.remote_id) or one for one in articles]
        return [one.attachments or () if self.sees(scope, one) else () for one in full]

    async def everywhere(self, ident: str) -> list[Seen[wire.Article]]:
        """An article in its own language and in every other it exists in, as it comes: files are looked for in all."""
        shelf = await self._lookups.shelf()
        languages = [None, *(one for one in shelf.languages if one != shelf.primary)]
        found = await together(self._read(ident, language) for language in languages)
        return [one for one in found if one is not None]

    def mapped(self, shelf: Shelf, locale: str, detail: DetailLevel, seen: Seen[wire.Article]) -> Article:
        """A search row carries its folder's visibility; an article in a folder nobody told us of is RESTRICTED."""
        visible = shelf.visibility(seen.row.folder_id) or visibility(seen.row.folder_visibility)
        as_of = self._client.clock.now()
        return article(self._account, seen.row, seen.raw, as_of, locale=locale, visibility=visible, detail=detail)

    def _folders(self, query: ArticleQuery, shelf: Shelf) -> list[ArticleFolder]:
        """A category stands for all folders below it; a folder for itself."""
        below = [one for one in shelf.folders if one.level > 0]
        wanted = query.folder_id
        if wanted is None or not wanted.startswith("category-"):
            return [one for one in below if wanted in (None, one.remote_id)]
        inside = {wanted}
        for one in below:
            if one.parent_id in inside:
                inside.add(one.remote_id)
        return [one for one in below if one.remote_id in inside]

    def _may_hold(self, scope: Scope, query: ArticleQuery, folder: ArticleFolder) -> bool:
        if query.visibilities and folder.visibility not in query.visibilities:
            return False
        return scope.bound(self._account.key) is None or open_to_all(folder.visibility)

    def _asked_for(self, scope: Scope, query: ArticleQuery, found: Article) -> bool:
        label = query.label is None or query.label.casefold() in {one.casefold() for one in found.labels}
        state = not query.states or found.state in query.states
        return label and state and self.sees(scope, found)

    async def _folder(self, shelf: Shelf, folder: ArticleFolder, locale: str, page: PageRequest) -> Page[Article]:
        ident = folder.remote_id.removeprefix("folder-")
        tail, named = ("", "") if locale == shelf.primary else (f"/{locale}", "/{language}")

        async def fetch(number: int, per_page: int) -> tuple[list[Article], bool]:
            try:
                rows = await self._client.rows(
                    wire.Article,
                    f"/solutions/folders/{ident}/articles{tail}",
                    f"/solutions/folders/{{id}}/articles{named}",
                    "other",
                    {"page": number, "per_page": per_page},
                )
            except Forbidden:  # the folder was deleted after the tree was read (scratch-l10n)
                return [], False
            make = partial(self.mapped, shelf, locale, DetailLevel.LISTED)
            return mapped(rows.seen, "/solutions/folders/{id}/articles", make), rows.more

        return await offset_page(fetch, page, ident=lambda one: one.remote_id)

    async def _in(self, shelf: Shelf, language: str, ids: Sequence[str]) -> dict[str, Article | None]:
        kept = self._kept.setdefault(language, Kept(self._client.clock, ARTICLE_SECONDS, self._noted))
        return await kept.many(ids, partial(self._one, shelf, language))

    async def _one(self, shelf: Shelf, language: str, ident: str) -> Article | None:
        seen = await self._read(ident, None if language == shelf.primary else language)
        make = partial(self.mapped, shelf, language, DetailLevel.FULL)
        return mapped_one(seen, "/solutions/articles/{id}", make) if seen else None

    async def _read(self, ident: str, language: str | None) -> Seen[wire.Article] | None:
        """The primary language has the bare path; one that does not exist is 404 (unconfirmed)."""
        tail, named = (f"/{language}", "/{language}") if language else ("", "")
        try:
            return await self._client.one(
                wire.Article, f"/solutions/articles/{ident}{tail}", f"/solutions/articles/{{id}}{named}"
            )
        except Forbidden:
            return None

    def _told(self, scope: Scope, found: Sequence[Article | None]) -> tuple[ArticleTranslation, ...]:
        return tuple(translation(one) for one in found if one is not None and self.sees(scope, one))

    def _if_seen(self, scope: Scope, found: Article | None) -> Article | None:
        return found if found is not None and self.sees(scope, found) else None

    def sees(self, scope: Scope, found: Article) -> bool:
        """No drafts, and nothing behind agents or chosen companies, for a bound caller."""
        if scope.bound(self._account.key) is None:
            return True
        return found.state is ArticleState.PUBLISHED and open_to_all(found.visibility)
