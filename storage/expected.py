"""What SQLite's planner is told of the tables: figures of a large helpdesk, the same for every database.

Left without figures it takes a tenant for ten rows, and reads all of its tickets rather than go to a few by their
numbers. Figures taken by ANALYZE would change plans as a database grows; these do not. PostgreSQL takes its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, Table, text

from storage.tables import metadata

_FEW: Final = 1_000
_ROWS: Final[Mapping[str, int]] = {
    "tickets": 5_000_000,
    "ticket_bodies": 5_000_000,
    "ticket_tags": 10_000_000,
    "ticket_values": 20_000_000,
    "comments": 20_000_000,
    "comment_bodies": 20_000_000,
    "search_docs": 25_000_000,
    "changes": 10_000_000,
    "contacts": 1_000_000,
    "contact_emails": 1_000_000,
    "memberships": 1_000_000,
    "organizations": 100_000,
    "attachments": 5_000_000,
    "groups": 100,
}
"""Rows of a table; of any other one `_FEW`."""
_VALUES: Final[Mapping[str, int]] = {
    "tenant": 5,
    "helpdesk": 2,
    "shown": 2,
    "lifecycle": 2,
    "kind": 5,
    "status": 5,
    "priority": 4,
    "tag": 200,
    "field": 10,
    "value": 1_000,
    "grp": 20,
    "assignee": 300,
    "org": 50_000,
    "organization": 50_000,
    "requester": 500_000,
}
"""How many different values a column has; any other one has about as many as its table has rows."""


def figures() -> Iterable[tuple[str, str, str]]:
    """Table, index and what `sqlite_stat1` says of it: rows, then how many of them share the first column's value, the
    first two columns' values, and so on. A table's own key goes by the table's name."""
    for table in metadata.sorted_tables:
        yield table.name, table.name, _figures(table, [column.name for column in table.primary_key.columns])
        for index in table.indexes:
            yield table.name, str(index.name), _figures(table, [column.name for column in index.columns])


def _figures(table: Table, columns: Iterable[str]) -> str:
    rows = _ROWS.get(table.name, _FEW)
    shared, found = rows, [rows]
    for name in columns:
        shared = max(1, shared // _VALUES.get(name, rows))
        found.append(shared)
    return " ".join(map(str, found)) + " noskipscan"


LOOK_ANEW: Final = "ANALYZE sqlite_schema"
"""Reads what the planner is told again, on this connection."""


def of_index(name: str) -> Iterable[str]:
    """Statements that tell of one index alone."""
    yield f"DELETE FROM sqlite_stat1 WHERE idx = '{name}'"  # noqa: S608 — an index of ours
    for table, index, said in figures():
        if index == name:
            yield f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('{table}', '{name}', '{said}')"  # noqa: S608


def tell(connection: Connection) -> None:
    """Connections that are open already go on as they are."""
    connection.execute(text("ANALYZE facts"))  # a small table: makes the place for figures
    rows = set(figures())
    if {tuple(row) for row in connection.execute(text("SELECT tbl, idx, stat FROM sqlite_stat1"))} == rows:
        return
    connection.execute(text("DELETE FROM sqlite_stat1"))
    values = [{"tbl": of, "idx": name, "stat": said} for of, name, said in sorted(rows)]
    connection.execute(text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)"), values)
