"""The end of a pass over a whole list, and the valve before it."""

from __future__ import annotations

import pytest

from models.changes import ChangeBatch, Unread
from models.enums import ChangeOp, Kind, Lifecycle, SyncKind
from models.records import Contact
from storage import codec
from storage.apply import Applied, SuspiciousDelete, sweep, would_delete
from storage.database import Database
from storage.tables.people import contacts
from tests.storage.copying import CopyDesk, at, contact, copy_desk, gone, listed, ticket


async def swept(
    desk: CopyDesk, since: float, *, limit: int = 500, confirmed: bool = False, now: float = 9000
) -> Applied:
    async with desk.db.write(desk.tenancy.number) as session:
        return await sweep(
            session,
            desk.tenancy,
            "desk",
            SyncKind.CONTACTS,
            unseen_since=at(since),
            now=at(9000),
            limit=limit,
            confirmed=confirmed,
        )


def many(count: int, read: float, version: float = 1) -> list[Contact]:
    return [contact(str(n), version, read) for n in range(1, count + 1)]


async def shown(desk: CopyDesk) -> set[int]:
    return {num for num, there in await desk.rows(contacts, "num", "shown") if there}


async def test_what_a_pass_did_not_show_is_taken_out(db: Database) -> None:
    desk = await copy_desk(db)
    along = contact("900", None, 50, detail=listed("1").detail)
    await desk.apply(*many(20, 100), ticket("7", requester=along))
    seen = [one for one in many(20, 500) if one.remote_id not in ("3", "4", "5")]
    older = contact("3", 0.5, 500)
    unreadable = Unread(kind=Kind.CONTACT, remote_id="4", where=".x", reason="odd")
    await desk.apply(*seen, older, unreadable, now=500)
    applied = await swept(desk, 400)
    assert [(change.op, change.remote_id) for change in applied.changes] == [(ChangeOp.DELETED, "5")]
    assert applied.stored == 1 and await shown(desk) == {*range(1, 21), 900} - {5}
    left = dict(await desk.rows(contacts, "num", "card"))
    assert codec.contact(left[5]).lifecycle is Lifecycle.PURGED and codec.contact(left[5]).name is None
    assert (await swept(desk, 400)).stored == 0
    back = await desk.apply(contact("5", 1, 9500))
    assert [change.op for change in back.changes] == [ChangeOp.RESTORED]


async def test_too_many_at_once_are_refused_with_their_numbers(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(*many(1000, 100))
    await desk.apply(*many(985, 500))
    with pytest.raises(SuspiciousDelete, match=r"15 of 1,000 contacts") as caught:
        await swept(desk, 400)
    assert (caught.value.removed, caught.value.held) == (15, 1000) and len(await shown(desk)) == 1000
    await desk.apply(*many(990, 500))
    assert (await swept(desk, 400, limit=6)).stored == 6
    assert (await swept(desk, 400, limit=6)).stored == 4
    assert len(await shown(desk)) == 990
    assert (await swept(desk, 600, confirmed=True, limit=1000)).stored == 990


async def test_a_handful_goes_however_small_the_list(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(*many(10, 100))
    assert (await swept(desk, 400)).stored == 10


async def test_how_many_a_batch_would_take_out_of_the_lists(db: Database) -> None:
    desk = await copy_desk(db)
    await desk.apply(ticket("1"), ticket("2"), ticket("3"), *many(2, 100))
    await desk.apply(gone("3", version=9))
    batch = ChangeBatch(
        records=(listed("2", 5, lifecycle=Lifecycle.SPAM), ticket("1", 6)),
        gone=(gone("1"), gone("3"), gone("77"), gone("1", kind=Kind.CONTACT)),
        checkpoint="",
        more=False,
    )
    async with db.write(desk.tenancy.number) as session:
        found = await would_delete(session, desk.tenancy, "desk", batch)
    assert found == {Kind.TICKET: 2, Kind.CONTACT: 1}
