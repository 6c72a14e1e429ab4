"""Zendesk's calls: one method per way of asking, answers as typed rows beside the vendor's own objects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from models.errors import CredentialsRejected, DeadlineExceeded, Unreadable
from providers.upstream import Answer, Call, FileStream, Params, Upstream, decode
from providers.zendesk.account import API
from providers.zendesk.limits import ACCOUNT, ATTACHMENTS
from providers.zendesk.oauth import SignIn
from providers.zendesk.rows import Found, Listing, cursor_params, found, unreadable

T = TypeVar("T")

MOST_PAGES = 200


class Client:
    def __init__(self, upstream: Upstream, sign_in: SignIn) -> None:
        self.upstream = upstream
        self.sign_in = sign_in
        self.helpdesk = upstream.helpdesk

    async def send(self, call: Call) -> Answer:
        try:
            await self.sign_in.ready()
            return await self.upstream.request(call)
        except DeadlineExceeded as error:
            raise error.at(self.helpdesk) from None
        except CredentialsRejected as error:
            raise (self.sign_in.rejected(error) if error.status == 401 else error).at(self.helpdesk) from None

    async def ask(self, path: str, endpoint: str, params: Params | None = None, family: str = ACCOUNT) -> Answer:
        return await self.send(Call(path=f"{API}{path}", endpoint=f"GET {endpoint}", family=family, params=params))

    async def get(
        self, path: str, endpoint: str, params: Params | None = None, family: str = ACCOUNT
    ) -> Mapping[str, Any]:
        return self.read(await self.ask(path, endpoint, params, family))

    async def one(self, path: str, endpoint: str, name: str, kind: type[T], family: str = ACCOUNT) -> Found[T]:
        body = await self.get(path, endpoint, None, family)
        return self.found(body.get(name), kind, f"$.{name}")

    async def listing(
        self, path: str, endpoint: str, name: str, kind: type[T], params: Params | None = None, family: str = ACCOUNT
    ) -> Listing[T]:
        body = await self.get(path, endpoint, params, family)
        rows = body.get(name)
        if not isinstance(rows, list):
            raise self.unreadable(f"$.{name}")
        return Listing(rows=[self.found(row, kind, f"$.{name}[{i}]") for i, row in enumerate(rows)], body=body)

    async def pages(
        self, path: str, endpoint: str, name: str, kind: type[T], params: Params | None = None, family: str = ACCOUNT
    ) -> AsyncIterator[Listing[T]]:
        """A cursor list, page by page. One that does not move on stops loudly."""
        after: str | None = None
        for _ in range(MOST_PAGES):
            asked = {**(params or {}), **cursor_params(after, None)}
            part = await self.listing(path, endpoint, name, kind, asked, family)
            following = part.cursor("after")
            if part.more and following is not None and following == after:
                raise self.unreadable("$.meta.after_cursor")
            yield part
            if not part.more or following is None or not part.rows:
                return
            after = following
        raise Unreadable(f"The helpdesk's list {endpoint} has no end.", where="$.meta.has_more", helpdesk=self.helpdesk)

    async def whole(
        self, path: str, endpoint: str, name: str, kind: type[T], params: Params | None = None, family: str = ACCOUNT
    ) -> list[Found[T]]:
        """Every row of a cursor list."""
        return [row async for part in self.pages(path, endpoint, name, kind, params, family) for row in part.rows]

    def read(self, answer: Answer) -> Mapping[str, Any]:
        body: dict[str, Any] = decode(answer, dict)
        return body

    def stream(self, path: str) -> AbstractAsyncContextManager[FileStream]:
        return self.upstream.stream(Call(path=path, endpoint="GET attachment", family=ATTACHMENTS))

    def found(self, row: Any, kind: type[T], where: str) -> Found[T]:
        try:
            return found(row, kind, where)
        except Unreadable as error:
            raise error.at(self.helpdesk) from None

    def unreadable(self, where: str) -> Unreadable:
        return unreadable(where).at(self.helpdesk)  # type: ignore[return-value]
