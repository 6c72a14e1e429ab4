"""Rows of several streams interleave as one stream would have them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from models.enums import NullsOrder, OrderDirection, RecordOrderField, TicketOrderField, TicketPriority, TicketStatus
from models.queries import RecordOrder, TicketOrder
from models.records import Ticket
from resolvers.ranking import record_rank, ticket_rank
from tests.resolvers.desk import NOW, two_desks

DESKS = two_desks(count=1)
ORDINAL = list(DESKS).index


def ticket(id_: str, *, desk: str = "fd", **fields: object) -> Ticket:
    return msgspec.structs.replace(DESKS[desk].rows[0], remote_id=id_, helpdesk=desk, **fields)


def ids(rows: list[Ticket], *orders: TicketOrder) -> list[str]:
    return [row.remote_id for row in sorted(rows, key=ticket_rank(orders, ORDINAL))]


@pytest.mark.parametrize(
    ("direction", "nulls", "expected"),
    [
        ("ASC", "LAST", ["1", "2", "3"]),
        ("ASC", "FIRST", ["3", "1", "2"]),
        ("DESC", "LAST", ["2", "1", "3"]),
        ("DESC", "FIRST", ["3", "2", "1"]),
    ],
)
def test_rows_without_a_value_stand_at_the_end_that_was_asked_for(
    direction: str, nulls: str, expected: list[str]
) -> None:
    rows = [ticket("1", due_at=NOW), ticket("2", due_at=NOW + timedelta(days=1)), ticket("3", due_at=None)]
    order = TicketOrder(field=TicketOrderField.DUE_AT, direction=OrderDirection(direction), nulls=NullsOrder(nulls))
    assert ids(rows, order) == expected


def test_words_go_by_their_meaning_and_equal_ones_by_their_last_update() -> None:
    rows = [
        ticket("1", priority=TicketPriority.LOW, updated_at=NOW),
        ticket("2", priority=TicketPriority.URGENT, updated_at=NOW - timedelta(days=1)),
        ticket("3", priority=TicketPriority.URGENT, updated_at=NOW),
        ticket("4", priority=TicketPriority.NONE, updated_at=NOW),
    ]
    assert ids(rows, TicketOrder(field=TicketOrderField.PRIORITY)) == ["3", "2", "1", "4"]
    statuses = [ticket("1", status=TicketStatus.CLOSED), ticket("2", status=TicketStatus.NEW)]
    assert ids(statuses, TicketOrder(field=TicketOrderField.STATUS, direction=OrderDirection.ASC)) == ["2", "1"]


def test_each_order_in_turn_and_ties_in_the_direction_of_the_last() -> None:
    rows = [
        ticket("1", subject="b"),
        ticket("2", subject="A"),
        ticket("3", subject="a"),
        ticket("3", desk="zd", subject="a"),
    ]
    by_subject = TicketOrder(field=TicketOrderField.SUBJECT, direction=OrderDirection.ASC)
    assert [(row.helpdesk, row.remote_id) for row in sorted(rows, key=ticket_rank([by_subject], ORDINAL))] == [
        ("fd", "2"), ("fd", "3"), ("zd", "3"), ("fd", "1"),
    ]  # fmt: skip
    by_status = TicketOrder(field=TicketOrderField.STATUS, direction=OrderDirection.DESC)
    assert ids(rows[:3], by_status, by_subject) == ["2", "3", "1"]
    assert ids(rows[1:3], by_subject, by_status) == ["3", "2"]


def test_custom_fields_and_numbers() -> None:
    rows = [ticket(str(n), custom_fields={"cf": value}) for n, value in ((1, 10), (2, 9.5), (3, -2), (4, None))]
    order = TicketOrder(field=TicketOrderField.CUSTOM_FIELD, direction=OrderDirection.ASC, custom_field="cf")
    assert ids(rows, order) == ["3", "2", "1", "4"]
    assert ids([ticket("9"), ticket("10")], TicketOrder(field=TicketOrderField.NUMBER)) == ["10", "9"]


def test_other_records() -> None:
    people = [msgspec.structs.replace(DESKS["fd"].contact(str(n)), name=name) for n, name in ((1, "Bo"), (2, "ann"))]
    by_name = record_rank([RecordOrder(field=RecordOrderField.NAME)], ORDINAL)
    assert [one.remote_id for one in sorted(people, key=by_name)] == ["2", "1"]
    articles = [msgspec.structs.replace(DESKS["fd"].article(str(n)), views=views) for n, views in ((1, 5), (2, None))]
    by_views = record_rank([RecordOrder(field=RecordOrderField.VIEWS, direction=OrderDirection.DESC)], ORDINAL)
    assert [one.remote_id for one in sorted(articles, key=by_views)] == ["1", "2"]
