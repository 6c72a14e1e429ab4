"""What each helpdesk is asked under a filter of global ids."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models import ids
from models.enums import Kind, OrderDirection, TicketOrderField
from models.errors import BadInput, Unsupported
from models.queries import TicketFilter, TicketOrder, TimeRange
from resolvers.filters import Chosen, Conditions, id_condition, lower_bound, one_order, single
from resolvers.tickets import ranked
from tests.resolvers.desk import two_desks

FD, ZD = (ids.encode(Kind.GROUP, key, "7") for key in ("fd", "zd"))


def groups(*values: str) -> Conditions[TicketFilter]:
    condition = id_condition(values, Kind.GROUP, target="group_id", field="filter.group.in")
    return Conditions(base=TicketFilter(tags_any=("a",)), ids=(condition,))


def test_each_helpdesk_gets_its_own_id_or_is_left_out() -> None:
    assert groups(FD).of("fd") == TicketFilter(tags_any=("a",), group_id="7")
    assert groups(FD).of("zd") is None
    assert groups(FD, ZD, FD).of("zd") == TicketFilter(tags_any=("a",), group_id="7")


def test_two_ids_of_one_helpdesk_are_refused_for_that_helpdesk() -> None:
    both = groups(FD, ids.encode(Kind.GROUP, "fd", "8"), ZD)
    with pytest.raises(Unsupported) as refused:
        both.of("fd")
    assert refused.value.helpdesk == "fd" and refused.value.field == "filter.group.in"
    assert both.of("zd") is not None


@pytest.mark.parametrize("values", [(), ("nonsense",), (ids.encode(Kind.AGENT, "fd", "7"),)])
def test_ids_that_are_none(values: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match=r"filter\.group\.in"):
        groups(*values)


def test_chosen_helpdesks() -> None:
    assert Chosen().has("fd")
    assert not Chosen(only=("zd",)).has("fd")
    assert not Chosen(only=("fd",), never=("fd",)).has("fd")
    assert not Chosen(only=()).has("fd")
    assert Conditions(base=TicketFilter(), chosen=Chosen(never=("fd",))).of("fd") is None


def test_what_live_lists_take_one_of() -> None:
    assert single(["x"], field="f") == "x"
    with pytest.raises(BadInput):
        single(["x", "y"], field="f")
    assert one_order([]) == TicketOrder()
    with pytest.raises(Unsupported):
        one_order([TicketOrder(), TicketOrder()])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert lower_bound(TimeRange(gte=now), field="f") == TimeRange(gte=now)
    with pytest.raises(Unsupported):
        lower_bound(TimeRange(lt=now), field="f")


@pytest.mark.parametrize("direction", list(OrderDirection))
@pytest.mark.parametrize("field", [TicketOrderField.CREATED_AT, TicketOrderField.UPDATED_AT])
def test_the_merge_key_orders_as_the_sources_do(direction: OrderDirection, field: TicketOrderField) -> None:
    desks = two_desks(count=12, step=0)
    rank = ranked(TicketOrder(field=field, direction=direction))
    rows = sorted((t for desk in desks.values() for t in desk.rows), key=rank)
    down = direction is OrderDirection.DESC
    for key in desks:
        mine = [int(t.remote_id) for t in rows if t.helpdesk == key]
        assert mine == sorted(mine, reverse=down)
    times = [t.updated_at for t in rows if t.updated_at]
    assert times == sorted(times, reverse=down)
