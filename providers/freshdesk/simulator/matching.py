"""Whether a record answers a search expression."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from providers.freshdesk.simulator.grammar import Compare, Node


def holds(node: Node, read: Callable[[str], Any]) -> bool:
    """`read` gives a field's value: a tuple where it has several, None where it has none."""
    if isinstance(node, Compare):
        return _compares(node, read(node.field))
    if node.joint == "AND":
        return all(holds(part, read) for part in node.parts)
    return any(holds(part, read) for part in node.parts)


def _compares(node: Compare, value: Any) -> bool:
    if node.value is None:
        return value is None or value == ()
    if isinstance(value, tuple):
        return any(_single(node, each) for each in value)
    return value is not None and _single(node, value)


def _single(node: Compare, value: Any) -> bool:
    wanted: Any = node.value
    if isinstance(wanted, date):
        value = _day(value)
        if value is None:
            return False
    if node.operator == ">=":
        return bool(value >= wanted)
    if node.operator == "<=":
        return bool(value <= wanted)
    if isinstance(wanted, str):
        return str(value).casefold() == wanted.casefold()
    return bool(value == wanted)


def _day(value: Any) -> date | None:
    """Days are UTC days."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value) if isinstance(value, str) else None
