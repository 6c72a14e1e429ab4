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
from storage.mirror.custom_spans import Span, Spreads, of_beginning, of_numbers
from storage.mirror.lowering import Surroundings
from storage.mirror.predicates import EVERY, NONE, all_of, one_of, there
from storage.mirror.terms import Fix, Leaf, Range, negation
from storage.mirror.texts import folded, holds
from storage.tables.tickets import ticket_values
from storage.values import KEY_LENGTH, number_key, value_keys

SAME = (("helpdesk", "helpdesk"), ("shown", "shown"), ("updated_at", "updated_at"), ("num", "num"))
_PREFIX = ("helpdesk", "field")


def split_custom(test: Custom) -> Sequence[Condition]:
    return (test,)


def custom_leaf(test: Custom, around: Surroundings) -> Leaf:
    desks = around.numbers([test.helpdesk]) if test.helpdesk is not None else list(around.helpdesks)
    inner = resolved(test.test, around.now) if isinstance(test.test, Within) else test.test
    leaf = _inner(test.key, inner, desks, around.spreads)
    if test.helpdesk is None:
        return leaf
    here = one_of("helpdesk", desks)
    check = None if leaf.check is None else OnRecord(_of_helpdesk(leaf, test.helpdesk))
    return Leaf(all_of([here, leaf.maybe]), all_of([here, leaf.sure]), check, leaf.fix, leaf.range)


def _of_helpdesk(leaf: Leaf, helpdesk: str) -> Callable[[Any], bool]:
    return lambda ticket: ticket.helpdesk == helpdesk and leaf.checked().holds(ticket, ())


def _inner(key: str, test: Text | Number | Time | Flag | In | Null, desks: Sequence[int], spreads: Spreads) -> Leaf:
    match test:
        case Text(op="eq" | "in"):
            return _texts(key, test, desks)
        case In(values=values):
            return _texts(key, Text(key, "in", values), desks)
        case Text(op="startsWith", values=(value,)):
            return _beginning(test, of_beginning(key, value), desks, spreads)
        case Text():
            return _checked(key, lambda value: isinstance(value, str) and holds(test, value))
        case Flag(value=value):
            return _keyed(key, desks, ["b1" if value else "b0"])
        case Number(eq=float() | int() as value, gt=None, gte=None, lt=None, lte=None):
            return _keyed(key, desks, [number_key(float(value))])
        case Number():
            return _between(of_numbers(key, test), desks, spreads)
        case Time():
            return _checked(key, lambda value: _at(test, value))
        case Null(is_null=is_null):
            return negation(present(Span(key), desks, spreads)) if is_null else present(Span(key), desks, spreads)
    raise Unsupported("This test of a custom field is not known.", field="filter.customFields")


def _keyed(key: str, desks: Sequence[int], values: Sequence[str]) -> Leaf:
    found = there(ticket_values, SAME, all_of([one_of("field", [key]), one_of("value", values)]))
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


def _between(span: Span, desks: Sequence[int], spreads: Spreads) -> Leaf:
    """The keys decide, on the record as in the index."""
    fix = Fix(_PREFIX, tuple((desk, span.field) for desk in desks), ticket_values.name, twice=True)
    return present(span, desks, spreads)._replace(range=Range("value", span.low, span.below, fix, exact=True))


def present(span: Span, desks: Sequence[int], spreads: Spreads) -> Leaf:
    """A value whose key is in the span: one of those there are, or, where these are many, looked for in the record."""
    if span in spreads:
        return _keyed(span.field, desks, spreads[span])
    return Leaf(
        EVERY, NONE, OnRecord(lambda ticket: any(map(span.has, value_keys(ticket.custom_fields.get(span.field)))))
    )


def _beginning(test: Text, span: Span, desks: Sequence[int], spreads: Spreads) -> Leaf:
    leaf = _between(span, desks, spreads)
    if not test.case_sensitive and len(folded(test.values[0])) <= KEY_LENGTH:
        return leaf
    assert leaf.range is not None
    check = _checked(span.field, lambda value: isinstance(value, str) and holds(test, value)).check
    return leaf._replace(sure=NONE, check=check, range=leaf.range._replace(exact=False))


def _checked(key: str, fits: Callable[[Any], bool]) -> Leaf:
    return Leaf(EVERY, NONE, OnRecord(lambda ticket: any(map(fits, values_of(ticket.custom_fields.get(key))))))


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
