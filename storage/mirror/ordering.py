"""Sorting in hand, as the database would: by code points, missing values at the end that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar

from storage.mirror.listing import Key

R = TypeVar("R", bound=Sequence[Any])


def in_order(rows: Sequence[R], columns: Sequence[str], sort: Sequence[Key], nullable: bool = False) -> list[R]:
    """Rows by `sort`; `columns` names their first values. Without `nullable` no value is missing."""
    found = list(rows)
    at = {column: number for number, column in enumerate(columns)}
    if len({key.descending for key in sort}) == 1 and not (nullable and any(None in row for row in found)):
        found.sort(key=itemgetter(*(at[key.column] for key in sort)), reverse=sort[0].descending)
        return found
    for key in reversed(sort):
        _sort(found, at[key.column], key)
    return found


def _sort(rows: list[R], at: int, key: Key) -> None:
    """Stable, so sorting by the last key first sorts by all. `reverse` keeps equal ones in their order, too."""
    last = key.nulls_first if key.descending else not key.nulls_first

    def value(row: R) -> Any:
        found = row[at]
        return (last, 0) if found is None else (not last, found)

    if all(row[at] is not None for row in rows):
        rows.sort(key=itemgetter(at), reverse=key.descending)
    else:
        rows.sort(key=value, reverse=key.descending)


def behind(
    rows: Sequence[R], columns: Sequence[str], sort: Sequence[Key], place: Mapping[str, Any] | None, inclusive: bool
) -> list[R]:
    """Those of the sorted rows that come after the place, with `inclusive` also the one that stands at it."""
    if place is None:
        return list(rows)
    marker: Any = tuple(place[column] for column in columns)
    merged = in_order([marker, *rows], columns, sort, nullable=True)
    number = next(at for at, row in enumerate(merged) if row is marker)
    rest = merged[number + 1 :]
    same = len(columns)
    at_it = [row for row in rest[:1] if tuple(row[:same]) == marker]
    return rest if inclusive or not at_it else rest[1:]
