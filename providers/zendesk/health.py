"""How an account is doing: one cheap call that only a signed-in caller can pass."""

from __future__ import annotations

from models.enums import CredentialState, HealthState
from models.errors import BudgetExhausted, CredentialsRejected, HelpdeskError, RateLimited, UpstreamError
from models.records import Health, RemoteProblem
from providers.zendesk import wire
from providers.zendesk.mapping_people import STAFF
from providers.zendesk.memory import Remembered
from providers.zendesk.session import Session

SECONDS = 10.0


class Doctor:
    """Asked often, it asks the vendor now and then."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._client = session.client
        self._last = Remembered(session.clock, self._examine, session.noted("health"), SECONDS)

    async def health(self) -> Health:
        return await self._last.get()

    async def _examine(self) -> Health:
        sign_in, now = self._client.sign_in, self._session.now
        start = self._session.clock.monotonic()
        try:
            await self._me()
        except HelpdeskError as error:
            return self._ill(error)
        latency = (self._session.clock.monotonic() - start) * 1_000
        state = HealthState.UP if self._client.upstream.health().answering else HealthState.DEGRADED
        return Health(state=state, checked_at=now, latency_ms=latency, credential=sign_in.state, note=sign_in.note)

    async def _me(self) -> None:
        """`/users/me` is open to anonymous callers: a refused credential can be a 200 with a user that has no id
        (node-zendesk issue 152). An end user's credential works, but sees only that person's own tickets."""
        found = await self._client.one("/users/me", "/users/me", "user", wire.User)
        if not found.wire.id:
            raise self._client.sign_in.rejected(CredentialsRejected("anonymous", status=200))
        if found.wire.role not in STAFF:
            raise CredentialsRejected(
                f"The credential of helpdesk {self._session.key!r} is an end user's; an agent's or admin's is needed. "
                f"Correct {self._client.sign_in.setting}.",
                status=200,
            )

    def _ill(self, error: HelpdeskError) -> Health:
        rejected = isinstance(error, CredentialsRejected)
        remote = error if isinstance(error, UpstreamError) else None
        return Health(
            state=HealthState.DEGRADED if isinstance(error, RateLimited | BudgetExhausted) else HealthState.DOWN,
            checked_at=self._session.now,
            problem=RemoteProblem(
                status=remote.status if remote else None,
                code=error.code,
                message=error.message,
                request_id=remote.request_id if remote else None,
            ),
            credential=CredentialState.REJECTED if rejected else self._client.sign_in.state,
            note=self._client.sign_in.note,
        )
