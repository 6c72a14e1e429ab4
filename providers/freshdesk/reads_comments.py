"""Comments: the description and the conversations behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from models.enums import CommentVisibility, Lifecycle
from models.errors import Forbidden, HelpdeskError, NotFound
from models.queries import Scope
from models.records import Comment, CommentList, Ticket
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.client import PER_PAGE, Client, Rows, Seen, mapped
from providers.freshdesk.mapping_comment import comment, echo, first_comment
from providers.freshdesk.reads_tickets import Tickets

ALL = frozenset[str]()


class Comments:
    def __init__(self, account: Account, client: Client, tickets: Tickets) -> None:
        self._account = account
        self._client = client
        self._tickets = tickets

    async def of(self, scope: Scope, tickets: Sequence[Ticket], up_to: int) -> list[CommentList | HelpdeskError]:
        """One call for a ticket with its body in hand and no more than 100 conversations; all tickets at once."""
        distinct = {ticket.remote_id: ticket for ticket in tickets}
        found = await asyncio.gather(*(self._guarded(scope, one, up_to) for one in distinct.values()))
        by_id = dict(zip(distinct, found, strict=True))
        return [by_id[ticket.remote_id] for ticket in tickets]

    async def _guarded(self, scope: Scope, ticket: Ticket, up_to: int) -> CommentList | HelpdeskError:
        try:
            return await self._one(scope, ticket, up_to)
        except HelpdeskError as error:
            return error.at(self._account.key)

    async def _one(self, scope: Scope, ticket: Ticket, up_to: int) -> CommentList:
        if not scope.sees_organization(self._account.key, ticket.organization_id):
            return CommentList(items=(), complete=True)
        if ticket.body_html is None and ticket.body_text is None:
            whole = (await self._tickets.by_id(scope, [ticket.remote_id], ALL))[0]
            if whole is None:
                raise NotFound("The ticket is not there any more.", helpdesk=self._account.key)
            ticket = _with_body(ticket, whole)
        return await self._read(scope, ticket, up_to)

    async def _read(self, scope: Scope, ticket: Ticket, up_to: int) -> CommentList:
        items = [first_comment(ticket, self._client.clock.now())]
        known: set[str] = {items[0].remote_id}
        page = 1
        while True:
            rows = await self._page(ticket, page)
            found = self._mapped(ticket, rows, echo(ticket, [seen.row for seen in rows.seen]) if page == 1 else None)
            items += [one for one in found if self._shown(scope, one) and one.remote_id not in known]
            known.update(one.remote_id for one in found)
            done = not rows.more or not rows.seen
            if done or len(items) >= up_to:
                return CommentList(items=tuple(sorted(items, key=_order)), complete=done)
            page += 1

    async def _page(self, ticket: Ticket, page: int) -> Rows[wire.Conversation]:
        archived = ticket.lifecycle is Lifecycle.ARCHIVED
        start = "/tickets/archived" if archived else "/tickets"
        asked = {"per_page": PER_PAGE, "page": page if page > 1 else None}
        try:
            return await self._client.rows(
                wire.Conversation,
                f"{start}/{ticket.remote_id}/conversations",
                f"{start}/{{id}}/conversations",
                "tickets",
                asked,
            )
        except Forbidden:
            if ticket.lifecycle is Lifecycle.DELETED:
                return Rows((), False, self._client.clock.now())
            raise

    def _mapped(self, ticket: Ticket, rows: Rows[wire.Conversation], repeated: int | None) -> list[Comment]:
        def make(seen: Seen[wire.Conversation]) -> Comment | None:
            if seen.row.deleted or seen.row.id == repeated:
                return None
            return comment(self._account, ticket.remote_id, seen.row, seen.raw)

        return [one for one in mapped(rows.seen, "/tickets/{id}/conversations", make) if one is not None]

    def _shown(self, scope: Scope, found: Comment) -> bool:
        return scope.sees_notes or found.visibility is CommentVisibility.PUBLIC


def _with_body(ticket: Ticket, whole: Ticket) -> Ticket:
    """The ticket in hand, with what only its own page has; the embedded requester of the list is kept."""
    return msgspec.structs.replace(whole, requester=ticket.requester or whole.requester)


def _order(found: Comment) -> tuple[bool, Any, int]:
    """Oldest first, the request before everything (the list is in that order already, which is not promised)."""
    number = int(found.remote_id.rsplit("/", 1)[-1])
    return number != 0, found.created_at, number
