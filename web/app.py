"""The whole HTTP surface, put together from its parts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import lru_cache

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from strawberry.printer import print_schema
from strawberry.schema import Schema

from execution.cost import ListSize
from execution.engine import Engine
from execution.limits import DocumentLimits
from models.errors import Unauthenticated
from runtime.clock import Clock
from web.asking import Authenticator, ContextFactory
from web.explorer.page import Explorer
from web.graphql_view import GraphQLView, unauthenticated
from web.health import Check, Health
from web.hosts import KnownHosts
from web.refusal import Refusal, refusal_response
from web.requests import RequestMiddleware
from web.settings import WebSettings

ASKED_HEADERS = (
    "Accept",
    "Authorization",
    "Content-Type",
    "X-Api-Key",
    "X-Request-Id",
    "X-Upstream",
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
    "ApolloGraphQL-Client-Name",
    "ApolloGraphQL-Client-Version",
)


@dataclass(frozen=True, slots=True)
class WebParts:
    """What the door is made of. `routes` are other rooms' own, such as files and webhooks; `lifespan` opens and closes
    what the parts hold; `sizes` adds to what is known of list lengths (execution/cost.py)."""

    schema: Schema
    context: ContextFactory
    authenticator: Authenticator
    clock: Clock
    settings: WebSettings = field(default_factory=WebSettings)
    limits: DocumentLimits = field(default_factory=DocumentLimits)
    sizes: Mapping[str, ListSize] = field(default_factory=dict)
    ready: Check | None = None
    routes: Sequence[BaseRoute] = ()
    lifespan: Callable[[], AbstractAsyncContextManager[None]] | None = None


def create_app(parts: WebParts) -> Starlette:
    settings = parts.settings
    engine = Engine(parts.schema, parts.clock, limits=parts.limits, sizes=parts.sizes, seconds=settings.request_seconds)
    explorer = Explorer() if settings.explorer else None
    health = Health(parts.ready)
    view = GraphQLView(engine, parts.context, parts.authenticator, settings, explorer)
    app = Starlette(
        routes=[
            _graphql_route(view),
            WebSocketRoute("/graphql", view),
            Route("/schema.graphql", _Sdl(parts.schema, parts.authenticator).answer, methods=["GET"]),
            *health.routes(),
            *(explorer.routes() if explorer else ()),
            *parts.routes,
        ],
        middleware=[
            Middleware(RequestMiddleware, clock=parts.clock),
            Middleware(KnownHosts, hosts=settings.hosts),
            _cors(settings),
        ],
        exception_handlers={HTTPException: _http_error, Refusal: _refusal},
        lifespan=_lifespan(parts),
    )
    app.router.redirect_slashes = False  # it would send callers to whatever Host they named
    app.state.health = health
    return app


def _graphql_route(view: GraphQLView) -> Route:
    """Every method: the view itself says which it takes, in GraphQL's own form."""
    route = Route("/graphql", view)
    route.methods = set()
    return route


def _cors(settings: WebSettings) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=("GET", "POST"),
        allow_headers=ASKED_HEADERS,
        expose_headers=("X-Request-Id", "Retry-After"),
        max_age=3600,
    )


def _lifespan(parts: WebParts) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with parts.lifespan() if parts.lifespan else contextlib.nullcontext():
            yield

    return lifespan


_printed = lru_cache(maxsize=4)(print_schema)


class _Sdl:
    """/schema.graphql, for whoever may ask. A federated schema is printed as a subgraph."""

    def __init__(self, schema: Schema, authenticator: Authenticator) -> None:
        self._text = _printed(schema)
        self._authenticator = authenticator

    async def answer(self, request: Request) -> Response:
        try:
            await self._authenticator.authenticate(request.headers)
        except Unauthenticated as problem:
            raise unauthenticated(problem) from None
        return Response(self._text, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-cache"})


async def _http_error(request: Request, problem: Exception) -> Response:
    """What starlette itself refuses: an address nobody serves, a method a route does not take."""
    assert isinstance(problem, HTTPException)
    message = {404: "There is nothing at this address.", 405: "This address does not take the method."}
    refusal = Refusal(problem.status_code, message.get(problem.status_code, problem.detail), headers=problem.headers)
    return refusal_response(refusal, request.state.request_id)


async def _refusal(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Refusal)
    return refusal_response(problem, request.state.request_id)
