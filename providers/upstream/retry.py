"""When to ask again: full jitter, and a bucket that runs dry in an outage so that retries do not become the outage."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

from providers.upstream.policy import UpstreamPolicy
from runtime.clock import Clock


class RetryBudget:
    """500 tokens for a helpdesk: a retry costs 5, one after a timeout 10, a success returns 1."""

    def __init__(self, policy: UpstreamPolicy) -> None:
        self._policy = policy
        self.tokens = policy.retry_bucket

    def spend(self, *, timed_out: bool = False) -> bool:
        cost = self._policy.retry_timeout_cost if timed_out else self._policy.retry_cost
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def earn(self) -> None:
        self.tokens = min(self._policy.retry_bucket, self.tokens + 1)


def backoff(policy: UpstreamPolicy, attempt: int, random: Random) -> float:
    """The wait after the given attempt (1 is the first)."""
    return random.uniform(0.0, min(policy.backoff_cap, policy.backoff_first * 2 ** (attempt - 1)))


def retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Retry-After as seconds, from a number or an HTTP date; None when missing or nonsense."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = _until(text, clock)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def throttle_seconds(headers: Mapping[str, str], policy: UpstreamPolicy, clock: Clock) -> float:
    """How long a 429 closes the account: what it says, a minute when it says nothing, an hour at most."""
    said = retry_after(headers, clock)
    return policy.retry_after_default if said is None else min(said, policy.retry_after_cap)


def _until(text: str, clock: Clock) -> float:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - clock.now().astimezone(UTC)).total_seconds())


def reset_moment(value: str, clock: Clock) -> float | None:
    """Seconds until a reset given as seconds or as an ISO date-time; for the vendors' `learn`."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - clock.now()).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
