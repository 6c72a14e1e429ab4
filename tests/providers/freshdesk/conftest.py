"""What the tests of this room share: payloads, an account, and a provider over any handler or over the sandbox."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.enums import Vendor
from models.queries import Scope
from providers import Link, Parts, build
from providers.base import Provider
from providers.freshdesk.account import Account, account_of
from providers.freshdesk.mapping_fields import Fields, fields
from providers.freshdesk.wire import TicketField
from runtime.clock import ManualClock
from tests.providers.freshdesk.reader import Desk

PAYLOADS = Path(__file__).parent / "payloads"
AS_OF = datetime(2025, 2, 1, tzinfo=UTC)
KEY = "not-a-real-key"
LINK = Link(key="fd", vendor=Vendor.FRESHDESK, name="Freshdesk", domain="acme", secrets={"api_key": KEY})


@pytest.fixture
def payload() -> Callable[[str], Any]:
    return lambda name: json.loads((PAYLOADS / f"{name}.json").read_text())


@pytest.fixture
def account() -> Account:
    return account_of(LINK)


@pytest.fixture
def known(payload: Callable[[str], Any]) -> Fields:
    """What the account of the payloads says about its own words."""
    import msgspec

    return fields(msgspec.convert(payload("ticket_fields"), list[TicketField]))


@pytest.fixture
def as_of() -> datetime:
    return AS_OF


@pytest.fixture
def link() -> Link:
    return LINK


@pytest.fixture
def everyone() -> Scope:
    return Scope(tenant="t")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
async def over(clock: ManualClock) -> AsyncIterator[Callable[[Handler], Provider]]:
    """A provider whose network is a function."""
    made: list[Provider] = []

    def make(handler: Handler) -> Provider:
        made.append(build(LINK, Parts(clock=clock, transport=httpx.MockTransport(handler))))
        return made[-1]

    yield make
    for provider in made:
        await provider.aclose()


@pytest.fixture
async def desk_of() -> AsyncIterator[Callable[..., Desk]]:
    """Desks of the pretend company, each with a provider linked to it."""
    made: list[Desk] = []

    def make(*args: object, **more: object) -> Desk:
        made.append(Desk(*args, **more))
        return made[-1]

    yield make
    for one in made:
        await one.provider.aclose()
