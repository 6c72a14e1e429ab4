"""Conversations: oldest first, the request first and once."""

from __future__ import annotations

import pytest

from models.enums import CommentVisibility, Direction
from models.queries import Scope
from models.records import Comment, CommentList, Ticket
from sandbox.records import Ticket as TrueTicket
from tests.contract.case import Case

HUNDREDS = 5000


async def records(case: Case, scope: Scope, tickets: list[TrueTicket]) -> list[Ticket]:
    found = await case.source.tickets_by_id(scope, [str(one.number) for one in tickets])
    return [one for one in found if one is not None]


def some(case: Case) -> list[TrueTicket]:
    """Short, long and silent conversations."""
    ranked = sorted(case.true_tickets(), key=lambda one: one.message_count)
    return [*ranked[:5], *ranked[100:110], *ranked[-3:]]


async def comments(case: Case, scope: Scope, tickets: list[TrueTicket], up_to: int = HUNDREDS) -> list[CommentList]:
    found = await case.source.comments(scope, await records(case, scope, tickets), up_to)
    assert all(isinstance(one, CommentList) for one in found), found
    return [one for one in found if isinstance(one, CommentList)]


def plain(text: str) -> str:
    return " ".join(text.split())


async def test_they_are_the_desks_messages_in_order(case: Case, everyone: Scope) -> None:
    tickets = some(case)
    found = await comments(case, everyone, tickets)
    for ticket, listed in zip(tickets, found, strict=True):
        messages = case.desk.messages.of(ticket.number)
        assert listed.complete
        assert [plain(one.body_text) for one in listed.items] == [plain(one.text) for one in messages]
        assert [one.created_at for one in listed.items] == sorted(one.created_at for one in listed.items)
        assert [one.visibility is CommentVisibility.PUBLIC for one in listed.items] == [one.public for one in messages]


async def test_the_first_one_is_the_request_once(case: Case, everyone: Scope) -> None:
    tickets = some(case)
    for ticket, listed in zip(tickets, await comments(case, everyone, tickets), strict=True):
        first: Comment = listed.items[0]
        assert plain(first.body_text) == plain(ticket.text)
        assert first.ticket_id == str(ticket.number)
        assert first.remote_id.startswith(f"{ticket.number}/")
        assert len({one.remote_id for one in listed.items}) == len(listed.items)


async def test_who_wrote_and_which_way_it_went(case: Case, everyone: Scope) -> None:
    tickets = some(case)
    for ticket, listed in zip(tickets, await comments(case, everyone, tickets), strict=True):
        messages = case.desk.messages.of(ticket.number)
        for said, shown in list(zip(messages, listed.items, strict=True))[1:]:
            if said.author is None or said.author == ticket.requester < 1000:
                continue  # an agent who asked: Freshdesk calls what they wrote incoming, Zendesk does not
            assert shown.author.remote_id == case.truth.user(said.author)
            assert shown.direction is (Direction.INBOUND if said.author >= 1000 else Direction.OUTBOUND), said


async def test_as_many_as_asked_for_and_it_says_whether_there_are_more(case: Case, everyone: Scope) -> None:
    ticket = max(case.true_tickets(), key=lambda one: one.message_count)
    [few] = await comments(case, everyone, [ticket], up_to=3)
    [every] = await comments(case, everyone, [ticket])
    assert len(few.items) >= 3
    assert few.items == every.items[: len(few.items)]
    assert few.complete == (len(few.items) == len(every.items))


async def test_many_tickets_cost_a_call_each(case: Case, everyone: Scope) -> None:
    tickets = [one for one in case.true_tickets() if one.message_count < 90][:20]
    whole = await records(case, everyone, tickets)
    await case.source.comments(everyone, whole[:1], 100)
    case.company.forget_calls()
    await case.source.comments(everyone, whole[1:], 90)
    most = 19 * (2 if case.copied else 1)  # a copied list row may not have the request's files
    assert len(case.company.calls(case.helpdesk)) <= most


@pytest.mark.usefixtures("fresh")
async def test_the_failure_of_one_ticket_is_in_its_place(case: Case, everyone: Scope) -> None:
    tickets = some(case)[5:8]
    whole = await records(case, everyone, tickets)
    case.desk.tickets.delete(tickets[1].number)
    first, _, last = await case.source.comments(everyone, whole, 50)
    assert isinstance(first, CommentList)
    assert first.items
    assert isinstance(last, CommentList)
    assert last.items
