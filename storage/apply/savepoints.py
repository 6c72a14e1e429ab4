"""Part of a transaction that may be taken back by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from storage.database import Session
from storage.statements import Native

UNSTORABLE: Final[tuple[type[Exception], ...]] = (
    asyncpg.DataError,
    asyncpg.ProgramLimitExceededError,
    OverflowError,
    UnicodeError,
)
"""A value that the database or its driver does not take, a key too long for its index. The database itself is well."""

_BEGIN = Native(sqlite="SAVEPOINT part", postgresql="SAVEPOINT part")
_KEEP = Native(sqlite="RELEASE part", postgresql="RELEASE SAVEPOINT part")
_BACK = Native(sqlite="ROLLBACK TO part", postgresql="ROLLBACK TO SAVEPOINT part")


@asynccontextmanager
async def savepoint(session: Session) -> AsyncIterator[None]:
    """What is done inside is undone when it raises what cannot be stored; anything else ends the whole transaction."""
    await session.run(_BEGIN, {})
    marks = session.endings.marks()
    try:
        yield
    except UNSTORABLE:
        session.endings.back(marks)
        await session.run(_BACK, {})
        await session.run(_KEEP, {})
        raise
    await session.run(_KEEP, {})
