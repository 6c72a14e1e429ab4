"""Records kept by id: one spelling of an id, and nothing that is none leads to a call."""

from __future__ import annotations

import pytest

from providers.freshdesk.kept import Kept
from runtime.clock import ManualClock


@pytest.mark.parametrize("ident", ["", "0", "007", "7.json", "7/conversations", "\u0667", "7" * 20])
async def test_what_is_no_id_is_not_there_and_costs_nothing(ident: str) -> None:
    asked: list[str] = []

    async def load(one: str) -> str:
        asked.append(one)
        return one

    kept: Kept[str] = Kept(ManualClock(), 60, lambda hits: None)
    assert await kept.many([ident, "7"], load) == {"7": "7"}
    assert asked == ["7"]
