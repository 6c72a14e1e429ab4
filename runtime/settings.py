"""Every setting, read once: name, meaning, default, and whether it is a secret. No other room reads the environment.

All bad values are reported together. Secrets never show in repr. docs/settings.md and .env.example are checked against
this table by a test.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.accounts import (
    VENDOR_SECRETS,
    Account,
    base_url_problem,
    from_file,
    is_loopback,
    listed,
    origin_problems,
    used_twice,
)


class SettingsError(Exception):
    """Everything that is wrong with the settings, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _setting(default: Any, help: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"help": help, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """The environment's names are the upper-case field names."""

    host: str = _setting("127.0.0.1", "Address to listen on. Anything but loopback needs API_KEY.")
    port: int = _setting(8000, "Port to listen on.")
    public_url: str = _setting("", "How clients reach this server, for file links. Default: http://HOST:PORT.")
    database_url: str = _setting(
        "sqlite+aiosqlite:///deskgraph.db",
        "Where the mirror lives: sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE.",
        secret=True,
    )
    database_owner_url: str = _setting(
        "",
        "PostgreSQL: the role that owns the tables and changes them at an upgrade, when DATABASE_URL names one that"
        " owns nothing, as it should.",
        secret=True,
    )
    mirror: bool = _setting(True, "Keep a copy of the helpdesks in the database. 0: every answer is asked live.")
    sync: bool = _setting(
        True, "Sync inside `serve`. 0: another process does it (`server.py sync`), this one only reads."
    )
    stale_seconds: float = _setting(300.0, "A copy older than this is STALE in `sources`, in seconds.")
    webhook_key: str = _setting(
        "",
        "At least 32 characters; makes each helpdesk's webhook address (`server.py webhooks` prints them). Two, with a"
        " comma between, while one replaces the other. Default: webhooks are off.",
        secret=True,
    )
    tickets: int = _setting(20_000, "Tickets of the demo, over both of its helpdesks: 2 to 50,000,000.")
    sandbox_port: int = _setting(9400, "Port of the demo's sandbox; the next free one when it is taken.")
    api_key: str = _setting("", "Callers must send it as `Authorization: Bearer` or `X-Api-Key`.", secret=True)
    signing_key: str = _setting(
        "",
        "At least 32 characters. Signs cursors and file links; several processes need the same one. Default: made anew"
        " at each start.",
        secret=True,
    )
    cors_origins: tuple[str, ...] = _setting((), "Origins whose pages may call us, separated by commas.")
    hide_node: bool = _setting(False, "Behind a gateway: mark `node` and `nodes` @inaccessible.")
    explorer: bool = _setting(True, "Serve GraphiQL to browsers at /graphql.")
    http_draft: bool = _setting(
        False,
        "Answer request errors with 422 and data with errors with 294, as the newest GraphQL over HTTP draft says.",
    )
    get_needs_header: bool = _setting(False, "Refuse GET queries without a header that other sites' pages cannot send.")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR.")
    upstream_concurrency: int = _setting(10, "Calls under way to one helpdesk at a time: 1 to 100.")
    request_seconds: float = _setting(25.0, "A request's deadline, in seconds; gateways give up at 30.")
    body_bytes: int = _setting(1_000_000, "Largest request body.")
    max_tokens: int = _setting(2_000, "Largest document, in tokens.")
    max_depth: int = _setting(12, "Deepest document.")
    max_calls: int = _setting(200, "Most calls one request may make at each helpdesk.")
    max_values: int = _setting(50_000, "Most values a document may ask for: the fields of all its nodes together.")
    max_cost: int = _setting(10_000, "Most nodes a document may ask for, page sizes multiplied.")
    env_file: str = _setting(".env", "Settings in a file beside server.py; the environment goes before it.")
    helpdesks_file: str = _setting(
        "helpdesks.toml", "More accounts than one for each vendor; see helpdesks.example.toml."
    )
    freshdesk_domain: str = _setting("", "`acme` of acme.freshdesk.com.")
    freshdesk_api_key: str = _setting(
        "", "An agent's API key (Profile settings); an administrator's sees all.", secret=True
    )
    freshdesk_base_url: str = _setting("", "Sends Freshdesk calls elsewhere: a sandbox, a recording.")
    zendesk_subdomain: str = _setting("", "`acme` of acme.zendesk.com.")
    zendesk_oauth_token: str = _setting("", "An OAuth access token.", secret=True)
    zendesk_client_id: str = _setting("", "Unique identifier of a confidential OAuth client.")
    zendesk_client_secret: str = _setting("", "Its secret.", secret=True)
    zendesk_email: str = _setting("", "Agent's e-mail, for an API token.")
    zendesk_token: str = _setting("", "API token; Zendesk ends these on 2027-04-30.", secret=True)
    zendesk_webhook_secret: str = _setting(
        "", "Signing secret of Zendesk's webhook; two, with a comma between, while one replaces the other.", secret=True
    )
    zendesk_base_url: str = _setting("", "Sends Zendesk calls elsewhere: a sandbox, a recording.")
    accounts: tuple[Account, ...] = field(default=(), metadata={"help": "", "hidden": True})

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        shown = "127.0.0.1" if self.host in ("0.0.0.0", "::") else host  # noqa: S104
        return self.public_url.rstrip("/") or f"http://{shown}:{self.port}"

    @property
    def webhook_keys(self) -> tuple[str, ...]:
        """The newest first."""
        return listed(self.webhook_key)

    def secrets(self) -> list[str]:
        """Every secret value in use, for the log's redactor."""
        own = [getattr(self, f.name) for f in dataclasses.fields(self) if f.metadata.get("secret")]
        theirs = [v for a in self.accounts for v in (*a.secrets.values(), *a.webhook_secrets)]
        return [s for s in (*own, *self.webhook_keys, *theirs) if s]


def table() -> list[tuple[str, str, str, bool]]:
    """Name, default, help, secret: for the docs and their test."""
    return [
        (f.name.upper(), _shown(f.default), f.metadata["help"], f.metadata["secret"])
        for f in dataclasses.fields(Settings)
        if not f.metadata.get("hidden")
    ]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """Raises SettingsError naming every setting that cannot be used, and what would do."""
    problems: list[str] = []
    values: dict[str, Any] = {}
    for f in dataclasses.fields(Settings):
        text = environ.get(f.name.upper(), "").strip()
        if f.metadata.get("hidden") or not text:
            continue
        try:
            values[f.name] = _convert(f.default, text)
        except ValueError as error:
            problems.append(f"{f.name.upper()}: {error}")
    settings = Settings(**values)
    if "helpdesks_file" in values and not (folder / settings.helpdesks_file).is_file():
        problems.append(f"HELPDESKS_FILE: there is no file {settings.helpdesks_file}.")
    problems += [problem for check in CHECKS for problem in check(settings)]
    accounts = [*_from_environment(settings), *from_file(folder / settings.helpdesks_file, problems)]
    problems += used_twice([a.key for a in accounts])
    if problems:
        raise SettingsError(problems)
    return dataclasses.replace(settings, accounts=tuple(accounts))


def _convert(default: Any, text: str) -> Any:
    if isinstance(default, bool):
        if text.lower() not in ("0", "1", "true", "false", "yes", "no"):
            raise ValueError(f"must be 1 or 0, not {text!r}")
        return text.lower() in ("1", "true", "yes")
    if isinstance(default, (int, float)):
        try:
            return type(default)(text.replace("_", ""))
        except ValueError:
            raise ValueError(f"must be a number, not {text!r}") from None
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _check_address(s: Settings) -> list[str]:
    found = []
    if not 0 <= s.port <= 65_535:
        found.append("PORT: must be from 0 to 65535.")
    if not is_loopback(s.host) and not s.api_key:
        found.append(
            f"API_KEY: needed because HOST is {s.host}, which others can reach. Set API_KEY to a long random text, or"
            " HOST=127.0.0.1."
        )
    if s.api_key and len(s.api_key) < 16:
        found.append("API_KEY: must be at least 16 characters.")
    if s.signing_key and len(s.signing_key) < 32:
        found.append("SIGNING_KEY: must be at least 32 characters.")
    if any(len(key) < 32 for key in s.webhook_keys) or len(s.webhook_keys) > 2:
        found.append("WEBHOOK_KEY: must be one or two texts of at least 32 characters, with a comma between.")
    return found


def _check_ranges(s: Settings) -> list[str]:
    ranges = {
        "tickets": (2, 50_000_000),
        "upstream_concurrency": (1, 100),
        "request_seconds": (1, 300),
        "body_bytes": (1_000, 50_000_000),
        "max_tokens": (100, 100_000),
        "max_depth": (3, 50),
        "max_cost": (100, 10_000_000),
        "max_values": (100, 100_000_000),
        "max_calls": (1, 100_000),
        "stale_seconds": (1, 31_536_000),
    }
    found = [
        f"{name.upper()}: must be from {low:,} to {high:,}, not {getattr(s, name):,}."
        for name, (low, high) in ranges.items()
        if not low <= getattr(s, name) <= high
    ]
    if s.log_level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        found.append(f"LOG_LEVEL: must be DEBUG, INFO, WARNING or ERROR, not {s.log_level!r}.")
    return found


def _check_urls(s: Settings) -> list[str]:
    found = []
    for name in ("freshdesk_base_url", "zendesk_base_url"):
        problem = base_url_problem(getattr(s, name))
        if problem:
            found.append(f"{name.upper()}: {problem}")
    found += [f"{name}: {problem}" for name, problem in origin_problems(s.public_url, s.cors_origins)]
    if not s.database_url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
        found.append("DATABASE_URL: must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://.")
    if s.database_owner_url and not s.database_owner_url.startswith("postgresql+asyncpg://"):
        found.append("DATABASE_OWNER_URL: must begin with postgresql+asyncpg://; SQLite needs none.")
    return found


def _check_accounts(s: Settings) -> list[str]:
    found = []
    if s.freshdesk_base_url and not s.freshdesk_domain:
        found.append("FRESHDESK_DOMAIN: needed with FRESHDESK_BASE_URL; any label will do for a sandbox.")
    if s.zendesk_base_url and not s.zendesk_subdomain:
        found.append("ZENDESK_SUBDOMAIN: needed with ZENDESK_BASE_URL; any label will do for a sandbox.")
    if bool(s.zendesk_client_id) != bool(s.zendesk_client_secret):
        found.append("ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET: give both or neither.")
    if bool(s.zendesk_email) != bool(s.zendesk_token):
        found.append("ZENDESK_EMAIL and ZENDESK_TOKEN: give both or neither.")
    if s.freshdesk_domain and not s.freshdesk_api_key:
        found.append("FRESHDESK_API_KEY: needed with FRESHDESK_DOMAIN.")
    if s.freshdesk_api_key and not s.freshdesk_domain:
        found.append("FRESHDESK_DOMAIN: needed with FRESHDESK_API_KEY: `acme` of acme.freshdesk.com.")
    ways = (s.zendesk_oauth_token, s.zendesk_client_id and s.zendesk_client_secret, s.zendesk_email and s.zendesk_token)
    given = (s.zendesk_oauth_token, s.zendesk_client_id, s.zendesk_client_secret, s.zendesk_email, s.zendesk_token)
    if s.zendesk_subdomain and not any(ways):
        found.append(
            "ZENDESK_OAUTH_TOKEN: needed with ZENDESK_SUBDOMAIN; or ZENDESK_CLIENT_ID and ZENDESK_CLIENT_SECRET; or"
            " ZENDESK_EMAIL and ZENDESK_TOKEN."
        )
    if any(given) and not s.zendesk_subdomain:
        found.append("ZENDESK_SUBDOMAIN: needed with Zendesk credentials: `acme` of acme.zendesk.com.")
    return found


CHECKS: tuple[Callable[[Settings], list[str]], ...] = (_check_address, _check_ranges, _check_urls, _check_accounts)


def _from_environment(s: Settings) -> list[Account]:
    found = []
    if s.freshdesk_domain:
        found.append(
            Account(
                key="freshdesk",
                vendor="freshdesk",
                name="Freshdesk",
                domain=s.freshdesk_domain,
                base_url=s.freshdesk_base_url or None,
                secrets={"api_key": s.freshdesk_api_key},
            )
        )
    if s.zendesk_subdomain:
        secrets = {name: getattr(s, f"zendesk_{name}") for name in VENDOR_SECRETS["zendesk"]}
        found.append(
            Account(
                key="zendesk",
                vendor="zendesk",
                name="Zendesk",
                domain=s.zendesk_subdomain,
                base_url=s.zendesk_base_url or None,
                secrets={k: v for k, v in secrets.items() if v},
                webhook_secrets=listed(s.zendesk_webhook_secret),
            )
        )
    return found
