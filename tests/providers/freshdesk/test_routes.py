"""Which call answers which question; what no call can answer is refused with the nearest form."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from models.enums import Channel, Lifecycle, OrderDirection, TicketOrderField, TicketPriority, TicketStatus, TicketType
from models.errors import Unsupported
from models.queries import TicketFilter, TicketOrder, TicketQuery, TimeRange
from providers.freshdesk.mapping_fields import UNKNOWN_FIELDS
from providers.freshdesk.routes import Listed, Searched, route

JAN = datetime(2025, 1, 10, 12, tzinfo=UTC)
ASC = TicketOrder(direction=OrderDirection.ASC)
CREATED = TicketOrder(field=TicketOrderField.CREATED_AT)
CREATED_ASC = TicketOrder(field=TicketOrderField.CREATED_AT, direction=OrderDirection.ASC)


def ask(known, order: TicketOrder = TicketOrder(), bound: frozenset[str] | None = None, **asked: object):
    return route(TicketQuery(filter=TicketFilter(**asked), order=order), bound, known)


def test_everything_is_one_list(known):
    found = ask(known)
    assert isinstance(found, Listed)
    assert [dict(part.params) for part in found.parts] == [{}]


@pytest.mark.parametrize(
    ("asked", "params"),
    [
        ({"requester_id": "7"}, {"requester_id": "7"}),
        ({"requester_email": "a+b@example.test"}, {"email": "a+b@example.test"}),
        ({"organization_id": "4"}, {"company_id": "4"}),
        ({"lifecycle": (Lifecycle.SPAM,)}, {"filter": "spam"}),
        ({"lifecycle": (Lifecycle.DELETED,)}, {"filter": "deleted"}),
        ({"requester_id": "7", "organization_id": "4"}, {"requester_id": "7"}),
        ({"organization_id": "4", "status": (TicketStatus.OPEN,)}, {"company_id": "4"}),
        ({"requester_id": "7", "channel": (Channel.PHONE,)}, {"requester_id": "7"}),
        ({"organization_id": "4", "updated_at": TimeRange(lt=JAN)}, {"company_id": "4"}),
    ],
)
def test_what_the_list_filters_itself_or_makes_short(known, asked, params):
    found = ask(known, **asked)
    assert isinstance(found, Listed)
    assert [dict(part.params) for part in found.parts] == [params]


def test_a_bound_caller_reads_one_list_per_organization(known):
    found = ask(known, bound=frozenset({"10", "4"}), status=(TicketStatus.OPEN,))
    assert [dict(part.params) for part in found.parts] == [{"company_id": "4"}, {"company_id": "10"}]


@pytest.mark.parametrize(
    ("bound", "asked"),
    [
        (frozenset(), {}),
        (frozenset({"4"}), {"organization_id": "5"}),
        (None, {"organization_id": "abc"}),
        (None, {"assignee_id": "-1"}),
        (None, {"status": (TicketStatus.NEW,)}),
        (None, {"native_status": ("solved",)}),
        (None, {"priority": (TicketPriority.NONE,)}),
        (None, {"type": (TicketType.TASK,)}),
    ],
)
def test_what_cannot_match_costs_no_call(known, bound, asked):
    assert ask(known, bound=bound, **asked) is None


@pytest.mark.parametrize(
    ("asked", "expression"),
    [
        ({"status": (TicketStatus.OPEN,)}, "status:2"),
        ({"status": (TicketStatus.PENDING,)}, "(status:3 OR status:6)"),
        ({"status": (TicketStatus.UNKNOWN,)}, "(status:8 OR status:9)"),
        ({"native_status": ("7", "hold")}, "status:7"),
        ({"status": (TicketStatus.PENDING,), "native_status": ("6", "2")}, "status:6"),
        ({"priority": (TicketPriority.LOW, TicketPriority.URGENT)}, "(priority:1 OR priority:4)"),
        ({"type": (TicketType.FEATURE_REQUEST,)}, "type:'Feature Request'"),
        ({"type": (TicketType.OTHER, TicketType.NONE)}, "(type:'Lead' OR type:null)"),
        ({"tags_any": ("a", "b c")}, "(tag:'a' OR tag:'b c')"),
        ({"tags_all": ("a", "b")}, "tag:'a' AND tag:'b'"),
        ({"assignee_id": "9", "group_id": "8"}, "agent_id:9 AND group_id:8"),
        (
            {"assignee_id": "9", "created_at": TimeRange(gte=JAN, lt=JAN)},
            "agent_id:9 AND created_at:>'2025-01-09' AND created_at:<'2025-01-11'",
        ),
        ({"updated_at": TimeRange(lte=JAN)}, "updated_at:<'2025-01-11'"),
    ],
)
def test_the_rest_is_asked_of_the_search(known, asked, expression):
    found = ask(known, **asked)
    assert isinstance(found, Searched)
    assert found.expression == expression


@pytest.mark.parametrize(
    ("order", "asked", "listed"),
    [
        (TicketOrder(), {"updated_at": TimeRange(gte=JAN)}, True),
        (TicketOrder(), {"created_at": TimeRange(gt=JAN)}, True),
        (CREATED, {"created_at": TimeRange(gte=JAN)}, True),
        (CREATED, {"updated_at": TimeRange(gte=JAN)}, True),
        (ASC, {"updated_at": TimeRange(gte=JAN, lt=JAN)}, True),
        (CREATED_ASC, {"created_at": TimeRange(lte=JAN)}, True),
        (TicketOrder(), {"updated_at": TimeRange(lt=JAN)}, False),
        (ASC, {"created_at": TimeRange(lt=JAN)}, False),
        (CREATED, {"created_at": TimeRange(lt=JAN)}, False),
        (CREATED_ASC, {"updated_at": TimeRange(lt=JAN)}, False),
    ],
)
def test_bounds_in_time_are_listed_where_the_list_can_begin_or_end_there(known, order, asked, listed):
    assert isinstance(ask(known, order, **asked), Listed if listed else Searched)


def test_a_lower_bound_begins_at_the_first_second_that_can_match(known):
    half = JAN.replace(microsecond=500_000)
    assert ask(known, updated_at=TimeRange(gte=JAN)).since == JAN
    assert ask(known, updated_at=TimeRange(gt=JAN)).since == JAN.replace(second=1)
    assert ask(known, updated_at=TimeRange(gte=half)).since == JAN.replace(second=1)


@pytest.mark.parametrize(
    ("order", "asked", "field", "says"),
    [
        (TicketOrder(), {"external_id": "x"}, "externalId", "`requester.id`"),
        (TicketOrder(), {"channel": (Channel.PHONE,)}, "channel", "organization"),
        (TicketOrder(field=TicketOrderField.STATUS), {}, "order", "UPDATED_AT"),
        (TicketOrder(field=TicketOrderField.DUE_AT), {}, "order", "UPDATED_AT"),
        (TicketOrder(), {"lifecycle": (Lifecycle.ARCHIVED,)}, "lifecycle", "by its id"),
        (
            TicketOrder(),
            {"lifecycle": (Lifecycle.ACTIVE, Lifecycle.SPAM), "assignee_id": "1"},
            "lifecycle",
            "by itself",
        ),
        (TicketOrder(), {"tags_any": ("it's",)}, "tags", "quotes"),
        (TicketOrder(), {"tags_any": tuple(f"tag-number-{n}" for n in range(60))}, "filter", "fewer"),
    ],
)
def test_what_no_call_can_answer_names_the_field_and_the_nearest_form(known, order, asked, field, says):
    with pytest.raises(Unsupported) as caught:
        ask(known, order, **asked)
    assert caught.value.field == field
    assert says in caught.value.message


def test_without_the_account_s_words_the_vendor_s_own_are_asked_for():
    assert ask(UNKNOWN_FIELDS, status=(TicketStatus.PENDING,)).expression == "status:3"
    assert ask(UNKNOWN_FIELDS, type=(TicketType.PROBLEM,)).expression == "type:'Problem'"


def test_every_condition_is_held_against_each_row(known, account, payload, as_of):
    from providers.freshdesk import wire
    from providers.freshdesk.mapping_ticket import ticket

    def row(**changes: object):
        raw = {**payload("ticket_full"), **changes}
        return ticket(account, known, msgspec.convert(raw, wire.Ticket), raw, as_of)

    keep = ask(
        known,
        bound=frozenset({"990000000401"}),
        status=(TicketStatus.PENDING,),
        priority=(TicketPriority.HIGH,),
        type=(TicketType.INCIDENT,),
        channel=(Channel.EMAIL,),
        tags_all=("FIRE",),
        group_id="990000000601",
        created_at=TimeRange(gte=datetime(2025, 1, 1, tzinfo=UTC)),
    ).keep
    assert keep(row())
    for change in (
        {"company_id": None},
        {"company_id": 1},
        {"status": 2},
        {"priority": 1},
        {"type": None},
        {"source": 2},
        {"tags": ["hot"]},
        {"group_id": None},
        {"created_at": "2024-01-01T00:00:00Z"},
        {"spam": True},
        {"deleted": True},
    ):
        assert not keep(row(**change)), change
