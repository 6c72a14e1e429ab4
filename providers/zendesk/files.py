"""Opening files. A file's address is a key to it and may run out, so it is read again each time, from the very comment,
article or user the file hangs on; that is also where the scope is checked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.enums import ScanState
from models.errors import Forbidden, NotFound
from models.queries import Scope
from providers.base import FileStream
from providers.zendesk import wire
from providers.zendesk.mapping_files import BINARY, is_named, scan
from providers.zendesk.reads_articles import Articles
from providers.zendesk.reads_comments import Comments
from providers.zendesk.reads_people import People
from providers.zendesk.reads_tickets import Tickets
from providers.zendesk.session import Session, is_number


class Files:
    def __init__(
        self, session: Session, tickets: Tickets, comments: Comments, people: People, articles: Articles
    ) -> None:
        self._session = session
        self._tickets = tickets
        self._comments = comments
        self._people = people
        self._articles = articles

    @asynccontextmanager
    async def open(self, scope: Scope, remote_id: str) -> AsyncIterator[FileStream]:
        row = await self._row(scope, remote_id.split("/"))
        if row is None or row.content_url is None or row.deleted:
            raise NotFound("There is no such file.", helpdesk=self._session.key)
        if scan(row) is ScanState.BLOCKED:
            raise Forbidden("The helpdesk found malware in this file; it is not given out.", helpdesk=self._session.key)
        async with self._session.client.stream(row.content_url) as file:
            size = file.headers.get("content-length", "")
            yield FileStream(
                content_type=file.headers.get("content-type") or row.content_type or BINARY,
                size=int(size) if size.isdecimal() else None,
                file_name=row.file_name or row.display_file_name or "file",
                chunks=file.chunks,
            )

    async def _row(self, scope: Scope, parts: list[str]) -> wire.Attachment | None:
        match parts:
            case ["article", ident, name] if is_number(ident):
                return await self._of_article(scope, ident, name)
            case ["contact", ident, name] if is_number(ident):
                return await self._of_contact(scope, ident, name)
            case [ticket, comment, name] if is_number(ticket) and is_number(comment):
                return await self._of_comment(scope, ticket, comment, name)
            case _:
                return None

    async def _of_comment(self, scope: Scope, ticket: str, comment: str, name: str) -> wire.Attachment | None:
        """`GET /attachments/{id}` would be one call, but does not tell which comment the file hangs on."""
        if scope.bound(self._session.key) is not None and (await self._tickets.by_id(scope, [ticket]))[0] is None:
            return None
        async for listing in self._comments.pages(ticket):
            for row in (found.wire for found in listing.rows):
                if str(row.id) == comment:
                    if row.public is False and not scope.sees_notes:
                        return None
                    return next((a for a in row.attachments or () if is_named(a, name)), None)
        return None

    async def _of_article(self, scope: Scope, ident: str, name: str) -> wire.Attachment | None:
        (record,) = await self._articles.by_id(scope, [ident], None)
        rows = await self._articles.files(ident) if record is not None else []
        return next((row for row in rows if is_named(row, name)), None)

    async def _of_contact(self, scope: Scope, ident: str, name: str) -> wire.Attachment | None:
        photo = await self._people.photo(scope, ident)
        return photo if photo is not None and is_named(photo, name) else None
