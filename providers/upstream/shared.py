"""Identical reads in flight share one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class InFlight(Generic[T]):
    """The work is a task of its own: a caller that leaves does not fail the others; the last to leave ends it."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}
        self._waiting: dict[asyncio.Task[Any], int] = {}

    def __contains__(self, key: Hashable) -> bool:
        return self._running(key) is not None

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        task = self._running(key)
        if task is None:
            task = self._start(key, work)
        self._waiting[task] += 1
        try:
            return await asyncio.shield(task)
        finally:
            self._leave(key, task)

    async def aclose(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _running(self, key: Hashable) -> asyncio.Task[T] | None:
        """A task that has ended is forgotten a turn of the loop later. Whoever joined it then would have its failure at
        once, and, asking again, have it for ever without the loop ever turning."""
        task = self._tasks.get(key)
        return None if task is None or task.done() else task

    def _start(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        async def run() -> T:
            return await work()

        task = asyncio.create_task(run())
        self._tasks[key] = task
        self._waiting[task] = 0
        task.add_done_callback(lambda _: self._forget(key, task))
        return task

    def _leave(self, key: Hashable, task: asyncio.Task[T]) -> None:
        self._waiting[task] -= 1
        if self._waiting[task] > 0:
            return
        del self._waiting[task]
        if not task.done():
            self._forget(key, task)
            task.cancel()

    def _forget(self, key: Hashable, task: asyncio.Task[T]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if task.done() and not task.cancelled():
            task.exception()  # seen, whoever was listening
