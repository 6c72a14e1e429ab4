"""What full-text search looks through: one document for each ticket, comment, contact, organization and article.

`doc` is the moment of the record's last change at the vendor (storage/search/places.py), so 'newest first' is the order
of the index itself. The words are in `search_words`, which the migration makes: on SQLite an FTS5 table whose rowids
count these places down; on PostgreSQL a table (tenant, doc, words), words a tsvector with a GIN index.
"""

from __future__ import annotations

from sqlalchemy import Index

from storage.tables.base import big, blob, key, small, table, tenant, text

search_docs = table(
    "search_docs",
    tenant(),
    key("doc"),
    small("kind", null=False),
    big("num", null=False),
    text("sub", null=False),
    small("helpdesk", null=False),
    big("at", null=False),
    blob("words_packed", null=False),
)
"""`num`: the record's number, for a comment its ticket's; `sub`: the comment's remote id, an article's locale, else
empty. `at`: the moment it was last changed at the vendor. `words_packed`: the document's tokens as they were indexed
(storage/search/documents.py): they are needed to take it out of the index, and to rank it."""

BY_RECORD = Index(
    "search_docs_record",
    search_docs.c.tenant,
    search_docs.c.kind,
    search_docs.c.helpdesk,
    search_docs.c.num,
    search_docs.c["sub"],
    unique=True,
)
