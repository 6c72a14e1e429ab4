"""Who answers for a helpdesk. Today its provider, live; a copy of ours will be chosen here when it is young enough."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from models.errors import BadInput
from providers.base import Provider, Source


class Sources(Mapping[str, Source]):
    """Helpdesk key → the source that answers for it, in the operator's order."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers

    def __getitem__(self, key: str) -> Source:
        return self._providers[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._providers)

    def __len__(self) -> int:
        return len(self._providers)

    def named(self, keys: Collection[str], *, field: str) -> None:
        """Raises BadInput for a key that no helpdesk has: a misspelt key is not an empty list."""
        for key in keys:
            if key not in self._providers:
                known = ", ".join(f"`{k}`" for k in self._providers) or "none"
                raise BadInput(f"`{field}`: there is no helpdesk with this key. Known keys: {known}.", field=field)
