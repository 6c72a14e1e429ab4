"""Short lists that are read whole and replaced whole: fields, statuses, products, folders, who is in which group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Table, bindparam, delete, select

from models.records import ArticleFolder, FieldDefinition, NativeStatus, Product
from storage import codec, rows
from storage.apply.cleaning import scrubbed, told
from storage.apply.desk import Desk
from storage.statements import Statement
from storage.tables.directory import article_folders, field_definitions, group_members, native_statuses, products
from storage.values import number_of


class _Catalogue(msgspec.Struct, frozen=True):
    """`row`: what stands in its columns after the position."""

    table: Table
    row: Callable[[Any, bytes], tuple[Any, ...]]


def _folder_row(folder: ArticleFolder, card: bytes) -> tuple[Any, ...]:
    parent = None if folder.parent_id is None else told(folder.parent_id)
    return told(folder.remote_id), parent, folder.level, card


def _field_row(field: FieldDefinition, card: bytes) -> tuple[Any, ...]:
    return told(field.key), card


def _status_row(status: NativeStatus, card: bytes) -> tuple[Any, ...]:
    return told(status.value), card


def _product_row(product: Product, card: bytes) -> tuple[Any, ...]:
    return told(product.remote_id), card


_CATALOGUES: Mapping[str, _Catalogue] = {
    "fields": _Catalogue(field_definitions, _field_row),
    "statuses": _Catalogue(native_statuses, _status_row),
    "products": _Catalogue(products, _product_row),
    "folders": _Catalogue(article_folders, _folder_row),
}
_MEMBERS = "group_members"
_TABLES = {**{name: one.table for name, one in _CATALOGUES.items()}, _MEMBERS: group_members}


def _here(table: Table) -> tuple[Any, Any]:
    return table.c.tenant == bindparam("tenant"), table.c.helpdesk == bindparam("helpdesk")


_READ = {n: Statement(select(t).where(*_here(t)).order_by(*t.primary_key)) for n, t in _TABLES.items()}
_DROP = {name: Statement(delete(table).where(*_here(table))) for name, table in _TABLES.items()}
_ADD = {name: rows.insert(table) for name, table in _TABLES.items()}


async def replace_catalogues(desk: Desk, catalogues: Mapping[str, Sequence[Any]]) -> None:
    for name, entries in catalogues.items():
        new = _member_rows(desk, entries) if name == _MEMBERS else _rows(desk, _CATALOGUES[name], entries)
        old = [tuple(row) for row in await desk.session.fetch(_READ[name], desk.values())]
        if old != new:
            await desk.session.run(_DROP[name], desk.values())
            await _ADD[name].run(desk.session, new)


def _rows(desk: Desk, catalogue: _Catalogue, entries: Sequence[Any]) -> list[tuple[Any, ...]]:
    found = []
    for position, entry in enumerate(entries):
        try:
            card = codec.pack(entry)
        except (ValueError, TypeError, OverflowError):
            entry = scrubbed(entry)
            card = codec.pack(entry)
        found.append((desk.tenant, desk.number, position, *catalogue.row(entry, card)))
    return found


def _member_rows(desk: Desk, entries: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[Any, ...]]:
    pairs = {(number_of(group), number_of(agent)) for group, agents in entries for agent in agents}
    return [(desk.tenant, desk.number, *pair) for pair in sorted(pairs)]
