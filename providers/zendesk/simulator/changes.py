"""What updates changed, for the audits: events of a change that came with a comment, and changes of their own."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from providers.zendesk.simulator import ids

_FIRST = 2_000_000_000
"""Change numbers are beyond any message's."""


@dataclass(frozen=True, slots=True)
class Change:
    number: int
    ticket: int
    author: int | None
    created: datetime
    events: tuple[dict[str, Any], ...]


class ChangeLog:
    def __init__(self) -> None:
        self._numbers = itertools.count(_FIRST * 10)
        self._alone: dict[int, list[Change]] = {}
        self._with: dict[int, tuple[dict[str, Any], ...]] = {}

    def events(self, values: dict[str, tuple[Any, Any]]) -> tuple[dict[str, Any], ...]:
        """`values`: (before, after) by the vendor's field name; audits write values as text."""
        return tuple(
            {
                "id": ids.EVENT.id(next(self._numbers)),
                "type": "Change",
                "field_name": name,
                "value": _text(after),
                "previous_value": _text(before),
            }
            for name, (before, after) in values.items()
        )

    def attach(self, message: int, events: tuple[dict[str, Any], ...]) -> None:
        self._with[message] = events

    def add(self, ticket: int, author: int | None, created: datetime, events: tuple[dict[str, Any], ...]) -> Change:
        change = Change(next(self._numbers), ticket, author, created, events)
        self._alone.setdefault(ticket, []).append(change)
        return change

    def alone(self, ticket: int) -> list[Change]:
        return list(self._alone.get(ticket, ()))

    def attached(self, message: int) -> tuple[dict[str, Any], ...]:
        return self._with.get(message, ())


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, list) else str(value)
