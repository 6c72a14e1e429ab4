"""What a helpdesk tells us is stored before it is acknowledged, once, and is never believed."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.changes import Hint
from models.enums import Kind
from models.errors import StorageUnavailable
from providers.zendesk.simulator import webhooks as face
from runtime.clock import ManualClock
from storage.database import Database, open_database
from storage.hints import done, due
from storage.tenants import Tenancy, enter
from tests.support.databases import KINDS, database, database_url
from tests.web.toy_server import toy_parts
from tests.web.webhook_door import LINKED, SECRETS, SIGNING, webhooks
from web.app import create_app
from web.intake import Intake
from web.webhooks import AGAIN_SECONDS, MOST_BYTES, WebhookDoor, secret_of

ZENDESK = f"/webhooks/zd/{SECRETS['zd'][0]}"
FRESHDESK = f"/webhooks/fd/{SECRETS['fd'][0]}"


class Front:
    def __init__(self, db: Database, tenancy: Tenancy, clock: ManualClock, **how: Any) -> None:
        self.db, self.tenancy, self.clock = db, tenancy, clock
        app = create_app(toy_parts(routes=webhooks(db, tenancy, clock, **how).routes()))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://us")

    async def tell(self, ticket: int = 7, *, address: str = ZENDESK, **how: Any) -> httpx.Response:
        message = delivery(face.trigger(ticket), self.clock.now(), **how)
        return await self.http.post(address, content=message.body, headers=message.headers)

    async def hints(self, helpdesk: str = "zd") -> list[tuple[Kind, str]]:
        """Those of records, by their ids."""
        found = await due(self.db, self.tenancy, helpdesk, limit=1000, now=self.clock.now())
        return sorted((one.hint.kind, one.hint.remote_id) for one in found if one.hint.remote_id is not None)


def delivery(body: bytes, at: datetime, **how: Any) -> face.Delivery:
    return face.delivery(body, at, **{"secret": SIGNING[0], **how})


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[Front]:
    clock = ManualClock()
    async with database(kind, folder) as db:
        yield Front(db, await enter(db, "acme", LINKED, clock), clock)


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    async with opened("sqlite", tmp_path) as made:
        yield made


@pytest.fixture(params=KINDS)
async def on_both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Front]:
    async with opened(request.param, tmp_path) as made:
        yield made


async def test_a_message_is_stored_as_a_hint_before_it_is_acknowledged(on_both: Front) -> None:
    front = on_both
    answer = await front.tell(7)
    assert (answer.status_code, answer.content) == (202, b"")
    assert await front.hints() == [(Kind.TICKET, "7")]
    answer = await front.http.post(FRESHDESK, json={"ticket_id": "9"})
    assert answer.status_code == 202
    assert await front.hints("fd") == [(Kind.TICKET, "9")] and await front.hints() == [(Kind.TICKET, "7")]


async def test_fifty_identical_messages_at_once_have_one_effect(
    on_both: Front, caplog: pytest.LogCaptureFixture
) -> None:
    front = on_both
    with caplog.at_level(logging.INFO, "deskgraph.webhooks"):
        answers = await asyncio.gather(*(front.tell(7, invocation="same") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {202}
    told_before = [record.__dict__["told_before"] for record in caplog.records if record.message == "webhook"]
    assert sorted(told_before) == [False, *[True] * 49]
    found = await due(front.db, front.tenancy, "zd", limit=10, now=front.clock.now())
    async with front.db.write(front.tenancy.number) as session:
        await done(session, front.tenancy, "zd", found)
    assert len(found) == 1 and (await front.tell(7, invocation="same")).status_code == 202
    assert await front.hints() == []
    assert (await front.tell(7, invocation="another")).status_code == 202
    assert await front.hints() == [(Kind.TICKET, "7")]


async def test_the_door_opens_to_its_own_secrets_and_tells_nobody_which_helpdesks_there_are(front: Front) -> None:
    for address in (ZENDESK, f"/webhooks/zd/{SECRETS['zd'][1]}"):
        assert (await front.tell(7, address=address)).status_code == 202
    wrong = [f"/webhooks/zd/{SECRETS['fd'][0]}", "/webhooks/zd/x", "/webhooks/nobody/x", "/webhooks/zd/%00%C3%A9%ED"]
    answers = [await front.tell(8, address=address) for address in wrong]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.json()["errors"][0]["message"] for answer in answers}) == 1
    assert await front.hints() == [(Kind.TICKET, "7")]


@pytest.mark.parametrize(
    ("how", "late", "status"),
    [
        ({}, 0, 202),
        ({"secret": SIGNING[1]}, 0, 202),
        ({}, 300, 202),
        ({}, 301, 401),
        ({}, -301, 401),
        ({"secret": "somebody else's"}, 0, 401),
        ({"secret": face.TEST_SECRET}, 0, 401),
    ],
)
async def test_zendesk_signs_now_with_a_live_secret(front: Front, how: Any, late: int, status: int) -> None:
    message = delivery(face.trigger(7), front.clock.now() - timedelta(seconds=late), **how)
    answer = await front.http.post(ZENDESK, content=message.body, headers=message.headers)
    assert answer.status_code == status
    assert len(await front.hints()) == (status == 202)


async def test_the_signature_is_over_the_bytes_as_they_came(front: Front) -> None:
    message = delivery(face.trigger(7), front.clock.now())
    spaced = message.body.replace(b":", b": ")
    assert (await front.http.post(ZENDESK, content=spaced, headers=message.headers)).status_code == 401
    assert (await front.http.post(ZENDESK, content=message.body)).status_code == 401
    assert await front.hints() == []


async def test_bodies_are_counted_while_they_are_read(front: Front) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 1000 + 1):
            yield b" " * 1000

    for content in (b" " * (MOST_BYTES + 1), pieces()):
        assert (await front.http.post(FRESHDESK, content=content)).status_code == 413
    fits = b'{"ticket_id":"7"}'.ljust(MOST_BYTES)
    assert (await front.http.post(FRESHDESK, content=fits)).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"null",
            b"1e999",
            b'"x"',
            b"[" * 100_000,
            b"\xff\xfe",
            b'{"ticket_id":',
            b"{}",
            b'{"ticket_id":{"a":1}}',
        ),
        *(b'{"ticket_id":"7 OR 1=1"}', b'{"ticket_id":-7}', b'{"ticket_id":1e30}', b"ticket_id=x", b"\0" * 1000),
    ],
)
async def test_whatever_the_body_is_nothing_breaks(front: Front, body: bytes) -> None:
    answer = await front.http.post(FRESHDESK, content=body)
    assert answer.status_code in (202, 400)
    message = delivery(body, front.clock.now())
    assert (await front.http.post(ZENDESK, content=body, headers=message.headers)).status_code in (202, 400)
    assert await front.hints() == await front.hints("fd") == []


async def test_other_methods_and_places_are_no_doors(front: Front) -> None:
    assert (await front.http.get(FRESHDESK)).status_code == 405
    assert (await front.http.post(f"{FRESHDESK}/more")).status_code == 404
    assert (await front.http.post("/webhooks/fd")).status_code == 404


class Counting(Database):
    """A database that tells how often it was written to."""

    def __init__(self, db: Database) -> None:
        self._db, self.name = db, db.name
        self.writes = 0

    def write(self, tenant: int) -> Any:
        self.writes += 1
        return self._db.write(tenant)

    def read(self, tenant: int) -> Any:
        return self._db.read(tenant)

    registry = read

    async def fetch(self, *given: Any) -> Any:
        return await self._db.fetch(*given)

    async def changed(self, tenant: int, seconds: float) -> bool:
        return await self._db.changed(tenant, seconds)

    async def aclose(self) -> None:
        await self._db.aclose()


async def test_messages_that_come_together_are_stored_together(on_both: Front) -> None:
    db = Counting(on_both.db)
    front = Front(db, on_both.tenancy, on_both.clock)
    answers = await asyncio.gather(
        *(front.tell(n % 60 + 1, invocation=str(n)) for n in range(100)),
        *(front.http.post(FRESHDESK, json={"ticket_id": n}) for n in range(1, 101)),
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len(await front.hints("zd")) == 60 and len(await front.hints("fd")) == 100
    assert db.writes < 50


async def test_a_message_that_cannot_be_stored_keeps_no_other_out(front: Front) -> None:
    intake = Intake(front.db, front.tenancy)
    told = [Hint(kind=Kind.TICKET, remote_id=str(n)) for n in range(1, 6)]
    stored = await asyncio.gather(
        *(intake.store("zd" if n != 2 else "unknown", [hint]) for n, hint in enumerate(told)), return_exceptions=True
    )
    assert [one for one in stored if one is not True] == [stored[2]] and isinstance(stored[2], KeyError)
    assert await front.hints() == [(Kind.TICKET, str(n)) for n in (1, 2, 4, 5)]


class Away(Database):
    """A database that cannot be used: its file is locked, its server gone."""

    def __init__(self) -> None:
        self.name = "sqlite"

    def write(self, tenant: int) -> Any:
        raise StorageUnavailable("The database cannot be used right now.")

    read = registry = write

    async def fetch(self, *_: Any) -> Any:
        raise StorageUnavailable("The database cannot be used right now.")

    async def changed(self, tenant: int, seconds: float) -> bool:
        return False

    async def announce(self, session: Any) -> None: ...

    async def aclose(self) -> None: ...


async def test_what_cannot_be_stored_is_to_be_told_again() -> None:
    front = Front(Away(), Tenancy(1, {"fd": 1, "zd": 2}), ManualClock())
    answer = await front.tell(7)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, str(AGAIN_SECONDS))
    assert answer.json()["errors"][0]["extensions"]["code"] == "STORAGE_UNAVAILABLE" and AGAIN_SECONDS < 60


async def test_a_locked_file_is_told_again_and_nothing_is_left_open(tmp_path: Path) -> None:
    clock = ManualClock()
    async with database("sqlite", tmp_path) as db:
        front = Front(db, await enter(db, "acme", LINKED, clock), clock, store_seconds=0.1)
        other = sqlite3.connect(tmp_path / "mirror.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert (await front.tell(7)).status_code == 503
        other.execute("ROLLBACK")
        other.close()
        async with db.write(front.tenancy.number):  # what was given up has ended by now
            pass
        assert (await front.tell(7)).status_code == 202
        assert await front.hints() == [(Kind.TICKET, "7")]


async def test_no_log_has_the_secret(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await front.tell(7)
        await front.tell(7, address=f"/webhooks/zd/{'guess' * 5}")
        await front.tell(7, secret="somebody else's")
    said = caplog.text + repr([record.__dict__ for record in caplog.records if record.name.startswith("deskgraph")])
    assert "/webhooks/…" in said and not any(secret in said for secret in (*SECRETS["zd"], "guessguess"))
    assert SECRETS["zd"][0] not in repr(WebhookDoor(SECRETS["zd"], verify=lambda *_: None, hints=lambda *_: ()))


def test_the_secret_of_an_address_is_its_tenants_and_helpdesks_own() -> None:
    key = "k" * 32
    made = {
        secret_of(key, "a", "zd"),
        secret_of(key, "a", "fd"),
        secret_of(key, "b", "zd"),
        secret_of("o" * 32, "a", "zd"),
    }
    assert len(made) == 4 and all(len(secret) == 22 for secret in made)
    assert secret_of(key, "a", "zd") == secret_of(key, "a", "zd")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
async def test_what_was_acknowledged_outlives_the_process(kind: str, tmp_path: Path) -> None:
    async with database_url(kind, tmp_path) as url:
        with socket.create_server(("127.0.0.1", 0)) as bound:
            door = Path(__file__).with_name("webhook_door.py")
            arguments = [sys.executable, str(door), url, str(bound.fileno())]
            process = subprocess.Popen(arguments, pass_fds=[bound.fileno()], stderr=subprocess.PIPE)
            try:
                acknowledged = await _told(f"http://127.0.0.1:{bound.getsockname()[1]}", process)
            finally:
                process.kill()
                process.communicate()
        clock = ManualClock()
        db = await open_database(url, readers=1)
        front = Front(db, await enter(db, "acme", LINKED, clock), clock)
        kept = await front.hints("fd")
        await db.aclose()
    assert len(acknowledged) >= 20 and {(Kind.TICKET, ident) for ident in acknowledged} <= set(kept)


async def _told(base: str, process: subprocess.Popen[bytes]) -> list[str]:
    """Tells until the server is killed in the middle of it, after twenty were acknowledged."""
    acknowledged: list[str] = []

    async def tell(http: httpx.AsyncClient, ident: str) -> None:
        answer = await http.post(FRESHDESK, json={"ticket_id": ident})
        if answer.status_code == 202:
            acknowledged.append(ident)
        if len(acknowledged) == 20:
            process.send_signal(signal.SIGKILL)

    async with httpx.AsyncClient(base_url=base, timeout=30) as http:
        await asyncio.gather(*(tell(http, str(n)) for n in range(1, 41)), return_exceptions=True)
    return acknowledged
