"""A search index that lags behind, as the vendors' do: it shows every desk as it was `lag` ago."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from runtime.clock import Clock
from sandbox.knowledge import KnowledgeBook
from sandbox.listing import TicketQuery
from sandbox.organizations import OrganizationBook
from sandbox.people import PeopleBook
from sandbox.records import Article, Organization, Person, Ticket
from sandbox.tickets import TicketBook

SCANNED = 5000
"""How many tickets a condition that needs the whole ticket is tried on, in the query's order."""


class Found(msgspec.Struct, frozen=True):
    rows: list[Ticket]
    total: int
    exact: bool
    """False: `total` was estimated from the SCANNED tickets that were looked at, and rows beyond them are not found."""


class SearchBook:
    def __init__(
        self,
        tickets: TicketBook,
        people: PeopleBook,
        organizations: OrganizationBook,
        knowledge: KnowledgeBook,
        clock: Clock,
    ) -> None:
        self._tickets, self._people, self._organizations = tickets, people, organizations
        self._knowledge, self._clock = knowledge, clock

    def tickets(
        self,
        query: TicketQuery,
        *,
        match: Callable[[Ticket], bool] | None = None,
        offset: int = 0,
        limit: int = 100,
        lag: timedelta = timedelta(),
    ) -> Found:
        """What `query` says is found exactly, however many there are; `match` (words, dates of fields) by looking at
        tickets.

        Without an order of its own a search is newest first: give TicketQuery(descending=True).
        """
        moment = self._clock.now() - lag
        if match is None:
            rows, total = self._tickets.as_of(moment, query, offset=offset, limit=limit)
            return Found(rows, total, True)
        looked, total = self._tickets.as_of(moment, query, offset=0, limit=SCANNED)
        hits = [ticket for ticket in looked if match(ticket)]
        exact = total <= len(looked)
        return Found(hits[offset : offset + limit], len(hits) if exact else len(hits) * total // len(looked), exact)

    def people(
        self, match: Callable[[Person], bool], *, lag: timedelta = timedelta(), scan: int = SCANNED
    ) -> list[Person]:
        """Of the first `scan` people by number and every one written: those who match and were not changed within the
        lag."""
        before = self._clock.now() - lag
        people = [*self._people.page(limit=scan), *self._people.shelf.written.values()]
        unique = {person.number: person for person in people}
        return [person for person in unique.values() if person.updated <= before and match(person)]

    def organizations(
        self, match: Callable[[Organization], bool], *, lag: timedelta = timedelta(), scan: int = SCANNED
    ) -> list[Organization]:
        before = self._clock.now() - lag
        rows = [*self._organizations.page(limit=scan), *self._organizations.shelf.written.values()]
        unique = {organization.number: organization for organization in rows}
        return [found for found in unique.values() if found.updated <= before and not found.deleted and match(found)]

    def articles(
        self, text: str, *, locale: str | None = None, lag: timedelta = timedelta()
    ) -> list[tuple[Article, str]]:
        """(article, locale) of every published translation that has all the words; titles before bodies."""
        before, words = self._clock.now() - lag, text.casefold().split()
        found = []
        for article in self._knowledge.articles():
            for told in article.translations.values():
                if told.draft or locale not in (None, told.locale) or told.updated > before:
                    continue
                title, whole = told.title.casefold(), f"{told.title} {told.text} {' '.join(article.labels)}".casefold()
                if all(word in whole for word in words):
                    found.append((not all(word in title for word in words), article.number, article, told.locale))
        return [(article, told) for _, _, article, told in sorted(found, key=lambda hit: hit[:2])]
