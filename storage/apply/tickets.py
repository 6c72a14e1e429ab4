"""Tickets: how they are joined, what is told of them, and the order in which their rows are written.

People and organizations that came along with them are left in `requesters` and `organizations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from models.changes import Gone
from models.enums import Channel, DetailLevel, Kind, Provenance, TicketPriority, TicketStatus, TicketType
from models.records import Attachment, Contact, NativeStatus, Organization, Ticket
from storage import codec, rows
from storage.apply import files, ticket_sides
from storage.apply.cleaning import storable, told
from storage.apply.desk import Desk
from storage.apply.held import Held, Reading, Shape, held_row
from storage.apply.outcomes import Outcome, Telling, outcomes, public_names
from storage.apply.readings import Unfit, checked_version, gone_reading, grave_of, ident, latest, read
from storage.apply.ticket_rows import FILES, FULL, Before, Rows
from storage.database import Row
from storage.ranks import LIFECYCLE, SHOWN
from storage.tables.tickets import tickets
from storage.values import millis, number_of

_KEPT_BONES = (
    "helpdesk",
    "remote_id",
    "remote_url",
    "created_at",
    "updated_at",
    "number",
    "version",
    "status",
    "status_native",
    "priority",
    "type",
    "channel",
    "requester_id",
    "assignee_id",
    "group_id",
    "organization_id",
    "product_id",
)
"""What is left of a ticket that is not in use: enough to list and count it, nothing that anybody wrote."""


def _blank(helpdesk: str, remote_id: str) -> Ticket:
    return Ticket(
        helpdesk=helpdesk,
        remote_id=remote_id,
        as_of=codec.NO_TIME,
        number=remote_id,
        version="",
        status=TicketStatus.UNKNOWN,
        status_native=NativeStatus(
            value="unknown", label="unknown", category=TicketStatus.UNKNOWN, provenance=Provenance.UNMAPPED
        ),
        priority=TicketPriority.UNKNOWN,
        type=TicketType.NONE,
        channel=Channel.UNKNOWN,
    )


def _bones(record: Ticket) -> Ticket:
    kept = {name: getattr(record, name) for name in _KEPT_BONES}
    return Ticket(as_of=codec.NO_TIME, **kept)


def _buried(record: Ticket, lifecycle: int, merged_into: str | None) -> Ticket:
    return msgspec.structs.replace(record, lifecycle=LIFECYCLE.word(lifecycle), merged_into_id=merged_into)


SHAPE = Shape(
    pack=codec.pack,
    unpack=codec.ticket,
    bones=_bones,
    buried=_buried,
    blank=_blank,
    times=("status_since", "resolved_at", "closed_at", "first_responded_at", "reopens", "sla"),
    parts=2,
)

_NAMES: dict[str, str | None] = {
    "requester_id": "requester",
    "submitter_id": "submitter",
    "assignee_id": "assignee",
    "group_id": "group",
    "organization_id": "organization",
    "product_id": "product",
    "parent_id": "parent",
    "merged_into_id": "mergedInto",
    "status_native": "statusDetail",
    "status_since": "statusDetail",
    "first_responded_at": None,
    "reopens": None,
}


def _lost_by(old: Held | None, new: Held) -> Sequence[str]:
    before = old.record.organization_id if old is not None and not old.dead else None
    after = None if new.dead else new.record.organization_id
    return (before,) if before is not None and before != after else ()


TELLING = Telling(
    kind=Kind.TICKET,
    fields=public_names(Ticket, _NAMES, ("body_text", "body_html", "attachments", "requester", "organization")),
    parts=(("bodyText", "bodyHtml"), ("attachments",)),
    lost_by=_lost_by,
)

_KNOWN = rows.of_numbers(
    tickets,
    (
        "version",
        "as_of",
        "detail",
        "origin",
        "seq",
        "seen",
        "marks",
        "lifecycle",
        "card",
        "shown",
        "updated_at",
        "comments_version",
        "has_attachments",
        "beside.raw",
        "beside.body_text",
        "beside.body_html",
        "beside.attachments",
    ),
    beside="ticket_bodies",
)


class Tickets:
    """One batch of them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._outcomes: list[Outcome] = []
        self._before: dict[int, Before] = {}
        self.requesters: list[Contact] = []
        self.organizations: list[Organization] = []

    async def take(self, records: Sequence[Ticket], gone: Sequence[Gone]) -> None:
        """Joins them with what there is."""
        readings = read(self._desk, Kind.TICKET, records, reading_of)
        readings += read(self._desk, Kind.TICKET, gone, gone_reading)
        if readings:
            known = await self._known([*{reading.num for reading in readings}])
            self._outcomes = outcomes(self._desk, SHAPE, TELLING, known, readings)
        self.requesters = [one.requester for one in records if one.requester is not None]
        self.organizations = [one.organization for one in records if one.organization is not None]

    async def _known(self, nums: Sequence[int]) -> dict[int, Held]:
        found = {}
        for row in await self._desk.session.fetch(_KNOWN, self._desk.values(nums=nums)):
            held = _held(self._desk, row)
            found[held.num] = held
            self._before[held.num] = Before(row[10], row[11], row[12], row[13])
        return found

    async def write(self) -> None:
        made = Rows(self._desk)
        for outcome in self._outcomes:
            before = self._before.get(outcome.new.num)
            if outcome.write:
                made.put(outcome, before)
            elif outcome.touch and before is not None:
                made.touch(outcome, before)
        await made.write()
        await files.replace(self._desk, Kind.TICKET, self._files())
        await ticket_sides.recheck_files(self._desk, made.recheck)
        await ticket_sides.erase(self._desk, [o.new for o in self._outcomes if o.write and o.new.dead and o.old])
        await ticket_sides.moved(self._desk, [o.new for o in self._outcomes if _moved_house(o)])

    def _files(self) -> list[files.Owned]:
        found = []
        for outcome in self._outcomes:
            old = outcome.old.parts[FILES] if outcome.old is not None else None
            new = outcome.new.parts[FILES]
            if outcome.write and old != new:
                parent = f"{outcome.new.remote_id}/0"
                found.append(files.Owned(outcome.new.num, old or (), tuple((parent, one) for one in new or ())))
        return found


