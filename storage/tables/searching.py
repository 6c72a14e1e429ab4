"""What full-text search looks through: one document for each ticket, comment, contact, organization and article.

`doc` grows with every change of a document, so 'newest first' is the order of the index itself. On SQLite the words are
in an FTS5 table (`search_words`, made by the migration) whose rowid is `tenant << 40 | doc`; on PostgreSQL they are the
column `words` (a tsvector, added by the migration) with a GIN index.
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
    blob("words_packed"),
)
"""`num`: the record's number, for a comment its ticket's; `sub`: the comment's remote id, an article's locale, else
empty. `at`: the moment it was last changed at the vendor. `words_packed`: on SQLite the document's tokens as they were
indexed, deflated: they have to be told again to take it out of the index."""

BY_RECORD = Index(
    "search_docs_record",
    search_docs.c.tenant,
    search_docs.c.kind,
    search_docs.c.helpdesk,
    search_docs.c.num,
    search_docs.c["sub"],
    unique=True,
)
