"""When somebody is to die, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.drills.checking import Verdict

FURTHEST = 4
MOMENT = "a random moment"


@dataclass(frozen=True)
class Death:
    """At a named step, the `at`th time it is met; or, without one, `then_s` after so many steps of whatever name."""

    step: str | None = None
    at: int = 1
    after: int = 0
    then_s: float = 0.0

    def __str__(self) -> str:
        return f"{self.step} {self.at}" if self.step else f"{self.then_s:.3f} s behind {self.after} steps"


@dataclass
class Drilled:
    """`at_steps`: how often each was died at. `again`: pages that were fetched more than once, by list; `worst`: of one
    list behind one death. Not `counted` while the helpdesks change: then pages are others each time."""

    kills: int = 0
    at_steps: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    worst: int = 0
    pages: int = 0
    counted: bool = True
    wall_s: float = 0.0
    cpu_s: float = 0.0
    verdict: Verdict = field(default_factory=Verdict)


def mixed(random: Random, stream: Sequence[str], *, steps: Sequence[str] = (), moments: int) -> list[Death]:
    """In no order. Those at a step of a stream are at one of the first that are met."""
    deaths = [Death(step, random.randint(1, FURTHEST)) for step in stream] + [Death(step) for step in steps]
    deaths += [Death(after=random.randint(0, 120), then_s=random.uniform(0.0, 0.03)) for _ in range(moments)]
    random.shuffle(deaths)
    return deaths


def hold(drilled: Drilled) -> None:
    found = drilled.verdict
    assert found.compared > 200
    wrong = [*found.lost[:5], *found.duplicate[:5], *found.ghosts[:5]]
    assert not wrong, f"{len(found.lost)} lost, {len(found.duplicate)} twice, {len(found.ghosts)} ghosts: {wrong}"
    assert drilled.worst <= 1, drilled.again
