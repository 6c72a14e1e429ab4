"""What SQL alone cannot decide is checked on the record itself, for the rows that SQL let through.

A check is a tree like its condition. Parts that SQL decides exactly stand in it as flags: columns that are selected
along, in the order of `flags_of`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from storage.mirror.predicates import Test


class Check(ABC):
    @abstractmethod
    def holds(self, record: Any, flags: Sequence[Any]) -> bool: ...

    def parts(self) -> Sequence[Check]:
        return ()


class OnRecord(Check):
    def __init__(self, test: Callable[[Any], bool]) -> None:
        self._test = test

    def holds(self, record: Any, flags: Sequence[Any]) -> bool:
        return self._test(record)


class Flagged(Check):
    """Decided by SQL. `at` is set when the check is made ready for its statement."""

    def __init__(self, test: Test) -> None:
        self.test = test
        self.at = 0

    def holds(self, record: Any, flags: Sequence[Any]) -> bool:
        return bool(flags[self.at])


class AllHold(Check):
    def __init__(self, parts: Sequence[Check]) -> None:
        self._parts = parts

    def parts(self) -> Sequence[Check]:
        return self._parts

    def holds(self, record: Any, flags: Sequence[Any]) -> bool:
        return all(part.holds(record, flags) for part in self._parts)


class SomeHold(AllHold):
    def holds(self, record: Any, flags: Sequence[Any]) -> bool:
        return any(part.holds(record, flags) for part in self._parts)


class Turned(AllHold):
    def __init__(self, part: Check) -> None:
        super().__init__((part,))

    def holds(self, record: Any, flags: Sequence[Any]) -> bool:
        return not self._parts[0].holds(record, flags)


def flags_of(checks: Sequence[Check]) -> tuple[Test, ...]:
    """The tests that have to be selected along; numbers them."""
    found: list[Test] = []
    for check in checks:
        for flag in _flags(check):
            flag.at = len(found)
            found.append(flag.test)
    return tuple(found)


def _flags(check: Check) -> Iterator[Flagged]:
    if isinstance(check, Flagged):
        yield check
    for part in check.parts():
        yield from _flags(part)
