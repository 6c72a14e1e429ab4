"""What a search asks of the index: groups of tokens, in the words of each database.

A document is found when of every group one token is in it. Groups are: each term of the text, the kinds, and the
helpdesks, or, for a bound caller, the organizations whose documents may be seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from models.enums import SearchKind
from models.errors import BadInput
from models.queries import Scope
from storage.search.documents import KINDS, NOTE, helpdesk_token, kind_token, open_token, organization_token
from storage.search.tokens import Term, terms
from storage.tenants import Tenancy
from storage.values import number_of

SHORTEST_PREFIX = 3
"""Letters before a `*`; fewer would begin too many words."""
Group: TypeAlias = Sequence[Term]


class Query(msgspec.Struct, frozen=True):
    """`terms`: what the text says; `others`: whose documents, of which kinds. `notes` False: no internal comments.
    `known`: the tokens that some of the terms stand for (vocabulary.py). `told`: what `others` say of helpdesks and of
    kinds, None for all, where a row alone tells as much."""

    terms: tuple[Term, ...]
    others: tuple[tuple[Term, ...], ...] = ()
    notes: bool = True
    known: Mapping[Term, tuple[Term, ...]] = {}
    told: tuple[frozenset[int] | None, frozenset[int] | None] | None = None

    @property
    def simple(self) -> bool:
        """Every entry of one list of the index is a hit."""
        return len(self.terms) == 1 and not self.others and self.notes

    def shows(self, kind: int, helpdesk: int) -> bool:
        """Whether a document found without `others` is one to be found."""
        assert self.told is not None
        helpdesks, kinds = self.told
        return (helpdesks is None or helpdesk in helpdesks) and (kinds is None or kind in kinds)

    def groups(self) -> Iterator[Group]:
        yield from (self.known.get(term, (term,)) for term in self.terms)
        yield from self.others


def asked(
    tenancy: Tenancy, scope: Scope, helpdesks: Sequence[str], text: str, kinds: Collection[SearchKind]
) -> Query | None:
    """None: nothing can be found, whatever there is. `kinds` empty: all of them."""
    wanted = terms(text)
    if not wanted:
        raise BadInput("`query` has no letters, digits or symbols to look for.", field="query")
    for term in wanted:
        if term.prefix and len(term.token) < SHORTEST_PREFIX and term.token.isascii():
            raise BadInput(f"`query`: at least {SHORTEST_PREFIX} letters must stand before `*`.", field="query")
    whose = _whose(tenancy, scope, helpdesks)
    if whose == ():
        return None
    some = set(kinds) if len(set(kinds)) < len(SearchKind) else set()
    of_kinds = tuple(Term(kind_token(kind)) for kind in some)
    others = tuple(group for group in (whose, of_kinds) if group)
    told = None
    if others and scope.organizations is None:
        numbers = frozenset(tenancy.helpdesks[key] for key in helpdesks if key in tenancy.helpdesks) if whose else None
        told = (numbers, frozenset(KINDS[kind] for kind in some) if some else None)
    return Query(tuple(wanted), others, notes=scope.sees_notes, told=told)


def _whose(tenancy: Tenancy, scope: Scope, helpdesks: Sequence[str]) -> tuple[Term, ...] | None:
    """None: everything of the tenant; empty: nothing. A helpdesk where a caller has no organization shows nothing."""
    numbers = {key: tenancy.helpdesks[key] for key in helpdesks if key in tenancy.helpdesks}
    if scope.organizations is None:
        if len(numbers) == len(tenancy.helpdesks):
            return None
        return tuple(Term(helpdesk_token(number)) for number in numbers.values())
    seen = {key: bound for key, bound in scope.organizations.items() if key in numbers and bound}
    found = [Term(open_token(numbers[key])) for key in seen]
    for key, bound in seen.items():
        found.extend(Term(organization_token(numbers[key], number_of(one))) for one in sorted(bound))
    return tuple(found)


def for_sqlite(query: Query) -> str:
    groups = (" OR ".join(f'"{t.token}"{" *" if t.prefix else ""}' for t in group) for group in query.groups())
    found = " AND ".join(f"({group})" for group in groups)
    return found if query.notes else f'({found}) NOT "{NOTE}"'


def for_postgresql(query: Query, prefixes: Iterable[str], stretches: Sequence[str] = ()) -> str:
    """In the periods of these prefixes, and in one of these stretches if there are any."""
    there = f"({'|'.join(map(repr, stretches))})&" if stretches else ""
    return "|".join(f"({there}{_in_period(query, prefix)})" for prefix in prefixes)


def _in_period(query: Query, prefix: str) -> str:
    groups = ("|".join(f"'{prefix}{t.token}'{':*' if t.prefix else ''}" for t in group) for group in query.groups())
    found = "&".join(f"({group})" for group in groups)
    return found if query.notes else f"{found}&!'{prefix}{NOTE}'"
