"""Every Source over the same pretend company. Another kind of Source is one more entry of SOURCES."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Protocol

import pytest

from models.queries import Scope
from providers.base import Source
from tests.contract.case import TENANT, Case
from tests.contract.copying import copied, filled
from tests.support.company import Company, Premises, open_company, premises
from tests.support.truth import truth_of


class Open(Protocol):
    """`busy`: the desks change while the test goes on, or did before."""

    def __call__(
        self, company: Company, helpdesk: str, folder: Path, template: Path, *, busy: bool
    ) -> AbstractAsyncContextManager[Source]: ...


def live(
    company: Company, helpdesk: str, folder: Path, template: Path, *, busy: bool
) -> AbstractAsyncContextManager[Source]:
    return nullcontext(company.providers[helpdesk])


SOURCES: dict[str, tuple[str, Open]] = {
    "freshdesk": ("freshdesk", live),
    "zendesk": ("zendesk", live),
    "copy of freshdesk": ("freshdesk", copied),
    "copy of zendesk": ("zendesk", copied),
}
"""Name of the test's parameter → the helpdesk it answers for, and how it is opened."""


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


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a copy of the company at its beginning."""
    return tmp_path_factory.getbasetemp()


@pytest.fixture
def busy(request: pytest.FixtureRequest) -> bool:
    return "fresh" in request.fixturenames


@pytest.fixture(params=SOURCES)
async def case(
    request: pytest.FixtureRequest, company: Company, template: Path, tmp_path: Path, busy: bool
) -> AsyncIterator[Case]:
    helpdesk, opened = SOURCES[request.param]
    desk = company.desk(helpdesk)
    file = filled(template, FEW) if opened is copied else template
    async with opened(company, helpdesk, tmp_path, file, busy=busy) as source:
        yield Case(helpdesk, source, company, desk, truth_of(desk))


@pytest.fixture
def everyone() -> Scope:
    return Scope(tenant=TENANT)
