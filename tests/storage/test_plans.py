"""What SQLite makes of our statements: none reads a large table of a tenant from end to end, save those that say so."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import storage
from storage.migrate import upgrade
from storage.statements import Statement

LARGE = ("tickets", "ticket_bodies", "ticket_tags", "ticket_values", "comments", "search_docs", "changes", "contacts")
FROM_END_TO_END = {
    "storage.absences._LARGEST": "the largest number, which is the index's last",
    "storage.apply.sweeping._SOME": "what a whole pass did not meet, once a pass",
    "storage.apply.sweeping._HOW_MANY": "the same",
    "storage.bulk._ANY_TICKET": "one row",
    "storage.due_comments._DUE": "an index of nothing but what is due",
    "storage.search.newest._BOUNDS": "the index's first and last",
    "storage.shown._COUNTS": "counts people, when an alarm is looked into",
    "storage.stats.statements.SPANS": "the index's first and last",
}
_WIDE = re.compile(r"\b(?:SEARCH|SCAN) (\w+?)(?:_\d)?\b(?!.*\b(?!tenant|helpdesk|shown|kind)\w+[=<>]\?)")


def statements() -> Iterator[tuple[str, Statement]]:
    for found in pkgutil.walk_packages(storage.__path__, "storage."):
        if ".migrations" in found.name:
            continue
        for name, value in vars(importlib.import_module(found.name)).items():
            many = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else (value,)
            yield from ((f"{found.name}.{name}", one) for one in many if isinstance(one, Statement))


def plan(connection: sqlite3.Connection, statement: Statement) -> list[str]:
    made = statement.on("sqlite")
    if not made.sql or "nextval" in made.sql:
        return []
    values = ["[]" if at in made.sets else 1 for at in range(made.sql.count("?"))]
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {made.sql}", values)]


def wide(line: str) -> bool:
    found = _WIDE.search(line)
    return found is not None and found[1] in LARGE


@pytest.mark.parametrize(
    ("line", "is_wide"),
    [
        ("SCAN tickets USING COVERING INDEX tickets_requester", True),
        ("SEARCH tickets USING PRIMARY KEY (tenant=?)", True),
        ("SEARCH contacts USING COVERING INDEX contacts_updated (tenant=? AND shown=?)", True),
        ("SEARCH tickets USING INDEX tickets_id (tenant=? AND helpdesk=? AND num=?)", False),
        ("SEARCH changes USING PRIMARY KEY (tenant=? AND seq>?)", False),
        ("SEARCH agents USING PRIMARY KEY (tenant=? AND helpdesk=?)", False),
    ],
)
def test_what_counts_as_wide(line: str, is_wide: bool) -> None:
    assert wide(line) is is_wide


async def test_no_large_table_is_read_from_end_to_end(tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    await upgrade(f"sqlite+aiosqlite:///{path}")
    connection = sqlite3.connect(path)
    try:
        found = [(name, plan(connection, one)) for name, one in statements() if name not in FROM_END_TO_END]
    finally:
        connection.close()
    assert len(found) > 60
    assert [(name, lines) for name, lines in found if any(map(wide, lines))] == []
