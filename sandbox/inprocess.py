"""The sandbox as an httpx transport, without a socket: faults that raise in the app become what httpx raises on a
wire."""

from __future__ import annotations

import httpx
from starlette.types import ASGIApp

_AS_ON_THE_WIRE: tuple[tuple[type[OSError], type[httpx.TransportError]], ...] = (
    (ConnectionRefusedError, httpx.ConnectError),
    (ConnectionResetError, httpx.ReadError),
    (ConnectionAbortedError, httpx.RemoteProtocolError),
    (TimeoutError, httpx.ReadTimeout),
)


class InProcess(httpx.AsyncBaseTransport):
    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app=app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._inner.handle_async_request(request)
        except OSError as error:
            for kind, raised in _AS_ON_THE_WIRE:
                if isinstance(error, kind):
                    raise raised(str(error), request=request) from error
            raise
