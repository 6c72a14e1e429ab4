"""What was said on a ticket, read again and put in the place of what there was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select, update

from models.enums import ChangeOp, CommentVisibility, FreshnessSource, Kind, SearchKind
from models.records import Comment, CommentList
from storage import codec, quarantine, rows
from storage.apply import files
from storage.apply.cleaning import scrubbed
from storage.apply.comment_docs import comment_doc
from storage.apply.desk import Applied, Desk, Note
from storage.apply.numbering import number
from storage.apply.outcomes import public_names
from storage.apply.raws import packed_raws
from storage.apply.readings import ODD, ident, packed, unread
from storage.apply.ticket_sides import recheck_files
from storage.database import Row, Session
from storage.ranks import LIFECYCLE, SHOWN, VISIBILITY
from storage.search.documents import Ref
from storage.search.index import forget, index
from storage.statements import Statement
from storage.tables.conversation import comments as comments_table
from storage.tables.conversation import conversations
from storage.tables.tickets import tickets
from storage.tenants import Tenancy
from storage.values import number_of, seconds

_c, _t = comments_table.c, tickets.c
_HERE = (_c.tenant == bindparam("tenant"), _c.helpdesk == bindparam("helpdesk"), _c.ticket == bindparam("ticket"))
_TICKET = Statement(
    select(_t.lifecycle, _t.version, _t.comments_version, _t.org).where(
        _t.tenant == bindparam("tenant"), _t.helpdesk == bindparam("helpdesk"), _t.num == bindparam("ticket")
    )
)
_READ_AT = Statement(
    select(conversations.c.as_of).where(
        conversations.c.tenant == bindparam("tenant"),
        conversations.c.helpdesk == bindparam("helpdesk"),
        conversations.c.ticket == bindparam("ticket"),
    )
)
_KNOWN = Statement(select(_c.position, _c.card, _c.raw, _c.seq).where(*_HERE).order_by(_c.position))
_CUT = Statement(delete(comments_table).where(*_HERE, _c.position >= bindparam("length")))
_PUT = rows.insert(comments_table, key=("tenant", "helpdesk", "ticket", "position"))
_PUT_CONVERSATION = rows.insert(conversations, key=("tenant", "helpdesk", "ticket"))
_READ = Statement(
    update(tickets)
    .where(
        _t.tenant == bindparam("of_tenant"),
        _t.helpdesk == bindparam("of_helpdesk"),
        _t.num == bindparam("ticket"),
    )
    .values(
        comments_version=bindparam("told", type_=_t.comments_version.type),
        comments_due=bindparam("due", type_=_t.comments_due.type),
    )
)
_SHOWN = frozenset(LIFECYCLE.number(word) for word in SHOWN)
_FIELDS = public_names(Comment, {"ticket_id": None})
_SAME: Any = object()


class _Known(msgspec.Struct):
    comment: Comment
    position: int
    card: bytes
    raw: bytes | None
    seq: int


class _Now(msgspec.Struct):
    """A comment as it is to be kept. `known`: as it was."""

    comment: Comment
    card: bytes
    raw: Any
    known: _Known | None
    seq: int = 0


async def store_comments(
    session: Session,
    tenancy: Tenancy,
    helpdesk: str,
    ticket_id: str,
    comments: CommentList,
    *,
    version: int,
    now: datetime,
) -> Applied:
    """Puts these in the place of what was known, within the caller's write. `version` is that of the ticket they were
    read for (`version_of`); of a ticket that has moved on since they stay due. Of a list that is not complete nothing
    behind its end is taken away. Nothing is kept for a ticket that is not there, or not in use; nothing is done when
    later ones were stored already."""
    desk = Desk(session, tenancy, helpdesk, FreshnessSource.SYNC, now)
    num = number_of(ticket_id)
    keys = desk.values(ticket=num)
    ticket = await session.one(_TICKET, keys)
    read_at = await session.one(_READ_AT, keys)
    if ticket is None or ticket[0] not in _SHOWN or (read_at is not None and read_at[0] > desk.now_ms):
        return Applied(older=len(comments.items))
    known = [_known(row) for row in await session.fetch(_KNOWN, keys)]
    kept = _kept(_read(desk, comments.items, known), known, complete=comments.complete)
    gone = _vanished(kept, known)
    _note(desk, kept, gone)
    changes = await number(desk, tenancy)
    await _write(desk, num, kept, known, ticket[3])
    await _PUT_CONVERSATION.run(session, [(desk.tenant, desk.number, num, int(comments.complete), desk.now_ms)])
    await _write_files(desk, num, kept, known)
    await _mark(desk, num, ticket, version)
    desk.refs += [Ref(kind=SearchKind.COMMENT, helpdesk=desk.number, num=num, sub=c.remote_id) for c in gone]
    await forget(session, desk.refs)
    await index(session, desk.docs)
    await _quarantine(desk, tenancy, [one.comment.remote_id for one in kept])
    return desk.applied(changes)


def _known(row: Row) -> _Known:
    position, card, raw, seq = row
    return _Known(codec.comment(card), position, card, raw, seq)


def _read(desk: Desk, items: Iterable[Comment], known: Sequence[_Known]) -> list[_Now]:
    before = {one.comment.remote_id: one for one in known}
    found: dict[str, _Now] = {}
    for item in items:
        try:
            now = _now(item, before)
        except ODD:
            try:
                now = _now(scrubbed(item), before)
            except ODD:
                desk.unfit.append(unread(Kind.COMMENT, item, "$", "A value in it cannot be stored."))
                continue
        found[now.comment.remote_id] = now
    return [*found.values()]


def _now(item: Comment, before: Mapping[str, _Known]) -> _Now:
    known = before.get(ident(item))
    files_kept = known.comment.attachments if known is not None and item.attachments is None else item.attachments
    bare, card = packed(msgspec.structs.replace(item, raw=None, attachments=files_kept), codec.comment)
    return _Now(bare, card, item.raw, known)


def _kept(read: list[_Now], known: Sequence[_Known], *, complete: bool) -> list[_Now]:
    """With what stood behind the end of a list that is not complete."""
    if complete:
        return read
    told = {one.comment.remote_id for one in read}
    last = max((one.position for one in known if one.comment.remote_id in told), default=-1)
    behind = [one for one in known if one.position > last and one.comment.remote_id not in told]
    return read + [_Now(one.comment, one.card, _SAME, one) for one in behind]


def _vanished(kept: Sequence[_Now], known: Sequence[_Known]) -> list[Comment]:
    there = {one.comment.remote_id for one in kept}
    return [one.comment for one in known if one.comment.remote_id not in there]


def _note(desk: Desk, kept: Sequence[_Now], gone: Sequence[Comment]) -> None:
    for one in kept:
        old = None if one.known is None else one.known.comment
        if old == one.comment:
            desk.unchanged += one.raw is not _SAME
            continue
        desk.stored += 1
        internal = one.comment.visibility is CommentVisibility.INTERNAL
        op = ChangeOp.CREATED if old is None else ChangeOp.UPDATED
        fields = () if old is None else _differences(old, one.comment)
        hidden = internal and old is not None and old.visibility is CommentVisibility.PUBLIC
        lost_by = ("notes",) if hidden else ()
        desk.notes.append(Note(op, Kind.COMMENT, one.comment.remote_id, one, fields, lost_by, internal=internal))
    for old in gone:
        internal = old.visibility is CommentVisibility.INTERNAL
        desk.notes.append(Note(ChangeOp.DELETED, Kind.COMMENT, old.remote_id, None, internal=internal))


def _differences(old: Comment, new: Comment) -> list[str]:
    return [name for field, name in _FIELDS.items() if name is not None and getattr(old, field) != getattr(new, field)]


async def _write(desk: Desk, num: int, kept: Sequence[_Now], known: Sequence[_Known], org: int | None) -> None:
    raws = await packed_raws([None if one.raw is _SAME else one.raw for one in kept])
    there = {one.position: one for one in known}
    new: list[tuple[Any, ...]] = []
    for position, (one, raw) in enumerate(zip(kept, raws, strict=True)):
        if one.known is not None:
            one.seq = one.seq or one.known.seq
            raw = one.known.raw if one.raw is _SAME else raw
        old = there.get(position)
        if old is None or (old.card, old.raw, old.seq) != (one.card, raw, one.seq):
            new.append(_row(desk, num, position, one, raw))
        if one.known is None or one.known.card != one.card:
            desk.docs.append(comment_doc(desk.number, num, one.comment, org))
    await _PUT.run(desk.session, new)
    if len(known) > len(kept):
        await desk.session.run(_CUT, desk.values(ticket=num, length=len(kept)))


def _row(desk: Desk, num: int, position: int, one: _Now, raw: bytes | None) -> tuple[Any, ...]:
    return (
        desk.tenant,
        desk.number,
        num,
        position,
        one.comment.remote_id,
        VISIBILITY.number(one.comment.visibility),
        seconds(one.comment.created_at),
        desk.now_ms,
        one.seq,
        one.card,
        raw,
    )


async def _write_files(desk: Desk, num: int, kept: Sequence[_Now], known: Sequence[_Known]) -> None:
    old = [file for one in known for file in one.comment.attachments or ()]
    new = [(one.comment.remote_id, file) for one in kept for file in one.comment.attachments or ()]
    await files.replace(desk, Kind.TICKET, [files.Owned(num, old, new)])
    await recheck_files(desk, [num])


async def _mark(desk: Desk, num: int, ticket: Row, version: int) -> None:
    told = max(version, ticket[2] or 0)
    values = {"of_tenant": desk.tenant, "of_helpdesk": desk.number, "ticket": num}
    await desk.session.run(_READ, {**values, "told": told, "due": int(told < ticket[1])})


async def _quarantine(desk: Desk, tenancy: Tenancy, read: Sequence[str]) -> None:
    if await quarantine.any_here(desk.session, tenancy, desk.key):
        await quarantine.let_go(desk.session, tenancy, desk.key, Kind.COMMENT, read)
    await quarantine.take_in(desk.session, tenancy, desk.key, desk.unfit, desk.now)
