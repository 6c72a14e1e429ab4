"""Tests of custom fields. A value is found by its keys (storage/values.py); what these cannot say is checked on the
record.

A field of several values fits when one of them does. Texts and choices are compared without case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from models.conditions import Condition, Custom, Flag, In, Null, Number, Text, Time, Within, resolved
from models.errors import Unsupported
from storage.mirror.checking import OnRecord
from storage.mirror.lowering import Surroundings
from storage.mirror.predicates import EVERY, NONE, There, all_of, one_of
from storage.mirror.terms import Fix, Leaf, Range
from storage.mirror.texts import after_prefix, folded, holds
from storage.tables.tickets import ticket_values
from storage.values import KEY_LENGTH, number_key, value_keys

SAME = (("helpdesk", "helpdesk"), ("shown", "shown"), ("updated_at", "updated_at"), ("num", "num"))
_PREFIX = ("helpdesk", "field")


def split_custom(test: Custom) -> Sequence[Condition]:
    return (test,)


def custom_leaf(test: Custom, around: Surroundings) -> Leaf:
    desks = around.numbers([test.helpdesk]) if test.helpdesk is not None else list(around.helpdesks)
    leaf = _inner(test.key, resolved(test.test, around.now) if isinstance(test.test, Within) else test.test, desks)
    if test.helpdesk is None:
        return leaf
    here = one_of("helpdesk", desks)
    check = None if leaf.check is None else OnRecord(_of_helpdesk(leaf, test.helpdesk))
    return Leaf(all_of([here, leaf.maybe]), all_of([here, leaf.sure]), check, leaf.fix, leaf.range)


def _of_helpdesk(leaf: Leaf, helpdesk: str) -> Callable[[Any], bool]:
    return lambda ticket: ticket.helpdesk == helpdesk and leaf.checked().holds(ticket, ())


def _inner(key: str, test: Text | Number | Time | Flag | In | Null, desks: Sequence[int]) -> Leaf:
    match test:
        case Text(op="eq" | "in"):
            return _texts(key, test, desks)
        case In(values=values):
            return _texts(key, Text(key, "in", values), desks)
        case Text():
            return _checked(key, desks, lambda value: isinstance(value, str) and holds(test, value), _span(test))
        case Flag(value=value):
            return _keyed(key, desks, ["b1" if value else "b0"])
        case Number(eq=float() | int() as value, gt=None, gte=None, lt=None, lte=None):
            return _keyed(key, desks, [number_key(float(value))])
        case Number():
            return _checked(key, desks, lambda value: _within(test, value), _numbers(test))
        case Time():
            return _checked(key, desks, lambda value: _at(test, value), None)
        case Null(is_null=is_null):
            return Leaf(EVERY, NONE, OnRecord(lambda t: any(value_keys(t.custom_fields.get(key))) is not is_null))
    raise Unsupported("This test of a custom field is not known.", field="filter.customFields")


def _keyed(key: str, desks: Sequence[int], values: Sequence[str]) -> Leaf:
    found = There(ticket_values, SAME, all_of([one_of("field", [key]), one_of("value", values)]))
    if not values:
        return Leaf(NONE, NONE)
    columns = (*_PREFIX, "value")
    pairs = [(desk, key, value) for desk in desks for value in values]
    return Leaf(found, found).found_by(columns, pairs, table=ticket_values.name, twice=len(values) > 1)


def _texts(key: str, test: Text, desks: Sequence[int]) -> Leaf:
    wanted = [folded(value) for value in test.values]
    leaf = _keyed(key, desks, ["t" + value[:KEY_LENGTH] for value in wanted if value])
    if not test.case_sensitive and all(len(value) < KEY_LENGTH for value in wanted):
        return leaf
    check = OnRecord(lambda ticket: any(value and holds(test, value) for value in texts_of(ticket, key)))
    return leaf._replace(sure=NONE, check=check)


def _checked(key: str, desks: Sequence[int], fits: Callable[[Any], bool], span: tuple[str, str | None] | None) -> Leaf:
    check = OnRecord(lambda ticket: any(fits(value) for value in values_of(ticket.custom_fields.get(key))))
    fix = Fix(_PREFIX, tuple((desk, key) for desk in desks), ticket_values.name, twice=True)
    return Leaf(EVERY, NONE, check, range=None if span is None else Range("value", *span, fix=fix))


def _span(test: Text) -> tuple[str, str | None] | None:
    if test.op != "startsWith" or len(test.values) != 1:
        return None
    prefix = "t" + folded(test.values[0])[:KEY_LENGTH]
    return prefix, after_prefix(prefix)


def _numbers(test: Number) -> tuple[str, str | None] | None:
    lows = [value for value in (test.gt, test.gte, test.eq) if value is not None]
    highs = [value for value in (test.lt, test.lte, test.eq) if value is not None]
    low = number_key(max(lows)) if lows else "n"
    return low, number_key(min(highs)) + "~" if highs else "o"


def values_of(value: Any) -> Iterator[Any]:
    """The single values of a field, those that count as one."""
    if isinstance(value, str | bool | int | float):
        if value != "":
            yield value
    elif isinstance(value, Iterable) and not isinstance(value, Mapping):
        for one in value:
            yield from values_of(one) if isinstance(one, str | int | float) else ()


def texts_of(ticket: Any, key: str) -> Iterator[str]:
    return (value for value in values_of(ticket.custom_fields.get(key)) if isinstance(value, str))


def number_in(value: Any) -> float | None:
    """A number, or a text that reads as one."""
    if isinstance(value, bool):
        return None
    found = [key for key in value_keys(value) if key.startswith("n")]
    return float(value) if found else None


def _within(test: Number, value: Any) -> bool:
    found = number_in(value)
    if found is None:
        return False
    return not (
        (test.eq is not None and found != test.eq)
        or (test.gt is not None and found <= test.gt)
        or (test.gte is not None and found < test.gte)
        or (test.lt is not None and found >= test.lt)
        or (test.lte is not None and found > test.lte)
    )


def moment_in(value: Any) -> datetime | None:
    """A day counts from its beginning, in UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _at(test: Time, value: Any) -> bool:
    found = moment_in(value)
    return found is not None and test.range.holds(found)
