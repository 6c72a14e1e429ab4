"""Records that say something no reader expects: a text where a number belongs, an id that is none, a row that is no
object. Set by the control door's switch `freshdesk.spoilt` (see Profile)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Wrong = Mapping[str, Any]
WHOLE = "*"
"""As a key: the value takes the whole row's place."""


def spoiled(body: Any, path: str, spoilt: Mapping[str, Mapping[str, Wrong]]) -> Any:
    """The answer with the rows of these ids overwritten, in a list and alone."""
    for word, by_id in spoilt.items():
        if word in path.split("/"):
            return [_row(row, by_id) for row in body] if isinstance(body, list) else _row(body, by_id)
    return body


def _row(row: Any, by_id: Mapping[str, Wrong]) -> Any:
    wrong = by_id.get(str(row.get("id"))) if isinstance(row, dict) else None
    if wrong is None:
        return row
    return wrong.get(WHOLE, {**row, **wrong})
