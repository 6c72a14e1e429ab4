"""A sync as it is first written: one page of 100 awaited after the other, the standard library's JSON, and SQLAlchemy's
asynchronous ORM merging record by record, a commit a page.

It is spared what ours does besides: no search index, no sequence of changes, no counts, no versions compared, no
custom field's values. It writes tickets, their bodies and their tags into our own tables, which have all their indexes;
on PostgreSQL as a role that row security does not bind.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry

from storage import ranks
from storage.tables.tickets import ticket_bodies, ticket_tags, tickets
from tests.benchmarks.storage.places import Place
from tests.support.databases import SERVER, named

PATH = "/zendesk/api/v2/incremental/tickets/cursor"
PARAMS = {"include": "users,metric_sets", "per_page": "100"}
TENANT, DESK = 1, 2
STATUSES = {
    "new": "OPEN",
    "open": "OPEN",
    "pending": "PENDING",
    "hold": "ON_HOLD",
    "solved": "RESOLVED",
    "closed": "CLOSED",
}


class NaiveTicket:
    pass


class NaiveBody:
    pass


class NaiveTag:
    pass


_mapped = registry()
_mapped.map_imperatively(NaiveTicket, tickets)
_mapped.map_imperatively(NaiveBody, ticket_bodies)
_mapped.map_imperatively(NaiveTag, ticket_tags)


async def pages(client: httpx.AsyncClient, address: str, count: int) -> AsyncIterator[list[Mapping[str, Any]]]:
    """Of tickets."""
    asked = {"start_time": "0"}
    for _ in range(count):
        answer = await client.get(f"{address}{PATH}", params={**PARAMS, **asked})
        body = json.loads(answer.raise_for_status().text)
        yield body["tickets"]
        asked = {"cursor": body["after_cursor"]}


async def synced(address: str, place: Place, count: int) -> int:
    """How many tickets there were in so many pages."""
    url = place.url if place.kind == "sqlite" else named(SERVER, place.name)
    engine = create_async_engine(url)
    sessions, found = async_sessionmaker(engine), 0
    try:
        async with httpx.AsyncClient() as client:
            async for page in pages(client, address, count):
                found += len(page)
                async with sessions() as session:
                    await _merged(session, page)
    finally:
        await engine.dispose()
    return found


async def _merged(session: AsyncSession, found: list[Mapping[str, Any]]) -> None:
    for one in found:
        for record in _records(one):
            await session.merge(record)
    await session.commit()


def _records(one: Mapping[str, Any]) -> Iterator[object]:
    updated = _seconds(one["updated_at"])
    key = {"tenant": TENANT, "helpdesk": DESK, "num": one["id"]}
    yield _made(NaiveTicket, {**key, **_row(one, updated), "updated_at": updated, "shown": 1})
    yield _made(NaiveBody, {**key, "body_text": one.get("description")})
    for tag in set(one["tags"]):
        yield _made(NaiveTag, {**key, "tag": tag, "shown": 1, "updated_at": updated})


def _row(one: Mapping[str, Any], updated: int) -> dict[str, Any]:
    metrics = one.get("metric_set") or {}
    return {
        "created_at": _seconds(one["created_at"]),
        "due_at": _seconds(one.get("due_at")),
        "resolved_at": _seconds(metrics.get("solved_at")),
        "lifecycle": 0,
        "status": ranks.STATUS.all()[STATUSES.get(one["status"], "OPEN")],  # type: ignore[index]
        "priority": 0,
        "type": 0,
        "channel": 0,
        "native_status": one["status"],
        "requester": one["requester_id"],
        "assignee": one["assignee_id"],
        "grp": one["group_id"],
        "org": one["organization_id"],
        "external_id": one["external_id"],
        "subject_key": (one["subject"] or "").casefold()[:60],
        "comments_due": 1,
        "version": updated,
        "as_of": updated,
        "detail": 0,
        "origin": 0,
        "seq": 0,
        "card": json.dumps(one).encode(),
    }


def _seconds(text: str | None) -> Any:
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def _made(kind: type[Any], values: Mapping[str, Any]) -> object:
    record = kind()
    for name, value in values.items():
        setattr(record, name, value)
    return record
