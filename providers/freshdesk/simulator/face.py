"""The whole face: which path is answered by what, and the file host beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.files import FileHost
from providers.freshdesk.simulator.gateway import Gateway, Verbs
from providers.freshdesk.simulator.keys import ADMIN
from providers.freshdesk.simulator.profile import Profile
from providers.freshdesk.simulator.rates import Rates
from providers.freshdesk.simulator.routes import ROUTES
from sandbox.controls import Controls
from sandbox.desk import Desk

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class FreshdeskFace:
    """An ASGI app; `files` is its file host, `credentials` what a client needs."""

    credentials: Mapping[str, str] = {"api_key": ADMIN.secret}

    def __init__(self, desk: Desk, controls: Controls, profile: Profile) -> None:
        self.account = Account(desk, controls, profile)
        gateway = Gateway(self.account, Rates(controls.limits(desk.name)))
        host = FileHost(self.account)
        self.files = host.app
        self._app = Starlette(
            routes=[
                Route("/inline/attachment", host.inline),
                *(
                    Route(f"/api/v2/{path}", _endpoint(gateway, verbs), methods=METHODS)
                    for path, verbs in ROUTES.items()
                ),
                Route("/{rest:path}", _endpoint(gateway, None), methods=METHODS),
            ]
        )
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(_single_slashes(scope), receive, send)


def _single_slashes(scope: Scope) -> Scope:
    """A base address that ends in a slash makes `//api/v2`: GETs are then misread (node-freshdesk-api issue 61)."""
    if scope["type"] != "http" or "//api/" not in scope["path"]:
        return scope
    return {**scope, "path": scope["path"].replace("//api/", "/api/"), "doubled_slash": True}


def _endpoint(gateway: Gateway, verbs: Verbs | None) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await gateway.answer(request, verbs)

    return endpoint


def face(desk: Desk, controls: Controls, profile: Profile = Profile()) -> FreshdeskFace:
    return FreshdeskFace(desk, controls, profile)
