"""Ratios measured side by side: subject and floor in turns, so that a busy machine slows both.

What a process computes is told by its CPU time, which others on the machine hardly disturb; where another process does
the work (PostgreSQL), or where a disk is waited for, it is the time on the wall. Of several times the lower quartile
counts: what others on the machine cost comes on top, now and then.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import quantiles

import msgspec

Work = Callable[[], Awaitable[object]]
Timer = Callable[[], float]
cpu: Timer = time.process_time
wall: Timer = time.perf_counter


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`goal` None: shown, and held to nothing yet. `met` None with it. `at_least`: the goal is a lower bound."""

    name: str
    ratio: float
    goal: float | None = None
    met: bool | None = None
    note: str = ""
    at_least: bool = False

    def line(self) -> str:
        return f"{self.ratio:10.2f}  {self.name}  ({self._goal()}){'  ' + self.note if self.note else ''}"

    def _goal(self) -> str:
        if self.goal is None:
            return "no goal yet"
        asked = f"goal {'≥' if self.at_least else '≤'} {self.goal:g}"
        return f"{asked}: met" if self.met else f"{asked}: NOT MET, by {self._missed():.0%}"

    def _missed(self) -> float:
        assert self.goal is not None
        return abs(self.ratio - self.goal) / self.goal

    def plain(self) -> dict[str, object]:
        return {"name": self.name, "ratio": self.ratio, "goal": self.goal, "met": self.met}


def figure(name: str, ratio: float, *, goal: float | None = None, at_least: bool = False, note: str = "") -> Figure:
    met = None if goal is None else (ratio >= goal if at_least else ratio <= goal)
    return Figure(name=name, ratio=round(ratio, 3), goal=goal, met=met, note=note, at_least=at_least)


def shown(taken: float, base: float) -> str:
    return f"{1000 * taken:.2f} ms against {1000 * base:.3f} ms"


async def compare(
    name: str,
    subject: Work,
    floor: Work,
    *,
    rounds: int,
    repeat: int = 1,
    goal: float | None = None,
    note: str = "",
    timer: Timer = cpu,
) -> Figure:
    """The ratio of typical times. `repeat`: how often the floor is done in one measurement, being short."""
    taken, base = await paired(subject, floor, rounds=rounds, repeat=repeat, timer=timer)
    said = "; ".join(part for part in (shown(taken, base), note) if part)
    return figure(name, taken / max(base, 1e-9), goal=goal, note=said)


async def paired(
    subject: Work, floor: Work, *, rounds: int, repeat: int = 1, timer: Timer = cpu
) -> tuple[float, float]:
    """What each typically takes, in seconds; both are done once before."""
    await subject()
    await floor()
    taken, base = [], []
    for _ in range(rounds):
        taken.append(await spent(subject, 1, timer))
        base.append(await spent(floor, repeat, timer))
    return typical(taken), typical(base)


def typical(times: Sequence[float]) -> float:
    return quantiles(times, n=4, method="inclusive")[0]


async def spent(work: Work, repeat: int = 1, timer: Timer = cpu) -> float:
    began = timer()
    for _ in range(repeat):
        await work()
    return (timer() - began) / repeat
