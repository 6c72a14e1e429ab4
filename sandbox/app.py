"""The sandbox as one ASGI app: the faces it is given under their names, their file hosts, and the control door at
`/-/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.controls import Call, Controls
from sandbox.desk import Desk
from sandbox.door import routes
from sandbox.faults import ON_THE_WIRE
from sandbox.striking import strike
from sandbox.world import World


@dataclass
class FaceApp:
    """A face with a file host beside it: pre-signed links and pictures, served from another origin."""

    app: ASGIApp
    files: ASGIApp | None = None


Face = Callable[[Desk, Controls], ASGIApp | FaceApp]


class Sandbox:
    """`world`, `controls`, and `reset()` which makes the world anew, with fresh faces and without calls and faults."""

    def __init__(self, world: World, faces: Mapping[str, Face], controls: Controls) -> None:
        self.controls, self._faces = controls, dict(faces)
        self._door = Starlette(routes=routes(self))
        self._take(world)

    def _take(self, world: World) -> None:
        self.world = world
        made = {name: face(world.desk(name), self.controls) for name, face in self._faces.items()}
        self._apps: dict[str, FaceApp] = {
            name: app if isinstance(app, FaceApp) else FaceApp(app, getattr(app, "files", None))
            for name, app in made.items()
        }

    def reset(
        self,
        *,
        seed: int | None = None,
        desks: Mapping[str, int] | None = None,
        storm: Mapping[str, int] | None = None,
    ) -> None:
        self.controls.calls.clear()
        self.controls.faults.clear()
        self._take(self.world.again(seed=seed, desks=desks, storm=storm))

    @property
    def faces(self) -> tuple[str, ...]:
        return tuple(self._faces)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        prefix = scope.get("root_path", "").rstrip("/")
        path = scope["path"][len(prefix) :] if scope["path"].startswith(prefix) else scope["path"]
        first, _, rest = path.lstrip("/").partition("/")
        if scope["type"] != "http" or first in ("", "-"):
            await self._door(scope, receive, send)
        elif first in self._apps:
            await self._serve(first, self._apps[first].app, f"{prefix}/{first}", prefix, scope, receive, send)
        elif first == "files" and (name := rest.partition("/")[0]) in self._apps:
            files = self._apps[name].files or _NOTHING
            await self._serve(name, files, f"{prefix}/files/{name}", prefix, scope, receive, send)
        else:
            await _NOTHING(scope, receive, send)

    async def _serve(
        self, name: str, app: ASGIApp, mount: str, prefix: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        below = scope["path"][len(mount) :] or "/"
        is_file = mount.endswith(f"/files/{name}")
        query = scope.get("query_string", b"").decode("latin-1")
        shown = f"/files{below}" if is_file else below
        call = self.controls.calls.record(name, scope["method"], shown, query)
        home = f"{prefix}/{name}"
        inner: dict[str, Any] = {
            **scope, "root_path": mount, "sandbox.face": name, "sandbox.prefix": prefix, "sandbox.mount": home,
        }  # fmt: skip
        fault = self.controls.faults.decide(name, scope["method"], shown, query)
        if fault is None:
            await app(inner, receive, _noting(call, send))
            return
        call.fault = fault.kind
        answering = send if fault.kind in ON_THE_WIRE else _noting(call, send)
        await strike(fault, app, inner, receive, answering, self.controls.clock)


def _noting(call: Call, send: Send) -> Send:
    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            call.status = message["status"]
        await send(message)

    return noted


_NOTHING = JSONResponse({"error": "nothing here", "see": "/-/"}, status_code=404)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def create_sandbox(world: World, faces: Mapping[str, Face], controls: Controls) -> Sandbox:
    """`world` needs a desk under each face's name, and `controls.clock` for its clock, so that the door can move it."""
    if world.clock is not controls.clock:
        raise ValueError("the world must be made with controls.clock, or the control door could not move its time")
    if missing := set(faces) - set(world.names):
        raise ValueError(f"the world has no desk for {', '.join(sorted(missing))}")
    return Sandbox(world, faces, controls)
