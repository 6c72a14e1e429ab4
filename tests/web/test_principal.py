"""One key for all callers, or an open door on loopback."""

from __future__ import annotations

import pytest

from models.errors import Unauthenticated
from web.principal import OneKey, OpenDoor

KEY = "a-key-of-sixteen-or-more"


@pytest.mark.parametrize(
    "headers", [{"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer  {KEY}"}, {"x-api-key": KEY}]
)
async def test_the_key_opens(headers: dict[str, str]) -> None:
    caller = await OneKey(KEY).authenticate(headers)
    assert caller.scope.organizations is None and caller.principal.may("admin")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": f"Basic {KEY}"},
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {KEY}x"},
        {"x-api-key": KEY[:-1]},
        {"x-api-key": "schlüssel"},
    ],
)
async def test_anything_else_does_not(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await OneKey(KEY).authenticate(headers)
    assert KEY not in str(caught.value) and KEY not in repr(OneKey(KEY))


async def test_without_a_key_everybody_on_this_machine_may() -> None:
    assert (await OpenDoor().authenticate({})).principal.id == "local"
