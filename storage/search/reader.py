"""What a search reads with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from storage.database import Row
from storage.statements import Name, Statement, Values


class Reader(Protocol):
    """A session, or single statements of one tenant."""

    @property
    def name(self) -> Name: ...

    @property
    def tenant(self) -> int: ...

    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]: ...
