"""Tickets: lists, search, by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec

from models.enums import CountPrecision, DetailLevel, Lifecycle, TicketOrderField
from models.errors import Forbidden, Rejected, Unsupported
from models.queries import Page, PageRequest, Scope, TicketOrder, TicketQuery
from models.records import Count, Ticket
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.capabilities import PAGE_CEILING, SEARCH_CEILING, SEARCH_PAGE
from providers.freshdesk.client import Asked, Client, Seen, listed, mapped, mapped_one, pair, together
from providers.freshdesk.kept import Kept
from providers.freshdesk.lists import EPOCH, Windows, beyond_ceiling
from providers.freshdesk.lookups import Lookups
from providers.freshdesk.mapping_fields import UNKNOWN_FIELDS, Fields
from providers.freshdesk.mapping_ticket import ticket
from providers.freshdesk.merged import Fetch, merged_page
from providers.freshdesk.routes import Listed, Part, Searched, route, seconds
from providers.upstream import decode
from providers.upstream.records import remembered
from providers.walking import Chunk, Chunks, OffsetChunks, walk

# PageRequest.wants → the vendor's `include`.
INCLUDES: Mapping[str, str] = {
    "requester": "requester",
    "organization": "company",
    "description": "description",
    "stats": "stats",
}
ORDER_BY: Mapping[TicketOrderField, str] = {
    TicketOrderField.CREATED_AT: "created_at",
    TicketOrderField.UPDATED_AT: "updated_at",
}
TICKET_SECONDS = 5.0
WHOLE = "0"


class _Whole:
    """A list that is whole in hand, as a reader."""

    stable = True

    def __init__(self, rows: Sequence[Ticket]) -> None:
        self._rows = rows

    async def read(self, token: str | None) -> Chunk[Ticket]:
        return Chunk(rows=self._rows, token=WHOLE, next=None)


class Tickets:
    def __init__(self, account: Account, client: Client, lookups: Lookups) -> None:
        self._account = account
        self._client = client
        self._lookups = lookups
        self._noted = partial(remembered, account.key, "GET /tickets/{id}")
        self._kept: Kept[Ticket] = Kept(client.clock, TICKET_SECONDS, self._noted)
        self._kept_with: dict[str, Kept[Ticket]] = {}

    async def page(self, scope: Scope, query: TicketQuery, page: PageRequest) -> Page[Ticket]:
        bound = scope.bound(self._account.key)
        found = route(query, bound, await self._words_for(query))
        if found is None:
            return Page(rows=(), more=False)
        if isinstance(found, Searched):
            return await self._searched(found, query.order, page)
        wants = page.wants - {"requester"} if bound is not None else page.wants
        lists: dict[str, Fetch[Ticket]] = {
            part.name: partial(self._listed, found, part, query.order, _includes(wants)) for part in found.parts
        }
        return await merged_page(lists, page, rank=partial(_rank, query.order))

    async def count(self, scope: Scope, query: TicketQuery) -> Count | None:
        """What the search says it found; it counts from its index, which lags."""
        if scope.bound(self._account.key) is not None:
            return None
        found = route(query, None, await self._words_for(query))
        if found is None:
            return Count(value=0, precision=CountPrecision.EXACT)
        if not isinstance(found, Searched) or query.filter.created_at or query.filter.updated_at:
            return None
        total, _ = await self._search(found.expression, 1)
        return Count(value=total, precision=CountPrecision.ESTIMATE)

    async def by_id(self, scope: Scope, ids: Sequence[str], wants: frozenset[str]) -> list[Ticket | None]:
        bound = scope.bound(self._account.key)
        extra = _includes((wants - {"description"}) if bound is None else wants - {"description", "requester"})
        kept = (
            self._kept_with.setdefault(extra, Kept(self._client.clock, TICKET_SECONDS, self._noted))
            if extra
            else self._kept
        )
        found = await kept.many(ids, partial(self._one, extra))
        visible = {one: record for one, record in found.items() if record and _visible(record, bound)}
        return [visible.get(one) for one in ids]

    def remember(self, record: Ticket) -> None:
        self._kept.put(record.remote_id, record)

    async def whole(self, ident: str) -> Ticket | None:
        """Past the cache."""
        return await self._one("", ident)

    async def newest(self, rows: int) -> list[Ticket]:
        """The last tickets made, without the search's lag."""
        part = Part(name="newest")
        order = TicketOrder(field=TicketOrderField.CREATED_AT)
        found, _ = await self._fetch(part, order, False, "", EPOCH, 1, rows)
        return list(found)

    async def find(self, expression: str) -> list[Ticket]:
        return (await self._search(expression, 1))[1]

    async def _words_for(self, query: TicketQuery) -> Fields:
        """The account's words decide what some filters mean; a list without them does not wait for them."""
        named = query.filter.names() & {"status", "nativeStatus", "type"}
        return await self._lookups.words() if named else UNKNOWN_FIELDS

    async def _listed(
        self, found: Listed, part: Part, order: TicketOrder, includes: str, page: PageRequest
    ) -> Page[Ticket]:
        def open(flipped: bool) -> Chunks[Ticket]:
            descending = order.descending != flipped
            fetch = partial(self._fetch, part, order, descending is False, includes)
            if order.field is TicketOrderField.UPDATED_AT and not descending:
                return Windows(fetch, found.since)
            return OffsetChunks(partial(fetch, found.since or EPOCH), max_page=PAGE_CEILING, refuse=beyond_ceiling)

        return await walk(
            open,
            page,
            key=partial(_key, order),
            ident=_ident,
            descending=order.descending,
            stop=found.stop,
            keep=found.keep,
        )

    async def _fetch(
        self, part: Part, order: TicketOrder, ascending: bool, includes: str, since: datetime, page: int, per_page: int
    ) -> tuple[list[Ticket], bool]:
        """One page of the list. Without `updated_since` it would hold the last 30 days only (airbyte issue 6133), so it
        is always sent. Each embedded resource costs two more credits (API reference, "Rate limits")."""
        asked = {
            **part.params,
            "updated_since": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "order_by": ORDER_BY[order.field],
            "order_type": "asc" if ascending else "desc",
            "include": includes or None,
            "page": page,
            "per_page": per_page,
        }
        cost = 1 + 2 * (includes.count(",") + 1 if includes else 0)
        try:
            rows, words = await pair(
                self._client.rows(wire.Ticket, "/tickets", "/tickets", "tickets", asked, cost=cost),
                self._lookups.words(),
            )
        except Rejected as error:
            if _nobody(error, part):
                return [], False
            raise
        return self._mapped(rows.seen, words, rows.as_of, "/tickets", lifecycle=part.lifecycle), rows.more

    def _mapped(
        self,
        rows: Sequence[Seen[wire.Ticket]],
        words: Fields,
        as_of: datetime,
        endpoint: str,
        where: str = "$",
        lifecycle: Lifecycle | None = None,
    ) -> list[Ticket]:
        def make(seen: Seen[wire.Ticket]) -> Ticket:
            return ticket(self._account, words, seen.row, seen.raw, as_of, DetailLevel.LISTED, lifecycle)

        return mapped(rows, endpoint, make, where)

    async def _one(self, includes: str, ident: str) -> Ticket | None:
        """A deleted ticket may answer 200 with `deleted`, 403 (singer-io PR 18) or 404; an archived one has a path of
        its own (API reference, "View archived ticket"). On a view each embedded resource costs one credit more."""
        cost = 1 + (includes.count(",") + 1 if includes else 0)
        asked = {"include": includes or None}
        try:
            seen = await self._client.one(
                wire.Ticket, f"/tickets/{ident}", "/tickets/{id}", "tickets", asked, cost=cost
            ) or await self._client.one(wire.Ticket, f"/tickets/archived/{ident}", "/tickets/archived/{id}", "tickets")
        except Forbidden:
            return None
        if seen is None:
            return None
        words = await self._lookups.words()
        as_of = self._client.clock.now()
        return mapped_one(
            seen, "/tickets/{id}", lambda found: ticket(self._account, words, found.row, found.raw, as_of)
        )

    async def _searched(self, found: Searched, order: TicketOrder, page: PageRequest) -> Page[Ticket]:
        """The search promises no order and ends at 300 rows, so it is read whole and ordered here."""
        rows = [one for one in await self._all_found(found.expression) if found.keep(one)]
        ascending = sorted(rows, key=lambda one: (_key(order, one), int(one.remote_id)))

        def open(flipped: bool) -> Chunks[Ticket]:
            return _Whole(ascending[::-1] if order.descending != flipped else ascending)

        got = await walk(open, page, key=partial(_key, order), ident=_ident, descending=order.descending)
        return await self._completed(got, page)

    async def _completed(self, got: Page[Ticket], page: PageRequest) -> Page[Ticket]:
        """The vendor's sample of search rows has no tags. Rows without them are read by id, as many as asked for."""
        rows = got.rows[-page.size :] if page.backward else got.rows[: page.size]
        more = got.more or len(rows) < len(got.rows)
        partial_ids = [row.record.remote_id for row in rows if "tags" not in (row.record.raw or {})]
        if not partial_ids:
            return Page(rows=rows, more=more)
        whole = await self._kept.many(partial_ids, partial(self._one, ""))
        filled = tuple(
            msgspec.structs.replace(row, record=whole.get(row.record.remote_id) or row.record) for row in rows
        )
        return Page(rows=filled, more=more)

    async def _all_found(self, expression: str) -> list[Ticket]:
        total, first = await self._search(expression, 1)
        if total > SEARCH_CEILING:
            raise Unsupported(
                f"{total:,} tickets match, and Freshdesk's search shows at most {SEARCH_CEILING}.",
                nearest="Add `createdAt` or `updatedAt` bounds, a requester or an organization, until fewer match; or"
                " list by `updatedAt` without this filter.",
                field="filter",
            )
        pages = range(2, (total + SEARCH_PAGE - 1) // SEARCH_PAGE + 1)
        rest = await together(self._search(expression, page) for page in pages)
        found = {one.remote_id: one for one in (*first, *(one for _, rows in rest for one in rows))}
        return list(found.values())

    async def _search(self, expression: str, page: int) -> tuple[int, list[Ticket]]:
        """Fixed pages of 30, ten of them; the whole expression in double quotes (API reference, "Filter tickets")."""
        asked: Asked = {"query": f'"{expression}"', "page": page}
        answer, words = await pair(
            self._client.get("/search/tickets", "/search/tickets", "other", asked), self._lookups.words()
        )
        found = decode(answer, wire.SearchedTickets)
        rows = listed(answer, wire.Ticket, found.results, "$.results")
        return found.total, self._mapped(rows, words, self._client.clock.now(), "/search/tickets", "$.results")


def _includes(wants: frozenset[str]) -> str:
    return ",".join(sorted(INCLUDES[one] for one in wants if one in INCLUDES))


def _visible(record: Ticket, bound: frozenset[str] | None) -> bool:
    return bound is None or (record.organization_id is not None and record.organization_id in bound)


def _nobody(error: Rejected, part: Part) -> bool:
    """The list refuses a requester or company it does not know, instead of showing no rows."""
    return error.status == 400 and any(field in part.params for field, _ in error.fields if field != "filter")


def _key(order: TicketOrder, record: Ticket) -> int:
    return seconds(record.created_at if order.field is TicketOrderField.CREATED_AT else record.updated_at)


def _rank(order: TicketOrder, record: Ticket) -> tuple[int, int]:
    sign = -1 if order.descending else 1
    return sign * _key(order, record), sign * int(record.remote_id)


def _ident(record: Ticket) -> str:
    return record.remote_id
