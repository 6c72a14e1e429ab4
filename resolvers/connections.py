"""What the connections over several helpdesks share: a stream for each, the merge, and the errors of those
that failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from models.enums import CountPrecision
from models.records import Count
from resolvers.context import RequestContext
from resolvers.merging import connect
from resolvers.paging import Connection, Position, Window, window
from resolvers.selection import FieldInfo
from resolvers.streams import Stream

T = TypeVar("T")


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """The four arguments of a connection, as they came."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def window(self, *, default: int = 50) -> Window:
        return window(self.first, self.after, self.last, self.before, default=default)


async def connected(
    context: RequestContext,
    info: FieldInfo,
    found: Sequence[Stream[T]],
    page: Window,
    *,
    fingerprint: str,
    rank: Callable[[T], Any] | None = None,
    total: Callable[[], Awaitable[Count | None]] | None = None,
    position: Position | None = None,
) -> Connection[T]:
    """Errors of single helpdesks become partial errors at the connection's field; its rows stay."""
    wanted = total if context.selections.of(info).has("totalCount") else None
    connection = await connect(
        found,
        page,
        context.cursors,
        fingerprint=fingerprint,
        now=context.clock.now(),
        rank=rank,
        total=wanted,
        position=position,
    )
    for state in connection.sources:
        if state.error is not None:
            context.partial(state.error, info)
    order = {helpdesk: at for at, helpdesk in enumerate(context.sources)}
    sources = tuple(sorted(connection.sources, key=lambda state: order[state.info.key]))
    return msgspec.structs.replace(connection, sources=sources)


async def add_up(counts: Sequence[Awaitable[Count | None]]) -> Count | None:
    """None when any of them is not known: a sum without one helpdesk would be a wrong number."""
    found = await asyncio.gather(*counts, return_exceptions=True)
    known = [count for count in found if isinstance(count, Count)]
    if len(known) < len(found):
        return None
    precisions = {count.precision for count in known}
    for loosest in (CountPrecision.ESTIMATE, CountPrecision.AT_LEAST):
        if loosest in precisions:
            return Count(value=sum(count.value for count in known), precision=loosest)
    return Count(value=sum(count.value for count in known), precision=CountPrecision.EXACT)
