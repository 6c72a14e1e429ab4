"""A Zendesk account played from a script: what it answers to which call, and what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.changes import ChangeBatch, Gone, Translated, Unread
from models.enums import Vendor
from models.queries import Scope
from providers import Link, Parts
from providers.upstream import Lane, lane_is
from providers.zendesk.provider import ZendeskProvider, build
from providers.zendesk.simulator import ZendeskFace, face
from runtime.clock import ManualClock
from sandbox.app import Sandbox, create_sandbox
from sandbox.controls import Controls
from sandbox.desk import Desk
from sandbox.inprocess import InProcess
from sandbox.world import World

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


PLENTY = 10**9
BASE = "http://127.0.0.1:9400/zendesk"
TOKEN = {"oauth_token": "sandboxzendeskoauthtoken00000000000000000000000000000000"}


@dataclass
class Copy:
    """What a reader of streams has in hand: the newest of each record, by the vendor's time and then by ours."""

    records: dict[str, Any] = field(default_factory=dict)
    gone: dict[str, Gone] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    catalogues: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    batches: list[ChangeBatch] = field(default_factory=list)
    checkpoint: str | None = None
    shown: int = 0

    def take(self, batch: ChangeBatch) -> None:
        for one in batch.records:
            record = one.article if isinstance(one, Translated) else one
            held = self.records.get(record.remote_id)
            if held is None or version(one) >= version(held):
                self.records[record.remote_id] = one
                self.gone.pop(record.remote_id, None)
        for gone in batch.gone:
            self.records.pop(gone.remote_id, None)
            self.gone[gone.remote_id] = gone
        self.unread += batch.unreadable
        self.catalogues.update(batch.catalogues)
        self.batches.append(batch)
        self.shown += batch.rows
        self.checkpoint = batch.checkpoint


def version(one: Any) -> tuple[Any, Any]:
    record = one.article if isinstance(one, Translated) else one
    generated = (getattr(record, "native", None) or {}).get("generated_at")
    return generated or record.updated_at, record.as_of


@dataclass
class Town:
    """The pretend company's Zendesk, and a provider linked to it."""

    clock: ManualClock
    sandbox: Sandbox
    face: ZendeskFace
    provider: ZendeskProvider

    @property
    def desk(self) -> Desk:
        return self.sandbox.world.desk("zendesk")

    @property
    def calls(self) -> list[str]:
        """`METHOD path?query` below /api/v2, oldest first."""
        lines = self.sandbox.controls.calls.lines("zendesk")
        return [line.removeprefix("zendesk ").replace("/api/v2", "", 1) for line in lines]

    def switch(self, **values: Any) -> None:
        """Facts of the account, by the names of its Profile."""
        self.sandbox.controls.switches.update({f"zendesk.{name}": value for name, value in values.items()})

    def later(self, seconds: float = 120) -> None:
        self.clock.advance(seconds)

    def again(self) -> ZendeskProvider:
        """The same link in another process: nothing remembered."""
        return provider_of(self.sandbox, self.clock)

    async def batch(self, stream: str, checkpoint: str | None = None, by: ZendeskProvider | None = None) -> ChangeBatch:
        with lane_is(Lane.BACKGROUND):
            return await (by or self.provider).changes(stream, checkpoint)

    async def read(self, stream: str, copy: Copy | None = None, between: Callable[[], Any] | None = None) -> Copy:
        """Until it has caught up; `between` happens after each page."""
        copy = copy or Copy()
        for _ in range(500):
            batch = await self.batch(stream, copy.checkpoint)
            copy.take(batch)
            if not batch.more:
                return copy
            if between is not None:
                between()
        raise AssertionError(f"{stream} never ends")


def provider_of(sandbox: Sandbox, clock: ManualClock) -> ZendeskProvider:
    link = Link(key="zd", vendor=Vendor.ZENDESK, name="Z", domain="acme", base_url=BASE, secrets=TOKEN)
    return build(link, Parts(clock=clock, transport=InProcess(sandbox)))


@pytest.fixture
def town() -> Callable[[int], Town]:
    """Makes one of so many tickets. Its limits are high, so that nobody waits for them."""

    def made(tickets: int) -> Town:
        clock = ManualClock()
        controls = Controls(clock)
        buckets = ("account", "help_center", "search", "incremental", "ticket_fields", "tickets_index")
        controls.limits("zendesk").figures.update(dict.fromkeys(buckets, PLENTY))
        faces: list[ZendeskFace] = []

        def one(desk: Desk, controls: Controls) -> ZendeskFace:
            faces.append(face(desk, controls))
            return faces[-1]

        sandbox = create_sandbox(World(7, {"zendesk": tickets}, controls.clock), {"zendesk": one}, controls)
        return Town(clock, sandbox, faces[0], provider_of(sandbox, clock))

    return made
