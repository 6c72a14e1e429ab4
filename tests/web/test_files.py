"""Files leave through us: only with a link of ours, shown in place only when they are pictures, and never as a part
that is taken for the whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from imaging.links import FileLinks
from models.errors import NotFound, Unavailable
from models.queries import Scope
from models.records import Attachment
from providers.base import FileStream, Provider
from runtime.clock import ManualClock
from web.files import Files
from web.refusal import Refusal, refusal_response

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 100
BOUND = Scope(tenant="t", organizations={"desk": frozenset({"7"})})


class Desk:
    def __init__(self, data: bytes = PNG, *, error: Exception | None = None, breaks: bool = False) -> None:
        self.data, self.error, self.breaks = data, error, breaks
        self.asked: list[tuple[Scope, str]] = []

    @asynccontextmanager
    async def open_file(self, scope: Scope, remote_id: str) -> AsyncIterator[FileStream]:
        self.asked.append((scope, remote_id))
        if self.error:
            raise self.error
        yield FileStream(content_type="text/html", size=len(self.data), file_name='ä"\n.png', chunks=self._chunks())

    async def _chunks(self) -> AsyncIterator[bytes]:
        yield self.data[:20]
        if self.breaks:
            raise Unavailable("the helpdesk went away")
        yield self.data[20:]


def app(desk: Desk, clock: ManualClock) -> tuple[httpx.AsyncClient, FileLinks]:
    links = FileLinks([b"k" * 32], "http://us", clock)

    async def refused(request: Any, problem: Exception) -> Any:
        return refusal_response(cast(Refusal, problem), "request-1")

    files = Files(links, {"desk": cast(Provider, desk)})
    made = Starlette(routes=files.routes(), exception_handlers={Refusal: refused, HTTPException: refused})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=made), base_url="http://us"), links


def link(links: FileLinks, helpdesk: str = "desk") -> str:
    file = Attachment(helpdesk=helpdesk, remote_id="1/2/3", file_name="a.png", content_type="image/png")
    return links.url(BOUND, file)


async def test_a_picture_is_shown_and_the_askers_scope_is_checked_again() -> None:
    desk, clock = Desk(), ManualClock()
    client, links = app(desk, clock)
    answer = await client.get(link(links))
    assert answer.status_code == 200 and answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''%C3%A4%22%0A.png"
    assert (
        answer.headers["x-content-type-options"] == "nosniff" and "sandbox" in answer.headers["content-security-policy"]
    )
    scope, remote_id = desk.asked[0]
    assert remote_id == "1/2/3" and scope.bound("desk") == {"7"} and not scope.sees_notes


@pytest.mark.parametrize("data", [b"<html><script>alert(1)</script>", b"<svg onload=alert(1)>", b"%PDF-1.7", b""])
async def test_anything_else_is_a_download_whatever_the_vendor_says(data: bytes) -> None:
    client, links = app(Desk(data), ManualClock())
    answer = await client.get(link(links))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.content == data


async def test_without_a_good_link_nothing_is_asked() -> None:
    desk, clock = Desk(), ManualClock()
    client, links = app(desk, clock)
    good = link(links)
    clock.advance(3600)
    late = await client.get(good)
    forged = await client.get("http://us/files/AAAA/a.png")
    foreign = await client.get(link(links, "other"))
    assert (late.status_code, forged.status_code, foreign.status_code) == (403, 403, 404)
    assert "past its time" in late.text and desk.asked == []


@pytest.mark.parametrize(("error", "status"), [(NotFound("no"), 404), (Unavailable("down", helpdesk="desk"), 502)])
async def test_what_cannot_be_opened_says_so(error: Exception, status: int) -> None:
    client, links = app(Desk(error=error), ManualClock())
    answer = await client.get(link(links))
    assert answer.status_code == status and answer.json()["errors"][0]["message"]


async def test_a_file_that_breaks_off_is_not_taken_for_whole() -> None:
    client, links = app(Desk(breaks=True), ManualClock())
    with pytest.raises(Unavailable):  # in process the break surfaces; on a wire the connection is cut
        await client.get(link(links))
