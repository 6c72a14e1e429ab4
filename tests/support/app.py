"""The whole server over the sandbox, in process: a GraphQL question through the real ASGI app, as whoever one likes."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from models.queries import Scope
from resolvers.context import Principal
from runtime.settings import Settings
from sandbox.inprocess import InProcess
from server import Works, sandbox_accounts, web_parts
from sync.copy import Copy
from tests.support.company import BASE, Company
from web.app import create_app
from web.principal import TENANT, Caller

SIGNING_KEY = "a key that signs the tests' links"
URL = "http://127.0.0.1:8000"


def caller(
    organizations: Mapping[str, frozenset[str]] | None = None, *, scopes: frozenset[str] | None = None
) -> Caller:
    """`organizations`: remote ids by helpdesk, for one who is bound to them."""
    return Caller(
        principal=Principal(id="someone", name="Someone", scopes=scopes),
        scope=Scope(tenant=TENANT, organizations=organizations, notes=scopes is None or "notes:read" in scopes),
    )


class App:
    """`who` may be changed between questions."""

    client: httpx.AsyncClient

    def __init__(self, company: Company, who: Caller) -> None:
        self.company, self.who = company, who

    async def authenticate(self, headers: Mapping[str, str]) -> Caller:
        return self.who

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        request_id: str = "test-request",
        **headers: str,
    ) -> dict[str, Any]:
        """The whole answer, errors and all."""
        response = await self.client.post(
            "/graphql",
            json={"query": query, "variables": dict(variables or {})},
            headers={"X-Request-Id": request_id, **headers},
        )
        answer: dict[str, Any] = response.json()
        return answer

    async def data(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer that has no errors."""
        answer = await self.ask(query, variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data


@asynccontextmanager
async def open_app(
    company: Company, who: Caller | None = None, *, copy: Copy | None = None, **more: Any
) -> AsyncIterator[App]:
    """With `copy`, the server answers from it. `more`: settings."""
    settings = Settings(signing_key=SIGNING_KEY, accounts=sandbox_accounts(BASE), explorer=False, **more)
    app = App(company, who or caller())
    works = Works(company.providers, copy)
    parts = dataclasses.replace(web_parts(settings, works, company.clock), authenticator=app)
    async with httpx.AsyncClient(transport=InProcess(create_app(parts)), base_url=URL) as client:
        app.client = client
        yield app
