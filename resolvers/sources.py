"""Who answers for a helpdesk: our copy, when it covers the question and is young enough for what was asked, else the
provider live.

A copy covers a kind of record once all of it has been read. Without a wish of the caller it answers whatever its age,
and says that it is STALE when it is older than `stale_after_s`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from models.enums import SearchKind, SearchOrder, StalePolicy, SyncKind
from models.errors import BadCursor, BadInput, HelpdeskError, Stale
from models.queries import (
    ArticleQuery,
    ContactQuery,
    OrganizationQuery,
    Page,
    PageRequest,
    Scope,
    TicketQuery,
)
from models.records import Article, Contact, Count, Organization, SearchHit, Ticket
from models.sync import Coverage, SyncState
from providers.base import Provider, Source
from resolvers.answering import Answering
from runtime.clock import Clock
from runtime.deadline import current_deadline
from storage.states import covers

STALE_AFTER_S = 300.0
LIVE_ONLY = 1_000_000
REFRESH_S = 10.0
"""How long a caller waits for a copy to be brought up to date, where its deadline leaves so much."""


class Copy(Protocol):
    """What is asked of our copy (storage/mirror): lists over several helpdesks at once, and a Source for each."""

    def has(self, helpdesk: str) -> bool:
        """Whether this helpdesk is copied at all."""
        ...

    def source(self, helpdesk: str) -> Source: ...

    def ordinal(self, helpdesk: str) -> int:
        """Where a helpdesk stands among rows that are equal otherwise."""
        ...

    async def tickets(
        self, scope: Scope, helpdesks: Sequence[str], query: TicketQuery, page: PageRequest
    ) -> Page[Ticket]: ...

    async def count_tickets(self, scope: Scope, helpdesks: Sequence[str], query: TicketQuery) -> Count | None: ...

    async def count_contacts(self, scope: Scope, helpdesks: Sequence[str], query: ContactQuery) -> Count | None: ...

    async def count_organizations(
        self, scope: Scope, helpdesks: Sequence[str], query: OrganizationQuery
    ) -> Count | None: ...

    async def count_articles(self, scope: Scope, helpdesks: Sequence[str], query: ArticleQuery) -> Count | None: ...

    async def contacts(
        self, scope: Scope, helpdesks: Sequence[str], query: ContactQuery, page: PageRequest
    ) -> Page[Contact]: ...

    async def organizations(
        self, scope: Scope, helpdesks: Sequence[str], query: OrganizationQuery, page: PageRequest
    ) -> Page[Organization]: ...

    async def articles(
        self, scope: Scope, helpdesks: Sequence[str], query: ArticleQuery, page: PageRequest
    ) -> Page[Article]: ...

    async def search(
        self,
        scope: Scope,
        helpdesks: Sequence[str],
        text: str,
        kinds: frozenset[SearchKind],
        order: SearchOrder,
        page: PageRequest,
    ) -> Page[SearchHit]: ...


class States(Protocol):
    """How far the copy has come (storage/states.py)."""

    async def all(self) -> Mapping[tuple[str, SyncKind], SyncState]: ...

    def forget(self) -> None: ...


class Refresh(Protocol):
    """Runs the streams of one kind of one helpdesk until they have caught up (sync/)."""

    def __call__(self, helpdesk: str, kind: SyncKind) -> Awaitable[object]: ...


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    max_age_s: float
    on_stale: StalePolicy = StalePolicy.REFRESH


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for one helpdesk. `error`: nobody does, and why. `stale`: our copy is older than asked for, or than
    is usual; it answers all the same when `mirrored`. `instead`: it answers, and says so, where the helpdesk cannot."""

    mirrored: bool = False
    stale: bool = False
    as_of: datetime | None = None
    coverage: Coverage | None = None
    error: HelpdeskError | None = None
    instead: Choice | None = None


LIVE = Choice()


