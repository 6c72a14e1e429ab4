"""Figures through GraphQL: the same numbers as a count by hand, with how current and how whole they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.enums import Lifecycle, SyncKind, TicketStatus
from models.queries import Scope
from tests.schema.asking import Answer, ask
from tests.schema.copied import Copied, open_copied

STATS = """query($by: [TicketDimension!]!, $measures: [TicketMeasure!]!, $filter: TicketFilter, $bucket: TimeBucket,
    $zone: String! = "UTC") {
  ticketStats(groupBy: $by, measures: $measures, filter: $filter, bucket: $bucket, zone: $zone) {
    asOf coverage { complete to knownMissing { value precision } } rows { keys values } } }"""


@pytest.fixture
async def copied(tmp_path: Path) -> AsyncIterator[Copied]:
    async with open_copied(tmp_path, count=9, step=700) as made:
        await made.fill()
        yield made


async def answer(copied: Copied, by: list[str], measures: list[str], scope: Scope | None = None, **more: Any) -> Answer:
    return await ask(copied.desks, STATS, context=copied.context(scope), by=by, measures=measures, **more)


async def stats(copied: Copied, by: list[str], measures: list[str], scope: Scope | None = None, **more: Any) -> Any:
    found = await answer(copied, by, measures, scope, **more)
    assert found.errors == []
    return found.data["ticketStats"]


def told(found: Any) -> dict[tuple[str | None, ...], list[float | None]]:
    return {tuple(row["keys"]): row["values"] for row in found["rows"]}


def tickets(copied: Copied) -> list[Any]:
    return [row for desk in copied.desks.values() for row in desk.rows]


async def test_counts_are_those_of_a_count_by_hand(copied: Copied) -> None:
    await copied.change("fd", 3, status=TicketStatus.PENDING)
    await copied.lose("zd", 2, Lifecycle.SPAM)
    counted = Counter((row.helpdesk, row.status.value) for row in tickets(copied) if row.helpdesk == "fd")
    by_both = told(await stats(copied, ["HELPDESK", "STATUS"], ["COUNT"], filter={"helpdesk": {"in": ["fd"]}}))
    assert by_both == {key: [float(n)] for key, n in counted.items()}
    assert told(await stats(copied, [], ["COUNT", "RESOLUTION_RATE"])) == {(): [17.0, 7 / 17]}
    spam = await stats(copied, ["HELPDESK"], ["COUNT"], filter={"lifecycle": {"in": ["SPAM"]}})
    assert told(spam) == {("zd",): [1.0]}


async def test_time_is_cut_in_the_zone_that_is_asked_for(copied: Copied) -> None:
    counted = Counter(
        (row.created_at + timedelta(hours=9)).date() for row in tickets(copied) if row.created_at is not None
    )
    found = told(await stats(copied, ["CREATED_AT"], ["COUNT"], bucket="DAY", zone="Asia/Seoul"))
    assert len(found) > 3
    assert {key[0][:10]: values[0] for key, values in found.items() if key[0]} == {
        day.isoformat(): float(n) for day, n in counted.items()
    }
    assert all(key[0] and key[0].endswith("+09:00") for key in found)


async def test_keys_of_records_are_ids_that_can_be_asked(copied: Copied) -> None:
    found = told(await stats(copied, ["ORGANIZATION"], ["COUNT"]))
    ids = [key[0] for key in found if key[0] is not None]
    assert len(ids) == 2 and found[(None,)] == [8.0]
    nodes = await ask(
        copied.desks,
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Organization { name helpdesk { key } } } }",
        context=copied.context(),
        ids=ids,
    )
    assert {node["helpdesk"]["key"] for node in nodes.data["nodes"]} == {"fd", "zd"}


async def test_a_bound_caller_counts_their_own(copied: Copied) -> None:
    ours = Scope(tenant="t", organizations={"fd": frozenset({"401"})})
    assert told(await stats(copied, ["HELPDESK"], ["COUNT"], ours)) == {("fd",): [5.0]}


async def test_figures_say_how_old_and_how_whole_they_are(copied: Copied) -> None:
    found = await stats(copied, ["HELPDESK"], ["COUNT"])
    assert found["asOf"] == "2026-01-15T12:00:00Z" and found["coverage"]["complete"]
    earlier = copied.clock.now() - timedelta(hours=2)
    await copied.finished("zd", SyncKind.TICKETS, watermark=earlier)
    assert (await stats(copied, [], ["COUNT"]))["asOf"] == "2026-01-15T10:00:00Z"
    fd = await stats(copied, [], ["COUNT"], filter={"helpdesk": {"in": ["fd"]}})
    assert fd["asOf"] == "2026-01-15T12:00:00Z"
    copied.store.helpdesks = ("fd",)
    assert not (await stats(copied, [], ["COUNT"]))["coverage"]["complete"]
    refused = await answer(copied, [], ["COUNT"], filter={"helpdesk": {"in": ["zd"]}})
    assert refused.errors == [(["ticketStats"], "UNSUPPORTED_BY_HELPDESK")]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"measures": []}, "measures"),
        ({"measures": ["COUNT", "COUNT"]}, "measures"),
        ({"by": ["STATUS", "STATUS"]}, "groupBy"),
        ({"by": ["STATUS", "PRIORITY", "TYPE", "CHANNEL"]}, "groupBy"),
        ({"bucket": "WEEK"}, "bucket"),
        ({"zone": "Middle/Earth"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"filter": {"helpdesk": {"in": ["nope"]}}}, "filter.helpdesk"),
    ],
)
async def test_what_cannot_be_meant_is_refused(copied: Copied, asked: dict[str, Any], field: str) -> None:
    refused = await answer(copied, **{"by": ["STATUS"], "measures": ["COUNT"], **asked})
    assert refused.errors == [(["ticketStats"], "BAD_USER_INPUT")] and f"`{field}" in refused.messages[0]
