"""graphql-transport-ws: the protocol's states, and everything that is not the protocol."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.web.live import Live, live
from web.settings import WebSettings

PROTOCOL = Subprotocol("graphql-transport-ws")


@pytest.fixture
async def door() -> AsyncIterator[Live]:
    async with live() as running:
        yield running


@asynccontextmanager
async def socket(door: Live, *, init: dict[str, Any] | None = None, **options: Any) -> AsyncIterator[ClientConnection]:
    """Acknowledged already, unless `init` is False."""
    options.setdefault("subprotocols", [PROTOCOL])
    async with connect(door.ws, **options) as ws:
        await tell(ws, type="connection_init", **({"payload": init} if init is not None else {}))
        assert await heard(ws) == {"type": "connection_ack"}
        yield ws


async def tell(ws: ClientConnection, **message: Any) -> None:
    await ws.send(json.dumps(message))


async def heard(ws: ClientConnection) -> Any:
    return json.loads(await ws.recv())


async def asked(ws: ClientConnection, query: str, **payload: Any) -> list[Any]:
    """Everything said about one operation until it ends."""
    await tell(ws, type="subscribe", id="1", payload={"query": query, **payload})
    said = []
    while not said or said[-1]["type"] not in ("complete", "error"):
        said.append(await heard(ws))
    return said


async def close_code(ws: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as caught:
        while True:
            await ws.recv()
    assert caught.value.rcvd is not None, "the server said why"
    return caught.value.rcvd.code


async def test_queries_mutations_and_subscriptions(door: Live) -> None:
    async with socket(door) as ws:
        [answer, done] = await asked(ws, "{hello}")
        assert answer == {"id": "1", "type": "next", "payload": {"data": {"hello": "hello world"}}}
        assert done == {"id": "1", "type": "complete"}
        [answer, _] = await asked(ws, 'mutation{rename(name: "x")}')
        assert answer["payload"] == {"data": {"rename": "x"}}
        *answers, _ = await asked(ws, "subscription{count(to: 3)}")
        assert [a["payload"]["data"]["count"] for a in answers] == [0, 1, 2]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{nope}"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A{hello} query B{hello}"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "query A{hello}", "operationName": "Nope"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "query($n: Int!){double(number: $n)}", "variables": {"n": "x"}}, "BAD_USER_INPUT"),
        ({"query": "subscription($n: Int!){count(to: $n)}"}, "BAD_USER_INPUT"),
        ({"query": "{hello}", "variables": {"a": "\0"}}, "BAD_USER_INPUT"),
        ({"query": "{tickets(first: 100){comments(first: 100){text}}}"}, "COST_LIMIT_EXCEEDED"),
    ],
)
async def test_a_refused_operation_ends_itself_and_not_the_socket(
    door: Live, payload: dict[str, Any], code: str
) -> None:
    async with socket(door) as ws:
        [error] = await asked(ws, **payload)
        assert error["type"] == "error"
        assert error["payload"][0]["extensions"]["code"] == code
        assert error["payload"][0]["extensions"]["requestId"]
        assert len(await asked(ws, "{hello}")) == 2


async def test_failing_fields_and_events_are_masked(door: Live) -> None:
    async with socket(door) as ws:
        [answer, _] = await asked(ws, "{half{id} refuses}")
        assert [e["extensions"]["code"] for e in answer["payload"]["errors"]] == [
            "BAD_USER_INPUT",
            "UPSTREAM_UNAVAILABLE",
        ]
        *_, last = await asked(ws, "subscription{fails}")
        assert last["type"] == "error" and last["payload"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert "hunter2" not in json.dumps(last)


MALFORMED = [
    "null", "5", '"x"', "[]", "{}", "not json", '{"type": 5}', '{"type": "nonsense"}', "[" * 5000,
    '{"type": "subscribe"}',
    '{"type": "subscribe", "id": [], "payload": {"query": "{hello}"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{hello}"}}',
    '{"type": "subscribe", "id": "1", "payload": null}',
    '{"type": "subscribe", "id": "1", "payload": "x"}',
    '{"type": "subscribe", "id": "1", "payload": {}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "variables": "{}"}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{hello}", "operationName": 5}}',
    '{"type": "complete", "id": {}}',
    '{"type": "ping", "payload": 5}',
]  # fmt: skip


@pytest.mark.parametrize("message", MALFORMED)
async def test_a_message_of_no_known_form_closes_with_4400(door: Live, message: str) -> None:
    async with socket(door) as ws:
        await ws.send(message)
        assert await close_code(ws) == 4400


async def test_bytes_close_with_4400_and_too_much_with_1009(door: Live) -> None:
    async with socket(door) as ws:
        await ws.send(b"{}")
        assert await close_code(ws) == 4400
    async with socket(door) as ws:
        await ws.send("x" * 1_000_001)
        assert await close_code(ws) == 1009


async def test_the_states_of_the_protocol(door: Live) -> None:
    async with connect(door.ws, subprotocols=[PROTOCOL]) as ws:
        await tell(ws, type="subscribe", id="1", payload={"query": "{hello}"})
        assert await close_code(ws) == 4401
    async with socket(door) as ws:
        await tell(ws, type="connection_init")
        assert await close_code(ws) == 4429
    async with socket(door) as ws:
        for _ in range(2):
            await tell(ws, type="subscribe", id="1", payload={"query": "subscription{forever}"})
        assert await close_code(ws) == 4409
    async with socket(door) as ws:
        await tell(ws, type="ping")
        assert await heard(ws) == {"type": "pong"}


async def test_no_init_closes_with_4408() -> None:
    async with (
        live(settings=WebSettings(socket_init_seconds=0.05)) as door,
        connect(door.ws, subprotocols=[PROTOCOL]) as ws,
    ):
        assert await close_code(ws) == 4408


async def test_only_the_living_protocol_is_spoken(door: Live) -> None:
    """The deprecated one is what some clients list first."""
    both = [Subprotocol("graphql-ws"), PROTOCOL]
    async with connect(door.ws, subprotocols=both) as ws:
        assert ws.subprotocol == PROTOCOL
    for unknown in ([Subprotocol("graphql-ws")], None):
        async with connect(door.ws, subprotocols=unknown) as ws:
            assert await close_code(ws) == 4406


async def test_twenty_operations_a_socket(door: Live) -> None:
    async with socket(door) as ws:
        for number in range(20):
            await tell(ws, type="subscribe", id=f"s{number}", payload={"query": "subscription{forever}"})
            assert (await heard(ws))["type"] == "next"
        [refused] = await asked(ws, "{hello}")
        assert refused["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
        await tell(ws, type="complete", id="s0")
        assert [m["type"] for m in await asked(ws, "{hello}")] == ["next", "complete"]


async def test_foreign_pages_are_refused_unless_listed() -> None:
    settings = WebSettings(cors_origins=("https://friend.example",))
    async with live(settings=settings) as door:
        with pytest.raises(InvalidStatus) as caught:
            async with connect(door.ws, subprotocols=[PROTOCOL], origin="https://evil.example"):  # type: ignore[arg-type]
                pass
        assert caught.value.response.status_code == 403
        for origin in ("https://friend.example", door.http, None):
            async with socket(door, origin=origin):
                pass


@pytest.mark.parametrize(
    "credentials",
    [
        {"init": {"Authorization": "Bearer the-key"}},
        {"init": {"x-api-key": "the-key"}},
        {"init": {"headers": {"authorization": "Bearer the-key"}}},
        {"additional_headers": {"Authorization": "Bearer the-key"}},
    ],
)
async def test_a_key_comes_by_header_or_by_init(credentials: dict[str, Any]) -> None:
    async with live("the-key") as door, socket(door, **credentials) as ws:
        assert len(await asked(ws, "{hello}")) == 2


@pytest.mark.parametrize("init", [None, {}, {"Authorization": "Bearer wrong"}, {"Authorization": 5}])
async def test_without_a_key_the_socket_closes_with_4401(init: dict[str, Any] | None) -> None:
    async with live("the-key") as door, connect(door.ws, subprotocols=[PROTOCOL]) as ws:
        await tell(ws, type="connection_init", payload=init)
        assert await close_code(ws) == 4401


async def test_each_operation_is_authenticated_again() -> None:
    from tests.web.toy_server import OneKey

    keys = OneKey("the-key")
    async with live(authenticator=keys) as door, socket(door, init={"x-api-key": "the-key"}) as ws:
        assert len(await asked(ws, "{hello}")) == 2
        keys._key = "another"
        [error] = await asked(ws, "{hello}")
        assert error["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
