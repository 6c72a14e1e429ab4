"""Small numbers for words: what a column holds for an enum, in the order that makes sense to sort by.

A number is never given another meaning; a word that comes new takes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from models.enums import (
    ArticleState,
    ArticleVisibility,
    ChangeOp,
    Channel,
    CommentVisibility,
    ContactState,
    DetailLevel,
    FreshnessSource,
    Kind,
    Lifecycle,
    TicketPriority,
    TicketStatus,
    TicketType,
)

E = TypeVar("E", bound=StrEnum)


class Ranks(Generic[E]):
    def __init__(self, numbers: Mapping[E, int]) -> None:
        self._numbers = dict(numbers)
        self._by_value = {word.value: number for word, number in numbers.items()}
        self._words = {number: word for word, number in numbers.items()}
        assert len(self._words) == len(self._numbers)

    def number(self, word: E) -> int:
        return self._by_value[word._value_]

    def word(self, number: int) -> E:
        return self._words[number]

    def all(self) -> Mapping[E, int]:
        return self._numbers

    def by_value(self) -> Mapping[str, int]:
        """Quicker to look up in: the hash of an enum's member is made in Python, that of its value is kept."""
        return self._by_value


def _counted(enum: type[E], *, since: int = 0) -> Ranks[E]:
    return Ranks({word: number for number, word in enumerate(enum, since)})


STATUS = Ranks(
    {
        TicketStatus.UNKNOWN: 0,
        TicketStatus.NEW: 10,
        TicketStatus.OPEN: 20,
        TicketStatus.PENDING: 30,
        TicketStatus.ON_HOLD: 40,
        TicketStatus.RESOLVED: 50,
        TicketStatus.CLOSED: 60,
    }
)
"""By how far a ticket has come."""
PRIORITY = Ranks(
    {
        TicketPriority.UNKNOWN: 0,
        TicketPriority.NONE: 10,
        TicketPriority.LOW: 20,
        TicketPriority.NORMAL: 30,
        TicketPriority.HIGH: 40,
        TicketPriority.URGENT: 50,
    }
)
"""By urgency: descending is the most urgent first."""
LIFECYCLE = _counted(Lifecycle)
TYPE = _counted(TicketType)
CHANNEL = _counted(Channel)
DETAIL = _counted(DetailLevel)
ORIGIN = _counted(FreshnessSource)
VISIBILITY = _counted(CommentVisibility)
CONTACT_STATE = _counted(ContactState)
ARTICLE_STATE = _counted(ArticleState)
ARTICLE_VISIBILITY = _counted(ArticleVisibility)
CHANGE_OP = _counted(ChangeOp)
KIND = _counted(Kind)

SHOWN = (Lifecycle.ACTIVE, Lifecycle.ARCHIVED)
"""What a list shows when nobody asks for a lifecycle."""


def shown(lifecycle: Lifecycle) -> int:
    return int(lifecycle in SHOWN)
