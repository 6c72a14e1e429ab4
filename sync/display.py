"""The sync, moving: a table on a terminal, a line now and then anywhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from models.enums import SyncStatus
from runtime.clock import Clock
from sync.progress import Progress

Look = Callable[[], Awaitable[Sequence[Progress]]]

LOOK_S = 0.5
LINE_S = 10.0
_COLOURS = {
    SyncStatus.LIVE: "green",
    SyncStatus.BACKFILLING: "cyan",
    SyncStatus.BEHIND: "yellow",
    SyncStatus.PARTIAL: "yellow",
    SyncStatus.PAUSED: "red",
    SyncStatus.FAILED: "bold red",
    SyncStatus.NEVER_RUN: "dim",
}


async def show(console: Console, look: Look, clock: Clock, stop: asyncio.Event) -> None:
    """Until `stop` is set; the last picture stays."""
    if console.is_terminal:
        await _table(console, look, clock, stop)
    else:
        await _lines(console, look, clock, stop)


async def _table(console: Console, look: Look, clock: Clock, stop: asyncio.Event) -> None:
    with Live(table(await look(), clock.now()), console=console, auto_refresh=False) as live:
        while not stop.is_set():
            await pause(clock, LOOK_S, stop)
            live.update(table(await look(), clock.now()), refresh=True)


async def _lines(console: Console, look: Look, clock: Clock, stop: asyncio.Event) -> None:
    said: dict[tuple[str, str], str] = {}
    while True:
        ending = stop.is_set()
        for one in await look():
            key, text = (one.state.helpdesk, one.state.kind), line(one, clock.now())
            if said.get(key) != text:
                said[key] = text
                console.print(text, markup=False, highlight=False, soft_wrap=True)
        if ending:
            return
        await pause(clock, LINE_S, stop)


async def pause(clock: Clock, seconds: float, stop: asyncio.Event) -> None:
    """For so long, or until `stop` is set."""
    waits = [asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def table(seen: Sequence[Progress], now: datetime) -> Table:
    made = Table(box=None, pad_edge=False, header_style="dim", collapse_padding=True)
    for name, right in (
        ("helpdesk", False),
        ("kind", False),
        ("status", False),
        ("rows", True),
        ("", False),
        ("rows/s", True),
        ("budget used", True),
        ("ends", True),
        ("", False),
    ):
        made.add_column(name, justify="right" if right else "left", no_wrap=True)
    before = None
    for one in seen:
        made.add_row(*_cells(one, now, first=one.state.helpdesk != before))
        before = one.state.helpdesk
    return made


def _cells(one: Progress, now: datetime, *, first: bool) -> list[RenderableType]:
    state = one.state
    return [
        Text(state.helpdesk if first else ""),
        Text(state.kind.lower()),
        Text(state.status.lower().replace("_", " "), style=_COLOURS[state.status]),
        Text(f"{state.processed:,}"),
        _bar(one),
        Text(f"{one.rows_per_s:,.0f}" if one.rows_per_s >= 0.5 else ""),
        Text(_share(one) if first else ""),
        Text(_ends(one, now)),
        Text(_remark(one), style="red" if state.last_error else "dim", overflow="ellipsis"),
    ]


def _bar(one: Progress) -> RenderableType:
    expected = one.state.expected
    if one.state.status is not SyncStatus.BACKFILLING or expected is None:
        return Text("")
    return ProgressBar(total=max(1, expected.value), completed=min(one.state.processed, expected.value), width=16)


def _share(one: Progress) -> str:
    return "" if one.budget_share is None else f"{one.budget_share:.0%}"


def _ends(one: Progress, now: datetime) -> str:
    return "" if one.ends_at is None else f"in {_span(one.ends_at - now)}"


def _remark(one: Progress) -> str:
    state = one.state
    if state.last_error is not None:
        return state.last_error.message or state.last_error.code or ""
    missing = state.coverage.known_missing
    parts = [f"{missing.value:,} missing"] if missing is not None and missing.value else []
    if state.lag_s is not None and state.finished_at is not None:
        parts.append(f"{_span(timedelta(seconds=state.lag_s))} old")
    return ", ".join(parts)


def _span(left: timedelta) -> str:
    seconds = max(0, round(left.total_seconds()))
    if seconds < 90:
        return f"{seconds} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"


def line(one: Progress, now: datetime) -> str:
    state = one.state
    parts = [
        f"{state.helpdesk} {state.kind.lower()}: {state.status.lower().replace('_', ' ')}, {state.processed:,} rows"
    ]
    if state.status is SyncStatus.BACKFILLING:
        parts += [f"of about {state.expected.value:,}"] if state.expected is not None else []
        parts += [f"{one.rows_per_s:,.0f}/s"] if one.rows_per_s >= 0.5 else []
        parts += [f"budget used {_share(one)}"] if one.budget_share is not None else []
        parts += [f"ends {_ends(one, now)}"] if one.ends_at is not None else []
    if state.last_error is not None:
        parts.append(_remark(one))
    return ", ".join(parts)
