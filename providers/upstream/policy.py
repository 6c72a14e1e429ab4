"""The figures of the policy, and the words it is spoken in: lanes, families, observations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum

MEBIBYTE = 1024 * 1024


class Lane(IntEnum):
    """Who is served first. Interactive calls have somebody waiting; background calls are sync and repair."""

    INTERACTIVE = 0
    BACKGROUND = 1


@dataclass(frozen=True, slots=True)
class FamilyPolicy:
    """One rate bucket of the vendor, as assumed before its headers have said more.

    `parent` names a second bucket the same call counts against (Zendesk: an endpoint's own bucket and the account's).
    `closes_account` says whether a 429 shuts the whole account or only this bucket.
    """

    total: int | None
    window: float = 60.0
    parent: str | None = None
    closes_account: bool = True


@dataclass(frozen=True, slots=True)
class Observation:
    """What one answer's headers said about a bucket. `remaining` already counts the answered call."""

    family: str
    total: int | None = None
    remaining: int | None = None
    reset_seconds: float | None = None


# The vendor's reading of its own headers: (family of the call, headers with lower-case names) -> observations.
Learn = Callable[[str, Mapping[str, str]], Iterable[Observation]]


@dataclass(frozen=True, slots=True)
class UpstreamPolicy:
    """Every number in one place; the defaults are the promised ones."""

    connect: float = 2.0
    read: float = 10.0
    total: float = 10.0  # wire time of one request with its retries; waiting for budget is counted apart
    attempts: int = 3
    backoff_first: float = 0.5
    backoff_cap: float = 5.0
    wire_bytes: int = 32 * MEBIBYTE
    decoded_bytes: int = 32 * MEBIBYTE
    concurrency: int = 10
    background_share: float = 0.7
    interactive_wait: float = 5.0
    background_wait: float = 300.0
    retry_bucket: float = 500.0
    retry_cost: float = 5.0
    retry_timeout_cost: float = 10.0
    circuit_consecutive: int = 5
    circuit_sample: int = 20
    circuit_share: float = 0.5
    circuit_window: float = 30.0
    circuit_pause: float = 5.0
    circuit_pause_cap: float = 60.0
    circuit_probe_wait: float = 2.0  # how long others wait for a probe before they are refused
    retry_after_default: float = 60.0
    retry_after_cap: float = 3600.0
    file_bytes: int = 64 * MEBIBYTE
    file_total: float = 60.0
    file_streams: int = 4
    redirects: int = 3

    def wait(self, lane: Lane) -> float:
        return self.interactive_wait if lane is Lane.INTERACTIVE else self.background_wait


_lane: ContextVar[Lane] = ContextVar("lane", default=Lane.INTERACTIVE)


def current_lane() -> Lane:
    return _lane.get()


@contextmanager
def lane_is(lane: Lane) -> Iterator[None]:
    """Calls made inside belong to this lane unless they say otherwise; sync wraps its provider calls with it."""
    token = _lane.set(lane)
    try:
        yield
    finally:
        _lane.reset(token)
