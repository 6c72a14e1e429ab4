"""A Zendesk account played from a script: what it answers to which call, and what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.enums import Vendor
from models.queries import Scope
from providers import Link, Parts
from providers.zendesk.provider import ZendeskProvider, build
from runtime.clock import ManualClock

PAYLOADS = Path(__file__).parent / "payloads"
Responder = Callable[[httpx.Request], httpx.Response]


class Script:
    """`on(path, answer, …)`: answers in order, the last one again and again. Paths are below /api/v2."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self._answers: dict[tuple[str, str], list[httpx.Response | Responder | Exception]] = {}
        self.on("/custom_statuses", {"custom_statuses": []})
        self.on("/help_center/user_segments", {"user_segments": [], "meta": {"has_more": False}})

    def on(self, path: str, *answers: Any, method: str = "GET", status: int = 200) -> None:
        made = [a if callable(a) or isinstance(a, httpx.Response | Exception) else _json(a, status) for a in answers]
        own = path.startswith(("https://", "http://", "/oauth/", "/attachments/", "/hc/", "/system/"))
        self._answers[method, path if own else f"/api/v2{path}"] = made

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        whole = f"{request.url.scheme}://{request.url.host}{request.url.path}"
        answers = self._answers.get((request.method, whole)) or self._answers.get((request.method, request.url.path))
        if not answers:
            return _json({"error": "RecordNotFound", "description": "Not found"}, 404)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return answer(request)

    def lines(self, *, but: tuple[str, ...] = ("/custom_statuses", "/help_center/user_segments")) -> list[str]:
        """`METHOD path?query`, decoded, without the lookups every list needs."""
        shown = [(r, r.url.path.removeprefix("/api/v2")) for r in self.requests]
        return [f"{r.method} {path}{_query(r)}" for r, path in shown if path not in but]

    def last(self, path: str) -> httpx.Request:
        return [r for r in self.requests if r.url.path in (path, f"/api/v2{path}")][-1]


def _query(request: httpx.Request) -> str:
    pairs = "&".join(f"{k}={v}" for k, v in request.url.params.multi_items())
    return f"?{pairs}" if pairs else ""


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make(script: Script, clock: ManualClock) -> Callable[..., ZendeskProvider]:
    def made(**changes: Any) -> ZendeskProvider:
        values: dict[str, Any] = {
            "key": "acme",
            "vendor": Vendor.ZENDESK,
            "name": "Acme",
            "domain": "acme",
            "secrets": {"oauth_token": "sesame"},
        }
        return build(Link(**{**values, **changes}), Parts(clock=clock, transport=script.transport))

    return made


@pytest.fixture
def zendesk(make: Callable[..., ZendeskProvider]) -> ZendeskProvider:
    return make()


@pytest.fixture
def scope() -> Scope:
    return Scope(tenant="t")


@pytest.fixture
def bound() -> Scope:
    """A caller who belongs to organization 500."""
    return Scope(tenant="t", organizations={"acme": frozenset({"500"})})


@pytest.fixture
def payload() -> Callable[[str], Any]:
    def read(name: str) -> Any:
        return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))

    return read


def listing(name: str, rows: list[Any], after: str | None = None, **beside: Any) -> dict[str, Any]:
    """A cursor list's answer; with `after` there is more."""
    meta = {"has_more": after is not None, "after_cursor": after or "end", "before_cursor": "begin"}
    return {name: rows, "meta": meta, "links": {"next": "https://elsewhere.example/next", "prev": None}, **beside}


@pytest.fixture
def page_of() -> Callable[..., dict[str, Any]]:
    return listing
