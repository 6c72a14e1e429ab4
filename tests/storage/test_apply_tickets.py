"""A ticket's rows: what a first reading makes, what a later one changes, and what a tombstone leaves."""

from __future__ import annotations

import asyncio
import zlib
from typing import Any

import msgspec
import pytest

from models.changes import ChangeBatch
from models.enums import ChangeOp, FreshnessSource, Kind, Lifecycle, TicketPriority, TicketStatus
from models.records import Organization, Satisfaction, Sla, Ticket
from storage import codec
from storage.apply import apply
from storage.apply.ticket_rows import field_pairs
from storage.changes import changes_after
from storage.database import Database
from storage.ranks import LIFECYCLE, ORIGIN, PRIORITY, STATUS
from storage.tables import metadata
from storage.tables.conversation import attachments, comments, conversations, images
from storage.tables.people import contacts, organizations
from storage.tables.searching import search_docs
from storage.tables.tickets import ticket_bodies, ticket_counts, ticket_tags, ticket_values, tickets
from storage.values import field_keys, text_key
from tests.storage.copying import (
    CopyDesk,
    at,
    comment,
    contact,
    conversation,
    copy_desk,
    file,
    gone,
    listed,
    ticket,
)

ON_SQLITE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
"""What is decided before any statement is run."""
ACTIVE, OPEN = LIFECYCLE.number(Lifecycle.ACTIVE), STATUS.number(TicketStatus.OPEN)
NORMAL = PRIORITY.number(TicketPriority.NORMAL)


async def the_ticket(desk: CopyDesk) -> Ticket:
    found = codec.ticket(await desk.one(tickets, "card"))
    bodies = await desk.rows(ticket_bodies, "body_text", "body_html") or [(None, None)]
    return msgspec.structs.replace(found, body_text=bodies[0][0], body_html=bodies[0][1])


async def counted(desk: CopyDesk) -> dict[tuple[int, int, int], int]:
    rows = await desk.rows(ticket_counts, "lifecycle", "status", "priority", "n")
    return {row[:3]: row[3] for row in rows if row[3]}


async def test_a_first_reading_fills_every_table(db: Database) -> None:
    desk = await copy_desk(db)
    whole = ticket(
        "7",
        5,
        body_text="Body",
        body_html="<p>Body</p>",
        tags=("Blue", "vip"),
        external_id="X-1",
        custom_fields={"cf_n": 3, "cf_t": "Gold", "cf_none": None, "cf_list": ["a", "b"]},
        attachments=(file("7/0/1"), file("7/0/2", content_type="text/plain")),
        satisfaction=Satisfaction(score="bad"),
        sla=Sla(breached=True),
        reopens=2,
        resolved_at=at(4),
    )
    applied = await desk.apply(whole)
    assert (applied.stored, applied.unchanged, applied.older) == (1, 0, 0)
    columns = ("num", "shown", "updated_at", "status", "requester", "org", "external_id", "subject_key")
    assert await desk.one(tickets, *columns) == (7, 1, int(at(5).timestamp()), OPEN, 5, 9, "X-1", "subject 5")
    more = ("has_attachments", "sla_breached", "reopens", "satisfaction", "comments_version", "comments_due")
    assert await desk.one(tickets, *more) == (1, 1, 2, 0, None, 1)
    kept = ("version", "as_of", "detail", "origin", "seq", "seen", "marks")
    version = int(at(5).timestamp() * 1e6)
    origin = ORIGIN.number(FreshnessSource.SYNC)
    assert await desk.one(tickets, *kept) == (version, int(at(100).timestamp() * 1e3), 1, origin, 1, None, None)
    assert (await desk.one(ticket_bodies, "body_text", "body_html"))[0] == "Body"
    assert codec.unpack_raw(await desk.one(ticket_bodies, "raw")) == whole.raw
    assert codec.unpack_attachments(await desk.one(ticket_bodies, "attachments")) == whole.attachments
    assert {row[0] for row in await desk.rows(ticket_tags, "tag")} == {"Blue", "vip"}
    assert set(await desk.rows(ticket_values, "field", "value")) == field_keys(whole.custom_fields)
    assert await counted(desk) == {(ACTIVE, OPEN, NORMAL): 1}
    assert await desk.rows(attachments, "remote_id", "parent") == [("7/0/1", "7/0"), ("7/0/2", "7/0")]
    assert await desk.rows(images, "remote_id", "owner", "state") == [("7/0/1", 7, 0)]
    assert await desk.rows(search_docs, "num", "sub") == [(7, "")]
    (change,) = applied.changes
    assert (change.seq, change.op, change.kind, change.remote_id) == (1, ChangeOp.CREATED, Kind.TICKET, "7")
    assert (await changes_after(db, desk.tenancy, 0, None, 9))[0] == [change]
    stored = await the_ticket(desk)
    bare = msgspec.structs.replace(codec.bare_ticket(whole), body_text="Body", body_html="<p>Body</p>")
    assert stored == bare


