"""Search over kinds: one kind after the other, each in the vendor's own order of relevance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from models.enums import SearchKind
from models.errors import Unsupported
from models.queries import Page, PageRequest, Scope
from models.records import Article, Contact, Organization, SearchHit, Ticket
from providers.walking import offset_page
from providers.zendesk import wire
from providers.zendesk.limits import HELP_CENTER, SEARCH
from providers.zendesk.lookups import Lookups
from providers.zendesk.mapping_article import article
from providers.zendesk.mapping_people import contact, organization
from providers.zendesk.reads_articles import HC, Articles
from providers.zendesk.reads_people import People
from providers.zendesk.reads_tickets import SEARCH_CEILING, read_tickets
from providers.zendesk.rows import PAGE
from providers.zendesk.session import Session
from providers.zendesk.streams import chain, empty
from providers.zendesk.ticket_filter import SHOWN, quoted

KINDS = (SearchKind.TICKET, SearchKind.CONTACT, SearchKind.ORGANIZATION, SearchKind.ARTICLE)
_TERMS = {
    SearchKind.TICKET: "type:ticket",
    SearchKind.CONTACT: "type:user role:end-user",
    SearchKind.ORGANIZATION: "type:organization",
}
Hits = tuple[Sequence[SearchHit], bool]


class Search:
    def __init__(self, session: Session, lookups: Lookups, people: People, articles: Articles) -> None:
        self._session = session
        self._client = session.client
        self._lookups = lookups
        self._people = people
        self._articles = articles

    async def page(self, scope: Scope, text: str, kinds: frozenset[SearchKind], page: PageRequest) -> Page[SearchHit]:
        if beyond := sorted(kinds - set(KINDS)):
            raise Unsupported(
                f"Zendesk's search does not find {', '.join(beyond)}.",
                nearest=f"Search for {', '.join(KINDS)}.",
                field="kinds",
            )
        words = " ".join(plain_words(text))
        bound = self._session.bound(scope)
        if not words or (bound is not None and not bound):
            return empty()
        wanted = [kind for kind in KINDS if not kinds or kind in kinds]
        parts = [partial(self._part, scope, words, kind, own) for kind in wanted for own in _confined(kind, bound)]
        return await chain(parts, page, partial(self._sees, scope))

    def _sees(self, scope: Scope, hit: SearchHit) -> bool:
        key, record = self._session.key, hit.record
        match record:
            case Ticket():
                return record.lifecycle in SHOWN and scope.sees_organization(key, record.organization_id)
            case Contact():
                return scope.sees_any_organization(key, record.organization_ids)
            case Organization():
                return scope.sees_organization(key, record.remote_id)
            case Article():
                return self._articles.sees(scope, record)
            case _:
                return False

    async def _part(
        self, scope: Scope, words: str, kind: SearchKind, own: str | None, page: PageRequest
    ) -> Page[SearchHit]:
        fetch = self._article_hits if kind is SearchKind.ARTICLE else partial(self._hits, scope, kind, own)
        return await offset_page(
            partial(fetch, words),
            page,
            ident=lambda hit: hit.record.remote_id,
            per_page=PAGE,
            max_page=SEARCH_CEILING // PAGE,
            refuse=_beyond,
        )

    async def _hits(
        self, scope: Scope, kind: SearchKind, own: str | None, words: str, number: int, per_page: int
    ) -> Hits:
        terms = (_TERMS[kind], f"organization:{own}", words) if own else (_TERMS[kind], words)
        params: dict[str, str | int] = {
            "query": " ".join(terms),
            "page": number,
            "per_page": per_page,
        }
        match kind:
            case SearchKind.TICKET:
                return await self._tickets(scope, params)
            case SearchKind.CONTACT:
                found = await self._client.listing("/search", "/search?type:user", "results", wire.User, params, SEARCH)
                as_of, account = self._session.now, self._session.account
                return [SearchHit(record=contact(f, account, as_of)) for f in found.rows if f.wire.id], found.more
            case _:
                return await self._organizations(params)

    async def _tickets(self, scope: Scope, params: dict[str, str | int]) -> Hits:
        asked = {**params, "include": "tickets(users)"}
        listing = await self._client.listing("/search", "/search?type:ticket", "results", wire.Ticket, asked, SEARCH)
        rows = read_tickets(self._session, self._people, scope, listing, await self._lookups.labels())
        return [SearchHit(record=record) for record in rows], listing.more

    async def _organizations(self, params: dict[str, str | int]) -> Hits:
        listing = await self._client.listing(
            "/search", "/search?type:organization", "results", wire.Organization, params, SEARCH
        )
        as_of, account = self._session.now, self._session.account
        return [SearchHit(record=organization(found, account, as_of)) for found in listing.rows], listing.more

    async def _article_hits(self, words: str, number: int, per_page: int) -> Hits:
        """`snippet` shows the place with the words in `<em>` (vendor's 'Search' of the Help Center)."""
        path = f"{HC}/articles/search"
        params: dict[str, str | int] = {"query": words, "page": number, "per_page": per_page}
        listing = await self._client.listing(path, path, "results", wire.Article, params, HELP_CENTER)
        segments = await self._articles.segments.get()
        as_of, account = self._session.now, self._session.account
        hits = [
            SearchHit(
                record=article(found, account, as_of, segments),
                highlights=(found.wire.snippet,) if found.wire.snippet else (),
            )
            for found in listing.rows
        ]
        return hits, listing.more


def _confined(kind: SearchKind, bound: frozenset[str] | None) -> list[str | None]:
    """A bound caller's tickets and contacts are searched organization by organization; the rest is checked by row."""
    if bound is None or kind not in (SearchKind.TICKET, SearchKind.CONTACT):
        return [None]
    return [*sorted(bound)]


def plain_words(text: str) -> list[str]:
    """Words only: what would be an operator of the vendor's grammar is not the caller's to use."""
    spaced = "".join(" " if c in ':"<>()' or not c.isprintable() else c for c in text)
    return [word for raw in spaced.split() if (word := quoted(raw.lstrip("-")).strip("*"))]


def _beyond() -> Unsupported:
    return Unsupported(
        f"Zendesk's search shows the first {SEARCH_CEILING:,} matches of a kind only.",
        nearest="Search for more words, or for one kind.",
        field="query",
    )
