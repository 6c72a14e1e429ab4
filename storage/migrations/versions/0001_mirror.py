"""The mirror: every table, full text, and on PostgreSQL row security."""

from __future__ import annotations

from alembic import op

from storage.tables import metadata
from storage.tables.searching import search_docs

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NO_TENANT = ("facts",)
OWN = "tenant = (SELECT nullif(current_setting('deskgraph.tenant', true), '')::integer)"
NAMED = "name = (SELECT current_setting('deskgraph.tenant_name', true))"
FTS = """
CREATE VIRTUAL TABLE search_words USING fts5(
    words, content = '', detail = none, columnsize = 0,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
)
"""


def upgrade() -> None:
    connection = op.get_bind()
    metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        op.execute(FTS)
        return
    op.execute("CREATE SEQUENCE tenant_numbers AS integer")
    op.execute(f"ALTER TABLE {search_docs.name} ADD COLUMN words tsvector")
    op.execute(f"CREATE INDEX search_docs_words ON {search_docs.name} USING gin (words) WITH (fastupdate = off)")
    for table in metadata.sorted_tables:
        if table.name not in NO_TENANT:
            test = f"{OWN} OR {NAMED}" if table.name == "tenants" else OWN
            op.execute(f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY tenant ON {table.name} USING ({test}) WITH CHECK ({test})")


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
    else:
        op.execute("DROP SEQUENCE tenant_numbers")
    metadata.drop_all(connection)
