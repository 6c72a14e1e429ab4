"""Ticket lists: their order, and a place in them that holds while tickets change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from models.queries import PageRequest, Row, Scope, TicketOrder, TicketQuery
from models.records import Ticket
from tests.contract.case import ORDERS, Case, walk


async def test_every_order_shows_every_live_ticket_once(case: Case, everyone: Scope) -> None:
    for order in case.orders():
        assert await case.tickets(everyone, order=order) == case.ordered(case.true_tickets(), order), order


async def test_backward_from_the_end_is_the_same_list(case: Case, everyone: Scope) -> None:
    for order in case.orders():
        rows = await walk(case.fetch(everyone, TicketQuery(order=order)), size=23, backward=True)
        assert [row.record.remote_id for row in rows] == case.ordered(case.true_tickets(), order), order


async def test_a_row_is_a_place_to_go_on_from_in_both_directions(case: Case, everyone: Scope) -> None:
    for order in case.orders():
        fetch = case.fetch(everyone, TicketQuery(order=order))
        rows = await walk(fetch, size=100)
        ids = [row.record.remote_id for row in rows]
        for at in (0, 57, len(rows) - 1):
            place = rows[at].place
            after = await fetch(PageRequest(size=9, after=place))
            before = await fetch(PageRequest(size=9, before=place, backward=True))
            with_it = await fetch(PageRequest(size=9, before=place, backward=True, inclusive=True))
            assert names(after.rows[:9]) == ids[at + 1 : at + 10], (order, at)
            assert names(before.rows[-9:]) == ids[max(0, at - 9) : at], (order, at)
            assert names(with_it.rows[-9:]) == ids[max(0, at - 8) : at + 1], (order, at)


def names(rows: Iterable[Row[Ticket]]) -> list[str]:
    return [row.record.remote_id for row in rows]


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.usefixtures("fresh")
async def test_no_unchanged_ticket_is_lost_or_shown_twice_while_others_change(
    case: Case, everyone: Scope, backward: bool
) -> None:
    for order in case.orders():
        before = {ticket.number: ticket for ticket in case.true_tickets()}

        def busy() -> None:
            case.company.clock.advance(2)
            if case.desk.tickets.last_number < 300:
                case.company.sandbox.world.mutate(6)

        query = TicketQuery(order=order)
        rows = await walk(case.fetch(everyone, query), size=17, backward=backward, between=busy)
        shown = names(rows)
        still = [ticket for number, ticket in before.items() if case.desk.tickets.get(number) == ticket]
        assert len(still) < len(before), "something did change"
        unchanged = {str(ticket.number) for ticket in still}
        assert [ident for ident in shown if ident in unchanged] == case.ordered(still, order), order
        assert keys(rows, order) == sorted(keys(rows, order), reverse=order.descending), order


def keys(rows: list[Row[Ticket]], order: TicketOrder) -> list[Any]:
    field = {"created": "created_at", "updated": "updated_at", "number": "number"}[ORDERS[order.field]]
    found = [getattr(row.record, field) for row in rows]
    return [int(one) for one in found] if field == "number" else found


async def test_a_ticket_says_what_the_desk_says(case: Case, everyone: Scope) -> None:
    """List rows and records by id agree with the desk."""
    rows = await walk(case.fetch(everyone, TicketQuery()), size=100)
    listed = {row.record.remote_id: row.record for row in rows}
    whole = await case.source.tickets_by_id(everyone, list(listed))
    for record in whole:
        assert record is not None
        assert _facts(record) == _facts(listed[record.remote_id])
        assert _facts(record) == _true_facts(case, int(record.remote_id))


def _facts(record: Ticket) -> dict[str, object]:
    return {
        "number": record.number,
        "subject": record.subject,
        "status": record.status,
        "priority": record.priority,
        "type": record.type,
        "channel": record.channel,
        "tags": sorted(record.tags),
        "requester": record.requester_id,
        "assignee": record.assignee_id,
        "group": record.group_id,
        "organization": record.organization_id,
        "created": record.created_at,
        "updated": record.updated_at,
    }


def _true_facts(case: Case, number: int) -> dict[str, object]:
    ticket = case.desk.tickets.get(number)
    assert ticket is not None
    truth = case.truth
    return {
        "number": str(number),
        "subject": ticket.subject,
        "status": truth.status(ticket),
        "priority": truth.priority(ticket),
        "type": truth.type(ticket),
        "channel": truth.channel(ticket),
        "tags": sorted(truth.tags(ticket)),
        "requester": truth.user(ticket.requester),
        "assignee": truth.user(ticket.assignee) if ticket.assignee else None,
        "group": truth.group(ticket.group) if ticket.group else None,
        "organization": truth.organization(ticket.organization) if ticket.organization else None,
        "created": ticket.created,
        "updated": ticket.updated,
    }
