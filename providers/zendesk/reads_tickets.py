"""Tickets: lists, searches, and by id."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from models.enums import CountPrecision, DetailLevel
from models.errors import NotFound, Unsupported
from models.queries import Page, PageRequest, Scope, TicketQuery
from models.records import Count, NativeStatus, Ticket
from providers.walking import Chunks, CursorChunks, CursorRows, OffsetChunks, walk
from providers.zendesk import wire
from providers.zendesk.limits import SEARCH, TICKETS
from providers.zendesk.lookups import Lookups
from providers.zendesk.mapping_ticket import Beside, ticket
from providers.zendesk.reads_people import People
from providers.zendesk.rows import PAGE, Listing, cursor_params, cursor_rows
from providers.zendesk.session import Session, is_number
from providers.zendesk.streams import braid, empty
from providers.zendesk.ticket_filter import matches, nothing_matches, search_query
from providers.zendesk.ticket_routes import CURSOR_SORT, SEARCH_SORT, Route, Via, key, routes, stops

SEARCH_CEILING = 1_000
OFFSET_CEILING = 10_000
MOST_PARTS = 20
SMALL_PAGE = 40


class Tickets:
    def __init__(self, session: Session, lookups: Lookups, people: People) -> None:
        self._session = session
        self._client = session.client
        self._lookups = lookups
        self._people = people

    async def page(self, scope: Scope, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        settled = await self._settled(scope, query)
        if settled is None:
            return empty()
        bound = self._session.bound(scope)
        found = routes(settled, bound)
        if len(found) > MOST_PARTS:
            raise Unsupported(
                f"The answer would be merged from {len(found)} lists of the helpdesk; {MOST_PARTS} is the most.",
                nearest="Filter by one `organization`, or by fewer channels.",
                field="filter",
            )
        parts = {name: partial(self._walk, scope, settled, route) for name, route in found.items()}
        if len(parts) == 1:
            return await next(iter(parts.values()))(page)
        return await braid(parts, page, partial(_rank, settled))

    async def _settled(self, scope: Scope, query: TicketQuery) -> TicketQuery | None:
        """The query with the requester's id for their e-mail; None when nothing can match."""
        wanted, bound = query.filter, self._session.bound(scope)
        ids = (wanted.requester_id, wanted.assignee_id, wanted.group_id, wanted.organization_id)
        if nothing_matches(wanted) or not all(ident is None or is_number(ident) for ident in ids):
            return None
        if bound is not None and (not bound or (wanted.organization_id or next(iter(bound))) not in bound):
            return None
        if wanted.requester_email is None:
            return query
        (person,) = await self._people.by_email(scope, [wanted.requester_email])
        if person is None or wanted.requester_id not in (None, person.remote_id):
            return None
        wanted = msgspec.structs.replace(wanted, requester_email=None, requester_id=person.remote_id)
        return msgspec.structs.replace(query, filter=wanted)

    async def _walk(self, scope: Scope, query: TicketQuery, route: Route, page: PageRequest) -> Page[Ticket]:
        reader = _Reader(self._session, self._lookups, self._people, scope, query, route, page)
        return await walk(
            reader.open,
            page,
            key=partial(key, query),
            ident=lambda t: t.remote_id,
            descending=query.order.descending,
            stop=partial(stops, query) if route.via is Via.LIST else None,
            keep=lambda t: matches(t, query.filter) and scope.sees_organization(self._session.key, t.organization_id),
        )

    async def by_id(self, scope: Scope, ids: Sequence[str]) -> Sequence[Ticket | None]:
        """`show_many` leaves out what it cannot show, in any order; the metrics come along, so these are FULL."""
        wanted = [ident for ident in dict.fromkeys(ids) if is_number(ident)]
        batches = [wanted[i : i + PAGE] for i in range(0, len(wanted), PAGE)]
        found: dict[str, Ticket] = {}
        for batch in await asyncio.gather(*(self._batch(scope, batch) for batch in batches)):
            found.update(batch)
        seen = (found.get(ident) for ident in ids)
        return [t if t and scope.sees_organization(self._session.key, t.organization_id) else None for t in seen]

    async def _batch(self, scope: Scope, ids: Sequence[str]) -> Mapping[str, Ticket]:
        params = {"ids": ",".join(ids), "include": "users,organizations,metric_sets"}
        listing, labels = await asyncio.gather(
            self._client.listing("/tickets/show_many", "/tickets/show_many", "tickets", wire.Ticket, params),
            self._lookups.labels(),
        )
        rows = read_tickets(self._session, self._people, scope, listing, labels, DetailLevel.FULL)
        return {t.remote_id: t for t in rows}

    async def count(self, scope: Scope, query: TicketQuery) -> Count | None:
        """Known without reading for a whole list only. Of a search the count is the index's, which lags."""
        settled = await self._settled(scope, query)
        if settled is None:
            return Count(value=0, precision=CountPrecision.EXACT)
        names = settled.filter.names() - {"lifecycle"}
        bound = self._session.bound(scope)
        if not names and bound is None:
            return await self._counted("/tickets/count", "/tickets/count")
        if bound is None and names == {"organization.id"}:
            path = f"/organizations/{settled.filter.organization_id}/tickets/count"
            return await self._counted(path, "/organizations/{id}/tickets/count")
        if bound is not None or names & {"externalId", "nativeStatus", "channel"}:
            return None
        terms = search_query(settled.filter, {})
        body = await self._client.get("/search/count", "/search/count", {"query": terms}, SEARCH)
        found = body.get("count")
        return Count(value=found, precision=CountPrecision.ESTIMATE) if isinstance(found, int) else None

    async def _counted(self, path: str, endpoint: str) -> Count | None:
        """Above 100,000 the figure is a day old, or pinned at 100,000 while it is being made (vendor's 'Tickets').
        Merged tickets are in it, and not in our lists."""
        found = (await self._client.get(path, endpoint)).get("count")
        value = found.get("value") if isinstance(found, dict) else None
        if not isinstance(found, dict) or not isinstance(value, int):
            return None
        pinned = value >= 100_000 and found.get("refreshed_at") is None
        return Count(value=value, precision=CountPrecision.AT_LEAST if pinned else CountPrecision.ESTIMATE)


