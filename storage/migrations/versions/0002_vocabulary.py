"""Single characters and the beginnings of numbers in the search index, and SQLite's list of its words.

What is in the index already gets its new tokens here, made of the ones it was indexed with by the index's own code:
a release takes out what it would put in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import sqlalchemy as sa
from alembic import op

from storage.search.buckets import placed
from storage.search.documents import Words, pack, unpack
from storage.search.places import BITS, rowid
from storage.search.tokens import beginnings, singles

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000
_TENANT = sa.text("SELECT min(tenant) FROM search_docs WHERE tenant > :tenant")
_DOCS = sa.text(
    "SELECT doc, words_packed FROM search_docs WHERE tenant = :tenant AND doc < :doc ORDER BY doc DESC LIMIT :size"
)
_PACKED = sa.text("UPDATE search_docs SET words_packed = :packed WHERE tenant = :tenant AND doc = :doc")
_SQLITE = sa.text("INSERT INTO search_words (rowid, words) VALUES (:rowid, :words)")
_POSTGRESQL = sa.text(
    "UPDATE search_words SET words = words || array_to_tsvector(string_to_array(:words, ' '))"
    " WHERE doc = :doc AND tenant = :tenant"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search_words, instance)")
        _all_indexed(connection)
        return
    with_force = ("search_docs", "search_words")
    for table in with_force:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    _all_indexed(connection)
    for table in with_force:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _all_indexed(connection: sa.Connection) -> None:
    for tenant, docs in _docs(connection):
        words = {doc: unpack(packed) for doc, packed in docs}
        single = {doc: sorted(singles(one.text) - {*one.text}) for doc, one in words.items()}
        packed = [
            {"tenant": tenant, "doc": doc, "packed": pack(_with(words[doc], found))}
            for doc, found in single.items()
            if found
        ]
        if packed:
            connection.execute(_PACKED, packed)
        if connection.dialect.name == "sqlite":
            every = [(doc, [*found, *beginnings(words[doc].text)]) for doc, found in single.items()]
            added = [{"rowid": rowid(tenant, doc), "words": " ".join(new)} for doc, new in every if new]
        else:
            every = [(doc, placed(tenant, doc, found)) for doc, found in single.items() if found]
            added = [{"tenant": tenant, "doc": doc, "words": " ".join(new)} for doc, new in every]
        if added:
            connection.execute(_SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL, added)


def _docs(connection: sa.Connection) -> Iterator[tuple[int, Sequence[tuple[int, bytes]]]]:
    """Some of a tenant at a time, in the order of SQLite's word index."""
    tenant = connection.execute(_TENANT, {"tenant": -1}).scalar()
    while tenant is not None:
        last = 1 << BITS
        while rows := connection.execute(_DOCS, {"tenant": tenant, "doc": last, "size": _AT_ONCE}).all():
            yield tenant, [(row[0], bytes(row[1])) for row in rows]
            last = rows[-1][0]
        tenant = connection.execute(_TENANT, {"tenant": tenant}).scalar()


def _with(words: Words, single: list[str]) -> Words:
    """How often each is there is not known any more."""
    return msgspec.structs.replace(words, text=[*words.text, *single], times=words.times + bytes([1] * len(single)))


def downgrade() -> None:
    """What the index holds beyond what is asked of it does no harm."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_vocabulary")
