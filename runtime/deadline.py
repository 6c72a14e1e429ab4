"""The moment after which nobody waits for an answer any more.

A Deadline is a point on the Clock's monotonic time. It travels with a call, or, so that no method between the door and
the wire has to carry it, with the context: `with deadline_is(d): ...` above and `current_deadline()` further down. An
inner deadline never outlives the outer one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from runtime.clock import Clock


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    at: float

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        return cls(clock.monotonic() + seconds)

    def remaining(self, clock: Clock) -> float:
        """Seconds left; negative when past."""
        return self.at - clock.monotonic()

    def passed(self, clock: Clock) -> bool:
        return self.remaining(clock) <= 0


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def current_deadline() -> Deadline | None:
    return _current.get()


@contextmanager
def deadline_is(deadline: Deadline) -> Iterator[Deadline]:
    """Everything inside ends by `deadline`, or by the outer deadline where that is sooner."""
    outer = _current.get()
    effective = deadline if outer is None else min(outer, deadline)
    token = _current.set(effective)
    try:
        yield effective
    finally:
        _current.reset(token)
