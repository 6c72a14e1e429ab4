"""A small schema with everything the door has to deal with: pages, links, writes, events, and resolvers that fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError
from strawberry.federation import Schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from models.errors import BadInput, RateLimited, Unavailable


@dataclass
class ToyContext:
    principal: object = None
    request_id: str = ""
    upstream: bool = False
    calls: list[str] = field(default_factory=list)
    partial_errors: list[GraphQLError] = field(default_factory=list)

    def response_extensions(self) -> dict[str, Any]:
        return {"upstream": {"calls": len(self.calls)}} if self.upstream else {}


@strawberry.federation.type(keys=["id"])
class Ticket:
    id: strawberry.ID
    subject: str = "Printer on fire"

    @strawberry.field
    def comments(self, info: Info[ToyContext, None], first: int | None = None) -> list[Comment]:
        info.context.calls.append("comments")
        return [Comment(text="hello")]

    @strawberry.field
    def related(self, first: int = 20) -> list[Ticket]:
        return []

    @strawberry.field
    def parent(self) -> Ticket | None:
        return None

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("SELECT * FROM secrets WHERE key='hunter2'")

    @strawberry.field
    def limited(self) -> str | None:
        raise RateLimited("Zendesk asks to wait.", helpdesk="acme", retry_after=1.5)


@strawberry.type
class Comment:
    text: str

    @strawberry.field
    def ticket(self) -> Ticket:
        return Ticket(id=strawberry.ID("1"))


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, info: Info[ToyContext, None], name: str = "world") -> str:
        info.context.calls.append("hello")
        return f"hello {name}"

    @strawberry.field
    def double(self, number: int) -> int:
        return number * 2

    @strawberry.field
    def tickets(self, info: Info[ToyContext, None], first: int | None = None, last: int | None = None) -> list[Ticket]:
        info.context.calls.append("tickets")
        return [Ticket(id=strawberry.ID("1"))]

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list[Ticket]:
        return [Ticket(id=i) for i in ids]

    @strawberry.field
    def half(self, info: Info[ToyContext, None]) -> list[Ticket] | None:
        cause = Unavailable("Freshdesk does not answer.", helpdesk="beta")
        info.context.partial_errors.append(GraphQLError(cause.message, path=["half"], original_error=cause))
        return [Ticket(id=strawberry.ID("1"))]

    @strawberry.field
    def refuses(self) -> str | None:
        raise BadInput("`first` must be between 1 and 100.", field="first")

    @strawberry.field
    def must(self) -> str:
        raise RuntimeError("boom")

    @strawberry.field
    async def slow(self, info: Info[ToyContext, None]) -> str:
        info.context.calls.append("slow")
        await asyncio.Event().wait()
        return "never"

    @strawberry.field
    def odd(self) -> str:
        return "half a pair: \ud800"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def rename(self, info: Info[ToyContext, None], name: str) -> str:
        info.context.calls.append("rename")
        return name


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int) -> AsyncIterator[Annotated[int, "up to `to`"]]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def forever(self) -> AsyncIterator[int]:
        yield 0
        await asyncio.Event().wait()

    @strawberry.subscription
    async def fails(self) -> AsyncIterator[int]:
        yield 0
        raise RuntimeError("hunter2")


def toy_schema() -> Schema:
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Ticket],
        config=StrawberryConfig(disable_field_suggestions=True),
        federation_version="2.9",
    )
