"""Rate limits: fixed windows by the sandbox's clock for the account, for the Help Center and for each dear endpoint.

Evidence: the vendor's 'Rate limits' page and the endpoints' own pages. Three families of headers: X-Rate-Limit* on the
Support API, ratelimit-* on ticketing lists, zendesk-ratelimit-{endpoint} on endpoints with a limit of their own.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from providers.zendesk.simulator import errors
from providers.zendesk.simulator.errors import Refused
from runtime.clock import Clock
from sandbox.controls import Limits as Settings


@dataclass(frozen=True, slots=True)
class Figure:
    requests: int
    seconds: int = 60


FIGURES: dict[str, Figure] = {
    "account": Figure(700),
    "help_center": Figure(700),
    "incremental": Figure(10),
    "incremental_sample": Figure(10, 1200),
    "search_export": Figure(100),
    "search": Figure(2500),
    "ticket_update": Figure(100),
    "ticket_update_each": Figure(30, 600),
    "tickets_index_deep": Figure(50),
    "tickets_index": Figure(100_000),
    "ticket_audits": Figure(500),
    "attachments": Figure(2500),
    "ticket_delete": Figure(400),
    "deleted_tickets": Figure(10),
    "user_update": Figure(1, 1),
    "user_update_each": Figure(5),
    "organization_update_each": Figure(5),
    "ticket_fields": Figure(300),
    "tags": Figure(2000),
}
_SPOKEN = {
    "account": "Number of allowed API requests per minute exceeded",
    "help_center": "Number of allowed API requests per minute exceeded",
    "incremental": "Number of allowed incremental export API requests per minute exceeded",
}
_HEADERS = {"tickets_index": "zendesk-ratelimit-tickets-index"}


@dataclass(frozen=True, slots=True)
class Level:
    limit: int
    remaining: int
    resets: int

    def spelt(self) -> str:
        return f"total={self.limit}; remaining={self.remaining}; resets={self.resets}"


class Limits:
    """Counts calls. The sandbox's control door switches refusing off and changes figures by the names above."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock, self._settings = clock, settings
        self._counts: dict[tuple[str, Hashable], tuple[int, int]] = {}

    def figure(self, bucket: str) -> Figure:
        known = FIGURES[bucket]
        return Figure(int(self._settings.figure(bucket, known.requests)), known.seconds)

    def take(self, bucket: str, key: Hashable = None) -> Level:
        """Counts one call; raises the bucket's 429 when its window is full."""
        figure = self.figure(bucket)
        now = self._clock.now().timestamp()
        window = int(now // figure.seconds)
        resets = max(1, round((window + 1) * figure.seconds - now))
        known, used = self._counts.get((bucket, key), (window, 0))
        used = used if known == window else 0
        if used >= figure.requests and self._settings.enabled:
            raise refusal(bucket, figure, resets)
        self._counts[bucket, key] = (window, used + 1)
        if len(self._counts) > 10_000:
            self._forget(now)
        return Level(figure.requests, max(0, figure.requests - used - 1), resets)

    def _forget(self, now: float) -> None:
        """Windows that are over."""
        self._counts = {
            each: value for each, value in self._counts.items() if value[0] == int(now // self.figure(each[0]).seconds)
        }

    def reset(self) -> None:
        self._counts.clear()


def refusal(bucket: str, figure: Figure, resets: int) -> Refused:
    headers = {"Retry-After": str(resets), **headers_of(bucket, Level(figure.requests, 0, resets))}
    if bucket == "organization_update_each":
        return errors.listed(429, "TooManyRequests", "Too many requests to update", headers)
    spoken = _SPOKEN.get(bucket, "You have exceeded the rate limit for this endpoint")
    return errors.described(429, "APIRateLimitExceeded", spoken, headers=headers)


def headers_of(bucket: str, level: Level) -> dict[str, str]:
    if bucket == "account":
        return {
            "X-Rate-Limit": str(level.limit),
            "X-Rate-Limit-Remaining": str(level.remaining),
            "ratelimit-limit": str(level.limit),
            "ratelimit-remaining": str(level.remaining),
            "ratelimit-reset": str(level.resets),
        }
    if bucket == "help_center":
        return {
            "ratelimit-limit": str(level.limit),
            "ratelimit-remaining": str(level.remaining),
            "ratelimit-reset": str(level.resets),
        }
    return {_HEADERS.get(bucket, f"zendesk-ratelimit-{bucket.replace('_', '-')}"): level.spelt()}
