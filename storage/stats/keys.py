"""What tickets are counted by: columns in SQL, words and ids in the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from models.enums import Kind, TicketDimension
from models.ids import encode
from models.stats import StatsQuery
from storage import ranks
from storage.stats.cutting import Cut

Told = Callable[[Sequence[Any]], str | None]
Remote = Mapping[tuple[str, int, int], str]
"""Remote ids by the link's column, helpdesk and number, where the number is not the id itself."""


class Key(NamedTuple):
    """`columns`: as SQL. `told`: what their values say."""

    columns: tuple[str, ...]
    told: Told


_WORDS: Mapping[TicketDimension, tuple[str, ranks.Ranks[Any]]] = {
    TicketDimension.STATUS: ("status", ranks.STATUS),
    TicketDimension.PRIORITY: ("priority", ranks.PRIORITY),
    TicketDimension.CHANNEL: ("channel", ranks.CHANNEL),
    TicketDimension.TYPE: ("type", ranks.TYPE),
}
LINKS: Mapping[TicketDimension, tuple[str, Kind]] = {
    TicketDimension.GROUP: ("grp", Kind.GROUP),
    TicketDimension.ASSIGNEE: ("assignee", Kind.AGENT),
    TicketDimension.ORGANIZATION: ("org", Kind.ORGANIZATION),
}
TIMES: Mapping[TicketDimension, str] = {
    TicketDimension.CREATED_AT: "created_at",
    TicketDimension.RESOLVED_AT: "resolved_at",
}


def key_of(
    dimension: TicketDimension,
    query: StatsQuery,
    helpdesks: Mapping[int, str],
    spans: Mapping[str, tuple[int, int]],
    remote: Remote,
) -> Key:
    """`helpdesks`: their keys by number. `spans`: between which moments a time lies."""
    if dimension is TicketDimension.HELPDESK:
        return Key(("helpdesk",), lambda values: helpdesks[values[0]])
    if dimension in _WORDS:
        column, words = _WORDS[dimension]
        return Key((column,), lambda values: words.word(values[0]).value)
    if dimension in TIMES:
        column = TIMES[dimension]
        return _time(Cut(f"tickets.{column}", query.bucket, query.zone, spans.get(column, (0, 0))))
    return _link(*LINKS[dimension], helpdesks, remote)


def _time(cut: Cut) -> Key:
    return Key((cut.sql(),), lambda values: None if values[0] is None else cut.start(int(values[0])))


def _link(column: str, kind: Kind, helpdesks: Mapping[int, str], remote: Remote) -> Key:
    """A number means a record of its helpdesk; tickets that have none are one group over all helpdesks."""

    def told(values: Sequence[Any]) -> str | None:
        helpdesk, number = values
        if number is None:
            return None
        return encode(kind, helpdesks[helpdesk], remote.get((column, helpdesk, number), str(number)))

    return Key((f"CASE WHEN tickets.{column} IS NOT NULL THEN tickets.helpdesk END", f"tickets.{column}"), told)
