"""A request that ends before anything runs, as HTTP says it and as GraphQL says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError
from starlette.responses import Response

from execution.response import refused_response
from web import strict_json


class Refusal(Exception):
    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "BAD_REQUEST",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.error = GraphQLError(message, extensions={"code": code})

    @property
    def code(self) -> str:
        return str((self.error.extensions or {})["code"])


def method_not_allowed(allow: str, message: str) -> Refusal:
    return Refusal(405, message, headers={"Allow": allow})


class JsonResponse(Response):
    media_type = "application/json; charset=utf-8"

    def render(self, content: Any) -> bytes:
        return strict_json.encode(content)


def refusal_response(refusal: Refusal, request_id: str, media_type: str | None = None) -> Response:
    return JsonResponse(
        refused_response([refusal.error], request_id),
        status_code=refusal.status,
        headers=refusal.headers,
        media_type=media_type,
    )
