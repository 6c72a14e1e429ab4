"""Files stream, are counted, and never take a credential along to another host."""

from __future__ import annotations

import asyncio
import itertools
import time

import httpx
import pytest

from models.errors import (
    CredentialsRejected,
    DeadlineExceeded,
    HelpdeskError,
    NotFound,
    RateLimited,
    TimedOut,
    Unavailable,
    Unreadable,
)
from providers.upstream import UpstreamPolicy, recording
from runtime.clock import SystemClock
from runtime.deadline import Deadline

HOME = "https://acme.example.com/attachments/1"
CDN = "https://files.cdn.example/1?signature=abc"


def files(host):
    return host == "files.cdn.example"


class Vendor:
    """A map from URL to response; remembers what it was asked."""

    def __init__(self, pages):
        self.pages = pages
        self.requests: list[httpx.Request] = []

    def __call__(self, request):
        self.requests.append(request)
        page = self.pages[str(request.url)]
        return page(request) if callable(page) else page


def to(url, status=302):
    return httpx.Response(status, headers={"location": url})


async def fetch(upstream, call):
    async with upstream.stream(call) as file:
        return file.status, b"".join([piece async for piece in file.chunks])


async def test_a_redirect_to_an_allowed_host_is_followed_without_credentials(account, call):
    vendor = Vendor({HOME: to(CDN), CDN: httpx.Response(200, content=b"picture")})
    with recording() as calls:
        got = await fetch(account(vendor, file_hosts=files), call(HOME, headers={"x-secret": "s"}))
    assert got == (200, b"picture")
    first, second = vendor.requests
    assert first.headers["authorization"]
    assert "authorization" not in second.headers
    assert "x-secret" not in second.headers
    assert {r.headers["accept-encoding"] for r in vendor.requests} == {"identity"}
    assert [(c.credits, c.path) for c in calls] == [(1, ""), (0, "")]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/1",
        "http://files.cdn.example/1",
        "https://files.cdn.example:8443/1",
        "https://u:p@files.cdn.example/1",
        "http://127.0.0.1/1",
        "https://127.0.0.1/1",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//evil.example/1",
        "https://[::1",
    ],
)
@pytest.mark.parametrize("redirected", [False, True])
async def test_other_hosts_get_nothing(account, call, target, redirected):
    vendor = Vendor({HOME: to(target)})
    with pytest.raises(HelpdeskError) as caught:
        await fetch(account(vendor, file_hosts=files), call(HOME if redirected else target))
    assert len(vendor.requests) == redirected
    assert caught.value.code in ("UPSTREAM_UNREADABLE", "BAD_USER_INPUT")


@pytest.mark.parametrize(("hops", "fine"), [(3, True), (4, False)])
async def test_three_redirects_and_no_more(account, call, hops, fine):
    urls = [f"https://acme.example.com/a/{n}" for n in range(hops + 1)]
    pages = {here: to(there) for here, there in itertools.pairwise(urls)}
    vendor = Vendor(pages | {urls[-1]: httpx.Response(200, content=b"x")})
    if fine:
        assert await fetch(account(vendor), call(urls[0])) == (200, b"x")
    else:
        with pytest.raises(Unreadable, match="too often"):
            await fetch(account(vendor), call(urls[0]))


async def test_a_relative_redirect_stays_at_home_with_credentials(account, call):
    there = "https://acme.example.com/inline?token=t"
    vendor = Vendor({HOME: to("/inline?token=t"), there: httpx.Response(200, content=b"x")})
    await fetch(account(vendor), call(HOME))
    assert all(r.headers["authorization"] for r in vendor.requests)


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_file_that_is_gone_is_not_found(account, call, status):
    vendor = Vendor({HOME: to(CDN), CDN: httpx.Response(status, content=b"<Error/>")})
    with pytest.raises(NotFound):
        await fetch(account(vendor, file_hosts=files), call(HOME))


async def test_the_helpdesks_own_refusals_are_read_as_ever(account, call):
    for status, error in [(401, CredentialsRejected), (429, RateLimited), (503, Unavailable), (200, None)]:
        vendor = Vendor({HOME: httpx.Response(status, content=b"x")})
        if error is None:
            assert await fetch(account(vendor), call(HOME)) == (200, b"x")
            continue
        with pytest.raises(error):
            await fetch(account(vendor), call(HOME))


async def test_the_file_hosts_troubles_do_not_open_the_helpdesks_circuit(account, call):
    vendor = Vendor({HOME: to(CDN), CDN: httpx.Response(503)})
    upstream = account(vendor, file_hosts=files)
    for _ in range(8):
        with pytest.raises(Unavailable):
            await fetch(upstream, call(HOME))
    assert upstream.health().answering


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
async def test_the_size_is_limited_while_streaming(account, call, size, fits):
    vendor = Vendor({HOME: httpx.Response(200, content=b"x" * size)})
    upstream = account(vendor, policy=UpstreamPolicy(file_bytes=1000))
    if fits:
        assert len((await fetch(upstream, call(HOME)))[1]) == size
    else:
        with pytest.raises(Unreadable, match="larger"):
            await fetch(upstream, call(HOME))


def body(*pieces, then_stay=False, length=1000):
    async def peer(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % length)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
        if then_stay:
            await asyncio.Event().wait()

    return peer


async def test_a_file_that_stalls_ends_in_time(served, call):
    async with served(body(b"x", then_stay=True), policy=UpstreamPolicy(file_total=0.3)) as upstream:
        start = time.monotonic()
        with pytest.raises(TimedOut):
            await fetch(upstream, call("/f"))
        with pytest.raises(DeadlineExceeded):
            await fetch(upstream, call("/f", deadline=Deadline.after(0.1, SystemClock())))
        assert time.monotonic() - start < 1.0


async def test_a_file_that_breaks_off_says_so(served, call):
    async with served(body(b"x" * 10)) as upstream:
        with pytest.raises(Unavailable, match="broke"):
            await fetch(upstream, call("/f"))


async def test_a_reader_who_leaves_gives_the_stream_back(served, call):
    async with served(body(b"x", then_stay=True), policy=UpstreamPolicy(file_streams=1)) as upstream:
        for _ in range(3):
            async with upstream.stream(call("/f")) as file:
                assert await anext(file.chunks) == b"x"


async def test_no_more_streams_at_once_than_allowed(served, call):
    policy = UpstreamPolicy(file_streams=1, file_total=0.2)
    async with served(body(b"x", then_stay=True), policy=policy) as upstream, upstream.stream(call("/f")):
        with pytest.raises(TimedOut):
            await fetch(upstream, call("/f"))
