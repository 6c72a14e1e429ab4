"""A transport that answers calls in rounds, so that what was asked at the same time can be told from what was asked one
after the other, and the same questions always reach the sandbox in the same order."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote

import httpx

QUIET = 60
"""Turns of the event loop without a new call after which a round is full."""


class Lockstep(httpx.AsyncBaseTransport):
    """`rounds`: what was asked together, as `face METHOD path?query`, sorted."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self._waiting: list[tuple[str, httpx.Request, asyncio.Future[httpx.Response]]] = []
        self._rounds: asyncio.Task[None] | None = None
        self.rounds: list[list[str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer: asyncio.Future[httpx.Response] = asyncio.get_running_loop().create_future()
        self._waiting.append((line(request), request, answer))
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.create_task(self._serve())
        return await answer

    def lines(self) -> list[str]:
        return [asked for together in self.rounds for asked in together]

    def forget(self) -> None:
        self.rounds.clear()

    async def _serve(self) -> None:
        while self._waiting:
            await self._until_quiet()
            together = sorted(self._waiting, key=lambda one: one[0])
            self._waiting = []
            self.rounds.append([asked for asked, _, _ in together])
            for _, request, answer in together:
                await self._answer(request, answer)

    async def _until_quiet(self) -> None:
        seen, quiet = -1, 0
        while quiet < QUIET:
            quiet = quiet + 1 if len(self._waiting) == seen else 0
            seen = len(self._waiting)
            await asyncio.sleep(0)

    async def _answer(self, request: httpx.Request, answer: asyncio.Future[httpx.Response]) -> None:
        try:
            response = await self._inner.handle_async_request(request)
        except Exception as error:
            if not answer.done():
                answer.set_exception(error)
            return
        if not answer.done():
            answer.set_result(response)


def line(request: httpx.Request) -> str:
    """Decoded, and without the sandbox's address: its file hosts are `files/<face>`."""
    face, _, path = request.url.path.lstrip("/").partition("/")
    if face == "files":
        face, _, path = path.partition("/")
        path = f"files/{path}"
    query = unquote(request.url.query.decode().replace("+", " "))
    return f"{face} {request.method} /{path}" + (f"?{query}" if query else "")
