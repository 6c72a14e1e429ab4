"""One stream of a connection over several helpdesks, and how its helpdesk took part."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from models.enums import SourceOutcome
from models.errors import HelpdeskError
from models.queries import Page, PageRequest
from models.records import HelpdeskInfo
from models.sync import Coverage
from resolvers.paging import SourceState

T = TypeVar("T")


class Stream(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One helpdesk's rows, or with `parts` those of several that our copy gives as one. `skipped`: the filter leaves
    this helpdesk out, it is not asked.

    `key`: its name in a cursor, the helpdesk's own when left out. `start`: where it begins when the cursor has no place
    for it; a stream that was given one has its place in every cursor. `lacks`: what of the question this helpdesk
    cannot answer; it answers the rest, and is PARTIAL. `mirrored`, `stale`, `as_of`, `coverage`: how our copy is.
    """

    info: HelpdeskInfo
    fetch: Callable[[PageRequest], Awaitable[Page[T]]]
    skipped: bool = False
    complete: bool = True
    lacks: HelpdeskError | None = None
    key: str | None = None
    start: str | None = None
    parts: tuple[Stream[Any], ...] = ()
    mirrored: bool = False
    stale: bool = False
    as_of: datetime | None = None
    coverage: Coverage | None = None

    @property
    def name(self) -> str:
        return self.key or self.info.key


def state_of(stream: Stream[T], error: HelpdeskError | None, now: datetime) -> SourceState:
    if stream.skipped:
        return SourceState(info=stream.info, state=SourceOutcome.SKIPPED, as_of=now)
    if error is not None:
        return SourceState(
            info=stream.info,
            state=SourceOutcome.FAILED,
            coverage=Coverage(complete=False),
            retry_after_s=error.retry_after,
            error=error,
        )
    coverage = stream.coverage or Coverage(complete=stream.complete and stream.lacks is None)
    outcome = SourceOutcome.COMPLETE if coverage.complete else SourceOutcome.PARTIAL
    return SourceState(
        info=stream.info,
        state=SourceOutcome.STALE if stream.stale else outcome,
        as_of=stream.as_of if stream.mirrored else now,
        coverage=coverage,
        error=stream.lacks,
    )
