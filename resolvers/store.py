"""What a request can ask of our copy besides lists: its tenant's changes, how far it has come, and figures."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Collection

from models.changes import ChangeBatch
from models.enums import FreshnessSource
from models.errors import Unsupported
from models.records import Ticket
from resolvers.context import RequestContext
from resolvers.feed import Feed
from resolvers.filters import Wanted
from resolvers.listing import Part, check_fields
from resolvers.loaders import Loaders
from resolvers.paging import Cursors, Position, fingerprint
from resolvers.sources import Choice, Copy
from storage.apply import apply
from storage.database import Database
from storage.epochs import epoch
from storage.states import States
from storage.tenants import Tenancy


class Store:
    """One tenant's, made once in a process. `helpdesks`: those that are copied; others are asked live always."""

    def __init__(
        self, database: Database, tenancy: Tenancy, mirror: Copy, states: States, helpdesks: Collection[str]
    ) -> None:
        self.database = database
        self.tenancy = tenancy
        self.mirror = mirror
        self.states = states
        self.helpdesks = tuple(helpdesks)
        self.feed = Feed(database, tenancy)
        self._mark: str | None = None

    def keeper(self, helpdesk: str) -> Callable[[Ticket], Awaitable[None]] | None:
        """Puts what a helpdesk answered to a write into our copy; None where there is none of it."""
        return self._keep if helpdesk in self.helpdesks else None

    async def _keep(self, ticket: Ticket) -> None:
        batch = ChangeBatch(records=(ticket,), checkpoint="", more=False)
        async with self.database.write(self.tenancy.number) as session:
            await apply(session, self.tenancy, ticket.helpdesk, batch, origin=FreshnessSource.SYNC, now=ticket.as_of)

    async def mark(self) -> str:
        """What cursors in the sequence of changes are bound to: this database as it was begun. The sequence of another
        one counts the same numbers for other changes."""
        if self._mark is None:
            self._mark = fingerprint("changes", await epoch(self.database, self.tenancy))
        return self._mark


class Places:
    """Cursors in the sequence of changes, whoever gives them: `changes` and subscriptions take each other's."""

    def __init__(self, cursors: Cursors, mark: str) -> None:
        self._cursors = cursors
        self._mark = mark

    def seal(self, seq: int) -> str:
        return self._cursors.seal(Position("", {"": str(seq)}), self._mark)

    def open(self, cursor: str, *, field: str = "after") -> int:
        return int(self._cursors.open(cursor, self._mark, field=field).places[""])


def kept(context: RequestContext, what: str) -> Store:
    """Raises Unsupported where this server has no copy."""
    if context.store is None:
        raise Unsupported(
            f"{what} needs a copy of the helpdesks, and this server keeps none.",
            nearest="Its operator can set DATABASE_URL, and MIRROR=1.",
        )
    return context.store


async def places(context: RequestContext, store: Store) -> Places:
    return Places(context.cursors, await store.mark())


async def checked(context: RequestContext, store: Store, wanted: Wanted) -> None:
    """A filter that is asked of the copy alone: what it names has to be there."""
    for named in wanted.helpdesks:
        context.sources.named([named.key], field=named.field)
    mirrored = Choice(mirrored=True)
    parts = [Part(helpdesk=key, where=wanted.of(key), choice=mirrored) for key in store.helpdesks]
    await check_fields(context, wanted.fields, parts)


def over_copy(context: RequestContext, store: Store) -> RequestContext:
    """The same caller, with look-ups of their own that ask the copy alone, however complete it is: a change is a change
    of the copy, and looking it up costs no call, unless it is a conversation that our copy has not read yet."""
    own = copy.copy(context)
    own.loaders = Loaders({key: store.mirror.source(key) for key in store.helpdesks}, context.scope)
    return own
