"""A sync that is killed with signal 9, at named steps and at random moments: nothing is lost, nothing is there twice,
and no more than a page of each list is fetched again for each kill. `make drill` does it two hundred times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from sync.steps import STREAM
from tests.drills.deaths import hold, mixed
from tests.drills.drill import Drill
from tests.support.crash import nursery
from tests.support.databases import KINDS, database_url
from tests.support.processes import sandbox_process

SEED = 11
TICKETS = 200


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    with sandbox_process(TICKETS) as sandbox, nursery() as born:
        yield Drill(born, sandbox)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
async def test_ten_kills_and_one_that_sleeps_through_them(kind: str, drill: Drill, tmp_path: Path) -> None:
    """The sleeper has the first page in its hands, which it tries to store when it wakes, long past its lease."""
    deaths = mixed(Random(SEED), STREAM, moments=2)
    async with database_url(kind, tmp_path) as url, drill.life(url) as life:
        sleeper = await life.asleep("read")
        for death in deaths:
            await life.die(death)
        stored = await life.woken(sleeper, "read")
        drilled = await life.end(static=True)
    hold(drilled)
    assert drilled.kills == 10
    assert not stored
