"""Look-ups: grouped by helpdesk, asked once, in order, and each failure its own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.errors import Unavailable
from models.queries import Scope
from models.records import Ticket
from resolvers.loaders import ArticleAsk, CommentsAsk, Loaders, TicketAsk
from tests.resolvers.desk import Desk, two_desks


def loaders(desks: dict[str, Desk]) -> Loaders:
    return Loaders(desks, Scope(tenant="t"))


async def test_keys_of_one_moment_are_one_call_per_helpdesk_in_order() -> None:
    desks = two_desks()
    load = loaders(desks).contact_by_id.load
    keys = [("fd", "102"), ("zd", "101"), ("fd", "999"), ("fd", "102"), ("none", "1"), ("zd", "100")]
    found = await asyncio.gather(*(load(*key) for key in keys))
    assert [c and (c.helpdesk, c.remote_id) for c in found] == [
        ("fd", "102"),
        ("zd", "101"),
        None,
        ("fd", "102"),
        None,
        ("zd", "100"),
    ]
    assert desks["fd"].asked("contacts_by_id") == [("102", "999")]
    assert desks["zd"].asked("contacts_by_id") == [("101", "100")]


async def test_batches_are_as_large_as_the_helpdesk_takes() -> None:
    desks = two_desks(batch=2)
    load = loaders(desks).contact_by_id.load
    await asyncio.gather(*(load("fd", str(n)) for n in range(5)))
    assert desks["fd"].asked("contacts_by_id") == [("0", "1"), ("2", "3"), ("4",)]


async def test_look_ups_from_a_whole_list_ignore_the_batch_size() -> None:
    desks = two_desks(batch=1)
    all_ = loaders(desks)
    await asyncio.gather(*(all_.group_by_id.load("fd", str(n)) for n in (301, 302, 303)))
    await asyncio.gather(*(all_.agent_by_id.load("fd", str(n)) for n in (201, 202, 203)))
    assert len(desks["fd"].asked("groups")) == 1
    assert desks["fd"].asked("agents_by_id") == [("201", "202", "203")]


async def test_a_failing_helpdesk_fails_its_own_keys() -> None:
    desks = two_desks()
    desks["zd"].failing["*"] = Unavailable("down")
    load = loaders(desks).contact_by_id.load
    mine, theirs = await asyncio.gather(load("fd", "101"), load("zd", "101"), return_exceptions=True)
    assert getattr(mine, "remote_id", None) == "101"
    assert isinstance(theirs, Unavailable) and theirs.helpdesk == "zd"


async def test_one_failing_batch_leaves_the_others_of_its_helpdesk() -> None:
    class Picky(Desk):
        async def contacts_by_id(self, scope: Scope, ids: Any) -> Any:
            if "2" in ids:
                raise Unavailable("down")
            return await super().contacts_by_id(scope, ids)

    desk = Picky("fd", two_desks()["fd"].info.vendor, batch=1)
    load = Loaders({"fd": desk}, Scope(tenant="t")).contact_by_id.load
    found = await asyncio.gather(load("fd", "101"), load("fd", "2"), return_exceptions=True)
    assert getattr(found[0], "remote_id", None) == "101" and isinstance(found[1], Unavailable)


async def test_a_mistake_of_ours_is_raised_and_not_hidden() -> None:
    class Broken(Desk):
        async def contacts_by_id(self, scope: Scope, ids: Any) -> Any:
            raise ZeroDivisionError

    desk = Broken("fd", two_desks()["fd"].info.vendor)
    with pytest.raises(ZeroDivisionError):
        await Loaders({"fd": desk}, Scope(tenant="t")).contact_by_id.load("fd", "1")


async def test_what_was_loaded_is_not_asked_again_within_a_request() -> None:
    desks = two_desks()
    load = loaders(desks).organization_by_id.load
    assert await load("fd", "401") is await load("fd", "401")
    assert len(desks["fd"].asked("organizations_by_id")) == 1


async def test_tickets_with_different_extras_are_different_look_ups() -> None:
    desks = two_desks()
    load = loaders(desks).ticket_by_id.load
    stats = frozenset({"stats"})
    found = await asyncio.gather(
        load("fd", TicketAsk("1")),
        load("fd", TicketAsk("2", stats)),
        load("fd", TicketAsk("3")),
        load("fd", TicketAsk("9")),
    )
    assert [t and t.remote_id for t in found] == ["1", "2", "3", None]
    assert sorted(desks["fd"].asked("tickets_by_id")) == [("1", "3", "9"), ("2",)]


async def test_articles_of_different_languages_are_different_look_ups() -> None:
    desks = two_desks()
    load = loaders(desks).article_by_id.load
    found = await asyncio.gather(load("fd", ArticleAsk("601")), load("fd", ArticleAsk("601", "de")))
    assert [a and a.locale for a in found] == ["en", "de"]


async def test_the_failure_of_one_tickets_comments_is_its_own() -> None:
    class OneSilent(Desk):
        async def comments(self, scope: Scope, tickets: Any, up_to: int) -> Any:
            found = list(await super().comments(scope, tickets, up_to))
            found[1] = Unavailable("gone", helpdesk="fd")
            return found

    desk = OneSilent("fd", two_desks()["fd"].info.vendor)
    load = Loaders({"fd": desk}, Scope(tenant="t")).comments_by_ticket.load

    def ask(ticket: Ticket) -> Any:
        return load("fd", CommentsAsk(ticket.remote_id, 100), ticket)

    found = await asyncio.gather(*(ask(t) for t in desk.rows[:3]), return_exceptions=True)
    assert [isinstance(f, Unavailable) for f in found] == [False, True, False]
    assert len(desk.asked("comments")) == 1
