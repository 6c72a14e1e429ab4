"""Ratios measured side by side: subject and floor in turns, so that a busy machine slows both."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from statistics import median

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """`goal` None: shown, and held to nothing yet. `met` None with it."""

    name: str
    ratio: float
    goal: float | None = None
    met: bool | None = None
    note: str = ""

    def line(self) -> str:
        goal = "no goal yet" if self.goal is None else f"goal {self.goal:g}: {'met' if self.met else 'NOT MET'}"
        return f"{self.ratio:10.2f}  {self.name}  ({goal}){'  ' + self.note if self.note else ''}"


Work = Callable[[], Awaitable[object]]


async def compare(
    name: str, subject: Work, floor: Work, *, rounds: int, repeat: int = 1, goal: float | None = None, note: str = ""
) -> Figure:
    """The ratio of the medians of CPU time. `repeat`: how often the floor is done in one measurement, being short."""
    await subject()
    await floor()
    taken, base = [], []
    for _ in range(rounds):
        taken.append(await _spent(subject, 1))
        base.append(await _spent(floor, repeat))
    ratio = median(taken) / max(median(base), 1e-9)
    shown = f"{1000 * median(taken):.2f} ms against {1000 * median(base):.3f} ms"
    return Figure(
        name=name,
        ratio=round(ratio, 2),
        goal=goal,
        met=None if goal is None else ratio <= goal,
        note="; ".join(part for part in (shown, note) if part),
    )


async def _spent(work: Work, repeat: int) -> float:
    began = time.process_time()
    for _ in range(repeat):
        await work()
    return (time.process_time() - began) / repeat
