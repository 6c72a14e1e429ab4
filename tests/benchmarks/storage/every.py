"""The storage part of the bench: what the copy costs to read, on the generated mirrors, and to write, beside them."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

from tests.benchmarks.measuring import Figure, figure
from tests.benchmarks.storage import filters, loads, pages, searches, syncing, upserts
from tests.benchmarks.storage.copies import opened
from tests.benchmarks.storage.places import Built, Place, kinds, places, rows

MOST_MIB = 400


async def figures() -> AsyncIterator[Figure]:
    for place in places():
        built = place.built()
        if built is None:
            sys.stdout.write(
                f"{place.kind}: reads left out, there is no mirror of {rows():,} tickets (make bench-mirror)\n"
            )
            continue
        sys.stdout.write(built.line() + "\n")
        yield _memory(built)
        async for found in _reading(place):
            yield found
    for kind in kinds():
        for part in (upserts, loads, syncing):
            async for found in part.figures(kind):
                yield found


async def _reading(place: Place) -> AsyncIterator[Figure]:
    async with opened(place) as copy:
        for part in (pages, filters, searches):
            async for found in part.figures(copy):
                yield found


def _memory(built: Built) -> Figure:
    name = f"{built.kind}: memory of the process that loaded {built.rows:,} tickets, to {MOST_MIB} MiB"
    return figure(name, built.peak_mib / MOST_MIB, goal=1, note=f"{built.peak_mib:,.0f} MiB at most")
