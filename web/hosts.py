"""Refuses requests made to a name that is not ours.

It is what keeps a server without a key private to its machine: a browser that was led to 127.0.0.1 under a foreign
page's own name sends that name as Host. The header decides nothing else anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from web.asking import request_id_from
from web.refusal import Refusal, refusal_response

_HOST = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[^\[\]:,@\s]+))(?::\d*)?")


class KnownHosts:
    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "lifespan"
            or not self._hosts
            or host_name(Headers(scope=scope).get("host", "")) in self._hosts
        ):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refusal = Refusal(421, "This server does not answer to that host name.")
            await refusal_response(refusal, request_id_from(None))(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        return host_name(Headers(scope=scope).get("host", "")) in self._hosts


def host_name(header: str) -> str:
    """Without port, and an IPv6 address without its brackets."""
    found = _HOST.fullmatch(header.strip().lower())
    return (found["six"] or found["name"]) if found else ""
