"""Any question, in any order, from either end: the mirror answers what one gets by looking at every ticket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from models.conditions import All, Condition, Custom, Flag, IdIn, In, Null, Number, Related, Tags, Text
from models.enums import CountPrecision, NullsOrder, OrderDirection, TicketOrderField
from models.errors import BadInput, Unsupported
from models.queries import PageRequest, Scope, TicketOrder, TicketQuery
from models.records import Ticket
from runtime.clock import ManualClock
from storage.database import open_database
from storage.mirror.mirror import Mirror
from storage.mirror.walking import Limits
from storage.tenants import enter
from storage.values import text_key
from tests.storage.mirror.loading import Loader
from tests.storage.mirror.truth import listed, ordered
from tests.storage.mirror.worlds import CONDITIONS, DESKS, NOW, ORDERS, info, world
from tests.support.databases import KINDS, database_url

EVERYONE = Scope(tenant="t")
TINY = Limits(examined=23, far=23, windows=(0.3, 0.7), checked=(5, 5), few=12, runs=(4, 60, 900), values=6)


class Copy:
    """A world in a database, and a loop of its own to ask it in."""

    def __init__(self, kind: str, folder: Path, seed: int, size: int) -> None:
        self._runner = asyncio.Runner()
        self._stop = asyncio.Event()
        self.world = world(seed, size)
        self.clock = ManualClock(NOW)
        self._opened = self._runner.run(self._open(kind, folder))

    async def _open(self, kind: str, folder: Path) -> Any:
        opened = database_url(kind, folder)
        url = await opened.__aenter__()
        self.database = await open_database(url, readers=2)
        self.tenancy = await enter(self.database, "t", [info(desk) for desk in DESKS], self.clock)
        other = await enter(self.database, "other", [info(desk) for desk in DESKS], self.clock)
        for tenancy, tickets in ((self.tenancy, self.world.tickets), (other, world(99, 50).tickets)):
            loader = Loader(self.database, tenancy)
            await loader.tickets(tickets)
            await loader.contacts(self.world.contacts.values())
            await loader.organizations(self.world.organizations.values())
            await loader.agents(self.world.agents.values())
        return opened

    def mirror(self, limits: Limits) -> Mirror:
        return Mirror(self.database, self.tenancy, {desk: info(desk) for desk in DESKS}, self.clock, limits=limits)

    def run(self, work: Any) -> Any:
        return self._runner.run(work)

    def close(self) -> None:
        self.run(self.database.aclose())
        self.run(self._opened.__aexit__(None, None, None))
        self._runner.close()


@pytest.fixture(scope="module", params=KINDS)
def copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    made = Copy(request.param, tmp_path_factory.mktemp("mirror"), 1, 160)
    yield made
    made.close()


Fetch = Callable[[PageRequest], Awaitable[Any]]


async def walk(fetch: Fetch, size: int, *, backward: bool = False) -> list[Any]:
    """All rows in the list's order. A page may be short, and then says where to go on."""
    rows: list[Any] = []
    place: str | None = None
    for _ in range(3_000):
        side = {"before": place} if backward else {"after": place}
        page = await fetch(PageRequest(size=size, backward=backward, **side))
        assert len(page.rows) <= size
        rows = [*page.rows, *rows] if backward else [*rows, *page.rows]
        if not page.more:
            assert page.resume is None
            return rows
        assert page.resume or len(page.rows), "there is a way on"
        place = page.resume or page.rows[0 if backward else -1].place
    raise AssertionError("the list has no end")


def idents(rows: Sequence[Any]) -> list[tuple[str, str]]:
    return [(row.record.helpdesk, row.record.remote_id) for row in rows]


def truly(copy: Copy, where: Condition, orders: Sequence[TicketOrder], desks: Sequence[str]) -> list[Ticket]:
    return ordered(listed(copy.world, where, desks), orders, DESKS)


INACTIVE = Related(link="assignee", condition=Flag(field="active", value=False))
ELSEWHERE = Related(link="requester", condition=IdIn(field="organization", ids=(("north", "11"),)))
"""Of a helpdesk that is not asked."""
NUMBERED = [
    TicketOrder(field=TicketOrderField.NUMBER, direction=OrderDirection.DESC, nulls=NullsOrder.FIRST),
    TicketOrder(field=TicketOrderField.PRIORITY, direction=OrderDirection.DESC, nulls=NullsOrder.LAST),
]
"""Tickets of two helpdesks have the same number; a page ended between them once, and the second was lost."""
COPIES = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
questions = given(
    where=CONDITIONS,
    orders=ORDERS,
    desks=st.lists(st.sampled_from(DESKS), min_size=1, max_size=3, unique=True),
    size=st.sampled_from((2, 7, 40)),
    tiny=st.booleans(),
)


