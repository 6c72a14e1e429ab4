"""Many calls, a few at a time: so that the last of them does not wait for its budget longer than any call may."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 20


async def in_turns(items: Sequence[T], work: Callable[[T], Awaitable[R]]) -> list[R]:
    done: list[R] = []
    for first in range(0, len(items), AT_ONCE):
        done += await asyncio.gather(*(work(item) for item in items[first : first + AT_ONCE]))
    return done
