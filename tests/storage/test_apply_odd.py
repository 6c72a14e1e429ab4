"""Whatever a vendor sends, the good records of a batch are stored and the others are in quarantine, each by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from models.changes import Unread
from models.enums import Kind, Lifecycle
from models.records import Ticket
from storage import codec, quarantine
from storage.apply.cleaning import scrubbed
from storage.database import Database, open_database
from storage.tables.people import contacts
from storage.tables.syncing import quarantine as quarantine_table
from storage.tables.tickets import ticket_bodies, ticket_tags, ticket_values, tickets
from tests.storage.copying import CopyDesk, at, comment, contact, conversation, copy_desk, file, gone, ticket
from tests.support.databases import GUEST, OWNER, database_url

LONE = "half \ud83d pair"
HUGE = 2**70
DEEP: Any = None
for _ in range(3000):
    DEEP = [DEEP]

ODD_BUT_STORED: dict[str, dict[str, Any]] = {
    "nul": {
        "subject": "a\0b",
        "body_text": "x\0y",
        "tags": ("t\0",),
        "external_id": "e\0",
        "custom_fields": {"k\0": "v\0"},
    },
    "surrogates": {
        "subject": LONE,
        "tags": (LONE,),
        "custom_fields": {"a": LONE},
        "body_text": LONE,
        "raw": {"s": LONE},
    },
    "huge": {"custom_fields": {"n": HUGE, "m": -HUGE}, "native": {"n": HUGE}, "raw": {"n": HUGE}},
    "long": {
        "subject": "s" * 70_000,
        "tags": ("t" * 9_000,),
        "external_id": "e" * 9_000,
        "custom_fields": {"k" * 9_000: "v" * 9_000},
    },
    "deep": {"raw": {"d": DEEP}},
    "floats": {"custom_fields": {"nan": float("nan"), "inf": float("inf"), "small": 5e-324}},
    "old": {"created_at": datetime.min.replace(tzinfo=UTC), "due_at": datetime.max.replace(tzinfo=UTC)},
    "files": {"attachments": (file("7/0/1", file_name="a\0", byte_size=HUGE, width=HUGE, content_type="image/png\0"),)},
    "naughty": {
        "subject": "'; DROP TABLE tickets; -- \u202e ﷽ 🏳️‍🌈 \x7f",
        "body_text": "\x01\x02\ufffe",
        "tags": ("", " ", "%", "_"),
    },
    "empty": {"subject": "", "external_id": "", "body_text": "", "requester_id": "", "custom_fields": {"": ""}},
    "words for ids": {"requester_id": "no number", "organization_id": "9" * 60, "assignee_id": "007"},
}
REFUSED: dict[str, dict[str, Any]] = {
    "subject is a number": {"subject": 5},
    "status is none": {"status": None},
    "tags are numbers": {"tags": (1, 2)},
    "time is a text": {"updated_at": "yesterday"},
    "due is a text": {"due_at": "soon"},
    "body is a list": {"body_text": ["a"]},
    "a version far ahead": {"updated_at": datetime(9999, 12, 31, tzinfo=UTC)},
    "no read time": {"as_of": None},
    "fields are a list": {"custom_fields": [1]},
    "files are words": {"attachments": ("a.png",)},
    "status is another enum": {"status": Lifecycle.SPAM},
}


def odd(values: dict[str, Any]) -> Ticket:
    """As it would come from a mapping that believed the vendor: nothing checks types before us."""
    return msgspec.structs.replace(ticket("7", 5, custom_fields={"ok": 1}), **values)


async def stored(desk: CopyDesk) -> set[int]:
    return {row[0] for row in await desk.rows(tickets, "num")}


async def test_odd_values_are_stored_as_far_as_they_can_be(db: Database) -> None:
    desk = await copy_desk(db)
    for number, (name, values) in enumerate(ODD_BUT_STORED.items(), 100):
        one = msgspec.structs.replace(odd(values), remote_id=str(number), number=str(number))
        applied = await desk.apply(ticket("1", number), one, ticket("2", number))
        assert number in await stored(desk), name
        assert len(applied.changes) == 3, name
        again = await desk.apply(msgspec.structs.replace(one, as_of=at(2000)), now=3000)
        assert (again.unchanged, again.changes) == (1, ()), name
        changed = msgspec.structs.replace(one, updated_at=at(500 + number), as_of=at(3000))
        assert (await desk.apply(changed, now=3000)).stored == 1, name
        assert (await desk.apply(gone(str(number), version=5000), now=4000)).stored == 1, name
    assert {row[0] for row in await desk.rows(ticket_tags, "num")} <= {1, 2}
    assert await desk.rows(ticket_values) == [] and {r[0] for r in await desk.rows(ticket_bodies, "num")} <= {1, 2}
    assert await desk.rows(quarantine_table) == []
    for (card,) in await desk.rows(tickets, "card"):
        codec.ticket(card)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_what_is_of_a_wrong_type_goes_to_quarantine_and_the_others_are_stored(db: Database) -> None:
    desk = await copy_desk(db)
    for name, values in REFUSED.items():
        applied = await desk.apply(ticket("1", 5), odd(values), ticket("2", 5))
        assert await stored(desk) == {1, 2}, name
        (lost,) = await quarantine.quarantined(db, desk.tenancy, "desk", 10)
        assert (lost.kind, lost.remote_id) == (Kind.TICKET, "7"), name
        assert applied.stored + applied.unchanged == 2, name
    assert lost.times == len(REFUSED) and '"v"' in (lost.raw or "")
    first = (await quarantine.quarantined(db, desk.tenancy, "desk", 10))[0]
    assert first.reason and first.where
    await desk.apply(odd({"subject": 5}))
    (lost,) = await quarantine.quarantined(db, desk.tenancy, "desk", 10)
    assert lost.where == "subject" and "int" in lost.reason
    await desk.apply(ticket("7", 6))
    assert await quarantine.quarantined(db, desk.tenancy, "desk", 10) == []
    assert await stored(desk) == {1, 2, 7}


REFUSING = "CREATE INDEX odd ON tickets ((1 / (length(subject_key) - 4)))"


async def test_what_only_the_database_refuses_is_found_among_the_others(tmp_path: Path) -> None:
    """An index of the operator's own cannot take one value. Nothing before the database can know."""
    async with database_url("postgresql", tmp_path) as url:
        owner = await asyncpg.connect(url.replace("+asyncpg", "").replace(GUEST, OWNER))
        await owner.execute(REFUSING)
        await owner.close()
        db = await open_database(url, readers=1)
        desk = await copy_desk(db)
        records = [ticket(str(n), 5, subject="boom" if n == 7 else f"s{n}") for n in range(1, 14)]
        applied = await desk.apply(*records, gone("99", version=3))
        assert await stored(desk) == {*range(1, 14), 99} - {7}
        assert [change.seq for change in applied.changes] == list(range(1, 13)) and applied.stored == 13
        (lost,) = await quarantine.quarantined(db, desk.tenancy, "desk", 10)
        assert (lost.remote_id, lost.where) == ("7", "$")
        await db.aclose()