async def test_a_newer_version_moves_all_that_is_ordered_by_it_and_tells_what_changed(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 1, tags=("a", "b"), custom_fields={"x": 1, "y": "z"}, body_text="one"))
    applied = await desk.apply(
        ticket(
            "7",
            2,
            110,
            tags=("b", "c"),
            custom_fields={"x": 2, "y": "z"},
            body_text="two",
            status=TicketStatus.RESOLVED,
            organization_id="10",
        )
    )
    moved = int(at(2).timestamp())
    assert await desk.rows(ticket_tags, "tag", "updated_at") == [("b", moved), ("c", moved)]
    assert {row[2] for row in await desk.rows(ticket_values, "field", "value", "updated_at")} == {moved}
    assert set(await desk.rows(ticket_values, "field", "value")) == field_keys({"x": 2, "y": "z"})
    assert await counted(desk) == {(ACTIVE, STATUS.number(TicketStatus.RESOLVED), NORMAL): 1}
    (change,) = applied.changes
    assert change.op is ChangeOp.UPDATED and change.lost_by == ("9",) and change.seq == 2
    assert set(change.changed_fields) == {
        *("updatedAt", "version", "subject", "status", "tags", "organization", "customFields", "bodyText")
    }
    assert await desk.one(tickets, "seq", "comments_due") == (2, 1)
    assert (await the_ticket(desk)).body_text == "two"


async def test_what_is_read_again_unchanged_writes_no_more_than_when_it_was_read(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 1, 100, body_text="one", attachments=(file("7/0/1"),)))
    before = await desk.one(tickets)
    applied = await desk.apply(ticket("7", 1, 150, body_text="one", attachments=(file("7/0/1"),)))
    assert (applied.stored, applied.unchanged, applied.changes) == (0, 1, ())
    after = await desk.one(tickets)
    names = [column.name for column in tickets.columns]
    differing = {name for name, a, b in zip(names, before, after, strict=True) if a != b}
    assert differing == {"as_of"}
    assert await desk.one(tickets, "as_of") == int(at(150).timestamp() * 1000)
    older = await desk.apply(ticket("7", 0, 160, subject="older"))
    assert (older.stored, older.unchanged, older.older) == (0, 0, 1)
    assert await desk.one(tickets, "as_of", "seen") == (int(at(150).timestamp() * 1e3), int(at(160).timestamp() * 1e3))
    assert (await the_ticket(desk)).subject == "Subject 1"


async def test_a_list_row_keeps_what_it_lacks(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 1, 100, resolved_at=at(50), body_text="text", attachments=(file("7/0/1"),)))
    applied = await desk.apply(listed("7", 1, 120, assignee_id="3"))
    assert applied.changes[0].changed_fields == ("assignee",)
    assert (await the_ticket(desk)).resolved_at == at(50)
    assert (await the_ticket(desk)).body_text == "text" and await desk.one(tickets, "detail", "has_attachments") == (
        1,
        1,
    )
    await desk.apply(listed("7", 2, 130))
    now = await the_ticket(desk)
    assert (now.resolved_at, now.body_text) == (None, "text")  # of an older version only the parts are kept
    assert await desk.one(tickets, "detail", "has_attachments") == (0, 1) and len(await desk.rows(attachments)) == 1
    await desk.apply(ticket("7", 2, 140, attachments=()))
    assert await desk.rows(attachments) == [] and await desk.rows(images) == []
    assert await desk.one(tickets, "has_attachments") == 0


CANARY = "Xylophonquark"


