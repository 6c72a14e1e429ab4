"""Tickets for our copy: the list oldest update first, in windows that reopen at their last second.

What a row embeds costs credits, two for each kind of thing (API reference, "Rate limits"), out of 20 to 400 a minute:

    description   asked for: to get it ticket by ticket would cost a hundred credits a page instead of two
    stats         asked for: when a ticket was answered, resolved and closed is told nowhere else in a list
    requester     not asked for: contacts and agents are streams of their own
    company       not asked for: companies are, too

So a page of a hundred tickets costs five. Attachments and conversations are in no list (API reference, "List all
tickets"). Archived tickets are in none either: who was copied before stays in the copy, others are reached by id only.

Merging closes the secondary tickets and leaves a note in each, in the account's language; no list and no view shows
which ticket they went into (API reference, "Merge tickets"; none of the public clients reads it). They are reported as
what they are to the API: closed tickets.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Literal

from models.changes import ChangeBatch, Unread
from models.enums import DetailLevel, Kind, Lifecycle
from models.errors import Forbidden, HelpdeskError
from models.records import Ticket
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.capabilities import PAGE_CEILING
from providers.freshdesk.changes_fields import Words
from providers.freshdesk.changes_lists import Portion, batch_of, listing_of, moment_of, now_of, second_in, stamp, unpack
from providers.freshdesk.changes_walk import SKEW, Listing, Place, Rules
from providers.freshdesk.client import Client, Seen
from providers.freshdesk.mapping_fields import Fields
from providers.freshdesk.mapping_ticket import ticket
from providers.freshdesk.rows import Asking, made, one_of, page_of
from providers.upstream import decode
from runtime.clock import Clock

INCLUDE = "description,stats"
ROWS = Asking(shape=wire.Ticket, kind=Kind.TICKET, path="/tickets", endpoint="/tickets", family="tickets", cost=5)
NEWEST = Asking(shape=wire.Ticket, kind=Kind.TICKET, path="/tickets", endpoint="/tickets", family="tickets")
ONE = Asking(shape=wire.Ticket, kind=Kind.TICKET, path="/tickets", endpoint="/tickets/{id}", family="tickets", cost=2)
ARCHIVED = Asking(
    shape=wire.Ticket, kind=Kind.TICKET, path="/tickets/archived", endpoint="/tickets/archived/{id}", family="tickets"
)
RULES = Rules(name="tickets", by_time=True, max_page=PAGE_CEILING)
EVERY = "\"created_at:>'1970-01-01'\""


class TicketLists:
    """The three lists of tickets: without a `filter`, deleted ones and spam (API reference; singer-io's tap reads each
    with its own bookmark)."""

    def __init__(self, account: Account, client: Client, words: Words) -> None:
        self._account = account
        self._client = client
        self._words = words

    async def page(self, chosen: str | None, since: int, page: int, per_page: int) -> Listing:
        """`updated_since` is always sent: without it the list shows 30 days only (airbyte issue 6133)."""
        asked = _asked(chosen, since, per_page) | {"order_type": "asc", "include": INCLUDE, "page": page}
        found = await page_of(self._client, ROWS, asked)
        fields = await self._words.explaining(row.seen.row.status for row in found.rows if row.seen)
        make = partial(self._ticket, fields, found.as_of, DetailLevel.LISTED, chosen)
        return listing_of(found, Kind.TICKET, make, since)

    async def first_place(self, chosen: str | None, now: int) -> Place:
        """Before a first pass: the newest update there is, which is what the vendor's clock shows at least."""
        asked = _asked(chosen, 0, 10) | {"order_type": "desc"}
        found = await page_of(self._client, NEWEST, asked)
        seconds = (second_in(row.raw) or 0 for row in found.rows)
        newest = max((second for second in seconds if second <= now + SKEW), default=0)
        return Place(floor=newest, newest=newest)

    async def one(self, ident: str) -> Ticket | Unread | Literal["hidden"] | None:
        """Past any memory. Deleted ones answer 200, 403 or 404 (singer-io PR 18), archived ones have their own path."""
        try:
            row = await one_of(self._client, ONE, f"/tickets/{ident}", {"include": "stats"})
            row = row or await one_of(self._client, ARCHIVED, f"/tickets/archived/{ident}", {})
        except Forbidden:
            return "hidden"
        if row is None:
            return None
        fields = await self._words.explaining([row.seen.row.status] if row.seen else [])
        now = self._client.clock.now()
        return made(row, Kind.TICKET, partial(self._ticket, fields, now, DetailLevel.FULL, None))

    def _ticket(
        self, fields: Fields, as_of: datetime, detail: DetailLevel, chosen: str | None, seen: Seen[wire.Ticket]
    ) -> Ticket:
        lifecycle = Lifecycle.DELETED if chosen == "deleted" else None
        return ticket(self._account, fields, seen.row, seen.raw, as_of, detail, lifecycle)

    async def about(self) -> int | None:
        """How many tickets the search says it knows: for a display of progress, and only if it can be had."""
        try:
            answer = await self._client.get("/search/tickets", "/search/tickets", "other", {"query": EVERY, "page": 1})
            return decode(answer, wire.SearchedTickets).total
        except HelpdeskError:
            return None


def _asked(chosen: str | None, since: int, per_page: int) -> dict[str, str | int | None]:
    return {"filter": chosen, "updated_since": stamp(since), "order_by": "updated_at", "per_page": per_page}


class TicketStream:
    """The main list. The watermark is where a first pass has come, and once it has caught up the moment of its last
    call: the list is in order of update, so what changed before that has been passed."""

    def __init__(self, lists: TicketLists, clock: Clock) -> None:
        self._lists = lists
        self._clock = clock
        self._portion = Portion()

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        now, expected = now_of(self._clock), None
        if checkpoint is None:
            expected = await self._lists.about()
            place = await self._lists.first_place(None, now)
        else:
            place = unpack(checkpoint, Place)
        found = await self._portion.step(partial(self._lists.page, None), place, RULES, now)
        reached = now if found.ended else 0 if place.passes else found.place.since
        return batch_of(found, found.place, expected=expected, watermark=moment_of(reached) if reached else None)
