"""Articles in the language that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.conditions import Condition, In, Not
from models.queries import Page, Row
from models.records import Article
from storage import ranks
from storage.mirror.article_fields import ARTICLE_FIELDS, Written
from storage.mirror.knowledge import Knowledge
from storage.mirror.lowering import conjuncts
from storage.mirror.walking import Fetcher
from storage.tenants import Tenancy


def language(conditions: Sequence[Condition]) -> str | None:
    """The single language that is asked for: an article is shown in it then, and its state is the one it has there."""
    locales = {locale for part in _parts(conditions) if (locale := _locale(part)) is not None}
    return locales.pop() if len(locales) == 1 else None


def in_one_language(conditions: Sequence[Condition]) -> list[Any]:
    locale = language(conditions)
    if locale is None:
        return list(conditions)
    states: set[int] | None = None
    left: list[Any] = []
    for part in _parts(conditions):
        told = _states(part)
        if told is not None:
            states = told if states is None else states & told
        elif _locale(part) is None:
            left.append(part)
    return [*left, Written(locale, None if states is None else tuple(sorted(states)))]


def _parts(conditions: Sequence[Condition]) -> list[Condition]:
    return [part for one in conditions for part in conjuncts(one, ARTICLE_FIELDS)]


def _locale(part: Condition) -> str | None:
    """Of a test that names one."""
    match part:
        case In(field="locale", values=(locale,)):
            return locale.lower()
    return None


def _states(part: Condition) -> set[int] | None:
    known = ranks.ARTICLE_STATE.all()
    match part:
        case In(field="state", values=values):
            return {number for word, number in known.items() if word in values}
        case Not(part=In(field="state", values=values)):
            return {number for word, number in known.items() if word not in values}
    return None


async def told_in(session: Fetcher, tenancy: Tenancy, rows: Sequence[Row[Article]], locale: str) -> list[Row[Article]]:
    """The same articles, in this language."""
    desks: dict[str, list[Article]] = {}
    for row in rows:
        desks.setdefault(row.record.helpdesk, []).append(row.record)
    told: dict[tuple[str, str], Article] = {}
    for helpdesk, records in desks.items():
        for one in await Knowledge(tenancy, helpdesk).in_locale(session, records, locale):
            told[helpdesk, one.remote_id] = one
    pairs = [(told.get((row.record.helpdesk, row.record.remote_id)), row.place) for row in rows]
    return [Row(record, place) for record, place in pairs if record is not None]


def shown_in(page: Page[Article], rows: Sequence[Row[Article]]) -> Page[Article]:
    """What lost its translation since is left out; the walk goes on behind it."""
    resume = page.resume or (page.rows[-1].place if page.more and not rows and page.rows else None)
    return Page(rows=tuple(rows), more=page.more, resume=resume)
