"""How the values of a filter become conditions. Everything that cannot be meant is refused here, naming the input's
path and the remedy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from models.conditions import (
    EVERYTHING,
    Condition,
    Custom,
    Flag,
    IdIn,
    In,
    Not,
    Null,
    Number,
    Tags,
    Text,
    Time,
    Within,
    both,
)
from models.enums import Kind
from models.errors import BadInput
from models.ids import decode_kind
from models.queries import TimeRange
from resolvers.filters import Named, Wanted, at_least
from schema.fields import given

T = TypeVar("T")
DEEPEST = 8
MOST_CONDITIONS = 100
MOST_VALUES = 1_000
LONGEST_TEXT = 300
FURTHEST_S = 100 * 366 * 86_400.0
"""The bounds of one filter, told in its description."""


def bad(path: str, what: str) -> BadInput:
    """`what` says what is wrong with the argument at `path`, and what to do."""
    return BadInput(f"`{path}` {what}", field=path)


class Reading:
    """One filter being read: what it has so far, so that it stays within its bounds."""

    def __init__(self) -> None:
        self._conditions = 0
        self._values = 0
        self.helpdesks: list[Named] = []
        self.fields: list[Named] = []

    def wanted(self, where: Condition) -> Wanted:
        return Wanted(where=where, helpdesks=tuple(self.helpdesks), fields=tuple(self.fields))

    def deeper(self, depth: int, path: str) -> int:
        if depth >= DEEPEST:
            raise bad(path, f"is nested more than {DEEPEST} deep. Write the filter flatter.")
        return depth + 1

    def made(self, condition: Condition, path: str) -> Condition:
        self._conditions += 1
        if self._conditions > MOST_CONDITIONS:
            raise bad(
                path, f"is one condition too many: at most {MOST_CONDITIONS} are allowed. Ask in several queries."
            )
        return condition

    def some(self, values: Sequence[T], path: str) -> tuple[T, ...]:
        if not values:
            raise bad(path, "is an empty list. Leave it out, or give at least one value.")
        self._values += len(values)
        if self._values > MOST_VALUES:
            raise bad(path, f"brings the filter to more than {MOST_VALUES} values. Ask in several queries.")
        return tuple(values)

    # One method for each kind of value: the input, its path, and the condition's field.

    def words(self, asked: Any, path: str, field: str) -> Condition:
        """`in`, `notIn`, and of priorities `gte`."""
        found: list[Condition] = []
        if (values := given(asked.in_)) is not None:
            found.append(self.made(In(field, self.some(values, f"{path}.in")), path))
        if (values := given(getattr(asked, "not_in", None))) is not None:
            found.append(self.made(Not(In(field, self.some(values, f"{path}.notIn"))), path))
        if (least := given(getattr(asked, "gte", None))) is not None:
            found.append(self.made(In(field, at_least(least)), path))
        return both(found)

    def helpdesk(self, asked: Any, path: str, field: str) -> Condition:
        for key in (*(given(asked.in_) or ()), *(given(asked.not_in) or ())):
            self.helpdesks.append(Named(field=path, key=key))
        return self.words(asked, path, field)

    def listed(self, asked: Sequence[Any], path: str, field: str) -> Condition:
        """A plain list of words."""
        return self.made(In(field, self.some(asked, path)), path)

    def flag(self, asked: bool, path: str, field: str) -> Condition:
        return self.made(Flag(field, asked), path)

    def text(self, asked: Any, path: str, field: str) -> Condition:
        strict = bool(given(asked.case_sensitive))
        found: list[Condition] = []
        for name, op in (("eq", "eq"), ("starts_with", "startsWith"), ("contains", "contains")):
            value = given(getattr(asked, name))
            if value is not None:
                self.some((value,), f"{path}.{op}")
                part = Text(field, op, (_short(value, f"{path}.{op}", empty=op == "eq"),), strict)  # type: ignore[arg-type]
                found.append(self.made(part, path))
        if (values := given(asked.in_)) is not None:
            texts = tuple(_short(v, f"{path}.in", empty=True) for v in self.some(values, f"{path}.in"))
            found.append(self.made(Text(field, "in", texts, strict), path))
        return both(found)

    def tags(self, asked: Any, path: str, field: str) -> Condition:
        def texts(name: str) -> tuple[str, ...]:
            values = given(getattr(asked, name))
            at = f"{path}.{name.strip('_')}"
            return () if values is None else tuple(_short(v, at, empty=False) for v in self.some(values, at))

        found = Tags(field, texts("all_"), texts("any_"), texts("none"))
        if both_ways := set(found.all_of) & set(found.none_of):
            raise bad(f"{path}.none", f"has {min(both_ways)!r}, which `{path}.all` asks for. Take it out of one.")
        return EVERYTHING if found == Tags(field) else self.made(found, path)

    def ids(self, asked: Any, path: str, field: str, kind: Kind) -> Condition:
        inside, outside, null = given(asked.in_), given(asked.not_in), given(asked.is_null)
        if null and (inside is not None or outside is not None):
            raise bad(f"{path}.isNull", "is true, and ids are named beside it: nothing is both. Leave one out.")
        found: list[Condition] = []
        if inside is not None:
            found.append(self.made(self._ids(inside, f"{path}.in", field, kind), path))
        if outside is not None:
            found.append(self.made(Not(self._ids(outside, f"{path}.notIn", field, kind)), path))
        if null is not None:
            found.append(self.made(Null(field, null), path))
        return both(found)

    def _ids(self, values: Sequence[str], path: str, field: str, kind: Kind) -> IdIn:
        found = [decode_kind(value, kind, field=path) for value in self.some(values, path)]
        return IdIn(field, tuple(dict.fromkeys((one.helpdesk, one.remote_id) for one in found)))

    def times(self, asked: Any, path: str, field: str) -> Condition:
        range_ = time_range(asked, path)
        null, within = given(asked.is_null), given(asked.within)
        if null and (range_ is not None or within is not None):
            raise bad(f"{path}.isNull", "is true, and a bound stands beside it: nothing is both. Leave one out.")
        found: list[Condition] = []
        if range_ is not None:
            found.append(self.made(Time(field, range_), path))
        if within is not None:
            if abs(within) > FURTHEST_S:
                raise bad(f"{path}.within", "is more than 100 years. Use a bound.")
            found.append(self.made(Within(field, within), path))
        if null is not None:
            found.append(self.made(Null(field, null), path))
        return both(found)

    def number(self, asked: Any, path: str, field: str) -> Condition:
        bounds = {name: given(getattr(asked, name)) for name in ("eq", "gt", "gte", "lt", "lte")}
        _check_bounds(bounds, path, "number")
        if all(value is None for value in bounds.values()):
            return EVERYTHING
        return self.made(Number(field, **bounds), path)

    def custom(self, asked: Sequence[Any], path: str, field: str) -> Condition:
        found = [self._custom(one, f"{path}[{at}]") for at, one in enumerate(self.some(asked, path))]
        return both(found)

    def _custom(self, asked: Any, path: str) -> Condition:
        helpdesk = given(asked.helpdesk)
        if helpdesk is not None:
            self.helpdesks.append(Named(field=f"{path}.helpdesk", key=helpdesk))
        self.fields.append(Named(field=f"{path}.key", key=asked.key, helpdesk=helpdesk))
        tests: list[Condition] = []
        for name, read in CUSTOM.items():
            value = given(getattr(asked, name))
            if value is not None:
                test = read(self, value, f"{path}.{name}", name)
                tests += [_under(asked.key, helpdesk, part) for part in getattr(test, "parts", (test,))]
        null = given(asked.is_null)
        if null and tests:
            raise bad(f"{path}.isNull", "is true, and a test stands beside it: nothing is both. Leave one out.")
        if null is not None:
            tests.append(self.made(Custom(asked.key, Null(asked.key, null), helpdesk), path))
        if not tests:
            raise bad(
                path, "says nothing of the field. Give `text`, `number`, `date`, `boolean`, `choice` or `isNull`."
            )
        return both(tests)


CUSTOM = {
    "text": Reading.text,
    "number": Reading.number,
    "date": Reading.times,
    "boolean": Reading.flag,
    "choice": Reading.words,
}


def _under(key: str, helpdesk: str | None, test: Any) -> Condition:
    """A test of a plain field, as one of the custom field `key`."""
    if isinstance(test, Not):
        return Not(Custom(key, test.part, helpdesk))  # type: ignore[arg-type]
    return Custom(key, test, helpdesk)


def _short(value: str, path: str, *, empty: bool) -> str:
    if len(value) > LONGEST_TEXT:
        raise bad(path, f"is longer than {LONGEST_TEXT} characters. Shorten it.")
    if not value and not empty:
        raise bad(path, "is empty, which every text has. Leave it out, or say what it is.")
    return value


def time_range(asked: Any, path: str) -> TimeRange | None:
    bounds = {name: given(getattr(asked, name)) for name in ("eq", "gt", "gte", "lt", "lte")}
    _check_bounds(bounds, path, "moment")
    at: datetime | None = bounds.pop("eq")
    found = TimeRange(gte=at, lte=at) if at is not None else TimeRange(**bounds)
    return None if found == TimeRange() else found


def _check_bounds(bounds: dict[str, Any], path: str, what: str) -> None:
    low = bounds["gt"] if bounds["gt"] is not None else bounds["gte"]
    high = bounds["lt"] if bounds["lt"] is not None else bounds["lte"]
    if None not in (bounds["gt"], bounds["gte"]) or None not in (bounds["lt"], bounds["lte"]):
        raise bad(path, "has two lower or two upper bounds; give one of each.")
    if bounds["eq"] is not None and (low is not None or high is not None):
        raise bad(f"{path}.eq", "stands alone; leave the bounds beside it out.")
    if low is not None and high is not None:
        open_ = bounds["gt"] is not None or bounds["lt"] is not None
        if low > high or (low == high and open_):
            raise bad(path, f"has bounds that no {what} is between. Turn them round, or leave one out.")
