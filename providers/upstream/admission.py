"""Who may leave now: a slot, then the budget, the interactive lane before the background lane."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from models.errors import BudgetExhausted, DeadlineExceeded, HelpdeskError, RateLimited
from providers.upstream.budget import Bucket, Charge, Refusal, SharedBudget
from providers.upstream.policy import Lane, UpstreamPolicy
from runtime.clock import Clock
from runtime.deadline import Deadline

YIELD = 0.05  # how long the background lane steps back while an interactive call waits for the same bucket


class Slots:
    """A bounded number of calls at once; interactive waiters first, and never all slots to the background."""

    def __init__(self, size: int, background_share: float) -> None:
        self._free = size
        self._background_free = max(1, int(size * background_share))
        self._waiting: dict[Lane, deque[asyncio.Future[None]]] = {Lane.INTERACTIVE: deque(), Lane.BACKGROUND: deque()}

    async def acquire(self, lane: Lane, seconds: float) -> bool:
        """False when no slot came free in time."""
        if self._may(lane) and not self._waiting[lane]:
            self._hold(lane)
            return True
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[lane].append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException as error:
            self._leave(lane, turn)
            if isinstance(error, TimeoutError):
                return False
            raise
        return True

    def release(self, lane: Lane) -> None:
        self._free += 1
        self._background_free += lane is Lane.BACKGROUND
        self._wake()

    def _leave(self, lane: Lane, turn: asyncio.Future[None]) -> None:
        """The waiter goes. Its turn may have come in the same moment, or others may have waited behind it."""
        if turn in self._waiting[lane]:
            self._waiting[lane].remove(turn)
            self._wake()
        elif turn.done() and not turn.cancelled():
            self.release(lane)

    def _wake(self) -> None:
        for lane in (Lane.INTERACTIVE, Lane.BACKGROUND):
            queue = self._waiting[lane]
            while queue and self._may(lane):
                turn = queue.popleft()
                if not turn.done():
                    self._hold(lane)
                    turn.set_result(None)

    def _may(self, lane: Lane) -> bool:
        if lane is Lane.INTERACTIVE:
            return self._free > 0
        return self._free > 0 and self._background_free > 0 and not self._waiting[Lane.INTERACTIVE]

    def _hold(self, lane: Lane) -> None:
        self._free -= 1
        self._background_free -= lane is Lane.BACKGROUND


class Patience:
    """How long one request may still wait for permission, over all its attempts."""

    def __init__(self, clock: Clock, seconds: float, deadline: Deadline | None) -> None:
        self._clock = clock
        self._left = seconds
        self._deadline = deadline
        self.waited = 0.0

    @property
    def left(self) -> float:
        ours = self._left - self.waited
        return ours if self._deadline is None else min(ours, self._deadline.remaining(self._clock))

    @property
    def over(self) -> bool:
        return self._deadline is not None and self._deadline.passed(self._clock)

    async def wait(self, seconds: float) -> None:
        start = self._clock.monotonic()
        try:
            await self._clock.sleep(seconds)
        finally:
            self.waited += self._clock.monotonic() - start


class Admission:
    """The gate of one helpdesk."""

    def __init__(self, helpdesk: str, budget: SharedBudget, policy: UpstreamPolicy, clock: Clock) -> None:
        self._helpdesk = helpdesk
        self._budget = budget
        self._policy = policy
        self._clock = clock
        self._slots = Slots(policy.concurrency, policy.background_share)
        self._interactive_waiting: dict[str, int] = {}

    @asynccontextmanager
    async def enter(
        self, buckets: Sequence[Bucket], cost: int, lane: Lane, patience: Patience
    ) -> AsyncIterator[Charge]:
        """Holds a slot and a charge; BudgetExhausted or RateLimited at once when waiting would take too long."""
        charge = await self._charge(buckets, cost, lane, patience)
        try:
            yield charge
        finally:
            self._slots.release(lane)

    async def _charge(self, buckets: Sequence[Bucket], cost: int, lane: Lane, patience: Patience) -> Charge:
        while True:
            await self._slot(lane, patience)
            try:
                outcome = await self._ask(buckets, cost, lane)
            except BaseException:
                self._slots.release(lane)
                raise
            if isinstance(outcome, Charge):
                return outcome
            self._slots.release(lane)
            if outcome.seconds > patience.left:
                raise self._refused(outcome, patience)
            await self._wait(buckets, lane, patience, outcome.seconds)

    async def _ask(self, buckets: Sequence[Bucket], cost: int, lane: Lane) -> Charge | Refusal:
        if lane is Lane.BACKGROUND and any(self._interactive_waiting.get(bucket.name) for bucket in buckets):
            return Refusal(YIELD, buckets[0].name)
        return await self._budget.take(self._helpdesk, buckets, cost, lane, self._policy.background_share)

    async def _slot(self, lane: Lane, patience: Patience) -> None:
        start = self._clock.monotonic()
        if not await self._slots.acquire(lane, max(0.0, patience.left)):
            raise self._refused(Refusal(1.0, "connections"), patience)
        patience.waited += self._clock.monotonic() - start

    async def _wait(self, buckets: Sequence[Bucket], lane: Lane, patience: Patience, seconds: float) -> None:
        if lane is Lane.BACKGROUND:
            return await patience.wait(seconds)
        names = [bucket.name for bucket in buckets]
        for name in names:
            self._interactive_waiting[name] = self._interactive_waiting.get(name, 0) + 1
        try:
            await patience.wait(seconds)
        finally:
            for name in names:
                self._interactive_waiting[name] -= 1

    def _refused(self, refusal: Refusal, patience: Patience) -> HelpdeskError:
        if patience.over:
            return DeadlineExceeded(
                "The time for this request was over before the helpdesk was asked.", helpdesk=self._helpdesk
            )
        if refusal.throttled:
            return RateLimited(
                f"The helpdesk asked us to wait {refusal.seconds:.0f} s.",
                helpdesk=self._helpdesk,
                status=429,
                retry_after=refusal.seconds,
            )
        return BudgetExhausted(
            f"The call budget of this helpdesk ({refusal.bucket}) is used up for the next {refusal.seconds:.0f} s.",
            helpdesk=self._helpdesk,
            retry_after=refusal.seconds,
        )
