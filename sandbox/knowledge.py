"""The help centre of a desk: categories, nested folders, articles in several languages. Small enough to be kept
whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any

import msgspec

from runtime.clock import Clock
from sandbox.library import LOCALES, STEPS, TOPICS, TREE, Shelf, Topic
from sandbox.records import Article, Folder, NoSuchRecord, Translation
from sandbox.rng import mix
from sandbox.stories import ITEMS
from sandbox.texts import to_text


class KnowledgeBook:
    source_locale = "en"
    locales = LOCALES

    def __init__(self, seed: int, desk: int, clock: Clock, founded: int) -> None:
        self._clock = clock
        stock = _stock(seed, desk, founded)
        self._folders, self._articles = dict(stock.folders), dict(stock.articles)

    def folders(self) -> list[Folder]:
        """Categories too, in order of position."""
        return list(self._folders.values())

    def folder(self, number: int) -> Folder | None:
        return self._folders.get(number)

    def children(self, parent: int | None) -> list[Folder]:
        """Direct children; of None, the categories."""
        return [folder for folder in self._folders.values() if folder.parent == parent]

    def path(self, number: int) -> list[Folder]:
        """From the category down to the folder itself."""
        found: list[Folder] = []
        at: int | None = number
        while at is not None:
            found.append(self._folders[at])
            at = self._folders[at].parent
        return found[::-1]

    def articles(
        self,
        folder: int | None = None,
        *,
        category: int | None = None,
        locale: str | None = None,
        deleted: bool = False,
    ) -> list[Article]:
        """By number; `locale` keeps those that have a translation in it."""
        return [
            article
            for article in self._articles.values()
            if folder in (None, article.folder)
            and category in (None, article.category)
            and (locale is None or locale in article.translations)
            and (deleted or not article.deleted)
        ]

    def article(self, number: int) -> Article | None:
        """A deleted one too; `deleted` says so."""
        return self._articles.get(number)

    def create_folder(self, name: str, *, parent: int | None = None, **values: Any) -> Folder:
        moment, number = self._now(), max(self._folders, default=0) + 1
        above = self._folders[parent] if parent is not None else None
        made = Folder(
            number=number, name=name, description=None, parent=parent, category=above.category if above else number,
            depth=above.depth + 1 if above else 0, visibility=above.visibility if above else "everyone",
            position=number,
            names={self.source_locale: name}, created=moment, updated=moment,
        )  # fmt: skip
        self._folders[number] = msgspec.structs.replace(made, **values)
        return self._folders[number]

    def create_article(
        self, folder: int, *, title: str, html: str, author: int, locale: str = "en", draft: bool = True, **values: Any
    ) -> Article:
        where = self._folders.get(folder)
        if where is None:
            raise NoSuchRecord(f"folder {folder}")
        moment, number = self._now(), max(self._articles, default=0) + 1
        first = _translation(locale, title, html, draft=draft, author=author, moment=moment)
        made = Article(
            number=number, folder=folder, category=where.category, author=author, source_locale=locale,
            translations={locale: first}, labels=(), promoted=False, position=number, up_votes=0, down_votes=0, views=0,
            created=moment, updated=moment,
        )  # fmt: skip
        self._articles[number] = msgspec.structs.replace(made, **values)
        return self._articles[number]

    def update_article(self, number: int, **changes: Any) -> Article:
        article = self._known(number)
        if "folder" in changes:
            changes["category"] = self._folders[changes["folder"]].category
        self._articles[number] = msgspec.structs.replace(article, **changes, updated=self._now())
        return self._articles[number]

    def put_translation(
        self,
        number: int,
        locale: str,
        *,
        title: str | None = None,
        html: str | None = None,
        draft: bool | None = None,
        author: int,
    ) -> Translation:
        """Adds or changes; what is not given stays."""
        article, moment = self._known(number), self._now()
        old = article.translations.get(locale) or _translation(locale, "", "", draft=True, author=author, moment=moment)
        body = old.html if html is None else html
        made = msgspec.structs.replace(
            old, title=old.title if title is None else title, html=body, text=to_text(body),
            draft=old.draft if draft is None else draft, author=author, updated=moment, outdated=False,
        )  # fmt: skip
        self.update_article(number, translations={**article.translations, locale: made})
        return made

    def remove_translation(self, number: int, locale: str) -> Article:
        article = self._known(number)
        return self.update_article(number, translations={k: v for k, v in article.translations.items() if k != locale})

    def delete_article(self, number: int) -> Article:
        return self.update_article(number, deleted=True)

    def vote(self, number: int, *, up: bool) -> Article:
        """Leaves `updated` alone."""
        article = self._known(number)
        votes = {"up_votes": article.up_votes + up, "down_votes": article.down_votes + (not up)}
        self._articles[number] = msgspec.structs.replace(article, **votes)
        return self._articles[number]

    def _known(self, number: int) -> Article:
        article = self._articles.get(number)
        if article is None:
            raise NoSuchRecord(f"article {number}")
        return article

    def _now(self) -> datetime:
        return self._clock.now().astimezone(UTC).replace(microsecond=0)


class _Stock:
    """The folders and articles that were there before anybody wrote."""

    def __init__(self, seed: int, desk: int, founded: int) -> None:
        self._seed = mix(seed, desk, 111)
        self._founded = datetime.fromtimestamp(founded, UTC)
        self.folders = {number: self._folder(number, shelf) for number, shelf in enumerate(TREE, 1)}
        more = [
            Topic(mix(self._seed, 1, n) % 5 + 4, {"en": f"{item}: common questions"}, ("faq",))
            for n, item in enumerate(ITEMS)
        ]
        self.articles = {number: self._article(number, topic) for number, topic in enumerate((*TOPICS, *more), 1)}

    def _folder(self, number: int, shelf: Shelf) -> Folder:
        chain, at = [number - 1], shelf.parent
        while at is not None:
            chain.append(at)
            at = TREE[at].parent
        moment = self._founded + timedelta(days=number)
        return Folder(
            number=number,
            name=shelf.names["en"],
            description=f"All about {shelf.names['en'].lower()}" if number % 3 else None,
            parent=None if shelf.parent is None else shelf.parent + 1,
            category=chain[-1] + 1,
            depth=len(chain) - 1,
            visibility=shelf.visibility,
            organizations=(1, 2) if shelf.visibility == "organizations" else (),
            position=number,
            names=shelf.names,
            created=moment,
            updated=moment + timedelta(days=mix(self._seed, 2, number) % 200),
        )

    def _article(self, number: int, topic: Topic) -> Article:
        luck = mix(self._seed, 3, number)
        created = self._founded + timedelta(days=30 + number, seconds=luck % 80_000)
        first = number * 8
        inline = tuple((first + 4 + n) * 4 + 1 for n in range(luck % 3))
        attached = tuple((first + n) * 4 + 1 for n in range((luck // 8 % 4 == 0) * 2))
        author = luck % 4 + 1
        translations = {
            locale: self._told(number, locale, title, inline, author, created + timedelta(days=place * 9))
            for place, (locale, title) in enumerate(topic.titles.items())
        }
        return Article(
            number=number,
            folder=topic.folder + 1,
            category=self.folders[topic.folder + 1].category,
            author=author,
            source_locale=KnowledgeBook.source_locale,
            translations=translations,
            labels=topic.labels,
            promoted=luck % 6 == 0,
            position=number,
            up_votes=luck % 90,
            down_votes=luck // 100 % 30,
            views=luck % 9000,
            comments_disabled=luck % 5 == 0,
            attachments=attached,
            inline=inline,
            created=created,
            updated=max(translation.updated for translation in translations.values()),
        )

    def _told(
        self, number: int, locale: str, title: str, inline: Iterable[int], author: int, created: datetime
    ) -> Translation:
        luck = mix(self._seed, 4, number, LOCALES.index(locale))
        intro, heading, steps, end = STEPS[locale]
        listed = "".join(f"<li>{escape(step, quote=False)}</li>" for step in steps[: luck % 2 + 2])
        pictures = "".join(f'<p><img src="sandbox-file:{picture}" alt="{escape(title)}"></p>' for picture in inline)
        html = (
            f"<p>{escape(intro.format(title=title), quote=False)}</p>"
            f"<h2>{escape(heading, quote=False)}</h2><ol>{listed}</ol>"
            f"{pictures}<p>{escape(end, quote=False)}</p>"
        )
        if number % 5 == 0:
            html += (
                "<table><tr><th>Model</th><th>LED</th></tr><tr><td>Halo&nbsp;2</td><td>3 &times; 4 W</td></tr></table>"
            )
        updated = created + timedelta(days=luck % 100)
        draft = number % 11 == 5 if locale == "en" else luck % 9 == 0
        made = _translation(locale, title, html, draft=draft, author=author, moment=created)
        return msgspec.structs.replace(made, updated=updated, outdated=locale != "en" and luck % 7 == 1)


_stock = lru_cache(maxsize=8)(_Stock)
"""Desks alike share it."""


def _translation(locale: str, title: str, html: str, *, draft: bool, author: int, moment: datetime) -> Translation:
    return Translation(
        locale=locale, title=title, html=html, text=to_text(html), draft=draft, outdated=False, created=moment,
        updated=moment, author=author,
    )  # fmt: skip
