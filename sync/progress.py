"""How fast the copy grows, and when a first load will be through: from what the streams' rows say, so any process can
tell it, whoever does the work."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from models.enums import SyncKind, SyncStatus
from models.records import Budget, EndpointBudget
from models.sync import SyncState
from providers.base import Provider

SPAN_S = 30.0


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """`rows_per_s` over the last half minute; `budget_share`: how much of the helpdesk's rate limit is used up now,
    from 0 to 1; `ends_at`: when a first load will be through, at this rate."""

    state: SyncState
    rows_per_s: float = 0.0
    budget_share: float | None = None
    ends_at: datetime | None = None


class Rates:
    """Give it the states now and then; it knows their rates."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        self._seen: dict[tuple[str, SyncKind], deque[tuple[float, int]]] = {}

    def progress(self, states: Iterable[SyncState], *, at: float, now: datetime) -> list[Progress]:
        """`at`: seconds of a clock that never goes back."""
        shares = {key: share_of(provider.budget()) for key, provider in self._providers.items()}
        return [self._one(state, shares.get(state.helpdesk), at, now) for state in states]

    def _one(self, state: SyncState, share: float | None, at: float, now: datetime) -> Progress:
        seen = self._seen.setdefault((state.helpdesk, state.kind), deque())
        if seen and seen[-1][1] > state.processed:
            seen.clear()
        seen.append((at, state.processed))
        while len(seen) > 2 and seen[1][0] < at - SPAN_S:
            seen.popleft()
        span, rows = at - seen[0][0], state.processed - seen[0][1]
        rate = rows / span if span > 0 else 0.0
        left = state.expected.value - state.processed if state.expected is not None else 0
        ends = None
        if state.status is SyncStatus.BACKFILLING and rate > 0 and left > 0:
            ends = now + timedelta(seconds=min(left / rate, 10 * 365 * 86_400.0))
        return Progress(state=state, rows_per_s=rate, budget_share=share, ends_at=ends)


def share_of(budget: Budget | EndpointBudget) -> float | None:
    if not budget.limit or budget.remaining is None:
        return None
    return min(1.0, max(0.0, 1.0 - budget.remaining / budget.limit))


def share_of_tickets(budget: Budget) -> float | None:
    """Where the vendor counts calls about tickets apart, of those."""
    own = next((share_of(one) for one in budget.endpoints if one.name == "tickets"), None)
    return share_of(budget) if own is None else own
