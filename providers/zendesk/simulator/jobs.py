"""Background jobs: `queued` when made, `working` at the first looks, `completed` some looks later; kept a day.

A job is `completed` even when rows of it failed ('Job Statuses' page): each result says for itself. Modern ids look
like `V3-` and 32 hexadecimal digits.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from providers.zendesk.simulator import errors
from runtime.clock import Clock

KEPT_SECONDS = 86_400
LONGEST_SECONDS = 30
MOST = 30


@dataclass(slots=True)
class Job:
    id: str
    number: int
    kind: str
    total: int
    made: float
    results: Any
    looks: int = 0
    done: bool = False


class Jobs:
    """The work itself is done when a job is made; only its status takes its time."""

    def __init__(self, clock: Clock, polls: int) -> None:
        self._clock, self._polls = clock, max(1, polls)
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def add(self, kind: str, total: int, work: Callable[[], Any]) -> Job:
        if self.unfinished >= MOST:
            raise errors.described(429, "TooManyJobs", "Limit of 30 queued or running jobs reached")
        number = next(self._numbers)
        name = "V3-" + hashlib.md5(f"{kind} {number}".encode(), usedforsecurity=False).hexdigest()
        self._jobs[name] = Job(name, number, kind, total, self._now(), work())
        return self._jobs[name]

    @property
    def unfinished(self) -> int:
        return sum(not job.done for job in self.all())

    def look(self, name: str) -> Job | None:
        job = next((job for job in self.all() if job.id == name), None)
        if job is not None:
            job.looks += 1
            job.done = job.done or job.looks > self._polls
        return job

    def all(self) -> list[Job]:
        """Unwatched jobs end too, after half a minute; a day later they are forgotten."""
        now = self._now()
        self._jobs = {name: job for name, job in self._jobs.items() if now - job.made < KEPT_SECONDS}
        for job in self._jobs.values():
            job.done = job.done or now - job.made >= LONGEST_SECONDS
        return list(self._jobs.values())


def shown(job: Job, url: str) -> dict[str, Any]:
    """`results` is null until there are some, then a list, or one object for a permanent delete."""
    status = "completed" if job.done else "working" if job.looks else "queued"
    return {
        "id": job.id,
        "url": url,
        "job_type": job.kind,
        "status": status,
        "total": job.total,
        "progress": job.total if job.done else (0 if job.looks else None),
        "message": "Completed at sandbox time" if job.done else None,
        "results": job.results if job.done else None,
    }
