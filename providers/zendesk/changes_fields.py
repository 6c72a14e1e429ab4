"""What tickets are described with: custom fields, statuses and brands. Short lists that are replaced whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from models.changes import ChangeBatch, Unread
from models.enums import Kind
from models.errors import Forbidden, NotFound, Rejected
from models.records import NativeStatus, Product
from providers.zendesk import mapping_values as values
from providers.zendesk import wire
from providers.zendesk.changes_rows import Rows, rows_of
from providers.zendesk.checkpoints import Place, read, told
from providers.zendesk.limits import ACCOUNT, TICKET_FIELDS
from providers.zendesk.mapping_fields import field
from providers.zendesk.mapping_people import product
from providers.zendesk.mapping_ticket import custom_status, system_status
from providers.zendesk.session import Session
from providers.zendesk.whole_lists import WholeList

T = TypeVar("T")

FIELDS = "fields"


class FieldChanges:
    """A field or status that cannot be read is the account's own (Kind.HELPDESK), and left out."""

    def __init__(self, session: Session) -> None:
        self._session, self._client = session, session.client
        self._brands = WholeList(session, "/brands", "brands", wire.Brand, Kind.PRODUCT)

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        place = read(checkpoint, Place, FIELDS)
        asked = self._session.now
        rows = await self._rows("/ticket_fields", "ticket_fields", wire.TicketField, TICKET_FIELDS)
        own = [found for _, found in rows.found if found.wire.type not in values.SYSTEM_FIELDS]
        statuses, unread = await self._statuses()
        products, lost = await self._products()
        return ChangeBatch(
            unreadable=(*rows.unread, *unread, *lost),
            catalogues={
                "fields": tuple(field(found.wire) for found in own),
                "statuses": tuple(statuses),
                "products": tuple(products),
            },
            checkpoint=told(place),
            more=False,
            watermark=asked,
        )

    async def _rows(self, path: str, name: str, kind: type[T], family: str = ACCOUNT) -> Rows[T]:
        """An unpaged list."""
        body = await self._client.get(path, path, None, family)
        found = body.get(name)
        if not isinstance(found, list):
            raise self._client.unreadable(f"$.{name}")
        return rows_of(found, name, kind, Kind.HELPDESK)

    async def _statuses(self) -> tuple[Sequence[NativeStatus], Sequence[Unread]]:
        """As the live lookup has them: the account's own and `closed`, or the six of the system."""
        try:
            rows = await self._rows("/custom_statuses", "custom_statuses", wire.CustomStatus)
        except (Forbidden, NotFound, Rejected):
            return [system_status(word) for word in values.STATUS], ()
        own = [custom_status(found.wire) for _, found in rows.found]
        system = ("closed",) if own else tuple(values.STATUS)
        return [*own, *map(system_status, system)], rows.unread

    async def _products(self) -> tuple[list[Product], list[Unread]]:
        found: list[Product] = []
        unread: list[Unread] = []
        async for page in self._brands.pages():
            shown: list[Any] = [row for _, row in page.rows.found if not row.wire.is_deleted]
            found += [product(row, self._session.account) for row in shown]
            unread += page.rows.unread
        return found, unread
