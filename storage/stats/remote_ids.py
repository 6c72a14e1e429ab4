"""Remote ids of linked records whose number is not the id itself (storage/values.py): they are in the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Table, bindparam, select

from storage import codec
from storage.database import Session
from storage.statements import Statement, among
from storage.tables.people import agents, groups, organizations


def _cards(table: Table) -> Statement:
    return Statement(
        select(table.c.num, table.c.card).where(
            table.c.tenant == bindparam("tenant"), table.c.helpdesk == bindparam("of"), among(table.c.num, "nums")
        )
    )


_READ: Mapping[str, tuple[Statement, Callable[[bytes], Any]]] = {
    "grp": (_cards(groups), codec.group),
    "assignee": (_cards(agents), codec.agent),
    "org": (_cards(organizations), codec.organization),
}


async def look_up(session: Session, links: Iterable[tuple[str, int, int]]) -> dict[tuple[str, int, int], str]:
    """By the link's column, helpdesk and number; those that are ids as they stand are left out."""
    asked: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for column, helpdesk, number in links:
        if number < 0:
            asked[column, helpdesk].add(number)
    found: dict[tuple[str, int, int], str] = {}
    for (column, helpdesk), numbers in asked.items():
        statement, decode = _READ[column]
        values = {"tenant": session.tenant, "of": helpdesk, "nums": sorted(numbers)}
        for number, card in await session.fetch(statement, values):
            found[column, helpdesk, number] = decode(card).remote_id
    return found
