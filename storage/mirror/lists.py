"""One page of a list, whatever it is ordered and filtered by."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from storage.database import Database, Row
from storage.mirror import reading
from storage.mirror.bounds import Legs, key_columns
from storage.mirror.building import Form, counted, counted_apart, kept
from storage.mirror.collecting import Collecting
from storage.mirror.planning import Path, Walk
from storage.mirror.plans import Plan, Segment
from storage.mirror.predicates import EVERY
from storage.mirror.walking import Fetcher, Place, Walking, sized
from storage.statements import Statement, Values

DECIDED_S = 5.0
"""How long it is taken for granted that few rows stay few, and many stay many."""


class Direct:
    """Statements by themselves, each its own transaction."""

    def __init__(self, database: Database, tenant: int) -> None:
        self._database = database
        self._tenant = tenant

    async def fetch(self, statement: Statement, values: Values) -> Sequence[Row]:
        return await self._database.fetch(self._tenant, statement, values)


@asynccontextmanager
async def moment(database: Database, tenant: int, *, single: bool) -> AsyncIterator[Fetcher]:
    """Several statements see one moment; a single one does by itself."""
    if single:
        yield Direct(database, tenant)
    else:
        async with database.read(tenant) as session:
            yield session


class Stretch:
    """What one page found: rows with what their places begin with, and how it ended."""

    __slots__ = ("ended", "horizon", "parts")

    def __init__(self) -> None:
        self.parts: list[tuple[tuple[Any, ...], int, Sequence[Row]]] = []
        """(what places begin with, how many keys follow, rows)"""
        self.ended = False
        self.horizon: tuple[Any, ...] | None = None

    @property
    def count(self) -> int:
        return sum(len(rows) for _, _, rows in self.parts)


async def simple(database: Database, plan: Plan, place: Place | None, inclusive: bool, need: int) -> Sequence[Row]:
    """At least `need` rows of a simple plan, if there are as many: one statement, and nothing around it."""
    segment = plan.segments[0]
    bound = segment.legs.at(included(place, segment) if inclusive and place is not None else place)
    if bound is None:
        return ()
    form, values = bound
    size = sized(need)
    read = segment.statements.get((form.starts[0], size))
    if read is None:
        read = reading.rows(plan.listing, form, size, 0, EVERY, ())
        segment.statements[form.starts[0], size] = read
    values.update(segment.question.values)
    return await database.fetch(plan.tenant, read, values)


async def stretch(session: Fetcher, plan: Plan, place: Place | None, inclusive: bool, need: int, now: float) -> Stretch:
    """At least `need` rows behind the place, if there are as many and they are found in time."""
    found = Stretch()
    path = await few(session, plan, now)
    if path is not None:
        reader = Collecting(session, plan.of_few(path), plan.sort, plan.worked_out)
        one = await reader.few(path, place, inclusive, need)
        found.parts.append(((), len(key_columns(plan.sort)), one.rows))
        found.ended = one.ended
        return found
    if not plan.walked:
        raise plan.refusal()
    for segment in _from(plan, place):
        await _segment(session, plan, segment, place, inclusive, need, found)
        if found.count >= need or not found.ended:
            break
        place = None
    return found


def _from(plan: Plan, place: Place | None) -> Sequence[Segment]:
    """The segments from the one that the place is in."""
    segments = plan.segments
    if place is None or len(segments) == 1:
        return segments
    lead = len(list(itertools.takewhile(lambda key: place[key.column] is None, plan.sort)))
    start = next(at for at, segment in enumerate(segments) if len(segment.lead) == lead)
    return segments[start:]


async def _segment(
    session: Fetcher, plan: Plan, segment: Segment, place: Place | None, inclusive: bool, need: int, found: Stretch
) -> None:
    assert segment.walk is not None
    if segment.walk.runs:
        reader = Collecting(session, segment.question, segment.sort)
        one = await reader.runs(segment.walk, place, inclusive, need - found.count)
    else:
        start = included(place, segment) if inclusive and place is not None else place
        walking = Walking(session, segment.question, segment.walk, segment.sort, segment.legs)
        one = await walking.read(start, need - found.count)
    found.parts.append((segment.lead, len(key_columns(segment.sort)), one.rows))
    found.ended = one.ended
    found.horizon = (*segment.lead, *one.horizon) if one.horizon is not None else None


def included(place: Place, segment: Segment) -> Place:
    """The place right before the row that stands at it. The last key is a number."""
    last = segment.sort[-1]
    return {**place, last.column: place[last.column] + (1 if last.descending else -1)}


async def few(session: Fetcher, plan: Plan, now: float) -> Path | None:
    """A path that has few rows, where nothing better is at hand."""
    if not plan.few:
        return None
    if plan.decided is not None and now < plan.decided[1]:
        return plan.decided[0]
    found = None
    for path in plan.few:
        if await has_few(session, plan, path):
            found = path
            break
    plan.decided = (found, now + DECIDED_S)
    return found


async def has_few(session: Fetcher, plan: Plan, path: Path) -> bool:
    if path.most is not None and path.most <= plan.limits.few:
        return True
    return await count(session, plan, path, plan.limits.few + 1) <= plan.limits.few


async def count(session: Fetcher, plan: Plan, path: Path, most: int) -> int:
    """The rows of a path, none counted beyond `most`; what is there twice counts twice."""
    form, values = _whole(plan, path)
    read = kept(("counted", plan.listing.name, form, most), lambda: counted(plan.listing, form, most))
    ((number,),) = await session.fetch(read, {"tenant": plan.tenant, **values})
    return int(number)


async def count_apart(session: Fetcher, plan: Plan, path: Path, most: int) -> tuple[int, bool]:
    """The different rows of a path, where some may be there twice, none counted beyond `most`; False: there may be more
    than these, for of those that are there twice too many were looked at."""
    form, values = _whole(plan, path)
    looked_at = 2 * most
    read = kept(("apart", plan.listing.name, form, looked_at), lambda: counted_apart(plan.listing, form, looked_at))
    ((number,),) = await session.fetch(read, {"tenant": plan.tenant, **values})
    if number >= most:
        return int(number), False
    return int(number), await count(session, plan, path, looked_at) < looked_at


def _whole(plan: Plan, path: Path) -> tuple[Form, dict[str, Any]]:
    bound = Legs(plan.listing, Walk(path, descending=False)).at(None)
    assert bound is not None
    return bound
