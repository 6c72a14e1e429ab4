"""The whole pretend company: several desks of one seed."""

from __future__ import annotations

from collections.abc import Mapping

from runtime.clock import Clock
from sandbox.busy import busy_step
from sandbox.desk import Desk


class World:
    """`desks`: every desk's name and number of tickets. `span_days`: over how long these came, by default by their
    number.

    With a span under 120 days nothing is archived, so that every live ticket is listed. `storm`: how many tickets of a
    desk, at least, were updated in one and the same second, by a bulk edit in the middle of its time.
    """

    def __init__(
        self,
        seed: int,
        desks: Mapping[str, int],
        clock: Clock,
        *,
        span_days: float | None = None,
        storm: Mapping[str, int] | None = None,
    ) -> None:
        self.seed, self.clock = seed, clock
        self._sizes, self._span_days, self._steps = dict(desks), span_days, 0
        self._storm = dict(storm or {})
        self._desks = {
            name: Desk(name, place, seed, tickets, clock, span_days, self._storm.get(name, 0))
            for place, (name, tickets) in enumerate(desks.items())
        }

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._desks)

    def desk(self, name: str) -> Desk:
        return self._desks[name]

    def again(
        self,
        *,
        seed: int | None = None,
        desks: Mapping[str, int] | None = None,
        storm: Mapping[str, int] | None = None,
    ) -> World:
        """A fresh world that begins at the clock's present."""
        return World(
            self.seed if seed is None else seed,
            desks or self._sizes,
            self.clock,
            span_days=self._span_days,
            storm=self._storm if storm is None else storm,
        )

    def mutate(self, count: int) -> dict[str, list[int]]:
        """A busy hour: `count` tickets over all desks are answered, changed, created, touched, binned or brought back.

        The same world with the same writes before does the same. Answers which tickets, by desk.
        """
        changed: dict[str, list[int]] = {name: [] for name in self._desks}
        for _ in range(count):
            self._steps += 1
            name = self.names[self._steps % len(self._desks)]
            changed[name].append(busy_step(self._desks[name], self.seed, self._steps))
        return changed
