"""`python -m tests.golden [NAME …]`: writes the answers and calls of all queries, or of these, anew."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.golden.golden import asked, asked_of_copy, golden, in_order, make_copy, names
from tests.support.databases import database_url


async def main(wanted: list[str], folder: Path) -> None:
    async with database_url("sqlite", folder) as url:
        await make_copy(url)
        for name in in_order(wanted or names()):
            await write(name, url)
            sys.stdout.write(f"{name}\n")


async def write(name: str, url: str) -> None:
    one = golden(name)
    if one.live:
        outcome = await asked(name)
        one.answer.write_text(outcome.answer, "utf-8")
        one.calls.write_text(outcome.calls, "utf-8")
    if one.copied:
        outcome = await asked_of_copy(name, url)
        one.copied_calls.write_text(outcome.calls, "utf-8")
        if not one.live:
            one.answer.write_text(outcome.answer, "utf-8")


with TemporaryDirectory() as folder:
    asyncio.run(main(sys.argv[1:], Path(folder)))
