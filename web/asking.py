"""Who asks, and what the rooms below are told about the request."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from execution.response import RequestContext

SANE_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{7,99}")
CREDENTIAL_HEADERS: Final = ("authorization", "x-api-key")


class Authenticator(Protocol):
    """Turns a caller's headers (names in lower case) into a principal, or raises models.errors.Unauthenticated."""

    async def authenticate(self, headers: Mapping[str, str]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, or one operation on a socket."""

    principal: Any
    request_id: str
    headers: Mapping[str, str]
    transport: Literal["http", "websocket"] = "http"

    @property
    def wants_upstream(self) -> bool:
        """`X-Upstream: 1` asks for `extensions.upstream`."""
        return self.headers.get("x-upstream", "").strip().lower() in ("1", "true")


ContextFactory = Callable[[Asked], Awaitable[RequestContext]]


def request_id_from(given: str | None) -> str:
    """A caller's own id, when it is one that can stand in a log; else a new one."""
    if given is not None and SANE_REQUEST_ID.fullmatch(given):
        return given
    return uuid.uuid4().hex


def with_connection_params(headers: Mapping[str, str], params: Mapping[str, Any]) -> dict[str, str]:
    """A browser cannot put headers on a socket; the init payload stands for them, flat or under `headers`."""
    merged = dict(headers)
    nested = params.get("headers")
    for source in (params, nested if isinstance(nested, dict) else {}):
        for name, value in source.items():
            if isinstance(value, str) and name.lower() in (*CREDENTIAL_HEADERS, "x-upstream"):
                merged[name.lower()] = value
    return merged
