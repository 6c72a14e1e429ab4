"""Time is passed in: a Clock that waits, and one for tests that moves only when told."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Wall time, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock for tests. `sleep` moves the clock itself when `auto` is on, else it waits for `advance`."""

    def __init__(self, start: datetime | None = None, *, auto: bool = True) -> None:
        self._start = start or datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
        self._elapsed = 0.0
        self._auto = auto
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        until = self._elapsed + max(0.0, seconds)
        if self._auto:
            await asyncio.sleep(0)
            self._elapsed = max(self._elapsed, until)
            return
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (until, next(self._order), future))
        await future

    def advance(self, seconds: float) -> None:
        self._elapsed += seconds
        while self._waiting and self._waiting[0][0] <= self._elapsed:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)
