"""What the control door sets and every face reads: clock, limits, lag, faults; and what was asked."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from runtime.clock import Clock
from sandbox.clocks import SandboxClock
from sandbox.faults import FaultRules

_NUMBER = re.compile(r"^-?\d+$")
_TOKEN = re.compile(r"^(?=.*\d)[A-Za-z0-9_.=-]{20,}$")
_OTHER_NAME = {"127.0.0.1": "localhost", "localhost": "127.0.0.1", "[::1]": "localhost"}


@dataclass
class Limits:
    """A face's rate limits: whether it counts at all, and figures under the face's own names (else its defaults)."""

    enabled: bool = True
    figures: dict[str, float] = field(default_factory=dict)

    def figure(self, name: str, default: float) -> float:
        return self.figures.get(name, default)


@dataclass
class Call:
    face: str
    method: str
    path: str
    """Below the face, e.g. /api/v2/tickets/7."""
    query: str
    """Decoded."""
    template: str
    """The path with numbers and tokens taken out: /api/v2/tickets/{id}."""
    status: int | None = None
    """None while it is under way, and when it broke."""
    fault: str | None = None

    def line(self) -> str:
        return f"{self.face} {self.method} {self.path}" + (f"?{self.query}" if self.query else "")


class Calls:
    """Counters of every call, and the last calls in the order they came."""

    def __init__(self, kept: int = 10_000) -> None:
        self.log: deque[Call] = deque(maxlen=kept)
        self.counters: Counter[tuple[str, str, str]] = Counter()

    def record(self, face: str, method: str, path: str, query: str) -> Call:
        call = Call(face, method, path, unquote(query.replace("+", " ")), template(path))
        self.log.append(call)
        self.counters[face, method, call.template] += 1
        return call

    def lines(self, face: str | None = None) -> list[str]:
        """`face METHOD path?query`, oldest first."""
        return [call.line() for call in self.log if face in (None, call.face)]

    def count(self, face: str | None = None, *, method: str | None = None, template: str | None = None) -> int:
        wanted = (face, method, template)
        return sum(
            number
            for key, number in self.counters.items()
            if all(want in (None, have) for want, have in zip(wanted, key, strict=True))
        )

    def clear(self) -> None:
        self.log.clear()
        self.counters.clear()


def template(path: str) -> str:
    def plain(part: str) -> str:
        part = part.removesuffix(".json")
        return "{id}" if _NUMBER.match(part) else "{token}" if _TOKEN.match(part) else part

    return "/".join(plain(part) for part in path.split("/"))


class Controls:
    """One for a sandbox, shared by its faces; survives a reset of the world, which clears calls and faults.

    `search_lag`: how far every search index is behind. `switches`: a face's own variants, by names the face gives.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock if isinstance(clock, SandboxClock) else SandboxClock(clock)
        self.calls = Calls()
        self.faults = FaultRules()
        self.search_lag = timedelta(seconds=30)
        self.switches: dict[str, Any] = {}
        self._limits: dict[str, Limits] = {}

    def limits(self, face: str) -> Limits:
        return self._limits.setdefault(face, Limits())

    def switch(self, name: str, default: Any = None) -> Any:
        return self.switches.get(name, default)

    def base(self, scope: Mapping[str, Any]) -> str:
        """Where the face that serves this request is mounted, as the caller called it: http://127.0.0.1:9400/zendesk"""
        return f"{scope.get('scheme', 'http')}://{_host(scope)}{scope.get('sandbox.mount', scope.get('root_path', ''))}"

    def files_base(self, scope: Mapping[str, Any]) -> str:
        """The face's file host: another origin, so that a client that forwards its credentials there is caught."""
        host, colon, port = _host(scope).rpartition(":")
        if not colon or not port.isdecimal():
            host, port = _host(scope), ""
        other = _OTHER_NAME.get(host, f"files.{host}")
        place = f"{scope.get('sandbox.prefix', '')}/files/{scope.get('sandbox.face', '')}"
        return f"{scope.get('scheme', 'http')}://{other}{':' + port if port else ''}{place}"


def _host(scope: Mapping[str, Any]) -> str:
    for name, value in scope.get("headers", ()):
        if name == b"host":
            return str(value.decode("latin-1"))
    server = scope.get("server") or ("sandbox.test", None)
    return f"{server[0]}:{server[1]}" if server[1] else str(server[0])
