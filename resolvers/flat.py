"""A flat query being put together: one value or set of values for each field, all of which must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from models.conditions import AnyOf, Condition, Custom, IdIn, In, Not, Null, Related, Tags, Text
from models.errors import Unsupported
from models.queries import TimeRange

Q = TypeVar("Q", bound=msgspec.Struct)
COPY = "A copy of the helpdesk answers it, once it is complete (`helpdesk { sync { status } }`)."
APART = "Ask for each in a query (or alias) of its own."


class Flat:
    """What is set so far. Tests of one field must all hold."""

    def __init__(self, helpdesk: str, now: datetime) -> None:
        self.helpdesk = helpdesk
        self.now = now
        self.values: dict[str, Any] = {}
        self.impossible = False

    def words(self, target: str, values: Sequence[Any]) -> None:
        before = self.values.get(target)
        left = tuple(value for value in values if before is None or value in before)
        self.values[target] = left
        self.impossible = self.impossible or not left

    def one(self, target: str, value: Any) -> None:
        self.impossible = self.impossible or self.values.setdefault(target, value) != value

    def single(self, target: str, values: Sequence[Any], field: str) -> None:
        distinct = tuple(dict.fromkeys(values))
        if len(distinct) > 1:
            raise self.refusal(
                f"`{field}` names {len(distinct)} values, and live it can be asked for one at a time.",
                APART,
                field,
            )
        self.one(target, distinct[0])

    def id(self, target: str, ids: Sequence[tuple[str, str]], field: str) -> None:
        own = list(dict.fromkeys(remote for _, remote in ids))
        if len(own) > 1:
            raise self.refusal(
                f"`{field}` names {len(own)} ids of this helpdesk, and live it can be asked for one at a time.",
                APART,
                field,
            )
        self.one(target, own[0])

    def times(self, target: str, asked: TimeRange) -> None:
        found = narrowed(self.values.get(target), asked)
        self.values[target] = found
        self.impossible = self.impossible or empty(found)

    def since(self, asked: TimeRange, field: str) -> None:
        """For lists that can only be asked for what changed since a moment."""
        if asked.gt or asked.lt or asked.lte:
            raise self.refusal(f"`{field}` can only be asked with `gte` live.", "Use `gte`.", field)
        if asked.gte is not None:
            before = self.values.get("updated_since")
            self.values["updated_since"] = asked.gte if before is None else max(before, asked.gte)

    def text(self, target: str, test: Text, field: str) -> None:
        alone = test.op == "eq" or (test.op == "in" and len(test.values) == 1)
        if not alone or test.case_sensitive:
            said = "caseSensitive" if alone else test.op
            raise self.refusal(f"`{field}.{said}` cannot be asked live.", f"Use `{field}.eq`.", f"{field}.{said}")
        self.one(target, test.values[0])

    def refusal(self, message: str, nearest: str, field: str) -> Unsupported:
        return Unsupported(message, nearest=nearest, field=field, helpdesk=self.helpdesk)

    def made(self, kind: type[Q]) -> Q | None:
        return None if self.impossible else kind(**self.values)


def refused(part: Condition, flat: Flat, links: Mapping[str, str]) -> Unsupported:
    """What this part would say, in the words of the input. `links`: what can be asked of linked records."""
    match part:
        case AnyOf():
            return flat.refusal("`filter.or` cannot be asked live.", APART, "filter.or")
        case Not(part=In(field=field) | IdIn(field=field)):
            message = f"`filter.{field}.notIn` cannot be asked live."
            return flat.refusal(message, f"List what you want in `filter.{field}.in`.", f"filter.{field}")
        case Not():
            nearest = f"Say what you want instead. {COPY}"
            return flat.refusal("`filter.not` cannot be asked live.", nearest, "filter.not")
        case Related(link=link) if link in links:
            message = f"Within `filter.{link}` only {links[link]} can be asked live."
            return flat.refusal(message, COPY, f"filter.{link}")
        case _:
            said = _said(part)
            return flat.refusal(f"`filter.{said}` cannot be asked live.", COPY, f"filter.{said}")


def _said(part: Condition) -> str:
    match part:
        case Null(field=field):
            return f"{field}.isNull"
        case Related(link=link):
            return link
        case Custom():
            return "customFields"
        case Text(field=field, op=op):
            return f"{field}.{op}"
        case Tags(field=field):
            return f"{field}.none"
        case _:
            return str(getattr(part, "field", "not"))


def narrowed(one: TimeRange | None, other: TimeRange) -> TimeRange:
    """The moments that are in both."""
    if one is None:
        return other
    low, open_low = max(_low(one), _low(other), key=_later)
    high, open_high = min(_high(one), _high(other), key=_earlier)
    return TimeRange(
        gt=low if open_low else None,
        gte=None if open_low else low,
        lt=high if open_high else None,
        lte=None if open_high else high,
    )


def _low(range_: TimeRange) -> tuple[datetime | None, bool]:
    return (range_.gt, True) if range_.gt is not None else (range_.gte, False)


def _high(range_: TimeRange) -> tuple[datetime | None, bool]:
    return (range_.lt, True) if range_.lt is not None else (range_.lte, False)


def _later(bound: tuple[datetime | None, bool]) -> tuple[float, bool]:
    at, is_open = bound
    return (float("-inf") if at is None else at.timestamp(), is_open)


def _earlier(bound: tuple[datetime | None, bool]) -> tuple[float, bool]:
    at, is_open = bound
    return (float("inf") if at is None else at.timestamp(), not is_open)


def empty(range_: TimeRange) -> bool:
    """Whether no moment can be in it."""
    low, open_low = _low(range_)
    high, open_high = _high(range_)
    if low is None or high is None:
        return False
    return low > high or (low == high and (open_low or open_high))
