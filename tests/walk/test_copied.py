"""The list of a copy, walked to both its ends while tickets in it are changed, go and come."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from runtime.clock import ManualClock
from tests.support.databases import KINDS, database
from tests.support.inprocess import pretend, served
from tests.support.walking import HELPDESKS, Walk, walk
from tests.walk.copied import AmongOthers, Copied

EACH = 1_000
COMPLETE = {(key, "COMPLETE") for key in HELPDESKS}


def is_ordered(seen: Walk, by: str, *, descending: bool, backward: bool) -> bool:
    rows = seen.rows[::-1] if backward else seen.rows
    return all(a < b for a, b in pairwise(row.rank(by, descending=descending) for row in rows))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
async def test_thousands_of_copied_tickets_while_others_are_at_work(
    kind: str, tmp_path: Path, figures: list[str]
) -> None:
    clock = ManualClock()
    desk, sandbox = Copied(clock), pretend({"freshdesk": 2, "zendesk": 2}, clock)
    async with database(kind, tmp_path) as db, served(sandbox, clock, watch=desk.heard, database=db) as door:
        assert door.copy is not None
        await desk.fill(door.copy, EACH)
        for by, descending, backward in (("UPDATED_AT", True, False), ("CREATED_AT", False, True)):
            before = set(desk.tickets)
            among = AmongOthers(desk, door.copy, door)
            seen = await walk(among, by=by, descending=descending, backward=backward, most=100)
            name = f"{kind} copy, {by} {'DESC' if descending else 'ASC'}{' backward' if backward else ''}"
            figures.append(seen.line(name, desk.calls))
            unchanged, times = before - among.changed, seen.times()
            assert not seen.errors and seen.states == COMPLETE
            assert len(unchanged) > EACH and len(among.changed) > 4 * seen.pages
            assert {times[one] for one in unchanged} == {1}
            assert is_ordered(seen, by, descending=descending, backward=backward)
    assert desk.calls == 0
