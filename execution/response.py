"""An execution's outcome as the JSON object of the GraphQL specification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from execution.errors import public_error


class RequestContext(Protocol):
    """What the door needs from a request's context; resolvers see the whole of it.

    A resolver that can answer, but not with everything, appends to `partial_errors` a GraphQLError with the `path`
    of its field and the HelpdeskError as `original_error`: data stays, and the caller is told.
    """

    partial_errors: list[GraphQLError]

    def response_extensions(self) -> dict[str, Any]:
        """What goes into `extensions` of the answer, such as `upstream`; empty when the caller did not ask."""
        ...


def refused_response(errors: Iterable[GraphQLError], request_id: str) -> dict[str, Any]:
    """A request error: by the specification there is no `data` entry at all."""
    return {"errors": [public_error(error, request_id).formatted for error in errors]}


def is_request_error(result: ExecutionResult) -> bool:
    """Nothing ran: variables that do not fit, or a subscription that could not begin. Errors of fields have a path."""
    return result.data is None and bool(result.errors) and all(e.path is None for e in result.errors or ())


def public_response(result: ExecutionResult, context: RequestContext, request_id: str) -> dict[str, Any]:
    """`data`, `errors` with the partial ones at the end, `extensions`. Partial errors are taken out of the context, so
    that the next event of a subscription starts without them."""
    partial, context.partial_errors[:] = list(context.partial_errors), []
    if is_request_error(result):
        return refused_response(result.errors or (), request_id)
    response: dict[str, Any] = {"data": result.data}
    errors = [*(result.errors or ()), *partial]
    if errors:
        response["errors"] = [public_error(error, request_id).formatted for error in errors]
    extensions = {**(result.extensions or {}), **context.response_extensions()}
    if extensions:
        response["extensions"] = extensions
    return response
