"""One bucket of an account, counted so that the vendor's own count cannot be higher.

Nobody tells where a vendor's minute begins, unless it sends the seconds to its reset. Without them a call is counted
for a whole window after its answer, so that no window the vendor may draw holds more than the limit. With them the
count is cleared at the vendor's own boundary.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from providers.upstream.policy import Lane, Observation

RESET_MARGIN = 1.0  # resets come in whole seconds, rounded who knows how
GRAIN = 0.05  # calls answered this close together are counted as one entry


@dataclass(slots=True)
class _Entry:
    returns: float
    cost: int
    background: int


@dataclass(slots=True)
class Window:
    limit: int | None
    length: float
    number: int = 0
    used: int = 0  # answered within the last window, plus what is on its way, plus what others used
    background: int = 0
    flying: int = 0
    throttled_until: float = -math.inf
    boundary: float | None = None  # when the vendor has said its window ends
    _entries: deque[_Entry] = field(default_factory=deque)

    def values(self, grain: float) -> list[Any]:
        """All there is to it, as JSON takes it, for `of`. What comes back within the same stretch of `grain` seconds
        comes back at its end."""
        returned: dict[float, list[Any]] = {}
        for entry in self._entries:
            end = math.ceil(entry.returns / grain - 1e-6) * grain
            cost, background = returned.get(end, (end, 0, 0))[1:]
            returned[end] = [end, cost + entry.cost, background + entry.background]
        throttled = None if self.throttled_until == -math.inf else self.throttled_until
        counts = [self.limit, self.length, self.number, self.used, self.background, self.flying]
        return [*counts, throttled, self.boundary, [*returned.values()]]

    @classmethod
    def of(cls, values: list[Any]) -> Window:
        limit, length, number, used, background, flying, throttled, boundary, entries = values
        until = -math.inf if throttled is None else throttled
        there = deque(_Entry(*entry) for entry in entries)
        return cls(limit, length, number, used, background, flying, until, boundary, there)

    def advance(self, now: float) -> None:
        """Gives back what is older than a window, or all of it when the vendor's own window has ended."""
        if self.boundary is not None and now >= self.boundary:
            self._clear(before=self.boundary - 2 * RESET_MARGIN)
        while self._entries and self._entries[0].returns <= now:
            self._give_back(self._entries.popleft())

    def wait(self, now: float, cost: int, lane: Lane, share: float) -> float:
        """Seconds until a call of this cost may go; 0.0 for now."""
        if self.limit is None:
            return 0.0
        # A call dearer than the whole limit goes when nothing else was used: the vendor will tell.
        over = self.used + cost - self.limit if self.used else 0
        sync = self.background + cost - math.floor(self.limit * share)
        over_share = sync if lane is Lane.BACKGROUND and self.background else 0
        if over <= 0 and over_share <= 0:
            return 0.0
        return min(self._returned(over, over_share), self.boundary or math.inf, now + self.length) - now

    def take(self, cost: int, lane: Lane) -> None:
        self.used += cost
        self.flying += cost
        if lane is Lane.BACKGROUND:
            self.background += cost

    def answered(self, now: float, cost: int, lane: Lane) -> None:
        self.flying -= cost
        self._enter(now, cost, cost if lane is Lane.BACKGROUND else 0)

    def observe(self, now: float, seen: Observation, *, current: bool) -> None:
        """Believes the vendor. `current`: the observed call belongs to the window that is counted now."""
        if seen.reset_seconds is not None and 0 <= seen.reset_seconds <= 2 * self.length:
            current = self._align(now, now + seen.reset_seconds + RESET_MARGIN) or current
        if seen.total is not None:
            self.limit = max(1, seen.total)
        if seen.remaining is None or self.limit is None or not current:
            return
        # What is on its way may or may not be in the vendor's count: it is assumed not to be. An answer overtaken by
        # a later one shows too much left, so observations only ever add.
        others = self.limit - seen.remaining + self.flying - self.used
        if others > 0:
            self.used += others
            self._enter(now, others, 0)

    def throttle(self, until: float) -> None:
        """By the vendor's word there is no room before, and room again then."""
        self.throttled_until = max(self.throttled_until, until)
        self.boundary = self.throttled_until

    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)

    def full_in(self, now: float) -> float:
        """Seconds until the whole limit is there again."""
        if self.boundary is not None:
            return max(0.0, self.boundary - now)
        return max(0.0, self._entries[-1].returns - now) if self._entries else 0.0

    def _align(self, now: float, boundary: float) -> bool:
        """True when the vendor shows that it has begun a new window before us."""
        rolled = self.boundary is not None and boundary > self.boundary + 2 * RESET_MARGIN
        if rolled:
            self._clear(before=now - 2 * RESET_MARGIN)
        self.boundary = boundary
        return rolled

    def _clear(self, before: float) -> None:
        """Forgets what was answered before that moment; what came later may be in the vendor's new window."""
        self.number += 1
        self.boundary = None
        while self._entries and self._entries[0].returns - self.length < before:
            self._give_back(self._entries.popleft())

    def _enter(self, now: float, cost: int, background: int) -> None:
        returns = now + self.length
        if self._entries and self._entries[-1].returns >= returns:
            last = self._entries[-1]
            last.cost, last.background = last.cost + cost, last.background + background
        else:
            self._entries.append(_Entry(returns + GRAIN, cost, background))

    def _give_back(self, entry: _Entry) -> None:
        self.used -= entry.cost
        self.background -= entry.background

    def _returned(self, over: int, over_share: int) -> float:
        """When enough entries will have come back; never, when what is on its way is too much already."""
        for entry in self._entries:
            over -= entry.cost
            over_share -= entry.background
            if over <= 0 and over_share <= 0:
                return entry.returns
        return math.inf
