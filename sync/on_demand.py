"""Comments that somebody looks at now, before the background reader came by.

Asked in the caller's own lane and time. Who asks for a ticket that is being asked for shares that call. What came is
stored behind the answer, several tickets at a time, so nobody waits for the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial

from models.errors import DeadlineExceeded, HelpdeskError, StorageUnavailable
from models.records import CommentList, Ticket
from providers.base import Provider
from providers.upstream.shared import InFlight
from runtime.deadline import current_deadline
from storage.apply import store_comments, version_of
from sync.parts import SyncParts

log = logging.getLogger("deskgraph.sync")
AT_ONCE = 50


class CommentsOnDemand:
    def __init__(self, parts: SyncParts, providers: Mapping[str, Provider]) -> None:
        self._parts = parts
        self._providers = providers
        self._asking: InFlight[CommentList | HelpdeskError] = InFlight()
        self._waiting: dict[tuple[str, str], tuple[CommentList, int]] = {}
        self._writing: asyncio.Task[None] | None = None

    async def fetch(
        self, helpdesk: str, tickets: Sequence[Ticket], up_to: int
    ) -> Sequence[CommentList | HelpdeskError]:
        """For each ticket all its comments, internal notes too, oldest first; at least `up_to` if there are as many.
        The failure of one ticket is in its place."""
        return await asyncio.gather(*(self._shared(helpdesk, ticket, up_to) for ticket in tickets))

    async def _shared(self, helpdesk: str, ticket: Ticket, up_to: int) -> CommentList | HelpdeskError:
        key = (helpdesk, ticket.remote_id, ticket.updated_at, up_to)
        while True:
            joined = key in self._asking
            found = await self._asking.run(key, partial(self._ask, helpdesk, ticket, up_to))
            if joined and isinstance(found, DeadlineExceeded) and not self._out_of_time():
                continue  # it was the time of whoever asked first
            return found

    def _out_of_time(self) -> bool:
        deadline = current_deadline()
        return deadline is not None and deadline.passed(self._parts.clock)

    async def _ask(self, helpdesk: str, ticket: Ticket, up_to: int) -> CommentList | HelpdeskError:
        try:
            (found,) = await self._providers[helpdesk].comments(self._parts.scope, [ticket], up_to)
        except HelpdeskError as error:
            return error.at(helpdesk)
        if isinstance(found, HelpdeskError):
            return found.at(helpdesk)
        self._waiting[helpdesk, ticket.remote_id] = found, version_of(ticket)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return found

    async def settled(self) -> None:
        """Until what came has been stored."""
        while self._writing is not None and not self._writing.done():
            await asyncio.shield(self._writing)

    async def aclose(self) -> None:
        await self._asking.aclose()
        await self.settled()

    async def _write(self) -> None:
        while self._waiting:
            some = [self._waiting.popitem() for _ in range(min(AT_ONCE, len(self._waiting)))]
            try:
                await self._store(some)
            except StorageUnavailable:
                log.warning("comments that somebody looked at could not be stored; they will be read again")
                return

    async def _store(self, some: Sequence[tuple[tuple[str, str], tuple[CommentList, int]]]) -> None:
        parts = self._parts
        async with parts.db.write(parts.tenancy.number) as session:
            for (helpdesk, ticket), (found, version) in some:
                await store_comments(
                    session, parts.tenancy, helpdesk, ticket, found, version=version, now=parts.clock.now()
                )
            await parts.db.announce(session)
