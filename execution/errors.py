"""What a caller may read of an error.

Three kinds pass: our own tree (models/errors.py), whose messages are written for callers; what graphql-core says
about the document or its variables, without suggestions and without the words of an exception inside; and an error
a resolver raised on purpose with a code of ours. Everything else becomes one fixed sentence, and the log keeps the
rest under the request's id.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from graphql import GraphQLError

from models.errors import BadInput, HelpdeskError, Unsupported

log = logging.getLogger("deskgraph.execution")

MASKED: Final = "Something went wrong here. Tell us the requestId if it happens again."
INTERNAL: Final = "INTERNAL_SERVER_ERROR"
LONGEST: Final = 1_000
CODES: Final = frozenset(
    "UNAUTHENTICATED FORBIDDEN BAD_USER_INPUT BAD_REQUEST BAD_CURSOR GRAPHQL_PARSE_FAILED GRAPHQL_VALIDATION_FAILED "
    "OPERATION_RESOLUTION_FAILURE PERSISTED_QUERY_NOT_FOUND COST_LIMIT_EXCEEDED RATE_LIMITED DEADLINE_EXCEEDED "
    "UNSUPPORTED_BY_HELPDESK STALE UPSTREAM_UNAVAILABLE UPSTREAM_TIMEOUT UPSTREAM_RATE_LIMITED UPSTREAM_AUTH_FAILED "
    "UPSTREAM_UNREADABLE STORAGE_UNAVAILABLE INTERNAL_SERVER_ERROR".split()
)

_SUGGESTION = re.compile(r" ?Did you mean .*\?$", re.DOTALL)
_INNER_WORDS = re.compile(r", but encountered error '.*'; found", re.DOTALL)


def public_error(error: GraphQLError, request_id: str) -> GraphQLError:
    """The error as the caller gets it: same place, public words, `code` and `requestId`."""
    cause = _cause(error)
    if isinstance(cause, HelpdeskError):
        message, extensions = cause.message, helpdesk_extensions(cause)
    elif (code := (error.extensions or {}).get("code")) in CODES:
        message, extensions = _INNER_WORDS.sub(", found", error.message), {**(error.extensions or {}), "code": code}
    elif _is_about_input(error, cause):
        message, extensions = _INNER_WORDS.sub(", found", error.message), {"code": "BAD_USER_INPUT"}
    else:
        log.error("masked error", exc_info=cause or error, extra={"request_id": request_id, "path": _path(error)})
        message, extensions = MASKED, {"code": INTERNAL, "retryable": False}
    return GraphQLError(
        _SUGGESTION.sub("", message)[:LONGEST],
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={**extensions, "requestId": request_id},
    )


def helpdesk_extensions(error: HelpdeskError) -> dict[str, Any]:
    """The public facts of an error of the tree."""
    facts: dict[str, Any] = {"code": error.code, "retryable": error.retryable}
    if error.helpdesk is not None:
        facts["helpdesk"] = error.helpdesk
    if error.retry_after is not None:
        facts["retryAfterMs"] = max(0, round(error.retry_after * 1000))
    if isinstance(error, BadInput | Unsupported) and error.field is not None:
        facts["field"] = error.field
    return facts


def _cause(error: GraphQLError) -> BaseException | None:
    """The exception at the bottom: graphql-core and strawberry both wrap, sometimes twice."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _is_about_input(error: GraphQLError, cause: BaseException | None) -> bool:
    """graphql-core's own complaints about variables and arguments; a failing resolver's words are never among them.

    Where a scalar raised, graphql-core puts its Python words behind "but encountered error"; those are cut out."""
    return cause is None or isinstance(cause, GraphQLError) or error.message.startswith("Variable '$")


def _path(error: GraphQLError) -> str:
    return ".".join(str(key) for key in error.path or ())
