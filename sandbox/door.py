"""The control door, for tests and people: `/-/` shows the sandbox, the rest changes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.busy import bulk_edit
from sandbox.controls import Limits
from sandbox.desk import Desk
from sandbox.faults import Fault

if TYPE_CHECKING:
    from sandbox.app import Sandbox

Handler = Callable[[Request], Awaitable[Response]]


class _Wrong(Exception):
    """The request's own fault."""


def routes(sandbox: Sandbox) -> list[Route]:
    door = _Door(sandbox)
    return [
        Route("/", door.shown(door.index)),
        Route("/-/", door.shown(door.index)),
        Route("/-/reset", door.told(door.reset), methods=["POST"]),
        Route("/-/seed", door.told(door.reset), methods=["POST"]),
        Route("/-/clock", door.told(door.clock), methods=["POST"]),
        Route("/-/limits", door.told(door.limits), methods=["POST"]),
        Route("/-/switches", door.told(door.switches), methods=["POST"]),
        Route("/-/busy", door.told(door.busy), methods=["POST"]),
        Route("/-/storm", door.told(door.storm), methods=["POST"]),
        Route("/-/tickets", door.told(door.tickets), methods=["POST"]),
        Route("/-/faults", door.shown(door.faults)),
        Route("/-/faults", door.told(door.add_fault), methods=["POST"]),
        Route("/-/faults", door.told(door.clear_faults), methods=["DELETE"]),
        Route("/-/calls", door.shown(door.calls)),
        Route("/-/calls", door.told(door.clear_calls), methods=["DELETE"]),
    ]


