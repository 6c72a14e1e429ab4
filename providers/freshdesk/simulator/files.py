"""Attachments as Freshdesk shows them, and the other host that serves them.

Evidence: Zammad recording of 2023 (the redirects of inline pictures and the fetches from the store are in it);
vendor's API reference, 'Attachments'. Links are good for 300 seconds; a second credential beside the signature is
refused.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.ids import Base, number
from providers.freshdesk.simulator.times import shown, shown_in_india
from sandbox.records import Attachment
from sandbox.texts import inline_numbers, with_links

LIFETIME = 300
_DATE = "%Y%m%dT%H%M%SZ"
_FOLDER = "data/helpdesk/attachments/production"


def attachment(account: Account, files: str, found: Attachment) -> dict[str, Any]:
    """Newer accounts tell what the virus scan said. Pictures have a smaller twin."""
    profile = account.profile
    when = (shown_in_india if profile.offset_times else shown)(found.created)
    row: dict[str, Any] = {
        "id": Base.ATTACHMENT.id(found.number),
        "content_type": found.content_type,
        profile.size_key: account.desk.files.size(found.number),
        "name": found.name,
        "attachment_url": signed(account, files, found, "original"),
    }
    if found.content_type.startswith("image/"):
        row["thumb_url"] = signed(account, files, found, "thumb")
    if profile.newer:
        row["scan_state"] = 1
    return {**row, "created_at": when, "updated_at": when}


def attachments(account: Account, files: str, numbers: tuple[int, ...]) -> list[dict[str, Any]]:
    found = (account.desk.files.get(each) for each in numbers)
    return [attachment(account, files, each) for each in found if each is not None]


def signed(account: Account, files: str, found: Attachment, size: str) -> str:
    path = f"/{_FOLDER}/{Base.ATTACHMENT.id(found.number)}/{size}/{quote(found.name)}"
    at = account.now().strftime(_DATE)
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"SANDBOX/{at[:8]}/eu-central-1/s3/aws4_request",
        "X-Amz-Date": at,
        "X-Amz-Expires": str(LIFETIME),
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": account.sign(f"{path}?{at}"),
    }
    return f"{files}{path}?{urlencode(query)}"


def html(account: Account, files: str, text: str) -> str:
    """Inline pictures point at the attachment host by a token that never expires."""
    numbers = inline_numbers(text)
    if not numbers:
        return text
    return with_links(text, {each: f"{files}/inline/attachment?token={token(account, each)}" for each in numbers})


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


def token(account: Account, attachment_number: int) -> str:
    claims = {"id": Base.ATTACHMENT.id(attachment_number), "domain": "sandbox.freshdesk.com", "account_id": 1001}
    head = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{head}.{account.sign(head)}"


def named_by(account: Account, text: str) -> Attachment | None:
    """The picture a token stands for."""
    head, _, signature = text.rpartition(".")
    if not head or account.sign(head) != signature:
        return None
    claims = head.rpartition(".")[2]
    identifier = orjson.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["id"]
    found = number(Base.ATTACHMENT, identifier)
    return None if found is None else account.desk.files.get(found)


def _xml(status: int, code: str, message: str) -> Response:
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(content, status, media_type="application/xml")


class FileHost:
    """The store and its front: no key of the account is known here, and none is welcome."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.app = Starlette(
            routes=[
                Route("/inline/attachment", self.front),
                Route(f"/{_FOLDER}/{{id:int}}/{{size}}/{{name:path}}", self.store),
            ]
        )

    async def front(self, request: Request) -> Response:
        """The first of two redirects: from the data centre's host to the account's own."""
        base = self._account.controls.base(request.scope)
        return RedirectResponse(f"{base}/inline/attachment?{request.url.query}", 302)

    async def inline(self, request: Request) -> Response:
        """The second, served by the account's own host without asking for a key: to the store, for 300 seconds."""
        found = named_by(self._account, request.query_params.get("token", ""))
        if found is None:
            return Response(status_code=404)
        files = self._account.controls.files_base(request.scope)
        path = f"/{_FOLDER}/{Base.ATTACHMENT.id(found.number)}/original/{quote(found.name)}"
        expires = str(int(self._account.now().timestamp()) + LIFETIME)
        query = {"Expires": expires, "Signature": self._account.sign(f"{path}?{expires}"), "Key-Pair-Id": "SANDBOX"}
        return RedirectResponse(f"{files}{path}?{urlencode(query)}", 302)

    async def store(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return _xml(400, "InvalidArgument", "Only one auth mechanism allowed")
        numbered = number(Base.ATTACHMENT, request.path_params["id"])
        found = None if numbered is None else self._account.desk.files.get(numbered)
        if found is None:
            return _xml(403, "AccessDenied", "Access Denied")
        size = request.path_params["size"]
        path = f"/{_FOLDER}/{Base.ATTACHMENT.id(found.number)}/{size}/{quote(found.name)}"
        refused = self._refused(path, dict(request.query_params))
        if refused is not None:
            return refused
        return Response(
            self._account.desk.files.data(found.number),
            media_type=found.content_type,
            headers={"ETag": f'"{found.number:x}"', "Accept-Ranges": "bytes", "Server": "AmazonS3"},
        )

    def _refused(self, path: str, query: dict[str, str]) -> Response | None:
        at = query.get("X-Amz-Date") or query.get("Expires") or ""
        given = query.get("X-Amz-Signature") or query.get("Signature") or ""
        if not at or given != self._account.sign(f"{path}?{at}"):
            return _xml(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
        if self._account.now() > _until(at):
            return _xml(403, "AccessDenied", "Request has expired")
        return None


def _until(at: str) -> datetime:
    if re.fullmatch(r"\d+", at):
        return datetime.fromtimestamp(int(at), UTC)
    return datetime.strptime(at, _DATE).replace(tzinfo=UTC) + timedelta(seconds=LIFETIME)
