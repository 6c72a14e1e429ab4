"""How many calls one request of ours may make at each helpdesk: a document that asks for a thousand records one by one
must not empty a minute that belongs to everybody. The request alone is refused, before the call leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from models.errors import RequestTooLarge


class Allowance:
    def __init__(self, most: int) -> None:
        self._most = most
        self._spent: Counter[str] = Counter()

    def take(self, helpdesk: str) -> None:
        if self._spent[helpdesk] >= self._most:
            raise RequestTooLarge(
                f"This request has made the {self._most} calls that one request may make at a helpdesk. Ask for fewer "
                "records at a time.",
                helpdesk=helpdesk,
            )
        self._spent[helpdesk] += 1


_allowance: ContextVar[Allowance | None] = ContextVar("upstream_allowance", default=None)


@contextmanager
def allowance_is(most: int) -> Iterator[None]:
    """For everything inside, tasks that are started inside too. Without one there is no such limit."""
    token = _allowance.set(Allowance(most))
    try:
        yield
    finally:
        _allowance.reset(token)


def take_one(helpdesk: str) -> None:
    """RequestTooLarge when the request has had its share."""
    allowance = _allowance.get()
    if allowance is not None:
        allowance.take(helpdesk)
