"""Every test of this room runs on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.clock import ManualClock
from storage.database import Database
from tests.support.databases import KINDS, database
from tests.sync.bench import Bench, bench
from tests.sync.desk import ScriptedDesk


@pytest.fixture(params=KINDS)
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with database(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
async def sync(db: Database) -> AsyncIterator[Bench]:
    """A scripted helpdesk and a sync of it."""
    clock = ManualClock()
    async with bench(db, clock, {"desk": ScriptedDesk(clock)}) as made:
        yield made
