"""What is measured, exactly; each measure as sums that SQL makes and a figure that is made of them.

COUNT                        tickets
AVG_ and P90_FIRST_RESPONSE  seconds from `created_at` to `first_responded_at`, of tickets that have both
AVG_ and P90_RESOLUTION      seconds from `created_at` to `resolved_at`, of tickets that have both
RESOLUTION_RATE              tickets whose status is RESOLVED or CLOSED, of all
SLA_BREACHED                 tickets that missed a target; none where no ticket says whether it did
REOPENED                     tickets that were opened again at least once; none where no ticket says
SATISFACTION                 tickets rated good, of those rated

Averages are of whole seconds. P90 is by nearest rank: the smallest value that at least nine tenths of the values do not
exceed. Where there is nothing to measure the figure is None; COUNT is then 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from models.enums import TicketMeasure, TicketStatus
from storage.ranks import STATUS

Figure: TypeAlias = float | None

_FIRST_RESPONSE = "tickets.first_responded_at - tickets.created_at"
_RESOLUTION = "tickets.resolved_at - tickets.created_at"
_DONE = ", ".join(str(STATUS.number(word)) for word in (TicketStatus.RESOLVED, TicketStatus.CLOSED))


class Measure(NamedTuple):
    """`sums`: what SQL adds up. `figure`: made of these."""

    sums: tuple[str, ...]
    figure: Callable[[Sequence[Any]], Figure]


def _ratio(sums: Sequence[Any]) -> Figure:
    total, number = sums
    return int(total) / int(number) if number else None


def _told(sums: Sequence[Any]) -> Figure:
    found, told = sums
    return float(found) if told else None


def _average(value: str) -> Measure:
    return Measure((f"sum({value})", f"count({value})"), _ratio)


def _those(column: str, test: str) -> str:
    return f"coalesce(sum(CASE WHEN tickets.{column} {test} THEN 1 ELSE 0 END), 0)"


SUMMED: Mapping[TicketMeasure, Measure] = {
    TicketMeasure.COUNT: Measure(("count(*)",), lambda sums: float(sums[0])),
    TicketMeasure.AVG_FIRST_RESPONSE: _average(_FIRST_RESPONSE),
    TicketMeasure.AVG_RESOLUTION: _average(_RESOLUTION),
    TicketMeasure.RESOLUTION_RATE: Measure((_those("status", f"IN ({_DONE})"), "count(*)"), _ratio),
    TicketMeasure.SLA_BREACHED: Measure((_those("sla_breached", "= 1"), "count(tickets.sla_breached)"), _told),
    TicketMeasure.REOPENED: Measure((_those("reopens", ">= 1"), "count(tickets.reopens)"), _told),
    TicketMeasure.SATISFACTION: Measure((_those("satisfaction", "= 1"), "count(tickets.satisfaction)"), _ratio),
}
RANKED: Mapping[TicketMeasure, str] = {
    TicketMeasure.P90_FIRST_RESPONSE: _FIRST_RESPONSE,
    TicketMeasure.P90_RESOLUTION: _RESOLUTION,
}
"""The value whose ninth tenth is asked for."""
KEPT: Mapping[TicketMeasure, Measure] = {
    TicketMeasure.COUNT: Measure(("coalesce(sum(n), 0)",), lambda sums: float(sums[0])),
    TicketMeasure.RESOLUTION_RATE: Measure((f"sum(CASE WHEN status IN ({_DONE}) THEN n ELSE 0 END)", "sum(n)"), _ratio),
}
"""Those that can be told from the counts that are kept with every batch (ticket_counts)."""
