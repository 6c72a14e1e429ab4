"""The mirror: every table, full text, and on PostgreSQL row security."""

from __future__ import annotations

from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex

from storage.tables import metadata
from storage.tables.tickets import LIST_INDEXES

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
    tokenize = "ascii"
)
"""
"""The ascii tokenizer takes our tokens as they are: it parts them at spaces, and every other character stays."""
SMALL_PAGES = "INSERT INTO search_words (search_words, rank) VALUES ('pgsz', 1000)"
"""A place in a long list is found by reading a page of it. Small pages are read faster, and cost a sixth more to
write."""
WORDS = (
    "CREATE TABLE search_words (tenant integer NOT NULL, doc bigint NOT NULL, words tsvector NOT NULL,"
    " PRIMARY KEY (doc, tenant))",
    "CREATE INDEX search_words_words ON search_words USING gin (words)",
    "CREATE FUNCTION deskgraph_settle_words() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
    " SET search_path = public, pg_temp AS $$ SELECT gin_clean_pending_list('search_words_words') $$",
    "ALTER TABLE search_words ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE search_words FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY added ON search_words FOR INSERT WITH CHECK ({OWN})",
    f"CREATE POLICY removed ON search_words FOR DELETE USING ({OWN})",
    f"CREATE POLICY found ON search_words FOR SELECT USING ({OWN} AND"
    " words @@ (SELECT nullif(current_setting('deskgraph.words', true), '')::tsquery))",
)
"""Under row security PostgreSQL uses no index for a test of the caller's unless its operator is leakproof, and `@@` is
not. So the test is the policy's own: `deskgraph.words` says what is looked for, and nothing else can be read.

New words wait in a list, which every search has to read through, until they are put in their places together: each
batch does so at its end, by a function of the owner's (storage/search/index.py)."""


def _bulk() -> tuple[str, ...]:
    """What the server may do with tables though it owns none (storage/bulk.py): drop the list indexes while there are
    no tickets at all, build one of them, and look at what the tables hold by now."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    builds = {str(i.name): str(CreateIndex(i, if_not_exists=True).compile(dialect=dialect)) for i in LIST_INDEXES}
    drops = "".join(f"DROP INDEX IF EXISTS {name}; " for name in builds)
    cases = "".join(f"WHEN '{name}' THEN {build}; " for name, build in builds.items())
    head = "CREATE FUNCTION deskgraph_{} LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp "
    return (
        head.format("begin_bulk() RETURNS boolean") + "AS $$ BEGIN LOCK TABLE tickets IN ACCESS EXCLUSIVE MODE; "
        f"IF pg_relation_size('tickets') > 0 THEN RETURN false; END IF; {drops}RETURN true; END $$",
        head.format("build_index(which text) RETURNS void") + "SET maintenance_work_mem = '256MB' "
        f"AS $$ BEGIN CASE which {cases}END CASE; END $$",
        head.format("analyze() RETURNS void") + f"AS $$ BEGIN ANALYZE {', '.join(metadata.tables)}; END $$",
    )


def upgrade() -> None:
    connection = op.get_bind()
    metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        op.execute(FTS)
        op.execute(SMALL_PAGES)
        return
    op.execute("CREATE SEQUENCE tenant_numbers AS integer")
    for statement in (*WORDS, *_bulk()):
        op.execute(statement)
    for table in metadata.sorted_tables:
        if table.name not in NO_TENANT:
            test = f"{OWN} OR {NAMED}" if table.name == "tenants" else OWN
            op.execute(f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY tenant ON {table.name} USING ({test}) WITH CHECK ({test})")


def downgrade() -> None:
    connection = op.get_bind()
    op.execute("DROP TABLE search_words")
    if connection.dialect.name == "postgresql":
        op.execute("DROP FUNCTION deskgraph_settle_words()")
        op.execute("DROP SEQUENCE tenant_numbers")
        op.execute("DROP FUNCTION deskgraph_begin_bulk()")
        op.execute("DROP FUNCTION deskgraph_build_index(text)")
        op.execute("DROP FUNCTION deskgraph_analyze()")
    metadata.drop_all(connection)
