"""Figures are what counting the same rows one by one comes to, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from models.conditions import All, Condition, In, Not, Null, Text, Time, Within
from models.enums import Kind, Lifecycle, TicketDimension, TicketMeasure, TicketStatus, TimeBucket, Vendor
from models.errors import BadInput, Unsupported
from models.ids import encode
from models.queries import Scope, TimeRange
from models.records import Group, HelpdeskInfo
from models.stats import StatsQuery, StatsRow
from runtime.clock import ManualClock
from storage import codec, ranks
from storage.database import Database
from storage.statements import Statement
from storage.stats import figures
from storage.stats.figures import ticket_stats
from storage.tables.people import groups
from storage.tables.tickets import ticket_counts, tickets
from storage.tenants import Tenancy, enter
from storage.values import number_of

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
EVERYONE = Scope(tenant="acme")
DESKS = tuple(
    HelpdeskInfo(key=key, vendor=vendor, name=key, url=f"https://{key}.example")
    for key, vendor in (("fd", Vendor.FRESHDESK), ("zd", Vendor.ZENDESK))
)
KEYS = {1: "fd", 2: "zd"}
D: TypeAlias = TicketDimension
M: TypeAlias = TicketMeasure
Rows = Sequence[dict[str, Any]]
_ADD, _COUNT, _GROUP = Statement(insert(tickets)), Statement(insert(ticket_counts)), Statement(insert(groups))


def some_tickets(dice: random.Random, number: int) -> list[dict[str, Any]]:
    """Of half a year with both changes of the clocks, gaps in all that may be missing."""

    def maybe(value: Any) -> Any:
        return value if dice.random() < 0.7 else None

    rows = []
    for num in range(number):
        created = maybe(int(datetime(2025, 9, 1, tzinfo=UTC).timestamp()) + dice.randrange(220 * 86_400))
        lifecycle = dice.choice([Lifecycle.ACTIVE] * 5 + [Lifecycle.ARCHIVED, Lifecycle.DELETED])
        rows.append(
            {
                "shown": ranks.shown(lifecycle),
                "updated_at": dice.randrange(10**9),
                "helpdesk": dice.choice((1, 2)),
                "num": num,
                "created_at": created,
                "resolved_at": maybe((created or 0) + dice.randrange(10**6)),
                "first_responded_at": maybe((created or 0) + dice.randrange(10**5)),
                "lifecycle": ranks.LIFECYCLE.number(lifecycle),
                "status": dice.choice(list(ranks.STATUS.all().values())),
                "priority": dice.choice(list(ranks.PRIORITY.all().values())),
                "type": dice.choice(list(ranks.TYPE.all().values())),
                "channel": dice.choice(list(ranks.CHANNEL.all().values())[:4]),
                "assignee": maybe(dice.randrange(3)),
                "grp": maybe(dice.choice((5, 6, number_of("text-id")))),
                "org": maybe(dice.randrange(3)),
                "sla_breached": maybe(dice.randrange(2)),
                "reopens": maybe(dice.randrange(3)),
                "satisfaction": maybe(dice.randrange(2)),
            }
        )
    return rows


FIXED = {"native_status": "x", "comments_due": 0, "version": 1, "as_of": 1, "detail": 0, "origin": 0, "seq": 0}


def whole(row: dict[str, Any], tenant: int) -> dict[str, Any]:
    empty = dict.fromkeys(tickets.c.keys())
    return {**empty, **FIXED, "tenant": tenant, "card": b"", **row}


async def fill(db: Database, rows: Rows) -> Tenancy:
    tenancy = await enter(db, "acme", DESKS, ManualClock(NOW))
    counted = Counter((r["helpdesk"], r["lifecycle"], r["status"], r["priority"]) for r in rows)
    names = ("helpdesk", "lifecycle", "status", "priority")
    async with db.write(tenancy.number) as session:
        await session.run_many(_ADD, [whole(row, tenancy.number) for row in rows])
        kept = [dict(zip(names, key, strict=True)) | {"tenant": tenancy.number, "n": n} for key, n in counted.items()]
        await session.run_many(_COUNT, kept)
        await session.run_many(_GROUP, [group(tenancy.number, helpdesk) for helpdesk in KEYS])
    return tenancy


def group(tenant: int, helpdesk: int) -> dict[str, Any]:
    record = Group(helpdesk=KEYS[helpdesk], remote_id="text-id", name="Texts", as_of=NOW)
    row = {"helpdesk": helpdesk, "num": number_of("text-id"), "shown": 1, "lifecycle": 0, "card": codec.card(record)}
    return {**dict.fromkeys(groups.c.keys()), **FIXED, "tenant": tenant, **row}


def counted(rows: Rows, query: StatsQuery) -> tuple[StatsRow, ...]:
    """One by one."""
    by_key: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        by_key.setdefault(tuple(key(row, d, query) for d in query.group_by), []).append(row)
    if not query.group_by:
        by_key.setdefault((), [])
    order = sorted(by_key, key=lambda k: [(v is None, v[0] if v else 0) for v in k])
    return tuple(
        StatsRow(
            keys=tuple(v and v[1] for v in k), values=tuple(figure(by_key[k], measure) for measure in query.measures)
        )
        for k in order
    )


def key(row: dict[str, Any], dimension: D, query: StatsQuery) -> tuple[Any, str] | None:
    """What it is sorted by, and what is told."""
    words: dict[D, ranks.Ranks[Any]] = {
        D.STATUS: ranks.STATUS,
        D.PRIORITY: ranks.PRIORITY,
        D.CHANNEL: ranks.CHANNEL,
        D.TYPE: ranks.TYPE,
    }
    links = {
        D.GROUP: ("grp", Kind.GROUP),
        D.ASSIGNEE: ("assignee", Kind.AGENT),
        D.ORGANIZATION: ("org", Kind.ORGANIZATION),
    }
    if dimension is D.HELPDESK:
        return row["helpdesk"], KEYS[row["helpdesk"]]
    if dimension in words:
        number = row[dimension.value.lower()]
        return number, words[dimension].word(number).value
    if dimension in links:
        column, kind = links[dimension]
        num = row[column]
        remote = "text-id" if num == number_of("text-id") else str(num)
        return None if num is None else ((row["helpdesk"], num), encode(kind, KEYS[row["helpdesk"]], remote))
    second = row[dimension.value.lower()]
    if second is None:
        return None
    zone = ZoneInfo(query.zone)
    day = datetime.fromtimestamp(second, zone).date()
    if query.bucket is TimeBucket.WEEK:
        day -= timedelta(days=day.weekday())
    if query.bucket is TimeBucket.MONTH:
        day = day.replace(day=1)
    return day, datetime(day.year, day.month, day.day, tzinfo=zone).isoformat().replace("+00:00", "Z")


def figure(rows: Rows, measure: M) -> float | None:
    def told(column: str) -> list[Any]:
        return [row[column] for row in rows if row[column] is not None]

    def ratio(part: Callable[[dict[str, Any]], bool], among: Rows) -> float | None:
        return sum(map(part, among)) / len(among) if among else None

    name, _, what = measure.value.partition("_")
    if name in ("AVG", "P90"):
        end = "first_responded_at" if what == "FIRST_RESPONSE" else "resolved_at"
        both = [row for row in rows if row[end] is not None and row["created_at"] is not None]
        values = sorted(row[end] - row["created_at"] for row in both)
        if not values:
            return None
        return float(sum(values) / len(values) if name == "AVG" else values[-(-9 * len(values) // 10) - 1])
    match measure:
        case M.COUNT:
            return len(rows)
        case M.RESOLUTION_RATE:
            done = {ranks.STATUS.number(TicketStatus.RESOLVED), ranks.STATUS.number(TicketStatus.CLOSED)}
            return ratio(lambda row: row["status"] in done, rows)
        case M.SLA_BREACHED:
            return sum(told("sla_breached")) if told("sla_breached") else None
        case M.REOPENED:
            return sum(times > 0 for times in told("reopens")) if told("reopens") else None
        case M.SATISFACTION:
            return ratio(lambda row: row["satisfaction"] == 1, [r for r in rows if r["satisfaction"] is not None])
    raise AssertionError(measure)


def since(day: datetime) -> Condition:
    return Time("createdAt", TimeRange(gte=day))


HALF = datetime(2025, 12, 1, tzinfo=UTC)
FILTERS: tuple[tuple[Condition | None, Callable[[dict[str, Any]], bool]], ...] = (
    (None, lambda row: row["shown"] == 1),
    (All(), lambda row: row["shown"] == 1),
    (since(HALF), lambda row: row["shown"] == 1 and (row["created_at"] or 0) >= HALF.timestamp()),
    (Not(since(HALF)), lambda row: row["shown"] == 1 and (row["created_at"] or 0) < HALF.timestamp()),
    (In("helpdesk", ("zd",)), lambda row: row["shown"] == 1 and row["helpdesk"] == 2),
    (In("lifecycle", ("DELETED",)), lambda row: row["shown"] == 0),
    (In("status", ("OPEN", "CLOSED")), lambda row: row["shown"] == 1 and row["status"] in (20, 60)),
    (Null("group"), lambda row: row["shown"] == 1 and row["grp"] is None),
    (
        Within("createdAt", 60 * 86_400),
        lambda row: row["shown"] == 1 and 0 <= NOW.timestamp() - (row["created_at"] or 0) <= 60 * 86_400,
    ),
    (In("status", ()), lambda row: False),
)


async def test_figures_are_what_counting_one_by_one_comes_to(db: Database) -> None:
    dice = random.Random(11)
    rows = some_tickets(dice, 400)
    tenancy = await fill(db, rows)
    for turn in range(60):
        where, fits = FILTERS[turn % len(FILTERS)]
        query = StatsQuery(
            group_by=tuple(dice.sample(list(D), dice.randrange(3))),
            measures=tuple(dice.sample(list(M), dice.randrange(1, 5))),
            bucket=dice.choice((TimeBucket.DAY, TimeBucket.WEEK, TimeBucket.MONTH)),
            zone=dice.choice(("UTC", "Europe/Berlin", "America/New_York")),
        )
        found = await ticket_stats(db, tenancy, EVERYONE, ("fd", "zd"), where, query, NOW)
        expected = counted([row for row in rows if fits(row)], query)
        assert [row.keys for row in found] == [row.keys for row in expected], (where, query)
        for ours, theirs in zip(found, expected, strict=True):
            assert ours.values == pytest.approx(theirs.values), (where, query, ours.keys)


async def test_every_measure_by_each_dimension_alone(db: Database) -> None:
    rows = some_tickets(random.Random(3), 150)
    tenancy = await fill(db, rows)
    for dimension in D:
        query = StatsQuery(group_by=(dimension,), measures=tuple(M), zone="Europe/Berlin")
        found = await ticket_stats(db, tenancy, EVERYONE, ("fd", "zd"), None, query, NOW)
        expected = counted([row for row in rows if row["shown"]], query)
        assert [row.keys for row in found] == [row.keys for row in expected]
        assert [row.values for row in found] == [pytest.approx(row.values) for row in expected]


async def test_hours_of_the_day_when_clocks_go_back(db: Database) -> None:
    first = int(datetime(2025, 10, 25, 23, 30, tzinfo=UTC).timestamp())
    rows = [
        {**row, "created_at": first + n * 3_600, "shown": 1} for n, row in enumerate(some_tickets(random.Random(1), 4))
    ]
    tenancy = await fill(db, rows)
    query = StatsQuery(group_by=(D.CREATED_AT,), measures=(M.COUNT,), bucket=TimeBucket.HOUR, zone="Europe/Berlin")
    found = await ticket_stats(db, tenancy, EVERYONE, ("fd", "zd"), None, query, NOW)
    hours = ["01:00:00+02:00", "02:00:00+02:00", "02:00:00+01:00", "03:00:00+01:00"]
    assert [row.keys for row in found] == [(f"2025-10-26T{hour}",) for hour in hours]


async def test_a_bound_caller_counts_its_own_tickets_only(db: Database) -> None:
    rows = some_tickets(random.Random(5), 200)
    tenancy = await fill(db, rows)
    query = StatsQuery(group_by=(D.HELPDESK, D.STATUS), measures=(M.COUNT, M.P90_RESOLUTION))
    bound = Scope(tenant="acme", organizations={"fd": frozenset({"1", "2"})})
    found = await ticket_stats(db, tenancy, bound, ("fd", "zd"), None, query, NOW)
    mine = [row for row in rows if row["shown"] and row["helpdesk"] == 1 and row["org"] in (1, 2)]
    assert found == counted(mine, query) and mine
    nobody = Scope(tenant="acme", organizations={})
    assert await ticket_stats(db, tenancy, nobody, ("fd", "zd"), None, query, NOW) == ()


async def test_nothing_to_count(db: Database) -> None:
    tenancy = await fill(db, [])
    query = StatsQuery(group_by=(), measures=tuple(M))
    (row,) = await ticket_stats(db, tenancy, EVERYONE, ("fd", "zd"), None, query, NOW)
    assert row.values == (0, *([None] * (len(M) - 1)))
    assert await ticket_stats(db, tenancy, EVERYONE, (), None, query, NOW) == (row,)
    for dimension in D:
        by_one = StatsQuery(group_by=(dimension,), measures=(M.COUNT, M.P90_FIRST_RESPONSE), bucket=TimeBucket.MONTH)
        assert await ticket_stats(db, tenancy, EVERYONE, ("fd", "zd"), None, by_one, NOW) == ()


async def test_other_tenants_are_not_counted(db: Database) -> None:
    await fill(db, some_tickets(random.Random(2), 20))
    other = await enter(db, "other", DESKS, ManualClock(NOW))
    query = StatsQuery(group_by=(D.CHANNEL,), measures=(M.COUNT,))
    assert await ticket_stats(db, other, Scope(tenant="other"), ("fd", "zd"), None, query, NOW) == ()


async def test_what_cannot_be_counted_is_told(db: Database) -> None:
    tenancy = await fill(db, some_tickets(random.Random(8), 60))
    hours = StatsQuery(group_by=(D.CREATED_AT,), measures=(M.COUNT,), bucket=TimeBucket.HOUR)
    strict = Text("subject", "contains", ("X",), case_sensitive=True)
    with pytest.raises(Unsupported, match="`caseSensitive`"):
        await ticket_stats(db, tenancy, EVERYONE, ("fd", "zd"), strict, hours, NOW)
    with pytest.raises(BadInput, match="more than 10 groups"):
        await ticket_stats(db, tenancy, EVERYONE, ("fd", "zd"), None, hours, NOW, most=figures.Most(rows=10))
    with pytest.raises(BadInput, match="More than 10 tickets") as caught:
        await ticket_stats(db, tenancy, EVERYONE, ("fd", "zd"), None, hours, NOW, most=figures.Most(tickets=10))
    assert caught.value.field == "filter"
    last = Time("createdAt", TimeRange(gte=datetime(2027, 1, 1, tzinfo=UTC)))
    assert (
        await ticket_stats(db, tenancy, EVERYONE, ("fd", "zd"), last, hours, NOW, most=figures.Most(tickets=10)) == ()
    )
