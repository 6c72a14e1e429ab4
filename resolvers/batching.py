"""The base of every loader: keys of one request gathered, grouped by helpdesk, each helpdesk asked once and all at the
same time, at the batch size it can take. The order of keys is kept. A helpdesk that fails gives its error to its own
keys only, so that the rest of the answer survives."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from aiodataloader import DataLoader

from models.errors import HelpdeskError
from models.queries import Scope
from providers.base import Source

V = TypeVar("V")


class Key(msgspec.Struct, frozen=True):
    """`ident` says what is asked of `helpdesk`; `subject` is a record that helps to answer and is no part
    of the key."""

    helpdesk: str
    ident: Hashable
    subject: Any = None


def _cache_key(key: Key) -> Hashable:
    return key.helpdesk, key.ident


class Loader(ABC, Generic[V]):
    """One look-up. `whole` look-ups are served from a list the helpdesk gives at once: their keys go in one call."""

    whole = False

    def __init__(self, sources: Mapping[str, Source], scope: Scope) -> None:
        self._sources = sources
        self._scope = scope
        self._loader: DataLoader[Key, V | None] | None = None

    async def load(self, helpdesk: str, ident: Hashable, subject: Any = None) -> V | None:
        """None for what is not there, and for a helpdesk that is not linked."""
        found: V | None = await self._ready().load(Key(helpdesk, ident, subject))
        return found

    def known(self, helpdesk: str, ident: Hashable, value: V) -> None:
        """A record that came along the way answers later look-ups of this request."""
        self._ready().prime(Key(helpdesk, ident), value)

    @abstractmethod
    async def ask(self, source: Source, keys: Sequence[Key]) -> Sequence[V | HelpdeskError | None]:
        """The answers of one helpdesk, in the order of `keys`."""

    def _ready(self) -> DataLoader[Key, V | None]:
        if self._loader is None:
            self._loader = DataLoader(self._load, get_cache_key=_cache_key)
        return self._loader

    async def _load(self, keys: list[Key]) -> list[Any]:
        """Exceptions in the answer are raised for their key alone by the loader's library."""
        answers: dict[Hashable, Any] = {}
        await asyncio.gather(*(self._helpdesk(part, answers) for part in self._parts(keys)))
        return [answers[_cache_key(key)] for key in keys]

    def _parts(self, keys: Sequence[Key]) -> list[list[Key]]:
        groups: dict[str, list[Key]] = {}
        for key in keys:
            groups.setdefault(key.helpdesk, []).append(key)
        parts: list[list[Key]] = []
        for helpdesk, group in groups.items():
            source = self._sources.get(helpdesk)
            size = len(group) if self.whole or source is None else max(1, source.capabilities.batch)
            parts += [group[start : start + size] for start in range(0, len(group), size)]
        return parts

    async def _helpdesk(self, keys: Sequence[Key], answers: dict[Hashable, Any]) -> None:
        source = self._sources.get(keys[0].helpdesk)
        if source is None:
            answers.update((_cache_key(key), None) for key in keys)
            return
        try:
            found = await self.ask(source, keys)
        except HelpdeskError as error:
            answers.update((_cache_key(key), error.at(source.info.key)) for key in keys)
        except Exception as error:
            answers.update((_cache_key(key), error) for key in keys)
        else:
            answers.update((_cache_key(key), value) for key, value in zip(keys, found, strict=True))
