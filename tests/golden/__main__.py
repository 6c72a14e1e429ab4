"""`python -m tests.golden [NAME …]`: writes the answers and calls of all queries, or of these, anew."""

from __future__ import annotations

import asyncio
import sys

from tests.golden.golden import asked, golden, in_order, names


async def main(wanted: list[str]) -> None:
    for name in in_order(wanted or names()):
        outcome, one = await asked(name), golden(name)
        one.answer.write_text(outcome.answer, "utf-8")
        one.calls.write_text(outcome.calls, "utf-8")
        sys.stdout.write(f"{name}\n")


asyncio.run(main(sys.argv[1:]))
