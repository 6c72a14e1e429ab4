"""The door: settings → objects → app. Everything is built here, once, and handed down as plain values.

server.py serve      the helpdesks that are configured (`--or-demo`: the demo when none is)
server.py demo       a sandbox with both vendors' faces, and the server over it
server.py sandbox    the sandbox alone, for anybody's clients
server.py sdl        writes schema/schema.graphql (`--check`: only compares)
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import secrets
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

import typer
import uvicorn
import uvloop
from dotenv import dotenv_values

from execution.limits import DocumentLimits
from imaging.links import FileLinks
from models.enums import Vendor
from models.errors import HelpdeskError
from providers import Link, Parts, build
from providers.base import Provider
from providers.freshdesk import simulator as freshdesk_face
from providers.zendesk import simulator as zendesk_face
from providers.zendesk.simulator.credentials import Credentials
from resolvers.context import RequestContext
from resolvers.paging import Cursors
from runtime import log
from runtime.accounts import Account, is_loopback
from runtime.clock import Clock, SystemClock
from runtime.settings import Settings, SettingsError, load
from sandbox.app import Face, Sandbox, create_sandbox
from sandbox.clocks import SandboxClock
from sandbox.controls import Controls
from sandbox.world import World
from schema.build import SchemaOptions, build_schema, sdl
from schema.limits import SIZES
from web.app import WebParts, create_app
from web.asking import Asked
from web.files import Files
from web.principal import OneKey, OpenDoor
from web.serve import DrainingServer
from web.serve import server as web_server
from web.settings import WebSettings
from writes import Ledger, MemoryLedger

ROOT = Path(__file__).parent
SDL_FILE = ROOT / "schema" / "schema.graphql"
SEED = 7

door = typer.Typer(add_completion=False, no_args_is_help=True, help="Deskgraph: one GraphQL API over every helpdesk.")


def link_of(account: Account) -> Link:
    return Link(
        key=account.key,
        vendor=Vendor(account.vendor.upper()),
        name=account.name,
        domain=account.domain,
        base_url=account.base_url,
        secrets=account.secrets,
    )


def open_providers(accounts: tuple[Account, ...], parts: Parts) -> dict[str, Provider]:
    """Raises SettingsError with every account that cannot work."""
    providers, problems = {}, []
    for account in accounts:
        try:
            providers[account.key] = build(link_of(account), parts)
        except HelpdeskError as error:
            problems.append(f"helpdesk {account.key!r}: {error.message}")
    if problems:
        raise SettingsError(problems)
    return providers


class Contexts:
    """Makes the context of each request from what lives as long as the process."""

    def __init__(
        self, settings: Settings, providers: Mapping[str, Provider], clock: Clock, ledger: Ledger | None = None
    ) -> None:
        key = (settings.signing_key or secrets.token_hex(32)).encode()
        self._key = key
        self._calls_each = settings.max_calls
        self._providers = providers
        self._clock = clock
        self._ledger = ledger or MemoryLedger()
        self.links = FileLinks([key], settings.url, clock)

    async def __call__(self, asked: Asked) -> RequestContext:
        caller = asked.principal
        return RequestContext(
            scope=caller.scope,
            principal=caller.principal,
            providers=self._providers,
            cursors=Cursors(self._key, caller.scope.tenant),
            files=self.links,
            ledger=self._ledger,
            clock=self._clock,
            request_id=asked.request_id,
            show_upstream=asked.wants_upstream,
            calls_each=self._calls_each,
        )


def web_parts(
    settings: Settings, providers: Mapping[str, Provider], clock: Clock, ledger: Ledger | None = None
) -> WebParts:
    contexts = Contexts(settings, providers, clock, ledger)

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        for provider in providers.values():
            await provider.aclose()

    return WebParts(
        schema=build_schema(SchemaOptions(nodes_inaccessible=settings.hide_node)),
        context=contexts,
        authenticator=OneKey(settings.api_key) if settings.api_key else OpenDoor(),
        clock=clock,
        settings=WebSettings(
            body_bytes=settings.body_bytes,
            request_seconds=settings.request_seconds,
            cors_origins=settings.cors_origins,
            explorer=settings.explorer,
            get_needs_header=settings.get_needs_header,
            request_error_status=422 if settings.http_draft else 400,
            partial_status=294 if settings.http_draft else 200,
            hosts=() if settings.api_key else own_hosts(settings),
        ),
        limits=DocumentLimits(
            tokens=settings.max_tokens, depth=settings.max_depth, cost=settings.max_cost, values=settings.max_values
        ),
        sizes=SIZES,
        routes=Files(contexts.links, providers).routes(),
        lifespan=lifespan,
    )


def own_hosts(settings: Settings) -> tuple[str, ...]:
    """Without a key, a page from elsewhere must not reach us under a name of its own (DNS rebinding)."""
    public = urlsplit(settings.url).hostname or ""
    return tuple(dict.fromkeys(("localhost", "127.0.0.1", "::1", settings.host, public)))


def make_sandbox(tickets: int, seed: int, clock: Clock) -> Sandbox:
    """`tickets` are split over the two desks."""
    moving = SandboxClock(clock)
    world = World(seed, {"freshdesk": tickets // 2, "zendesk": tickets - tickets // 2}, moving)
    faces: dict[str, Face] = {"freshdesk": freshdesk_face.face, "zendesk": zendesk_face.face}
    return create_sandbox(world, faces, Controls(moving))


def sandbox_accounts(base: str) -> tuple[Account, ...]:
    """Accounts that reach a sandbox at `base`."""
    return (
        Account(
            key="freshdesk",
            vendor="freshdesk",
            name="Sandbox Freshdesk",
            domain="sandbox",
            base_url=f"{base}/freshdesk",
            secrets={"api_key": freshdesk_face.ADMIN.secret},
        ),
        Account(
            key="zendesk",
            vendor="zendesk",
            name="Sandbox Zendesk",
            domain="sandbox",
            base_url=f"{base}/zendesk",
            secrets={"oauth_token": Credentials(email="").oauth_token},
        ),
    )


class _Companion(uvicorn.Server):
    """A second server in the same loop; signals belong to the first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int, *, name: str, or_next: bool = False) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if or_next:
            return listen(host, 0, name=name)
        raise SettingsError([f"{name}: cannot listen on {host}:{port} ({error.strerror}). Choose another."]) from error


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


