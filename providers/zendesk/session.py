"""What every reader of one account shares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from models.errors import BadInput
from models.queries import Scope
from providers.upstream.records import remembered
from providers.zendesk.account import Account
from providers.zendesk.client import Client
from runtime.clock import Clock


class Session:
    def __init__(self, account: Account, client: Client, clock: Clock) -> None:
        self.account = account
        self.client = client
        self.clock = clock

    @property
    def key(self) -> str:
        return self.account.key

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def noted(self, what: str) -> Callable[..., None]:
        """For a memory of `what`, to say that it spared calls."""
        return partial(remembered, self.key, what)

    def bound(self, scope: Scope) -> frozenset[str] | None:
        return scope.bound(self.key)


def is_number(ident: str) -> bool:
    """Zendesk's record ids are numbers; anything else cannot be one of its records, and never reaches a path."""
    return ident.isascii() and ident.isdecimal() and len(ident) <= 19 and not ident.startswith("0")


def record_id(value: object) -> str | None:
    """An id as a vendor's JSON has it, a number or a text; None for what cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 < value < 2**63 else None
    fits = isinstance(value, str) and is_number(value) and int(value) < 2**63
    return str(value) if fits else None


def number(ident: str, field: str) -> int:
    """For ids that are written: BadInput names the argument."""
    if not is_number(ident):
        raise BadInput(f"`{field}` is not an id of this helpdesk.", field=field)
    return int(ident)
