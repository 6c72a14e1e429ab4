"""Uploads, and the way to a file's bytes: a first hop here, then another host that wants no credentials.

`content_url` is on the account's host and answers 302 to a pre-signed address elsewhere; a client that carries
`Authorization` across is refused there (zendesk-mcp-server issue 21).
"""

from __future__ import annotations

import hashlib
from html import escape
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from providers.zendesk.simulator import errors, files, ids
from providers.zendesk.simulator.account import Account
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.uploads import LARGEST

routes = Routes()
LINK_SECONDS = 300


def signature(number: int, until: int) -> str:
    return hashlib.sha256(f"zdusercontent {number} {until}".encode()).hexdigest()[:32]


def _elsewhere(call: Call, number: int, name: str) -> Answer:
    until = int(call.account.clock.now().timestamp()) + LINK_SECONDS
    link = f"{call.files_base}/{number}?until={until}&signature={signature(number, until)}&name={quote(name)}"
    body = f'<html><body>You are being <a href="{escape(link)}">redirected</a>.</body></html>'
    return Answer(body.encode(), 302, {"Location": link}, "text/html; charset=utf-8")


@routes.on("GET", "/attachments/token/{token!}", bucket="attachments", anonymous=True)
def by_token(call: Call) -> Answer:
    """With private attachments the first hop wants credentials; without, the address alone opens it."""
    number = files.number_of(call.args["token"])
    found = call.account.desk.files.get(number) if number else None
    if found is None:
        raise errors.not_found()
    if call.account.profile.private_attachments and not call.principal.known:
        raise errors.not_authenticated()
    return _elsewhere(call, found.number, found.name)


@routes.on("GET", "/hc/article_attachments/{id}", "/hc/article_attachments/{id}/{name!}", anonymous=True)
def of_article(call: Call) -> Answer:
    found = call.account.desk.files.get(ids.ARTICLE_ATTACHMENT.number(call.id()) or 0)
    if found is None:
        raise errors.not_found()
    return _elsewhere(call, found.number, found.name)


class FilesApp:
    """The other host."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._response(Request(scope, receive))(scope, receive, send)

    def _response(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return _refused(400, "InvalidArgument", "Only one auth mechanism allowed")
        word = request.url.path.rpartition("/")[2]
        query = request.query_params
        until = int(query["until"]) if query.get("until", "").isdecimal() else 0
        if not word.isdecimal() or query.get("signature") != signature(int(word), until):
            return _refused(403, "SignatureDoesNotMatch", "The request signature does not match")
        if self._account.clock.now().timestamp() > until:
            return _refused(403, "AccessDenied", "Request has expired")
        return self._bytes(int(word))

    def _bytes(self, number: int) -> Response:
        found = self._account.desk.files.get(number)
        if found is None:
            return _refused(404, "NoSuchKey", "The specified key does not exist")
        name = quote(found.name)
        return Response(
            self._account.desk.files.data(number),
            media_type=found.content_type,
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
        )


def _refused(status: int, code: str, message: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, media_type="application/xml")


# -- attachments and uploads


@routes.on("GET", "/api/v2/attachments/{id}", resource="tickets")
def show_attachment(call: Call) -> Answer:
    found = files.attachment(call, ids.ATTACHMENT.number(call.id()) or 0)
    if found is None:
        raise errors.not_found()
    return Answer({"attachment": found})


@routes.on("POST", "/api/v2/uploads", resource="tickets")
def upload(call: Call) -> Answer:
    """Raw bytes; `token` adds to an earlier upload. An empty or too large file is 422."""
    name = call.query.get("filename")
    if not name:
        raise errors.missing_parameter("filename")
    if not call.body or len(call.body) > LARGEST:
        raise errors.described(422, "AttachmentUnprocessable", "Attachment file could not be processed.")
    kind = call.headers.get("content-type", "application/binary").partition(";")[0]
    made = call.account.desk.files.add(name, kind, call.body)
    kept = call.account.uploads.add(made.number, call.query.get("token"))
    if kept is None:
        raise errors.not_found()
    shown: list[dict[str, Any] | None] = [files.attachment(call, number) for number in kept.files]
    body = {"token": kept.token, "attachment": shown[-1], "attachments": shown}
    return Answer({"upload": body}, status=201, headers={"Location": shown[-1]["url"]} if shown[-1] else {})


@routes.on("DELETE", "/api/v2/uploads/{token!}", resource="tickets")
def delete_upload(call: Call) -> Answer:
    if not call.account.uploads.delete(call.args["token"]):
        raise errors.not_found()
    return Answer(status=204)
