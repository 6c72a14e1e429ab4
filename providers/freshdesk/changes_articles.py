"""The knowledge base for our copy, whole each time: there is no list of all articles and no `updated_since` (API
reference, "Solutions"), so it is walked folder by folder, in the order of the folders' ids.

A folder's articles are listed once in the account's own language and once in each other: a list in a language shows
the articles that exist in it. The tree is read when a pass begins; a folder of it that cannot be read fails the batch,
since without it its articles would look as if they were gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec

from models.changes import ChangeBatch, Translated, Unread
from models.enums import ArticleVisibility, DetailLevel, Kind
from models.errors import Forbidden
from models.records import Article, ArticleFolder
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.changes_lists import all_of, listing_of, moment_of, now_of, pack, unpack
from providers.freshdesk.changes_walk import Item, Listing, Rules
from providers.freshdesk.client import Client, Seen, together
from providers.freshdesk.lookups import Lookups
from providers.freshdesk.mapping_article import Shelf, article, translation
from providers.freshdesk.rows import Asking, page_of

RULES = Rules(name="articles", whole=True)
ENOUGH = 50
"""Articles of a batch: small folders are read together."""
MOST_FOLDERS = 10
WHOLE = frozenset({"description", "attachments", "tags"})


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`folder`: the last folder that was read; 0 between passes. `began`: when the pass did, by our clock."""

    folder: int = 0
    began: int = 0


class ArticleStream:
    def __init__(self, account: Account, client: Client, lookups: Lookups) -> None:
        self._account = account
        self._client = client
        self._lookups = lookups

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        place = unpack(checkpoint, Place) if checkpoint is not None else Place()
        now = now_of(self._client.clock)
        shelf = await (self._lookups.shelf() if place.folder else self._lookups.fresh_shelf())
        left = [one for one in _in_order(shelf) if _number(one) > place.folder]
        found: list[Translated | Unread] = []
        for done, folder in enumerate(left[:MOST_FOLDERS], 1):
            found += await self._folder(shelf, folder, now)
            if len(found) >= ENOUGH or done == len(left):
                break
        ended = not left or done == len(left)
        began = place.began or now
        after = Place() if ended else Place(folder=_number(left[done - 1]), began=began)
        return ChangeBatch(
            records=tuple(one for one in found if isinstance(one, Translated)),
            unreadable=tuple(one for one in found if isinstance(one, Unread)),
            catalogues={} if place.folder else {"folders": shelf.folders},
            checkpoint=pack(after),
            more=not ended,
            pass_ended=ended,
            watermark=moment_of(began) if ended else None,
        )

    async def _folder(self, shelf: Shelf, folder: ArticleFolder, now: int) -> list[Translated | Unread]:
        """An article of which one language cannot be read is unreadable as a whole: half of it would replace the
        copy."""
        own = await self._in(shelf, folder, shelf.primary, now)
        languages = [one for one in shelf.languages if one != shelf.primary] if own else []
        lists = await together(self._in(shelf, folder, language, now) for language in languages)
        others = [{item.key: item.found for item in items} for items in lists]
        return [_together(item, [one[item.key] for one in others if item.key in one]) for item in own]

    async def _in(self, shelf: Shelf, folder: ArticleFolder, language: str, now: int) -> list[Item]:
        """A folder may be gone since the tree was read (403, scratch-l10n), or the account speak one language only."""
        tail, named = ("", "") if language == shelf.primary else (f"/{language}", "/{language}")
        asking = Asking(
            shape=wire.Article,
            kind=Kind.ARTICLE,
            path=f"/solutions/folders/{_number(folder)}/articles{tail}",
            endpoint=f"/solutions/folders/{{id}}/articles{named}",
        )
        try:
            return await all_of(partial(self._page, asking, folder, language), RULES, now)
        except Forbidden:
            return []

    async def _page(
        self, asking: Asking[wire.Article], folder: ArticleFolder, language: str, since: int, page: int, per_page: int
    ) -> Listing:
        found = await page_of(self._client, asking, {"page": page, "per_page": per_page})
        visible = folder.visibility or ArticleVisibility.RESTRICTED

        def make(seen: Seen[wire.Article]) -> Article:
            detail = DetailLevel.FULL if seen.raw.keys() >= WHOLE else DetailLevel.LISTED
            return article(
                self._account, seen.row, seen.raw, found.as_of, locale=language, visibility=visible, detail=detail
            )

        return listing_of(found, Kind.ARTICLE, make, since)


def _together(own: Item, others: Sequence[Article | Unread]) -> Translated | Unread:
    found: list[Article | Unread] = [own.found, *others]
    articles = [one for one in found if isinstance(one, Article)]
    if len(articles) < len(found):
        return next(one for one in found if isinstance(one, Unread))
    return Translated(
        article=articles[0], translations=tuple(translation(one) for one in articles), others=tuple(articles[1:])
    )


def _in_order(shelf: Shelf) -> list[ArticleFolder]:
    return sorted((one for one in shelf.folders if one.level > 0), key=_number)


def _number(folder: ArticleFolder) -> int:
    return int(folder.remote_id.removeprefix("folder-"))
