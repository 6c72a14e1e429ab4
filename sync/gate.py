"""Whose page is read next, when a helpdesk has more streams than may be read at once."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """So many turns of one helpdesk at a time. While several wait, each gets turns in proportion to its weight: the
    heavy ones come first, and nobody waits for ever."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._served: dict[str, float] = {}
        self._now = 0.0
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, str, float, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, name: str, weight: int) -> AsyncIterator[None]:
        await self._enter(name, 1.0 / weight)
        try:
            yield
        finally:
            self._free += 1
            asyncio.get_running_loop().call_soon(self._wake)  # whoever leaves may stand in line again first

    async def _enter(self, name: str, stride: float) -> None:
        start = max(self._served.get(name, 0.0), self._now) + stride
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (start, next(self._order), name, start, mine))
        self._wake()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # its turn had come in the same moment
                self._free += 1
            self._wake()
            raise

    def _wake(self) -> None:
        while self._free and self._waiting:
            _, _, name, start, turn = heapq.heappop(self._waiting)
            if turn.done():
                continue
            self._free -= 1
            self._now = max(self._now, start)
            self._served[name] = start
            turn.set_result(None)