async def run_web(settings: Settings, clock: Clock, listener: socket.socket, announce: str) -> None:
    providers = open_providers(settings.accounts, Parts(clock=clock, concurrency=settings.upstream_concurrency))
    app = create_app(web_parts(settings, providers, clock))
    server: DrainingServer = web_server(app, settings.host, settings.port)
    typer.echo(announce)
    await server.serve(sockets=[listener])


async def run_demo(settings: Settings, clock: Clock) -> None:
    with (
        listen("127.0.0.1", settings.sandbox_port, name="SANDBOX_PORT", or_next=True) as sandbox_listener,
        listen(settings.host, settings.port, name="PORT") as listener,
    ):
        base = f"http://127.0.0.1:{port_of(sandbox_listener)}"
        settings = dataclasses.replace(settings, port=port_of(listener), accounts=sandbox_accounts(base))
        companion = _Companion(sandbox_config(make_sandbox(settings.tickets, SEED, clock)))
        serving = asyncio.ensure_future(companion.serve(sockets=[sandbox_listener]))
        try:
            announce = (
                f"The demo: {settings.tickets:,} tickets of a pretend company, in a Freshdesk and a Zendesk that are"
                f" simulated at {base}\n{greeting(settings)}"
            )
            await run_web(settings, clock, listener, announce)
        finally:
            companion.should_exit = True
            await serving


def sandbox_config(sandbox: Sandbox) -> uvicorn.Config:
    return uvicorn.Config(
        sandbox, log_config=None, access_log=False, lifespan="on", server_header=False, timeout_graceful_shutdown=2
    )


