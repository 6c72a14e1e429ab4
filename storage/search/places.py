"""Where a document stands in the index: by the moment of its record's last change, each document at a place of its own.

A place is the second, counted from 2000, times 256, and a number within the second. A second that is full flows over
into the next one that is not. SQLite's word index is read forward much faster than backward, so there the places are
counted down: the newest document has the smallest rowid of its tenant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.database import Session
from storage.statements import Native

BITS = 40
"""A place is below 2 to the power of this: enough until the year 2136."""
_IN_SECOND = 8
_EPOCH = 946_684_800
_LAST = (1 << (BITS - _IN_SECOND)) - (1 << 20)
"""Later moments are taken for this one, which leaves room to flow over into."""
_AHEAD = 64

_TAKEN = Native(
    sqlite="SELECT value, (SELECT max(doc) FROM search_docs WHERE tenant = :tenant AND doc >= value"
    " AND doc < value + 256) FROM json_each(:set__lows)",
    postgresql="SELECT low, (SELECT max(doc) FROM search_docs WHERE tenant = :tenant AND doc >= low AND doc < high)"
    " FROM unnest(CAST(:set__lows AS bigint[]), CAST(:set__highs AS bigint[])) AS second (low, high)",
)
"""Of each second its first place, and the last one taken. PostgreSQL is told where it ends: under row security it uses
no index for what has to be calculated."""


def second_of(at: int) -> int:
    return min(max(at - _EPOCH, 0), _LAST)


def rowid(tenant: int, place: int) -> int:
    """SQLite: where the words of a document are."""
    return ((tenant + 1) << BITS) - 1 - place


def age_s(newest: int, place: int) -> int:
    """How much older what stands at `place` is."""
    return (newest >> _IN_SECOND) - (place >> _IN_SECOND)


async def places(session: Session, moments: Sequence[int]) -> list[int]:
    """A free place for each moment, given in ascending order; the places ascend too."""
    free: dict[int, int] = {}
    found: list[int] = []
    await _look(session, free, {second_of(at) for at in moments})
    for at in moments:
        second = max(second_of(at), found[-1] >> _IN_SECOND if found else 0)
        while free[second] >> _IN_SECOND > second:
            second += 1
            if second not in free:
                await _look(session, free, range(second, second + _AHEAD))
        found.append(free[second])
        free[second] += 1
    return found


async def _look(session: Session, free: dict[int, int], seconds: Iterable[int]) -> None:
    """Learns the first free place after those that are taken in each of the seconds not known yet."""
    lows = [second << _IN_SECOND for second in seconds if second not in free]
    highs = [low + (1 << _IN_SECOND) for low in lows]
    for low, last in await session.fetch(_TAKEN, {"tenant": session.tenant, "lows": lows, "highs": highs}):
        free[int(low) >> _IN_SECOND] = int(low) if last is None else int(last) + 1