@settings(COPIES, max_examples=100, phases=[Phase.explicit, Phase.generate])
@example(where=ELSEWHERE, orders=[TicketOrder()], desks=["south"], size=7, tiny=True)
@example(where=INACTIVE, orders=NUMBERED, desks=["north", "south"], size=7, tiny=True)
@questions
def test_any_question_in_any_order(
    copy: Copy, where: Condition, orders: list[TicketOrder], desks: list[str], size: int, tiny: bool
) -> None:
    query = TicketQuery(order=orders[0], then=tuple(orders[1:]), where=where)
    mirror = copy.mirror(TINY if tiny else Limits())

    async def fetch(page: PageRequest) -> Any:
        return await mirror.tickets(EVERYONE, desks, query, page)

    expected = [(t.helpdesk, t.remote_id) for t in truly(copy, where, orders, desks)]
    try:
        found = idents(copy.run(walk(fetch, size)))
    except Unsupported as refusal:
        assert refusal.field == "order" and refusal.nearest and len(orders) > 1
        return
    except BadInput as refusal:
        assert "too many" in refusal.message
        return
    assert found == expected
    assert idents(copy.run(walk(fetch, size, backward=True))) == expected


async def test_a_range_of_few_values_is_read_value_by_value(copy: Copy) -> None:
    """However few rows may be looked at: each that is read fits, and is the next."""
    where = Custom("cf_size", Number("", gte=-5, lt=40))
    mirror = copy.mirror(Limits(examined=1, far=1, windows=(1.0,), checked=(), few=0, values=1_000))
    expected = [(t.helpdesk, t.remote_id) for t in truly(copy, where, [TicketOrder()], DESKS)]
    page = await asyncio.to_thread(
        copy.run, mirror.tickets(EVERYONE, DESKS, TicketQuery(where=where), PageRequest(size=40))
    )
    assert idents(page.rows) == expected[:40] and len(expected) > 20
    assert page.more is (len(expected) > 40)


OTHER_FIELDS = (
    Custom("cf_many", Null("", is_null=False)),
    Custom("cf_many", In("", ("red", "blue"))),
    Custom("cf_flag", Flag("", value=True)),
    Custom("cf_size", Number("", gte=2, lt=4)),
    Custom("cf_size", Number("", gte=2)),
)
WALKING = Limits(few=0)


@pytest.mark.parametrize("where", OTHER_FIELDS, ids=str)
@pytest.mark.parametrize("desks", [("north",), DESKS], ids=len)
async def test_the_order_of_one_field_and_a_filter_on_another(
    copy: Copy, where: Condition, desks: Sequence[str]
) -> None:
    """Each once, those with a value first, in its order: by the lists of the one field, not of the other."""
    order = TicketOrder(
        field=TicketOrderField.CUSTOM_FIELD,
        custom_field="cf_color",
        direction=OrderDirection.ASC,
        nulls=NullsOrder.LAST,
    )
    mirror = copy.mirror(WALKING)

    async def fetch(page: PageRequest) -> Any:
        return await mirror.tickets(EVERYONE, desks, TicketQuery(order=order, where=where), page)

    rows = await asyncio.to_thread(copy.run, walk(fetch, 7))
    found = idents(rows)
    assert len(found) == len(set(found)), "no ticket twice"
    assert set(found) == {(t.helpdesk, t.remote_id) for t in listed(copy.world, where, desks)}
    colors = [row.record.custom_fields.get("cf_color") for row in rows]
    keys = [text_key(one) if isinstance(one, str) else None for one in colors]
    there = [key for key in keys if key]
    assert keys[: len(there)] == sorted(there)


@pytest.mark.parametrize("desks", [("north",), DESKS], ids=len)
@pytest.mark.parametrize("values", [0, 1_000])
async def test_a_ticket_of_several_values_counts_once(copy: Copy, desks: Sequence[str], values: int) -> None:
    mirror = copy.mirror(Limits(values=values))
    several = Custom("cf_many", Text("", "startsWith", ("",)))
    for where in (several, All((several, Tags("tags", any_of=("vip", "refund"))))):
        found = await asyncio.to_thread(copy.run, mirror.count_tickets(EVERYONE, desks, TicketQuery(where=where)))
        assert found.precision is CountPrecision.EXACT
        assert found.value == len(listed(copy.world, where, desks))
