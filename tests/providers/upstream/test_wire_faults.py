"""What a real socket can do to us, and what the caller then hears."""

from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from models.errors import DeadlineExceeded, OutcomeUnknown, TimedOut, Unavailable, Unreadable
from providers.upstream import FamilyPolicy, FixedCredential, Upstream, UpstreamPolicy, decode, recording
from runtime.clock import SystemClock
from runtime.deadline import Deadline

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def whole(body: bytes, *headers: bytes) -> bytes:
    return HEAD + b"".join(h + b"\r\n" for h in headers) + b"content-length: %d\r\n\r\n" % len(body) + body


def says(data: bytes, *, then_stay: bool = False):
    async def peer(reader, writer):
        writer.write(data)
        await writer.drain()
        if then_stay:
            await asyncio.Event().wait()

    return peer


async def stall(reader, writer):
    await asyncio.Event().wait()


async def reset(reader, writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


async def drip(reader, writer):
    writer.write(HEAD + b"content-length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def closed(reader, writer):
    return None


CUT = says(HEAD + b'content-length: 100\r\n\r\n{"id":')
CUT_CHUNKED = says(HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n{'id'")
CUT_GZIP = says(whole(gzip.compress(b'{"id": 1}' * 100)[:-20], b"content-encoding: gzip"))
NOT_HTTP = says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


@pytest.mark.parametrize(
    ("peer", "error"),
    [
        (reset, Unavailable),
        (closed, Unavailable),
        (NOT_HTTP, Unavailable),
        (CUT, Unavailable),
        (CUT_CHUNKED, Unavailable),
        (CUT_GZIP, Unreadable),
        (says(whole(b"{}", b"content-encoding: br")), Unreadable),
        (stall, TimedOut),
        (drip, TimedOut),
        (says(HEAD + b"content-length: 9\r\n\r\n", then_stay=True), TimedOut),
    ],
)
async def test_a_read_is_told_what_happened_within_its_time(served, call, peer, error):
    async with served(peer) as upstream:
        start = time.monotonic()
        with pytest.raises(error) as caught:
            await upstream.request(call())
        assert time.monotonic() - start < 1.0
    assert caught.value.helpdesk == "acme"
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize("peer", [reset, closed, NOT_HTTP, CUT, CUT_CHUNKED, CUT_GZIP, stall, drip])
async def test_a_create_whose_answer_is_lost_is_sent_once_and_unknown(served, call, peer):
    async with served(peer, policy=UpstreamPolicy(total=0.5, read=0.4, attempts=3)) as upstream:
        with recording() as calls, pytest.raises(OutcomeUnknown):
            await upstream.request(call("/tickets", "POST", json={"subject": "x"}))
    assert len(calls) == 1


async def test_a_create_that_never_connected_is_tried_again_and_is_merely_unavailable(call):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    upstream = Upstream(
        "acme",
        f"http://127.0.0.1:{port}",
        credentials=FixedCredential(),
        families={"tickets": FamilyPolicy(100)},
        policy=UpstreamPolicy(backoff_first=0.01),
        clock=SystemClock(),
        allow_http_loopback=True,
    )
    with recording() as calls, pytest.raises(Unavailable):
        await upstream.request(call("/tickets", "POST", json={}))
    await upstream.aclose()
    assert [c.status for c in calls] == [None, None, None]


async def test_an_unknown_host_is_unavailable(call):
    upstream = Upstream(
        "acme",
        "https://nowhere.invalid/api",
        credentials=FixedCredential(),
        families={"tickets": FamilyPolicy(100)},
        policy=UpstreamPolicy(attempts=1),
    )
    with pytest.raises(Unavailable):
        await upstream.request(call("/tickets", "POST", json={}))
    await upstream.aclose()


async def test_a_gzip_bomb_is_noticed_before_it_unfolds(served, call):
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    assert len(bomb) < 300_000
    limits = UpstreamPolicy(decoded_bytes=1 << 20, attempts=1)
    async with served(says(whole(bomb, b"content-encoding: gzip")), policy=limits) as upstream:
        with pytest.raises(Unreadable, match="larger than we accept"):
            await upstream.request(call())


@pytest.mark.parametrize(("size", "fits"), [(999, True), (1000, True), (1001, False)])
async def test_the_body_limit_is_exact_on_the_wire(served, call, size, fits):
    async with served(says(whole(b" " * size)), policy=UpstreamPolicy(wire_bytes=1000, attempts=1)) as upstream:
        if fits:
            assert len((await upstream.request(call())).body) == size
        else:
            with pytest.raises(Unreadable):
                await upstream.request(call())


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (b"gzip", gzip.compress(b'{"id":1}')),
        (b"gzip", gzip.compress(b'{"id"') + gzip.compress(b":1}")),
        (b"deflate", zlib.compress(b'{"id":1}')),
        (b"deflate", zlib.compress(b'{"id":1}')[2:-4]),
        (b"identity", b'{"id":1}'),
    ],
    ids=["gzip", "gzip in two parts", "deflate", "bare deflate", "identity"],  # compressed bytes hold the time of day
)
async def test_every_coding_we_ask_for_is_undone(served, call, coding, packed):
    async with served(says(whole(packed, b"content-encoding: " + coding))) as upstream:
        assert (await upstream.request(call())).body == b'{"id":1}'


async def test_html_with_status_200_is_unreadable(served, call):
    async with served(says(whole(b"<html>Please log in</html>"))) as upstream:
        answer = await upstream.request(call())
        with pytest.raises(Unreadable, match="web page"):
            decode(answer, dict[str, int])


async def test_html_after_a_create_leaves_its_outcome_unknown(served, call):
    async with served(says(whole(b"<html>Please log in</html>"))) as upstream:
        answer = await upstream.request(call("/tickets", "POST", json={}))
        with pytest.raises(OutcomeUnknown):
            decode(answer, dict[str, int])


async def test_connections_are_kept_for_reads_and_fresh_for_creates(served, call):
    heads = []

    async def keep(reader, writer):
        heads.append(writer.get_extra_info("peername")[1])
        writer.write(whole(b"{}"))
        await writer.drain()
        while await reader.readuntil(b"\r\n\r\n"):
            heads.append(writer.get_extra_info("peername")[1])
            writer.write(whole(b"{}"))

    async with served(keep) as upstream:
        await upstream.request(call("/a"))
        await upstream.request(call("/b"))
        await upstream.request(call("/tickets", "POST"))
    assert heads[0] == heads[1] != heads[2]


async def test_cookies_are_not_kept_and_the_query_arrives_as_written(served, call):
    heads = []

    async def cookie(reader, writer):
        writer.write(whole(b"{}", b"set-cookie: session=abc; path=/"))
        await writer.drain()
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(whole(b"{}"))

    async with served(cookie) as upstream:
        await upstream.request(call("/a"))
        await upstream.request(call("/b", params={"query": "\"a+b:'é&1'\"", "page": 2}))
    assert b"cookie" not in heads[0].lower()
    line = heads[0].split(b"\r\n")[0].decode()
    assert parse_qs(urlsplit(line.split()[1]).query) == {"query": ["\"a+b:'é&1'\""], "page": ["2"]}


class Wire(msgspec.Struct):
    id: int


async def test_a_wrong_shape_names_its_place(served, call):
    async with served(says(whole(b'[{"id":1},{"id":"x"}]'))) as upstream:
        answer = await upstream.request(call())
    with pytest.raises(Unreadable) as caught:
        decode(answer, list[Wire])
    assert caught.value.where == "$[1].id"


@pytest.mark.parametrize("peer", [stall, drip])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_callers_deadline_cuts_sooner_and_is_told_apart(served, call, peer, method):
    async with served(peer) as upstream:
        start = time.monotonic()
        with pytest.raises(DeadlineExceeded if method == "GET" else OutcomeUnknown):
            await upstream.request(call(method=method, deadline=Deadline.after(0.1, SystemClock())))
        assert time.monotonic() - start < 0.4
        assert upstream.health().answering


async def test_when_the_caller_is_gone_nothing_more_is_sent(served, call):
    policy = UpstreamPolicy(backoff_first=0.2, backoff_cap=0.2)
    async with served(reset, policy=policy) as upstream:
        with recording() as calls:
            task = asyncio.create_task(upstream.request(call()))
            while not calls:
                await asyncio.sleep(0.005)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            sent = len(calls)
            await asyncio.sleep(0.3)
    assert len(calls) == sent


async def test_a_server_that_does_not_read_our_body_does_not_hold_us(served, call):
    async with served(stall) as upstream:
        start = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            await upstream.request(call("/tickets", "POST", content=bytes(30_000_000)))
        assert time.monotonic() - start < 1.5


async def test_a_large_body_arrives_whole_and_with_its_length(served, call):
    heads = []
    content = bytes(range(256)) * 12_000

    async def reads(reader, writer):
        heads.append(await reader.readexactly(len(content)) == content)
        writer.write(whole(b"{}"))

    async with served(reads, policy=UpstreamPolicy()) as upstream:
        assert (await upstream.request(call("/tickets", "POST", content=content))).ok
    assert heads == [True]
