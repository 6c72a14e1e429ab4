"""How long to wait before asking again, and what is said meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from models.errors import HelpdeskError, UpstreamError
from models.records import RemoteProblem

SHORTEST_S = 0.2
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""When a stream is due that has stopped."""


class Backoff:
    """Full jitter over a span that doubles with every failure; never sooner than the helpdesk said."""

    def __init__(self, first_s: float, cap_s: float, random: Random) -> None:
        self._first, self._cap, self._random = first_s, cap_s, random
        self.failures = 0

    def failed(self, retry_after: float | None = None) -> float:
        span = min(self._cap, self._first * 2 ** min(self.failures, 30))
        self.failures += 1
        return max(SHORTEST_S, retry_after or 0.0, self._random.uniform(0.0, span))

    def worked(self) -> None:
        self.failures = 0


def problem_of(error: HelpdeskError) -> RemoteProblem:
    """What of it may be shown."""
    if isinstance(error, UpstreamError):
        return RemoteProblem(
            status=error.status,
            code=error.vendor_code or error.code,
            message=error.message,
            request_id=error.request_id,
        )
    return RemoteProblem(code=error.code, message=error.message)