def read_tickets(
    session: Session,
    people: People,
    scope: Scope,
    listing: Listing[wire.Ticket],
    labels: Mapping[str, NativeStatus],
    detail: DetailLevel = DetailLevel.LISTED,
    *,
    embed: bool = True,
) -> list[Ticket]:
    """Rows with their sideloads, which are kept for whoever asks for these people next. What the scope does not see is
    not embedded: a ticket of ours may have been asked for by one of theirs. Without `embed` nobody is; a bound scope
    needs to know them all the same."""
    bare = not embed and scope.organizations is None
    beside = Beside(
        detail=detail,
        statuses=labels,
        people={} if bare else people.sideloaded_contacts(listing, scope),
        addresses=people.sideloaded_addresses(listing) if bare else {},
        organizations=people.sideloaded_organizations(listing, scope),
    )
    as_of = session.now
    return [ticket(found, session.account, as_of, beside) for found in listing.rows]


def includes(wants: frozenset[str]) -> list[str]:
    """Sideloads cost no call of their own; `users` also names the copied-in people."""
    extra = {"organization": "organizations", "stats": "metric_sets"}
    return ["users", *(name for want, name in extra.items() if want in wants)]


def _rank(query: TicketQuery, ticket: Ticket) -> tuple[int, int]:
    sign = -1 if query.order.descending else 1
    return sign * key(query, ticket), sign * int(ticket.remote_id)


