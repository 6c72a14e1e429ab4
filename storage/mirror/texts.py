"""Tests of texts, alike on a key column and on the record: compared without case, after compatibility folding.

A key holds a text's first characters. What it cannot decide (long texts, the case of letters) is checked on the record.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from models.conditions import Text
from storage.mirror.checking import OnRecord
from storage.mirror.predicates import NONE, Compare, Cut, Missing, Test, all_of, any_of, one_of, pattern_of
from storage.mirror.terms import Leaf, Range
from storage.values import KEY_LENGTH


def folded(text: str) -> str:
    return plain(text).casefold()


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\0", "")


def after_prefix(prefix: str) -> str | None:
    """The least text, by code points, that is behind all that begin with `prefix`; None when there is none."""
    for at in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[at]) + 1
        if code <= 0x10FFFF:
            return prefix[:at] + chr(0xE000 if 0xD800 <= code <= 0xDFFF else code)
    return None


def holds(test: Text, text: str | None) -> bool:
    if text is None:
        return False
    fold = plain if test.case_sensitive else folded
    found, wanted = fold(text), [fold(value) for value in test.values]
    match test.op:
        case "eq" | "in":
            return found in wanted
        case "startsWith":
            return any(found.startswith(value) for value in wanted)
        case "contains":
            return any(value in found for value in wanted)


def beginning(column: str, prefix: str) -> tuple[Test, Range]:
    """`prefix` is no longer than keys are."""
    below = after_prefix(prefix)
    parts: list[Test] = [Compare(column, "ge", prefix)]
    if below is not None:
        parts.append(Compare(column, "lt", below))
    return all_of(parts), Range(column, prefix, below)


def text_leaf(test: Text, column: str, of: Callable[[Any], str | None], fix: bool = True) -> Leaf:
    """A test of a text whose key is in `column`; `of` takes the text from a record."""
    keys = [folded(value) for value in test.values]
    verify = OnRecord(lambda record: holds(test, of(record)))
    match test.op:
        case "eq" | "in":
            exact = not test.case_sensitive and all(len(key) < KEY_LENGTH for key in keys)
            found = one_of(column, [key[:KEY_LENGTH] for key in keys])
            leaf = Leaf(found, found if exact else NONE, None if exact else verify)
            return leaf.found_by((column,), [(key[:KEY_LENGTH],) for key in keys]) if fix else leaf
        case "startsWith":
            return _beginning(test, column, keys, verify)
        case "contains":
            return _part(test, column, keys, verify)


def _beginning(test: Text, column: str, keys: list[str], verify: OnRecord) -> Leaf:
    if any(not key for key in keys):
        return _any_text(test, column, keys, verify)
    exact = not test.case_sensitive and all(len(key) <= KEY_LENGTH for key in keys)
    ranges = [beginning(column, key[:KEY_LENGTH]) for key in keys]
    found = any_of([each for each, _ in ranges])
    only = ranges[0][1] if len(ranges) == 1 else None
    return Leaf(found, found if exact else NONE, None if exact else verify, range=only)


def _part(test: Text, column: str, keys: list[str], verify: OnRecord) -> Leaf:
    if any(not key for key in keys):
        return _any_text(test, column, keys, verify)
    seen = any_of([Compare(column, "like", pattern_of(key)) for key in keys if len(key) <= KEY_LENGTH])
    return Leaf(any_of([seen, Cut(column)]), NONE if test.case_sensitive else seen, verify)


def _any_text(test: Text, column: str, keys: list[str], verify: OnRecord) -> Leaf:
    """Nothing is part of every text."""
    there = Missing(column, missing=False)
    return Leaf(there, there, None) if any(not plain(value) for value in test.values) else Leaf(there, NONE, verify)
