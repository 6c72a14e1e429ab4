"""Articles by id, in a language, and what hangs on them. A bound caller reads what is published for everybody, or for
everybody who signed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, literal_column, select

from models.enums import DetailLevel
from models.queries import Scope
from models.records import Article, ArticleFolder, ArticleTranslation, Attachment
from storage import codec, ranks
from storage.mirror.building import BESIDE
from storage.mirror.people import by_number, in_order
from storage.mirror.scoping import HIDDEN, OPEN, sees_article
from storage.mirror.walking import Fetcher
from storage.statements import Statement, among
from storage.tables.knowledge import article_texts, articles
from storage.tenants import Tenancy
from storage.values import moment, number_of

_ARTICLES = Statement(
    select(articles.c.num, *(articles.c[name] for name in BESIDE)).where(
        articles.c.tenant == bindparam("tenant"),
        articles.c.helpdesk == bindparam("helpdesk"),
        among(articles.c.num, "nums"),
    )
)
_TEXTS = Statement(
    select(
        article_texts.c.num,
        article_texts.c.locale,
        article_texts.c.title,
        article_texts.c.state,
        article_texts.c.outdated,
        article_texts.c.updated_at,
    )
    .where(
        article_texts.c.tenant == bindparam("tenant"),
        article_texts.c.helpdesk == bindparam("helpdesk"),
        among(article_texts.c.num, "nums"),
    )
    .order_by(article_texts.c.num, article_texts.c.own.desc(), article_texts.c.locale)
)
_IN_LOCALE = Statement(
    select(article_texts.c.num, article_texts.c.title, article_texts.c.state, article_texts.c.card).where(
        article_texts.c.tenant == bindparam("tenant"),
        article_texts.c.helpdesk == bindparam("helpdesk"),
        article_texts.c.locale == bindparam("locale"),
        among(article_texts.c.num, "nums"),
    )
)
_OPEN_FOLDERS = Statement(
    select(articles.c.folder)
    .distinct()
    .where(
        articles.c.tenant == bindparam("tenant"),
        articles.c.helpdesk == bindparam("helpdesk"),
        articles.c.shown == literal_column("1"),
        articles.c.state.not_in([literal_column(str(ranks.ARTICLE_STATE.number(one))) for one in HIDDEN]),
        among(articles.c.visibility, "visibilities"),
    )
)


class Knowledge:
    """Of one helpdesk."""

    def __init__(self, tenancy: Tenancy, helpdesk: str) -> None:
        self._tenancy = tenancy
        self._helpdesk = helpdesk
        self._here = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk]}

    def _values(self, records: Iterable[Article], **more: Any) -> dict[str, Any]:
        return {**self._here, "nums": list({number_of(one.remote_id) for one in records}), **more}

    async def by_id(
        self, session: Fetcher, scope: Scope, ids: Sequence[str], locale: str | None
    ) -> list[Article | None]:
        numbers = [number_of(one) for one in ids]
        found = await by_number(session, _ARTICLES, self._tenancy, self._helpdesk, numbers, codec.article)
        if locale is not None:
            told = await self.in_locale(session, list(found.values()), locale)
            found = {number_of(one.remote_id): one for one in told}
        return in_order(ids, {number: one for number, one in found.items() if sees_article(scope, one)})

    async def in_locale(self, session: Fetcher, records: Sequence[Article], locale: str) -> list[Article]:
        """Those that are written in this language, in it."""
        wanted = locale.lower()
        others = [one for one in records if one.locale.lower() != wanted]
        values = self._values(others, locale=wanted)
        rows = {row[0]: row for row in await session.fetch(_IN_LOCALE, values)} if others else {}
        found: list[Article] = []
        for one in records:
            row = rows.get(number_of(one.remote_id))
            if one.locale.lower() == wanted:
                found.append(one)
            elif row is not None:
                found.append(_translated(one, wanted, row))
        return found

    async def translations(
        self, session: Fetcher, scope: Scope, records: Sequence[Article]
    ) -> list[tuple[ArticleTranslation, ...]]:
        seen = await self._seen(session, scope, records)
        told: dict[int, list[ArticleTranslation]] = {}
        for row in await session.fetch(_TEXTS, self._values(seen)) if seen else ():
            translation = _translation(row)
            if scope.organizations is None or translation.state not in HIDDEN:
                told.setdefault(row[0], []).append(translation)
        return [tuple(told.get(number_of(one.remote_id), ())) for one in records]

    async def attachments(
        self, session: Fetcher, scope: Scope, records: Sequence[Article]
    ) -> list[tuple[Attachment, ...]]:
        seen = await self._seen(session, scope, records)
        files = {one.remote_id: one.attachments or () for one in seen}
        return [files.get(one.remote_id, ()) for one in records]

    async def _seen(self, session: Fetcher, scope: Scope, records: Sequence[Article]) -> list[Article]:
        """As they are now: whoever asks may hold a record that was read for somebody else."""
        found = await self.by_id(session, scope, [one.remote_id for one in records], None)
        return [one for one in found if one is not None]

    async def folders(
        self, session: Fetcher, scope: Scope, folders: Sequence[ArticleFolder]
    ) -> Sequence[ArticleFolder]:
        """A bound caller sees those with an article to read, and what leads to them."""
        bound = scope.bound(self._helpdesk)
        if not bound:
            return folders if bound is None else ()
        values = {
            **self._here,
            "visibilities": [ranks.ARTICLE_VISIBILITY.number(one) for one in OPEN],
        }
        parents = {folder.remote_id: folder.parent_id for folder in folders}
        shown: set[str] = set()
        for (folder,) in await session.fetch(_OPEN_FOLDERS, values):
            above: str | None = folder
            while above is not None and above not in shown:
                shown.add(above)
                above = parents.get(above)
        return [folder for folder in folders if folder.remote_id in shown]


def _translated(own: Article, locale: str, row: Sequence[Any]) -> Article:
    """Where only the title is known in this language, the text is not there."""
    _, title, state, card = row
    if card is None:
        return msgspec.structs.replace(
            own,
            locale=locale,
            title=title,
            state=ranks.ARTICLE_STATE.word(state),
            body_html="",
            body_text="",
            detail=DetailLevel.LISTED,
        )
    told = codec.article(card)
    return msgspec.structs.replace(told, as_of=own.as_of, origin=own.origin, detail=own.detail)


def _translation(row: Sequence[Any]) -> ArticleTranslation:
    _, locale, title, state, outdated, updated_at = row
    return ArticleTranslation(
        locale=locale,
        title=title,
        state=ranks.ARTICLE_STATE.word(state),
        outdated=bool(outdated),
        updated_at=moment(updated_at),
    )
