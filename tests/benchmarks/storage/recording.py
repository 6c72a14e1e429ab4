"""A Zendesk account's export of tickets as ready-made pages: what the provider asked the sandbox for, once, and was
answered; and a server of them in a process of its own.

`python -m tests.benchmarks.storage.recording FILE` serves a recording on a free port, says which on its first line, and
ends with its standard input. Answers are whole HTTP messages made beforehand.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import msgspec

from models.changes import ChangeBatch
from models.enums import Vendor
from providers import Link, Parts, build
from providers.base import Provider
from providers.zendesk.simulator.credentials import Credentials
from runtime.clock import SystemClock
from sandbox.inprocess import InProcess
from tests.benchmarks.storage import naive
from tests.support.inprocess import BASE, PLENTY, pretend

STREAM = "tickets"
DESK = "zendesk"
DAYS = 100


class Answer(msgspec.Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: bytes

    def message(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join([*lines, f"content-length: {len(self.body)}", "", ""]).encode("latin-1") + self.body


class Recording(msgspec.Struct, frozen=True):
    """`answers` by path and query. `batches`: what the provider made of them."""

    answers: dict[str, Answer]
    batches: Sequence[ChangeBatch]


class _Noted(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.answers: dict[str, Answer] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        left_out = ("content-length", "transfer-encoding", "content-encoding", "date")
        headers = {name: value for name, value in response.headers.items() if name not in left_out}
        self.answers[asked(request.url.raw_path.decode())] = Answer(response.status_code, headers, body)
        return response


def asked(target: str) -> str:
    """However the query is written."""
    split = urlsplit(target)
    return f"{split.path}?{sorted(parse_qsl(split.query))}"


def provider_at(base: str, transport: httpx.AsyncBaseTransport | None = None) -> Provider:
    """It has the one stream."""
    link = Link(
        key=DESK,
        vendor=Vendor.ZENDESK,
        name=DESK,
        domain="sandbox",
        base_url=f"{base}/zendesk",
        secrets={"oauth_token": Credentials(email="").oauth_token},
    )
    provider = build(link, Parts(transport=transport))
    provider.streams = tuple(spec for spec in provider.streams if spec.name == STREAM)
    return provider


async def recorded(tickets: int, naive_pages: int) -> Recording:
    sandbox = pretend({DESK: tickets, "freshdesk": 1}, SystemClock(), span_days=DAYS)
    sandbox.controls.limits(DESK).figures["incremental"] = PLENTY
    transport = _Noted(InProcess(sandbox))
    provider = provider_at(BASE, transport)
    batches = [await provider.changes(STREAM, None)]
    while batches[-1].more:
        batches.append(await provider.changes(STREAM, batches[-1].checkpoint))
    await provider.aclose()
    token = {"authorization": f"Bearer {Credentials(email='').oauth_token}"}
    async with httpx.AsyncClient(transport=transport, headers=token) as client:
        async for _ in naive.pages(client, BASE, naive_pages):
            pass
    return Recording(transport.answers, batches)


@asynccontextmanager
async def serving(recording: Recording, folder: Path) -> AsyncIterator[str]:
    """The server's address."""
    file = folder / "pages"
    file.write_bytes(msgspec.msgpack.encode(recording.answers))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.storage.recording", str(file),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        await process.wait()


async def serve(file: Path) -> None:
    answers = msgspec.msgpack.decode(file.read_bytes(), type=dict[str, Answer])
    messages = {key: answer.message() for key, answer in answers.items()}
    unknown = Answer(404, {"content-type": "application/json"}, b'{"error": "RecordNotFound"}').message()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                writer.write(messages.get(asked(head.split(b" ", 2)[1].decode()), unknown))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.buffer.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
