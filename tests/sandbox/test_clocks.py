from datetime import UTC, datetime, timedelta

from runtime.clock import ManualClock
from sandbox.clocks import SandboxClock

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_frozen_clock_stands_until_it_is_advanced_set_or_thawed() -> None:
    base = ManualClock(START)
    clock = SandboxClock(base)
    clock.freeze()
    base.advance(50)
    assert clock.now() == START and clock.frozen
    clock.advance(5)
    assert clock.now() == START + timedelta(seconds=5)
    clock.thaw()
    base.advance(10)
    assert clock.now() == START + timedelta(seconds=15)


def test_set_moves_wall_time_only_and_the_measure_never_goes_back() -> None:
    base = ManualClock(START)
    clock = SandboxClock(base)
    clock.set(START - timedelta(days=400))
    assert clock.now() == START - timedelta(days=400) and clock.monotonic() == 0
    clock.advance(60)
    clock.advance(-30)
    assert clock.monotonic() == 60 and clock.now() == START - timedelta(days=400) + timedelta(seconds=30)


async def test_waiting_is_the_base_clocks() -> None:
    base = ManualClock(START)
    await SandboxClock(base).sleep(7)
    assert base.monotonic() == 7
