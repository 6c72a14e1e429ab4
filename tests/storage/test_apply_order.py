"""Whatever order readings arrive in, one state: first of the rule itself, then of every row on both databases."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.changes import Gone
from models.enums import DetailLevel, FreshnessSource, Kind, Lifecycle
from models.records import Contact, Sla, Ticket
from storage.apply.desk import Desk
from storage.apply.held import Reading, Shape, fresh
from storage.apply.joining import join
from storage.apply.people import CONTACTS
from storage.apply.readings import gone_reading, read
from storage.apply.tickets import SHAPE, reading_of
from storage.database import Database
from storage.tenants import Tenancy
from tests.storage.copying import at, contact, copy_desk, everything_of, file, gone, listed, ticket

NOWHERE: Any = type("NoSession", (), {"tenant": 1})()
TENANCY = Tenancy(1, {"desk": 1})


def told(event: Any, now: float) -> Reading:
    desk = Desk(NOWHERE, TENANCY, "desk", FreshnessSource.SYNC, at(now))
    if isinstance(event, Gone):
        (found,) = read(desk, event.kind, [event], gone_reading)
    elif isinstance(event, Ticket):
        (found,) = read(desk, Kind.TICKET, [event], reading_of)
    else:
        (found,) = read(desk, Kind.CONTACT, [event], CONTACTS.reading)
    assert not desk.unfit
    return found


def state(shape: Shape, readings: Any) -> Any:
    held = fresh(shape, "desk", 7, "7")
    for reading in readings:
        join(held, reading)
    marks, seen = held.marks(), held.seen if held.dead or held.seen > held.as_of else None
    raw = held.new_raw if held.raw_moved else None
    return (held.version, held.as_of, held.dead, held.whole, held.card, held.parts, held.places, marks, seen, raw)


def one_state(shape: Shape, events: list[tuple[Any, float]]) -> None:
    readings = [told(event, now) for event, now in events]
    states = [state(shape, order) for order in itertools.permutations(readings)]
    for other in states:
        assert other == states[0]


@st.composite
def tickets_read(draw: st.DrawFn, version: int, second: int) -> Ticket:
    """A list row or a whole record, with whatever part of it came along."""
    lifecycle = draw(st.sampled_from([Lifecycle.ACTIVE] * 4 + [Lifecycle.ARCHIVED, Lifecycle.DELETED, Lifecycle.SPAM]))
    make = draw(st.sampled_from([listed, ticket]))
    return make(
        "7",
        version,
        second,
        subject=f"s{second}",
        lifecycle=lifecycle,
        assignee_id=draw(st.sampled_from([None, f"1{second}"])),
        resolved_at=draw(st.sampled_from([None, at(second)])),
        reopens=draw(st.sampled_from([None, second])),
        sla=draw(st.sampled_from([None, Sla(breached=bool(second % 2))])),
        tags=tuple(draw(st.sets(st.sampled_from("abc"), max_size=2))),
        body_text=draw(st.sampled_from([None, f"text {second}"])),
        body_html=draw(st.sampled_from([None, f"<p>{second}"])),
        attachments=draw(st.sampled_from([None, (), (file(f"7/0/{second}"),)])),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Any, float]]:
    """Five events. Either tombstones have a vendor's time, and versions and moments of reading come as they like; or
    there may be one without, and no later reading shows an older version than an earlier one."""
    tidy = draw(st.booleans())
    seconds = draw(st.permutations(range(100, 105)))
    versions = draw(st.lists(st.integers(1, 3), min_size=5, max_size=5))
    if tidy:
        versions, seconds = sorted(versions), sorted(seconds)
    events: list[tuple[Any, float]] = []
    for version, second in zip(versions, seconds, strict=True):
        if draw(st.integers(0, 3)) == 0:
            word = draw(st.sampled_from([Lifecycle.DELETED, Lifecycle.SPAM, Lifecycle.PURGED, Lifecycle.MERGED]))
            dated = None if tidy and draw(st.booleans()) else version
            merged = f"2{second}" if word is Lifecycle.MERGED else None
            events.append((gone("7", word, dated, merged_into_id=merged), second))
        else:
            events.append((draw(tickets_read(version, second)), second))
    return events


@settings(max_examples=60, deadline=None)
@given(histories())
def test_all_orders_of_five_readings_of_a_ticket_end_in_one_state(events: list[tuple[Any, float]]) -> None:
    one_state(SHAPE, events)


@st.composite
def contacts_read(draw: st.DrawFn) -> list[tuple[Any, float]]:
    events: list[tuple[Any, float]] = []
    for second in draw(st.permutations(range(100, 104))):
        version = draw(st.integers(1, 3))
        if draw(st.integers(0, 4)) == 0:
            events.append((gone("7", Lifecycle.DELETED, version, kind=Kind.CONTACT), second))
            continue
        detail = draw(st.sampled_from(list(DetailLevel)))
        values: dict[str, Any] = {
            "detail": detail,
            "job_title": draw(st.sampled_from([None, f"job {second}"])),
            "tags": tuple(draw(st.sets(st.sampled_from("ab"), max_size=1))),
            "custom_fields": draw(st.sampled_from([{}, {"n": second}])),
        }
        events.append((contact("7", version, second, name=f"n{second}", **values), second))
    return events


@settings(max_examples=40, deadline=None)
@given(contacts_read())
def test_all_orders_of_four_readings_of_a_contact_end_in_one_state(events: list[tuple[Any, float]]) -> None:
    one_state(CONTACTS.shape, events)


def test_who_only_came_along_gives_way_in_every_order() -> None:
    def along(second: float, name: str) -> Reading:
        found = told(contact("7", None, second, name=name, detail=DetailLevel.LISTED), second)
        found.version = -1
        return found

    known = told(contact("7", 1, 50, name="Ann"), 50)
    dead = told(gone("7", kind=Kind.CONTACT), 60)
    for order in itertools.permutations([along(90, "A."), known, along(95, "Ann K.")]):
        found = fresh(CONTACTS.shape, "desk", 7, "7")
        for reading in order:
            join(found, reading)
        assert isinstance(found.record, Contact) and found.record.name == "Ann"
    for order in itertools.permutations([along(90, "A."), dead]):
        found = fresh(CONTACTS.shape, "desk", 7, "7")
        for reading in order:
            join(found, reading)
        assert found.dead and found.record.name is None


numbers = itertools.count(7_000_001)
ON_A_DATABASE: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
    "phases": [Phase.explicit, Phase.generate],  # what fails is told as it is: to shorten it would take minutes
}


async def one_copy(db: Database, events: list[tuple[Any, float]], orders: list[Any]) -> None:
    """Each order for a ticket of its own; every row that it leaves is compared, in all tables."""
    desk = await copy_desk(db)
    first: Any = None
    for order in orders:
        ident = str(next(numbers))
        for event, now in order:
            await desk.apply(renamed(event, ident), now=now)
        found = await everything_of(desk, ident)
        first = first or found
        assert found == first


def renamed(event: Any, ident: str) -> Any:
    if isinstance(event, Gone):
        return msgspec.structs.replace(event, remote_id=ident)
    files = event.attachments and tuple(
        msgspec.structs.replace(one, remote_id=one.remote_id.replace("7/0/", f"{ident}/0/"))
        for one in event.attachments
    )
    raw = {"v": event.as_of.timestamp()}
    return msgspec.structs.replace(event, remote_id=ident, number=ident, attachments=files, raw=raw)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@settings(max_examples=5, **ON_A_DATABASE)
@given(histories(), st.randoms(use_true_random=False))
async def test_every_row_is_the_same_in_every_order(db: Database, events: Any, random: Any) -> None:
    orders = [events, events[::-1], *(random.sample(events, 5) for _ in range(2))]
    await one_copy(db, events, orders)


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
@settings(max_examples=2, **ON_A_DATABASE)
@given(histories(), st.randoms(use_true_random=False))
async def test_every_row_is_the_same_in_every_order_on_postgresql(db: Database, events: Any, random: Any) -> None:
    await one_copy(db, events, [events, events[::-1], random.sample(events, 5), random.sample(events, 5)])
