"""How many there are, for whoever shows progress: never a reason to fail."""

from __future__ import annotations

from models.errors import HelpdeskError
from providers.zendesk.client import Client


async def counted(client: Client, path: str) -> int | None:
    """By a count endpoint: `{"count": {"value": …}}`."""
    try:
        found = (await client.get(path, path)).get("count")
    except HelpdeskError:
        return None
    value = found.get("value") if isinstance(found, dict) else None
    return value if isinstance(value, int) and value >= 0 else None
