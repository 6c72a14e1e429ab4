"""Which values a custom field has, where they are few: a range is then read value by value, each in the list's order.

Values are gone to one by one in their index, so this takes as long as there are different ones, and ends where there
are too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.mirror.spans import Span, Spreads
from storage.mirror.walking import Fetcher
from storage.statements import Native

_STEPS = """
WITH RECURSIVE spread (value, step) AS (
    SELECT (
        SELECT value FROM ticket_values WHERE tenant = :tenant AND helpdesk = :helpdesk AND field = :field
        AND value >= :low AND value < :below ORDER BY value LIMIT 1
    ), 1
    UNION ALL
    SELECT (
        SELECT value FROM ticket_values WHERE tenant = :tenant AND helpdesk = :helpdesk AND field = :field
        AND value > spread.value AND value < :below ORDER BY value LIMIT 1
    ), step + 1 FROM spread WHERE value IS NOT NULL AND step <= :most
)
SELECT value FROM spread WHERE value IS NOT NULL
"""
_FIND = Native(sqlite=_STEPS, postgresql=_STEPS)


async def spread(session: Fetcher, tenant: int, helpdesks: Sequence[int], asked: Iterable[Span], most: int) -> Spreads:
    """`most`: of all helpdesks together."""
    found: dict[Span, tuple[str, ...]] = {}
    for span in dict.fromkeys(asked):
        values = await _values(session, tenant, helpdesks, span, most // max(1, len(helpdesks)))
        if values is not None:
            found[span] = values
    return found


async def _values(
    session: Fetcher, tenant: int, helpdesks: Sequence[int], span: Span, most: int
) -> tuple[str, ...] | None:
    """None: a helpdesk has more."""
    found: dict[str, None] = {}
    for helpdesk in helpdesks:
        values = {"tenant": tenant, "helpdesk": helpdesk, "most": most, **span._asdict()}
        rows = await session.fetch(_FIND, values)
        if len(rows) > most:
            return None
        found.update((row[0], None) for row in rows)
    return tuple(sorted(found))