def _moved_house(outcome: Outcome) -> bool:
    """Its comments are found by whoever sees its organization."""
    old, new = outcome.old, outcome.new
    if old is None or not outcome.write or old.dead or new.dead:
        return False
    return bool(old.record.organization_id != new.record.organization_id)


def _held(desk: Desk, row: Row) -> Held:
    num, version, as_of, detail, origin, seq, seen, marks, lifecycle, card = row[:10]
    raw, body, html, files = row[14:]
    return held_row(
        SHAPE,
        desk.key,
        num,
        version=version,
        as_of=as_of,
        whole=detail == FULL,
        origin=origin,
        seq=seq,
        seen=seen,
        marks=marks,
        dead=lifecycle not in _SHOWN_RANKS,
        card=card,
        raw=raw,
        parts=(None if body is None and html is None else (body, html), codec.unpack_attachments(files)),
    )


_SHOWN_RANKS = frozenset(LIFECYCLE.number(word) for word in SHOWN)


def reading_of(desk: Desk, record: Ticket) -> Reading:
    remote_id = ident(record)
    version = checked_version(desk, record, _generated_at(record) if "generated_at" in record.native else None)
    as_of = millis(record.as_of)
    card = codec.ticket_card(record)
    return Reading(
        number_of(remote_id),
        remote_id,
        version,
        as_of,
        desk.origin,
        codec.ticket(card),  # as it will be read: what could not be is not stored
        card,
        record.detail is DetailLevel.FULL,
        record.raw,
        (_body(record), _files(record.attachments)),
        grave_of(record, version, as_of, record.merged_into_id),
    )


def _body(record: Ticket) -> tuple[str | None, str | None] | None:
    text, html = record.body_text, record.body_html
    if text is None and html is None:
        return None
    return _text("body_text", text), _text("body_html", html)


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not storable(value):
        raise Unfit(name, "It is not text.")
    return told(value)


def _files(files: tuple[Attachment, ...] | None) -> tuple[Attachment, ...] | None:
    return None if files is None else codec.unpack_attachments(codec.pack_attachments(files))


def version_of(ticket: Ticket) -> int:
    """What its stored comments are compared with."""
    return latest(ticket.updated_at, _generated_at(ticket))


def _generated_at(record: Ticket) -> datetime | None:
    """Zendesk's own time of a ticket, which also moves where `updated_at` does not."""
    found = record.native.get("generated_at")
    if isinstance(found, str):
        return datetime.fromisoformat(found)
    return found if isinstance(found, datetime) else None
