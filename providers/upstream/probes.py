"""Calls at a half-open circuit. The one that decides is carried to its end, whoever leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class Probes:
    """Each such call is a task of its own. A caller that leaves ends it, unless it is deciding: readers that end their
    other calls on the first failure would otherwise end every probe, and nobody would learn that the helpdesk is back.
    What it holds, a slot and a charge, it gives back itself; its own time ends it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._deciding: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task not in self._deciding:
                task.cancel()
            raise

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Inside, the running task is the probe."""
        task = asyncio.current_task()
        assert task is not None
        self._deciding.add(task)
        try:
            yield
        finally:
            self._deciding.discard(task)

    async def aclose(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # seen, whoever was listening
