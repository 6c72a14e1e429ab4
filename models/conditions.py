"""Filters as a tree, as rich as the public API. A copy of ours answers all of it; a live helpdesk answers what can be
lowered to its flat query (resolvers/lowering.py), and refuses the rest.

Logic is two-valued: a missing value fails every test but `Null`, and `Not` turns that around. Ids are pairs of helpdesk
key and remote id. Field names are GraphQL spelling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import msgspec

from models.queries import TimeRange

RemoteId: TypeAlias = tuple[str, str]


class _Node(msgspec.Struct, frozen=True, tag=True):
    pass


class All(_Node, frozen=True):
    """Every part holds. No part: everything."""

    parts: tuple[Condition, ...] = ()


class AnyOf(_Node, frozen=True):
    """At least one part holds. No part: nothing."""

    parts: tuple[Condition, ...] = ()


class Not(_Node, frozen=True):
    part: Condition


class In(_Node, frozen=True):
    """The field's value is one of these: status, nativeStatus, priority, type, channel, lifecycle, helpdesk, state,
    visibility, locale, emailDomain, domain, externalId, number, id of a product. Enum members, or text."""

    field: str
    values: tuple[str, ...]


class IdIn(_Node, frozen=True):
    """The link, or with `id` the record itself, is one of these records: id, requester, assignee, group, organization,
    folder."""

    field: str
    ids: tuple[RemoteId, ...]


class Time(_Node, frozen=True):
    field: str
    range: TimeRange


class Within(_Node, frozen=True):
    """Not further from now than so many seconds: in the past when positive, in the future when negative."""

    field: str
    seconds: float


class Text(_Node, frozen=True):
    field: str
    op: Literal["eq", "in", "startsWith", "contains"]
    values: tuple[str, ...]
    case_sensitive: bool = False


class Number(_Node, frozen=True):
    field: str
    eq: float | None = None
    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None


class Flag(_Node, frozen=True):
    """hasAttachments, active, inline."""

    field: str
    value: bool


class Tags(_Node, frozen=True):
    """Of `tags` or `label`. All three must hold; empty means no condition."""

    field: str
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()


class Null(_Node, frozen=True):
    """The field has no value; with `is_null` False: it has one."""

    field: str
    is_null: bool = True


class Related(_Node, frozen=True):
    """The linked record (requester, assignee, organization) is there and fits."""

    link: str
    condition: Condition


class Custom(_Node, frozen=True):
    """A custom field, by its key. `helpdesk` None: of any helpdesk. The test's own field name is not looked at."""

    key: str
    test: Text | Number | Time | Within | Flag | In | Null
    helpdesk: str | None = None


Condition: TypeAlias = (
    All | AnyOf | Not | In | IdIn | Time | Within | Text | Number | Flag | Tags | Null | Related | Custom
)


def nodes(condition: Condition) -> Iterator[Condition]:
    """The condition and all parts of it, links not followed."""
    yield condition
    match condition:
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from nodes(part)
        case Not(part=part):
            yield from nodes(part)


EVERYTHING = All()


def both(parts: Iterable[Condition]) -> Condition:
    """All of them, without needless nesting."""
    flat: list[Condition] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, All) else (part,))
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def resolved(within: Within, now: datetime) -> Time:
    """`now` is the moment of the request, so that a page and the next one may differ by what time brings."""
    there = now - timedelta(seconds=within.seconds)
    first, last = (there, now) if within.seconds >= 0 else (now, there)
    return Time(within.field, TimeRange(gte=first, lte=last))
