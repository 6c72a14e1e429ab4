"""A server that takes webhooks into a database, run by the tests in process or as a process of its own:

python tests/web/webhook_door.py DATABASE_URL LISTENING_SOCKET
"""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from models.enums import Vendor
from models.records import HelpdeskInfo
from providers import webhooks_of
from runtime.clock import Clock, SystemClock
from storage.database import Database, open_database
from storage.tenants import Tenancy, enter
from tests.web.toy_server import toy_parts
from web.app import create_app
from web.serve import server
from web.webhooks import WebhookDoor, Webhooks

SIGNING = ("c2lnbmluZy1zZWNyZXQtb2YtdGhlLXRlc3Rz", "dGhlLW9sZC1vbmU")
SECRETS = {"fd": ("fd-secret-of-128-bits",), "zd": ("zd-secret-of-128-bits", "zd-old-secret")}
LINKED = (
    HelpdeskInfo(key="fd", vendor=Vendor.FRESHDESK, name="Fd", url="https://fd.example.com"),
    HelpdeskInfo(key="zd", vendor=Vendor.ZENDESK, name="Zd", url="https://zd.example.com"),
)


def doors() -> dict[str, WebhookDoor]:
    return {info.key: _door(info, SIGNING if info.vendor is Vendor.ZENDESK else ()) for info in LINKED}


def _door(info: HelpdeskInfo, signing: tuple[str, ...]) -> WebhookDoor:
    heard = webhooks_of(info.vendor)
    return WebhookDoor(
        SECRETS[info.key],
        verify=lambda headers, body, now: heard.verify(headers, body, signing, now),
        hints=heard.understand,
    )


def webhooks(database: Database, tenancy: Tenancy, clock: Clock, **how: Any) -> Webhooks:
    return Webhooks(doors(), database, tenancy, clock, **how)


async def main(url: str, listening: int) -> None:
    clock = SystemClock()
    database = await open_database(url)
    routes = webhooks(database, await enter(database, "acme", LINKED, clock), clock).routes()
    with socket.socket(fileno=listening) as bound:
        await server(create_app(toy_parts(routes=routes)), "", 0, drain_seconds=0).serve(sockets=[bound])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
