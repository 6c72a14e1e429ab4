"""The incremental exports: by cursor, and by time.

Evidence: the vendor's 'Incremental Exports' page; zenpy 451 (`next_page` never null), zenpy 259 (deleted rows),
dlt verified-sources 659 (rows of the last second come again), real answers (a null cursor when nothing is new, pages
fuller than asked).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from providers.zendesk.simulator import errors, organizations, sideloads, user_reads
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.listings import User, users_since
from providers.zendesk.simulator.paging import Key
from providers.zendesk.simulator.render import seconds, stamp
from providers.zendesk.simulator.routes import Routes
from sandbox.records import Organization, Ticket

routes = Routes()
R = TypeVar("R")
MOST = 1000
SAMPLE = 50
_TOO_RECENT = 300


@dataclass(frozen=True)
class Feed(Generic[R]):
    """Records by the time an export goes by, from a second on (inclusive) or after a key."""

    read: Callable[[Key | None, int, int], Sequence[R]]
    """(after, since, limit)"""
    time: Callable[[R], int]
    number: Callable[[R], int]
    render: Callable[[Sequence[R]], dict[str, Any]]

    def key(self, row: R) -> Key:
        return self.time(row), self.number(row)

    def rows(
        self, call: Call, after: Key | None, since: int, limit: int, *, whole_seconds: bool
    ) -> tuple[list[R], bool]:
        """A page of what is older than the withheld minute, and whether there is nothing behind it."""
        until = int(call.account.clock.now().timestamp()) - call.account.profile.incremental_withheld_seconds
        found = [row for row in self.read(after, since, limit + 1) if self.time(row) < until]
        if len(found) <= limit:
            return found, True
        rows, rest = found[:limit], found[limit:]
        while whole_seconds and rest and self.time(rest[0]) == self.time(rows[-1]):
            rows += rest[:1]
            rest = rest[1:] or [row for row in self.read(self.key(rows[-1]), since, 200) if self.time(row) < until]
        return rows, not rest


def _ticket_feed(call: Call) -> Feed[Ticket]:
    """Ordered by the system's time: a row's `updated_at` may be older than `start_time`."""
    spared = call.flag("exclude_deleted")

    def read(after: Key | None, since: int, limit: int) -> Sequence[Ticket]:
        return call.account.desk.tickets.touched(after=after, since=since, limit=limit)

    def render(rows: Sequence[Ticket]) -> dict[str, Any]:
        kept = [row for row in rows if not (spared and row.state != "live")]
        words = [word for word in sideloads.check(call, sideloads.TICKET_WORDS) if word != "last_audits"]
        return sideloads.tickets_page(call, kept, export=True, words=words)

    return Feed(read, lambda row: seconds(row.touched), lambda row: row.number, render)


def _user_feed(call: Call) -> Feed[User]:
    def read(after: Key | None, since: int, limit: int) -> Sequence[User]:
        return users_since(call.account.desk, after, since, limit)

    def render(rows: Sequence[User]) -> dict[str, Any]:
        return user_reads.users_page(call, rows)

    return Feed(read, lambda row: seconds(row.updated), lambda row: row.number, render)


def _organization_feed(call: Call) -> Feed[Organization]:
    """Deleted ones too, with `deleted_at`."""

    def read(after: Key | None, since: int, limit: int) -> Sequence[Organization]:
        start = after if after is not None else (since, -1)
        return call.account.desk.organizations.page(by="updated", deleted=True, after=start, limit=limit)

    def render(rows: Sequence[Organization]) -> dict[str, Any]:
        return {
            "organizations": [
                {**organizations.shown(call, row), "deleted_at": stamp(row.updated) if row.deleted else None}
                for row in rows
            ]
        }

    return Feed(read, lambda row: seconds(row.updated), lambda row: row.number, render)


def _start(call: Call) -> int:
    given = call.query.get("start_time")
    if given is None:
        raise errors.missing_parameter("start_time")
    if not given.lstrip("-").isdecimal():
        raise errors.invalid_attribute("start_time", "an integer", call.path.strip("/"))
    now = int(call.account.clock.now().timestamp())
    late = int(given) > now - _TOO_RECENT
    if late and call.account.profile.too_recent_start == "refused":
        text = "Too recent start_time. Use a start_time older than 5 minutes"
        raise errors.described(422, "StartTimeTooRecent", text)
    return int(given)


# -- by cursor


def cursor_of(key: Key) -> str:
    """The documented cursor is base64 of `1576613539.0||467|`."""
    return base64.b64encode(f"{key[0]}.0||{key[1]}|".encode()).decode()


def _key_of(cursor: str) -> Key:
    try:
        time, _, rest = base64.b64decode(cursor, validate=True).decode().partition("||")
        return int(float(time)), int(rest.rstrip("|"))
    except (binascii.Error, ValueError):
        raise errors.titled(400, "Invalid cursor", "The cursor parameter is not valid") from None


def _by_cursor(call: Call, feed: Feed[R]) -> Answer:
    cursor = call.query.get("cursor")
    after, since = (_key_of(cursor), 0) if cursor else (None, _start(call))
    limit = min(call.integer("per_page", MOST, most=MOST), call.account.profile.export_page_most)
    whole = call.account.profile.overfull_export_pages
    rows, ended = feed.rows(call, after, since, limit, whole_seconds=whole)
    if rows:
        next_cursor: str | None = cursor_of(feed.key(rows[-1]))
    else:
        next_cursor = cursor if call.account.profile.exhausted_cursor == "kept" else None
    return Answer(
        {
            **feed.render(rows),
            "after_url": call.with_query(cursor=next_cursor, start_time=None) if next_cursor else None,
            "after_cursor": next_cursor,
            "before_url": None,
            "before_cursor": None,
            "end_of_stream": ended,
        }
    )


@routes.on("GET", "/api/v2/incremental/tickets/cursor", resource="tickets", bucket="incremental", admin=True)
def tickets_by_cursor(call: Call) -> Answer:
    return _by_cursor(call, _ticket_feed(call))


@routes.on("GET", "/api/v2/incremental/users/cursor", resource="users", bucket="incremental", admin=True)
def users_by_cursor(call: Call) -> Answer:
    return _by_cursor(call, _user_feed(call))


# -- by time


def _by_time(call: Call, feed: Feed[R], most: int = MOST) -> Answer:
    """`next_page` is there even at the end, and starts in the last second again; a page never parts a second."""
    since = _start(call)
    limit = min(call.integer("per_page", most, most=most), call.account.profile.export_page_most)
    rows, ended = feed.rows(call, None, since, limit, whole_seconds=not call.account.profile.parted_seconds)
    end = feed.time(rows[-1]) if rows else since
    return Answer(
        {
            **feed.render(rows),
            "count": len(rows),
            "end_of_stream": ended,
            "end_time": end,
            "next_page": call.with_query(start_time=end),
        }
    )


@routes.on("GET", "/api/v2/incremental/tickets", resource="tickets", bucket="incremental", admin=True)
def tickets_by_time(call: Call) -> Answer:
    return _by_time(call, _ticket_feed(call))


@routes.on("GET", "/api/v2/incremental/users", resource="users", bucket="incremental", admin=True)
def users_by_time(call: Call) -> Answer:
    return _by_time(call, _user_feed(call))


@routes.on("GET", "/api/v2/incremental/organizations", resource="organizations", bucket="incremental", admin=True)
def organizations_by_time(call: Call) -> Answer:
    return _by_time(call, _organization_feed(call))


@routes.on("GET", "/api/v2/incremental/{kind!}/sample", bucket="incremental_sample", admin=True)
def sample(call: Call) -> Answer:
    """At most fifty rows, and a bucket of its own."""
    match call.args["kind"]:
        case "tickets":
            return _by_time(call, _ticket_feed(call), SAMPLE)
        case "users":
            return _by_time(call, _user_feed(call), SAMPLE)
        case "organizations":
            return _by_time(call, _organization_feed(call), SAMPLE)
    raise errors.no_endpoint()
