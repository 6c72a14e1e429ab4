"""What stops a stream: too much that cannot be read, too much that would go."""

from __future__ import annotations

from random import Random

import pytest

from models.changes import ChangeBatch, Gone, Unread
from models.enums import Kind, Lifecycle
from sync.policy import SyncPolicy
from sync.valves import SUSPICIOUS_DELETES, UNREADABLE_RECORDS, Halt, RemovedShare, UnreadableShare
from sync.waiting import Backoff


def page(readable: int, wrong: list[str]) -> ChangeBatch:
    return ChangeBatch(
        gone=tuple(Gone(kind=Kind.TICKET, remote_id=str(n), lifecycle=Lifecycle.DELETED) for n in range(readable)),
        unreadable=tuple(Unread(kind=Kind.TICKET, remote_id=one, where="$", reason="no") for one in wrong),
        checkpoint="x",
        more=True,
    )


def test_one_percent_is_borne_and_a_little_more_is_not() -> None:
    share = UnreadableShare(SyncPolicy(unreadable_floor=2))
    for n in range(20):
        share.take(page(99, [f"{n}"]))
    share.take(page(99, ["x"]))
    with pytest.raises(Halt) as halt:
        share.take(page(98, ["p", "q"]))
    assert halt.value.code == UNREADABLE_RECORDS


def test_a_few_are_borne_in_a_small_helpdesk() -> None:
    share = UnreadableShare(SyncPolicy(unreadable_floor=10))
    share.take(page(5, [str(n) for n in range(10)]))
    with pytest.raises(Halt):
        share.take(page(5, ["another"]))


def test_the_same_record_met_again_counts_once() -> None:
    share = UnreadableShare(SyncPolicy(unreadable_floor=2))
    for _ in range(500):
        share.take(page(0, ["a", "b"]))


def test_old_pages_do_not_count_any_more() -> None:
    share = UnreadableShare(SyncPolicy(unreadable_floor=10, unreadable_window=1_000))
    for n in range(100):
        share.take(page(100, [f"{n}"] if n % 2 else []))


def test_some_may_go_and_a_percent_may() -> None:
    share = RemovedShare(SyncPolicy(), confirmed=False)
    assert not share.suspects(10)
    share.take(10, held=20)
    assert share.suspects(1)
    with pytest.raises(Halt) as halt:
        share.take(1, held=10)
    assert halt.value.code == SUSPICIOUS_DELETES
    many = RemovedShare(SyncPolicy(), confirmed=False)
    many.take(60, held=10_000)
    many.take(40, held=9_940)
    with pytest.raises(Halt):
        many.take(1, held=9_900)


def test_what_somebody_asked_for_goes() -> None:
    share = RemovedShare(SyncPolicy(), confirmed=True)
    share.take(10_000, held=10_000)
    assert not share.suspects(10_000)


def test_backoff_grows_to_its_cap_is_jittered_and_keeps_to_what_the_helpdesk_said() -> None:
    waits = [Backoff(2.0, 60.0, Random(n)) for n in range(200)]
    first = [one.failed() for one in waits]
    assert max(first) <= 2.0 and min(first) < 0.5 and len(set(first)) > 100
    for one in waits:
        for _ in range(20):
            assert one.failed() <= 60.0
    assert max(one.failed() for one in waits) > 50.0
    assert all(one.failed(90.0) == 90.0 for one in waits)
    waits[0].worked()
    assert waits[0].failed() <= 2.0