class _Reader:
    """One list or search of the vendor, opened in the query's order or the reverse of it."""

    def __init__(
        self,
        session: Session,
        lookups: Lookups,
        people: People,
        scope: Scope,
        query: TicketQuery,
        route: Route,
        page: PageRequest,
    ) -> None:
        self._session = session
        self._client = session.client
        self._lookups = lookups
        self._people = people
        self._scope = scope
        self._query = query
        self._route = route
        self._wants = page.wants
        self._size = PAGE if page.size > SMALL_PAGE else page.size + 10
        self._matches: int | None = None

    def open(self, flipped: bool) -> Chunks[Ticket]:
        descending = self._query.order.descending != flipped
        if self._route.via is Via.SEARCH:
            fetch = partial(self._search, descending)
            pages = SEARCH_CEILING // PAGE
            return OffsetChunks(fetch, size=self._size, max_page=pages, refuse=self._beyond_search)
        sort = CURSOR_SORT.get(self._query.order.field)
        if sort is not None:
            return CursorChunks(partial(self._cursor, f"-{sort}" if descending else sort))
        pages = OFFSET_CEILING // PAGE
        return OffsetChunks(partial(self._offset, descending), size=self._size, max_page=pages, refuse=_beyond_offset)

    async def _cursor(self, sort: str, after: str | None, before: str | None) -> CursorRows[Ticket]:
        """Cursor and offset lists differ in their default order, so the order is always said (ruby client, 3.0.0)."""
        listing = await self._listing({**cursor_params(after, before, self._size), "sort": sort})
        if listing is None:
            return CursorRows(rows=(), after=None, before=None, more=False)
        rows = await self._read(listing, DetailLevel.FULL if "stats" in self._wants else DetailLevel.LISTED)
        return cursor_rows(listing, rows, before)

    async def _offset(self, descending: bool, page: int, per_page: int) -> tuple[Sequence[Ticket], bool]:
        order = "desc" if descending else "asc"
        params: dict[str, str | int] = {
            "page": page,
            "per_page": per_page,
            "sort_by": "created_at",
            "sort_order": order,
        }
        listing = await self._listing(params)
        if listing is None:
            return (), False
        rows = await self._read(listing, DetailLevel.FULL if "stats" in self._wants else DetailLevel.LISTED)
        return rows, listing.more

    async def _listing(self, params: dict[str, str | int]) -> Listing[wire.Ticket] | None:
        """None when the requester, assignee or organization is not there: nobody has tickets under it."""
        route = self._route
        asked = {**params, **route.extra, "include": ",".join(includes(self._wants))}
        family = TICKETS if route.path == "/tickets" else "account"
        try:
            return await self._client.listing(route.path, route.endpoint, "tickets", wire.Ticket, asked, family)
        except NotFound:
            if route.path == "/tickets":
                raise
            return None

    async def _search(self, descending: bool, page: int, per_page: int) -> tuple[Sequence[Ticket], bool]:
        statuses = await self._lookups.labels()
        params: dict[str, str | int] = {
            "query": search_query(self._query.filter, statuses, self._route.organization, self._route.word),
            "sort_by": SEARCH_SORT[self._query.order.field],
            "sort_order": "desc" if descending else "asc",
            "include": f"tickets({','.join(includes(self._wants))})",
            "page": page,
            "per_page": per_page,
        }
        listing = await self._client.listing("/search", "/search?type:ticket", "results", wire.Ticket, params, SEARCH)
        self._matches = listing.count
        rows = await self._read(listing, DetailLevel.LISTED)
        # `next_page` is still offered past row 1,000, and then refused (zenpy issue 371).
        return rows, listing.more

    async def _read(self, listing: Listing[wire.Ticket], detail: DetailLevel) -> list[Ticket]:
        labels = await self._lookups.labels()
        embed = "requester" in self._wants
        return read_tickets(self._session, self._people, self._scope, listing, labels, detail, embed=embed)

    def _beyond_search(self) -> Unsupported:
        many = f"{self._matches:,}" if self._matches else f"more than {SEARCH_CEILING:,}"
        return Unsupported(
            f"Zendesk's search finds {many} tickets and shows the first {SEARCH_CEILING:,} only.",
            nearest="Add a narrower filter, for instance `updatedAt: {gte: …}`.",
            field="filter",
        )


def _beyond_offset() -> Unsupported:
    return Unsupported(
        f"Zendesk lists the first {OFFSET_CEILING:,} tickets by creation time only.",
        nearest="Order by UPDATED_AT, which has no end, or add a bound on `createdAt`.",
        field="order",
    )
