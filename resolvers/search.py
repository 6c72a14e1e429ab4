"""Full-text search. Helpdesks that our copy covers are one list, newest first or by rank; behind it come those that are
searched live, each in its own ranking, the hits of one after those of the one before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from models.enums import SearchKind, SearchOrder, SyncKind
from models.errors import BadInput, HelpdeskError, Unsupported
from models.queries import Page, PageRequest
from models.records import SearchHit
from models.sync import Coverage
from providers.base import Source
from resolvers.connections import Paging, connected
from resolvers.context import RequestContext
from resolvers.filters import NOTHING, Wanted
from resolvers.listing import TOGETHER
from resolvers.paging import Connection, Position, fingerprint
from resolvers.selection import FieldInfo
from resolvers.sources import LIVE, Choice
from resolvers.streams import Stream

LONGEST = 200
COPIES: Mapping[SearchKind, SyncKind] = {
    SearchKind.TICKET: SyncKind.TICKETS,
    SearchKind.COMMENT: SyncKind.COMMENTS,
    SearchKind.CONTACT: SyncKind.CONTACTS,
    SearchKind.ORGANIZATION: SyncKind.ORGANIZATIONS,
    SearchKind.ARTICLE: SyncKind.ARTICLES,
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One search. `kinds` empty: all that can be searched. `order` None: newest first, where there is one order."""

    text: str
    kinds: frozenset[SearchKind]
    order: SearchOrder | None

    @property
    def needed(self) -> frozenset[SyncKind]:
        """The kinds our copy must have whole before it is asked. Conversations are never waited for: they are copied
        as they are needed, and what is missing of them is said."""
        named = {COPIES[kind] for kind in self.kinds or (SearchKind.TICKET,)}
        return frozenset((named - {SyncKind.COMMENTS}) or {SyncKind.TICKETS})

    @property
    def covered(self) -> frozenset[SyncKind]:
        return frozenset(COPIES[kind] for kind in self.kinds or COPIES)


async def search(
    context: RequestContext,
    info: FieldInfo,
    query: str,
    kinds: Sequence[SearchKind] | None,
    order: SearchOrder | None,
    wanted: Wanted,
    paging: Paging,
) -> Connection[SearchHit]:
    text = query.strip()
    if not text or len(text) > LONGEST:
        raise BadInput(f"`query` must have from 1 to {LONGEST} characters.", field="query")
    for named in wanted.helpdesks:
        context.sources.named([named.key], field=named.field)
    asked = Asked(text=text, kinds=frozenset(kinds or ()), order=order)
    page = paging.window()
    mark = fingerprint("search", asked, wanted.where)
    position = page.opened(context.cursors, mark)
    await context.sources.current()
    found = await _streams(context, asked, wanted, position)
    return await connected(context, info, found, page, fingerprint=mark, position=position)


async def _streams(
    context: RequestContext, asked: Asked, wanted: Wanted, position: Position | None
) -> list[Stream[SearchHit]]:
    chosen = [key for key in context.sources if wanted.of(key) != NOTHING]
    choices = dict(
        zip(chosen, await asyncio.gather(*(_choice(context, key, asked, position) for key in chosen)), strict=True)
    )
    copied = {key: choice for key, choice in choices.items() if choice.mirrored and choice.error is None}
    found = [_together(context, asked, copied)] if copied else []
    for key in context.sources:
        if key not in choices:
            found.append(Stream(info=context.info(key), fetch=_nothing, skipped=True))
        elif key not in copied:
            found.append(_alone(context, key, asked, choices[key]))
    return found


async def _choice(context: RequestContext, helpdesk: str, asked: Asked, position: Position | None) -> Choice:
    """Our copy where it has all that is needed, as old as the oldest of it, and as whole as all that is looked at."""
    pinned = None if position is None else helpdesk in position.mirrored
    sources = context.sources
    choices = [await sources.choose(helpdesk, kind, pinned=pinned) for kind in sorted(asked.needed)]
    for choice in choices:
        if not choice.mirrored or choice.error is not None:
            return choice if choice.error is not None else LIVE
    moments = [choice.as_of for choice in choices if choice.as_of is not None]
    looked_at = [sources.coverage(helpdesk, kind) for kind in asked.covered]
    return Choice(
        mirrored=True,
        stale=any(choice.stale for choice in choices),
        as_of=min(moments, default=None),
        coverage=Coverage(complete=all(one is not None and one.complete for one in looked_at)),
    )


def _together(context: RequestContext, asked: Asked, copied: Mapping[str, Choice]) -> Stream[SearchHit]:
    async def read(page: PageRequest) -> Page[SearchHit]:
        order = asked.order or SearchOrder.NEWEST
        mirror = context.sources.mirror
        return await mirror.search(context.scope, list(copied), asked.text, asked.kinds, order, page)

    parts = tuple(
        Stream(
            info=context.info(key),
            fetch=read,
            mirrored=True,
            stale=choice.stale,
            as_of=choice.as_of,
            coverage=choice.coverage,
        )
        for key, choice in copied.items()
    )
    return Stream(info=parts[0].info, fetch=read, key=TOGETHER, parts=parts, mirrored=True)


def _alone(context: RequestContext, helpdesk: str, asked: Asked, choice: Choice) -> Stream[SearchHit]:
    """A helpdesk that is searched live, or the error of one whose copy is gone."""
    source = context.sources.live(helpdesk)
    error = choice.error

    async def read(page: PageRequest) -> Page[SearchHit]:
        if error is not None:
            raise error
        return await source.search(context.scope, asked.text, _answerable(source, asked), page)

    lacks = _lack(source, asked)
    return Stream(info=source.info, fetch=read, complete=_whole(source, asked), lacks=lacks)


async def _nothing(page: PageRequest) -> Page[SearchHit]:
    return Page(rows=(), more=False)


def _whole(source: Source, asked: Asked) -> bool:
    return (asked.kinds or frozenset(SearchKind)) <= source.capabilities.search_kinds


def _answerable(source: Source, asked: Asked) -> frozenset[SearchKind]:
    """The kinds this helpdesk can search; all that were wanted when it can none of them, so that it refuses itself.

    A bare number is left whole: helpdesks without full text still find a ticket by it.
    """
    if asked.text.isdecimal():
        return asked.kinds - {SearchKind.COMMENT} or asked.kinds
    return (asked.kinds & source.capabilities.search_kinds) or asked.kinds


def _lack(source: Source, asked: Asked) -> HelpdeskError | None:
    missing = asked.kinds - _answerable(source, asked)
    key = source.info.key
    if missing:
        able = f"It can search {', '.join(sorted(source.capabilities.search_kinds))}."
        message = f"This helpdesk cannot search {', '.join(sorted(missing))}."
        return Unsupported(message, nearest=able, field="kinds", helpdesk=key)
    if asked.order is not None:
        message = "This helpdesk is searched live, in its own ranking: what it gives comes behind the others."
        return Unsupported(message, nearest="Leave `order` out.", field="order", helpdesk=key)
    return None
