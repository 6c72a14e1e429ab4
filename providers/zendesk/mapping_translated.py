"""An article with its translations beside it → one record for each language. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from models.changes import Translated
from models.records import Article
from providers.zendesk import wire
from providers.zendesk.account import Account
from providers.zendesk.lenient import pairs
from providers.zendesk.mapping_article import DEFAULT_LOCALE, Segments, article, translation
from providers.zendesk.rows import Found


def translated(
    found: Found[wire.Article],
    told: Sequence[Found[wire.Translation]],
    account: Account,
    as_of: datetime,
    segments: Segments,
) -> Translated:
    """The row shows one language, usually the article's own; what the others say replaces its words. Everything else,
    its times too, is the article's."""
    row, found = found.wire, Found(found.wire, _alone(found.raw))
    own = (row.source_locale or row.locale or DEFAULT_LOCALE).lower()
    shown: dict[str, Article] = {}
    for one in told:
        locale = (one.wire.locale or DEFAULT_LOCALE).lower()
        shown[locale] = article(_in_words_of(found, one), account, as_of, segments)
    as_shown = article(found, account, as_of, segments)
    shown[as_shown.locale] = as_shown
    first = shown.pop(own, as_shown)
    return Translated(
        article=first,
        translations=tuple(sorted((translation(t.wire) for t in told), key=lambda t: (t.locale != own, t.locale))),
        others=tuple(shown[locale] for locale in sorted(shown) if shown[locale] is not first),
    )


def _in_words_of(found: Found[wire.Article], told: Found[wire.Translation]) -> Found[wire.Article]:
    said = told.wire
    words = {
        "locale": said.locale,
        "title": said.title,
        "name": said.title,
        "body": said.body,
        "draft": said.draft,
        "html_url": said.html_url,
    }
    return Found(msgspec.structs.replace(found.wire, **words), {**found.raw, **words})


def _alone(raw: Any) -> dict[str, Any]:
    return {name: value for name, value in pairs(raw).items() if name != "translations"}
