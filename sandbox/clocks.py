"""A clock whose wall time can be shifted, stopped and set, over the clock the process really has."""

from __future__ import annotations

from datetime import datetime, timedelta

from runtime.clock import Clock


class SandboxClock:
    """Wall time = the base clock's, plus a shift, unless frozen. Waiting stays the base clock's; the measure only ever
    jumps forward, by what `advance` is told."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._shift = timedelta()
        self._advanced = 0.0
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        return self._frozen or self._base.now() + self._shift

    def monotonic(self) -> float:
        return self._base.monotonic() + self._advanced

    async def sleep(self, seconds: float) -> None:
        await self._base.sleep(seconds)

    @property
    def frozen(self) -> bool:
        return self._frozen is not None

    def freeze(self) -> None:
        self._frozen = self.now()

    def thaw(self) -> None:
        """Time goes on from where it was stopped."""
        if self._frozen is not None:
            self._shift = self._frozen - self._base.now()
            self._frozen = None

    def advance(self, seconds: float) -> None:
        if self._frozen is not None:
            self._frozen += timedelta(seconds=seconds)
        self._shift += timedelta(seconds=seconds)
        self._advanced += max(0.0, seconds)

    def set(self, moment: datetime) -> None:
        if self._frozen is not None:
            self._frozen = moment
        self._shift = moment - self._base.now()
