"""Where helpdesks tell us that something has changed: `POST /webhooks/{helpdesk}/{secret}`.

What holds
- The address decides the helpdesk, and its secret opens the door; a vendor that signs has to sign as well. A wrong
  secret and a helpdesk that is not linked look the same, and take the same work.
- The body is a hint of what to fetch again with our own credential, and no more: nothing in it becomes data.
- It is stored before it is acknowledged. A message that is told twice is acknowledged twice and has one effect.
- When it cannot be stored, the answer is 503 with Retry-After, and the helpdesk tells us again.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import secrets as randomness
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.changes import Hint
from models.errors import BadInput, Forbidden, StorageUnavailable, Unauthenticated
from runtime.clock import Clock
from storage.database import Database
from storage.tenants import Tenancy
from web.intake import Intake
from web.question import read_body
from web.refusal import Refusal

log = logging.getLogger("deskgraph.webhooks")

MOST_BYTES: Final = 1_000_000
BODY_SECONDS: Final = 15.0
STORE_SECONDS: Final = 5.0
"""Vendors wait for about ten seconds; then they take it for lost anyway."""
AGAIN_SECONDS: Final = 30
"""Zendesk tries again after a 503 only when it is asked to wait for less than a minute."""
MOST_HINTS: Final = 100
NOWHERE: Final = "There is nothing at this address."

Headers: TypeAlias = Mapping[str, str]
"""Names in lower case."""
Verify: TypeAlias = Callable[[Headers, bytes, datetime], None]
"""Raises Unauthenticated for a message that the vendor did not sign, or not now; Forbidden where nothing is taken."""
Understand: TypeAlias = Callable[[Headers, bytes], Sequence[Hint]]
"""What a message hints at; BadInput for one that cannot be read. Nothing that we keep: no hints."""


def secret_of(key: str, tenant: str, helpdesk: str) -> str:
    """The secret of a helpdesk's address, made from WEBHOOK_KEY: 128 bits, the same on every start."""
    made = hmac.new(key.encode(), f"webhook\0{tenant}\0{helpdesk}".encode(), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class WebhookDoor:
    """One helpdesk's door. `secrets`: what its address may end with; two of them while one replaces the other."""

    secrets: tuple[str, ...] = field(repr=False)
    verify: Verify
    hints: Understand

    def opens_with(self, secret: str) -> bool:
        """Compares with each of them, whichever fits, and tells nothing by the time it takes."""
        given = _digest(secret)
        return sum(hmac.compare_digest(given, _digest(one)) for one in self.secrets) > 0


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _nobodys(doors: Mapping[str, WebhookDoor]) -> WebhookDoor:
    """Stands for a helpdesk that is not there: as many secrets as the others have, and nobody knows them."""
    count = max((len(door.secrets) for door in doors.values()), default=1)
    return WebhookDoor(
        tuple(randomness.token_urlsafe(16) for _ in range(count)),
        verify=lambda headers, body, now: None,
        hints=lambda headers, body: (),
    )


class Webhooks:
    def __init__(
        self,
        doors: Mapping[str, WebhookDoor],
        database: Database,
        tenancy: Tenancy,
        clock: Clock,
        *,
        store_seconds: float = STORE_SECONDS,
    ) -> None:
        self._doors = dict(doors)
        self._nobody = _nobodys(doors)
        self._intake = Intake(database, tenancy)
        self._clock = clock
        self._store_seconds = store_seconds

    def routes(self) -> list[Route]:
        return [Route("/webhooks/{helpdesk}/{secret}", self._answer, methods=["POST"])]

    async def _answer(self, request: Request) -> Response:
        helpdesk = request.path_params["helpdesk"]
        door = self._opened(helpdesk, request.path_params["secret"])
        body = await read_body(request, MOST_BYTES, BODY_SECONDS)
        hints = self._understood(door, dict(request.headers), body)
        new = await self._stored(helpdesk, hints) if hints else True
        log.info("webhook", extra={"helpdesk": helpdesk, "hints": len(hints), "told_before": not new})
        return Response(status_code=202)

    def _opened(self, helpdesk: str, secret: str) -> WebhookDoor:
        door = self._doors.get(helpdesk, self._nobody)
        if not door.opens_with(secret) or door is self._nobody:
            raise Refusal(404, NOWHERE)
        return door

    def _understood(self, door: WebhookDoor, headers: Headers, body: bytes) -> Sequence[Hint]:
        try:
            door.verify(headers, body, self._clock.now())
            hints = door.hints(headers, body)
        except (Forbidden, Unauthenticated) as error:
            raise Refusal(401 if isinstance(error, Unauthenticated) else 403, error.message, code=error.code) from None
        except BadInput as error:
            raise Refusal(400, error.message) from None
        if len(hints) > MOST_HINTS:
            raise Refusal(400, f"One message names more than {MOST_HINTS} records.")
        return hints

    async def _stored(self, helpdesk: str, hints: Sequence[Hint]) -> bool:
        """False: it was told before. A database that takes too long is not waited for, not even to give up."""
        try:
            async with asyncio.timeout(self._store_seconds):
                return await self._intake.store(helpdesk, hints)
        except (StorageUnavailable, TimeoutError):
            pass
        except Exception:
            log.exception("a message could not be stored", extra={"helpdesk": helpdesk})
        message = "What was told could not be stored. Tell it again."
        headers = {"Retry-After": str(AGAIN_SECONDS)}
        raise Refusal(503, message, code=StorageUnavailable.code, headers=headers)
