"""Server-sent events, one operation a connection (the graphql-sse protocol's distinct connections mode)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from execution.documents import Operation
from execution.engine import Engine
from execution.response import RequestContext, public_response
from web import strict_json

QUIET_SECONDS: Final = 12.0
"""Proxies close what is silent for long; a comment line keeps the connection."""


async def event_stream(
    engine: Engine, operation: Operation, context: RequestContext, request_id: str
) -> AsyncGenerator[bytes]:
    async with contextlib.aclosing(_with_comments(results(engine, operation, context))) as stream:
        async for result in stream:
            if result is None:
                yield b":\n\n"
                continue
            yield b"event: next\ndata: " + strict_json.encode(public_response(result, context, request_id)) + b"\n\n"
    yield b"event: complete\ndata:\n\n"


async def results(engine: Engine, operation: Operation, context: Any) -> AsyncGenerator[ExecutionResult]:
    """An operation of any kind as a stream: one result, or one for each event."""
    if operation.type is not OperationType.SUBSCRIPTION:
        yield await engine.run(operation, context)
        return
    async with contextlib.aclosing(engine.subscribe(operation, context)) as events:
        async for result in events:
            yield result


async def _with_comments(stream: AsyncIterator[ExecutionResult]) -> AsyncGenerator[ExecutionResult | None]:
    """None whenever nothing came for a while."""
    upcoming = asyncio.ensure_future(anext(stream, None))
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=QUIET_SECONDS)
            if not done:
                yield None
                continue
            result = upcoming.result()
            if result is None:
                return
            yield result
            upcoming = asyncio.ensure_future(anext(stream, None))
    finally:
        upcoming.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await upcoming
