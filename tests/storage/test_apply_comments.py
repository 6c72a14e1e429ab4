"""Conversations: what is new, changed and gone, whom it concerns, and what hangs on them."""

from __future__ import annotations

import pytest

from models.changes import Change
from models.enums import ChangeOp, CommentVisibility, Kind
from storage import codec
from storage.apply import version_of
from storage.database import Database
from storage.tables.conversation import attachments, comments, conversations, images
from storage.tables.searching import search_docs
from storage.tables.tickets import tickets
from tests.storage.copying import at, comment, conversation, copy_desk, file, gone, ticket

INTERNAL = CommentVisibility.INTERNAL
ON_SQLITE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


def brief(changes: tuple[Change, ...]) -> list[tuple[ChangeOp, str]]:
    assert all(change.kind is Kind.COMMENT for change in changes)
    return [(change.op, change.remote_id) for change in changes]


async def test_a_conversation_is_put_in_the_place_of_what_was_known(db: Database) -> None:
    desk = await copy_desk(db)
    seven = ticket("7", 5)
    await desk.apply(seven)
    version = version_of(seven)
    first = conversation(
        comment("7", "0", "Help", attachments=(file("7/0/1"),), raw={"id": 0}),
        comment("7", "1", "Note", 1, visibility=INTERNAL),
        comment("7", "2", "Answer", 2),
    )
    applied = await desk.comments("7", first, version)
    assert brief(applied.changes) == [(ChangeOp.CREATED, f"7/{n}") for n in range(3)]
    assert [change.internal for change in applied.changes] == [False, True, False]
    assert await desk.rows(comments, "position", "remote_id", "seq") == [(0, "7/0", 2), (1, "7/1", 3), (2, "7/2", 4)]
    assert await desk.one(conversations, "complete", "as_of") == (1, int(at(1000).timestamp() * 1000))
    assert await desk.one(tickets, "comments_version", "comments_due", "has_attachments") == (version, 0, 1)
    assert sorted(await desk.rows(search_docs, "num", "sub")) == [(7, ""), (7, "7/0"), (7, "7/1"), (7, "7/2")]
    assert codec.unpack_raw((await desk.rows(comments, "raw"))[0][0]) == {"id": 0}
    assert await desk.rows(images, "remote_id") == [("7/0/1",)]

    second = conversation(
        comment("7", "0", "Help", attachments=()),
        comment("7", "2", "Answer!", 2, visibility=INTERNAL),
        comment("7", "3", "Thanks", 3),
    )
    applied = await desk.comments("7", second, version, now=1100)
    by_id = {change.remote_id: change for change in applied.changes}
    assert {ident: change.op for ident, change in by_id.items()} == {
        "7/0": ChangeOp.UPDATED,
        "7/1": ChangeOp.DELETED,
        "7/2": ChangeOp.UPDATED,
        "7/3": ChangeOp.CREATED,
    }
    assert (by_id["7/2"].internal, by_id["7/2"].lost_by) == (True, ("notes",)) and by_id["7/1"].internal
    assert set(by_id["7/2"].changed_fields) == {"bodyText", "visibility"}
    assert [row[1] for row in await desk.rows(comments, "position", "remote_id")] == ["7/0", "7/2", "7/3"]
    assert sorted(await desk.rows(search_docs, "sub")) == [("",), ("7/0",), ("7/2",), ("7/3",)]
    assert await desk.rows(attachments) == [] and await desk.one(tickets, "has_attachments") == 0
    again = await desk.comments("7", second, version, now=1200)
    assert (again.changes, again.unchanged) == ((), 3)
    older = await desk.comments("7", first, version, now=1100)
    assert older.changes == () and len(await desk.rows(comments)) == 3


@ON_SQLITE
async def test_comments_of_a_ticket_that_moved_on_stay_due(db: Database) -> None:
    desk = await copy_desk(db)
    old, new = ticket("7", 5), ticket("7", 6)
    await desk.apply(old)
    await desk.apply(new)
    await desk.comments("7", conversation(comment("7", "0")), version_of(old))
    assert await desk.one(tickets, "comments_due", "comments_version") == (1, version_of(old))
    await desk.comments("7", conversation(comment("7", "0")), version_of(new), now=1100)
    assert await desk.one(tickets, "comments_due") == 0
    await desk.apply(ticket("7", 7, 200))
    assert await desk.one(tickets, "comments_due", "comments_version") == (1, version_of(new))


@ON_SQLITE
async def test_nothing_is_kept_for_a_ticket_that_is_gone_or_not_there(db: Database) -> None:
    desk = await copy_desk(db)
    assert (await desk.comments("7", conversation(comment("7", "0")))).older == 1
    await desk.apply(ticket("7", 5))
    await desk.apply(gone("7", version=6))
    applied = await desk.comments("7", conversation(comment("7", "0")))
    assert applied.changes == () and await desk.rows(comments) == [] and await desk.rows(conversations) == []


@ON_SQLITE
async def test_the_end_of_an_incomplete_list_takes_nothing_away(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 5))
    await desk.comments("7", conversation(*(comment("7", str(n)) for n in range(4))))
    part = conversation(comment("7", "0"), comment("7", "2", "changed"), complete=False)
    applied = await desk.comments("7", part, now=1100)
    assert brief(applied.changes) == [(ChangeOp.UPDATED, "7/2"), (ChangeOp.DELETED, "7/1")]
    assert [row[0] for row in await desk.rows(comments, "remote_id")] == ["7/0", "7/2", "7/3"]
    assert await desk.one(conversations, "complete") == 0


async def test_comments_follow_their_ticket_to_another_organization_and_out(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 5), ticket("8", 5))
    await desk.comments("7", conversation(comment("7", "0", "alpha"), comment("7", "1", "beta")))
    await desk.comments("8", conversation(comment("8", "0", "alpha")))
    before = dict(await desk.rows(search_docs, "sub", "words_packed"))  # of the two tickets' own the last one
    await desk.apply(ticket("7", 6, 200, organization_id="10"))
    after = dict(await desk.rows(search_docs, "sub", "words_packed"))
    assert {sub for sub in after if after[sub] != before[sub]} == {"", "7/0", "7/1"}
    await desk.apply(gone("7", version=7))
    assert sorted(await desk.rows(search_docs, "num", "sub")) == [(8, ""), (8, "8/0")]
    assert [row[0] for row in await desk.rows(comments, "remote_id")] == ["8/0"]


@ON_SQLITE
async def test_files_that_a_row_does_not_carry_stay(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("7", 5))
    await desk.comments("7", conversation(comment("7", "0", attachments=(file("7/0/1"),))))
    applied = await desk.comments("7", conversation(comment("7", "0", attachments=None)), now=1100)
    assert applied.changes == () and await desk.rows(attachments, "remote_id") == [("7/0/1",)]
