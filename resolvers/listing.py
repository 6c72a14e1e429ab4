"""One list over several helpdesks, whoever answers for each: those in our copy as one stream of it, the others live.

A walk goes on where it began: the cursor says which helpdesks came from our copy. Our copy's places mean the same for
one helpdesk as for many, so a helpdesk that has to leave the common stream goes on from the common place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from models.conditions import EVERYTHING, Condition
from models.enums import CountPrecision, SyncKind
from models.errors import BadInput, HelpdeskError, Unsupported
from models.queries import Page, PageRequest, Scope
from models.records import Count
from providers.base import Source
from resolvers.connections import Paging, add_up, connected
from resolvers.context import RequestContext
from resolvers.filters import NOTHING, Named, Wanted
from resolvers.paging import Connection, Position, fingerprint
from resolvers.selection import FieldInfo
from resolvers.sources import Choice, Copy, Freshness
from resolvers.streams import Stream

Q = TypeVar("Q")
T = TypeVar("T")
TOGETHER = "*"
"""The cursor's name for the stream of all helpdesks in our copy."""


class Listing(msgspec.Struct, Generic[Q, T], frozen=True, kw_only=True):
    """How one kind of list is asked.

    `lower` gives a helpdesk's live query, None where nothing can match, or refuses; `copied` the copy's. `fetch` asks
    one Source. `together` asks the copy for several helpdesks at once; a kind without it is asked one by one. `rank`:
    the merge key; None: one helpdesk after the other. `complete`: whether a live list shows everything.
    """

    name: str
    kind: SyncKind
    lower: Callable[[Condition, str], Q | None]
    copied: Callable[[Condition], Q]
    fetch: Callable[[Source, Q, PageRequest], Awaitable[Page[T]]]
    together: Callable[[Copy, Sequence[str], Q, PageRequest], Awaitable[Page[T]]] | None = None
    rank: Callable[[T], Any] | None = None
    complete: Callable[[Source, Q], bool] = lambda source, query: True
    count: Callable[[Source, Scope, Q], Awaitable[Count | None]] | None = None
    count_together: Callable[[Copy, Sequence[str], Q], Awaitable[Count | None]] | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One helpdesk's part in a list: what is left of the filter there, and who answers."""

    helpdesk: str
    where: Condition
    choice: Choice

    @property
    def copied(self) -> bool:
        return self.choice.mirrored and self.choice.error is None


async def listed(
    context: RequestContext,
    info: FieldInfo,
    listing: Listing[Q, T],
    wanted: Wanted,
    paging: Paging,
    *,
    orders: Sequence[Any] = (),
    freshness: Freshness | None = None,
    owner: str = "",
    default: int = 50,
) -> Connection[T]:
    """`owner` is the id of the record whose list this is; cursors are bound to it."""
    page = paging.window(default=default)
    for named in wanted.helpdesks:
        context.sources.named([named.key], field=named.field)
    mark = fingerprint(listing.name, owner, wanted.where, list(orders))
    position = page.opened(context.cursors, mark)
    await context.sources.current()
    parts = await _parts(context, listing.kind, wanted.where, freshness, position)
    await check_fields(context, wanted.fields, parts)
    work = _Work(context, listing, parts, wanted.where, position)
    total = work.total if listing.count is not None or listing.count_together is not None else None
    return await connected(
        context, info, work.streams(), page, fingerprint=mark, rank=listing.rank, total=total, position=position
    )


async def _parts(
    context: RequestContext, kind: SyncKind, where: Condition, freshness: Freshness | None, position: Position | None
) -> list[Part]:
    async def part(helpdesk: str) -> Part:
        left = Wanted(where=where).of(helpdesk)
        if left == NOTHING:
            return Part(helpdesk=helpdesk, where=left, choice=Choice())
        pinned = None if position is None else helpdesk in position.mirrored
        return Part(
            helpdesk=helpdesk,
            where=left,
            choice=await context.sources.choose(helpdesk, kind, freshness, pinned=pinned),
        )

    return list(await asyncio.gather(*(part(helpdesk) for helpdesk in context.sources)))


async def check_fields(context: RequestContext, fields: Sequence[Named], parts: Sequence[Part]) -> None:
    """A misspelt key is not an empty list. Live helpdesks are not asked: they refuse custom fields themselves."""
    asked = [part for part in parts if part.where != NOTHING]
    copied = [part.helpdesk for part in asked if part.copied]
    if not fields or not copied:
        return
    keys = {helpdesk: await _keys(context, helpdesk) for helpdesk in copied}
    for named in fields:
        among = copied if named.helpdesk is None else [key for key in copied if key == named.helpdesk]
        certain = among and (named.helpdesk is not None or len(copied) == len(asked))
        if certain and not any(named.key in keys[helpdesk] for helpdesk in among):
            raise BadInput(
                f"`{named.field}`: there is no custom ticket field with the key `{named.key}` here. "
                "`helpdesk { ticketFields { key } }` lists them.",
                field=named.field,
            )


async def _keys(context: RequestContext, helpdesk: str) -> frozenset[str]:
    definitions = await context.loaders.fields_of_helpdesk.load(helpdesk, "fields") or ()
    return frozenset(definition.key for definition in definitions)


