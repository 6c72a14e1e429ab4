from datetime import UTC, datetime

import pytest

from runtime.clock import ManualClock
from sandbox.desk import Desk
from sandbox.world import World

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def world(clock: ManualClock) -> World:
    return World(7, {"first": 900, "second": 400}, clock)


@pytest.fixture
def desk(world: World) -> Desk:
    return world.desk("first")
