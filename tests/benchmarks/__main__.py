"""`python -m tests.benchmarks [PART …]`: each figure is a ratio to a floor measured beside it in the same run, so that
it means the same on every machine. Without a part, all of them.

BENCH_JSON names a file for the figures as JSON: [{name, ratio, goal, met}]. The storage part reads the mirrors that
`python -m tests.benchmarks.storage.build` has made (ROWS, BENCH_HOME, POSTGRES_TEST_URL).
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import orjson

from tests.benchmarks import answers, lists, upstream, worlds
from tests.benchmarks.measuring import Figure
from tests.benchmarks.storage import every

PARTS: Mapping[str, Callable[[], AsyncIterator[Figure]]] = {
    "answers": answers.figures,
    "upstream": upstream.figures,
    "lists": lists.figures,
    "sandbox": worlds.figures,
    "storage": every.figures,
}


async def run(parts: list[str]) -> list[Figure]:
    found: list[Figure] = []
    for part in parts:
        async for figure in PARTS[part]():
            sys.stdout.write(f"{figure.line()}\n")
            sys.stdout.flush()
            found.append(figure)
    return found


def main() -> None:
    parts = sys.argv[1:] or list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        sys.exit(f"There is no part {', '.join(unknown)}; there are {', '.join(PARTS)}.")
    found = asyncio.run(run(parts))
    missed = [figure for figure in found if figure.met is False]
    held = sum(figure.met is not None for figure in found)
    sys.stdout.write(f"{len(found)} figures; {held - len(missed)} of {held} goals met\n")
    if target := os.environ.get("BENCH_JSON"):
        Path(target).write_bytes(orjson.dumps([figure.plain() for figure in found]))


if __name__ == "__main__":
    main()
