"""What all tables share.

Every table begins with the tenant. Records are keyed by `num`, the remote id as a number (`number_of`); links hold the
same number. Moments are whole seconds since 1970 (`…_at`), except `version` (microseconds) and `as_of` (milliseconds).
A record's `card` is the record itself, packed (storage/codec.py); other columns are what is filtered and ordered by.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

metadata = MetaData()
TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Texts are compared by their code points on both databases."""


def tenant() -> Column[int]:
    return Column("tenant", Integer, primary_key=True, autoincrement=False, nullable=False)


def key(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = BigInteger) -> Column[Any]:
    """Part of the primary key."""
    return Column(name, kind, primary_key=True, autoincrement=False, nullable=False)


def helpdesk() -> Column[int]:
    """The helpdesk's number within its tenant."""
    return key("helpdesk", Integer)


def big(name: str, *, null: bool = True) -> Column[Any]:
    return Column(name, BigInteger, nullable=null)


def small(name: str, *, null: bool = True) -> Column[Any]:
    return Column(name, SmallInteger, nullable=null)


def text(name: str, *, null: bool = True) -> Column[Any]:
    return Column(name, TEXT, nullable=null)


def blob(name: str, *, null: bool = True) -> Column[Any]:
    return Column(name, LargeBinary, nullable=null)


def table(name: str, *items: SchemaItem) -> Table:
    """Clustered by its primary key on SQLite: a table read in the order of its key lies on the disk in that order."""
    return Table(name, metadata, *items, sqlite_with_rowid=False)


def kept() -> tuple[Column[Any], ...]:
    """How a record came here: the vendor's version, when it was read, how much of it, from where, and its place in the
    tenant's sequence of changes (0: never in it). `seen`: when it was last met in an older version than this, if that
    was later than `as_of`. `marks`: what later arrivals are compared with (storage/apply/marks.py), if anything."""
    return (
        big("version", null=False),
        big("as_of", null=False),
        small("detail", null=False),
        small("origin", null=False),
        big("seq", null=False),
        big("seen"),
        blob("marks"),
    )
