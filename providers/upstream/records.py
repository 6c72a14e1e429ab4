"""Who spent what upstream: one frozen record per wire call, collected by whoever opened `recording()`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

log = logging.getLogger("deskgraph.upstream")


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call on the wire, or one that was spared: an identical one was in flight (`shared`), or the answer
    was remembered (`cached`).

    `path` has no query; files are recorded by endpoint alone, since their paths are keys. `error` is a word, not text.
    """

    helpdesk: str
    method: str
    endpoint: str
    path: str
    status: int | None
    credits: int
    waited_ms: float
    elapsed_ms: float
    attempt: int
    shared: bool = False
    error: str | None = None
    cached: bool = False


_recorders: ContextVar[tuple[list[CallRecord], ...]] = ContextVar("upstream_recorders", default=())


@contextmanager
def recording() -> Iterator[list[CallRecord]]:
    """Collects every call made inside, also by tasks started inside. They nest: the outer sees the inner's."""
    records: list[CallRecord] = []
    token = _recorders.set((*_recorders.get(), records))
    try:
        yield records
    finally:
        _recorders.reset(token)


def record(entry: CallRecord) -> None:
    for records in _recorders.get():
        records.append(entry)
    if log.isEnabledFor(logging.DEBUG):
        log.debug(
            "upstream call helpdesk=%s endpoint=%r status=%s error=%s credits=%d"
            " waited_ms=%.1f elapsed_ms=%.1f attempt=%d shared=%s",
            entry.helpdesk,
            entry.endpoint,
            entry.status,
            entry.error,
            entry.credits,
            entry.waited_ms,
            entry.elapsed_ms,
            entry.attempt,
            entry.shared,
        )


def remembered(helpdesk: str, endpoint: str, hits: int = 1) -> None:
    """Says that `hits` answers came from memory. For whoever keeps answers above the wire: such a memory is given this
    function with helpdesk and endpoint filled in."""
    for _ in range(hits):
        for records in _recorders.get():
            records.append(CallRecord(helpdesk, "GET", endpoint, "", None, 0, 0.0, 0.0, 0, cached=True))
