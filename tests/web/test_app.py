"""Addresses, keys, origins, readiness, the page, and stopping without anybody noticing."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.web.live import live
from tests.web.test_http import asking, code, posted
from web.explorer.page import Explorer
from web.settings import WebSettings

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("LOCALHOST", 200),
        ("evil.example:8000", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
        ("[::1].evil.example", 421),
        ("127.0.0.1:8000, evil.example", 421),
        ("evil.example@127.0.0.1", 421),
    ],
)
async def test_only_known_names_are_answered(host: str, status: int) -> None:
    settings = WebSettings(hosts=("localhost", "127.0.0.1", "::1"))
    async with asking(settings=settings) as http:
        response = await posted(http, {"query": "{hello}"}, host=host)
    assert response.status_code == status


async def test_a_socket_to_an_unknown_name_is_refused() -> None:
    async with live(settings=WebSettings(hosts=("localhost",))) as door:
        with pytest.raises(InvalidStatus) as caught:
            async with connect(door.ws):
                pass
        assert caught.value.response.status_code == 403


async def test_the_schema_is_served_as_a_subgraph() -> None:
    async with asking() as http:
        response = await http.get("/schema.graphql")
    assert response.status_code == 200
    assert 'type Ticket @key(fields: "id")' in response.text and "federation/v2.9" in response.text


async def test_unknown_addresses_and_methods_are_json() -> None:
    async with asking() as http:
        nowhere, wrong = await http.get("/nowhere"), await http.post("/healthz")
    assert (nowhere.status_code, code(nowhere)) == (404, "BAD_REQUEST")
    assert (wrong.status_code, code(wrong)) == (405, "BAD_REQUEST")
    assert "GET" in wrong.headers["allow"]


async def test_nobody_is_sent_on_to_the_host_they_named() -> None:
    async with asking() as http:
        response = await http.get("/graphql/", headers={"host": "evil.example"})
    assert response.status_code == 404 and "location" not in response.headers


async def test_a_link_to_a_file_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="deskgraph.access")
    async with asking() as http:
        await http.get("/files/the-token-of-a-link/name.png")
    assert "GET /files/… 404" in caplog.text and "the-token" not in caplog.text


async def test_other_rooms_bring_their_own_routes() -> None:
    async def files(request: Request) -> Response:
        return PlainTextResponse(request.state.request_id)

    async with asking(routes=[Route("/files/{name}", files)]) as http:
        response = await http.get("/files/x")
    assert response.text == response.headers["x-request-id"]


async def test_ready_says_what_is_missing() -> None:
    parts = {"storage": True}

    async def check() -> Mapping[str, bool]:
        return parts

    async with asking(ready=check) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).json() == {"status": "ready", "parts": {"storage": "up"}}
        parts["storage"] = False
        response = await http.get("/readyz")
    assert (response.status_code, response.json()["parts"]) == (503, {"storage": "down"})


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer wrong"}, {"x-api-key": "wrong"}, {"authorization": "the-key "}]
)
async def test_a_server_with_a_key_answers_nobody_else(headers: dict[str, str]) -> None:
    async with asking("the-key") as http:
        for response in (
            await posted(http, {"query": "{hello}"}, **headers),
            await http.get("/schema.graphql", headers=headers),
        ):
            assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
            assert response.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_opens_and_the_page_needs_none() -> None:
    async with asking("the-key") as http:
        for headers in ({"authorization": "Bearer the-key"}, {"x-api-key": "the-key"}):
            assert (await posted(http, {"query": "{hello}"}, **headers)).status_code == 200
        page = await http.get("/graphql", headers=HTML)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert (await http.get("/readyz")).status_code == 200


async def test_origins_are_those_listed() -> None:
    settings = WebSettings(cors_origins=("https://friend.example",))
    preflight = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,x-api-key"}
    async with asking(settings=settings) as http:
        friend = await http.options("/graphql", headers={**preflight, "origin": "https://friend.example"})
        evil = await http.options("/graphql", headers={**preflight, "origin": "https://evil.example"})
        asked = await posted(http, {"query": "{hello}"}, origin="https://friend.example")
    assert friend.headers["access-control-allow-origin"] == "https://friend.example"
    assert evil.status_code == 400 and "access-control-allow-origin" not in evil.headers
    assert asked.headers["access-control-expose-headers"].startswith("X-Request-Id")


@pytest.mark.parametrize(
    ("accept", "query", "is_page"),
    [
        ("text/html", "", True),
        ("*/*", "", False),
        ("text/html, */*", "?query={hello}", False),
        ("application/json", "", False),
    ],
)
async def test_the_page_is_for_browsers(accept: str, query: str, is_page: bool) -> None:
    async with asking() as http:
        response = await http.get(f"/graphql{query}", headers={"accept": accept})
    assert response.headers["content-type"].startswith("text/html") is is_page


def built(tmp_path: Path) -> Explorer:
    for name, text in {"graphiql.js": "js", "graphiql.css": "css", "json.worker.js": "worker"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / f"{name}.gz").write_bytes(b"zipped")
    return Explorer(tmp_path)


@asynccontextmanager
async def paged(explorer: Explorer) -> AsyncIterator[httpx.AsyncClient]:
    from starlette.applications import Starlette

    async def page(request: Request) -> Response:
        return explorer.page(request)

    app = Starlette(routes=[Route("/graphql", page), *explorer.routes()])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        yield http


async def test_the_built_page_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    async with paged(built(tmp_path)) as http:
        page = await http.get("/graphql")
        addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        for address in (a for a in addresses if not a.startswith("data:")):
            asset = await http.get(f"/{address}", headers={"accept-encoding": "identity"})
            assert asset.status_code == 200 and "immutable" in asset.headers["cache-control"]
            again = await http.get(f"/{address}", headers={"if-none-match": asset.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
    assert "http" not in "".join(addresses)
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=", page.text), "no inline script"
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.replace("style-src 'self' 'unsafe-inline'", "")


async def test_assets_go_gzipped_to_those_who_take_it(tmp_path: Path) -> None:
    async with (
        paged(built(tmp_path)) as http,
        http.stream("GET", "/explorer/json.worker.js", headers={"accept-encoding": "gzip"}) as zipped,
    ):
        raw = b"".join([chunk async for chunk in zipped.aiter_raw()])
        assert (raw, zipped.headers["content-encoding"]) == (b"zipped", "gzip")
        assert zipped.headers["content-type"] == "text/javascript; charset=utf-8"
        assert zipped.headers["cache-control"] == "no-cache", "workers keep their names"


@pytest.mark.parametrize("name", ["../page.py", "..%2Fpage.py", "page.py", "graphiql.js.gz", "", "nope.js"])
async def test_nothing_but_the_assets_is_served(tmp_path: Path, name: str) -> None:
    async with paged(built(tmp_path)) as http:
        assert (await http.get(f"/explorer/{name}")).status_code == 404


async def test_without_a_build_there_is_a_plain_page_with_a_form(tmp_path: Path) -> None:
    async with paged(Explorer(tmp_path / "nowhere")) as http:
        page = await http.get("/graphql")
    assert "build.py" in page.text and '<form method="get" action="graphql">' in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_server_without_page_answers_data() -> None:
    async with asking(settings=WebSettings(explorer=False)) as http:
        assert (await http.get("/graphql", headers=HTML)).status_code == 400


async def test_sigterm_finishes_what_is_in_flight() -> None:
    """Readiness goes off at once while requests are still taken; then the one in flight is finished and the server
    ends."""
    entered, go = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> Response:
        entered.set()
        await go.wait()
        return PlainTextResponse("done")

    async with (
        live(drain_seconds=0.2, routes=[Route("/slow", slow)]) as door,
        httpx.AsyncClient(base_url=door.http) as http,
    ):
        in_flight = asyncio.create_task(http.get("/slow"))
        await entered.wait()
        signal.raise_signal(signal.SIGTERM)
        assert (await http.get("/readyz")).status_code == 503
        assert (await posted(http, {"query": "{hello}"})).status_code == 200
        go.set()
        assert (await in_flight).text == "done"
        await door.running


async def test_shutdown_is_bounded() -> None:
    async def for_ever(request: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with live(graceful_seconds=0, routes=[Route("/stuck", for_ever)]) as door, httpx.AsyncClient() as http:
        in_flight = asyncio.create_task(http.get(f"{door.http}/stuck"))
        assert (await http.get(f"{door.http}/readyz")).status_code == 200
        signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(door.running, 5)
        with pytest.raises(httpx.HTTPError):
            (await in_flight).raise_for_status()


async def test_a_caller_who_hangs_up_stops_the_work() -> None:
    """For a query; a write that was begun is finished."""
    began, stopped = asyncio.Event(), asyncio.Event()

    class Context:
        partial_errors: list[Any] = []

        def response_extensions(self) -> dict[str, Any]:
            return {}

        @property
        def calls(self) -> list[str]:
            began.set()
            asyncio.current_task().add_done_callback(lambda _: stopped.set())  # type: ignore[union-attr]
            return []

    async def context(_: object) -> Context:
        return Context()

    async with live(context=context) as door:
        _, writer = await asyncio.open_connection("127.0.0.1", door.port)
        body = b'{"query": "{slow}"}'
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (len(body), body)
        )
        await began.wait()
        writer.close()
        await writer.wait_closed()
        await asyncio.wait_for(stopped.wait(), 5)
