"""Which values a custom field has, where they are few: a range is then read value by value, each in the list's order.

Values are gone to one by one in their index, so this takes as long as there are different ones, and ends where there
are too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.mirror.custom_spans import Span, Spreads, of_keys
from storage.mirror.walking import Fetcher
from storage.statements import Native

PREFIXES = ("t", "n", "b")
"""Of texts, numbers, yes and no."""
_STEPS = """
WITH RECURSIVE spread (helpdesk, value, step) AS (
    SELECT asked.helpdesk, (
        SELECT value FROM ticket_values
        WHERE tenant = :tenant AND helpdesk = asked.helpdesk AND field = :field AND value >= :low AND value < :below
        ORDER BY value LIMIT 1
    ), 1 FROM {asked}
    UNION ALL
    SELECT spread.helpdesk, (
        SELECT value FROM ticket_values
        WHERE tenant = :tenant AND helpdesk = spread.helpdesk AND field = :field
        AND value > spread.value AND value < :below ORDER BY value LIMIT 1
    ), step + 1 FROM spread WHERE value IS NOT NULL AND step <= :most
)
SELECT value, step FROM spread WHERE value IS NOT NULL
"""
_FIND = Native(
    sqlite=_STEPS.format(asked="(SELECT value AS helpdesk FROM json_each(:set__helpdesks)) AS asked"),
    postgresql=_STEPS.format(asked="unnest(CAST(:set__helpdesks AS integer[])) AS asked (helpdesk)"),
)


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
    values = {"tenant": tenant, "helpdesks": list(helpdesks), "most": most, **span._asdict()}
    rows = await session.fetch(_FIND, values)
    if any(step > most for _, step in rows):
        return None
    return tuple(sorted({value for value, _ in rows}))


async def kind_of_values(session: Fetcher, tenant: int, helpdesks: Sequence[int], field: str) -> str:
    """What the keys of a field's values begin with, by the values there are: for a field that nobody has defined."""
    for prefix in PREFIXES:
        if await _values(session, tenant, helpdesks, of_keys(field, prefix), 0) is None:
            return prefix
    return PREFIXES[0]
