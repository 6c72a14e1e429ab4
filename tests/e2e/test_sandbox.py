"""`server.py sandbox` for anybody's clients."""

from __future__ import annotations

import time

import httpx

from providers.freshdesk.simulator import ADMIN
from providers.zendesk.simulator.credentials import Credentials
from tests.support.processes import PATIENCE, sandbox_process

MEGABYTE = 1_000_000


def test_five_million_tickets_start_at_once_and_take_no_memory() -> None:
    with sandbox_process(5_000_000) as sandbox:
        bearer = {"Authorization": f"Bearer {Credentials(email='').oauth_token}"}
        with httpx.Client(base_url=sandbox.base, timeout=PATIENCE) as client:
            began = time.monotonic()
            freshdesk = client.get(
                "/freshdesk/api/v2/tickets",
                params={"per_page": 100, "updated_since": "2000-01-01T00:00:00Z"},
                auth=(ADMIN.secret, "X"),
            )
            zendesk = client.get("/zendesk/api/v2/tickets", params={"page[size]": 100}, headers=bearer)
            counted = client.get("/zendesk/api/v2/tickets/count", headers=bearer)
            took = time.monotonic() - began
        assert len(freshdesk.json()) == 100
        assert len(zendesk.json()["tickets"]) == 100
        assert counted.json()["count"]["value"] >= 100_000
        assert took < 10
        assert sandbox.server.rss() < 300 * MEGABYTE
