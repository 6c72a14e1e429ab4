"""One request does not empty a helpdesk's minute for everybody."""

from __future__ import annotations

import asyncio

import pytest

from models.errors import RequestTooLarge
from providers.upstream.allowance import allowance_is, take_one


async def test_a_request_has_its_share_at_each_helpdesk_and_tasks_draw_on_the_same() -> None:
    async def call(helpdesk: str) -> bool:
        try:
            take_one(helpdesk)
        except RequestTooLarge as refused:
            assert refused.helpdesk == helpdesk and not refused.retryable and "Ask for fewer" in refused.message
            return False
        return True

    with allowance_is(3):
        got = await asyncio.gather(*(call("a") for _ in range(5)), *(call("b") for _ in range(2)))
        assert got == [True, True, True, False, False, True, True]
        with allowance_is(1):
            take_one("a")
            with pytest.raises(RequestTooLarge):
                take_one("a")
    for _ in range(10):
        take_one("a")
