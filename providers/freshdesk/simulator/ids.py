"""The world's small numbers as Freshdesk ids and back.

Tickets keep their number, which is what a small per-account display id is. Everything else has 13 digits as on accounts
of today (Zammad recording of 2023); agents and contacts are one range of users. Neo's ids have 19 digits: beyond what a
double can hold.
"""

from __future__ import annotations

from enum import IntEnum


class Base(IntEnum):
    USER = 1_070_000_000_000
    COMPANY = 1_071_000_000_000
    GROUP = 1_072_000_000_000
    PRODUCT = 1_073_000_000_000
    EMAIL_CONFIG = 1_074_000_000_000
    FIELD = 1_075_000_000_000
    NESTED_FIELD = 1_075_500_000_000
    FORM = 1_076_000_000_000
    SECTION = 1_077_000_000_000
    """Solution categories, folders and articles each have a table of their own."""
    FOLDER = 1_077_100_000_000
    ARTICLE = 1_077_200_000_000
    RATING = 1_078_000_000_000
    TIME_ENTRY = 1_079_000_000_000
    ROLE = 1_079_500_000_000
    ATTACHMENT = 1_080_000_000_000
    CONVERSATION = 1_100_000_000_000
    """A million million and more: tickets times the messages one may have."""

    def id(self, number: int) -> int:
        return self + number


_WIDTH = {Base.FIELD: 500_000_000, Base.NESTED_FIELD: 500_000_000, Base.SECTION: 100_000_000, Base.FOLDER: 100_000_000,
          Base.TIME_ENTRY: 500_000_000, Base.ROLE: 500_000_000, Base.ATTACHMENT: 20_000_000_000,
          Base.CONVERSATION: 1_000_000_000_000}  # fmt: skip
NEO = 1_900_000_000_000_000_000


def number(base: Base, identifier: int) -> int | None:
    """The world's number behind an id; None for an id of another kind."""
    found = identifier - base
    return found if 0 < found < _WIDTH.get(base, 900_000_000) else None


def shown(base: Base, numbered: int | None) -> int | None:
    return None if numbered is None else base + numbered
