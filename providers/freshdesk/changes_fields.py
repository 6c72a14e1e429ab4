"""The account's own words for our copy: definitions of fields, statuses, products.

They are read here apart from lookups.py, whose words fall back to the vendor's own when they cannot be had: a row that
is stored keeps what it was stored with, so a failed look-up fails the batch instead.
"""

from __future__ import annotations

from collections.abc import Iterable

from models.changes import ChangeBatch, Unread
from models.enums import Kind
from models.errors import Forbidden
from models.records import Product
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.changes_lists import all_of, listing_of, now_of
from providers.freshdesk.changes_walk import Listing, Rules
from providers.freshdesk.client import Client, Seen
from providers.freshdesk.mapping_fields import UNKNOWN_FIELDS, Fields, fields
from providers.freshdesk.mapping_people import product
from providers.freshdesk.rows import Asking, page_of

KEPT_S = 600.0
AGAIN_S = 60.0
FIELDS = Asking(shape=wire.TicketField, kind=Kind.HELPDESK, path="/ticket_fields", endpoint="/ticket_fields")
PRODUCTS = Asking(shape=wire.Product, kind=Kind.PRODUCT, path="/products", endpoint="/products")


class Words:
    """Kept for minutes. A status nobody explained is looked for again, at most once a minute: it may be a new one."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: Fields | None = None
        self._read_at = 0.0

    async def explaining(self, statuses: Iterable[int | None]) -> Fields:
        age = self._client.clock.monotonic() - self._read_at
        if self._known is None or age >= KEPT_S:
            return (await self.read())[0]
        known = self._known.statuses
        if age >= AGAIN_S and any(code is not None and code not in known for code in statuses):
            return (await self.read())[0]
        return self._known

    async def read(self) -> tuple[Fields, tuple[Unread, ...]]:
        """Not from memory. A key that may not read them leaves the vendor's own words."""
        try:
            items = await all_of(self._page, Rules(name="ticket fields"), now_of(self._client.clock))
        except Forbidden:
            found, unread = UNKNOWN_FIELDS, tuple[Unread, ...]()
        else:
            found = fields([item.found for item in items if isinstance(item.found, wire.TicketField)])
            unread = tuple(item.found for item in items if isinstance(item.found, Unread))
        self._known, self._read_at = found, self._client.clock.monotonic()
        return found, unread

    async def _page(self, since: int, page: int, per_page: int) -> Listing:
        found = await page_of(self._client, FIELDS, {"page": page, "per_page": per_page})
        return listing_of(found, Kind.HELPDESK, lambda seen: seen.row, since)


class FieldStream:
    """All of it in one batch. A key without an administrator's rights has the products' names from the fields."""

    def __init__(self, account: Account, client: Client, words: Words) -> None:
        self._account = account
        self._client = client
        self._words = words

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        began = self._client.clock.now()
        known, unread = await self._words.read()
        products, more_unread = await self._products(known)
        return ChangeBatch(
            catalogues={
                "fields": known.definitions,
                "statuses": tuple(known.statuses.values()),
                "products": products,
            },
            unreadable=(*unread, *more_unread),
            checkpoint="",
            more=False,
            pass_ended=True,
            watermark=began,
        )

    async def _products(self, known: Fields) -> tuple[tuple[Product, ...], tuple[Unread, ...]]:
        try:
            found = [
                item.found for item in await all_of(self._page, Rules(name="products"), now_of(self._client.clock))
            ]
        except Forbidden:
            return tuple(product(self._account, ident, name) for ident, name in known.products.items()), ()
        return (
            tuple(one for one in found if isinstance(one, Product)),
            tuple(one for one in found if isinstance(one, Unread)),
        )

    async def _page(self, since: int, page: int, per_page: int) -> Listing:
        found = await page_of(self._client, PRODUCTS, {"page": page, "per_page": per_page})
        return listing_of(found, Kind.PRODUCT, self._product, since)

    def _product(self, seen: Seen[wire.Product]) -> Product:
        return product(self._account, seen.row.id, seen.row.name)
