"""No secret in any log, repr, error or record, whatever goes wrong, with every logger at its loudest."""

from __future__ import annotations

import asyncio
import base64
import logging
import traceback
from urllib.parse import quote

import httpx
import pytest

from models.errors import HelpdeskError
from providers.upstream import Call, FixedCredential, Upload, UpstreamPolicy, decode, recording

CANARY = "canary-5f3a/9+c7="
FORMS = {
    CANARY,
    quote(CANARY),
    quote(CANARY, safe=""),
    base64.b64encode(CANARY.encode()).decode(),
    base64.urlsafe_b64encode(CANARY.encode()).decode().rstrip("="),
    base64.b64encode(f"{CANARY}:X".encode()).decode(),
}
BASIC = base64.b64encode(f"{CANARY}:X".encode()).decode()


@pytest.fixture
def everything(caplog):
    """All that is written anywhere: logs with tracebacks, plus what the test adds."""
    caplog.set_level(logging.DEBUG)
    for name in (
        "httpx",
        "httpcore",
        "httpcore.http11",
        "httpcore.connection",
        "aiohttp.client",
        "asyncio",
        "deskgraph",
    ):
        caplog.set_level(logging.DEBUG, logger=name)
    formatter = logging.Formatter("%(name)s %(message)s")
    extra: list[str] = []
    yield extra
    text = "\n".join([formatter.format(entry) for entry in caplog.records] + extra)
    assert len(text) > 100
    assert [form for form in FORMS if form in text] == []


def loaded(**options) -> Call:
    """A call with a secret wherever a call can hold one."""
    return Call(
        **{
            "method": "POST",
            "path": f"/tickets?token={quote(CANARY, safe='')}",
            "endpoint": "POST /tickets",
            "family": "tickets",
            "params": {"key": CANARY},
            "json": {"password": CANARY},
            "headers": {"x-token": CANARY},
        }
        | options
    )


class Rotating:
    def __repr__(self) -> str:
        return "Rotating()"

    async def headers(self):
        return {"authorization": f"Basic {BASIC}"}

    async def refresh(self):
        return True


PARTS = {
    "json": None,
    "files": [Upload("attachments[]", "a.txt", CANARY.encode())],
    "form": [("client_secret", CANARY)],
}


@pytest.mark.parametrize("options", [{}, PARTS, {"json": None, "content": CANARY.encode()}, {"idempotent": True}])
@pytest.mark.parametrize(
    "outcome",
    [200, 301, 400, 401, 404, 429, 500, httpx.ReadError(CANARY), httpx.ConnectError(CANARY), httpx.InvalidURL(CANARY)],
)
async def test_whatever_the_vendor_does(account, everything, outcome, options):
    def vendor(request):
        if isinstance(outcome, Exception):
            raise outcome
        headers = {"location": f"https://evil.example/?t={CANARY}", "x-echo": CANARY, "set-cookie": CANARY}
        return httpx.Response(outcome, content=f'{{"id": "{CANARY}"}}'.encode(), headers=headers)

    upstream = account(vendor, credentials=Rotating())
    call = loaded(**options)
    with recording() as records:
        try:
            answer = await upstream.request(call)
            everything.append(repr(answer))
            decode(answer, dict[str, int])
        except HelpdeskError as error:
            everything.extend([str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)])
    everything.extend(map(repr, [call, records, upstream, upstream.health(), upstream.budgets()]))


@pytest.mark.parametrize("data", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", None])
async def test_on_a_real_wire(served, everything, data):
    async def peer(reader, writer):
        if data is None:
            await asyncio.Event().wait()
        writer.write(data)
        await writer.drain()

    policy = UpstreamPolicy(total=0.3, attempts=2, backoff_first=0.01)
    async with served(peer, credentials=Rotating(), policy=policy) as upstream:
        for call in (loaded(), loaded(method="GET", json=None)):
            with pytest.raises(HelpdeskError) as caught:
                await upstream.request(call)
            everything.extend([repr(vars(caught.value)), *traceback.format_exception(caught.value)])
    everything.append("x" * 100)


@pytest.mark.parametrize("value", [CANARY + "\r\nx: y", CANARY + "é", CANARY + "\x00"])
async def test_a_credential_that_cannot_be_sent(account, everything, value):
    upstream = account(lambda request: httpx.Response(200), credentials=FixedCredential({"authorization": value}))
    with pytest.raises(HelpdeskError) as caught:
        await upstream.request(loaded())
    assert caught.value.code == "UPSTREAM_AUTH_FAILED"
    everything.extend([repr(FixedCredential({"a": value})), *traceback.format_exception(caught.value), "x" * 100])


async def test_a_body_that_is_not_json(account, everything):
    with pytest.raises(HelpdeskError) as caught:
        await account(lambda request: httpx.Response(200)).request(loaded(json={CANARY: {1, 2}}))
    assert caught.value.code == "BAD_USER_INPUT"
    everything.extend([*traceback.format_exception(caught.value), "x" * 100])


async def test_a_file_link(account, everything):
    def vendor(request):
        if request.url.host == "acme.example.com":
            return httpx.Response(302, headers={"location": f"https://cdn.example/{quote(CANARY, safe='')}"})
        raise httpx.ReadError(CANARY)

    upstream = account(vendor, credentials=Rotating(), file_hosts=lambda host: host == "cdn.example")
    call = loaded(method="GET", json=None, path=f"https://acme.example.com/a/{quote(CANARY, safe='')}")
    with recording() as records, pytest.raises(HelpdeskError) as caught:
        async with upstream.stream(call):
            pass
    everything.extend([repr(call), repr(records), *traceback.format_exception(caught.value)])
