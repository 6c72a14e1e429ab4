"""What an operation spent at the helpdesks, as `extensions.upstream` shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from providers.base import Provider
from providers.upstream.records import CallRecord


def summary(calls: Sequence[CallRecord], providers: Mapping[str, Provider]) -> list[dict[str, Any]]:
    """One entry per helpdesk. `shared`: calls that an identical one in flight made unnecessary; `cacheHits`: those that
    a remembered answer did."""
    return [_helpdesk(key, [c for c in calls if c.helpdesk == key], provider) for key, provider in providers.items()]


def _helpdesk(key: str, calls: Sequence[CallRecord], provider: Provider) -> dict[str, Any]:
    sent = [call for call in calls if not (call.shared or call.cached)]
    budget = provider.budget()
    return {
        "helpdesk": key,
        "calls": len(sent),
        "credits": sum(call.credits for call in sent),
        "shared": sum(call.shared for call in calls),
        "cacheHits": sum(call.cached for call in calls),
        "waitedMs": round(sum(call.waited_ms for call in sent), 1),
        "elapsedMs": round(sum(call.elapsed_ms for call in sent), 1),
        "remaining": budget.remaining,
        "limit": budget.limit,
        "requests": [
            {
                "method": call.method,
                "endpoint": call.endpoint,
                "status": call.status,
                "error": call.error,
                "attempt": call.attempt,
                "waitedMs": round(call.waited_ms, 1),
                "elapsedMs": round(call.elapsed_ms, 1),
            }
            for call in sent
        ],
    }
