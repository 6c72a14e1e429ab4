"""A few hundred random tickets with the people behind them, and random questions about them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from models.conditions import (
    All,
    AnyOf,
    Custom,
    Flag,
    IdIn,
    In,
    Not,
    Null,
    Number,
    Related,
    Tags,
    Text,
    Time,
    Within,
)
from models.enums import (
    AgentRole,
    Channel,
    ContactState,
    Lifecycle,
    NullsOrder,
    OrderDirection,
    Provenance,
    TicketOrderField,
    TicketPriority,
    TicketStatus,
    TicketType,
    Vendor,
)
from models.queries import TicketOrder, TimeRange
from models.records import Agent, Attachment, Contact, HelpdeskInfo, NativeStatus, Organization, Ticket
from tests.storage.mirror.truth import World

DESKS = ("north", "south", "west")
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LONG = "Straße " * 12
SUBJECTS = (
    "Printer", "printer on fire", "PRINTER", "Drucker", "Ärger mit 100%", "a_b", "aXb", "back\\slash", "",
    "日本語の件名", "Re: Printer", LONG, LONG + "eins", LONG + "ZWEI", LONG.upper() + "zwei", "ﬁnal", "Final",
)  # fmt: skip
TAGS = ("vip", "VIP", "refund", "käse", "a,b")
FIELDS = ("cf_color", "cf_size", "cf_flag", "cf_many", "cf_day")
COLORS = ("red", "Red", "deep red", "7", "07", "blue" * 20, "blue" * 20 + "ish")
FILE = Attachment(helpdesk="north", remote_id="1", file_name="a.txt", content_type="text/plain")


def info(key: str) -> HelpdeskInfo:
    return HelpdeskInfo(key=key, vendor=Vendor.ZENDESK, name=key, url=f"https://{key}.example")


def world(seed: int, size: int) -> World:
    chance = random.Random(seed)
    contacts = {(c.helpdesk, c.remote_id): c for c in _contacts(chance)}
    organizations = {(o.helpdesk, o.remote_id): o for o in _organizations(chance)}
    agents = {(a.helpdesk, a.remote_id): a for a in _agents()}
    tickets = {(t.helpdesk, t.remote_id): t for t in (_ticket(chance) for _ in range(size))}
    return World(list(tickets.values()), contacts, organizations, agents, NOW)


def _moment(chance: random.Random, days: int) -> datetime:
    """Few enough that many are equal."""
    return NOW - timedelta(hours=chance.randint(0, days * 2) * 12)


def _maybe(chance: random.Random, value: Any, often: float = 0.6) -> Any:
    return value if chance.random() < often else None


def _ticket(chance: random.Random) -> Ticket:
    status = chance.choice(list(TicketStatus))
    shown = chance.choices([*Lifecycle], [60, 10, 4, 4, 2, 4])[0]
    return Ticket(
        helpdesk=chance.choices(DESKS, [5, 4, 1])[0],
        remote_id=str(chance.choice((chance.randint(1, 900), 10**15 + chance.randint(1, 99)))),
        created_at=_maybe(chance, _moment(chance, 40), 0.95),
        updated_at=_moment(chance, 20),
        lifecycle=shown,
        as_of=NOW,
        number="1",
        version="1",
        external_id=_maybe(chance, chance.choice(("order-1", "order-2", "X")), 0.3),
        subject=_maybe(chance, chance.choice(SUBJECTS), 0.95),
        status=status,
        status_native=NativeStatus(
            value=chance.choice(("2", "3", "open")), label="", category=status, provenance=Provenance.EXACT
        ),
        priority=chance.choice(list(TicketPriority)),
        type=chance.choice(list(TicketType)),
        channel=chance.choice(list(Channel)),
        tags=tuple(chance.sample(TAGS, chance.randint(0, 3))),
        requester_id=_maybe(chance, str(chance.randint(100, 112))),
        assignee_id=_maybe(chance, str(chance.randint(1, 4))),
        group_id=_maybe(chance, str(chance.randint(1, 3))),
        organization_id=_maybe(chance, str(chance.randint(10, 15))),
        product_id=_maybe(chance, str(chance.randint(1, 2))),
        due_at=_maybe(chance, _moment(chance, 30), 0.5),
        resolved_at=_maybe(chance, _moment(chance, 30), 0.4),
        closed_at=_maybe(chance, _moment(chance, 30), 0.2),
        custom_fields=_fields(chance),
        attachments=chance.choice((None, (), (FILE,))),
    )


def _fields(chance: random.Random) -> dict[str, Any]:
    found = {
        "cf_color": chance.choice((*COLORS, None, "")),
        "cf_size": chance.choice((1, 2.5, -3, "4", "04", "x", None)),
        "cf_flag": chance.choice((True, False, None)),
        "cf_many": chance.choice((["red", "blue"], [], ["Red"], None)),
        "cf_day": chance.choice(("2026-01-10", "2026-01-12T10:00:00Z", "soon", None)),
    }
    return {name: found[name] for name in FIELDS if chance.random() < 0.8}


def _contacts(chance: random.Random) -> list[Contact]:
    return [
        Contact(
            helpdesk=desk,
            remote_id=str(number),
            as_of=NOW,
            created_at=_moment(chance, 40),
            updated_at=_moment(chance, 20),
            name=_maybe(chance, chance.choice(("Ann", "ann lee", "Bob", LONG + "Eva")), 0.9),
            email=_maybe(chance, f"person{number % 7}@{chance.choice(('One.example', 'two.example'))}".lower(), 0.8),
            phone=_maybe(chance, f"+49 {number % 3}", 0.5),
            state=chance.choice(list(ContactState)),
            external_id=_maybe(chance, f"crm-{number % 4}", 0.5),
            organization_id=str(10 + number % 6) if number % 3 else None,
            organization_ids=tuple(str(10 + (number + more) % 6) for more in range(number % 3)),
        )
        for desk in DESKS
        for number in range(100, 110)
    ]


def _organizations(chance: random.Random) -> list[Organization]:
    return [
        Organization(
            helpdesk=desk,
            remote_id=str(number),
            as_of=NOW,
            updated_at=_moment(chance, 20),
            created_at=_moment(chance, 20),
            name=chance.choice(("Acme", "acme GmbH", "Zeta", LONG)),
            external_id=_maybe(chance, f"o-{number % 3}", 0.5),
        )
        for desk in DESKS
        for number in range(10, 15)
    ]


def _agents() -> list[Agent]:
    return [
        Agent(
            helpdesk=desk,
            remote_id=str(number),
            as_of=NOW,
            name=f"Agent {number}",
            email=f"agent{number}@{desk}.example",
            active=number != 3,
            role=AgentRole.AGENT,
        )
        for desk in DESKS
        for number in range(1, 4)
    ]


# Questions


def some(values: Sequence[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(list(values)), min_size=1, max_size=most).map(tuple)


def pairs(numbers: Sequence[int]) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    pair = st.tuples(st.sampled_from((*DESKS, "nowhere")), st.sampled_from([str(n) for n in numbers]))
    return st.lists(pair, min_size=1, max_size=4).map(tuple)


_moments = st.integers(0, 80).map(lambda n: NOW - timedelta(hours=n * 12))
_odd = st.sampled_from((timedelta(0), timedelta(microseconds=1), timedelta(seconds=1), -timedelta(microseconds=1)))
_bound = st.one_of(st.none(), st.tuples(_moments, _odd).map(lambda pair: pair[0] + pair[1]))


@st.composite
def ranges(draw: st.DrawFn) -> TimeRange:
    low, high = draw(_bound), draw(_bound)
    lower: Any = {draw(st.sampled_from(("gt", "gte"))): low}
    upper: Any = {draw(st.sampled_from(("lt", "lte"))): high}
    return TimeRange(**lower, **upper)


def texts(name: str, values: Sequence[str]) -> st.SearchStrategy[Text]:
    parts = st.sampled_from([*values, *(v[1:-1] for v in values), *(v[:4] for v in values), "ZWEI", "%", "_", "\\"])
    return st.builds(
        Text,
        st.just(name),
        st.sampled_from(("eq", "in", "startsWith", "contains")),
        st.lists(parts, min_size=1, max_size=2).map(tuple),
        st.booleans(),
    )


_numbers = st.one_of(st.none(), st.sampled_from((-3.0, 0.0, 1.0, 2.5, 4.0, 7.0)))
CUSTOM = st.one_of(
    texts("", COLORS),
    some(COLORS).map(lambda values: In("", values)),
    st.builds(Number, st.just(""), _numbers, _numbers, _numbers, _numbers, _numbers),
    st.booleans().map(lambda value: Flag("", value)),
    st.booleans().map(lambda value: Null("", value)),
    ranges().filter(lambda r: r != TimeRange()).map(lambda r: Time("", r)),
)
NULLABLE = (
    "requester",
    "assignee",
    "group",
    "organization",
    "dueAt",
    "resolvedAt",
    "subject",
    "externalId",
    "createdAt",
)
TIMES = ("createdAt", "updatedAt", "dueAt", "resolvedAt", "closedAt")
CONTACT_LEAF = st.one_of(
    st.builds(Text, st.just("email"), st.just("eq"), some([f"person{n}@one.example" for n in range(7)], 1)),
    st.builds(Text, st.just("name"), st.sampled_from(("eq", "startsWith")), some(("ann", "bob", "straße"), 1)),
    some(("crm-1", "crm-2")).map(lambda values: In("externalId", values)),
    some(("one.example",)).map(lambda values: In("emailDomain", values)),
    some(list(ContactState)).map(lambda values: In("state", values)),
    pairs(range(10, 16)).map(lambda ids: IdIn("organization", ids)),
    st.just(Null("email")),
)
ORGANIZATION_LEAF = st.one_of(
    st.builds(Text, st.just("name"), st.sampled_from(("eq", "startsWith")), some(("acme", "zeta", "straße"), 1)),
    some(("o-1", "o-2")).map(lambda values: In("externalId", values)),
    ranges().map(lambda r: Time("updatedAt", r)),
)
AGENT_LEAF = st.one_of(
    st.booleans().map(lambda value: Flag("active", value)),
    some(("agent1@north.example", "agent2@south.example"), 2).map(lambda values: Text("email", "in", values)),
)


def combined(leaf: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Any]:
    def more(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, min_size=0, max_size=3).map(tuple)
        return st.one_of(several.map(All), several.map(AnyOf), inner.map(Not))

    return st.recursive(leaf, more, max_leaves=most)


LEAF = st.one_of(
    some(list(TicketStatus)).map(lambda values: In("status", values)),
    some(list(TicketPriority)).map(lambda values: In("priority", values)),
    some(list(TicketType)).map(lambda values: In("type", values)),
    some(list(Channel), 6).map(lambda values: In("channel", values)),
    some(list(Lifecycle)).map(lambda values: In("lifecycle", values)),
    some(("2", "3", "open")).map(lambda values: In("nativeStatus", values)),
    some((*DESKS, "nowhere")).map(lambda values: In("helpdesk", values)),
    some(("order-1", "order-2", "x")).map(lambda values: In("externalId", values)),
    some(("1", "2")).map(lambda values: In("product", values)),
    pairs(range(1, 900, 7)).map(lambda ids: IdIn("id", ids)),
    pairs(range(100, 113)).map(lambda ids: IdIn("requester", ids)),
    pairs(range(1, 6)).map(lambda ids: IdIn("assignee", ids)),
    pairs(range(1, 5)).map(lambda ids: IdIn("group", ids)),
    pairs(range(10, 17)).map(lambda ids: IdIn("organization", ids)),
    st.builds(Time, st.sampled_from(TIMES), ranges()),
    st.builds(Within, st.sampled_from(TIMES), st.integers(-10, 40).map(lambda n: n * 43_200.0)),
    texts("subject", SUBJECTS),
    st.booleans().map(lambda value: Flag("hasAttachments", value)),
    st.builds(
        Tags,
        st.just("tags"),
        st.lists(st.sampled_from(TAGS), max_size=2).map(tuple),
        st.lists(st.sampled_from((*TAGS, "none")), max_size=2).map(tuple),
        st.lists(st.sampled_from(TAGS), max_size=2).map(tuple),
    ),
    st.builds(Null, st.sampled_from(NULLABLE), st.booleans()),
    st.builds(Custom, st.sampled_from(FIELDS), CUSTOM, st.sampled_from((None, *DESKS))),
    combined(CONTACT_LEAF, 2).map(lambda inner: Related("requester", inner)),
    combined(ORGANIZATION_LEAF, 2).map(lambda inner: Related("organization", inner)),
    AGENT_LEAF.map(lambda inner: Related("assignee", inner)),
)
CONDITIONS = combined(LEAF, 5)
ORDER = st.builds(
    TicketOrder,
    field=st.sampled_from([field for field in TicketOrderField if field is not TicketOrderField.CUSTOM_FIELD]),
    direction=st.sampled_from(list(OrderDirection)),
    nulls=st.sampled_from(list(NullsOrder)),
)
ORDERS = st.one_of(
    st.lists(ORDER, min_size=1, max_size=1), st.lists(ORDER, min_size=1, max_size=3, unique_by=lambda one: one.field)
)
