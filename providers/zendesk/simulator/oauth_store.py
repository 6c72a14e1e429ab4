"""Clients, codes and tokens. A refresh kills its pair ('Refresh token' page); codes live 120 s and work once."""

from __future__ import annotations

import base64
import hashlib
import itertools
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from runtime.clock import Clock

CODE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Client:
    number: int
    identifier: str
    kind: Literal["public", "confidential"]
    user: int
    """A client-credentials token acts as this agent."""
    secret: str = field(default="", repr=False)
    redirect_uris: tuple[str, ...] = ()
    """None registered: any absolute https address, and http on loopback."""
    name: str = "Sandbox client"


@dataclass(frozen=True, slots=True)
class Token:
    number: int
    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    client: int
    user: int
    scopes: tuple[str, ...]
    created: float
    expires: float | None
    refresh_expires: float | None
    broken_scope: bool = False
    """The scope came as a list: a token is given all the same, and every call with it is a 403 (grant-type page)."""


@dataclass(frozen=True, slots=True)
class Code:
    client: int
    user: int
    redirect_uri: str
    scopes: tuple[str, ...]
    made: float
    challenge: str | None


class OAuthStore:
    def __init__(self, clock: Clock, clients: Iterable[Client], tokens: Iterable[tuple[str, int, int]]) -> None:
        """`tokens`: (access token, client, user) of tokens that never end."""
        self._clock = clock
        self.clients = {client.identifier: client for client in clients}
        self._numbers = itertools.count(1)
        self._tokens: dict[int, Token] = {}
        self._by_access: dict[str, int] = {}
        self._by_refresh: dict[str, int] = {}
        self._codes: dict[str, Code] = {}
        for access, client, user in tokens:
            self._keep(self._token(access, None, client, user, ("read", "write"), None, None))

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def client(self, identifier: str) -> Client | None:
        return self.clients.get(identifier)

    def client_by_number(self, number: int) -> Client | None:
        return next((client for client in self.clients.values() if client.number == number), None)

    def register(self, client: Client) -> Client:
        self.clients[client.identifier] = client
        return client

    # -- codes

    def code(self, client: Client, user: int, redirect_uri: str, scopes: Sequence[str], challenge: str | None) -> str:
        word = secrets.token_hex(20)
        self._codes[word] = Code(client.number, user, redirect_uri, tuple(scopes), self._now(), challenge)
        return word

    def take_code(self, word: str, client: Client, redirect_uri: str, verifier: str | None) -> Code | None:
        """The code, once; None when it is old, used, another client's, or its proof does not fit."""
        code = self._codes.pop(word, None)
        if code is None or code.client != client.number or code.redirect_uri != redirect_uri:
            return None
        if self._now() - code.made > CODE_SECONDS:
            return None
        if code.challenge is None:
            return code if client.kind == "confidential" else None
        return code if verifier and challenge_of(verifier) == code.challenge else None

    # -- tokens

    def issue(
        self,
        client: Client,
        user: int,
        scopes: Sequence[str],
        *,
        seconds: int | None,
        refresh_seconds: int | None,
        broken_scope: bool = False,
    ) -> Token:
        now = self._now()
        token = self._token(
            secrets.token_hex(32),
            secrets.token_hex(32) if refresh_seconds else None,
            client.number,
            user,
            tuple(scopes),
            None if seconds is None else now + seconds,
            now + refresh_seconds if refresh_seconds else None,
        )
        return self._keep(replace(token, broken_scope=broken_scope))

    def _token(
        self,
        access: str,
        refresh: str | None,
        client: int,
        user: int,
        scopes: tuple[str, ...],
        expires: float | None,
        refresh_expires: float | None,
    ) -> Token:
        number = next(self._numbers)
        return Token(number, access, refresh, client, user, scopes, self._now(), expires, refresh_expires)

    def _keep(self, token: Token) -> Token:
        self._tokens[token.number] = token
        self._by_access[token.access] = token.number
        if token.refresh:
            self._by_refresh[token.refresh] = token.number
        return token

    def alive(self, access: str) -> Token | None:
        token = self._tokens.get(self._by_access.get(access, 0))
        if token is None or (token.expires is not None and token.expires <= self._now()):
            return None
        return token

    def take_refresh(self, refresh: str, client: Client) -> Token | None:
        """The pair a refresh token belongs to; both halves are dead from here on."""
        token = self._tokens.get(self._by_refresh.get(refresh, 0))
        if token is None or token.client != client.number:
            return None
        self.revoke(token.number)
        return token if token.refresh_expires is not None and token.refresh_expires > self._now() else None

    def revoke(self, number: int) -> bool:
        token = self._tokens.pop(number, None)
        if token is None:
            return False
        self._by_access.pop(token.access, None)
        self._by_refresh.pop(token.refresh or "", None)
        return True

    def get(self, number: int) -> Token | None:
        return self._tokens.get(number)

    def tokens(self) -> list[Token]:
        return list(self._tokens.values())

    def expire(self) -> None:
        """Every access token that can end, ends now: what happens in the middle of a session."""
        for number, token in self._tokens.items():
            if token.expires is not None:
                self._tokens[number] = replace(token, expires=self._now())


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