@pytest.mark.parametrize("lifecycle", [Lifecycle.DELETED, Lifecycle.SPAM, Lifecycle.PURGED, Lifecycle.MERGED])
async def test_a_tombstone_erases_whatever_anybody_wrote(db: Database, lifecycle: Lifecycle) -> None:
    desk = await copy_desk(db)
    whole = ticket(
        "7",
        5,
        subject=f"A {CANARY}",
        body_text=CANARY,
        body_html=f"<p>{CANARY}</p>",
        tags=(CANARY,),
        custom_fields={"cf": CANARY},
        native={"word": CANARY},
        external_id=CANARY,
        attachments=(file("7/0/1", file_name=CANARY),),
        raw={"subject": CANARY},
    )
    await desk.apply(whole)
    said = comment("7", "1", CANARY, attachments=(file("7/1/5", file_name=CANARY),), raw={"body": CANARY})
    await desk.comments("7", conversation(said))
    applied = await desk.apply(gone("7", lifecycle, 6, merged_into_id="8" if lifecycle is Lifecycle.MERGED else None))
    (change,) = applied.changes
    assert change.op is (ChangeOp.MERGED if lifecycle is Lifecycle.MERGED else ChangeOp.DELETED)
    assert change.lost_by == ("9",) and change.changed_fields == ()
    for table in metadata.sorted_tables:
        if "tenant" in table.c and table.name != "changes":
            for row in await desk.rows(table):
                assert not any(said_in(value) for value in row), table.name
    for table in (ticket_bodies, ticket_tags, ticket_values, attachments, images, comments, conversations, search_docs):
        assert await desk.rows(table) == [], table.name
    assert await desk.one(tickets, "shown", "lifecycle", "org", "comments_due") == (
        0,
        LIFECYCLE.number(lifecycle),
        9,
        0,
    )
    left = await the_ticket(desk)
    assert (left.subject, left.tags, left.created_at, left.lifecycle) == (None, (), at(0), lifecycle)
    assert left.merged_into_id == ("8" if lifecycle is Lifecycle.MERGED else None)
    assert await counted(desk) == {(LIFECYCLE.number(lifecycle), OPEN, NORMAL): 1}


def said_in(value: Any) -> bool:
    if isinstance(value, bytes):
        return CANARY.encode() in value or CANARY.lower().encode() in unpacked(value)
    return isinstance(value, str) and CANARY.lower() in value.lower()


def unpacked(value: bytes) -> bytes:
    try:
        return zlib.decompress(value).lower()
    except zlib.error:
        return value.lower()


async def test_a_tombstone_beats_what_is_older_and_gives_way_to_what_is_newer(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 5, 100, body_text="text", tags=("a",)))
    await desk.apply(gone("7", version=6), now=200)
    late = await desk.apply(ticket("7", 6, 150, subject="late"), ticket("7", 4, 260, subject="stale"), now=260)
    assert (late.stored, late.older, late.changes) == (0, 2, ())
    assert await desk.one(tickets, "shown") == 0 and (await the_ticket(desk)).subject is None
    back = await desk.apply(ticket("7", 7, 300, body_text="text again", tags=("a",)), now=300)
    assert [change.op for change in back.changes] == [ChangeOp.RESTORED]
    assert await desk.one(tickets, "shown", "comments_due") == (1, 1)
    assert (await the_ticket(desk)).body_text == "text again" and len(await desk.rows(ticket_tags)) == 1
    assert await desk.rows(search_docs, "num") == [(7,)]
    assert await counted(desk) == {(ACTIVE, OPEN, NORMAL): 1}


@ON_SQLITE
async def test_read_again_after_its_tombstone_in_the_same_version_it_is_back(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 5, 100))
    await desk.apply(gone("7", Lifecycle.PURGED), now=200)
    assert (await desk.apply(ticket("7", 5, 199))).changes == ()
    back = await desk.apply(ticket("7", 5, 250))
    assert [change.op for change in back.changes] == [ChangeOp.RESTORED]


@ON_SQLITE
async def test_a_tombstone_of_a_ticket_never_seen_is_kept_and_tells_nobody(db: Database) -> None:
    desk = await copy_desk(db)
    applied = await desk.apply(gone("7", Lifecycle.DELETED, 6))
    assert applied.changes == () and await desk.one(tickets, "num", "shown", "seq") == (7, 0, 0)
    assert (await desk.apply(ticket("7", 5, 900))).changes == ()
    left = await the_ticket(desk)
    assert left.lifecycle is Lifecycle.DELETED and left.subject is None and left.organization_id == "9"
    spam = await desk.apply(gone("7", Lifecycle.SPAM, 8), now=1100)
    assert [(change.op, change.changed_fields) for change in spam.changes] == [(ChangeOp.DELETED, ("lifecycle",))]


