"""Every figure of the sync, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.enums import SyncKind

WEIGHTS: Mapping[SyncKind, int] = {
    SyncKind.TICKETS: 8,
    SyncKind.CONTACTS: 4,
    SyncKind.ORGANIZATIONS: 4,
    SyncKind.AGENTS: 4,
    SyncKind.GROUPS: 4,
    SyncKind.FIELDS: 4,
    SyncKind.COMMENTS: 1,
    SyncKind.ARTICLES: 1,
}
"""How many pages a kind is given for each one of the others', while several wait."""


@dataclass(frozen=True, slots=True)
class SyncPolicy:
    """`lease_s`: how long a stream stays with a worker that says nothing, in the database's own time; a worker renews
    three times in that span. `look_s`: how often a process that has nothing to do looks what is due.
    `comments_share`: of the calls that tickets may take, comments leave the rest to lists and hints.
    `drain_s`: how long the pages under way may take when the process ends."""

    lease_s: float = 45.0
    look_s: float = 3.0
    drain_s: float = 5.0
    pages_at_once: int = 3
    rows_at_once: int = 250
    jitter: float = 0.1
    backoff_first_s: float = 2.0
    backoff_cap_s: float = 300.0
    tries_once: int = 4

    unreadable_window: int = 1_000
    unreadable_share: float = 0.01
    unreadable_floor: int = 10
    removed_share: float = 0.01
    removed_floor: int = 10
    sweep_rows: int = 500

    comments_every_s: float = 15.0
    comments_at_once: int = 10
    comments_each_cycle: int = 100
    comments_share: float = 0.55
    comments_up_to: int = 1_000
    comments_backoff_s: float = 900.0

    hints_at_once: int = 100
    hints_tries: int = 5
    hints_backoff_s: float = 5.0

    reconcile_every_s: float = 60.0
    reconcile_calls: int = 40
    reconcile_numbers: int = 20_000
    verify_after_s: float = 7 * 86_400.0
    changes_keep_s: float = 7 * 86_400.0
    changes_keep_rows: int = 10_000_000
    weights: Mapping[SyncKind, int] = field(default_factory=lambda: WEIGHTS)


def later(now: datetime, seconds: float) -> datetime:
    """When something is due again: a whole second, as moments are kept, and not before so long has passed."""
    due = now + timedelta(seconds=seconds)
    return due.replace(microsecond=0) + timedelta(seconds=1) if due.microsecond else due