async def test_unreadable_records_are_kept_aside_until_they_are_read(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 1, 100))
    bad = Unread(kind=Kind.TICKET, remote_id="7", where=".status", reason="not a number\0", raw={"id": 7, "s": LONE})
    nameless = Unread(kind=Kind.CONTACT, remote_id=None, where=".id", reason="no id", raw=[HUGE])
    await desk.apply(bad, nameless, ticket("8"), now=200)
    await desk.apply(bad, nameless, now=300)
    found = await quarantine.quarantined(db, desk.tenancy, "desk", 10)
    assert [(one.kind, one.remote_id, one.times) for one in found] == [(Kind.CONTACT, None, 2), (Kind.TICKET, "7", 2)]
    assert (found[1].first_at, found[1].last_at) == (at(200), at(300)) and found[0].raw == f"[{HUGE}]"
    assert await quarantine.count(db, desk.tenancy, "desk") == {Kind.CONTACT: 1, Kind.TICKET: 1}
    assert await quarantine.quarantined(db, desk.tenancy, "desk", 1) == found[:1]
    assert await quarantine.quarantined(db, desk.tenancy, "desk", 9, found[0].place) == found[1:]
    assert (await desk.rows(tickets, "num", "seen"))[0] == (7, int(at(300).timestamp() * 1000))
    await desk.apply(gone("7", version=5))
    assert await quarantine.count(db, desk.tenancy, "desk") == {Kind.CONTACT: 1}


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
async def test_odd_people_and_comments_stop_nobody_else(db: Database) -> None:
    desk = await copy_desk(db)
    odd_contact = contact("5", name=5, email="x\0@y", external_id=LONE)
    fine = contact("6", email="A\0nn@Example.COM ", phone="1" * 5_000, external_id=LONE, custom_fields={"n": HUGE})
    await desk.apply(odd_contact, fine, ticket("7"))
    assert await desk.rows(contacts, "num", "email", "email_domain") == [(6, "ann@example.com", "example.com")]
    strange = comment("7", "2", LONE)
    broken = msgspec.structs.replace(comment("7", "3"), body_text=3)
    applied = await desk.comments("7", conversation(comment("7", "1"), strange, broken))
    assert [change.remote_id for change in applied.changes] == ["7/1", "7/2"]
    assert await quarantine.count(db, desk.tenancy, "desk") == {Kind.CONTACT: 1, Kind.COMMENT: 1}
    await desk.comments("7", conversation(comment("7", "1"), strange, comment("7", "3")), now=1100)
    assert await quarantine.count(db, desk.tenancy, "desk") == {Kind.CONTACT: 1}


def test_scrubbing_changes_only_what_cannot_be_packed() -> None:
    fine = ticket("7", custom_fields={"a": 1, "b": [True, None, 1.5, "é"]}, tags=("x",))
    assert scrubbed(fine) == fine
    cleaned = scrubbed(ticket("7", subject=LONE, custom_fields={"n": HUGE, "d": DEEP}))
    assert cleaned.subject == "half \ufffd pair" and cleaned.custom_fields["n"] == str(HUGE)
    codec.ticket(codec.pack(codec.bare_ticket(cleaned)))