@ON_SQLITE
async def test_a_record_that_says_itself_that_it_is_deleted_is_a_tombstone(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 5, tags=("a",)))
    applied = await desk.apply(listed("7", 6, 200, lifecycle=Lifecycle.DELETED, tags=("a",)))
    assert [change.op for change in applied.changes] == [ChangeOp.DELETED]
    assert await desk.one(tickets, "updated_at", "shown") == (int(at(6).timestamp()), 0)
    assert await desk.rows(ticket_tags) == []


@ON_SQLITE
async def test_archiving_is_a_change_like_any_other(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 5))
    applied = await desk.apply(ticket("7", 6, 200, lifecycle=Lifecycle.ARCHIVED, subject="Subject 5"))
    assert "lifecycle" in applied.changes[0].changed_fields and applied.changes[0].op is ChangeOp.UPDATED
    assert await desk.one(tickets, "shown") == 1


@ON_SQLITE
async def test_one_ticket_several_times_in_a_batch_is_one_change(db: Database) -> None:
    desk = await copy_desk(db)
    applied = await desk.apply(
        listed("7", 1, 100), ticket("7", 2, 110, subject="two", body_text="b"), listed("7", 2, 120, subject="two")
    )
    assert len(applied.changes) == 1 and (applied.stored, applied.older) == (2, 1)
    assert (await the_ticket(desk)).subject == "two" and len(await desk.rows(search_docs)) == 1


@ON_SQLITE
async def test_zendesks_own_time_counts_where_it_is_later(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 5, 100, native={"generated_at": at(50)}, subject="system"))
    assert (await desk.apply(ticket("7", 6, 200, subject="person"))).older == 1
    assert (await desk.apply(ticket("7", 6, 210, native={"generated_at": at(51)}, subject="person"))).stored == 1
    assert await desk.one(tickets, "updated_at") == int(at(6).timestamp())


@ON_SQLITE
async def test_who_came_along_is_stored_until_something_better_is_known(db: Database) -> None:
    desk = await copy_desk(db)
    along = contact("5", None, 100, name="A.", detail=listed("1").detail)
    company = Organization(helpdesk="desk", remote_id="9", name="Acme", as_of=at(100), detail=listed("1").detail)
    applied = await desk.apply(ticket("7", requester=along, organization=company), ticket("8", requester=along))
    assert applied.stored == 2
    assert [change.kind for change in applied.changes].count(Kind.CONTACT) == 1
    assert codec.contact(await desk.one(contacts, "card")).name == "A."
    assert codec.organization(await desk.one(organizations, "card")).name == "Acme"
    await desk.apply(contact("5", 1, 50, name="Ann"))
    await desk.apply(ticket("9", requester=contact("5", None, 300, name="Annie", detail=listed("1").detail)))
    assert codec.contact(await desk.one(contacts, "card")).name == "Ann"


async def test_a_write_that_fails_later_leaves_nothing_of_it(db: Database) -> None:
    desk = await copy_desk(db)
    with pytest.raises(RuntimeError):
        async with db.write(desk.tenancy.number) as session:
            batch = ChangeBatch(records=(ticket("7"),), checkpoint="", more=False)
            await apply(session, desk.tenancy, "desk", batch, origin=FreshnessSource.SYNC, now=at(1))
            raise RuntimeError("killed before the checkpoint was written")
    for table in (tickets, ticket_counts, search_docs):
        assert await desk.rows(table) == []
    assert (await desk.apply(ticket("7"))).changes[0].seq == 1


async def test_waiters_hear_of_it(db: Database) -> None:
    desk = await copy_desk(db)
    await db.changed(desk.tenancy.number, 0.01)
    waiting = asyncio.ensure_future(db.changed(desk.tenancy.number, 5))
    await asyncio.sleep(0)
    await desk.apply(ticket("7"))
    assert await waiting


def test_values_of_custom_fields_have_the_keys_that_readers_look_for() -> None:
    fields = {"a": 1, "b": 1.0, "c": True, "d": "1", "e": ["x", 2], "f": None, "g": "", "h": {"x": 1}, "i": "É" * 90}
    assert set(field_pairs(fields)) == field_keys(fields)
    assert text_key("É" * 90) in {key.removeprefix("t") for field, key in field_pairs(fields) if field == "i"}
