"""/graphql over WebSocket: graphql-transport-ws only, every message checked before anything believes it.

strawberry's handler keeps the protocol's states (init, duplicate ids, shutdown); what it takes on trust, the form
of the messages, is checked here, and each operation runs through the same engine, limits and error mapping as over
HTTP.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation

from execution.documents import Operation as Prepared
from execution.limits import RequestRefused
from execution.response import is_request_error, public_response, refused_response
from models.errors import HelpdeskError, Unauthenticated
from web import strict_json
from web.asking import Asked, request_id_from, with_connection_params
from web.events import results

if TYPE_CHECKING:
    from web.graphql_view import GraphQLView

log = logging.getLogger("deskgraph.web")

LONGEST_ID = 200
OBJECT_OR_NULL = (dict, type(None))
TEXT_OR_NULL = (str, type(None))


@dataclass(slots=True)
class SocketSession:
    """What a socket knows of its caller: the handshake's headers, and the init payload standing for more of them."""

    handshake: Mapping[str, str]
    connection_params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return with_connection_params(self.handshake, self.connection_params)


class SocketAdapter(ASGIWebSocketAdapter):
    view: GraphQLView

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        with contextlib.suppress(WebSocketDisconnect):
            while self.ws.application_state is not WebSocketState.DISCONNECTED:
                try:
                    text = await self.ws.receive_text()
                except KeyError as problem:
                    raise NonTextMessageReceived from problem
                if len(text) > self.view.settings.socket_message_bytes:
                    await self.close(1009, "Message too big")
                    return
                try:
                    yield strict_json.decode(text)
                except strict_json.NotJson as problem:
                    raise NonJsonMessageReceived from problem

    async def send_json(self, message: Mapping[str, object]) -> None:
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send_text(strict_json.encode(message).decode())
        except WebSocketDisconnect as problem:
            raise WebSocketDisconnected from problem

    async def close(self, code: int, reason: str) -> None:
        """A second close, of two tasks that both find fault, is no fault."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            await self.ws.close(code=code, reason=reason[:100])


class SocketHandler(BaseGraphQLTransportWSHandler[Any, None]):
    view: GraphQLView
    context: SocketSession

    async def handle_message(self, message: Any) -> None:
        fault = _fault(message)
        if fault is not None:
            await self.handle_invalid_message(fault)
            return
        if message["type"] == "connection_init" and message.get("payload") is None:
            message = {"type": "connection_init", "payload": {}}
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        try:
            await super().handle_connection_init(message)
        except Unauthenticated:
            await self.websocket.close(code=4401, reason="Unauthorized")

    async def handle_subscribe(self, message: Any) -> None:
        most = self.max_subscriptions_per_connection
        fresh = message["id"] not in self.operations
        if self.connection_acknowledged and fresh and most is not None and len(self.operations) >= most:
            text = f"At most {most} operations can run on one socket."
            error = GraphQLError(text, extensions={"code": "RATE_LIMITED", "retryable": True})
            await self._send_error(message["id"], RequestRefused(error), request_id_from(None))
            return
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        request_id = request_id_from(None)
        try:
            await self._run(operation, request_id)
        except RequestRefused as refused:
            await self._end_with_error(operation, refused, request_id)
        except HelpdeskError as problem:
            error = GraphQLError(problem.message, original_error=problem)
            await self._end_with_error(operation, RequestRefused(error), request_id)
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)
        except Exception as problem:
            error = GraphQLError("unforeseen", original_error=problem)
            await self._end_with_error(operation, RequestRefused(error), request_id)

    async def _run(self, operation: Operation[Any, None], request_id: str) -> None:
        prepared = self.view.engine.prepare(operation.query, operation.operation_name, operation.variables)
        facts = {"graphql_operation": prepared.name, "graphql_type": prepared.type.value, "graphql_cost": prepared.cost}
        log.info("WS /graphql", extra={"request_id": request_id, **facts})
        await self._stream(operation, prepared, request_id)
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    async def _stream(self, operation: Operation[Any, None], prepared: Prepared, request_id: str) -> None:
        """Each operation is authenticated again: what was revoked since the socket opened asks no more."""
        headers = self.context.headers
        principal = await self.view.authenticator.authenticate(headers)
        context = await self.view.context_for(Asked(principal, request_id, headers, "websocket"))
        async with contextlib.aclosing(results(self.view.engine, prepared, context)) as stream:
            async for result in stream:
                if is_request_error(result):
                    raise RequestRefused(*(result.errors or ()))
                payload: Any = public_response(result, context, request_id)
                await operation.send_operation_message({"id": operation.id, "type": "next", "payload": payload})

    async def _end_with_error(self, operation: Operation[Any, None], refused: RequestRefused, request_id: str) -> None:
        operation.completed = True
        log.info("WS /graphql refused", extra={"request_id": request_id, "graphql_codes": [refused.code]})
        self.operations.pop(operation.id, None)
        with contextlib.suppress(WebSocketDisconnected):
            await self._send_error(operation.id, refused, request_id)

    async def _send_error(self, id_: str, refused: RequestRefused, request_id: str) -> None:
        payload: Any = refused_response(refused.errors, request_id)["errors"]
        await self.send_message({"id": id_, "type": "error", "payload": payload})


def _fault(message: Any) -> str | None:
    """What is wrong with a message's form; None when it can be believed."""
    if not isinstance(message, dict):
        return "A message is a JSON object"
    kind, payload = message.get("type"), message.get("payload")
    if kind in ("connection_init", "ping", "pong"):
        return None if isinstance(payload, OBJECT_OR_NULL) else f"The payload of {kind} is an object"
    if kind not in ("subscribe", "complete"):
        return "Unknown message type"
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= LONGEST_ID:
        return f"The id is a text of 1 to {LONGEST_ID} characters"
    return _subscribe_fault(payload) if kind == "subscribe" else None


def _subscribe_fault(payload: Any) -> str | None:
    if not isinstance(payload, dict):
        return "The payload of subscribe is an object"
    if not isinstance(payload.get("query"), str):
        return "The query is a text"
    if not isinstance(payload.get("operationName"), TEXT_OR_NULL):
        return "The operationName is a text"
    for key in ("variables", "extensions"):
        if not isinstance(payload.get(key), OBJECT_OR_NULL):
            return f"The {key} are an object"
    return None
