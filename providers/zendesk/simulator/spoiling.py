"""Records that say something no reader expects: a text where a number belongs, an id that is none, a list of one row
that is no object. Set by the control door's switch `zendesk.spoilt` (see Profile)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Spoilt = Mapping[str, Mapping[str, Mapping[str, Any]]]
WHOLE = "*"
"""As a key: the value takes the whole row's place."""


def spoiled(payload: Any, spoilt: Spoilt) -> Any:
    """The answer with the rows of these names and ids overwritten, in lists and alone."""
    if not spoilt or not isinstance(payload, dict):
        return payload
    found = dict(payload)
    for name, by_id in spoilt.items():
        if isinstance(rows := found.get(name), list):
            found[name] = [_row(row, by_id) for row in rows]
        if isinstance(row := found.get(name.removesuffix("s")), dict):
            found[name.removesuffix("s")] = _row(row, by_id)
    return found


def _row(row: Any, by_id: Mapping[str, Mapping[str, Any]]) -> Any:
    wrong = by_id.get(str(row.get("id"))) if isinstance(row, dict) else None
    if wrong is None:
        return row
    return wrong.get(WHOLE, {**row, **wrong})
