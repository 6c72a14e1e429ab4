"""The vendor's ticket list as a reader for the walker: pages of 100, or windows that reopen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from models.errors import BadCursor, Unsupported
from models.records import Ticket
from providers.freshdesk.capabilities import LIST_CEILING, PAGE_CEILING
from providers.freshdesk.routes import seconds
from providers.walking import Chunk, OffsetChunks

# fetch(since, page, per_page): tickets updated at or after `since`, oldest first, and whether there are more.
FetchSince = Callable[[datetime, int, int], Awaitable[tuple[Sequence[Ticket], bool]]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = 3600
BACK_PAGES = 10


def beyond_ceiling() -> Unsupported:
    """Page 301 of the ticket list is a 400 (API reference, "Pagination"; airbyte PR 8017)."""
    return Unsupported(
        f"Freshdesk shows only the first {LIST_CEILING:,} tickets of a list in this order.",
        nearest="Order by UPDATED_AT ASC, which has no end; or narrow the list, for instance with `updatedAt: {gte: …}`"
        " or an organization.",
        field="order",
    )


class Windows:
    """Oldest update first, without the ceiling of 300 pages.

    A chunk is the first page of the list since some second, and the next one begins at the last second seen: a keyset
    on the server's own clock, which never leaves the first page and so never shifts. Only where one second fills a
    whole page are further pages of it read, overlapping. (Paging on inside a window that was moved is the trap of
    Nango PR 646; `updated_since` is inclusive, at one second: singer-io and Airbyte rely on it.)

    Backwards, a window of some hours before a second is read whole; a quiet account makes the next one longer.

    Tokens: `w<second>.<offset>` and `b<second>.<length>`.
    """

    stable = False

    def __init__(self, fetch: FetchSince, floor: datetime | None) -> None:
        self._fetch = fetch
        self._floor = seconds(floor or EPOCH)

    async def read(self, token: str | None) -> Chunk[Ticket]:
        if token is None:
            return await self._forward(self._floor, 0)
        try:
            second, number = (int(part) for part in token[1:].split("."))
        except ValueError:
            raise BadCursor("The cursor's place cannot be read. Start again without a cursor.", field="after") from None
        if token[0] == "b":
            return await self._backward(second, max(1, number))
        return await self._forward(max(second, self._floor), number)

    async def _forward(self, since: int, offset: int) -> Chunk[Ticket]:
        async def fetch(page: int, per_page: int) -> tuple[Sequence[Ticket], bool]:
            return await self._fetch(_moment(since), page, per_page)

        inner = await OffsetChunks(fetch, max_page=PAGE_CEILING, refuse=beyond_ceiling).read(str(offset))
        following = None
        if inner.next is not None:
            last = seconds(inner.rows[-1].updated_at)
            following = f"w{last}.0" if last > since else f"w{since}.{inner.next}"
        before = f"b{since}.{HOUR}" if since > self._floor else None
        return Chunk(
            rows=inner.rows,
            token=f"w{since}.{offset}",
            next=following,
            prev=f"w{since}.{inner.prev}" if inner.prev is not None else before,
            starts=self._starts(inner.rows, f"w{since}.{offset}"),
            contiguous=inner.contiguous or offset == 0,
        )

    async def _backward(self, until: int, length: int) -> Chunk[Ticket]:
        """All rows from `length` seconds before `until` through `until`."""
        rows = await self._between(until - length, until)
        while rows is None:
            length = max(1, length // 4)
            rows = await self._between(until - length, until)
        since = max(self._floor, until - length)
        longer = length * 16 if len(rows) < 10 else length * 2 if len(rows) < 100 else length
        return Chunk(
            rows=rows,
            token=f"b{until}.{length}",
            next=f"w{until}.0",
            prev=f"b{since}.{longer}" if since > self._floor else None,
            starts=self._starts(rows, f"b{until}.{length}"),
            contiguous=True,
        )

    async def _between(self, since: int, until: int) -> list[Ticket] | None:
        """None when they are too many."""
        found: list[Ticket] = []
        for page in range(1, BACK_PAGES + 1):
            rows, more = await self._fetch(_moment(max(self._floor, since)), page, 100)
            found += [row for row in rows if seconds(row.updated_at) <= until]
            if not more or not rows or seconds(rows[-1].updated_at) > until:
                return found
        if until - since <= 1:
            raise beyond_ceiling()
        return None

    def _starts(self, rows: Sequence[Ticket], own: str) -> list[str]:
        """A run is read again from the run before it, so that its beginning is surely seen."""
        return [own, *(f"w{seconds(row.updated_at)}.0" for row in rows[:-1])] if rows else []


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
