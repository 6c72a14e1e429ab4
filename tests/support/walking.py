"""A reader who goes through a whole ticket list, page by page, while the helpdesks below it are busy."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import httpx
import msgspec

from models.ids import decode
from providers.walking.places import Place, pack
from resolvers.paging import Cursors
from runtime.clock import ManualClock
from sandbox.app import Sandbox
from sandbox.desk import Desk
from sandbox.listing import TicketQuery
from sandbox.records import Ticket
from sandbox.world import World
from tests.support.inprocess import SIGNING_KEY
from web.principal import TENANT

QUERY = """
query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $filter: TicketFilter, $order: [TicketOrder!]) {
  tickets(first: $first, after: $after, last: $last, before: $before, filter: $filter, order: $order) {
    nodes { id updatedAt createdAt }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    sources { helpdesk { key } state error { code message } }
  }
}"""
Ident = tuple[str, str]
"""Helpdesk and the vendor's id, which on both vendors is the number of the desk's ticket."""


HELPDESKS = ("freshdesk", "zendesk")


@dataclass(frozen=True)
class Seen:
    ident: Ident
    updated: str
    created: str

    def rank(self, by: str, *, descending: bool) -> tuple[int, int, int]:
        """The place in the connection's order: time, then helpdesk (in the operator's order), then id, all in its
        direction."""
        moment = datetime.fromisoformat(self.updated if by == "UPDATED_AT" else self.created)
        sign = -1 if descending else 1
        helpdesk, number = self.ident
        return sign * int(moment.timestamp()), sign * HELPDESKS.index(helpdesk), sign * int(number)


def listed(desk: Desk) -> Iterator[Ticket]:
    """Every ticket that the vendor's list shows, by number."""
    after = None
    while rows := desk.tickets.page(TicketQuery(order="number"), after=after, limit=1000):
        yield from rows
        after = desk.tickets.key(rows[-1], "number")


def live(world: World) -> set[Ident]:
    """What an ordinary list shows. Zendesk says of a ticket that was merged away that it was; Freshdesk does not."""
    return {
        (name, str(number))
        for name in world.names
        for number in world.desk(name).tickets.numbers(TicketQuery(order="number"))
        if not (name == "zendesk" and _merged_away(world.desk(name), number))
    }


def _merged_away(desk: Desk, number: int) -> bool:
    written = desk.tickets.written.get(number)
    return written is not None and written.merged_into is not None


class Busy:
    """Other people at work: `step` changes after every `every` calls upstream, so also in the middle of a page."""

    def __init__(self, sandbox: Sandbox, clock: ManualClock, *, step: int, every: int = 3, seconds: float = 1) -> None:
        self._sandbox, self._clock = sandbox, clock
        self._step, self._every, self._seconds = step, every, seconds
        self.changed: set[Ident] = set()
        self.calls = 0

    def __call__(self, request: httpx.Request) -> None:
        self.calls += 1
        if self._step and self.calls % self._every == 0:
            for name, numbers in self._sandbox.world.mutate(self._step).items():
                self.changed |= {(name, str(number)) for number in numbers}
            self._clock.advance(self._seconds)


@dataclass
class Walk:
    """What a reader saw. `refused` is the error that ended the walk, if one did."""

    rows: list[Seen] = field(default_factory=list)
    pages: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    states: set[tuple[str, str]] = field(default_factory=set)
    errors: list[dict[str, Any]] = field(default_factory=list)
    refused: dict[str, Any] | None = None

    def times(self) -> Counter[Ident]:
        return Counter(row.ident for row in self.rows)

    def line(self, name: str, calls: int) -> str:
        return (
            f"{name}: {len(self.rows):,} rows, {self.pages} pages, {calls} calls upstream"
            f" ({calls / self.pages:.2f} a page), {self.wall:.1f} s wall, {self.cpu:.1f} s CPU"
            f" ({1000 * self.cpu / self.pages:.0f} ms a page, sandbox included)"
        )


class Reader(Protocol):
    async def ask(self, query: str, **variables: Any) -> dict[str, Any]: ...


async def walk(
    reader: Reader,
    *,
    by: str = "UPDATED_AT",
    descending: bool = True,
    backward: bool = False,
    size: int = 100,
    most: int = 1_000,
    cursor: str | None = None,
    **more: Any,
) -> Walk:
    """From the cursor to the list's end, or until the list is refused. Rows of a backward walk are in the order they
    came."""
    seen = Walk()
    wall, cpu = time.perf_counter(), time.process_time()
    order = [{"field": by, "direction": "DESC" if descending else "ASC"}]
    sized, placed = ("last", "before") if backward else ("first", "after")
    while seen.pages < most:
        answer = await reader.ask(QUERY, **{sized: size, placed: cursor}, order=order, **more)
        seen.errors += answer.get("errors", [])
        if answer.get("data") is None:
            seen.refused = answer["errors"][0]
            break
        found = answer["data"]["tickets"]
        seen.pages += 1
        rows = [_seen(node) for node in found["nodes"]]
        seen.rows += reversed(rows) if backward else rows
        seen.states |= {(source["helpdesk"]["key"], source["state"]) for source in found["sources"]}
        page = found["pageInfo"]
        if not page["hasPreviousPage" if backward else "hasNextPage"]:
            break
        cursor = page["startCursor" if backward else "endCursor"]
    seen.wall, seen.cpu = time.perf_counter() - wall, time.process_time() - cpu
    return seen


def moved(cursor: str, helpdesk: str, place: Place) -> str:
    """The cursor as it is when the helpdesk's list has been read to another place."""
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    made_for, (own, places, *rest) = msgspec.msgpack.decode(raw[17:])
    body = raw[16:17] + msgspec.msgpack.encode([made_for, [own, {**places, helpdesk: pack(place)}, *rest]])
    mac = Cursors(SIGNING_KEY.encode(), TENANT)._mac(body)
    return base64.urlsafe_b64encode(mac + body).rstrip(b"=").decode()


def _seen(node: dict[str, Any]) -> Seen:
    found = decode(node["id"])
    return Seen((found.helpdesk, found.remote_id), node["updatedAt"], node["createdAt"])
