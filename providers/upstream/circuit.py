"""A circuit breaker: when a helpdesk fails again and again, ask it rarely and answer fast."""

from __future__ import annotations

import asyncio
from collections import deque

from providers.upstream.policy import UpstreamPolicy
from runtime.clock import Clock

PROBE_WAIT = 1.0  # told to callers while a probe is out


class Circuit:
    """Closed until 5 failures in a row or half of the last 20 within 30 s; then open for a growing pause, then one
    probe at a time decides, and whoever meets it waits for its verdict."""

    def __init__(self, policy: UpstreamPolicy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._recent: deque[tuple[float, bool]] = deque(maxlen=policy.circuit_sample)
        self._consecutive = 0
        self._pause = 0.0
        self._closed_until: float | None = None  # None: the circuit is closed and calls flow
        self._probe: asyncio.Event | None = None  # set when the probe that is out has come back
        self._probe_since = 0.0

    @property
    def state(self) -> str:
        if self._closed_until is None:
            return "closed"
        return "half-open" if self._probe or self._clock.monotonic() >= self._closed_until else "open"

    def refusal(self) -> float | None:
        """Seconds until asking makes sense again; None when a call may go now."""
        if self._closed_until is None:
            return None
        left = self._closed_until - self._clock.monotonic()
        if left > 0:
            return left
        return PROBE_WAIT if self._probe else None

    async def verdict(self, seconds: float) -> None:
        """Waits while a probe is out, at most `seconds`. One that is out for long tells enough by that: calls do not
        pile up behind it. A probe nothing was learned from is followed by another, maybe one of those waiting."""
        until = self._clock.monotonic() + seconds
        while self._probe is not None:
            latest = min(until, self._probe_since + self._policy.circuit_probe_wait)
            left = latest - self._clock.monotonic()
            if left <= 0:
                return
            try:
                async with asyncio.timeout(left):
                    await self._probe.wait()
            except TimeoutError:
                return

    def begin(self) -> bool:
        """A call leaves. True when it is the probe whose outcome decides."""
        if self._closed_until is None:
            return False
        self._probe, self._probe_since = asyncio.Event(), self._clock.monotonic()
        return True

    def end(self, ok: bool | None, probe: bool) -> None:
        """The call came back: True, False, or None when nothing can be learned (the caller left)."""
        if probe and self._probe is not None:
            self._probe.set()  # those who waited go on when this has been counted
            self._probe = None
        stray = self._closed_until is not None and not probe  # left before the circuit opened
        if ok is None or stray:
            return
        if ok:
            self._succeeded(probe)
        else:
            self._failed(probe)

    def _succeeded(self, probe: bool) -> None:
        self._consecutive = 0
        self._recent.append((self._clock.monotonic(), True))
        if probe:
            self._closed_until, self._pause = None, 0.0
            self._recent.clear()

    def _failed(self, probe: bool) -> None:
        self._consecutive += 1
        self._recent.append((self._clock.monotonic(), False))
        if probe or self._failing():
            self._open()

    def _failing(self) -> bool:
        if self._consecutive >= self._policy.circuit_consecutive:
            return True
        since = self._clock.monotonic() - self._policy.circuit_window
        recent = [ok for at, ok in self._recent if at >= since]
        return len(recent) >= self._policy.circuit_sample and recent.count(False) >= self._policy.circuit_share * len(
            recent
        )

    def _open(self) -> None:
        self._pause = min(self._policy.circuit_pause_cap, self._pause * 2 or self._policy.circuit_pause)
        self._closed_until = self._clock.monotonic() + self._pause
