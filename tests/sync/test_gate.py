"""Whose page is next."""

from __future__ import annotations

import asyncio
from collections import Counter

from sync.gate import Gate


async def turns(gate: Gate, name: str, weight: int, served: list[str], many: int) -> None:
    for _ in range(many):
        async with gate.turn(name, weight):
            served.append(name)
            await asyncio.sleep(0)


async def test_no_more_than_so_many_at_once() -> None:
    gate, inside, most = Gate(2), 0, 0

    async def one(name: str) -> None:
        nonlocal inside, most
        async with gate.turn(name, 1):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(one(str(n)) for n in range(7)))
    assert most == 2


async def test_the_heavy_one_comes_first_and_the_light_one_is_not_starved() -> None:
    gate, served = Gate(1), list[str]()
    await asyncio.gather(
        turns(gate, "articles", 1, served, 100),
        turns(gate, "tickets", 8, served, 100),
        turns(gate, "people", 4, served, 100),
    )
    counts = Counter(served[:65])
    assert counts["tickets"] > counts["people"] > counts["articles"] >= 4
    assert abs(counts["tickets"] - 2 * counts["people"]) <= 2


async def test_who_leaves_while_waiting_holds_nobody_up() -> None:
    gate, entered = Gate(1), asyncio.Event()

    async def hold() -> None:
        async with gate.turn("a", 1):
            entered.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await entered.wait()
    leaver = asyncio.create_task(turns(gate, "b", 1, [], 1))
    served: list[str] = []
    last = asyncio.create_task(turns(gate, "c", 1, served, 1))
    await asyncio.sleep(0)
    leaver.cancel()
    holder.cancel()
    await asyncio.gather(leaver, holder, last, return_exceptions=True)
    assert served == ["c"]


async def test_a_turn_that_came_in_the_moment_of_leaving_is_given_back() -> None:
    gate = Gate(1)
    async with gate.turn("a", 1):
        waiting = asyncio.create_task(turns(gate, "b", 1, [], 1))
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    served: list[str] = []
    await asyncio.wait_for(turns(gate, "c", 1, served, 1), 5)
    assert served == ["c"]
