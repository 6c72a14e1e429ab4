"""Files: read anew each time, credentials at home only."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from models.errors import Forbidden, HelpdeskError, NotFound, Unreadable
from models.inline import inline_id


async def read(provider: Any, scope: Any, ident: str) -> bytes:
    async with provider.open_file(scope, ident) as file:
        return b"".join([piece async for piece in file.chunks])


@pytest.fixture
def comments(script: Any, payload: Any) -> Any:
    script.on("/tickets/35436/comments", payload("comments"))


async def test_the_first_hop_is_signed_the_second_is_not(zendesk: Any, script: Any, scope: Any, comments: Any) -> None:
    stored = "https://p19.zdusercontent.com/attachment/1/abc"
    script.on("/attachments/token/abc/", httpx.Response(302, headers={"location": f"{stored}?token=signed"}))
    headers = {"content-type": "image/png", "content-length": "3"}
    script.on(stored, httpx.Response(200, content=b"png", headers=headers))
    async with zendesk.open_file(scope, "35436/9001/71") as file:
        assert (file.content_type, file.size, file.file_name) == ("image/png", 3, "lamp.png")
        assert b"".join([piece async for piece in file.chunks]) == b"png"
    home, away = script.requests[-2:]
    assert home.headers["authorization"] == "Bearer sesame"
    assert "authorization" not in away.headers


@pytest.mark.parametrize(
    "address",
    [
        "https://acme.zendesk.com/attachments/token/abc/?name=lamp.png",
        "https://help.acme.example/attachments/token/abc/?name=lamp.png",
        "/attachments/token/abc/?name=lamp.png",
    ],
)
async def test_a_picture_is_also_named_by_where_the_body_shows_it(
    zendesk: Any, script: Any, scope: Any, comments: Any, address: str
) -> None:
    script.on("/attachments/token/abc/", httpx.Response(200, content=b"png"))
    assert await read(zendesk, scope, f"35436/9001/{inline_id(address)}") == b"png"


async def test_a_link_is_renewed_on_each_use(zendesk: Any, script: Any, scope: Any, comments: Any) -> None:
    script.on("/attachments/token/abc/", httpx.Response(200, content=b"png"))
    await read(zendesk, scope, "35436/9001/71")
    await read(zendesk, scope, "35436/9001/71")
    assert len([line for line in script.lines() if "/comments" in line]) == 2


async def test_malware_is_not_given_out(zendesk: Any, script: Any, scope: Any, comments: Any) -> None:
    with pytest.raises(Forbidden):
        await read(zendesk, scope, "35436/9002/74")
    assert not any("/token/" in line for line in script.lines())


@pytest.mark.parametrize("ident", ["35436/9001/73", "35436/9001/99", "35436/1/71", "404/1/1", "", "a/b/c", "1/2/3/4"])
async def test_what_is_not_there(zendesk: Any, scope: Any, comments: Any, ident: str) -> None:
    with pytest.raises(NotFound) as caught:
        await read(zendesk, scope, ident)
    assert caught.value.helpdesk == "acme"


@pytest.mark.parametrize(
    "location", ["https://evil.example/x", "http://p19.zdusercontent.com/x", "https://zdusercontent.com.evil.example/x"]
)
async def test_a_redirect_elsewhere_is_not_followed(
    zendesk: Any, script: Any, scope: Any, comments: Any, location: str
) -> None:
    script.on("/attachments/token/abc/", httpx.Response(302, headers={"location": location}))
    with pytest.raises(Unreadable):
        await read(zendesk, scope, "35436/9001/71")
    assert script.requests[-1].url.host == "acme.zendesk.com"


async def test_a_file_that_lies_elsewhere_is_not_fetched(zendesk: Any, script: Any, scope: Any) -> None:
    files = [{"id": 1, "content_url": "https://voice.example/recording"}]
    script.on("/tickets/1/comments", {"comments": [{"id": 2, "attachments": files}], "meta": {"has_more": False}})
    with pytest.raises(HelpdeskError):
        await read(zendesk, scope, "1/2/1")
    assert script.requests[-1].url.host == "acme.zendesk.com"


async def test_a_contacts_picture(zendesk: Any, script: Any, scope: Any, bound: Any, payload: Any) -> None:
    script.on("/users/show_many", {"users": [payload("user")]})
    script.on("/system/photos/928374/mira.png", httpx.Response(200, content=b"png"))
    assert await read(zendesk, scope, "contact/20978392/928374") == b"png"
    with pytest.raises(NotFound):
        await read(zendesk, bound, "contact/20978392/928374")
