"""Around every HTTP request: its id, one line in the log, and a fixed sentence where something unforeseen happened."""

from __future__ import annotations

import logging
from typing import Any, Final

from graphql import GraphQLError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from execution.response import refused_response
from runtime.clock import Clock
from runtime.log import request_id as current_request_id
from web.asking import request_id_from
from web.refusal import JsonResponse

log: Final = logging.getLogger("deskgraph.access")
QUIET_PATHS: Final = ("/healthz", "/readyz")


class RequestMiddleware:
    """Accepts a sane `X-Request-Id` or makes one, and says it in the answer's header. The query string is never logged:
    documents and variables hold people's words."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, request_id_from(Headers(scope=scope).get("x-request-id")))
        state = scope.setdefault("state", {})
        state["request_id"] = answer.request_id
        token = current_request_id.set(answer.request_id)
        began = self._clock.monotonic()
        try:
            await self._app(scope, receive, answer.send)
        except Exception as problem:
            await self._masked(problem, scope, receive, answer)
        finally:
            _note(scope, answer, self._clock.monotonic() - began)
            current_request_id.reset(token)

    async def _masked(self, problem: Exception, scope: Scope, receive: Receive, answer: _Answer) -> None:
        """public_error writes the log; an answer that has begun can only be cut off."""
        body = refused_response([GraphQLError("unforeseen", original_error=problem)], answer.request_id)
        if answer.status is None:
            await JsonResponse(body, status_code=500)(scope, receive, answer.send)


class _Answer:
    """Watches the answer go by."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.status: int | None = None
        self.sent = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Request-Id"] = self.request_id
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
        await self._send(message)


def _note(scope: Scope, answer: _Answer, seconds: float) -> None:
    level = logging.DEBUG if scope["path"] in QUIET_PATHS else logging.INFO
    facts: dict[str, Any] = scope.get("state", {}).get("facts", {})
    log.log(
        level,
        "%s %s %s",
        scope["method"],
        _plain(scope["path"]),
        answer.status,
        extra={"ms": round(seconds * 1000, 1), "bytes": answer.sent, **{f"graphql_{k}": v for k, v in facts.items()}},
    )


def _plain(path: str) -> str:
    """A link to a file is a key to it for as long as it lives, a webhook's address is one for good: they have no place
    in a log."""
    return next((f"{secret}…" for secret in ("/files/", "/webhooks/") if path.startswith(secret)), path[:200])
