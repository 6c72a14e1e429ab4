"""Tags and custom field values, each a row by which tickets are found in the order of lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final

from storage.apply.cleaning import INDEXED, told
from storage.database import Session
from storage.rows import Many, delete, insert
from storage.tables.tickets import ticket_tags, ticket_values
from storage.values import value_keys

_TAG = [column.name for column in ticket_tags.columns]
_ADD_TAG, _PUT_TAG, _DROP_TAG = insert(ticket_tags), insert(ticket_tags, key=_TAG), delete(ticket_tags, _TAG)
_VALUE = [column.name for column in ticket_values.columns]
_ADD_VALUE, _PUT_VALUE = insert(ticket_values), insert(ticket_values, key=_VALUE)
_DROP_VALUE = delete(ticket_values, _VALUE)
_NUMBERS: Final = (int, float)
_SHORT: Final = 60


class Side:
    """Rows of what hangs on tickets: `new` ones of new tickets, `gone` and `put` of others."""

    def __init__(self, add: Many, put: Many, drop: Many) -> None:
        self._add, self._put, self._drop = add, put, drop
        self.new: list[tuple[Any, ...]] = []
        self.gone: list[tuple[Any, ...]] = []
        self.put: list[tuple[Any, ...]] = []

    async def write(self, session: Session) -> None:
        for statement, rows in ((self._drop, self.gone), (self._add, self.new), (self._put, self.put)):
            rows.sort()
            await statement.run(session, rows)


def tag_side() -> Side:
    return Side(_ADD_TAG, _PUT_TAG, _DROP_TAG)


def value_side() -> Side:
    return Side(_ADD_VALUE, _PUT_VALUE, _DROP_VALUE)


def tag_keys(tags: Collection[str]) -> Collection[str]:
    return {told(tag)[:INDEXED] for tag in tags} if tags else ()


def field_pairs(fields: Mapping[str, Any]) -> Collection[tuple[str, str]]:
    """(field, value key) of all custom fields, each once."""
    if not fields:
        return ()
    found: dict[tuple[str, str], None] = {}
    for field, value in fields.items():
        if value is not None:
            known = isinstance(value, _NUMBERS) or (isinstance(value, str) and len(value) <= _SHORT)
            for pair in _kept_pairs(field, value) if known else _pairs(field, value):
                found[pair] = None
    return found


def _pairs(field: str, value: Any) -> tuple[tuple[str, str], ...]:
    name = told(field)[:INDEXED]
    return tuple((name, key) for key in value_keys(value))


_kept_pairs = lru_cache(maxsize=32_768, typed=True)(_pairs)
"""Most fields have few values. Long texts are not among them."""