class Sources(Mapping[str, Source]):
    """Helpdesk key → the source that answers for it, in the operator's order. One request's own: `current` reads how
    far the copy has come, and what is chosen after it goes by that."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        clock: Clock,
        *,
        mirror: Copy | None = None,
        states: States | None = None,
        refresh: Refresh | None = None,
        stale_after_s: float = STALE_AFTER_S,
    ) -> None:
        self._stale_after_s = stale_after_s
        self._clock = clock
        self._mirror = mirror
        self._states = states
        self._refresh = refresh
        self._known: Mapping[tuple[str, SyncKind], SyncState] = {}
        self._providers = providers
        self._sources: dict[str, Source] = dict(providers)
        if mirror is not None and states is not None:
            copied = {key: mirror.source(key) for key in providers if mirror.has(key)}
            self._sources |= {
                key: Answering(providers[key], one, self._ready, self._whole) for key, one in copied.items()
            }

    def __getitem__(self, key: str) -> Source:
        return self._sources[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    @property
    def mirror(self) -> Copy:
        assert self._mirror is not None, "only a copy that was chosen is asked"
        return self._mirror

    def live(self, key: str) -> Source:
        return self._providers[key]

    def ordinal(self, helpdesk: str) -> int:
        """The same whoever answers: rows that are equal otherwise come in this order. Helpdesks that are asked live
        only come behind those that are copied."""
        if self._mirror is not None and self._mirror.has(helpdesk):
            return self._mirror.ordinal(helpdesk)
        return LIVE_ONLY + list(self._providers).index(helpdesk)

    async def current(self) -> None:
        """Reads how far the copy has come. Where that cannot be read, what was known before stands."""
        if self._mirror is None or self._states is None:
            return
        try:
            self._known = await self._states.all()
        except HelpdeskError:
            return

    def coverage(self, helpdesk: str, kind: SyncKind) -> Coverage | None:
        """How much of a kind the copy has, as last read; None where nothing is known."""
        state = self._known.get((helpdesk, kind))
        return state.coverage if state is not None and state.finished_at is not None else None

    def forget(self) -> None:
        """How far the copy has come is read again before the next answer."""
        self._known = {}

    def covers(self, helpdesk: str, kind: SyncKind) -> bool:
        """Whether the copy may answer for this kind of record."""
        state = self._known.get((helpdesk, kind))
        return state is not None and covers(state)

    async def _ready(self, helpdesk: str, kind: SyncKind) -> bool:
        if not self._known:
            await self.current()
        return self.covers(helpdesk, kind)

    async def _whole(self, helpdesk: str, kind: SyncKind) -> bool:
        """Of tickets some may be in no list, and known to be missing."""
        if not await self._ready(helpdesk, kind):
            return False
        return kind is not SyncKind.TICKETS or self._known[helpdesk, kind].coverage.complete

    async def choose(
        self, helpdesk: str, kind: SyncKind, freshness: Freshness | None = None, *, pinned: bool | None = None
    ) -> Choice:
        """`pinned`: who answered the page before: our copy, or the helpdesk live. A walk goes on where it began."""
        if pinned is False:
            return LIVE
        if not self.covers(helpdesk, kind):
            return self._gone(helpdesk) if pinned else LIVE
        if freshness is None:
            return self._chosen(helpdesk, kind, self._stale_after_s)
        chosen = self._chosen(helpdesk, kind, freshness.max_age_s)
        if not chosen.stale or freshness.on_stale is StalePolicy.SERVE_AND_FLAG:
            return chosen
        if freshness.on_stale is StalePolicy.FAIL:
            return msgspec.structs.replace(chosen, error=too_old(helpdesk, chosen.as_of))
        await self._refreshed(helpdesk, kind)
        chosen = self._chosen(helpdesk, kind, freshness.max_age_s)
        if chosen.stale and pinned is None and self._known[helpdesk, kind].last_error is None:
            return Choice(stale=True, as_of=chosen.as_of, instead=chosen)
        return chosen

    def newer(self, helpdesk: str, kind: SyncKind, at: datetime | None) -> bool:
        """Whether the copy of this kind, though complete, cannot have what somebody knew at that moment."""
        if at is None or not self.covers(helpdesk, kind):
            return False
        as_of = self.as_of(helpdesk, kind)
        return as_of is None or at > as_of

    def as_of(self, helpdesk: str, kind: SyncKind) -> datetime | None:
        """Everything the helpdesk changed until then is in the copy."""
        state = self._known[helpdesk, kind]
        return state.watermark or state.finished_at

    def _chosen(self, helpdesk: str, kind: SyncKind, max_age_s: float) -> Choice:
        as_of = self.as_of(helpdesk, kind)
        age = None if as_of is None else (self._clock.now() - as_of).total_seconds()
        return Choice(
            mirrored=True,
            stale=age is None or age > max_age_s,
            as_of=as_of,
            coverage=self._known[helpdesk, kind].coverage,
        )

    def _gone(self, helpdesk: str) -> Choice:
        message = (
            "This cursor was made on our copy of the helpdesk, which is not there now, and no helpdesk takes it live. "
            "Start again without a cursor."
        )
        return Choice(mirrored=True, error=BadCursor(message, field="after", helpdesk=helpdesk))

    async def _refreshed(self, helpdesk: str, kind: SyncKind) -> None:
        """Waits until the stream has caught up, or as long as the request has time. It goes on by itself then."""
        if self._refresh is None or self._states is None:
            return
        deadline = current_deadline()
        left = REFRESH_S if deadline is None else min(REFRESH_S, deadline.remaining(self._clock) / 2)
        running = asyncio.ensure_future(self._refresh(helpdesk, kind))
        running.add_done_callback(_looked_at)
        done, _ = await asyncio.wait({running}, timeout=max(0.0, left))
        if done:
            self._states.forget()
            await self.current()

    def named(self, keys: Collection[str], *, field: str) -> None:
        """Raises BadInput for a key that no helpdesk has: a misspelt key is not an empty list."""
        for key in keys:
            if key not in self._providers:
                known = ", ".join(f"`{k}`" for k in self._providers) or "none"
                raise BadInput(f"`{field}`: there is no helpdesk with this key. Known keys: {known}.", field=field)


def too_old(helpdesk: str, as_of: datetime | None) -> Stale:
    told = f"is as of {as_of:%Y-%m-%dT%H:%M:%SZ}, " if as_of is not None else "is "
    remedy = "Ask with `onStale: SERVE_AND_FLAG`, or allow a greater age."
    return Stale(f"Our copy of this helpdesk {told}older than `freshness.maxAge` allows. {remedy}", helpdesk=helpdesk)


def _looked_at(running: asyncio.Future[object]) -> None:
    """A refresh that fails is told by the copy's own state; the caller is answered live."""
    if not running.cancelled():
        running.exception()
