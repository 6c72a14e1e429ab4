"""How the account is doing: one cheap authenticated call, kept for a moment, and what its headers said."""

from __future__ import annotations

from datetime import timedelta

from cachetools import TTLCache

from models.enums import CredentialState, HealthState
from models.errors import CredentialsRejected, Forbidden, HelpdeskError, UpstreamError
from models.records import Budget, EndpointBudget, Health, RemoteProblem
from providers.freshdesk import wire
from providers.freshdesk.client import FAMILIES, Client

HEALTH_SECONDS = 15.0
WINDOW = 60


class Pulse:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._kept: TTLCache[str, Health] = TTLCache(1, HEALTH_SECONDS, client.clock.monotonic)

    async def health(self) -> Health:
        """`GET /agents/me` works with every key (API reference, "Agents")."""
        found = self._kept.get("")
        if found is None:
            found = self._kept[""] = await self._ask()
        return found

    async def _ask(self) -> Health:
        start = self._client.clock.monotonic()
        checked = self._client.clock.now()
        try:
            await self._client.one(wire.Me, "/agents/me", "/agents/me")
        except HelpdeskError as error:
            return Health(
                state=HealthState.DEGRADED if isinstance(error, Forbidden) else HealthState.DOWN,
                checked_at=checked,
                problem=_problem(error),
                credential=CredentialState.REJECTED
                if isinstance(error, CredentialsRejected)
                else CredentialState.VALID,
                note=error.message,
            )
        latency = (self._client.clock.monotonic() - start) * 1000
        calm = self._client.upstream.health().answering
        return Health(state=HealthState.UP if calm else HealthState.DEGRADED, checked_at=checked, latency_ms=latency)

    def budget(self) -> Budget:
        """The rest's bucket stands for the account; the others are told beside it."""
        states = self._client.upstream.budgets()
        main = states.get("other") or next(iter(states.values()), None)
        endpoints = tuple(
            EndpointBudget(name=name, limit=states[name].limit, remaining=states[name].remaining)
            for name in FAMILIES
            if name in states
        )
        if main is None:
            return Budget(window_s=WINDOW)
        return Budget(
            limit=main.limit,
            remaining=main.remaining,
            window_s=WINDOW,
            reset_at=self._client.clock.now() + timedelta(seconds=main.reset_seconds),
            endpoints=endpoints,
        )


def _problem(error: HelpdeskError) -> RemoteProblem:
    if isinstance(error, UpstreamError):
        return RemoteProblem(
            status=error.status,
            code=error.vendor_code or error.code,
            message=error.message,
            request_id=error.request_id,
        )
    return RemoteProblem(code=error.code, message=error.message)
