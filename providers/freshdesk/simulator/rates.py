"""Calls per minute: buckets per path family, credits, and the headers that tell about one bucket only.

Evidence: Zammad recording of 2023, where `/tickets…` and `/contacts…` counted down from 40 each and the rest from 100;
vendor's API reference, 'Rate limit', for the plans' figures and the credits of `include`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from providers.freshdesk.simulator.profile import Profile
from sandbox.controls import Limits

ENTERPRISE: Mapping[str, int] = {
    "rest": 700,
    "tickets": 200,
    "contacts": 200,
    "ticket_create": 280,
    "ticket_update": 280,
}
WINDOW = 60


class Spent(NamedTuple):
    total: int
    remaining: int
    used: int

    def headers(self, *, decimal: bool = False) -> dict[str, str]:
        def text(value: int) -> str:
            return f"{value}.0" if decimal else str(value)

        return {
            "X-Ratelimit-Total": text(self.total),
            "X-Ratelimit-Remaining": text(self.remaining),
            "X-Ratelimit-Used-Currentrequest": text(self.used),
        }


class Full(NamedTuple):
    total: int
    retry_after: int


def bucket(method: str, path: str) -> str:
    """Which of the account's buckets a call takes from; `path` is below /api/v2, without a slash in front."""
    family, _, below = path.partition("/")
    if family == "contacts":
        return "contacts"
    if family != "tickets":
        return "rest"
    if method == "GET":
        return "tickets"
    if method == "POST" and below in ("", "outbound_email"):
        return "ticket_create"
    if method == "PUT" and below.isdigit():
        return "ticket_update"
    return "rest"


def cost(method: str, path: str, include: str | None, profile: Profile) -> int:
    """+2 for each resource embedded in the ticket list, +1 for each in one ticket (reference, 'Embedding')."""
    family, _, below = path.partition("/")
    if method != "GET" or family != "tickets" or not include:
        return 1
    embedded = len({word for word in include.split(",") if word})
    if not below:
        return 1 + profile.list_include_cost * embedded
    return 1 + profile.view_include_cost * embedded if below.isdigit() else 1


class Rates:
    """Fixed minutes of the sandbox's clock, shared by every key of the account; the control door has the figures."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._minute = -1
        self._used: dict[str, int] = {}

    def take(self, name: str, credits: int, now: datetime, *, shared_total: bool = False) -> Spent | Full:
        """A refused call takes nothing; an invalid one costs what a good one does."""
        seconds = int(now.timestamp())
        if seconds // WINDOW != self._minute:
            self._minute, self._used = seconds // WINDOW, {}
        names = {name, "rest"} if shared_total else {name}
        for each in sorted(names, key=lambda other: other != name):
            if self._limits.enabled and self._used.get(each, 0) + credits > self._total(each):
                return Full(self._total(each), WINDOW - seconds % WINDOW)
        for each in names:
            self._used[each] = self._used.get(each, 0) + credits
        total = self._total(name)
        return Spent(total, max(0, total - self._used[name]), credits)

    def _total(self, name: str) -> int:
        return int(self._limits.figure(name, ENTERPRISE[name]))
