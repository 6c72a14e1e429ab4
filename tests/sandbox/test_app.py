"""The sandbox in process: faces under their names, the control door, counters, faults that need no socket."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from runtime.clock import ManualClock
from sandbox.app import FaceApp, Sandbox, create_sandbox
from sandbox.controls import Controls
from sandbox.desk import Desk
from sandbox.faults import Fault
from sandbox.inprocess import InProcess
from sandbox.world import World


def face(desk: Desk, controls: Controls) -> FaceApp:
    async def tickets(request: Request) -> JSONResponse:
        here, rows = f"{controls.base(request.scope)}/api/v2/tickets", desk.tickets.page(limit=5)
        files = controls.files_base(request.scope)
        body = {
            "rows": [ticket.number for ticket in rows],
            "files": files,
            "next_page": f"{here}?page=2",
            "links": {"next": f"{here}?page[after]=b"},
            "meta": {"has_more": False, "after_cursor": "b"},
        }
        return JSONResponse(body, headers={"link": f'<{here}?page=2>; rel="next"'})

    async def create(request: Request) -> JSONResponse:
        return JSONResponse({"id": desk.tickets.create(subject="Hello", requester=1001, text="Hi").number}, 201)

    async def show(request: Request) -> JSONResponse:
        found = desk.tickets.get(int(request.path_params["number"]))
        return JSONResponse({"subject": found.subject}) if found else JSONResponse({}, 404)

    async def file(request: Request) -> JSONResponse:
        return JSONResponse({"file": request.path_params["name"]})

    routes = [
        Route("/api/v2/tickets", tickets),
        Route("/api/v2/tickets", create, methods=["POST"]),
        Route("/api/v2/tickets/{number:int}", show),
    ]
    return FaceApp(Starlette(routes=routes), Starlette(routes=[Route("/open/{name}", file)]))


@pytest.fixture
def sandbox(clock: ManualClock) -> Sandbox:
    controls = Controls(clock)
    world = World(7, {"first": 60, "second": 40}, controls.clock)
    return create_sandbox(world, {"first": face, "second": face}, controls)


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=InProcess(sandbox), base_url="http://sandbox.test") as made:
        yield made


async def test_each_face_serves_its_own_desk_and_links_to_itself(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    first, second = [(await client.get(f"/{name}/api/v2/tickets")).json() for name in ("first", "second")]
    assert first["rows"] == [ticket.number for ticket in sandbox.world.desk("first").tickets.page(limit=5)]
    assert first["next_page"] == "http://sandbox.test/first/api/v2/tickets?page=2"
    assert second["files"] == "http://files.sandbox.test/files/second"
    assert (await client.get("http://files.sandbox.test/files/second/open/a.png")).json() == {"file": "a.png"}
    assert (await client.get("/nobody/api/v2/tickets")).status_code == 404


async def test_calls_are_counted_by_endpoint_and_kept_in_order(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await client.get("/first/api/v2/tickets/7")
    await client.get("/first/api/v2/tickets/900000?include=a%20b")
    await client.get("/files/second/open/x")
    assert sandbox.controls.calls.count("first", template="/api/v2/tickets/{id}") == 2
    assert sandbox.controls.calls.lines() == [
        "first GET /api/v2/tickets/7",
        "first GET /api/v2/tickets/900000?include=a b",
        "second GET /files/open/x",
    ]
    shown = (await client.get("/-/calls", params={"face": "first"})).json()
    assert [call["status"] for call in shown["log"]] == [200, 404]
    await client.request("DELETE", "/-/calls")
    assert sandbox.controls.calls.count() == 0


async def test_the_door_moves_the_clock_and_sets_limits_and_lag(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await client.post("/-/clock", json={"freeze": True, "set": "2027-03-01T00:00:00Z", "advance": 90})
    assert answer.json() == {"now": "2027-03-01T00:01:30Z", "frozen": True}
    made = (await client.post("/first/api/v2/tickets")).json()["id"]
    assert sandbox.world.desk("first").tickets.get(made).created.isoformat() == "2027-03-01T00:01:30+00:00"
    limits = {"face": "first", "enabled": False, "figures": {"total": 50}, "searchLagSeconds": 5}
    assert (await client.post("/-/limits", json=limits)).json()["first"] == {
        "enabled": False,
        "figures": {"total": 50.0},
    }
    assert sandbox.controls.limits("second").enabled and sandbox.controls.search_lag.total_seconds() == 5
    index = (await client.get("/-/")).json()
    assert index["faces"]["second"] == "http://sandbox.test/second" and index["frozen"] is True


async def test_what_the_door_cannot_read_is_refused(client: httpx.AsyncClient) -> None:
    for path, body in (
        ("/-/clock", {"forward": 1}), ("/-/clock", {"set": "soon"}), ("/-/faults", {"kind": "earthquake"}),
        ("/-/faults", {"kind": "down", "often": 3}), ("/-/limits", {"face": "third"}),
        ("/-/seed", {"tickets": {"third": 1}}), ("/-/clock", [1]),
    ):  # fmt: skip
        answer = await client.post(path, json=body)
        assert answer.status_code == 400 and answer.json()["error"]


async def test_reset_and_seed_make_the_world_anew(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    before = (await client.get("/first/api/v2/tickets/1")).json()
    made = (await client.post("/first/api/v2/tickets")).json()["id"]
    sandbox.controls.faults.add({"kind": "html"})
    await client.post("/-/reset")
    assert (await client.get(f"/first/api/v2/tickets/{made}")).status_code == 404
    assert (await client.get("/first/api/v2/tickets/1")).json() == before
    await client.post("/-/seed", json={"seed": 8, "tickets": 5})
    assert (await client.get("/first/api/v2/tickets/6")).status_code == 404
    assert sandbox.world.seed == 8


async def test_busy_changes_tickets(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    changed = (await client.post("/-/busy", json={"tickets": 30})).json()["changed"]
    assert sum(map(len, changed.values())) == 30 and set(changed) == {"first", "second"}


async def test_a_rule_strikes_where_and_as_often_as_it_says(client: httpx.AsyncClient) -> None:
    rule = {"kind": "status", "status": 503, "face": "first", "method": "GET", "path": "/api/v2/tickets/*"}
    await client.post(
        "/-/faults", json={**rule, "skip": 1, "times": 2, "body": "busy", "headers": {"retry-after": "3"}}
    )
    answers = [await client.get("/first/api/v2/tickets/7") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 503, 503, 200]
    assert answers[1].headers["retry-after"] == "3" and answers[1].text == "busy"
    assert (await client.get("/second/api/v2/tickets/7")).status_code == 200
    assert (await client.get("/-/faults")).json()["faults"][0]["struck"] == 2


async def test_chances_are_the_same_for_the_same_seed(sandbox: Sandbox) -> None:
    def strikes() -> list[bool]:
        sandbox.controls.faults.clear()
        sandbox.controls.faults.add(Fault(kind="down", probability=0.3, seed=5))
        return [sandbox.controls.faults.decide("first", "GET", "/") is not None for _ in range(200)]

    once = strikes()
    assert once == strikes() and 30 < sum(once) < 90


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("down", httpx.ConnectError),
        ("reset", httpx.ReadError),
        ("stall", httpx.ReadTimeout),
        ("truncate", httpx.RemoteProtocolError),
    ],
)
async def test_in_process_the_wires_faults_raise(
    client: httpx.AsyncClient, sandbox: Sandbox, kind: str, raised: type[Exception]
) -> None:
    sandbox.controls.faults.add({"kind": kind, "times": 1})
    with pytest.raises(raised):
        await client.get("/first/api/v2/tickets")
    assert (await client.get("/first/api/v2/tickets")).status_code == 200


async def test_after_means_that_the_write_happened_and_the_answer_is_lost(
    client: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    tickets = sandbox.world.desk("first").tickets
    last = tickets.last_number
    sandbox.controls.faults.add({"kind": "reset", "method": "POST", "times": 1})
    sandbox.controls.faults.add({"kind": "status", "status": 502, "method": "POST", "times": 1, "after": True})
    with pytest.raises(httpx.ReadError):
        await client.post("/first/api/v2/tickets")
    assert tickets.last_number == last
    assert (await client.post("/first/api/v2/tickets")).status_code == 502
    assert tickets.last_number == last + 1


async def test_html_instead_of_json(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.controls.faults.add({"kind": "html"})
    answer = await client.get("/first/api/v2/tickets")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    assert (await client.get("/-/")).status_code == 200, "the door stays open"


async def test_links_that_loop_and_links_that_lead_away(client: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.controls.faults.add({"kind": "loop", "times": 1})
    url = "http://sandbox.test/first/api/v2/tickets?page%5Bafter%5D=a"
    looped = await client.get(url)
    body = looped.json()
    assert looped.headers["link"] == f'<{url}>; rel="next"' and body["next_page"] == body["links"]["next"] == url
    assert body["meta"] == {"has_more": True, "after_cursor": "a"} and body["rows"]
    sandbox.controls.faults.add({"kind": "hostile_next", "host": "https://evil.example"})
    away = await client.get(url)
    assert away.json()["next_page"] == url.replace("http://sandbox.test", "https://evil.example")
    assert "evil.example" in away.headers["link"]


async def test_slow_and_drip_take_their_time_and_tell_the_truth(
    client: httpx.AsyncClient, sandbox: Sandbox, clock: ManualClock
) -> None:
    whole = (await client.get("/first/api/v2/tickets")).content
    sandbox.controls.faults.add({"kind": "slow", "seconds": 9, "times": 1})
    sandbox.controls.faults.add({"kind": "drip", "seconds": 1, "chunk": 10})
    begun = clock.monotonic()
    assert (await client.get("/first/api/v2/tickets")).content == whole
    assert clock.monotonic() - begun == 9
    assert (await client.get("/first/api/v2/tickets")).content == whole
    assert clock.monotonic() - begun >= 9 + len(whole) // 10


async def test_links_hold_when_the_sandbox_itself_is_mounted(sandbox: Sandbox) -> None:
    mounted = Starlette(routes=[Mount("/inside", app=sandbox)])
    async with httpx.AsyncClient(transport=InProcess(mounted), base_url="http://127.0.0.1:9400") as client:
        body = (await client.get("/inside/first/api/v2/tickets")).json()
        assert body["next_page"].startswith("http://127.0.0.1:9400/inside/first/api/v2/")
        assert body["files"] == "http://localhost:9400/inside/files/first"
        assert (await client.get(f"{body['files']}/open/b")).json() == {"file": "b"}


def test_a_world_with_another_clock_or_without_the_desk_is_refused(clock: ManualClock) -> None:
    controls = Controls(clock)
    with pytest.raises(ValueError, match=r"controls\.clock"):
        create_sandbox(World(1, {"first": 1}, clock), {"first": face}, controls)
    with pytest.raises(ValueError, match="no desk for third"):
        create_sandbox(World(1, {"first": 1}, controls.clock), {"third": face}, controls)
