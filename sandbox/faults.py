"""Rules for things that go wrong between a face and its caller.

A rule says where (face, method, path pattern), how often (skip, times, probability) and what:

    down      the connection is closed without an answer          reset     the connection is reset (RST)
    stall     no byte for `seconds`, then closed                  slow      the true answer after `seconds`
    drip      the true answer, `chunk` bytes every `seconds`      truncate  the true answer's head and half its body
    status    any `status` with `body` and `headers`              html      200 with a page of HTML
    loop      the link to the next page leads to this page        hostile_next  it leads to another host

`after` makes down, reset, stall, status and html happen when the handler has done its work: the write happened, its
answer is lost. On a real server the first six are done to the socket. In process there is none: the app raises
ConnectionRefusedError (down), ConnectionResetError (reset), TimeoutError (stall) or ConnectionAbortedError (truncate),
which `sandbox.inprocess` turns into what httpx raises.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from fnmatch import translate
from functools import cached_property
from typing import Any, Literal

import msgspec

Kind = Literal["down", "reset", "stall", "drip", "truncate", "slow", "status", "html", "loop", "hostile_next"]
ON_THE_WIRE = frozenset({"down", "reset", "stall", "truncate"})
"""These are done to the server's transport."""


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One rule. `path` is a glob over the path below the face; `times` None: for ever."""

    kind: Kind
    face: str = "*"
    method: str = "*"
    path: str = "*"
    query: str = "*"
    """A glob over the raw query string."""
    skip: int = 0
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    after: bool = False
    status: int = 503
    body: str | dict[str, Any] | list[Any] | None = None
    headers: dict[str, str] = {}
    seconds: float | None = None
    """slow: 2, stall: 60, drip: 0.05 between pieces."""
    chunk: int = 1
    chunked: bool = False
    """truncate: cut a chunked body instead of announcing a longer Content-Length."""
    host: str = "http://elsewhere.example"
    """hostile_next: where the link leads."""
    number: int = 0
    """Given when the rule is added."""
    met: int = 0
    """How many requests matched, and how many the fault struck."""
    struck: int = 0

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(translate(glob)) for glob in (self.face, self.method, self.path, self.query))

    @cached_property
    def _luck(self) -> random.Random:
        return random.Random(self.seed)

    def strikes(self, face: str, method: str, path: str, query: str) -> bool:
        values = (face, method, path, query)
        if not all(pattern.match(value) for pattern, value in zip(self._patterns, values, strict=True)):
            return False
        self.met += 1
        if self.met <= self.skip or (self.times is not None and self.struck >= self.times):
            return False
        if self.probability < 1 and self._luck.random() >= self.probability:
            return False
        self.struck += 1
        return True

    def wait(self, default: float) -> float:
        return default if self.seconds is None else self.seconds


class FaultRules:
    """The rules in force, tried in the order they were added; the first that strikes is the one."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._next = 1

    def add(self, fault: Fault | Mapping[str, Any]) -> Fault:
        rule = fault if isinstance(fault, Fault) else msgspec.convert(dict(fault), Fault)
        rule.number = self._next
        self._next += 1
        self._rules.append(rule)
        return rule

    def list(self) -> tuple[Fault, ...]:
        return tuple(self._rules)

    def remove(self, number: int) -> bool:
        before = len(self._rules)
        self._rules = [rule for rule in self._rules if rule.number != number]
        return len(self._rules) < before

    def clear(self) -> None:
        self._rules = []

    def decide(self, face: str, method: str, path: str, query: str = "") -> Fault | None:
        return next((rule for rule in self._rules if rule.strikes(face, method, path, query)), None)
