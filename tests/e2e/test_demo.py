"""`server.py demo` as somebody meets it who has just cloned the repository."""

from __future__ import annotations

import json
import shlex
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.support.processes import PATIENCE, ServerProcess, started

DEMO = {"PORT": "0", "SANDBOX_PORT": "0", "TICKETS": "2000"}
LIVE = '{ tickets(first: 5, freshness: {maxAge: "PT0S"}) { nodes { id } sources { state } } }'
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def address(server: ServerProcess) -> str:
    return server.find(r"GraphiQL\s+(http://127\.0\.0\.1:\d+)/graphql").group(1)


@pytest.fixture(scope="module")
def demo() -> Iterator[ServerProcess]:
    with started("demo", **DEMO) as server:
        yield server


@pytest.fixture
def client(demo: ServerProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address(demo), timeout=PATIENCE) as client:
        yield client


def as_printed(said: str) -> tuple[str, dict[str, str], bytes]:
    """Address, headers and body of the curl command in what the server said."""
    begin = said.index("curl ")
    words = shlex.split(said[begin:].split("\n\n")[0].replace("\\\n", " "))
    assert words[:2] == ["curl", "-s"]
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
    return words[2], headers, words[words.index("-d") + 1].encode()


def test_the_printed_query_works_over_both_vendors(demo: ServerProcess) -> None:
    address(demo)
    url, headers, body = as_printed(demo.find(r"(?s)A first query:.*}'\n").string)
    answer = httpx.post(url, headers=headers, content=body, timeout=PATIENCE)
    assert answer.status_code == 200
    assert "errors" not in answer.json()
    nodes = answer.json()["data"]["tickets"]["nodes"]
    assert len(nodes) == 3
    assert all(node["subject"] and node["requester"]["name"] and node["helpdesk"]["name"] for node in nodes)


def test_health_and_readiness(client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").json()["status"] == "ready"


def test_a_browser_gets_a_page_and_a_program_gets_json(client: httpx.Client) -> None:
    page = client.get("/graphql", headers=BROWSER)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "graphiql" in page.text.lower()
    assert "http://" not in page.text.replace(str(client.base_url), "").split("<body")[0], "nothing from elsewhere"
    answer = client.get("/graphql", params={"query": "{ helpdesks { key vendor } }"})
    assert [one["key"] for one in answer.json()["data"]["helpdesks"]] == ["freshdesk", "zendesk"]


def test_the_schema_is_served(client: httpx.Client) -> None:
    sdl = client.get("/schema.graphql")
    assert sdl.status_code == 200
    assert "type Ticket implements Node" in sdl.text


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("{ tickets(first: 0) { nodes { id } } }", "first"),
        ('{ tickets(after: "bm90IG91cnM") { nodes { id } } }', "after"),
        ('{ tickets(filter: {helpdesk: {in: ["nobody"]}}) { nodes { id } } }', "helpdesk"),
        ("{ tickets(filter: {status: {in: [SLEEPING]}}) { nodes { id } } }", "SLEEPING"),
    ],
)
def test_a_wrong_argument_is_named(query: str, named: str, client: httpx.Client) -> None:
    answer = client.post("/graphql", json={"query": query}).json()
    assert answer["errors"]
    assert named in answer["errors"][0]["message"]
    assert not answer.get("data")


async def test_heartbeat_over_a_websocket(demo: ServerProcess) -> None:
    url = address(demo).replace("http://", "ws://") + "/graphql"
    query = "subscription { heartbeat(everySeconds: 1) { helpdesk { key } health { state } } }"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": query}}))
        heard = [json.loads(await socket.recv()) for _ in range(4)]
    beats = [message["payload"]["data"]["heartbeat"] for message in heard]
    assert sorted(beat["helpdesk"]["key"] for beat in beats) == ["freshdesk", "freshdesk", "zendesk", "zendesk"]
    assert {beat["health"]["state"] for beat in beats} == {"UP"}


def test_sigterm_drains(demo: ServerProcess) -> None:
    """Readiness goes off, what is under way is answered, and the exit code says that all was well. Comes last: it ends
    the demo of this file."""
    base = address(demo)
    door = httpx.Client(base_url=demo.find(r"simulated at (http://127\.0\.0\.1:\d+)").group(1), timeout=PATIENCE)
    with door, httpx.Client(base_url=base, timeout=PATIENCE) as client, ThreadPoolExecutor() as pool:
        door.post("/-/faults", json={"kind": "slow", "path": "/api/v2/tickets", "seconds": 1})
        door.delete("/-/calls")
        asked = pool.submit(client.post, "/graphql", json={"query": LIVE})
        while not _calls(door, "zendesk GET /api/v2/tickets"):
            assert not asked.done()
        demo.process.send_signal(signal.SIGTERM)
        not_ready = _until_not_ready(base)
        assert not_ready == {"status": "draining", "parts": {}}
        answer = asked.result(PATIENCE)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    assert "errors" not in found
    assert len(found["data"]["tickets"]["nodes"]) == 5
    assert demo.process.wait(PATIENCE) == 0
    assert "Traceback" not in demo.complained


def _calls(door: httpx.Client, call: str) -> list[str]:
    log = door.get("/-/calls", params={"last": "10000"}).json()["log"]
    return [line["call"] for line in log if line["call"].startswith(call)]


def _until_not_ready(base: str) -> dict[str, Any]:
    """The signal takes a moment to arrive."""
    with httpx.Client(base_url=base, timeout=PATIENCE) as client:
        while (answer := client.get("/readyz")).status_code == 200:
            pass
        assert answer.status_code == 503
        found: dict[str, Any] = answer.json()
        return found
