"""What is remembered for a while: whole lists that change slowly, and records by id. Scopes are checked after it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Generic, TypeVar

from cachetools import TTLCache

from runtime.clock import Clock

T = TypeVar("T")

LIST_SECONDS = 300.0
RECORD_SECONDS = 60.0
RECORDS = 20_000


class Remembered(Generic[T]):
    """One value, asked for once by all who need it, and again when it is old. `noted` is told of answers from here."""

    def __init__(
        self, clock: Clock, load: Callable[[], Awaitable[T]], noted: Callable[[], None], seconds: float = LIST_SECONDS
    ) -> None:
        self._clock = clock
        self._noted = noted
        self._load = load
        self._seconds = seconds
        self._value: tuple[T, float] | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> T:
        if (held := self._held()) is not None:
            self._noted()
            return held[0]
        async with self._lock:
            if (held := self._held()) is not None:
                self._noted()
                return held[0]
            value = await self._load()
            self._value = (value, self._clock.monotonic() + self._seconds)
            return value

    async def fresh(self) -> T:
        """Asked for now, and remembered."""
        self._value = None
        return await self.get()

    def _held(self) -> tuple[T, float] | None:
        return self._value if self._value and self._clock.monotonic() < self._value[1] else None


class Records(Generic[T]):
    """Records by id. `missing` ids are asked for in one batch; what the vendor does not know is not remembered.

    `noted` is told how many answers came from here.
    """

    def __init__(self, clock: Clock, noted: Callable[[int], None], seconds: float = RECORD_SECONDS) -> None:
        self._noted = noted
        self._kept: TTLCache[str, T] = TTLCache(RECORDS, seconds, timer=clock.monotonic)

    def put(self, ident: str, record: T) -> None:
        self._kept[ident] = record

    def get(self, ident: str) -> T | None:
        return self._kept.get(ident)

    async def many(
        self, ids: Iterable[str], load: Callable[[list[str]], Awaitable[Mapping[str, T]]]
    ) -> Mapping[str, T]:
        wanted = list(dict.fromkeys(ids))
        known = {ident: record for ident in wanted if (record := self._kept.get(ident)) is not None}
        if known:
            self._noted(len(known))
        missing = [ident for ident in wanted if ident not in known]
        if missing:
            loaded = await load(missing)
            self._kept.update(loaded)
            known.update(loaded)
        return known
