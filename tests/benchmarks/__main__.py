"""`python -m tests.benchmarks`: each figure is a ratio to a floor measured beside it in the same process, so that it
means the same on every machine. BENCH_JSON names a file for the figures as JSON."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import msgspec
import orjson

from tests.benchmarks import answers, lists, upstream, worlds
from tests.benchmarks.measuring import Figure


async def figures() -> list[Figure]:
    return [
        *await answers.figures(),
        *await upstream.figures(),
        *await lists.figures(),
        *await worlds.figures(),
    ]


def main() -> None:
    found = asyncio.run(figures())
    for figure in found:
        sys.stdout.write(f"{figure.line()}\n")
    if target := os.environ.get("BENCH_JSON"):
        Path(target).write_bytes(orjson.dumps([msgspec.to_builtins(figure) for figure in found]))


if __name__ == "__main__":
    main()
