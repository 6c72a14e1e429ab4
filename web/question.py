"""What a caller asks: query, operationName, variables, extensions, read from a body or from a URL and checked for
type."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request

from execution.limits import BAD_USER_INPUT, DocumentLimits, RequestRefused
from execution.values import check_values
from web import strict_json
from web.negotiation import check_content_encoding, check_content_type
from web.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Question:
    query: str | None
    operation_name: str | None
    variables: dict[str, Any] | None
    extensions: dict[str, Any] | None


async def from_body(request: Request, limits: DocumentLimits, *, most_bytes: int, seconds: float) -> Question:
    check_content_type(request.headers.get("content-type"))
    check_content_encoding(request.headers.get("content-encoding"))
    body = await read_body(request, most_bytes, seconds)
    return from_json(_decoded(body, "body"), limits)


def from_json(value: Any, limits: DocumentLimits) -> Question:
    if isinstance(value, list):
        raise Refusal(400, "Several operations in one request are not enabled: send them one by one.")
    if not isinstance(value, dict):
        raise Refusal(400, "The body must be a JSON object with the entry `query`.")
    try:
        check_values(value, limits, "request's values")
    except RequestRefused as refused:
        raise Refusal(400, str(refused), code=refused.code) from None
    return Question(
        query=_typed(value, "query", str, "a string"),
        operation_name=_typed(value, "operationName", str, "a string") or None,
        variables=_typed(value, "variables", dict, "an object"),
        extensions=_typed(value, "extensions", dict, "an object"),
    )


def from_url(params: QueryParams, limits: DocumentLimits) -> Question:
    """Empty parameters are absent ones; a parameter given twice is nobody's meaning."""
    given = {key: params.getlist(key) for key in ("query", "operationName", "variables", "extensions")}
    twice = [key for key, values in given.items() if len(values) > 1]
    if twice:
        raise Refusal(400, f"The parameter {twice[0]} is given more than once.")
    texts = {key: values[0] for key, values in given.items() if values and values[0]}
    decoded = {
        key: _decoded(text, f"parameter {key}") if key in ("variables", "extensions") else text
        for key, text in texts.items()
    }
    return from_json(decoded, limits)


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """Counted while it streams, so that nobody makes us hold more than the limit."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > most:
        raise _too_large(most)
    try:
        async with asyncio.timeout(seconds):
            return await _collected(request.stream(), most)
    except TimeoutError:
        message = f"The body did not arrive within {seconds:g} seconds."
        raise Refusal(408, message, headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise Refusal(400, "The body ended early.") from None


async def _collected(stream: AsyncIterator[bytes], most: int) -> bytes:
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> Refusal:
    return Refusal(413, f"The body is larger than {most} bytes.", headers={"Connection": "close"})


def _decoded(data: bytes | str, what: str) -> Any:
    try:
        return strict_json.decode(data)
    except strict_json.NotJson as problem:
        raise Refusal(400, f"The {what} cannot be read as JSON. {problem}") from None


def _typed(value: Mapping[str, Any], key: str, kind: type, article: str) -> Any:
    found = value.get(key)
    if found is not None and not isinstance(found, kind):
        raise Refusal(400, f"`{key}` must be {article} or null.", code=BAD_USER_INPUT)
    return found
