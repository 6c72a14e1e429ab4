"""Merging two walked streams, against slicing a sorted list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

from models.enums import Vendor
from models.queries import Page, PageRequest
from models.records import HelpdeskInfo
from providers.walking import OffsetChunks, walk
from resolvers.merging import connect
from resolvers.paging import Cursors, window
from resolvers.streams import Stream
from tests.benchmarks.measuring import Figure, compare
from tests.support.changing import Row
from tests.support.changing import Vendor as ChangingVendor

ROWS = 1_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class _Still(ChangingVendor):
    """A vendor where nothing happens, with its order ready."""

    def stir(self) -> None:
        self.reads += 1

    def ordered(self, descending: bool) -> list[Row]:
        if not hasattr(self, "_orders"):
            self._orders = {way: ChangingVendor.ordered(self, way) for way in (True, False)}
        return self._orders[descending]


async def figures() -> AsyncIterator[Figure]:
    vendors = {
        key: _Still(rows={str(n): n * 2 + place for n in range(1, ROWS + 1)}, seed=place, busy=0)
        for place, key in enumerate(("one", "two"))
    }
    cursors = Cursors(b"k" * 32, "tenant")

    async def fetch(vendor: _Still, page: PageRequest) -> Page[Row]:
        return await walk(
            partial(_opened, vendor), page, key=lambda row: row.key, ident=lambda row: row.id, descending=True
        )

    streams = [
        Stream(
            info=HelpdeskInfo(key=key, vendor=Vendor.ZENDESK, name=key, url="https://desk.example"),
            fetch=partial(fetch, vendor),
        )
        for key, vendor in vendors.items()
    ]

    async def merged() -> None:
        after, shown = None, 0
        while True:
            page = await connect(
                streams,
                window(100, after, None, None),
                cursors,
                fingerprint="f",
                now=NOW,
                rank=lambda row: (-row.key, int(row.id)),
            )
            shown += len(page.edges)
            if not page.page_info.has_next_page:
                break
            after = page.page_info.end_cursor
        assert shown == 2 * ROWS

    async def sliced() -> None:
        rows = sorted((row for vendor in vendors.values() for row in vendor.ordered(True)), key=lambda row: -row.key)
        assert sum(len(rows[start : start + 100]) for start in range(0, len(rows), 100)) == 2 * ROWS

    note = f"{2 * ROWS:,} rows in pages of 100, sealed cursors included"
    yield await compare("walk and merge, to sorting and slicing", merged, sliced, rounds=5, note=note)


def _opened(vendor: _Still, flipped: bool) -> OffsetChunks[Row]:
    return vendor.offsets(not flipped, 100)
