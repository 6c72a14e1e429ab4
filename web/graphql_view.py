"""/graphql over HTTP: GraphQL over HTTP as its specification and its audits have it.

strawberry's view does the WebSocket handshake; everything a caller can send over HTTP is read, refused and answered
here, because strawberry's own way through a request has no content negotiation, no limits, and answers malformed
input with 500.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.graphql import OperationType

from execution.documents import Operation
from execution.engine import Engine
from execution.limits import RequestRefused
from execution.response import RequestContext, is_request_error, public_response, refused_response
from models.errors import HelpdeskError, Unauthenticated
from web.asking import Asked, Authenticator, ContextFactory
from web.events import event_stream
from web.explorer.page import Explorer
from web.graphql_socket import SocketAdapter, SocketHandler, SocketSession
from web.negotiation import MediaType, answer_type, wants_page
from web.persisted import PersistedQueries
from web.question import Question, from_body, from_url
from web.refusal import JsonResponse, Refusal, method_not_allowed, refusal_response
from web.settings import WebSettings

log = logging.getLogger("deskgraph.web")

ALLOWED = "GET, HEAD, POST, OPTIONS"
PREFLIGHT_HEADERS = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name", "x-api-key")
STATUS_OF_CODE = {"INTERNAL_SERVER_ERROR": 500, "DEADLINE_EXCEEDED": 504, "UNAUTHENTICATED": 401, "FORBIDDEN": 403}

T = TypeVar("T")


class CallerGone(Exception):
    """Nobody waits for the answer any more."""


class GraphQLView(GraphQL[Any, None]):
    graphql_transport_ws_handler_class = SocketHandler
    websocket_adapter_class = SocketAdapter

    def __init__(
        self,
        engine: Engine,
        context: ContextFactory,
        authenticator: Authenticator,
        settings: WebSettings,
        explorer: Explorer | None = None,
    ) -> None:
        super().__init__(
            engine.schema,
            graphql_ide=None,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=settings.socket_init_seconds),
            max_subscriptions_per_connection=settings.socket_operations,
            allowed_origins=settings.cors_origins,
        )
        self.engine = engine
        self.settings = settings
        self.authenticator = authenticator
        self._context = context
        self._explorer = explorer
        self._persisted = PersistedQueries()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.facts = {}
        response = await self._answer(request)
        response.headers.add_vary_header("Accept")
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Any) -> Any:
        """A socket's own context; each operation on it gets one of its own from `context_for`."""
        return SocketSession(dict(request.headers))

    async def on_ws_connect(self, context: Any) -> Any:
        await self.authenticator.authenticate(context.headers)
        return await super().on_ws_connect(context)

    async def context_for(self, asked: Asked) -> RequestContext:
        return await self._context(asked)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ALLOWED})
        request_id = request.state.request_id
        media = MediaType.JSON
        try:
            if self._explorer is not None and _is_for_page(request):
                return self._explorer.page(request)
            media = answer_type(request.headers.get("accept"))
            return await self._asked(request, media, request_id)
        except Refusal as refusal:
            request.state.facts["refused"] = str(refusal)
            kind = None if media is MediaType.EVENTS else media.header
            return refusal_response(refusal, request_id, kind)
        except CallerGone:
            return Response(status_code=499)

    async def _asked(self, request: Request, media: MediaType, request_id: str) -> Response:
        """Order: who, bytes, document, cost, and only then a resolver."""
        self._check_method(request)
        asked = Asked(await self._principal(request), request_id, dict(request.headers))
        question = await self._question(request)
        try:
            operation = self._prepared(question, request)
        except RequestRefused as refused:
            return self._refused(refused, media, request)
        context = await self._context_or_refusal(asked)
        if media is MediaType.EVENTS:
            return self._streamed(operation, context, request_id)
        work = self.engine.run(operation, context)
        # a query is dropped with its caller; a write that was begun is finished
        cancellable = operation.type is OperationType.QUERY
        result = await (_unless_gone(request, work) if cancellable else work)
        body = public_response(result, context, request_id)
        status = self._status(body, media) if is_request_error(result) else self._data_status(body, media)
        _note_codes(request, body)
        return JsonResponse(body, status_code=status, media_type=media.header)

    def _check_method(self, request: Request) -> None:
        if request.method not in ("GET", "HEAD", "POST"):
            raise method_not_allowed(ALLOWED, "GraphQL is asked by POST, or by GET for queries.")
        bare = request.method != "POST" and not any(name in request.headers for name in PREFLIGHT_HEADERS)
        if bare and self.settings.get_needs_header:
            raise Refusal(403, "Queries by GET need the header GraphQL-Require-Preflight here.", code="FORBIDDEN")

    async def _principal(self, request: Request) -> Any:
        try:
            return await self.authenticator.authenticate(request.headers)
        except Unauthenticated as problem:
            raise unauthenticated(problem) from None

    async def _question(self, request: Request) -> Question:
        limits, settings = self.engine.documents.limits, self.settings
        if request.method == "POST":
            most, seconds = settings.body_bytes, settings.body_seconds
            return await from_body(request, limits, most_bytes=most, seconds=seconds)
        return from_url(request.query_params, limits)

    def _prepared(self, question: Question, request: Request) -> Operation:
        text = self._persisted.text(question)
        if text is None:
            raise Refusal(400, "The request has no `query`.")
        operation = self.engine.prepare(text, question.operation_name, question.variables, values_checked=True)
        request.state.facts.update(operation=operation.name, type=operation.type.value, cost=operation.cost)
        if request.method != "POST" and operation.type is not OperationType.QUERY:
            raise method_not_allowed("POST", f"A {operation.type.value} is never run by GET: send it by POST.")
        if operation.type is OperationType.SUBSCRIPTION and not _takes_events(request):
            message = "A subscription needs a WebSocket (graphql-transport-ws) or Accept: text/event-stream."
            raise Refusal(400, message)
        return operation

    async def _context_or_refusal(self, asked: Asked) -> RequestContext:
        try:
            return await self._context(asked)
        except Unauthenticated as problem:
            raise unauthenticated(problem) from None
        except HelpdeskError as problem:
            raise Refusal(STATUS_OF_CODE.get(problem.code, 400), problem.message, code=problem.code) from None

    def _refused(self, refused: RequestRefused, media: MediaType, request: Request) -> Response:
        body = refused_response(refused.errors, request.state.request_id)
        request.state.facts["refused"] = str(refused)
        _note_codes(request, body)
        media = MediaType.JSON if media is MediaType.EVENTS else media
        return JsonResponse(body, status_code=self._status(body, media), media_type=media.header)

    def _status(self, body: dict[str, Any], media: MediaType) -> int:
        """Of a request error: plain JSON stays 200, as its clients expect."""
        if media is MediaType.JSON:
            return 200
        code = body["errors"][0]["extensions"]["code"]
        if code == "GRAPHQL_PARSE_FAILED" or code == "PERSISTED_QUERY_NOT_FOUND":
            return 400
        return STATUS_OF_CODE.get(code, self.settings.request_error_status)

    def _data_status(self, body: dict[str, Any], media: MediaType) -> int:
        return self.settings.partial_status if "errors" in body and media is MediaType.GRAPHQL else 200

    def _streamed(self, operation: Operation, context: RequestContext, request_id: str) -> Response:
        stream = event_stream(self.engine, operation, context, request_id)
        return StreamingResponse(stream, media_type=MediaType.EVENTS.header, headers={"X-Accel-Buffering": "no"})


def unauthenticated(problem: Unauthenticated) -> Refusal:
    headers = {"WWW-Authenticate": 'Bearer realm="deskgraph"'}
    return Refusal(401, problem.message, code=problem.code, headers=headers)


def _is_for_page(request: Request) -> bool:
    by_get = request.method in ("GET", "HEAD")
    return by_get and "query" not in request.query_params and wants_page(request.headers.get("accept"))


def _takes_events(request: Request) -> bool:
    return answer_type(request.headers.get("accept")) is MediaType.EVENTS


def _note_codes(request: Request, body: dict[str, Any]) -> None:
    if errors := body.get("errors"):
        request.state.facts["codes"] = sorted({e["extensions"]["code"] for e in errors})


async def _unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The work's result, unless the caller hangs up first: then the work is cancelled."""
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise CallerGone
        return task.result()
    finally:
        for future in (task, gone):
            future.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await future


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue
