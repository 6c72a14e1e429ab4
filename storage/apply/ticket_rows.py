"""The rows of tickets: the list row, the body, tags, custom field values and counts, all of a batch at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import msgspec

from models.enums import DetailLevel, SearchKind
from models.records import Satisfaction, Sla, Ticket
from storage import codec
from storage.apply import marks as marked
from storage.apply.cleaning import indexed, small, told
from storage.apply.desk import Desk
from storage.apply.held import NEVER, Held
from storage.apply.outcomes import Outcome
from storage.apply.raws import packed_raws
from storage.apply.side_rows import field_pairs, tag_keys, tag_side, value_side
from storage.ranks import CHANNEL, DETAIL, LIFECYCLE, PRIORITY, STATUS, TYPE
from storage.rows import change, delete, insert
from storage.search.documents import Doc, Ref
from storage.tables.tickets import ticket_bodies, ticket_counts, tickets
from storage.values import number_of, seconds, text_key

BODY: Final = 0
FILES: Final = 1
FULL: Final = DETAIL.number(DetailLevel.FULL)
LISTED: Final = DETAIL.number(DetailLevel.LISTED)

_statuses, _priorities, _types = STATUS.by_value(), PRIORITY.by_value(), TYPE.by_value()
_channels, _lifecycles = CHANNEL.by_value(), LIFECYCLE.by_value()

_ADD = insert(tickets)
_PUT = insert(tickets, key=("tenant", "helpdesk", "num"))
_TOUCH = change(
    tickets, ("as_of", "detail", "origin", "seen", "marks"), ("tenant", "shown", "updated_at", "helpdesk", "num")
)
_ADD_BODY = insert(ticket_bodies)
_PUT_BODY = insert(ticket_bodies, key=("tenant", "helpdesk", "num"))
_DROP_BODY = delete(ticket_bodies, ("tenant", "helpdesk", "num"))
_COUNT = insert(ticket_counts, key=("tenant", "helpdesk", "lifecycle", "status", "priority"), add=("n",))


class Before(msgspec.Struct, frozen=True):
    """What of a ticket's row is not in its record."""

    shown: int
    updated_at: int
    comments_version: int | None
    has_attachments: int | None