class _Door:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def shown(self, handler: Callable[[Request], Any]) -> Handler:
        async def endpoint(request: Request) -> Response:
            return _json(handler(request))

        return endpoint

    def told(self, handler: Callable[[dict[str, Any]], Any]) -> Handler:
        """A handler of the JSON object in the body; none is an empty one."""

        async def endpoint(request: Request) -> Response:
            try:
                body = orjson.loads(await request.body() or b"{}")
                if not isinstance(body, dict):
                    raise _Wrong("the body must be a JSON object")
                return _json(handler(body))
            except (_Wrong, msgspec.ValidationError, orjson.JSONDecodeError, TypeError, ValueError, KeyError) as error:
                return _json({"error": str(error)}, 400)

        return endpoint

    def index(self, request: Request) -> dict[str, Any]:
        sandbox, controls = self._sandbox, self._sandbox.controls
        here = f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
        return {
            "faces": {name: f"{here}/{name}" for name in sandbox.faces},
            "seed": sandbox.world.seed,
            "tickets": {name: sandbox.world.desk(name).tickets.count() for name in sandbox.world.names},
            "now": _iso(controls.clock.now()),
            "frozen": controls.clock.frozen,
            "limits": {name: _limits(controls.limits(name)) for name in sandbox.faces},
            "searchLagSeconds": controls.search_lag.total_seconds(),
            "switches": controls.switches,
            "faults": len(controls.faults.list()),
            "calls": controls.calls.count(),
            "door": ["reset", "seed", "clock", "limits", "switches", "busy", "storm", "tickets", "faults", "calls"],
        }

    def faults(self, _: Request) -> dict[str, Any]:
        return {"faults": [msgspec.to_builtins(rule) for rule in self._sandbox.controls.faults.list()]}

    def calls(self, request: Request) -> dict[str, Any]:
        calls, face = self._sandbox.controls.calls, request.query_params.get("face")
        last = int(request.query_params.get("last", "1000"))
        return {
            "counters": [
                {"face": key[0], "method": key[1], "endpoint": key[2], "count": number}
                for key, number in sorted(calls.counters.items())
                if face in (None, key[0])
            ],
            "log": [
                {"call": call.line(), "status": call.status, "fault": call.fault}
                for call in list(calls.log)[-last:]
                if face in (None, call.face)
            ],
        }

    def reset(self, body: dict[str, Any]) -> dict[str, Any]:
        """`seed` and `tickets` (a number for every desk, or one by name), `storm` by name: how many of them share one
        second; by default as before."""
        tickets = body.get("tickets")
        names = self._sandbox.world.names
        desks = dict.fromkeys(names, tickets) if isinstance(tickets, int) else tickets
        if desks is not None and not (isinstance(desks, Mapping) and set(desks) == set(names)):
            raise _Wrong(f"tickets must be a number, or a number for each of {', '.join(names)}")
        self._sandbox.reset(seed=body.get("seed"), desks=desks, storm=body.get("storm"))
        return {"seed": self._sandbox.world.seed}

    def clock(self, body: dict[str, Any]) -> dict[str, Any]:
        """`freeze`: true or false; `advance`: seconds; `set`: ISO time."""
        clock = self._sandbox.controls.clock
        if unknown := set(body) - {"freeze", "advance", "set"}:
            raise _Wrong(f"unknown: {', '.join(sorted(unknown))}; there are freeze, advance and set")
        if "set" in body:
            moment = datetime.fromisoformat(body["set"])
            clock.set(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        if "freeze" in body:
            (clock.freeze if body["freeze"] else clock.thaw)()
        if "advance" in body:
            clock.advance(float(body["advance"]))
        return {"now": _iso(clock.now()), "frozen": clock.frozen}

    def limits(self, body: dict[str, Any]) -> dict[str, Any]:
        """`face` (default all), `enabled`, `figures` by the face's own names, `searchLagSeconds`."""
        sandbox = self._sandbox
        for name in [body["face"]] if "face" in body else sandbox.faces:
            if name not in sandbox.faces:
                raise _Wrong(f"no face {name}; there are {', '.join(sandbox.faces)}")
            limits = sandbox.controls.limits(name)
            limits.enabled = bool(body.get("enabled", limits.enabled))
            limits.figures.update({key: float(value) for key, value in body.get("figures", {}).items()})
        if "searchLagSeconds" in body:
            sandbox.controls.search_lag = timedelta(seconds=float(body["searchLagSeconds"]))
        return {name: _limits(sandbox.controls.limits(name)) for name in sandbox.faces}

    def switches(self, body: dict[str, Any]) -> dict[str, Any]:
        self._sandbox.controls.switches.update(body)
        return self._sandbox.controls.switches

    def busy(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"changed": self._sandbox.world.mutate(int(body.get("tickets", 100)))}

    def storm(self, body: dict[str, Any]) -> dict[str, Any]:
        """`desk`, `tickets`: a bulk edit, all within one second."""
        return {"changed": bulk_edit(self._desk(body), int(body.get("tickets", 1000)), self._sandbox.controls.clock)}

    def tickets(self, body: dict[str, Any]) -> dict[str, Any]:
        """`desk`, `numbers`, `do`: touch, delete, spam or restore them, or purge them without a trace."""
        book = self._desk(body).tickets
        acts: dict[str, Callable[[int], object]] = {
            "touch": book.update, "delete": book.delete, "spam": book.spam, "restore": book.restore,
            "purge": book.purge,
        }  # fmt: skip
        if body.get("do") not in acts:
            raise _Wrong(f"do must be one of {', '.join(acts)}")
        numbers = [int(number) for number in body["numbers"]]
        if missing := [number for number in numbers if book.get(number) is None]:
            raise _Wrong(f"no ticket {missing[0]}")
        for number in numbers:
            acts[body["do"]](number)
        return {"done": len(numbers)}

    def _desk(self, body: dict[str, Any]) -> Desk:
        names = self._sandbox.world.names
        if body.get("desk") not in names:
            raise _Wrong(f"desk must be one of {', '.join(names)}")
        return self._sandbox.world.desk(body["desk"])

    def add_fault(self, body: dict[str, Any]) -> dict[str, Any]:
        added = self._sandbox.controls.faults.add(msgspec.convert(body, Fault))
        return {"number": added.number}

    def clear_faults(self, body: dict[str, Any]) -> dict[str, Any]:
        """`number`: only that one."""
        faults = self._sandbox.controls.faults
        if "number" in body:
            return {"removed": faults.remove(int(body["number"]))}
        faults.clear()
        return {"removed": True}

    def clear_calls(self, _: dict[str, Any]) -> dict[str, Any]:
        self._sandbox.controls.calls.clear()
        return {"cleared": True}


def _limits(limits: Limits) -> dict[str, Any]:
    return {"enabled": limits.enabled, "figures": limits.figures}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content, option=orjson.OPT_INDENT_2), status, media_type="application/json")
