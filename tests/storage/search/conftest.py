"""A tenant with two helpdesks."""

from __future__ import annotations

import pytest

from models.enums import Vendor
from models.records import HelpdeskInfo
from runtime.clock import ManualClock
from storage.database import Database
from storage.tenants import Tenancy, enter

DESKS = tuple(
    HelpdeskInfo(key=key, vendor=vendor, name=key, url=f"https://{key}.example")
    for key, vendor in (("fd", Vendor.FRESHDESK), ("zd", Vendor.ZENDESK))
)


@pytest.fixture
async def tenancy(db: Database) -> Tenancy:
    return await enter(db, "acme", DESKS, ManualClock())


@pytest.fixture
async def neighbour(db: Database, tenancy: Tenancy) -> Tenancy:
    """Another tenant of the same database."""
    return await enter(db, "other", DESKS, ManualClock())