def greeting(settings: Settings) -> str:
    key = " -H 'Authorization: Bearer <API_KEY>'" if settings.api_key else ""
    query = '{"query":"{ tickets(first: 3) { nodes { subject requester { name } helpdesk { name } } } }"}'
    linked = ", ".join(f"{a.name} ({a.key})" for a in settings.accounts)
    return (
        f"\n  GraphiQL   {settings.url}/graphql\n  helpdesks  {linked}\n\n  A first query:\n"
        f"    curl -s {settings.url}/graphql{key} -H 'Content-Type: application/json' \\\n      -d '{query}'\n"
    )


def in_file(path: Path) -> dict[str, str]:
    """A `.env` file, taken literally; what the environment says goes before it."""
    found = dotenv_values(path, interpolate=False) if path.is_file() else {}
    return {name: value for name, value in found.items() if value is not None}


def settings_or_exit() -> Settings:
    try:
        return load({**in_file(ROOT / os.environ.get("ENV_FILE", ".env")), **os.environ}, ROOT)
    except SettingsError as error:
        complain(error)


def complain(error: SettingsError) -> NoReturn:
    typer.echo("These settings cannot be used (docs/settings.md explains each):", err=True)
    for problem in error.problems:
        typer.echo(f"  {problem}", err=True)
    raise typer.Exit(2)


def prepared(settings: Settings) -> None:
    log.configure(settings.log_level.upper(), secrets=settings.secrets())
    if settings.host in ("0.0.0.0", "::") and not settings.public_url:  # noqa: S104
        typer.echo(f"PUBLIC_URL is not set: links to files lead to {settings.url}, for this machine only.", err=True)


def run(main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(main)
        except SettingsError as error:
            complain(error)


@door.command()
def serve(or_demo: Annotated[bool, typer.Option(help="Without a configured helpdesk, run the demo.")] = False) -> None:
    """Serve the configured helpdesks."""
    settings = settings_or_exit()
    if not settings.accounts:
        if or_demo:
            return demo()
        complain(
            SettingsError(
                [
                    "No helpdesk is configured. Set FRESHDESK_DOMAIN and FRESHDESK_API_KEY, or ZENDESK_SUBDOMAIN and"
                    " its credentials, or write helpdesks.toml; or try `server.py demo`."
                ]
            )
        )
    prepared(settings)

    async def main() -> None:
        with listen(settings.host, settings.port, name="PORT") as listener:
            here = dataclasses.replace(settings, port=port_of(listener))
            await run_web(here, SystemClock(), listener, greeting(here))

    return run(main())


@door.command()
def demo() -> None:
    """A sandbox and the server over it: no account needed."""
    settings = settings_or_exit()
    prepared(settings)
    run(run_demo(settings, SystemClock()))


@door.command()
def sandbox(
    host: Annotated[str, typer.Option(help="Address to listen on; loopback only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 9400,
    tickets: Annotated[int, typer.Option(help="Tickets, split over both helpdesks.", min=2)] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = SEED,
) -> None:
    """The pretend company with the faces of both vendors, for anybody's clients."""
    try:
        if not is_loopback(host):
            raise SettingsError(
                [f"--host {host}: the sandbox's credentials are known to all; it listens on loopback only."]
            )
        listener = listen(host, port, name="--port")
    except SettingsError as error:
        complain(error)
    log.configure("WARNING")
    with listener:
        base = f"http://{host}:{port_of(listener)}"
        typer.echo(f"Sandbox of {tickets:,} tickets (seed {seed})\n  control door  {base}/-/")
        for account in sandbox_accounts(base):
            typer.echo(f"  {account.key:<12}  {account.base_url}  (API at {account.base_url}/api/v2)")
            for name, value in account.secrets.items():
                typer.echo(f"  {'':<12}  {name}: {value}")
        uvicorn.Server(sandbox_config(make_sandbox(tickets, seed, SystemClock()))).run(sockets=[listener])


@door.command("sdl")
def write_sdl(
    check: Annotated[bool, typer.Option(help="Compare only; exit 1 when the file is not current.")] = False,
) -> None:
    """Write schema/schema.graphql from the code."""
    text = sdl()
    if not check:
        SDL_FILE.write_text(text, encoding="utf-8")
    elif not SDL_FILE.is_file() or SDL_FILE.read_text(encoding="utf-8") != text:
        typer.echo("schema/schema.graphql is not current: run `make sdl`.", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    door()
