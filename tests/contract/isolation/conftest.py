"""What both isolation suites stand on: two organizations with marker words for what each side may see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.contract.case import Case
from tests.contract.copying import LAG_S, Templates
from tests.support.company import Company, Premises, open_company, premises
from tests.support.staging import Staged, stage


@pytest.fixture(scope="module")
def stages() -> tuple[Premises, dict[str, Staged]]:
    """Set up once; every test has providers of its own, which remember nothing of another's."""
    where = premises(240, limits=False)
    return where, {name: stage(where.clock, where.sandbox.world.desk(name)) for name in where.sandbox.faces}


@pytest.fixture
async def company(stages: tuple[Premises, dict[str, Staged]]) -> AsyncIterator[Company]:
    async with open_company(stages[0]) as opened:
        yield opened


@pytest.fixture(scope="module")
def templates(
    stages: tuple[Premises, dict[str, Staged]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Templates]:
    """Copies of the company as it was set up."""
    stages[0].clock.advance(LAG_S)
    made = Templates(stages[0], tmp_path_factory.mktemp("copies"))
    yield made
    made.close()


@pytest.fixture
def staged(case: Case, stages: tuple[Premises, dict[str, Staged]]) -> Staged:
    return stages[1][case.helpdesk]
