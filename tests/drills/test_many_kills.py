"""The long drill: two hundred kills, and those who sleep. `make drill` runs it and prints its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from sync.steps import ALL, BULK, COMMENTS, HINTS, RECONCILE, STREAM
from tests.drills.deaths import Death, Drilled, hold, mixed
from tests.drills.drill import OF_TICKETS, Drill, Life
from tests.support.crash import nursery
from tests.support.databases import KINDS, database_url
from tests.support.processes import sandbox_process

pytestmark = pytest.mark.drill
SEED = 17
TICKETS = 500
LEASE_S = 1.0
BESIDE = (*COMMENTS, *HINTS, *RECONCILE)


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    with sandbox_process(TICKETS) as sandbox, nursery() as born:
        yield Drill(born, sandbox)


@asynccontextmanager
async def noted(
    rows: list[tuple[str, Drilled]], drill: Drill, kind: str, name: str, folder: Path, **manner: bool
) -> AsyncIterator[Life]:
    """A life whose result goes into the table, whatever it is."""
    place = folder / str(len(rows))
    place.mkdir()
    async with database_url(kind, place) as url, drill.life(url, **manner) as life:
        rows.append((f"{kind}, {name}", life.drilled))
        yield life


@pytest.mark.parametrize("kind", KINDS)
async def test_a_hundred_kills(kind: str, drill: Drill, tmp_path: Path, rows: list[tuple[str, Drilled]]) -> None:
    random = Random(SEED)
    for _ in range(2):
        async with noted(rows, drill, kind, "first load", tmp_path) as life:
            await first_load(life, random)
    async with noted(rows, drill, kind, "all that a sync does", tmp_path, whole=True) as life:
        await everything(life, random)
    async with noted(rows, drill, kind, "while the desks change", tmp_path, whole=True, counted=False) as life:
        await changing(life, random)
    of_kind = [one for name, one in rows if name.startswith(kind)]
    assert sum(one.kills for one in of_kind) >= 100
    assert sum((one.at_steps for one in of_kind), Counter()).keys() >= set(ALL)


async def first_load(life: Life, random: Random) -> None:
    deaths = mixed(random, [*STREAM, *STREAM], steps=BULK[:1], moments=9)
    sleeper = await life.asleep("read")
    for death in deaths:
        await life.die(death)
    assert not await life.woken(sleeper, "read")
    hold(await life.end(static=True))


async def everything(life: Life, random: Random) -> None:
    """Comments, hints, gaps and old tickets too; the indexes of a first load are built in between."""
    for death in mixed(random, STREAM[:4], moments=2):
        await life.die(death)
    for step in BULK[1:]:
        await life.die(Death(step))
    for death in mixed(random, [], steps=[*BESIDE, *COMMENTS], moments=4):
        await life.die(death)
    hold(await life.settled())


async def changing(life: Life, random: Random) -> None:
    """Tickets are answered, made, binned and brought back before each death, and now and then some go without a
    trace."""
    deaths = mixed(random, STREAM, steps=[*COMMENTS, *HINTS], moments=8)
    for number, death in enumerate(deaths):
        life.drill.change(15)
        if number % 8 == 7:
            await life.purge(2)
        await life.ask(*OF_TICKETS)
        await life.die(death)
    hold(await life.settled())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", ["read", "applied", "advanced"])
async def test_a_worker_that_sleeps_until_its_lease_has_run_out(
    kind: str, step: str, drill: Drill, tmp_path: Path, rows: list[tuple[str, Drilled]]
) -> None:
    """Between transactions it is overtaken, and writes nothing when it wakes. Within one it holds up the others as long
    as it sleeps: nobody can have overtaken it, and it writes if it had shown its lease before."""
    async with noted(rows, drill, kind, f"asleep at {step}", tmp_path, counted=False) as life:
        sleeper = await life.asleep(step, lease_s=LEASE_S)
        other = life.begin()
        assert other.ends_within(2 * LEASE_S) is False
        if step == "read":
            other.to_end()
        assert await life.woken(sleeper, step) is (step == "advanced")
        assert other.to_end().code == 0
        hold(await life.end(static=True))
