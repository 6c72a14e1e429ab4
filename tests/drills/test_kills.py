"""A sync that is killed with signal 9, at named steps and at random moments: nothing is lost, nothing is there twice,
and no more than a page of each list is fetched again for each kill. Run by `make drill`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from sync.steps import STREAM
from tests.support.crash import Death, Drill, nursery
from tests.support.databases import KINDS, database_url
from tests.support.processes import sandbox_process

SEED = 11
TICKETS = 500


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    with sandbox_process(TICKETS) as sandbox, nursery() as born:
        yield Drill(born, sandbox)


@pytest.mark.drill
@pytest.mark.parametrize("kind", KINDS)
async def test_ten_kills(kind: str, drill: Drill, tmp_path: Path) -> None:
    random = Random(SEED)
    deaths = [Death(step, random.randint(1, 6)) for step in STREAM]
    deaths += [Death(after_s=random.uniform(0.1, 1.5)) for _ in range(2)]
    random.shuffle(deaths)
    async with database_url(kind, tmp_path) as url:
        drilled = await drill.disturbed(url, deaths)
    assert drilled.kills == len(deaths), drilled.deaths
    assert drilled.verdict.compared > 200
    assert drilled.verdict.lost == [] and drilled.verdict.duplicate == []
    assert max(drilled.again.values(), default=0) <= drilled.kills, drilled.again
