"""What every call goes through: credentials, the account's rate, the body, and the headers of the answer.

Evidence: Zammad recording of 2023 (headers), scratch-l10n (401 and 403 shapes), node-freshdesk-api issue 61 (doubled
slash).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response

from providers.freshdesk.simulator.account import Account
from providers.freshdesk.simulator.bodies import read_form, read_json
from providers.freshdesk.simulator.call import Call, Reply, Verb
from providers.freshdesk.simulator.errors import (
    Refusal,
    feature_missing,
    invalid,
    invalid_field,
    not_allowed,
    not_found,
    problem,
)
from providers.freshdesk.simulator.keys import Key, who
from providers.freshdesk.simulator.rates import Full, Rates, bucket, cost
from providers.freshdesk.simulator.spoiling import spoiled

Verbs = Mapping[str, Verb]
_TOO_MANY: Mapping[str, tuple[bytes, str]] = {
    "json": (b'{"message":"You have exceeded the limit of requests per minute"}', "application/json; charset=utf-8"),
    "empty": (b"", "text/plain"),
    "text": (b"Rate limit exceeded", "text/plain"),
    "html": (b"<html><body><h1>429 Too Many Requests</h1></body></html>", "text/html"),
}


class Gateway:
    def __init__(self, account: Account, rates: Rates) -> None:
        self.account = account
        self.rates = rates

    async def answer(self, request: Request, verbs: Verbs | None) -> Response:
        """`verbs` None: there is nothing at this path."""
        headers = _usual()
        try:
            path = request.url.path.partition("/api/v2/")[2].rstrip("/")
            key = self._admit(request)
            headers |= self._spend(request, path)
            reply = await self._reply(request, verbs, key, path)
            if spoilt := self.account.profile.spoilt:
                reply = msgspec.structs.replace(reply, body=spoiled(reply.body, path, spoilt))
        except Refusal as refusal:
            reply = Reply(refusal.status, refusal.body, refusal.headers)
            if refusal.status in (401, 404) and not self.account.profile.rate_headers_on_errors:
                headers = _usual()
        return _response(reply, headers)

    def _admit(self, request: Request) -> Key:
        key = who(request.headers.get("authorization"))
        if not self.account.profile.api_access:
            raise feature_missing("api")
        kinds = [part.partition(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
        if not {"application/json", "*/*"} & set(kinds):
            raise Refusal(406)
        return key

    def _spend(self, request: Request, path: str) -> dict[str, str]:
        """Invalid calls cost as good ones do; only a refused one is free."""
        profile = self.account.profile
        credits = cost(request.method, path, request.query_params.get("include"), profile)
        name = bucket(request.method, path)
        taken = self.rates.take(name, credits, self.account.now(), shared_total=profile.shared_total)
        if isinstance(taken, Full):
            body, kind = _TOO_MANY[profile.too_many_body]
            headers = {"X-Ratelimit-Total": str(taken.total), "X-Ratelimit-Remaining": "0", "Content-Type": kind}
            if profile.retry_after != "absent":
                headers["Retry-After"] = self._wait(taken.retry_after + profile.retry_after_extra)
            raise Refusal(429, body, headers)
        return taken.headers(decimal=profile.decimal_headers)

    def _wait(self, seconds: int) -> str:
        if self.account.profile.retry_after == "seconds":
            return str(seconds)
        return format_datetime(self.account.now() + timedelta(seconds=seconds), usegmt=True)

    async def _reply(self, request: Request, verbs: Verbs | None, key: Key, path: str) -> Reply:
        if verbs is None:
            raise not_found()
        verb = verbs.get(request.method)
        if verb is None:
            raise Refusal(405, headers={"Allow": ", ".join(sorted(verbs))}) if verbs else not_allowed()
        if request.scope.get("doubled_slash") and request.method == "GET":
            raise invalid([invalid_field("ticket")])
        body, form = await _body(request, verb)
        controls = self.account.controls
        call = Call(
            account=self.account,
            who=key,
            path=path,
            parts=request.path_params,
            params=request.query_params.multi_items(),
            body=body,
            form=form,
            base=f"{controls.base(request.scope)}/api/v2",
            files=controls.files_base(request.scope),
        )
        return verb.handler(call)


async def _body(request: Request, verb: Verb) -> tuple[dict[str, Any], bool]:
    """JSON everywhere, multipart where files are taken; 415 for anything else."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "GET":
        return {}, False
    if kind == "multipart/form-data" and verb.uploads:
        return await read_form(request), True
    content = await request.body()
    if not content:
        return {}, False
    if verb.bare:
        raise problem(400, "no_content_required", "Request body is not required for this action.")
    if kind != "application/json":
        raise Refusal(415)
    return read_json(content), False


def _usual() -> dict[str, str]:
    return {
        "X-Request-Id": str(uuid4()),
        "X-Trace-Id": f"00-{uuid4().hex}-{uuid4().hex[:16]}-00",
        "X-Freshdesk-Api-Version": "latest=v2; requested=v2",
        "X-Fw-Ratelimiting-Managed": "true",
        "Cache-Control": "no-cache, no-store, must-revalidate, max-age=0, private",
        "Set-Cookie": f"_x_w=0_{uuid4().hex[:8]}; path=/; HttpOnly; secure",
        "Server": "fwe",
    }


def _response(reply: Reply, headers: dict[str, str]) -> Response:
    content = reply.body if isinstance(reply.body, bytes) else b"" if reply.body is None else orjson.dumps(reply.body)
    shown = {"Content-Type": "application/json; charset=utf-8"} if content else {}
    shown |= {"Status": f"{reply.status} {HTTPStatus(reply.status).phrase}"}
    return Response(content, reply.status, {**headers, **shown, **reply.headers})
