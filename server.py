"""The door: settings → objects → app. Everything is built here, once, and handed down as plain values.

server.py serve      the helpdesks that are configured (`--or-demo`: the demo when none is), and the sync of their copy
server.py sync       the sync alone, with its progress (`--once`: until it has caught up)
server.py webhooks   prints the addresses to give to the helpdesks
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
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

import typer
import uvicorn
import uvloop
from dotenv import dotenv_values
from rich.console import Console
from starlette.routing import BaseRoute

from execution.limits import DocumentLimits
from imaging.links import FileLinks
from models.enums import SyncKind, Vendor
from models.errors import BadInput, HelpdeskError, StorageUnavailable
from providers import Link, Parts, build
from providers.base import Provider
from providers.pretend import SEED, make_sandbox, sandbox_accounts
from resolvers.context import RequestContext
from resolvers.paging import Cursors
from resolvers.store import Store
from runtime import log
from runtime.accounts import Account, is_loopback
from runtime.clock import Clock, SystemClock
from runtime.collecting import settle
from runtime.settings import Settings, SettingsError, load
from sandbox.app import Sandbox
from schema.build import SchemaOptions, build_schema, sdl
from schema.limits import SIZES
from sync.copy import Copy, kept_up_to_date, open_copy, open_database_for, shared_budget
from sync.display import pause, show
from web.app import WebParts, create_app
from web.asking import Asked, Authenticator
from web.files import Files
from web.metrics import Metrics
from web.principal import TENANT, OneKey, OpenDoor
from web.serve import Companion, DrainingServer, listen, port_of
from web.serve import server as web_server
from web.settings import WebSettings
from web.webhook_doors import webhook_doors
from web.webhooks import Webhooks, secret_of
from writes import Ledger, MemoryLedger

ROOT = Path(__file__).parent
SDL_FILE = ROOT / "schema" / "schema.graphql"

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


@dataclasses.dataclass(frozen=True)
class Works:
    """What lives as long as the process: the helpdesks, and our copy of them where one is kept."""

    providers: Mapping[str, Provider]
    copy: Copy | None = None


@contextlib.asynccontextmanager
async def opened(settings: Settings, clock: Clock) -> AsyncIterator[Works]:
    """Raises SettingsError for accounts and databases that cannot work."""
    copied = [account.key for account in settings.accounts if settings.mirror and account.mirrored]
    async with contextlib.AsyncExitStack() as stack:
        database, budget = None, None
        if copied:
            try:
                database = await stack.enter_async_context(
                    open_database_for(settings.database_url, owner_url=settings.database_owner_url)
                )
                budget = await shared_budget(database, TENANT, clock)
            except StorageUnavailable as error:
                raise SettingsError([f"DATABASE_URL: {error.message} MIRROR=0 does without."]) from error
        parts = Parts(clock=clock, concurrency=settings.upstream_concurrency, budget=budget)
        providers = open_providers(settings.accounts, parts)
        for provider in providers.values():
            stack.push_async_callback(provider.aclose)
        copy = None
        if database is not None:
            mine = {key: providers[key] for key in copied}
            copy = await stack.enter_async_context(open_copy(database, TENANT, mine, clock))
        yield Works(providers, copy)


class Contexts:
    """Makes the context of each request from what lives as long as the process."""

    def __init__(self, settings: Settings, works: Works, clock: Clock, ledger: Ledger | None = None) -> None:
        key = (settings.signing_key or secrets.token_hex(32)).encode()
        self._key = key
        self._calls_each = settings.max_calls
        self._stale_after_s = settings.stale_seconds
        self._providers = works.providers
        self._copy = works.copy
        self._store = store_of(works.copy) if works.copy else None
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
            store=self._store,
            mirror=self._copy.mirror if self._copy else None,
            states=self._copy.sync.states if self._copy else None,
            refresh=self._copy.sync.refresh if self._copy else None,
            stale_after_s=self._stale_after_s,
        )


def store_of(copy: Copy) -> Store:
    return Store(copy.database, copy.tenancy, copy.mirror, copy.sync.states, tuple(copy.providers))


def web_parts(settings: Settings, works: Works, clock: Clock, ledger: Ledger | None = None) -> WebParts:
    contexts = Contexts(settings, works, clock, ledger)

    @contextlib.asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        syncing = works.copy is not None and settings.sync
        async with kept_up_to_date(works.copy) if works.copy and syncing else contextlib.nullcontext():
            yield

    authenticator = OneKey(settings.api_key) if settings.api_key else OpenDoor()
    return WebParts(
        schema=build_schema(SchemaOptions(nodes_inaccessible=settings.hide_node)),
        context=contexts,
        authenticator=authenticator,
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
        routes=[*Files(contexts.links, works.providers).routes(), *copy_routes(settings, works, clock, authenticator)],
        lifespan=lifespan,
    )


def copy_routes(settings: Settings, works: Works, clock: Clock, callers: Authenticator) -> Sequence[BaseRoute]:
    """The figures of a copy and, with WEBHOOK_KEY, the doors for hints that bring it up to date."""
    if works.copy is None:
        return ()
    copied = [account for account in settings.accounts if account.key in works.copy.providers]
    doors = webhook_doors(copied, settings.webhook_keys, TENANT) if settings.webhook_keys else {}
    hooks = Webhooks(doors, works.copy.database, works.copy.tenancy, clock).routes() if doors else []
    return [*Metrics(works.copy.sync, callers).routes(), *hooks]


def own_hosts(settings: Settings) -> tuple[str, ...]:
    """Without a key, a page from elsewhere must not reach us under a name of its own (DNS rebinding)."""
    public = urlsplit(settings.url).hostname or ""
    return tuple(dict.fromkeys(("localhost", "127.0.0.1", "::1", settings.host, public)))


async def run_web(
    settings: Settings, clock: Clock, listener: socket.socket, announce: str, *, show_sync: bool = False
) -> None:
    async with opened(settings, clock) as works:
        app = create_app(web_parts(settings, works, clock))
        server: DrainingServer = web_server(app, settings.host, settings.port)
        settle()
        typer.echo(announce)
        async with first_load_shown(works.copy, clock) if works.copy and show_sync else contextlib.nullcontext():
            await server.serve(sockets=[listener])


@contextlib.asynccontextmanager
async def first_load_shown(copy: Copy, clock: Clock) -> AsyncIterator[None]:
    """The copy being filled, on the terminal, until it answers for tickets."""
    stop = asyncio.Event()

    async def watch() -> None:
        while not stop.is_set():
            tickets = [await copy.sync.states.covers(key, SyncKind.TICKETS) for key in copy.providers]
            if all(tickets):
                stop.set()
            await pause(clock, 1.0, stop)

    tasks = [asyncio.ensure_future(watch()), asyncio.ensure_future(show(Console(), copy.sync.progress, clock, stop))]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks, return_exceptions=True)


async def run_demo(settings: Settings, clock: Clock) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="deskgraph-demo-") as folder,
        listen("127.0.0.1", settings.sandbox_port, name="SANDBOX_PORT", or_next=True) as sandbox_listener,
        listen(settings.host, settings.port, name="PORT") as listener,
    ):
        base = f"http://127.0.0.1:{port_of(sandbox_listener)}"
        settings = dataclasses.replace(settings, port=port_of(listener), accounts=sandbox_accounts(base))
        settings = dataclasses.replace(settings, database_url=demo_database(settings, folder))
        companion = Companion(sandbox_config(make_sandbox(settings.tickets, SEED, clock)))
        serving = asyncio.ensure_future(companion.serve(sockets=[sandbox_listener]))
        try:
            announce = (
                f"The demo: {settings.tickets:,} tickets of a pretend company, in a Freshdesk and a Zendesk that are"
                f" simulated at {base}\n{greeting(settings)}"
            )
            await run_web(settings, clock, listener, announce, show_sync=True)
        finally:
            companion.should_exit = True
            await serving


def demo_database(settings: Settings, folder: str) -> str:
    """A file that goes with the demo, unless the operator named a database."""
    if settings.database_url != Settings().database_url:
        return settings.database_url
    return f"sqlite+aiosqlite:///{folder}/demo.db"


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


Keys = Annotated[list[str] | None, typer.Option("--helpdesk", help="Only this helpdesk, by key; may be repeated.")]
Kinds = Annotated[
    list[SyncKind] | None, typer.Option("--kind", help="Only this kind; may be repeated.", case_sensitive=False)
]


@door.command()
def sync(
    helpdesk: Keys = None,
    kind: Kinds = None,
    once: Annotated[bool, typer.Option("--once", help="End when everything has caught up.")] = False,
    confirm_deletes: Annotated[
        bool, typer.Option("--confirm-deletes", help="Go on where a sync stopped for what it would remove.")
    ] = False,
) -> None:
    """Bring the copy of the helpdesks up to date, and show how far it is."""
    settings = settings_or_exit()
    if (helpdesk or kind or confirm_deletes) and not once:
        complain(SettingsError(["--helpdesk, --kind and --confirm-deletes go with --once: else all is synced."]))
    if not settings.accounts or not settings.mirror:
        complain(SettingsError(["No helpdesk is configured, or MIRROR=0: there is nothing to sync."]))
    prepared(settings)
    run(run_sync(settings, SystemClock(), helpdesk, kind, once, confirm_deletes))


async def run_sync(
    settings: Settings,
    clock: Clock,
    helpdesks: list[str] | None,
    kinds: list[SyncKind] | None,
    once: bool,
    confirm_deletes: bool,
) -> None:
    async with opened(settings, clock) as works:
        if works.copy is None:
            raise SettingsError(["Every helpdesk has `mirror = false`: there is nothing to sync."])
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        shown = asyncio.Event()
        showing = asyncio.ensure_future(show(Console(), works.copy.sync.progress, clock, shown))
        try:
            if once:
                await one_round(works.copy, helpdesks, kinds, confirm_deletes)
            else:
                await works.copy.sync.run(stop)
        except BadInput as error:
            raise SettingsError([error.message]) from error
        finally:
            shown.set()
            await showing


async def one_round(
    copy: Copy, helpdesks: list[str] | None, kinds: list[SyncKind] | None, confirm_deletes: bool
) -> None:
    """Ends with code 1 when a stream could not be brought to its end."""
    reports = await copy.sync.once(helpdesks, kinds, confirm_deletes=confirm_deletes)
    bad = [report for report in reports if not report.good]
    for report in bad:
        typer.echo(f"{report.helpdesk} {report.stream}: {report.outcome.value.lower()}. {report.error or ''}", err=True)
    if bad:
        raise typer.Exit(1)


@door.command()
def webhooks() -> None:
    """Print the address to give to each helpdesk (docs/webhooks.md). They hold secrets."""
    settings = settings_or_exit()
    if not settings.webhook_keys:
        complain(SettingsError(["WEBHOOK_KEY: needed; at least 32 characters, the same for every process."]))
    for account in settings.accounts:
        secret = secret_of(settings.webhook_keys[0], TENANT, account.key)
        typer.echo(f"{account.name} ({account.key}): {settings.url}/webhooks/{account.key}/{secret}")


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
