"""Which handler answers which path. Words beat variables; a variable is an integer unless its name ends in `!`."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from providers.zendesk.simulator import errors

if TYPE_CHECKING:
    from providers.zendesk.simulator.call import Answer, Call

Handler = Callable[["Call"], "Answer | Awaitable[Answer]"]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, kw_only=True)
class Route:
    method: str
    pattern: str
    handler: Handler
    resource: str | None
    """Whose per-resource scope is enough; None asks for the whole-account one."""
    bucket: str | None
    """The endpoint's own limit, beside the account's."""
    anonymous: bool
    """Open to callers without credentials."""
    admin: bool

    @cached_property
    def parts(self) -> list[str]:
        return self.pattern.strip("/").split("/")


class Routes:
    def __init__(self) -> None:
        self._by_shape: dict[tuple[str, int], list[Route]] = {}

    def __iter__(self) -> Iterator[Route]:
        return (route for routes in self._by_shape.values() for route in routes)

    def on(
        self,
        method: str,
        *patterns: str,
        resource: str | None = None,
        bucket: str | None = None,
        anonymous: bool = False,
        admin: bool = False,
    ) -> Callable[[H], H]:
        def keep(handler: H) -> H:
            for pattern in patterns:
                self._add(
                    Route(
                        method=method,
                        pattern=pattern,
                        handler=handler,
                        resource=resource,
                        bucket=bucket,
                        anonymous=anonymous,
                        admin=admin,
                    )
                )
            return handler

        return keep

    def _add(self, route: Route) -> None:
        routes = self._by_shape.setdefault((route.method, len(route.parts)), [])
        routes.append(route)
        routes.sort(key=lambda each: sum(part.startswith("{") for part in each.parts))

    def include(self, other: Routes) -> None:
        for route in other:
            self._add(route)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        parts = path.strip("/").split("/")
        wrong: str | None = None
        for route in self._by_shape.get((method, len(parts)), ()):
            found, bad = _match(route.parts, parts)
            if found is not None:
                return route, found
            wrong = wrong or bad
        if wrong:
            raise errors.invalid_attribute(wrong, "an integer", path.strip("/"))
        raise errors.no_endpoint()


def _match(pattern: list[str], parts: list[str]) -> tuple[dict[str, str] | None, str | None]:
    """The variables' values; or the name of the integer that is none, when nothing else is wrong."""
    found: dict[str, str] = {}
    bad: str | None = None
    for wanted, part in zip(pattern, parts, strict=True):
        if not wanted.startswith("{"):
            if wanted != part:
                return None, None
            continue
        name = wanted[1:-1]
        if name.endswith("!"):
            found[name[:-1]] = part
            continue
        if not part.lstrip("-").isdecimal():
            bad = bad or name
        found[name] = part
    return (None, bad) if bad else (found, None)


async def run(route: Route, call: Call) -> Answer:
    answer = route.handler(call)
    return await answer if inspect.isawaitable(answer) else answer
