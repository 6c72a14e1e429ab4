"""What sync, webhooks and our own writes bring of one ticket, in each of the 120 orders of five: one state, in every
table of both databases."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from models.changes import ChangeBatch, Gone
from models.enums import FreshnessSource, Lifecycle, TicketStatus
from models.records import CommentList, Ticket
from storage.apply import apply, store_comments, version_of
from storage.database import Database
from storage.tables.conversation import comments
from storage.tables.searching import search_docs
from storage.tables.tickets import ticket_counts, tickets
from tests.storage.copying import (
    CopyDesk,
    at,
    comment,
    conversation,
    copy_desk,
    everything_of_each,
    gone,
    listed,
    ticket,
)

SYNC, WEBHOOK = FreshnessSource.SYNC, FreshnessSource.WEBHOOK


@dataclass(frozen=True)
class Event:
    """`second`: when it was asked for, and stored at. A webhook brings the conversation with the ticket."""

    origin: FreshnessSource
    second: float
    ticket: Callable[[str, float], Ticket | Gone]
    said: Callable[[str], CommentList] | None = None


def row(version: float, **values: Any) -> Callable[[str, float], Ticket]:
    return lambda ident, second: listed(ident, version, second, subject=f"s{version}", raw={"v": version}, **values)


def whole(version: float, **values: Any) -> Callable[[str, float], Ticket]:
    return lambda ident, second: ticket(
        ident, version, second, subject=f"s{version}", raw={"v": version}, body_text="Text", **values
    )


def removed(version: float) -> Callable[[str, float], Gone]:
    return lambda ident, second: gone(ident, Lifecycle.DELETED, version)


def saying(*words: str) -> Callable[[str], CommentList]:
    return lambda ident: conversation(*(comment(ident, str(n), word, n) for n, word in enumerate(words)))


FIRST = (
    Event(SYNC, 100, row(1, assignee_id="31", tags=("a",))),
    Event(WEBHOOK, 110, whole(2, assignee_id="32", tags=("a", "b")), saying("Help")),
    Event(SYNC, 120, whole(3, status=TicketStatus.PENDING)),
    Event(SYNC, 130, row(4, priority="HIGH", tags=("c",))),
)
"""A first load, a webhook, a write of our own, and the list again."""
STORIES = {
    "answered": (*FIRST, Event(WEBHOOK, 140, whole(5, status=TicketStatus.RESOLVED), saying("Help", "Thanks"))),
    "deleted": (*FIRST, Event(SYNC, 140, removed(5))),
}


async def happen(desk: CopyDesk, event: Event, idents: Sequence[str]) -> None:
    """To some tickets at once."""
    records = [event.ticket(ident, event.second) for ident in idents]
    batch = ChangeBatch(
        records=tuple(one for one in records if isinstance(one, Ticket)),
        gone=tuple(one for one in records if isinstance(one, Gone)),
        checkpoint="",
        more=False,
    )
    async with desk.db.write(desk.tenancy.number) as session:
        await apply(session, desk.tenancy, "desk", batch, origin=event.origin, now=at(event.second))
        for one in batch.records if event.said is not None else ():
            assert isinstance(one, Ticket) and event.said is not None
            said, version = event.said(one.remote_id), version_of(one)
            await store_comments(
                session, desk.tenancy, "desk", one.remote_id, said, version=version, now=at(event.second)
            )


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    """A comment that is met again as it was is not written again: when it was read first is no part of the state."""
    return found | {comments.name: [{**one, "as_of": None} for one in found[comments.name]]}


@pytest.mark.parametrize("story", STORIES)
async def test_all_orders_of_five_events_end_in_one_state(db: Database, story: str) -> None:
    """A ticket for each order; what happens as their first, second … event happens to all of them together."""
    desk = await copy_desk(db)
    orders = {str(number): order for number, order in enumerate(itertools.permutations(STORIES[story]), 7001)}
    assert len(orders) == 120
    for step in range(5):
        for event in STORIES[story]:
            await happen(desk, event, [ident for ident, order in orders.items() if order[step] is event])
    first, *others = map(without_times, await everything_of_each(desk, list(orders)))
    for ident, other in zip(list(orders)[1:], others, strict=True):
        assert other == first, [event.second for event in orders[ident]]
    counted = Counter(await desk.rows(tickets, "lifecycle", "status", "priority"))
    kept = await desk.rows(ticket_counts, "lifecycle", "status", "priority", "n")
    assert {row[:3]: row[3] for row in kept if row[3]} == counted
    alive = story == "answered"
    assert {shown for (shown,) in await desk.rows(tickets, "shown")} == {int(alive)}
    assert len(first[comments.name]) == (2 if alive else 0) and len(first[search_docs.name]) == (3 if alive else 0)
