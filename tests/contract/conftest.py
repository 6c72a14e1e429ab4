"""Every Source over the same pretend company. Another kind of Source is one more entry of SOURCES."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from models.queries import Scope
from tests.contract.case import TENANT, Case
from tests.contract.copying import Templates, copied
from tests.support.company import Company, Premises, open_company, premises
from tests.support.databases import KINDS
from tests.support.truth import truth_of

SOURCES: dict[str, tuple[str, str | None]] = {
    "freshdesk": ("freshdesk", None),
    "zendesk": ("zendesk", None),
    **{f"{helpdesk} in {kind}": (helpdesk, kind) for kind in KINDS for helpdesk in ("freshdesk", "zendesk")},
}
"""Name of the test's parameter → the helpdesk it answers for, and the kind of database that has its copy; None: the
helpdesk answers itself."""


FEW = 240
"""Few enough tickets that no ceiling of a vendor is met, and none is archived; enough for more than a page of 100."""


@pytest.fixture(scope="session")
def shared() -> Premises:
    return premises(FEW, limits=False)


@pytest.fixture
def fresh() -> Premises:
    """For tests that write: a company of their own."""
    return premises(FEW, limits=False)


@pytest.fixture
async def company(request: pytest.FixtureRequest) -> AsyncIterator[Company]:
    """Providers that remember nothing of another test's, over the shared company or one's own."""
    where = request.getfixturevalue("fresh" if "fresh" in request.fixturenames else "shared")
    async with open_company(where) as opened:
        yield opened


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Copies of the company as it is at its beginning."""
    made = Templates(premises(FEW, limits=False), tmp_path_factory.mktemp("copies"))
    yield made
    made.close()


@pytest.fixture(params=SOURCES)
async def case(
    request: pytest.FixtureRequest, company: Company, templates: Templates, tmp_path: Path
) -> AsyncIterator[Case]:
    helpdesk, kind = SOURCES[request.param]
    desk = company.desk(helpdesk)
    truth = truth_of(desk)
    if kind is None:
        yield Case(helpdesk, company.providers[helpdesk], company, desk, truth)
        return
    busy = "fresh" in request.fixturenames
    async with copied(company, helpdesk, templates.url(kind), tmp_path, busy=busy) as source:
        yield Case(helpdesk, source, company, desk, truth)


@pytest.fixture
def everyone() -> Scope:
    return Scope(tenant=TENANT)
