"""Whole lists that change slowly: read once, remembered for minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from models.errors import Forbidden, NotFound, Rejected
from models.records import FieldDefinition, Group, NativeStatus, Product
from providers.zendesk import mapping_values as values
from providers.zendesk import wire
from providers.zendesk.limits import TICKET_FIELDS
from providers.zendesk.mapping_fields import field
from providers.zendesk.mapping_people import group, product
from providers.zendesk.mapping_ticket import custom_status, system_status
from providers.zendesk.memory import Remembered
from providers.zendesk.rows import Found
from providers.zendesk.session import Session

STAFF_PARAMS = {"role[]": ["agent", "admin"]}


class Seen(msgspec.Struct, frozen=True):
    """A user as the vendor showed it, and when."""

    found: Found[wire.User]
    as_of: datetime

    @property
    def user(self) -> wire.User:
        return self.found.wire


class Lookups:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._client = session.client
        clock, noted = session.clock, session.noted
        self.staff = Remembered(clock, self._staff, noted("lookup staff"))
        self.groups = Remembered(clock, self._groups, noted("lookup groups"))
        self.members = Remembered(clock, self._members, noted("lookup members"))
        self.products = Remembered(clock, self._products, noted("lookup products"))
        self.statuses = Remembered(clock, self._statuses, noted("lookup statuses"))
        self.fields = Remembered(clock, self._fields, noted("lookup fields"))
        self.keys = Remembered(clock, self._keys, noted("lookup keys"))
        self._field_rows = Remembered(clock, self._fields_as_sent, noted("lookup fields as sent"))

    async def _staff(self) -> Mapping[str, Seen]:
        rows = await self._client.whole("/users", "/users", "users", wire.User, STAFF_PARAMS)
        known = {f.wire.id: f for f in rows if f.wire.id}
        as_of = self._session.now
        return {str(ident): Seen(known[ident], as_of) for ident in sorted(known)}

    async def _groups(self) -> Sequence[Group]:
        rows = await self._client.whole("/groups", "/groups", "groups", wire.Group)
        as_of = self._session.now
        shown = [f for f in rows if not f.wire.deleted]
        return tuple(group(f, self._session.account, as_of) for f in sorted(shown, key=lambda f: f.wire.id))

    async def _members(self) -> Mapping[str, tuple[str, ...]]:
        rows = await self._client.whole(
            "/group_memberships", "/group_memberships", "group_memberships", wire.Membership
        )
        members: dict[str, list[int]] = {}
        for membership in (f.wire for f in rows):
            if membership.group_id and membership.user_id:
                members.setdefault(str(membership.group_id), []).append(membership.user_id)
        return {ident: tuple(str(user) for user in sorted(set(users))) for ident, users in members.items()}

    async def _products(self) -> Sequence[Product]:
        rows = await self._client.whole("/brands", "/brands", "brands", wire.Brand)
        return tuple(product(f, self._session.account) for f in rows if not f.wire.is_deleted)

    async def _statuses(self) -> Sequence[NativeStatus]:
        """The account's own statuses and `closed`, which none of them is for. An account without them (older plans
        answer 403 or 404) has the six system ones."""
        try:
            listing = await self._client.listing(
                "/custom_statuses", "/custom_statuses", "custom_statuses", wire.CustomStatus
            )
        except (Forbidden, NotFound, Rejected):
            return tuple(system_status(word) for word in values.STATUS)
        own = tuple(custom_status(f.wire) for f in listing.rows)
        return (*own, system_status("closed")) if own else tuple(system_status(word) for word in values.STATUS)

    async def labels(self) -> Mapping[str, NativeStatus]:
        return {status.value: status for status in await self.statuses.get()}

    async def _fields_as_sent(self) -> Sequence[wire.TicketField]:
        listing = await self._client.listing(
            "/ticket_fields", "/ticket_fields", "ticket_fields", wire.TicketField, family=TICKET_FIELDS
        )
        return tuple(f.wire for f in listing.rows)

    async def _fields(self) -> Sequence[FieldDefinition]:
        """Unpaged: without `page[size]` the whole list comes, in the account's order (vendor's page 'Pagination')."""
        return tuple(field(row) for row in await self._field_rows.get() if row.type not in values.SYSTEM_FIELDS)

    async def _keys(self) -> Mapping[str, FieldDefinition]:
        """Fields by number, and by the word some have as `key`."""
        rows, fields = await asyncio.gather(self._field_rows.get(), self.fields.get())
        known = {definition.key: definition for definition in fields}
        words = {row.key: known[str(row.id)] for row in rows if row.key and str(row.id) in known}
        return {**words, **known}
