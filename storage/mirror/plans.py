"""A question worked out, apart from the place it is asked at: kept, and asked again for the next page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from models.errors import Unsupported
from storage.mirror import planning
from storage.mirror.bounds import Legs
from storage.mirror.checking import Check, flags_of
from storage.mirror.collecting import KeyOf
from storage.mirror.custom_fields import present
from storage.mirror.custom_spans import Span, of_keys
from storage.mirror.listing import Key, Listing
from storage.mirror.planning import Path, Walk
from storage.mirror.predicates import EVERY, Missing, all_of
from storage.mirror.terms import Fix, Leaf, Range, exactly, negation
from storage.mirror.walking import LIMITS, Limits, Question, values_of
from storage.statements import Statement
from storage.tables.tickets import ticket_values
from storage.values import value_keys

PROBED = 3
"""Paths that are tried for having few rows."""


@dataclass(frozen=True)
class Custom:
    """An order by a custom field: its key, and what its values' keys begin with. `values`: those there are, where they
    are few."""

    field: str
    prefix: str
    helpdesks: tuple[int, ...]
    values: tuple[str, ...] | None = None

    @property
    def span(self) -> Span:
        return of_keys(self.field, self.prefix)

    def lacking(self) -> Leaf:
        spreads = {} if self.values is None else {self.span: self.values}
        return negation(present(self.span, self.helpdesks, spreads))._replace(own=True)

    def fix(self) -> Fix:
        pairs = tuple((desk, self.field) for desk in self.helpdesks)
        return Fix(("helpdesk", "field"), pairs, ticket_values.name)

    def value(self, ticket: Any) -> str | None:
        keys = value_keys(ticket.custom_fields.get(self.field))
        return next((key for key in keys if key.startswith(self.prefix)), None)


@dataclass(frozen=True)
class Segment:
    """A stretch of the list that one walk reads. `lead`: what its places begin with."""

    sort: tuple[Key, ...]
    lead: tuple[None, ...]
    walk: Walk | None
    question: Question

    @cached_property
    def legs(self) -> Legs:
        assert self.walk is not None
        return Legs(self.question.listing, self.walk, self.sort)

    @cached_property
    def simple(self) -> bool:
        """One leg that leaves nothing to be tested: its rows are the list's."""
        asked, walk = self.question, self.walk
        plain = walk is not None and not walk.runs and len(walk.path.legs) == 1
        return plain and asked.test is EVERY and not asked.checks

    @cached_property
    def statements(self) -> dict[tuple[bool, int], Statement]:
        """Of a simple segment: its statements by whether they begin behind a place, and by size."""
        return {}


