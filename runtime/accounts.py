"""Helpdesk accounts as an operator writes them down: which vendor, where, and with what credentials."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
VENDOR_SECRETS: Mapping[str, tuple[str, ...]] = {
    "freshdesk": ("api_key",),
    "zendesk": ("oauth_token", "client_id", "client_secret", "email", "token"),
}


@dataclass(frozen=True)
class Account:
    """One helpdesk account as configured; checked further by its vendor's room. Not `mirrored`: always asked live.

    `webhook_secrets`: what the vendor signs its messages with, for vendors that do; two while one replaces the other.
    """

    key: str
    vendor: str
    name: str
    domain: str
    base_url: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    mirrored: bool = True
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)


def listed(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def base_url_problem(url: str) -> str | None:
    """Why a base URL cannot be used; None when it can, or is empty."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"must be an absolute http(s) address, not {url!r}."
    if parts.username or parts.password or parts.query or parts.fragment:
        return "must be a plain address, without credentials, query or fragment."
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        return "plain http is for loopback only; use https."
    return None


def origin_problems(public_url: str, origins: tuple[str, ...]) -> list[tuple[str, str]]:
    """What is wrong with our own address and with those of pages that may call us."""
    found = []
    parts = urlsplit(public_url)
    if public_url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        found.append(("PUBLIC_URL", f"must be an absolute http(s) address, not {public_url!r}."))
    for origin in origins:
        parts = urlsplit(origin)
        whole = parts.scheme in ("http", "https") and parts.hostname and not parts.path and not parts.query
        if origin != "*" and not whole:
            found.append(("CORS_ORIGINS", f"must be origins like https://app.example, without a path, not {origin!r}."))
    return found


def from_file(path: Path, problems: list[str]) -> list[Account]:
    """Tables `[[helpdesk]]` with key, vendor, domain, the vendor's secrets, and optional name, base_url, mirror
    and webhook_secret."""
    if not path.is_file():
        return []
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("helpdesk", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: cannot be read as TOML: {error}")
        return []
    accounts = []
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        wrong = _row_problems(row, f"{path.name}, helpdesk {number}")
        problems += wrong
        if not wrong:
            accounts.append(_account(row))
    return accounts


def _row_problems(row: Any, where: str) -> list[str]:
    if not isinstance(row, dict):
        return [f"{where}: must be a table."]
    found: list[str] = []
    key, vendor = row.get("key"), str(row.get("vendor"))
    if not isinstance(key, str) or not KEY.fullmatch(key):
        found.append(f"{where}: `key` must be 1 to 32 of a-z, 0-9 and -, not {key!r}.")
    if vendor not in VENDOR_SECRETS:
        return [*found, f"{where}: `vendor` must be one of {', '.join(VENDOR_SECRETS)}, not {vendor!r}."]
    allowed = {"key", "vendor", "name", "domain", "base_url", "mirror", "webhook_secret", *VENDOR_SECRETS[vendor]}
    found += [f"{where}: unknown `{name}`; known are {', '.join(sorted(allowed))}." for name in row.keys() - allowed]
    found += [
        f"{where}: `{n}` must be text." for n in row.keys() & (allowed - {"mirror"}) if not isinstance(row[n], str)
    ]
    if not isinstance(row.get("mirror", True), bool):
        found.append(f"{where}: `mirror` must be true or false.")
    if not found and not row.get("domain"):
        found.append(f"{where}: `domain` is needed.")
    if not found and not any(row.get(name) for name in VENDOR_SECRETS[vendor]):
        found.append(f"{where}: a credential is needed: {', '.join(VENDOR_SECRETS[vendor])}.")
    problem = None if found else base_url_problem(row.get("base_url", ""))
    return [*found, *([f"{where}: `base_url` {problem}"] if problem else [])]


def _account(row: Mapping[str, Any]) -> Account:
    return Account(
        key=row["key"],
        vendor=row["vendor"],
        name=row.get("name") or row["key"],
        domain=row["domain"],
        base_url=row.get("base_url") or None,
        secrets={name: row[name] for name in VENDOR_SECRETS[row["vendor"]] if row.get(name)},
        mirrored=row.get("mirror", True),
        webhook_secrets=listed(row.get("webhook_secret", "")),
    )


def used_twice(keys: list[str]) -> list[str]:
    return [
        f"helpdesk key {key!r} is used twice; give each account its own."
        for key in sorted({*keys})
        if keys.count(key) > 1
    ]
