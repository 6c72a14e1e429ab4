"""GraphQL over HTTP, point by point: what stock strawberry does wrong, and what a caller can send that is no request
at all."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.web.toy_server import toy_parts
from web.app import create_app
from web.settings import WebSettings

NEW = "application/graphql-response+json"
OLD = "application/json"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with asking() as http:
        yield http


def asking(key: str | None = None, **changes: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(toy_parts(key, **changes)), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers={"accept": NEW})


async def posted(http: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    return await http.post("/graphql", json=body, headers=headers)


def code(response: httpx.Response) -> str:
    """Every refusal is GraphQL-shaped, with a code and the request's id."""
    [first, *_] = response.json()["errors"]
    assert first["extensions"]["requestId"] == response.headers["x-request-id"]
    return str(first["extensions"]["code"])


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        (NEW, NEW),
        (OLD, OLD),
        ("*/*", OLD),
        ("application/*", OLD),
        (f"{OLD};q=0.5, {NEW}", NEW),
        (f"{NEW};q=0.5, {OLD}", OLD),
        (f"{NEW}, {OLD};q=0.9", NEW),
        ("Application/GraphQL-Response+JSON", NEW),
        (f"{NEW}, application/graphql+json, {OLD}, text/event-stream, multipart/mixed", NEW),
        (f"text/event-stream, {OLD}", OLD),
    ],
)
async def test_the_answer_is_of_the_type_asked_for(client: httpx.AsyncClient, accept: str, type_: str) -> None:
    response = await posted(client, {"query": "{hello}"}, accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{type_}; charset=utf-8"
    assert "accept" in response.headers["vary"].lower()
    assert response.json() == {"data": {"hello": "hello world"}}


@pytest.mark.parametrize("accept", ["image/png", "text/html", f"{NEW};q=0, {OLD};q=0", "nonsense"])
async def test_nothing_acceptable_is_406(client: httpx.AsyncClient, accept: str) -> None:
    response = await posted(client, {"query": "{hello}"}, accept=accept)
    assert (response.status_code, code(response)) == (406, "BAD_REQUEST")


REQUEST_ERRORS = [
    ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
    ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
    ({"query": "{nope}"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "query($n: Int!){double(number: $n)}"}, "BAD_USER_INPUT"),
    ({"query": "query A{hello} query B{hello}"}, "OPERATION_RESOLUTION_FAILURE"),
    ({"query": "query A{hello}", "operationName": "B"}, "OPERATION_RESOLUTION_FAILURE"),
    ({"query": "{tickets(first: 100){comments(first: 100){text}}}"}, "COST_LIMIT_EXCEEDED"),
]


@pytest.mark.parametrize(("body", "expected"), REQUEST_ERRORS)
async def test_request_errors_have_no_data(client: httpx.AsyncClient, body: dict[str, Any], expected: str) -> None:
    """400 where the status may tell, 200 where clients know only 200; 422 once the newer draft is chosen."""
    new, old = await posted(client, body, accept=NEW), await posted(client, body, accept=OLD)
    assert (new.status_code, old.status_code) == (400, 200)
    for response in (new, old):
        assert "data" not in response.json()
        assert code(response) == expected
    async with asking(settings=WebSettings(request_error_status=422)) as http:
        drafted = await posted(http, body)
    assert drafted.status_code == (400 if expected == "GRAPHQL_PARSE_FAILED" else 422)


async def test_failing_fields_leave_the_status_alone(client: httpx.AsyncClient) -> None:
    response = await posted(client, {"query": "{refuses must hello}"})
    assert (response.status_code, response.json()["data"]) == (200, None)
    async with asking(settings=WebSettings(partial_status=294)) as http:
        assert (await posted(http, {"query": "{refuses hello}"})).status_code == 294
        assert (await posted(http, {"query": "{hello}"})).status_code == 200


def gz(text: bytes) -> bytes:
    return gzip.compress(text)


MALFORMED = {
    "null": (b"null", 400),
    "a number": (b"5", 400),
    "a string": (b'"x"', 400),
    "a list": (b"[]", 400),
    "nothing": (b"", 400),
    "half": (b'{"query": ', 400),
    "not UTF-8": (b'{"query": "\xff"}', 400),
    "deep": (b"[" * 100_000, 400),
    "51 levels": (b'{"query": "{hello}", "variables": {"a": ' + b"[" * 49 + b"]" * 49 + b"}}", 400),
    "5,000 digits": (b'{"query": "{hello}", "variables": {"a": ' + b"1" * 5000 + b"}}", 400),
    "65 bits": (b'{"query": "{hello}", "variables": {"a": 9223372036854775808}}', 400),
    "infinite": (b'{"query": "{hello}", "variables": {"a": 1e999}}', 400),
    "NaN": (b'{"query": "{hello}", "variables": {"a": NaN}}', 400),
    "NUL": (b'{"query": "{hello}", "variables": {"a": "\\u0000"}}', 400),
    "NUL in a key": (b'{"query": "{hello}", "variables": {"\\u0000": 1}}', 400),
    "half a surrogate pair": (b'{"query": "{hello}", "variables": {"a": "\\ud800"}}', 400),
    "half a surrogate pair, filled up": (b'{"query": "{hello}", "variables": {"a": "\\udc00 and more text"}}', 400),
    "no query": (b"{}", 400),
    "query a number": (b'{"query": 1}', 400),
    "operationName a number": (b'{"query": "{hello}", "operationName": 1}', 400),
    "operationName an object": (b'{"query": "{hello}", "operationName": {}}', 400),
    "variables a string": (b'{"query": "{hello}", "variables": "{}"}', 400),
    "variables a list": (b'{"query": "{hello}", "variables": []}', 400),
    "extensions a list": (b'{"query": "{hello}", "extensions": []}', 400),
    "a batch": (b'[{"query": "{hello}"}]', 400),
    "too much": (b'{"query": "{hello}", "variables": {"a": "' + b"x" * 1_000_000 + b'"}}', 413),
}


@pytest.mark.parametrize("what", MALFORMED)
@pytest.mark.parametrize("accept", [NEW, OLD])
async def test_what_is_no_request(client: httpx.AsyncClient, what: str, accept: str) -> None:
    body, status = MALFORMED[what]
    headers = {"content-type": "application/json", "accept": accept}
    response = await client.post("/graphql", content=body, headers=headers)
    assert response.status_code == status
    assert code(response) in ("BAD_REQUEST", "BAD_USER_INPUT")
    assert response.headers["content-type"].startswith(accept)


async def test_fifty_levels_and_64_bits_are_taken(client: httpx.AsyncClient) -> None:
    body = b'{"query": "{hello}", "variables": {"a": ' + b"[" * 48 + b"-9223372036854775808" + b"]" * 48 + b"}}"
    response = await client.post("/graphql", content=body, headers={"content-type": OLD})
    assert response.json() == {"data": {"hello": "hello world"}}


@pytest.mark.parametrize(("size", "status"), [(999_999, 200), (1_000_000, 200), (1_000_001, 413)])
async def test_the_body_limit_is_exact_and_counted_while_it_streams(
    client: httpx.AsyncClient, size: int, status: int
) -> None:
    body = b'{"query": "{hello}"}'.ljust(size)
    announced = await client.post("/graphql", content=body, headers={"content-type": OLD})
    assert announced.status_code == status
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for start in range(0, 50_000_000, 65_536):
            piece = body[start : start + 65_536]
            if not piece and status == 200:
                return
            read += 65_536
            yield piece or b" " * 65_536

    streamed = await client.post("/graphql", content=pieces(), headers={"content-type": OLD})
    assert streamed.status_code == status
    assert read < 1_200_000, "the rest was never read"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "Application/JSON"}, 200),
        ({"content-type": "application/json;charset=UTF-8"}, 200),
        ({"content-type": 'application/json; charset="utf-8"'}, 200),
        ({"content-type": "application/json; charset=latin-1"}, 415),
        ({"content-type": "text/application/json"}, 415),
        ({"content-type": "application/json-patch"}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({}, 415),
        ({"content-type": OLD, "content-encoding": "identity"}, 200),
        ({"content-type": OLD, "content-encoding": "gzip"}, 415),
    ],
)
async def test_content_types_are_exact(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    response = await client.post("/graphql", content=b'{"query": "{hello}"}', headers=headers)
    assert response.status_code == status
    if "gzip" in headers.values():
        assert response.headers["accept-encoding"] == "identity"


async def test_get_runs_queries_only(client: httpx.AsyncClient) -> None:
    query = await client.get("/graphql", params={"query": "query A{hello}", "operationName": "A", "variables": ""})
    assert query.json() == {"data": {"hello": "hello world"}}
    for text in ('mutation{rename(name:"x")}', "subscription{count(to:1)}"):
        refused = await client.get("/graphql", params={"query": text})
        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
        code(refused)


@pytest.mark.parametrize(
    "query",
    [
        "query={hello}&variables=" + "%5B" * 5000,
        "query={hello}&variables=5",
        "query={hello}&variables=%22x%22",
        "query={hello}&variables={",
        "query={hello}&query={hello}",
        "variables={}",
        "query={hello}&extensions=[]",
        "query=%00",
    ],
)
async def test_get_with_bad_parameters(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get(f"/graphql?{query}")
    assert response.status_code == 400
    code(response)


async def test_get_takes_variables(client: httpx.AsyncClient) -> None:
    query = quote("query($n: Int!){double(number: $n)}")
    response = await client.get(f"/graphql?query={query}&variables={quote(json.dumps({'n': 21}))}")
    assert response.json() == {"data": {"double": 42}}


async def test_other_methods(client: httpx.AsyncClient) -> None:
    head = await client.head("/graphql", params={"query": "{hello}"})
    assert (head.status_code, head.headers["content-type"]) == (200, f"{NEW}; charset=utf-8")
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        response = await client.request(method, "/graphql")
        assert (response.status_code, code(response)) == (405, "BAD_REQUEST")
        assert "POST" in response.headers["allow"]
    options = await client.options("/graphql")
    assert options.status_code == 204 and "POST" in options.headers["allow"]


async def test_get_can_be_made_to_need_a_header() -> None:
    async with asking(settings=WebSettings(get_needs_header=True)) as http:
        bare = await http.get("/graphql", params={"query": "{hello}"})
        asked = await http.get("/graphql", params={"query": "{hello}"}, headers={"graphql-require-preflight": "1"})
    assert (bare.status_code, asked.status_code) == (403, 200)


async def test_subscriptions_stream_as_events_and_are_refused_otherwise(client: httpx.AsyncClient) -> None:
    body = {"query": "subscription{count(to: 2)}"}
    refused = await posted(client, body)
    assert refused.status_code == 400 and "WebSocket" in refused.json()["errors"][0]["message"]
    streamed = await posted(client, body, accept="text/event-stream")
    assert streamed.headers["content-type"] == "text/event-stream; charset=utf-8"
    events = [event for event in streamed.text.split("\n\n") if event]
    assert events == [
        'event: next\ndata: {"data":{"count":0}}',
        'event: next\ndata: {"data":{"count":1}}',
        "event: complete\ndata:",
    ]


async def test_a_failing_event_stream_is_masked(client: httpx.AsyncClient) -> None:
    streamed = await posted(client, {"query": "subscription{fails}"}, accept="text/event-stream")
    assert "INTERNAL_SERVER_ERROR" in streamed.text and "hunter2" not in streamed.text
    assert streamed.text.endswith("event: complete\ndata:\n\n")


async def test_automatic_persisted_queries(client: httpx.AsyncClient) -> None:
    text = "{hello}"
    known = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}}
    first = await posted(client, {"extensions": known}, accept=OLD)
    assert (first.status_code, code(first)) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert first.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert (await posted(client, {"query": text, "extensions": known})).json() == {"data": {"hello": "hello world"}}
    assert (await posted(client, {"extensions": known})).json() == {"data": {"hello": "hello world"}}
    by_get = await client.get("/graphql", params={"extensions": json.dumps(known)})
    assert by_get.json() == {"data": {"hello": "hello world"}}
    forged = await posted(client, {"query": "{must}", "extensions": known})
    assert (forged.status_code, code(forged)) == (400, "BAD_REQUEST")
    assert (await posted(client, {"extensions": known})).json() == {"data": {"hello": "hello world"}}


