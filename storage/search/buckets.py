"""How PostgreSQL finds the newest: its word index knows no order, so time is part of the tokens.

Each token of a document is written with its tenant and the period the document lies in, half a year or so: what a
search of one period reads is its own. Besides, a document has a token for each of the shorter stretches it lies
in: together with some of these a common word of the newest day is found without reading a whole period's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from storage.database import Row
from storage.search.places import BITS
from storage.statements import Native, Statement, Values

PERIOD = 32
"""A period's length, as bits of a place that do not matter: 194 days."""
STRETCHES = (22, 27)
"""Shorter ones: 4½ hours, 6 days."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+"
_LOOK_FOR = Native(
    sqlite="SELECT :query",
    postgresql="SELECT set_config('deskgraph.words', :query, true), set_config('jit', 'off', true)",
)
"""It cannot guess how few rows a search has, and would spend a tenth of a second on compiling for many."""


def _short(number: int) -> str:
    found = ""
    while number or not found:
        number, digit = divmod(number, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found


def prefix(tenant: int, period: int) -> str:
    """What every token of such a document begins with."""
    return _short(tenant << BITS - PERIOD | period) + "."


def _stretch_token(tenant: int, level: int, number: int) -> str:
    """`level` counts STRETCHES."""
    return f"{_short(tenant)}:{level}{_short(number)}"


def stretch_tokens(tenant: int, low: int, below: int) -> list[str]:
    """One of these is in every document from `low` to right before `below`: few, of stretches as long as may be."""
    level = max((at for at, bits in enumerate(STRETCHES) if below - low >= 1 << bits), default=0)
    numbers = range(low >> STRETCHES[level], ((below - 1) >> STRETCHES[level]) + 1)
    return [_stretch_token(tenant, level, number) for number in numbers]


def tenant_token(tenant: int) -> str:
    """Of every document of the tenant: what has it may be taken out."""
    return f"{_short(tenant)}:"


def placed(tenant: int, place: int, tokens: Iterable[str]) -> list[str]:
    """A document's tokens as they are indexed."""
    begin = prefix(tenant, place >> PERIOD)
    stretches = (_stretch_token(tenant, level, place >> bits) for level, bits in enumerate(STRETCHES))
    return [tenant_token(tenant), *stretches, *(begin + token for token in tokens)]


def periods(low: int, below: int) -> Sequence[int]:
    """Those that have places from `low` to right before `below`."""
    return range(low >> PERIOD, ((below - 1) >> PERIOD) + 1)


class _Session(Protocol):
    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]: ...


async def look_for(session: _Session, query: str) -> None:
    """PostgreSQL: what `search_words` shows in this transaction from now on, as a tsquery."""
    await session.fetch(_LOOK_FOR, {"query": query})