@dataclass
class Plan:
    """`decided`: which of the paths that may have few rows (`few`) was found to have few, and until when that holds."""

    listing: Listing
    leaves: tuple[Leaf, ...]
    sort: tuple[Key, ...]
    tenant: int
    custom: Custom | None = None
    limits: Limits = LIMITS
    decided: tuple[Path | None, float] | None = field(default=None, compare=False)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Rows that have the first key, and those that lack it: these by the next."""
        return tuple(self._segment(*part) for part in self._split(self.sort))

    def _split(self, sort: tuple[Key, ...]) -> list[tuple[tuple[Key, ...], tuple[None, ...], tuple[Leaf, ...]]]:
        first = sort[0]
        if first.column not in self.listing.nullable:
            return [(sort, (), ())]
        if self._needed(first.column):
            return [(sort, (), (self._there(first.column),))]
        lacking = self._missing(first.column)
        missing = [(rest, (None, *lead), (lacking, *leaves)) for rest, lead, leaves in self._split(sort[1:])]
        there: tuple[tuple[Key, ...], tuple[None, ...], tuple[Leaf, ...]] = (sort, (), (self._there(first.column),))
        return [*missing, there] if first.nulls_first else [there, *missing]

    def _needed(self, column: str) -> bool:
        """Whether no row fits that lacks the column."""
        for leaf in self.leaves:
            if leaf.range is not None and leaf.range.fix is None and leaf.range.column == column:
                return True
            if leaf.fix is not None and leaf.fix.table is None and column in leaf.fix.columns:
                at = leaf.fix.columns.index(column)
                return all(value[at] is not None for value in leaf.fix.values)
        return False

    def _there(self, column: str) -> Leaf:
        if self.custom is not None:
            span = self.custom.span
            return Leaf(EVERY, EVERY, range=Range(column, span.low, span.below, self.custom.fix()))
        return exactly(Missing(column, missing=False))._replace(range=Range(column, None, None))

    def _missing(self, column: str) -> Leaf:
        if self.custom is not None:
            return self.custom.lacking()
        return exactly(Missing(column)).found_by((column,), [(None,)])

    def _segment(self, sort: tuple[Key, ...], lead: tuple[None, ...], further: tuple[Leaf, ...]) -> Segment:
        leaves = (*self.leaves, *further)
        walk = planning.walk(self.listing, leaves, sort)
        ensured = walk.path.leaves if walk is not None else frozenset[int]()
        return Segment(sort, lead, walk, asked(self.listing, leaves, ensured, self.tenant, self.limits))

    @cached_property
    def candidates(self) -> tuple[Path, ...]:
        """Paths that may find few rows."""
        return tuple(planning.gathers(self.listing, self.leaves))

    @cached_property
    def few(self) -> tuple[Path, ...]:
        """Those candidates that find what the walks do not ensure."""
        walks = [segment.walk.path.leaves if segment.walk else frozenset[int]() for segment in self.segments]
        return tuple(path for path in self.candidates if not all(path.leaves <= walk for walk in walks))[:PROBED]

    def of_few(self, path: Path) -> Question:
        return asked(self.listing, self.leaves, path.leaves, self.tenant, self.limits)

    @property
    def walked(self) -> bool:
        return all(segment.walk is not None for segment in self.segments)

    @cached_property
    def simple(self) -> bool:
        return len(self.segments) == 1 and self.segments[0].simple and not self.few

    @cached_property
    def one_statement(self) -> bool:
        """Whether a page is read by one statement whatever comes."""
        only = self.segments[0]
        plain = only.walk is not None and not only.walk.runs and only.question.test is EVERY
        return len(self.segments) == 1 and plain and not only.question.checks and not self.few

    @property
    def worked_out(self) -> Mapping[str, KeyOf]:
        return {} if self.custom is None else {"value": self.custom.value}

    def refusal(self) -> Unsupported:
        keys = [key.column for key in self.sort]
        return Unsupported(
            "Our copy cannot list so many records in this order: no index has it.",
            nearest=_nearest(keys),
            field="order",
        )


def _nearest(keys: Sequence[str]) -> str:
    if keys[0] in ("status", "priority"):
        return f"Order by {keys[0].upper()}, then UPDATED_AT, or narrow the filter to at most 1,000 records."
    return "Order by the first field alone, or narrow the filter to at most 1,000 records."


def asked(listing: Listing, leaves: Sequence[Leaf], ensured: frozenset[int], tenant: int, limits: Limits) -> Question:
    """What is left when some leaves are ensured by the way the rows are found."""
    over = [leaf for at, leaf in enumerate(leaves) if at not in ensured]
    test = all_of([leaf.maybe for leaf in over])
    sure = [leaf for at, leaf in enumerate(leaves) if at in ensured and leaf.range is not None and leaf.range.exact]
    checks: tuple[Check, ...] = tuple(leaf.check for leaf in leaves if leaf.check is not None and leaf not in sure)
    flags = flags_of(checks)
    most = limits.rows(test, indexed=all(leaf.indexed for leaf in over))
    return Question(listing, test, flags, checks, values_of(test, flags, tenant), limits, most)
