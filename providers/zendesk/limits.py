"""Zendesk's rate buckets, as assumed before its headers speak, and how these headers are read.

Evidence: vendor's pages 'Rate limits' and 'Best practices for avoiding rate limiting'. Windows are fixed minutes. The
account's figure depends on the plan (200 is the smallest sold today) and is told by every answer; the Help Center has a
bucket of its own of the same size.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from models.records import Budget, EndpointBudget
from providers.upstream import BudgetState, FamilyPolicy, Observation, UpstreamPolicy
from runtime.clock import Clock

ACCOUNT = "account"
HELP_CENTER = "help-center"
SEARCH = "search"
SEARCH_EXPORT = "search-export"
INCREMENTAL = "incremental"
TICKETS = "tickets-index"
TICKET_FIELDS = "ticket-fields"
ATTACHMENTS = "attachments"
OAUTH = "oauth"

WINDOW = 60.0


def _below(total: int | None) -> FamilyPolicy:
    """An endpoint's bucket, counted against the account's too. Which of the two a 429 meant is not said, so it
    closes the account."""
    return FamilyPolicy(total=total, window=WINDOW, parent=ACCOUNT)


def _apart(total: int | None, parent: str | None = None) -> FamilyPolicy:
    """A bucket whose 429 says nothing about the rest of the account."""
    return FamilyPolicy(total=total, window=WINDOW, parent=parent, closes_account=False)


FAMILIES: Mapping[str, FamilyPolicy] = {
    ACCOUNT: FamilyPolicy(total=200, window=WINDOW),
    HELP_CENTER: _apart(200),
    SEARCH: _below(2_500),
    SEARCH_EXPORT: _apart(100, ACCOUNT),
    INCREMENTAL: _apart(10, ACCOUNT),
    TICKETS: _below(None),  # its own bucket exists in sandbox and trial accounts only; the header says so
    TICKET_FIELDS: _below(300),
    ATTACHMENTS: _below(2_500),
    OAUTH: _apart(None),
}

_PAIR = re.compile(r"(\w+)\s*=\s*(-?\d+)")
_ENDPOINT = "zendesk-ratelimit-"


def observations(family: str, headers: Mapping[str, str]) -> Iterable[Observation]:
    """Three families of headers: `X-Rate-Limit…`, `ratelimit-…` (its reset counts seconds) and, for an endpoint's own
    bucket, `zendesk-ratelimit-<endpoint>: total=100; remaining=99; resets=41`."""
    if family == OAUTH:
        return
    yield from _main(HELP_CENTER if family == HELP_CENTER else ACCOUNT, headers)
    for name, value in headers.items():
        if name.startswith(_ENDPOINT):
            yield from _endpoint(family, name.removeprefix(_ENDPOINT), value)


def _main(bucket: str, headers: Mapping[str, str]) -> Iterator[Observation]:
    total = _count(headers.get("ratelimit-limit")) or _count(headers.get("x-rate-limit"))
    remaining = _count(headers.get("ratelimit-remaining"))
    if remaining is None:
        remaining = _count(headers.get("x-rate-limit-remaining"))
    reset = _count(headers.get("ratelimit-reset"))
    if total is not None or remaining is not None or reset is not None:
        yield Observation(bucket, total=total, remaining=remaining, reset_seconds=reset)
    if total is not None and bucket == ACCOUNT:
        # The Help Center's bucket has the plan's figure too, and older accounts do not send headers there.
        yield Observation(HELP_CENTER, total=total)


def _endpoint(family: str, key: str, value: str) -> Iterator[Observation]:
    told = {name.lower(): int(number) for name, number in _PAIR.findall(value)}
    if "total" in told or "remaining" in told:
        bucket = key if key in FAMILIES else family if FAMILIES[family].parent else key
        yield Observation(
            bucket, total=told.get("total"), remaining=told.get("remaining"), reset_seconds=told.get("resets")
        )


def _count(text: str | None) -> int | None:
    """One legacy answer gives `ratelimit-reset` as a date-time; such a value is left out."""
    return int(text) if text is not None and text.strip().isdecimal() else None


def budget(states: Mapping[str, BudgetState], policy: UpstreamPolicy, clock: Clock) -> Budget:
    main = states.get(ACCOUNT)
    limit = main.limit if main else FAMILIES[ACCOUNT].total
    wait = max(main.reset_seconds, main.throttled_seconds) if main else 0.0
    return Budget(
        limit=limit,
        remaining=main.remaining if main else limit,
        window_s=int(WINDOW),
        reset_at=clock.now() + timedelta(seconds=math.ceil(wait)) if wait > 0 else None,
        interactive_reserved=math.ceil((limit or 0) * (1 - policy.background_share)),
        endpoints=tuple(
            EndpointBudget(name=name, limit=state.limit, remaining=state.remaining)
            for name, state in sorted(states.items())
            if name != ACCOUNT
        ),
    )
