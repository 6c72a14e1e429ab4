"""python gql pages `tickets` to its end and receives a subscription, with the WebSocket protocols it offers itself."""

from __future__ import annotations

import asyncio
import sys

from gql import Client, gql
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

TICKETS = gql("""
    query Tickets($first: Int!, $after: Cursor) {
      tickets(first: $first, after: $after) {
        nodes { id subject helpdesk { key } }
        pageInfo { hasNextPage endCursor }
      }
    }
""")
HEARTBEAT = gql("subscription { heartbeat(everySeconds: 1) { helpdesk { key } health { state } } }")
BEATS = 3


async def walk(session: AsyncClientSession, first: int) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        TICKETS.variable_values = {"first": first, "after": after}
        page = (await session.execute(TICKETS))["tickets"]
        found += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def heartbeats(url: str) -> list[dict[str, object]]:
    transport = WebsocketsTransport(url=url.replace("http", "ws", 1))
    beats = []
    async with Client(transport=transport) as session:
        agreed = transport.response_headers["Sec-WebSocket-Protocol"]
        assert agreed == "graphql-transport-ws", agreed
        async for answer in session.subscribe(HEARTBEAT):
            beats.append(answer["heartbeat"])
            if len(beats) == BEATS:
                break
    return beats


async def main(url: str) -> None:
    async with Client(transport=AIOHTTPTransport(url=url), fetch_schema_from_transport=True) as session:
        by_large, by_small = await walk(session, 100), await walk(session, 37)
    assert len(by_large) > 100, f"more than a page of tickets, not {len(by_large)}"
    assert len(set(by_large)) == len(by_large), "no ticket twice"
    assert by_small == by_large, "the same list whatever the page size"
    beats = await heartbeats(url)
    assert {beat["helpdesk"]["key"] for beat in beats} == {"freshdesk", "zendesk"}, beats  # type: ignore[index]
    assert all(beat["health"]["state"] == "UP" for beat in beats), beats  # type: ignore[index]
    sys.stdout.write(f"{len(by_large)} tickets, checked against the introspected schema; {BEATS} heartbeats\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
