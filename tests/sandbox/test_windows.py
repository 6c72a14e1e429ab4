"""The computed calendar: both orders are permutations, each function is undone by its inverse, time never runs back."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.windows import Windows, default_span

START = 1_800_000_000


def made(seed: int, count: int) -> Windows:
    return Windows(seed, count, START, default_span(count))


def walk(windows: Windows, block_of: str) -> list[tuple[int, int, int]]:
    return [
        tuple(placed)
        for window in range(len(windows.sizes))
        for block in range(windows.blocks(window))
        for placed in getattr(windows, block_of)(window, block)
    ]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(0, 1500))
def test_both_orders_hold_every_ticket_once_by_time_then_number(seed: int, count: int) -> None:
    windows = made(seed, count)
    created = [(windows.created(n), n, windows.row(n)) for n in range(count)]
    updated = sorted((windows.updated(n), n, windows.row(n)) for n in range(count))
    assert sum(windows.sizes) == count
    assert walk(windows, "created_block") == created == sorted(created)
    assert walk(windows, "updated_block") == updated
    assert [windows.updated_by_place(place) for place in range(count)] == [time for time, _, _ in updated]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 5_000_000), share=st.floats(0, 1, exclude_max=True))
def test_a_ticket_is_found_in_the_blocks_its_own_times_say(seed: int, count: int, share: float) -> None:
    windows = made(seed, count)
    index = int(count * share)
    window, block, place, slot = windows.locate(index)
    assert windows.created_block(window, block)[place].ticket == index
    later = windows.later_block(window, block, slot)
    found = [placed for placed in windows.updated_block(window, later) if placed.ticket == index]
    assert [placed.time for placed in found] == [windows.updated(index)]
    assert windows.created(index) <= windows.updated(index) < START


def test_many_tickets_share_a_second_in_runs_of_different_lengths() -> None:
    windows = made(7, 20_000)
    for times in ([windows.created(n) for n in range(20_000)], [windows.updated_by_place(n) for n in range(20_000)]):
        runs: list[int] = [1]
        for before, after in itertools.pairwise(times):
            if before == after:
                runs[-1] += 1
            else:
                runs.append(1)
        assert {1, 2, 3, 5, 17, 40} <= set(runs)
        assert max(runs) > 100, "one run is longer than a page"


def test_the_newest_is_minutes_old_and_the_oldest_years() -> None:
    windows = made(7, 5_000_000)
    assert START - windows.created(4_999_999) < 15 * 60
    assert START - windows.created(0) > 5 * 365 * 86_400
    assert START - windows.updated_by_place(4_999_999) < 10 * 60
