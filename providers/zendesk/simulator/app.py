"""The face itself: reads a request, finds who asks for what, and writes the answer with the vendor's headers."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import asdict

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from providers.zendesk.simulator import door, routes
from providers.zendesk.simulator.account import Account, open_account
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.catalogue import ROUTES
from providers.zendesk.simulator.content import FilesApp
from providers.zendesk.simulator.errors import Refused
from providers.zendesk.simulator.help_center import localized
from providers.zendesk.simulator.profile import Profile
from providers.zendesk.simulator.spoiling import spoiled
from sandbox.controls import Controls
from sandbox.desk import Desk


class ZendeskFace:
    """`account` is open to tests; `files` serves pre-signed links from another origin."""

    def __init__(self, desk: Desk, controls: Controls, profile: Profile | None = None) -> None:
        self.account: Account = open_account(desk, controls, profile or Profile())
        self.files = FilesApp(self.account)
        self._requests = itertools.count(1)

    @property
    def credentials(self) -> Mapping[str, str]:
        """What opens the account, under the names of the settings a client has."""
        return asdict(self.account.credentials)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        response = self._response(request, await self._answered(request))
        await response(scope, receive, send)

    async def _answered(self, request: Request) -> Answer:
        extra: dict[str, str] = {}
        try:
            call = await self._call(request, extra)
            return await self._handled(call)
        except Refused as refusal:
            if isinstance(refusal.payload, str):
                media = "text/plain; charset=utf-8"
                return Answer(refusal.payload.encode(), refusal.status, extra | refusal.headers, media)
            return Answer(refusal.payload, refusal.status, extra | refusal.headers)

    async def _call(self, request: Request, extra: dict[str, str]) -> Call:
        asked = _path(request)
        path, locale = localized(asked)
        return Call(
            account=self.account,
            method="GET" if request.method == "HEAD" else request.method,
            path=path,
            asked=asked,
            base=self.account.controls.base(request.scope).rstrip("/"),
            files_base=self.account.controls.files_base(request.scope).rstrip("/"),
            query=request.query_params,
            headers=request.headers,
            body=await request.body(),
            principal=door.NOBODY,
            locale=locale,
            extra=extra,
        )

    async def _handled(self, call: Call) -> Answer:
        route, call.args = ROUTES.find(call.method, call.path)
        self._identify(call, route)
        door.count(call, route)
        door.admit(call, route)
        answer = await routes.run(route, call)
        headers = {**call.extra, **answer.headers}
        if call.removed:
            named = ", ".join(f'"{key}"' for key in call.removed)
            headers["X-Zendesk-API-Warn"] = f"Removed restricted keys [{named}] from parameters according to whitelist"
        return Answer(answer.payload, answer.status, headers, answer.media)

    def _identify(self, call: Call, route: routes.Route) -> None:
        """`/users/me` is open to anonymous callers, so wrong credentials are nobody there (node-zendesk issue 152)."""
        if route.pattern.startswith("/oauth/"):
            return
        try:
            call.principal = door.principal(call.account, call.headers.get("authorization"))
        except Refused:
            if not route.pattern.endswith("/users/me"):
                raise

    def _response(self, request: Request, answer: Answer) -> Response:
        body = answer.payload if isinstance(answer.payload, bytes) else b""
        if answer.payload is not None and not isinstance(answer.payload, bytes):
            body = orjson.dumps(spoiled(answer.payload, self.account.profile.spoilt))
        number = next(self._requests)
        trace = hashlib.md5(f"{number}{request.url}".encode(), usedforsecurity=False).hexdigest()
        headers = {
            "X-Zendesk-Request-Id": trace[:20],
            "X-Request-Id": trace,
            "X-Zendesk-API-Version": "v2",
            "X-Runtime": "0.041",
            "Cache-Control": "max-age=0, private, must-revalidate",
            **answer.headers,
        }
        status = answer.status
        if request.method == "GET" and status == 200 and body:
            etag = f'W/"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
            headers["ETag"] = etag
            if request.headers.get("if-none-match") == etag:
                status, body = 304, b""
        if status in (204, 304) or (status in (301, 302) and not body):
            return Response(status_code=status, headers=headers)
        return Response(body, status_code=status, headers=headers, media_type=answer.media)


def _path(request: Request) -> str:
    """Below the mount and without `.json`, which is optional everywhere."""
    path: str = request.scope["path"]
    root: str = request.scope.get("root_path", "")
    if root and path.startswith(root):
        path = path[len(root) :]
    if path.startswith(("/attachments/", "/hc/")):
        return path
    return path.rstrip("/").removesuffix(".json")


def face(desk: Desk, controls: Controls) -> ZendeskFace:
    """What the sandbox mounts."""
    return ZendeskFace(desk, controls)
