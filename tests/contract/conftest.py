"""Every Source over the same pretend company. Another kind of Source is one more entry of SOURCES."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from models.queries import Scope
from providers.base import Source
from tests.contract.case import TENANT, Case
from tests.support.company import Company, Premises, open_company, premises
from tests.support.truth import truth_of

SOURCES: dict[str, tuple[str, Callable[[Company], Source]]] = {
    "freshdesk": ("freshdesk", lambda company: company.providers["freshdesk"]),
    "zendesk": ("zendesk", lambda company: company.providers["zendesk"]),
}
"""Name of the test's parameter → the helpdesk it answers for, and how it is made."""


FEW = 340
"""Few enough tickets that no ceiling of a vendor is met, and none is archived."""


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


@pytest.fixture(params=SOURCES)
def case(request: pytest.FixtureRequest, company: Company) -> Case:
    helpdesk, make = SOURCES[request.param]
    desk = company.desk(helpdesk)
    return Case(helpdesk, make(company), company, desk, truth_of(desk))


@pytest.fixture
def everyone() -> Scope:
    return Scope(tenant=TENANT)
