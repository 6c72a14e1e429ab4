"""The rate budget of an account: what its buckets still allow in this window.

`SharedBudget` is what a budget shared by many processes must do; it lives above (storage) and is given in.
`LocalBudget` is the same promise inside one process. Neither waits: they say how long, and `admission` waits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from providers.upstream.policy import FamilyPolicy, Lane, Observation
from providers.upstream.window import Window
from runtime.clock import Clock

BUCKETS_KEPT = 64  # vendors name buckets in headers; a hostile one could name millions


@dataclass(frozen=True, slots=True)
class Bucket:
    name: str
    policy: FamilyPolicy


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not now. `throttled` means the vendor itself said so (429)."""

    seconds: float
    bucket: str
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """What a call took, and from which window of each bucket; handed back when it is answered."""

    cost: int
    lane: Lane
    windows: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class BudgetState:
    family: str
    limit: int | None
    remaining: int | None
    reset_seconds: float
    throttled_seconds: float = 0.0


class SharedBudget(Protocol):
    async def take(
        self, account: str, buckets: Sequence[Bucket], cost: int, lane: Lane, share: float
    ) -> Charge | Refusal:
        """All buckets or none. The background lane may take `share` of a window at most."""
        ...

    async def answered(self, account: str, charge: Charge, seen: Iterable[Observation]) -> None: ...

    async def throttle(self, account: str, bucket: str, seconds: float, *, whole_account: bool) -> None:
        """The vendor refused a call of this bucket: nothing leaves from it, or from the account, for so long."""
        ...

    def states(self, account: str) -> Mapping[str, BudgetState]:
        """As last seen by this process."""
        ...


@dataclass(slots=True)
class _Account:
    windows: dict[str, Window] = field(default_factory=dict)
    throttled_until: float = -math.inf

    def window(self, name: str, policy: FamilyPolicy) -> Window:
        if name not in self.windows:
            self.windows[name] = Window(policy.total, policy.window)
        return self.windows[name]


class LocalBudget:
    """The budget of every account this process talks to, in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts: dict[str, _Account] = {}

    async def take(
        self, account: str, buckets: Sequence[Bucket], cost: int, lane: Lane, share: float
    ) -> Charge | Refusal:
        now = self._clock.monotonic()
        held = self._account(account)
        if held.throttled_until > now:
            return Refusal(held.throttled_until - now, "account", throttled=True)
        windows = [(bucket.name, held.window(bucket.name, bucket.policy)) for bucket in buckets]
        for name, window in windows:
            window.advance(now)
            if window.throttled_until > now:
                return Refusal(window.throttled_until - now, name, throttled=True)
            if (wait := window.wait(now, cost, lane, share)) > 0:
                return Refusal(wait, name)
        for _, window in windows:
            window.take(cost, lane)
        return Charge(cost, lane, tuple((name, window.number) for name, window in windows))

    async def answered(self, account: str, charge: Charge, seen: Iterable[Observation]) -> None:
        now = self._clock.monotonic()
        held = self._account(account)
        numbers = dict(charge.windows)
        for name in numbers:
            held.windows[name].advance(now)
            held.windows[name].answered(now, charge.cost, charge.lane)
        for observation in seen:
            if observation.family not in held.windows and len(held.windows) >= BUCKETS_KEPT:
                continue
            window = held.window(observation.family, FamilyPolicy(observation.total))
            current = numbers.get(observation.family, window.number) == window.number
            window.observe(now, observation, current=current)

    async def throttle(self, account: str, bucket: str, seconds: float, *, whole_account: bool) -> None:
        until = self._clock.monotonic() + seconds
        held = self._account(account)
        held.windows[bucket].throttle(until)
        if whole_account:
            held.throttled_until = max(held.throttled_until, until)

    def states(self, account: str) -> Mapping[str, BudgetState]:
        now = self._clock.monotonic()
        held = self._account(account)
        return {name: self._state(name, window, held, now) for name, window in held.windows.items()}

    def _state(self, name: str, window: Window, held: _Account, now: float) -> BudgetState:
        window.advance(now)
        throttled = max(0.0, held.throttled_until - now, window.throttled_until - now)
        return BudgetState(name, window.limit, window.left(), window.full_in(now), throttled)

    def _account(self, account: str) -> _Account:
        return self._accounts.setdefault(account, _Account())
