"""What is told of a sync under way."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from datetime import timedelta

from rich.console import Console

from models.enums import CountPrecision, SyncKind, SyncStatus
from models.records import Budget, Count, RemoteProblem
from models.sync import SyncState
from runtime.clock import ManualClock
from sync.display import line, show, table
from sync.progress import Progress, Rates, share_of
from tests.sync.desk import ScriptedDesk


def state(processed: int, status: SyncStatus = SyncStatus.BACKFILLING, expected: int | None = 10_000) -> SyncState:
    return SyncState(
        helpdesk="desk",
        kind=SyncKind.TICKETS,
        status=status,
        processed=processed,
        expected=None if expected is None else Count(value=expected, precision=CountPrecision.ESTIMATE),
    )


def test_the_rate_is_that_of_the_last_half_minute_and_tells_the_end() -> None:
    clock = ManualClock()
    rates = Rates({"desk": ScriptedDesk(clock)})
    for second in range(0, 61, 10):
        (seen,) = rates.progress([state(second * 50)], at=float(second), now=clock.now())
    assert seen.rows_per_s == 50.0
    assert seen.budget_share is not None and round(seen.budget_share, 2) == 0.4
    assert seen.ends_at == clock.now() + timedelta(seconds=(10_000 - 3_000) / 50)
    for second in range(70, 131, 10):
        (seen,) = rates.progress([state(3_000)], at=float(second), now=clock.now())
    assert seen.rows_per_s == 0.0 and seen.ends_at is None


def test_nothing_is_said_of_an_end_that_nobody_knows() -> None:
    clock = ManualClock()
    rates = Rates({})
    for second in (0, 10):
        (seen,) = rates.progress([state(second * 10, expected=None)], at=float(second), now=clock.now())
    assert seen.rows_per_s == 10.0 and seen.ends_at is None and seen.budget_share is None
    assert share_of(Budget()) is None and share_of(Budget(limit=100, remaining=100)) == 0.0


def seen_so_far(clock: ManualClock) -> list[Progress]:
    failed = SyncState(
        helpdesk="desk",
        kind=SyncKind.CONTACTS,
        status=SyncStatus.FAILED,
        last_error=RemoteProblem(code="WINDOW_STUCK", message="It cannot be read on."),
    )
    ends = clock.now() + timedelta(minutes=7)
    return [
        Progress(state=state(2_500), rows_per_s=41.7, budget_share=0.63, ends_at=ends),
        Progress(state=failed, budget_share=0.63),
    ]


def test_a_line_says_all_there_is_to_say() -> None:
    clock = ManualClock()
    first, second = seen_so_far(clock)
    said = "desk tickets: backfilling, 2,500 rows, of about 10,000, 42/s, budget used 63%, ends in 7 min"
    assert line(first, clock.now()) == said
    assert line(second, clock.now()) == "desk contacts: failed, 0 rows, It cannot be read on."


def test_the_table_shows_rows_rate_share_and_end() -> None:
    clock = ManualClock()
    out = io.StringIO()
    Console(file=out, width=160).print(table(seen_so_far(clock), clock.now()))
    shown = out.getvalue()
    for word in (
        "tickets",
        "backfilling",
        "2,500",
        "42",
        "63%",
        "in 7 min",
        "contacts",
        "failed",
        "It cannot be read on",
    ):
        assert word in shown


async def test_the_display_goes_on_until_it_is_told_to_stop_and_says_only_what_is_new() -> None:
    clock, stop, looks = ManualClock(), asyncio.Event(), 0

    async def look() -> Sequence[Progress]:
        nonlocal looks
        looks += 1
        if looks == 3:
            stop.set()
        return [Progress(state=state(100 if looks < 3 else 200))]

    for terminal, said in ((False, 2), (True, 1)):
        looks = 0
        stop.clear()
        out = io.StringIO()
        await asyncio.wait_for(show(Console(file=out, force_terminal=terminal, width=160), look, clock, stop), 10)
        assert looks >= 3
        assert out.getvalue().count("backfilling") >= said
        assert "200" in out.getvalue()
    assert clock.monotonic() > 10.0
