"""What helpdesks tell us, stored many messages at a time: those that come while others are being stored wait for each
other and are the next transaction. So the rate at which they can be taken does not end where transactions do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from models.changes import Hint
from models.errors import StorageUnavailable
from storage.database import Database
from storage.hints import Message, take_in_all
from storage.tenants import Tenancy

Waiting: TypeAlias = tuple[Message, asyncio.Future[bool]]


class Intake:
    def __init__(self, database: Database, tenancy: Tenancy) -> None:
        self._database = database
        self._tenancy = tenancy
        self._waiting: list[Waiting] = []
        self._storing: asyncio.Task[None] | None = None

    async def store(self, helpdesk: str, hints: Sequence[Hint]) -> bool:
        """Until it is stored. False: it was told before. Who stops waiting in time is left out."""
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        message = Message(helpdesk=helpdesk, hints=tuple(hints), delivery=hints[0].delivery)
        self._waiting.append((message, stored))
        if self._storing is None:
            self._storing = asyncio.ensure_future(self._store_all())
        return await stored

    async def _store_all(self) -> None:
        try:
            while self._waiting:
                await self._turn()
        finally:
            self._storing = None

    async def _turn(self, some: Sequence[Waiting] = ()) -> None:
        """These; else all who wait when the turn to write has come."""
        try:
            async with self._database.write(self._tenancy.number) as session:
                some = some or self._taken()
                new = await take_in_all(session, self._tenancy, [message for message, _ in some])
                await self._database.announce(session)
        except StorageUnavailable as error:
            _failed(some or self._taken(), error)
        except Exception as error:
            if len(some) < 2:
                return _failed(some or self._taken(), error)
            for one in some:  # one of them cannot be stored; the others are not to suffer for it
                await self._turn([one])
        else:
            for (_, stored), is_new in zip(some, new, strict=True):
                if not stored.done():
                    stored.set_result(is_new)

    def _taken(self) -> list[Waiting]:
        some, self._waiting = self._waiting, []
        return [(message, stored) for message, stored in some if not stored.done()]


def _failed(some: Sequence[Waiting], error: Exception) -> None:
    for _, stored in some:
        if not stored.done():
            stored.set_exception(error)
