"""Search over kinds: contacts and companies by the beginnings of words, articles by the vendor's own search, a ticket
by its number. The vendor has no full-text search over tickets (API reference, "Filter tickets")."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from models.enums import DetailLevel, SearchKind
from models.errors import Unsupported
from models.queries import Page, PageRequest, Scope
from models.records import Article, Contact, Organization, SearchHit, Ticket
from providers.freshdesk import wire
from providers.freshdesk.capabilities import CAPABILITIES
from providers.freshdesk.client import Client, listed, mapped, together
from providers.freshdesk.lookups import Lookups
from providers.freshdesk.reads_articles import Articles
from providers.freshdesk.reads_organizations import Organizations
from providers.freshdesk.reads_people import People
from providers.freshdesk.reads_tickets import Tickets
from providers.walking import slice_page

Found = list[Ticket | Contact | Organization | Article]
ORDER = (SearchKind.TICKET, SearchKind.CONTACT, SearchKind.ORGANIZATION, SearchKind.ARTICLE)


class Search:
    def __init__(
        self,
        client: Client,
        lookups: Lookups,
        tickets: Tickets,
        people: People,
        organizations: Organizations,
        articles: Articles,
    ) -> None:
        self._client = client
        self._lookups = lookups
        self._tickets = tickets
        self._people = people
        self._companies = organizations
        self._articles = articles
        self._by_kind: Mapping[SearchKind, Callable[[Scope, str], Awaitable[Found]]] = {
            SearchKind.TICKET: self._ticket,
            SearchKind.CONTACT: self._contacts,
            SearchKind.ORGANIZATION: self._organizations,
            SearchKind.ARTICLE: self._found_articles,
        }

    async def page(self, scope: Scope, text: str, kinds: frozenset[SearchKind], page: PageRequest) -> Page[SearchHit]:
        if beyond := sorted(kinds - set(ORDER)):
            raise Unsupported(
                f"Freshdesk's search does not find {', '.join(beyond)}.",
                nearest=f"Search for {', '.join(sorted(CAPABILITIES.search_kinds))}.",
                field="kinds",
            )
        text = text.strip()
        numbered = text.removeprefix("#").isdecimal()
        if SearchKind.TICKET in kinds and not numbered:
            raise Unsupported(
                "Freshdesk cannot search the text of tickets.",
                nearest="Search for a ticket's number, or list `tickets` with a filter.",
                field="kinds",
            )
        wanted = kinds or (CAPABILITIES.search_kinds | {SearchKind.TICKET} if numbered else CAPABILITIES.search_kinds)
        if not text:
            return Page(rows=(), more=False)
        found = await together(self._by_kind[kind](scope, text) for kind in ORDER if kind in wanted)
        hits = [SearchHit(record=record) for part in found for record in part]
        return slice_page(hits, page, ident=lambda hit: f"{type(hit.record).__name__}/{hit.record.remote_id}")

    async def _ticket(self, scope: Scope, text: str) -> Found:
        found = await self._tickets.by_id(scope, [text.removeprefix("#")], frozenset())
        return [one for one in found if one is not None]

    async def _contacts(self, scope: Scope, text: str) -> Found:
        if "@" in text:
            exact = await self._people.contacts_by_email(scope, [text])
            if exact[0] is not None:
                return [exact[0]]
        found = await self._people.contacts_by_id(scope, await self._people.contact_ids(text))
        return [one for one in found if one is not None]

    async def _organizations(self, scope: Scope, text: str) -> Found:
        found = await self._companies.by_id(scope, await self._companies.ids(text))
        return [one for one in found if one is not None]

    async def _found_articles(self, scope: Scope, text: str) -> Found:
        """Search rows are partial; a bound caller's are checked like every article."""
        answer = await self._client.get("/search/solutions", "/search/solutions", "other", {"term": text})
        shelf = await self._lookups.shelf()
        rows = listed(answer, wire.Article) if answer.status != 404 else []
        make = partial(self._articles.mapped, shelf, shelf.primary, DetailLevel.LISTED)
        found = mapped(rows, "/search/solutions", make)
        return [one for one in found if self._articles.sees(scope, one)]
