"""Records by id, kept for moments: read once, mapped once, and checked against the scope by whoever asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from cachetools import TTLCache

from providers.freshdesk.client import together
from runtime.clock import Clock

T = TypeVar("T")
MOST = 10_000


class Kept(Generic[T]):
    """Absence is kept too. Nothing in here has seen a scope. Identical calls in flight are one: upstream policy.

    `noted` is told how many answers came from here.
    """

    def __init__(self, clock: Clock, seconds: float, noted: Callable[[int], None]) -> None:
        self._noted = noted
        self._found: TTLCache[str, T | None] = TTLCache(MOST, seconds, clock.monotonic)

    async def many(self, ids: Iterable[str], load: Callable[[str], Awaitable[T | None]]) -> dict[str, T | None]:
        """Each id once; what is not an id of this vendor is not there, without a call."""
        distinct = [one for one in dict.fromkeys(ids) if _is_id(one)]
        found = {one: self._found[one] for one in distinct if one in self._found}
        if found:
            self._noted(len(found))
        missing = [one for one in distinct if one not in found]
        loaded = await together(load(one) for one in missing)
        for one, record in zip(missing, loaded, strict=True):
            self._found[one] = record
            found[one] = record
        return found

    def put(self, ident: str, record: T) -> None:
        self._found[ident] = record

    def forget(self, ident: str) -> None:
        self._found.pop(ident, None)


def _is_id(text: str) -> bool:
    """One spelling only: the vendor would answer `007` with the record 7."""
    return text.isascii() and text.isdecimal() and len(text) <= 19 and not text.startswith("0")
