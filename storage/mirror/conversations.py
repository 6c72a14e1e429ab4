"""Comments of tickets. They are read ticket by ticket from the helpdesk, so those of a ticket may not be here yet, or
belong to an older state of it: then whoever can read them is asked (`FetchComments`), and stores them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, select

from models.enums import ActorKind, CommentVisibility
from models.errors import HelpdeskError, NotFound
from models.queries import Scope
from models.records import ActorRef, Comment, CommentList, Ticket
from storage import codec, ranks
from storage.mirror.embedding import embed_bodies
from storage.mirror.people import agents_by_number, contacts_by_number
from storage.mirror.walking import Fetcher
from storage.statements import Statement, among
from storage.tables.conversation import comments, conversations
from storage.tables.tickets import tickets
from storage.tenants import Tenancy
from storage.values import number_of

FetchComments = Callable[[Sequence[Ticket], int], Awaitable[Sequence[CommentList | HelpdeskError]]]
"""Reads the comments of these tickets at the helpdesk, at least so many of each, for nobody in particular: all of them,
notes too. What it returns is in the order of the tickets."""

Moment = Callable[[], AbstractAsyncContextManager[Fetcher]]
"""Opens a session."""

_STATES = Statement(
    select(
        tickets.c.num,
        tickets.c.org,
        tickets.c.version,
        tickets.c.comments_version,
        conversations.c.complete,
    )
    .select_from(
        tickets.outerjoin(
            conversations,
            (conversations.c.tenant == tickets.c.tenant)
            & (conversations.c.helpdesk == tickets.c.helpdesk)
            & (conversations.c.ticket == tickets.c.num),
        )
    )
    .where(
        tickets.c.tenant == bindparam("tenant"),
        tickets.c.helpdesk == bindparam("helpdesk"),
        among(tickets.c.num, "nums"),
    )
)
_of_tickets = (
    comments.c.tenant == bindparam("tenant"),
    comments.c.helpdesk == bindparam("helpdesk"),
    among(comments.c.ticket, "nums"),
)
_said = select(comments.c.ticket, comments.c.card, comments.c.raw).order_by(comments.c.ticket, comments.c.position)
_FIRST = Statement(_said.where(*_of_tickets, comments.c.position < bindparam("up_to")))
_PUBLIC = Statement(_said.where(*_of_tickets, comments.c.visibility == bindparam("public")))
PUBLIC = ranks.VISIBILITY.number(CommentVisibility.PUBLIC)


@dataclass(frozen=True)
class Known:
    """What is stored of a ticket's conversation. `current`: nothing was said since. `complete` None: it was never
    read."""

    org: int | None
    current: bool
    complete: bool | None


class Conversations:
    """Of one helpdesk."""

    def __init__(self, tenancy: Tenancy, helpdesk: str, fetch: FetchComments | None) -> None:
        self._tenancy = tenancy
        self._helpdesk = helpdesk
        self._fetch = fetch
        self._here = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[helpdesk]}

    async def of(
        self, moment: Moment, scope: Scope, asked: Sequence[Ticket], up_to: int
    ) -> list[CommentList | HelpdeskError]:
        distinct = {number_of(ticket.remote_id): ticket for ticket in asked}
        async with moment() as session:
            known = await self._known(session, list(distinct))
            seen = [number for number in distinct if self._sees(scope, known.get(number))]
            said = await self._stored(session, scope, seen, up_to)
        found: dict[int, CommentList | HelpdeskError] = dict(said)
        await self._complete(moment, distinct, known, found, up_to)
        confined = {number: _for(scope, one) for number, one in found.items()}
        if scope.organizations is not None:
            async with moment() as session:
                confined = await self._unnamed(session, scope, confined)
        hidden = NotFound("There is no such ticket.", helpdesk=self._helpdesk)
        return [confined.get(number_of(ticket.remote_id), hidden) for ticket in asked]

    async def _known(self, session: Fetcher, numbers: Sequence[int]) -> dict[int, Known]:
        rows = await session.fetch(_STATES, {**self._here, "nums": numbers}) if numbers else ()
        return {
            number: Known(org, version == comments_version, None if complete is None else bool(complete))
            for number, org, version, comments_version, complete in rows
        }

    def _sees(self, scope: Scope, known: Known | None) -> bool:
        """The ticket as it is stored decides, not the record that the caller holds."""
        bound = scope.bound(self._helpdesk)
        if bound is None:
            return True
        return known is not None and known.org is not None and known.org in {number_of(one) for one in bound}

    async def _stored(
        self, session: Fetcher, scope: Scope, numbers: Sequence[int], up_to: int
    ) -> dict[int, CommentList]:
        if not numbers:
            return {}
        values = {**self._here, "nums": numbers, "up_to": max(up_to, 1) + 1, "public": PUBLIC}
        said: dict[int, list[Comment]] = {number: [] for number in numbers}
        for ticket, card, raw in await session.fetch(_FIRST if scope.sees_notes else _PUBLIC, values):
            comment = codec.comment(card)
            if raw is not None:
                msgspec.structs.force_setattr(comment, "raw", codec.unpack_raw(raw))
            said[ticket].append(comment)
        most = max(up_to, 1)
        return {
            number: CommentList(items=tuple(items[:most]), complete=len(items) <= most)
            for number, items in said.items()
        }

    async def _with_bodies(self, moment: Moment, asked: Sequence[Ticket]) -> list[Ticket]:
        """A conversation begins with the request: what is known of it, files and all, need not be read again."""
        bare = [msgspec.structs.replace(one) for one in asked if one.body_html is None and one.body_text is None]
        if bare:
            async with moment() as session:
                here = self._here
                await embed_bodies(session, here["tenant"], here["helpdesk"], bare, frozenset({"description"}))
        told = {one.remote_id: one for one in bare if one.attachments is not None}
        return [told.get(one.remote_id, one) for one in asked]

    async def _complete(
        self,
        moment: Moment,
        asked: Mapping[int, Ticket],
        known: Mapping[int, Known],
        found: dict[int, CommentList | HelpdeskError],
        up_to: int,
    ) -> None:
        """Where something is missing it is read; where that fails, what there was before is better than nothing."""
        missing: list[int] = []
        for number, one in found.items():
            state = known.get(number, Known(None, False, None))
            assert isinstance(one, CommentList)
            whole = one.complete and state.current and bool(state.complete)
            found[number] = msgspec.structs.replace(one, complete=whole)
            if not state.current or state.complete is None or (not state.complete and len(one.items) < up_to):
                missing.append(number)
        if not missing or self._fetch is None:
            return
        read = await self._fetch(await self._with_bodies(moment, [asked[number] for number in missing]), up_to)
        for number, one in zip(missing, read, strict=True):
            before = found[number]
            if isinstance(one, CommentList) or not (isinstance(before, CommentList) and before.items):
                found[number] = one

    async def _unnamed(
        self, session: Fetcher, scope: Scope, found: Mapping[int, CommentList | HelpdeskError]
    ) -> dict[int, CommentList | HelpdeskError]:
        """The name and address of somebody of another organization are no part of what was said."""
        lists = [one for one in found.values() if isinstance(one, CommentList)]
        ids = {c.author.remote_id for one in lists for c in one.items if c.author.remote_id}
        numbers = [number_of(one) for one in ids]
        staff = await agents_by_number(session, self._tenancy, self._helpdesk, numbers)
        people = await contacts_by_number(session, self._tenancy, scope, self._helpdesk, numbers)
        named = {one.remote_id for one in (*staff.values(), *people.values())}
        return {
            number: one if isinstance(one, HelpdeskError) else without_names(one, named)
            for number, one in found.items()
        }


def _for(scope: Scope, one: CommentList | HelpdeskError) -> CommentList | HelpdeskError:
    """What was read just now is for nobody in particular."""
    if isinstance(one, HelpdeskError) or scope.sees_notes:
        return one
    items = tuple(said for said in one.items if said.visibility is CommentVisibility.PUBLIC)
    return CommentList(items=items, complete=one.complete)


def without_names(found: CommentList, named: set[str]) -> CommentList:
    def told(said: Comment) -> Comment:
        author = said.author
        if author.remote_id in named or author.kind is ActorKind.AUTOMATION:
            return said
        return msgspec.structs.replace(said, author=ActorRef(kind=author.kind, remote_id=author.remote_id))

    return CommentList(items=tuple(map(told, found.items)), complete=found.complete)