class Rows:
    """`put` and `touch` take one ticket at a time; `write` writes them all. `recheck`: tickets whose own files went,
    while their comments may have some."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._added: list[tuple[Any, ...]] = []
        self._changed: list[tuple[Any, ...]] = []
        self._touched: list[tuple[Any, ...]] = []
        self._bodies: list[tuple[Held | None, Held]] = []
        self._erased: list[tuple[Any, ...]] = []
        self._tags = tag_side()
        self._values = value_side()
        self._counts: dict[tuple[int, int, int], int] = {}
        self.recheck: list[int] = []

    def put(self, outcome: Outcome, before: Before | None) -> None:
        old, new = outcome.old, outcome.new
        record: Ticket = new.record
        shown = 0 if new.dead else 1
        updated_at = updated_second(new)
        row = self._row(old, new, record, before, shown, updated_at)
        (self._added if before is None else self._changed).append(row)
        self._count(old, record)
        self._side_rows(old, new, before, shown, updated_at)
        if not new.dead:
            self._bodies.append((old, new))
            self._desk.docs.append(_doc(self._desk.number, new, updated_at))
        elif old is not None and not old.dead:
            self._erased.append((self._desk.tenant, self._desk.number, new.num))
            self._desk.refs.append(Ref(kind=SearchKind.TICKET, helpdesk=self._desk.number, num=new.num))

    def touch(self, outcome: Outcome, before: Before) -> None:
        new = outcome.new
        key = (self._desk.tenant, before.shown, before.updated_at, self._desk.number, new.num)
        self._touched.append((*kept_columns(new), *key))
        if new.raw_moved and not new.dead:
            self._bodies.append((outcome.old, new))

    async def write(self) -> None:
        """In the order of the tables' keys, which spares the database going to and fro."""
        session = self._desk.session
        self._added.sort()
        self._changed.sort()
        packing = packed_raws([new.new_raw if new.raw_moved else None for _, new in self._bodies])
        try:
            await _ADD.run(session, self._added)
            await _PUT.run(session, self._changed)
            await _TOUCH.run(session, self._touched)
            await self._tags.write(session)
            await self._values.write(session)
            await self._write_counts()
        finally:
            raws = await packing
        await self._write_bodies(raws)
        await _DROP_BODY.run(session, self._erased)

    def _row(
        self, old: Held | None, new: Held, record: Ticket, before: Before | None, shown: int, updated_at: int
    ) -> tuple[Any, ...]:
        comments_version = None if before is None or new.dead else before.comments_version
        as_of, detail, origin, seen, marks = kept_columns(new)
        due, resolved, closed, answered = (
            record.due_at,
            record.resolved_at,
            record.closed_at,
            record.first_responded_at,
        )
        return (
            self._desk.tenant,
            shown,
            updated_at,
            self._desk.number,
            new.num,
            seconds(record.created_at),
            due and seconds(due),
            resolved and seconds(resolved),
            closed and seconds(closed),
            answered and seconds(answered),
            _lifecycles[record.lifecycle._value_],
            _statuses[record.status._value_],
            _priorities[record.priority._value_],
            _types[record.type._value_],
            _channels[record.channel._value_],
            told(record.status_native.value),
            link(record.requester_id),
            link(record.assignee_id),
            link(record.group_id),
            link(record.organization_id),
            record.external_id and indexed(record.external_id),
            text_key(record.subject),
            self._has_files(old, new, before),
            record.sla and _breached(record.sla),
            record.reopens and small(record.reopens),
            record.satisfaction and _rated(record.satisfaction),
            comments_version,
            int(not new.dead and comments_version != new.version),
            new.version,
            as_of,
            detail,
            origin,
            new.seq,
            seen,
            marks,
            new.card,
        )

    def _has_files(self, old: Held | None, new: Held, before: Before | None) -> int | None:
        """Known from its own files, and from those of its comments, where they were read."""
        if new.dead:
            return None
        files = new.parts[FILES]
        if files:
            return 1
        own = None if files is None else 0
        if old is None or before is None or before.has_attachments is None:
            return own
        known = old.parts[FILES]
        if known if before.has_attachments else (files is None and known is not None):
            self.recheck.append(new.num)  # what was known came from files that are not there any more
            return own
        return before.has_attachments

    def _count(self, old: Held | None, record: Ticket) -> None:
        counts = self._counts
        if old is not None:
            before = _counted(old.record)
            counts[before] = counts.get(before, 0) - 1
        after = _counted(record)
        counts[after] = counts.get(after, 0) + 1

    def _side_rows(self, old: Held | None, new: Held, before: Before | None, shown: int, updated_at: int) -> None:
        """Tags and values are found in the order of tickets, so they move with them."""
        tenant, desk, num = self._desk.tenant, self._desk.number, new.num
        record: Ticket = new.record
        tags, pairs = tag_keys(record.tags), field_pairs(record.custom_fields)
        there = before is not None and (before.shown, before.updated_at) == (shown, updated_at)
        if before is not None and old is not None:
            known: Ticket = old.record
            gone = field_pairs(known.custom_fields)
            if there and gone == pairs and known.tags == record.tags:
                return
            was, at = before.shown, before.updated_at
            self._tags.gone += [(tenant, tag, was, at, desk, num) for tag in tag_keys(known.tags)]
            self._values.gone += [(tenant, desk, field, key, was, at, num) for field, key in gone]
        if tags:
            kept = self._tags.new if before is None else self._tags.put
            kept += [(tenant, tag, shown, updated_at, desk, num) for tag in tags]
        if pairs:
            kept = self._values.new if before is None else self._values.put
            kept += [(tenant, desk, field, key, shown, updated_at, num) for field, key in pairs]

    async def _write_counts(self) -> None:
        here = (self._desk.tenant, self._desk.number)
        await _COUNT.run(self._desk.session, [(*here, *key, n) for key, n in self._counts.items() if n])

    async def _write_bodies(self, raws: list[bytes | None]) -> None:
        added, changed = [], []
        for (old, new), raw in zip(self._bodies, raws, strict=True):
            row = self._body(new, raw if new.raw_moved else new.raw)
            if old is not None and not old.dead:
                if row != self._body(old, old.raw):
                    changed.append(row)
            elif row[3] is not None or row[3:] != _NOTHING:
                added.append(row)
        await _ADD_BODY.run(self._desk.session, added)
        await _PUT_BODY.run(self._desk.session, changed)

    def _body(self, held: Held, raw: bytes | None) -> tuple[Any, ...]:
        text, html = held.parts[BODY] or (None, None)
        files = codec.pack_attachments(held.parts[FILES])
        return (self._desk.tenant, self._desk.number, held.num, text, html, files, raw)


_NOTHING: Final = (None, None, None, None)


@lru_cache(maxsize=65_536)
def link(remote_id: str | None) -> int | None:
    """Many tickets link to few records."""
    return None if remote_id is None else number_of(remote_id)


def kept_columns(held: Held) -> tuple[int, int, int, int | None, bytes | None]:
    """When and how it was read: as_of, detail, origin, seen, marks."""
    seen = held.seen if held.seen > (NEVER if held.dead else held.as_of) else None
    detail = FULL if held.whole_at >= 0 or held.dead else LISTED
    return held.as_of, detail, held.origin, seen, marked.pack(held.marks())


def updated_second(held: Held) -> int:
    record: Ticket = held.record
    found = seconds(record.updated_at or record.created_at)
    if found is None and held.dead and held.grave is not None:
        return held.grave.version // 1_000_000
    return found or 0


def _counted(record: Ticket) -> tuple[int, int, int]:
    return _lifecycles[record.lifecycle._value_], _statuses[record.status._value_], _priorities[record.priority._value_]


def _breached(sla: Sla) -> int | None:
    return None if sla.breached is None else int(sla.breached)


def _rated(satisfaction: Satisfaction) -> int | None:
    score = satisfaction.score.lower()
    return 1 if score.startswith("good") else 0 if score.startswith("bad") else None


def _doc(helpdesk: int, held: Held, at: int) -> Doc:
    record: Ticket = held.record
    body = held.parts[BODY]
    texts = (body[0] if body and body[0] else "", record.number, record.external_id or "", " ".join(record.tags))
    org = link(record.organization_id)
    return Doc(
        kind=SearchKind.TICKET,
        helpdesk=helpdesk,
        num=held.num,
        at=at,
        title=record.subject or "",
        texts=texts,
        orgs=() if org is None else (org,),
    )
