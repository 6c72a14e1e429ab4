"""The toy schema behind the real door, for suites that need a server: `python tests/web/toy_server.py PORT [KEY]`."""

from __future__ import annotations

import hmac
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from models.errors import Unauthenticated
from runtime import log
from runtime.clock import SystemClock
from tests.web.toy import ToyContext, toy_schema
from web.app import WebParts, create_app
from web.asking import Asked
from web.serve import run


class OneKey:
    def __init__(self, key: str | None = None) -> None:
        self._key = key

    async def authenticate(self, headers: Mapping[str, str]) -> Any:
        given = headers.get("authorization", "").removeprefix("Bearer ") or headers.get("x-api-key", "")
        if self._key is not None and not hmac.compare_digest(given.encode(), self._key.encode()):
            raise Unauthenticated("Send the header Authorization: Bearer <key>.")
        return "somebody"


async def toy_context(asked: Asked) -> ToyContext:
    return ToyContext(principal=asked.principal, request_id=asked.request_id, upstream=asked.wants_upstream)


def toy_parts(key: str | None = None, **changes: Any) -> WebParts:
    parts: dict[str, Any] = {
        "schema": toy_schema(),
        "context": toy_context,
        "authenticator": OneKey(key),
        "clock": SystemClock(),
    }
    return WebParts(**{**parts, **changes})


if __name__ == "__main__":
    log.configure()
    run(create_app(toy_parts(*sys.argv[2:3])), "127.0.0.1", int(sys.argv[1]), drain_seconds=0.2)
