"""The stream of contacts, from the cursor export of users: everybody, agents too.

Agents are kept as contacts because an agent may have asked, and is then shown as a contact of the same id; the stream
of agents reads them again as agents. What sets them apart here is `raw["role"]`, and that the stream of agents knows
their id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from models.changes import ChangeBatch, Gone
from models.enums import DetailLevel, Kind, Lifecycle
from models.records import Contact
from providers.zendesk import wire
from providers.zendesk.changes_memberships import Belonging
from providers.zendesk.changes_rows import Rows, batch_of, rows_of
from providers.zendesk.checkpoints import read, told
from providers.zendesk.counting import counted
from providers.zendesk.exports import CursorExport, CursorPlace
from providers.zendesk.lenient import moment
from providers.zendesk.mapping_people import contact
from providers.zendesk.rows import Found
from providers.zendesk.session import Session
from providers.zendesk.whole_lists import PassPlace

CONTACTS = "contacts"
MOST_LOOKUPS = 100
"""People of one page who are looked up one by one. When more change at once, the daily sweep finds their further
organizations."""

Known = Mapping[str, tuple[str, ...]]


class ContactPlace(CursorPlace, frozen=True, kw_only=True, omit_defaults=True):
    """`sweep`: within the sweep of memberships that follows the first export."""

    sweep: PassPlace | None = None


class ContactChanges:
    def __init__(self, session: Session, belonging: Belonging) -> None:
        self._session, self._belonging = session, belonging
        self._export = CursorExport(session, "/incremental/users/cursor", "users", _changed)

    async def batch(self, checkpoint: str | None) -> ChangeBatch:
        place = read(checkpoint, ContactPlace, CONTACTS)
        if place.sweep is not None:
            return await self._swept(place, place.sweep)
        part, following = await self._export.page(place)
        rows = rows_of(part.rows, "users", wire.User, Kind.CONTACT)
        several = bool(rows.found) and await self._belonging.several()
        known: Known = await self._belonging.of(_lookups(rows)) if several and place.caught_up else {}
        made, unread = rows.map(partial(self._record, part.asked, known, several))
        if checkpoint is None:
            expected = await counted(self._session.client, "/users/count")
            following = msgspec.structs.replace(following, expected=expected)
        batch = batch_of(part, following, made, unread)
        if part.ended and not place.caught_up and await self._belonging.several():
            return _before_the_sweep(batch)
        return batch

    def _record(self, as_of: datetime, known: Known, several: bool, found: Found[wire.User]) -> Contact | Gone:
        """LISTED: the person may belong to more organizations than are named."""
        user, ident = found.wire, str(found.wire.id)
        if user.permanently_deleted:
            at = moment(user.updated_at)
            return Gone(kind=Kind.CONTACT, remote_id=ident, lifecycle=Lifecycle.PURGED, at=at)
        record = contact(found, self._session.account, as_of, known.get(ident, ()))
        if several and _may_belong(user) and ident not in known:
            return msgspec.structs.replace(record, detail=DetailLevel.LISTED)
        return record

    async def _swept(self, place: ContactPlace, sweep: PassPlace) -> ChangeBatch:
        """After it the export is asked again, which also says up to when everything has been read."""
        swept = await self._belonging.sweep(sweep)
        further = None if swept.page.ended else swept.page.place
        return ChangeBatch(
            records=tuple(swept.people),
            unreadable=tuple(swept.unread),
            checkpoint=told(msgspec.structs.replace(place, sweep=further)),
            more=True,
        )


def _before_the_sweep(batch: ChangeBatch) -> ChangeBatch:
    place = msgspec.json.decode(batch.checkpoint, type=ContactPlace)
    place = msgspec.structs.replace(place, sweep=PassPlace(of="sweep"))
    return msgspec.structs.replace(batch, checkpoint=told(place), more=True, watermark=None)


def _lookups(rows: Rows[wire.User]) -> list[str]:
    return [str(found.wire.id) for _, found in rows.found if _may_belong(found.wire)][:MOST_LOOKUPS]


def _may_belong(user: wire.User) -> bool:
    """Whoever belongs to any organization has a default one."""
    return user.organization_id is not None and user.active is not False


def _changed(row: Mapping[str, Any]) -> datetime | None:
    return moment(row.get("updated_at"))
