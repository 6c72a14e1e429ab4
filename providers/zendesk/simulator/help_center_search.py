"""Searching articles: 25 a page, a thousand at most; and the newer search over the whole guide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from providers.zendesk.simulator import errors, help_center, help_center_articles, ids
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.help_center_articles import Told
from providers.zendesk.simulator.help_center_pages import page
from providers.zendesk.simulator.paging import Rows
from providers.zendesk.simulator.paging import page as plain_page
from providers.zendesk.simulator.routes import Routes

routes = Routes()
READABLE = 1000


def _snippet(text: str, query: str) -> str:
    """Some words around the first match, matches in `<em>`."""
    words = [re.escape(word) for word in query.split() if word]
    if not words:
        return escape(text[:200], quote=False)
    pattern = re.compile("|".join(words), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - 60) if first else 0
    return pattern.sub(lambda match: f"<em>{match[0]}</em>", escape(text[start : start + 220], quote=False))


def _found(call: Call, query: str, locale: str | None) -> list[Told]:
    lag = call.account.controls.search_lag
    hits = call.account.desk.search.articles(query, locale=locale, lag=lag)
    return [
        (article, article.translations[told]) for article, told in hits if help_center.visible_article(call, article)
    ]


def _locale(call: Call) -> str | None:
    """`*` is every one; an unknown one is the default."""
    given = call.query.get("locale") or call.locale
    if given == "*":
        return None
    book = call.account.desk.knowledge
    word = {help_center.spelt(each): each for each in book.locales}.get((given or "").lower())
    return word or book.source_locale


@routes.on("GET", "/api/v2/help_center/articles/search", resource="hc", anonymous=True)
def search_articles(call: Call) -> Answer:
    """`label_names` here: any of them, whatever their case. Beyond a thousand results there is nothing."""
    given = [name for name in ("query", "category", "section", "label_names") if call.query.get(name)]
    if not given:
        raise errors.titled(400, "Bad request", "One of query, category, section or label_names is required")
    hits = [hit for hit in _found(call, call.query.get("query", ""), _locale(call)) if _belongs(call, hit)]
    hits = [hit for hit in hits if _in_time(call, hit)]
    by = call.query.get("sort_by")
    if by in ("created_at", "updated_at"):
        descending = call.query.get("sort_order", "desc") == "desc"
        hits.sort(key=lambda hit: getattr(hit[0], by[:-3]), reverse=descending)

    def render(rows: Sequence[Told]) -> dict[str, Any]:
        found = help_center_articles.rendered(call, rows)
        results = found.pop("articles")
        for one, (_, told) in zip(results, rows, strict=True):
            one |= {"result_type": "article", "snippet": _snippet(told.text, call.query.get("query", ""))}
        return {"results": results, **found}

    places = {id(hit): place for place, hit in enumerate(hits)}
    listing = Rows(hits[:READABLE], lambda hit: (places[id(hit)], 0))
    return Answer(page(call, listing, render, default=25))


def _belongs(call: Call, hit: Told) -> bool:
    article = hit[0]
    category, section = call.query.get("category", ""), call.query.get("section", "")
    if category and str(ids.FOLDER.id(article.category)) not in category.split(","):
        return False
    if section and str(ids.FOLDER.id(article.folder)) not in section.split(","):
        return False
    labels = {label.casefold() for label in call.query.get("label_names", "").split(",") if label}
    return not labels or not labels.isdisjoint(label.casefold() for label in article.labels)


def _in_time(call: Call, hit: Told) -> bool:
    """Whole days, in UTC."""
    for name in ("created", "updated"):
        moment: datetime = getattr(hit[0], name)
        before, after, at = (_day(call, f"{name}_{word}") for word in ("before", "after", "at"))
        if (before and moment >= before) or (after and moment < after + timedelta(days=1)):
            return False
        if at and not at <= moment < at + timedelta(days=1):
            return False
    return True


def _day(call: Call, name: str) -> datetime | None:
    given = call.query.get(name)
    if not given:
        return None
    try:
        return datetime.fromisoformat(given).replace(tzinfo=UTC)
    except ValueError:
        raise errors.invalid_attribute(name, "YYYY-MM-DD", call.path.strip("/")) from None


@routes.on("GET", "/api/v2/guide/search", resource="hc")
def unified_search(call: Call) -> Answer:
    """Cursor pages of ten, fifty at most, forward only; credentials and `filter[locales]` are needed."""
    if not call.query.get("filter[locales]"):
        raise errors.missing_parameter("filter[locales]")
    known = {help_center.spelt(each): each for each in call.account.desk.knowledge.locales}
    words = [known[word] for word in call.query["filter[locales]"].lower().split(",") if word in known]
    hits = [hit for word in words for hit in _found(call, call.query.get("query", ""), word)]

    def render(rows: Sequence[Told]) -> dict[str, Any]:
        found = help_center_articles.rendered(call, rows)
        return {"results": [{**row, "type": "ARTICLE"} for row in found["articles"]]}

    places = {id(hit): place for place, hit in enumerate(hits)}
    listing = Rows(hits, lambda hit: (places[id(hit)], 0))
    return Answer(plain_page(call, "results", listing, render=render, default=10, largest=50, always_cursor=True))
