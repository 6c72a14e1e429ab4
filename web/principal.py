"""Who is asking. One key for all callers, or, on loopback, none at all; keys and tokens of their own come later."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import msgspec

from models.errors import Unauthenticated
from models.queries import Scope
from resolvers.context import Principal

TENANT = "default"


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A principal and what it may read."""

    principal: Principal
    scope: Scope


OPEN = Caller(principal=Principal(id="local", name="Local user"), scope=Scope(tenant=TENANT))


class OpenDoor:
    """No key is set: everybody who can reach us, which is this machine."""

    async def authenticate(self, headers: Mapping[str, str]) -> Caller:
        return OPEN


class OneKey:
    """API_KEY, as `Authorization: Bearer <key>` or `X-Api-Key: <key>`."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._caller = Caller(principal=Principal(id="api-key", name="API key"), scope=Scope(tenant=TENANT))

    async def authenticate(self, headers: Mapping[str, str]) -> Caller:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        if not given:
            raise Unauthenticated("An API key is needed: send `Authorization: Bearer <key>` or `X-Api-Key: <key>`.")
        if not hmac.compare_digest(given.encode(), self._key):
            raise Unauthenticated("This API key is not known here.")
        return self._caller

    def __repr__(self) -> str:
        return "OneKey(<hidden>)"
