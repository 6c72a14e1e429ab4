"""The conversation of tickets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec

from models.enums import CommentVisibility
from models.errors import HelpdeskError, NotFound
from models.queries import Scope
from models.records import ActorRef, Comment, CommentList, Ticket
from providers.zendesk import wire
from providers.zendesk.mapping_comment import comment
from providers.zendesk.mapping_people import is_staff
from providers.zendesk.reads_people import People
from providers.zendesk.rows import Listing
from providers.zendesk.session import Session


class Comments:
    def __init__(self, session: Session, people: People) -> None:
        self._session = session
        self._client = session.client
        self._people = people

    async def of(self, scope: Scope, tickets: Sequence[Ticket], up_to: int) -> Sequence[CommentList | HelpdeskError]:
        return list(await asyncio.gather(*(self._safely(scope, ticket, up_to) for ticket in tickets)))

    async def _safely(self, scope: Scope, ticket: Ticket, up_to: int) -> CommentList | HelpdeskError:
        try:
            return await self._of(scope, ticket, up_to)
        except HelpdeskError as error:
            return error.at(self._session.key)

    async def _of(self, scope: Scope, ticket: Ticket, up_to: int) -> CommentList:
        if not scope.sees_organization(self._session.key, ticket.organization_id):
            raise NotFound("There is no such ticket.", helpdesk=self._session.key)
        items: list[Comment] = []
        async for listing in self.pages(ticket.remote_id):
            authors = self._people.sideloaded(listing)
            read = [self._confined(scope, comment(found, ticket, authors), authors) for found in listing.rows]
            items += [c for c in read if scope.sees_notes or c.visibility is CommentVisibility.PUBLIC]
            if len(items) >= up_to and listing.more:
                return CommentList(items=tuple(items), complete=False)
        return CommentList(items=tuple(items), complete=True)

    def _confined(self, scope: Scope, said: Comment, authors: Mapping[int, wire.User]) -> Comment:
        """Beside its comments the vendor tells all about their authors: name and address of somebody of another
        organization are no part of the message."""
        user = authors.get(int(said.author.remote_id or 0))
        if user is None or is_staff(user):
            return said
        own = () if user.organization_id is None else (str(user.organization_id),)
        if scope.sees_any_organization(self._session.key, own):
            return said
        return msgspec.structs.replace(said, author=ActorRef(kind=said.author.kind, remote_id=said.author.remote_id))

    def pages(self, ticket_id: str) -> AsyncIterator[Listing[wire.Comment]]:
        """Oldest first, a hundred at a time; inline pictures are attachments only when asked for."""
        return self._client.pages(
            f"/tickets/{ticket_id}/comments",
            "/tickets/{id}/comments",
            "comments",
            wire.Comment,
            {"sort": "created_at", "include": "users", "include_inline_images": "true"},
        )
