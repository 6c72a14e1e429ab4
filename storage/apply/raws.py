"""Vendors' objects, packed in a thread: deflating them takes longer than all the rest of a row's preparation, and the
database can be written to meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from storage.apply.cleaning import scrub
from storage.codec import pack_raw

_FEW: Final = 8


def packed_raws(raws: Sequence[Any]) -> asyncio.Future[list[bytes | None]]:
    """Begins at once; wait for it where it is needed."""
    loop = asyncio.get_running_loop()
    if sum(raw is not None for raw in raws) > _FEW:
        return loop.run_in_executor(None, _packed, raws)
    done: asyncio.Future[list[bytes | None]] = loop.create_future()
    done.set_result(_packed(raws))
    return done


def _packed(raws: Sequence[Any]) -> list[bytes | None]:
    return [packed_raw(raw) for raw in raws]


def packed_raw(raw: Any) -> bytes | None:
    """None for what is no JSON after all."""
    try:
        return pack_raw(raw)
    except (TypeError, ValueError, RecursionError):
        pass
    try:
        return pack_raw(scrub(raw))
    except (TypeError, ValueError, RecursionError):
        return None
