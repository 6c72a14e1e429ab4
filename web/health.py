"""/healthz: the process turns. /readyz: it may be sent requests; off while it drains, or while something it needs is
missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.refusal import JsonResponse

Check = Callable[[], Awaitable[Mapping[str, bool]]]


class Health:
    """`check` names what the server needs and whether it is there, such as {"storage": True}. Helpdesks do not belong
    here: with one of them down the server still answers."""

    def __init__(self, check: Check | None = None) -> None:
        self._check = check
        self.draining = False

    def drain(self) -> None:
        self.draining = True

    def routes(self) -> list[Route]:
        return [Route("/healthz", self._live, methods=["GET"]), Route("/readyz", self._ready, methods=["GET"])]

    async def _live(self, request: Request) -> Response:
        return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})

    async def _ready(self, request: Request) -> Response:
        parts = dict(await self._check()) if self._check is not None else {}
        ready = not self.draining and all(parts.values())
        status = "draining" if self.draining else "ready" if ready else "not ready"
        body = {"status": status, "parts": {name: "up" if up else "down" for name, up in parts.items()}}
        return JsonResponse(body, status_code=200 if ready else 503, headers={"Cache-Control": "no-store"})
