"""Connections of a PostgreSQL pool, lent without the pool's ceremony: what a page of a list costs is mostly this.

The driver's pool starts a task for each connection it gives and another for each it takes back. Here a connection that
is as it was goes from one caller to the next; the pool opens them, and is given those back that are not.
"""

from __future__ import annotations

import asyncio
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
_Held: TypeAlias = "tuple[Connection | None, float]"
_NONE: _Held = (None, 0.0)
LONG_S = 240.0
"""A connection that lay idle for so long is not trusted: something on the way may have forgotten it and not told."""


def _now() -> float:
    return asyncio.get_running_loop().time()


class Connections:
    """As many as the pool has. `wait_s`: how long to wait for one, and for the server to answer."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], most: int, wait_s: float) -> None:
        self._pool = pool
        self._wait_s = wait_s
        self._closed = False
        self._free: asyncio.LifoQueue[_Held] = asyncio.LifoQueue()
        for _ in range(most):
            self._free.put_nowait(_NONE)

    async def take(self) -> Connection:
        """Those that were used last come first. TimeoutError when none is given back in time."""
        if self._free.empty():
            async with asyncio.timeout(self._wait_s):
                held = await self._free.get()
        else:
            held = self._free.get_nowait()
        connection, since = held
        if connection is not None and _is_as_it_was(connection) and _now() - since < LONG_S:
            return connection
        try:
            if connection is not None:
                if _is_as_it_was(connection):
                    connection.terminate()
                await self._pool.release(connection)
            return await self._pool.acquire(timeout=self._wait_s)
        except BaseException:
            self._free.put_nowait(_NONE)
            raise

    def give(self, connection: Connection) -> bool:
        """False: it is not as it was, and has to go back to the pool (`give_up`)."""
        if self._closed or not _is_as_it_was(connection):
            return False
        self._free.put_nowait((connection, _now()))
        return True

    async def give_up(self, connection: Connection) -> None:
        """The pool ends what is open on it, or the connection."""
        try:
            await self._pool.release(connection)
        finally:
            self._free.put_nowait(_NONE)

    async def aclose(self) -> None:
        self._closed = True
        while not self._free.empty():
            connection, _ = self._free.get_nowait()
            if connection is not None:
                await self._pool.release(connection)
        await self._pool.close()


def _is_as_it_was(connection: Connection) -> bool:
    """A connection that was lost is not in our hands any more, and says so when it is asked."""
    try:
        return not connection.is_closed() and not connection.is_in_transaction()
    except asyncpg.InterfaceError:
        return False
