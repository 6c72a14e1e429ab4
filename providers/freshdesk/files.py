"""Files: the parent is read again for a link that still works, and the bytes are fetched without our key.

Links are signed for 300 seconds, there is no call that returns an attachment by its id, and S3 refuses a second
credential (zammad's recording of 2023). The parent is read past every cache, since a kept one holds an old link.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from email.message import Message
from typing import Any

import msgspec

from models.errors import Forbidden, NotFound
from models.queries import Scope
from providers.base import FileStream
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.client import PER_PAGE, Client
from providers.freshdesk.mapping_files import pictures
from providers.freshdesk.reads_articles import Articles
from providers.freshdesk.reads_people import People
from providers.upstream import Call


class Target(msgspec.Struct, frozen=True):
    address: str
    name: str | None = None
    content_type: str | None = None
    size: int | None = None


class Files:
    def __init__(self, account: Account, client: Client, people: People, articles: Articles) -> None:
        self._account = account
        self._client = client
        self._people = people
        self._articles = articles

    @asynccontextmanager
    async def open(self, scope: Scope, remote_id: str) -> AsyncIterator[FileStream]:
        target = await self._find(scope, remote_id.split("/"))
        if target is None:
            raise NotFound("There is no such file.", helpdesk=self._account.key)
        call = Call(path=target.address, endpoint="GET file", family="other", anonymous=True)
        async with self._client.upstream.stream(call) as file:
            content_type = file.headers.get("content-type") or target.content_type or "application/octet-stream"
            size = file.headers.get("content-length", "")
            yield FileStream(
                content_type=content_type,
                size=int(size) if size.isdecimal() else target.size,
                file_name=target.name
                or _file_name(file.headers.get("content-disposition"))
                or remote_id.split("/")[-1],
                chunks=file.chunks,
            )

    async def _find(self, scope: Scope, parts: list[str]) -> Target | None:
        if len(parts) != 3 or not parts[1].isdecimal():
            return None
        if parts[0] == "article":
            return await self._of_article(scope, parts[1], parts[2])
        if parts[0] == "contact":
            return await self._avatar(scope, parts[1], parts[2])
        if not parts[0].isdecimal():
            return None
        return await self._of_ticket(scope, parts[0], parts[1], parts[2])

    async def _of_ticket(self, scope: Scope, ticket_id: str, comment_id: str, name: str) -> Target | None:
        for start in ("/tickets", "/tickets/archived"):
            seen = await self._ticket(f"{start}/{ticket_id}", f"{start}/{{id}}")
            if seen is None:
                continue
            company = None if seen.company_id is None else str(seen.company_id)
            if not scope.sees_organization(self._account.key, company):
                return None
            if comment_id == "0":
                return self._among(seen.attachments, seen.description, name)
            return await self._of_comment(scope, f"{start}/{ticket_id}", f"{start}/{{id}}", comment_id, name)
        return None

    async def _ticket(self, path: str, endpoint: str) -> wire.Ticket | None:
        try:
            seen = await self._client.one(wire.Ticket, path, endpoint, "tickets")
        except Forbidden:
            return None
        return seen.row if seen else None

    async def _of_comment(self, scope: Scope, path: str, endpoint: str, comment_id: str, name: str) -> Target | None:
        """A conversation cannot be fetched by itself: the ticket's are read until it is met."""
        page = 1
        while True:
            asked = {"per_page": PER_PAGE, "page": page if page > 1 else None}
            rows = await self._client.rows(
                wire.Conversation, f"{path}/conversations", f"{endpoint}/conversations", "tickets", asked
            )
            for seen in rows.seen:
                if str(seen.row.id) == comment_id:
                    hidden = seen.row.deleted or (seen.row.private and not scope.sees_notes)
                    return None if hidden else self._among(seen.row.attachments, seen.row.body, name)
            if not rows.more or not rows.seen:
                return None
            page += 1

    async def _of_article(self, scope: Scope, article_id: str, name: str) -> Target | None:
        """Each translation has files of its own."""
        if (await self._articles.by_id(scope, [article_id], None))[0] is None:
            return None
        for seen in await self._articles.everywhere(article_id):
            if found := self._among(seen.row.attachments, seen.row.description, name):
                return found
        return None

    async def _avatar(self, scope: Scope, contact_id: str, name: str) -> Target | None:
        if (await self._people.contacts_by_id(scope, [contact_id]))[0] is None:
            return None
        seen = await self._client.one(wire.Contact, f"/contacts/{contact_id}", "/contacts/{id}", "contacts")
        avatar = seen.row.avatar if seen else None
        return self._among([avatar], None, name) if avatar else None

    def _among(self, rows: Iterable[wire.File] | None, markup: str | None, name: str) -> Target | None:
        for row in rows or ():
            address = row.attachment_url or row.avatar_url
            if str(row.id) == name and address:
                return Target(address, row.name, row.content_type, row.size if row.size is not None else row.file_size)
        for picture in pictures(self._account, markup) if name.startswith("inline-") else ():
            if picture.ident == name:
                return Target(picture.address)
        return None


def _file_name(disposition: str | None) -> str | None:
    if not disposition:
        return None
    message = Message()
    message["content-disposition"] = disposition
    found: Any = message.get_filename()
    return str(found) if found else None
