"""A refused credential is renewed once, by one caller for all, and not undone by a caller who leaves."""

from __future__ import annotations

import asyncio

from providers.upstream.call import Credential


class Renewal:
    def __init__(self, credentials: Credential) -> None:
        self._credentials = credentials
        self._running: asyncio.Task[bool] | None = None
        self.generation = 0

    async def after(self, generation: int) -> bool:
        """True when there is something newer to try than what `generation` sent."""
        if self.generation != generation:
            return True
        if self._running is None:
            self._running = asyncio.create_task(self._renew())
        # Shielded: a vendor may destroy the old token while answering, so a renewal that was begun is finished.
        return await asyncio.shield(self._running)

    async def _renew(self) -> bool:
        try:
            renewed = await self._credentials.refresh()
            self.generation += renewed
            return renewed
        finally:
            self._running = None

    async def aclose(self) -> None:
        if self._running is not None:
            await asyncio.wait([self._running], timeout=5.0)
