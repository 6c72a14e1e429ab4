"""Stretches of a custom field's values, by their keys (storage/values.py): what ranges and beginnings come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from models.conditions import Condition, Custom, Null, Number, Text, nodes
from storage.mirror.texts import after_prefix, folded
from storage.values import KEY_LENGTH, number_key

LAST = "\U0010ffff"
_BEHIND = "~"
"""Comes after every digit of a number's key."""


class Span(NamedTuple):
    """Values of a field from `low` to right before `below`."""

    field: str
    low: str = ""
    below: str = LAST

    def has(self, key: str) -> bool:
        return self.low <= key < self.below


Spreads: TypeAlias = Mapping[Span, tuple[str, ...]]
"""The values there are in a span, of those spans that have few."""


def spans(condition: Condition) -> Iterator[Span]:
    """Of what values a condition speaks."""
    for node in nodes(condition):
        match node:
            case Custom(key=key, test=Null()):
                yield Span(key)
            case Custom(key=key, test=Number() as test):
                yield of_numbers(key, test)
            case Custom(key=key, test=Text(op="startsWith", values=(value,))):
                yield of_beginning(key, value)


def of_numbers(field: str, test: Number) -> Span:
    lows = [number_key(value) for value in (test.gte, test.eq) if value is not None]
    lows += [number_key(test.gt) + _BEHIND] if test.gt is not None else []
    ends = [number_key(value) + _BEHIND for value in (test.lte, test.eq) if value is not None]
    ends += [number_key(test.lt)] if test.lt is not None else []
    return Span(field, max(lows, default="n"), min(ends, default="o"))


def of_beginning(field: str, text: str) -> Span:
    return of_keys(field, "t" + folded(text)[:KEY_LENGTH])


def of_keys(field: str, prefix: str) -> Span:
    """Keys that begin so."""
    return Span(field, prefix, after_prefix(prefix) or LAST)