class _Work(Generic[Q, T]):
    """The streams of one page."""

    def __init__(
        self,
        context: RequestContext,
        listing: Listing[Q, T],
        parts: Sequence[Part],
        where: Condition,
        position: Position | None,
    ) -> None:
        self._context = context
        self._listing = listing
        self._parts = [self._answerable(part) for part in parts]
        self._where = where
        self._places = position.places if position is not None else {}

    def _answerable(self, part: Part) -> Part:
        """What the helpdesk cannot be asked live, the copy answers that was to be passed over for its age."""
        instead = part.choice.instead
        if instead is None or part.where == NOTHING:
            return part
        try:
            self._listing.lower(part.where, part.helpdesk)
        except Unsupported:
            return msgspec.structs.replace(part, choice=instead)
        except HelpdeskError:
            return part
        return part

    def streams(self) -> list[Stream[T]]:
        group = self._grouped()
        if not group:
            return [self._stream(part) for part in self._parts]
        common = self._common(group)
        found: list[Stream[T]] = []
        for part in self._parts:
            if part not in group:
                found.append(self._stream(part))
            elif part is group[0]:
                found.append(common)
        return found

    def _grouped(self) -> list[Part]:
        """The helpdesks that one stream of the copy serves. One with a place of its own in the cursor is not in it.
        Where helpdesks come one after the other, it is all of them or none."""
        if self._listing.together is None:
            return []
        asked = [part for part in self._parts if part.where != NOTHING]
        group = [part for part in asked if part.copied and part.helpdesk not in self._places]
        return group if self._listing.rank is not None or len(group) == len(asked) else []

    def _common(self, group: Sequence[Part]) -> Stream[T]:
        helpdesks = [part.helpdesk for part in group]
        query = self._listing.copied(self._together(group))

        async def read(page: PageRequest) -> Page[T]:
            assert self._listing.together is not None
            return await self._listing.together(self._context.sources.mirror, helpdesks, query, page)

        members = tuple(self._member(part, read) for part in group)
        return Stream(info=members[0].info, fetch=read, key=TOGETHER, parts=members, mirrored=True)

    def _together(self, group: Sequence[Part]) -> Condition:
        """One condition for all of them: what is left of it in each, where that is the same."""
        left = {part.where: None for part in group}
        return next(iter(left)) if len(left) == 1 else self._where

    def _member(self, part: Part, read: Callable[[PageRequest], Awaitable[Page[T]]]) -> Stream[T]:
        choice = part.choice
        return Stream(
            info=self._context.info(part.helpdesk),
            fetch=read,
            mirrored=True,
            stale=choice.stale,
            as_of=choice.as_of,
            coverage=choice.coverage,
        )

    def _stream(self, part: Part) -> Stream[T]:
        info = self._context.info(part.helpdesk)
        if part.where == NOTHING:
            return Stream(info=info, fetch=_not_asked, skipped=True)
        if part.choice.mirrored:
            return self._alone(part)
        try:
            query = self._listing.lower(part.where, part.helpdesk)
        except HelpdeskError as refused:
            return Stream(info=info, fetch=_refusing(refused), complete=False)
        source = self._context.sources.live(part.helpdesk)
        if query is None:
            return Stream(info=info, fetch=_not_asked, skipped=True)
        return Stream(info=info, fetch=self._reading(source, query), complete=self._listing.complete(source, query))

    def _alone(self, part: Part) -> Stream[T]:
        """A helpdesk of the copy with a place of its own, which the cursor keeps from then on."""
        error = part.choice.error
        source = self._context.sources.mirror.source(part.helpdesk)
        read = self._reading(source, self._listing.copied(part.where)) if error is None else _refusing(error)
        start = self._places.get(TOGETHER, "") if self._listing.together is not None else None
        return msgspec.structs.replace(self._member(part, read), start=start)

    def _reading(self, source: Source, query: Q) -> Callable[[PageRequest], Awaitable[Page[T]]]:
        async def read(page: PageRequest) -> Page[T]:
            return await self._listing.fetch(source, query, page)

        return read

    async def total(self) -> Count | None:
        """None where anybody who takes part does not know."""
        asked = [part for part in self._parts if part.where != NOTHING]
        copied = [part for part in asked if part.copied]
        counts = [self._count_live(part) for part in asked if not part.choice.mirrored]
        if any(part.choice.error is not None for part in asked):
            counts.append(_unknown())
        if copied:
            counts.append(self._count_copied(copied))
        return await add_up(counts)

    async def _count_live(self, part: Part) -> Count | None:
        query = self._listing.lower(part.where, part.helpdesk)
        if query is None:
            return Count(value=0, precision=CountPrecision.EXACT)
        if self._listing.count is None:
            return None
        return await self._listing.count(self._context.sources.live(part.helpdesk), self._context.scope, query)

    async def _count_copied(self, parts: Sequence[Part]) -> Count | None:
        if self._listing.count_together is None:
            return None
        query = self._listing.copied(self._together(parts))
        helpdesks = [part.helpdesk for part in parts]
        return await self._listing.count_together(self._context.sources.mirror, helpdesks, query)


async def _not_asked(page: PageRequest) -> Page[Any]:
    return Page(rows=(), more=False)


async def _unknown() -> Count | None:
    return None


def _refusing(error: HelpdeskError) -> Callable[[PageRequest], Awaitable[Page[Any]]]:
    async def refuse(page: PageRequest) -> Page[Any]:
        raise error

    return refuse


def copied_where(where: Condition) -> Condition | None:
    """What a query of the copy carries: nothing for everything."""
    return None if where == EVERYTHING else where
