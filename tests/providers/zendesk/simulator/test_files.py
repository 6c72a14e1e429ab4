"""Uploads, attachments and the way to their bytes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from providers.zendesk.simulator import Profile

PNG = b"\x89PNG\r\n\x1a\nnot really"


async def upload(account: Any, name: str = "crash.png", **query: str) -> dict[str, Any]:
    response = await account.http.post(
        "uploads.json", params={"filename": name, **query}, content=PNG, headers={"Content-Type": "image/png"}
    )
    assert response.status_code == 201, response.text
    return dict(response.json()["upload"])


async def carried(account: Any, *tokens: str, status: int = 201) -> dict[str, Any]:
    body = {"ticket": {"comment": {"body": "see file", "uploads": list(tokens)}}}
    answer: dict[str, Any] = await account.send("POST", "tickets", body, status)
    return answer


async def attached(account: Any) -> dict[str, Any]:
    token = (await upload(account))["token"]
    number = (await carried(account, token))["ticket"]["id"]
    comments = (await account.get(f"tickets/{number}/comments"))["comments"]
    return dict(comments[0]["attachments"][0])


async def test_an_upload_may_hold_several_files(account: Any) -> None:
    """'Attachments' page: `token` adds to an earlier one."""
    first = await upload(account)
    both = await upload(account, "two.png", token=first["token"])
    assert both["token"] == first["token"]
    assert [row["file_name"] for row in both["attachments"]] == ["crash.png", "two.png"]
    number = (await carried(account, first["token"]))["ticket"]["id"]
    comment = (await account.get(f"tickets/{number}/comments"))["comments"][0]
    assert [row["file_name"] for row in comment["attachments"]] == ["crash.png", "two.png"]
    assert comment["attachments"][0]["size"] == len(PNG)


async def test_the_first_save_uses_a_token_up(account: Any) -> None:
    token = (await upload(account))["token"]
    await carried(account, token)
    await carried(account, token, status=422)


async def test_a_token_lives_an_hour(account: Any) -> None:
    token = (await upload(account))["token"]
    account.advance(3601)
    await carried(account, token, status=422)
    other = (await upload(account))["token"]
    await account.send("DELETE", f"uploads/{other}", None, 204)
    await carried(account, other, status=422)


async def test_an_empty_upload_is_unprocessable(account: Any) -> None:
    """Recorded in zendesk-go."""
    response = await account.http.post("uploads", params={"filename": "x"}, content=b"")
    assert response.status_code == 422
    assert response.json()["error"] == "AttachmentUnprocessable"


async def test_the_scan_comes_seconds_after_the_upload(account: Any) -> None:
    row = (await upload(account))["attachment"]
    assert row["malware_scan_result"] == "not_scanned"
    account.advance(6)
    shown = (await account.get(f"attachments/{row['id']}"))["attachment"]
    assert shown["malware_scan_result"] == "malware_not_found"


async def test_bytes_come_from_another_host_that_refuses_credentials(account: Any) -> None:
    """zendesk-mcp-server issue 21: a client that keeps Authorization across the redirect is refused."""
    link = (await attached(account))["content_url"]
    first = await account.http.get(link)
    assert first.status_code == 302
    place = first.headers["location"]
    assert urlsplit(place).netloc != urlsplit(link).netloc
    async with account.client() as plain:
        answer = await plain.get(place)
        assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
        assert "crash.png" in answer.headers["content-disposition"]
        assert (await plain.get(place.replace("signature=", "signature=0"))).status_code == 403
        account.advance(301)
        assert (await plain.get(place)).status_code == 403
    assert (await account.http.get(place)).status_code == 400


async def test_httpx_drops_the_credentials_by_itself(account: Any) -> None:
    """A well-behaved client that follows redirects gets the file."""
    link = (await attached(account))["content_url"]
    answer: httpx.Response = await account.http.get(link, follow_redirects=True)
    assert answer.content == PNG


async def test_private_attachments_want_credentials_on_the_first_hop(account: Any) -> None:
    """The account's setting; when it is off the address alone opens the file."""
    link = (await attached(account))["content_url"]
    async with account.client() as anybody:
        assert (await anybody.get(link)).status_code == 401
        account.controls.switches["zendesk.private_attachments"] = False
        assert (await anybody.get(link)).status_code == 302
        assert (await anybody.get(link.replace("/token/", "/token/0"))).status_code == 404


@pytest.mark.parametrize("form,kind", [("integer", int), ("string", str)])
async def test_measures_are_numbers_or_text(make: Any, form: Any, kind: type) -> None:
    """Older pages and the OpenAPI file have text, current answers integers; null where there is no picture."""
    account = make(profile=Profile(image_size=form))
    rows = [
        row
        for number in range(1, 120)
        if account.desk.tickets.get(number).state == "live"
        for comment in (await account.get(f"tickets/{number}/comments"))["comments"]
        for row in comment["attachments"]
    ]
    pictures = [row for row in rows if row["content_type"].startswith("image/")]
    assert pictures
    assert {type(row["width"]) for row in pictures} == {kind}
    assert all(row["width"] is None for row in rows if row not in pictures)
    assert all("thumbnails" not in each for row in pictures for each in row["thumbnails"])


async def test_photos_of_people_are_attachments(account: Any) -> None:
    user = next(row for row in (await account.get("users", per_page=100))["users"] if row["photo"])
    answer = await account.http.get(user["photo"]["content_url"], follow_redirects=True)
    assert answer.content[:2] == b"\xff\xd8"
    assert len(answer.content) == user["photo"]["size"]