@pytest.mark.parametrize("asked", [5, {}, {"version": 2, "sha256Hash": "x"}, {"version": 1, "sha256Hash": 5}])
async def test_a_persisted_query_of_no_known_form(client: httpx.AsyncClient, asked: object) -> None:
    response = await posted(client, {"extensions": {"persistedQuery": asked}})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_extensions_are_told_on_request_only(client: httpx.AsyncClient) -> None:
    assert "extensions" not in (await posted(client, {"query": "{hello}"})).json()
    told = await posted(client, {"query": "{hello}"}, **{"x-upstream": "1"})
    assert told.json()["extensions"] == {"upstream": {"calls": 1}}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("my-own-id-1234", True),
        ("short", False),
        ("with space 1234", False),
        ("x" * 101, False),
        ("a\x7fbcdefghij", False),
    ],
)
async def test_request_ids(client: httpx.AsyncClient, given: str, kept: bool) -> None:
    response = await client.post("/graphql", json={"query": "{nope}"}, headers={"x-request-id": given.encode()})
    assert (response.headers["x-request-id"] == given) is kept
    code(response)


async def test_half_a_surrogate_pair_in_data_is_replaced(client: httpx.AsyncClient) -> None:
    assert (await posted(client, {"query": "{odd}"})).json() == {"data": {"odd": "half a pair: \ufffd"}}


async def test_what_nobody_foresaw_is_a_masked_500() -> None:
    async def failing(_: object) -> Any:
        raise RuntimeError("hunter2")

    async with asking(context=failing) as http:
        response = await posted(http, {"query": "{hello}"})
    assert (response.status_code, code(response)) == (500, "INTERNAL_SERVER_ERROR")
    assert "hunter2" not in response.text


async def test_the_deadline_is_504_where_the_status_may_tell() -> None:
    async with asking(settings=WebSettings(request_seconds=0.05)) as http:
        response = await posted(http, {"query": "{slow}"})
    assert (response.status_code, code(response)) == (504, "DEADLINE_EXCEEDED")
