"""The register: one line per vendor. A vendor's `build` turns a link (settings of one account) into a Provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Protocol

import httpx
import msgspec

from models.changes import Hint
from models.enums import Vendor
from providers.base import Provider
from providers.upstream.budget import SharedBudget
from providers.upstream.policy import UpstreamPolicy
from runtime.clock import Clock, SystemClock

VENDORS: Mapping[Vendor, str] = {
    Vendor.FRESHDESK: "providers.freshdesk.provider",
    Vendor.ZENDESK: "providers.zendesk.provider",
}


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One account a tenant linked. `domain` is the vendor's subdomain label (or its full vendor host).

    `base_url` sends the calls to another server (a sandbox, a recording): scheme and host and path down to, but not
    including, `/api/v2`; plain http only on loopback. `secrets` are the vendor's credential fields by name; they never
    appear in repr, logs or errors.
    """

    key: str
    vendor: Vendor
    name: str
    domain: str
    base_url: str | None = None
    secrets: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Link(key={self.key!r}, vendor={self.vendor.value}, domain={self.domain!r}, secrets=<hidden>)"


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider is given from above. `transport` replaces the network (tests, the sandbox in process).
    `concurrency` is an operator's setting and goes before the policy's. `budget`: what many processes share; None: this
    one counts alone."""

    clock: Clock = SystemClock()
    budget: SharedBudget | None = None
    transport: httpx.AsyncBaseTransport | None = None
    concurrency: int = 10
    policy: UpstreamPolicy = UpstreamPolicy()

    @property
    def upstream_policy(self) -> UpstreamPolicy:
        return replace(self.policy, concurrency=self.concurrency)


class Heard(Protocol):
    """A vendor's `webhooks.py`: whether a message is the vendor's, and which records it speaks of."""

    @staticmethod
    def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None: ...

    @staticmethod
    def understand(headers: Mapping[str, str], body: bytes) -> Sequence[Hint]: ...


def webhooks_of(vendor: Vendor) -> Heard:
    found: Heard = import_module(VENDORS[vendor].replace(".provider", ".webhooks"))  # type: ignore[assignment]
    return found


def build(link: Link, parts: Parts) -> Provider:
    """Raises BadInput, naming the setting, for a link that cannot work."""
    module = import_module(VENDORS[link.vendor])
    make: Callable[[Link, Parts], Provider] = module.build
    return make(link, parts)
