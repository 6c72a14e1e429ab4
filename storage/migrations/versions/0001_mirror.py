"""The mirror: every table, full text, and on PostgreSQL row security.

What the tables were when this was released stands here in full: storage/tables goes on, and later revisions tell the
difference (tests/storage/test_migrations.py compares).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


class _Table(NamedTuple):
    """`columns`: name, type, and a question mark where it may be null."""

    columns: str
    key: str
    unique: str = ""


class _Index(NamedTuple):
    name: str
    table: str
    columns: str
    unique: bool = False
    where: str = ""


KINDS: dict[str, TypeEngine[Any]] = {
    "int": sa.Integer(),
    "big": sa.BigInteger(),
    "small": sa.SmallInteger(),
    "text": sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql"),
    "blob": sa.LargeBinary(),
    "double": sa.Double(),
}
TABLES = {
    "absences": _Table(
        "tenant:int helpdesk:int num:big state:small at:big",
        key="tenant helpdesk num",
    ),
    "agents": _Table(
        "tenant:int helpdesk:int num:big shown:small lifecycle:small active:small email:text? version:big "
        "as_of:big detail:small origin:small seq:big seen:big? marks:blob? card:blob raw:blob?",
        key="tenant helpdesk num",
    ),
    "article_folders": _Table(
        "tenant:int helpdesk:int position:int key:text? parent:text? level:small? card:blob?",
        key="tenant helpdesk position",
    ),
    "article_labels": _Table(
        "tenant:int label:text helpdesk:int num:big",
        key="tenant label helpdesk num",
    ),
    "article_texts": _Table(
        "tenant:int helpdesk:int num:big locale:text own:small state:small outdated:small title:text "
        "updated_at:big? card:blob?",
        key="tenant helpdesk num locale",
    ),
    "articles": _Table(
        "tenant:int helpdesk:int num:big shown:small lifecycle:small state:small visibility:small locale:text "
        "folder:text? title_key:text? position:big? views:big? created_at:big? updated_at:big? version:big "
        "as_of:big detail:small origin:small seq:big seen:big? marks:blob? card:blob raw:blob?",
        key="tenant helpdesk num",
    ),
    "attachments": _Table(
        "tenant:int helpdesk:int remote_id:text owner_kind:small owner:big parent:text file_name:text "
        "content_type:text byte_size:big? is_inline:small created_at:big? card:blob",
        key="tenant helpdesk remote_id",
    ),
    "budgets": _Table(
        "tenant:int account:text bucket:text opened:double state:text",
        key="tenant account bucket",
    ),
    "changes": _Table(
        "tenant:int seq:big at:big op:small kind:small helpdesk:int remote_id:text fields:text? "
        "internal:small? lost_by:text?",
        key="tenant seq",
    ),
    "checkpoints": _Table(
        "tenant:int helpdesk:int stream:text kind:text checkpoint:text? status:text started_at:big? "
        "finished_at:big? first_finished_at:big? watermark:big? processed:big expected:big? pass_number:big "
        "pass_started_at:big? due_at:big error:text? owner:text? token:big lease_until:big",
        key="tenant helpdesk stream",
    ),
    "comments": _Table(
        "tenant:int helpdesk:int ticket:big position:int remote_id:text visibility:small created_at:big "
        "as_of:big seq:big card:blob raw:blob?",
        key="tenant helpdesk ticket position",
    ),
    "contact_emails": _Table(
        "tenant:int email:text helpdesk:int num:big",
        key="tenant email helpdesk num",
    ),
    "contacts": _Table(
        "tenant:int helpdesk:int num:big shown:small lifecycle:small state:small name_key:text? email:text? "
        "email_domain:text? phone:text? external_id:text? org:big? created_at:big? updated_at:big? "
        "version:big as_of:big detail:small origin:small seq:big seen:big? marks:blob? card:blob raw:blob?",
        key="tenant helpdesk num",
    ),
    "conversations": _Table(
        "tenant:int helpdesk:int ticket:big complete:small as_of:big",
        key="tenant helpdesk ticket",
    ),
    "deliveries": _Table(
        "tenant:int helpdesk:int delivery:text received_at:big done_at:big?",
        key="tenant helpdesk delivery",
    ),
    "facts": _Table(
        "name:text value:text",
        key="name",
    ),
    "field_definitions": _Table(
        "tenant:int helpdesk:int position:int key:text? card:blob?",
        key="tenant helpdesk position",
    ),
    "group_members": _Table(
        "tenant:int helpdesk:int grp:big agent:big",
        key="tenant helpdesk grp agent",
    ),
    "groups": _Table(
        "tenant:int helpdesk:int num:big shown:small lifecycle:small version:big as_of:big detail:small "
        "origin:small seq:big seen:big? marks:blob? card:blob raw:blob?",
        key="tenant helpdesk num",
    ),
    "helpdesks": _Table(
        "tenant:int number:int key:text vendor:text name:text url:text created_at:big",
        key="tenant number",
        unique="tenant key",
    ),
    "hints": _Table(
        "tenant:int helpdesk:int kind:text remote_id:text at:big due_at:big tries:int error:text?",
        key="tenant helpdesk kind remote_id",
    ),
    "images": _Table(
        "tenant:int helpdesk:int remote_id:text owner_kind:small owner:big content_type:text byte_size:big? "
        "width:big? height:big? state:small created_at:big?",
        key="tenant helpdesk remote_id",
    ),
    "memberships": _Table(
        "tenant:int helpdesk:int contact:big position:int org:big is_primary:small",
        key="tenant helpdesk contact position",
    ),
    "native_statuses": _Table(
        "tenant:int helpdesk:int position:int key:text? card:blob?",
        key="tenant helpdesk position",
    ),
    "organization_domains": _Table(
        "tenant:int domain:text helpdesk:int num:big",
        key="tenant domain helpdesk num",
    ),
    "organizations": _Table(
        "tenant:int helpdesk:int num:big shown:small lifecycle:small name_key:text? external_id:text? "
        "created_at:big? updated_at:big? version:big as_of:big detail:small origin:small seq:big seen:big? "
        "marks:blob? card:blob raw:blob?",
        key="tenant helpdesk num",
    ),
    "products": _Table(
        "tenant:int helpdesk:int position:int key:text? card:blob?",
        key="tenant helpdesk position",
    ),
    "quarantine": _Table(
        "tenant:int helpdesk:int kind:text remote_id:text place:text reason:text raw:text? first_at:big "
        "last_at:big times:int",
        key="tenant helpdesk kind remote_id",
    ),
    "search_docs": _Table(
        "tenant:int doc:big kind:small num:big sub:text helpdesk:small at:big words_packed:blob",
        key="tenant doc",
    ),
    "tenants": _Table(
        "tenant:int name:text seq:big docs:big trimmed:big created_at:big",
        key="tenant",
        unique="name",
    ),
    "ticket_bodies": _Table(
        "tenant:int helpdesk:int num:big body_text:text? body_html:text? attachments:blob? raw:blob?",
        key="tenant helpdesk num",
    ),
    "ticket_counts": _Table(
        "tenant:int helpdesk:int lifecycle:int status:int priority:int n:big",
        key="tenant helpdesk lifecycle status priority",
    ),
    "ticket_tags": _Table(
        "tenant:int tag:text shown:int updated_at:big helpdesk:int num:big",
        key="tenant tag shown updated_at helpdesk num",
    ),
    "ticket_values": _Table(
        "tenant:int helpdesk:int field:text value:text shown:int updated_at:big num:big",
        key="tenant helpdesk field value shown updated_at num",
    ),
    "tickets": _Table(
        "tenant:int shown:int updated_at:big helpdesk:int num:big created_at:big? due_at:big? "
        "resolved_at:big? closed_at:big? first_responded_at:big? lifecycle:small status:small priority:small "
        "type:small channel:small native_status:text requester:big? assignee:big? grp:big? org:big? "
        "external_id:text? subject_key:text? has_attachments:small? sla_breached:small? reopens:small? "
        "satisfaction:small? comments_version:big? comments_due:small version:big as_of:big detail:small "
        "origin:small seq:big seen:big? marks:blob? card:blob",
        key="tenant shown updated_at helpdesk num",
    ),
}
LIST_INDEXES = (
    _Index(
        "tickets_created",
        "tickets",
        "tenant shown created_at helpdesk num status priority type channel lifecycle grp assignee org "
        "resolved_at first_responded_at sla_breached reopens satisfaction",
    ),
    _Index("tickets_due", "tickets", "tenant shown due_at helpdesk num"),
    _Index("tickets_resolved", "tickets", "tenant shown resolved_at helpdesk num"),
    _Index("tickets_number", "tickets", "tenant shown num helpdesk"),
    _Index("tickets_subject", "tickets", "tenant shown subject_key helpdesk num"),
    _Index("tickets_status", "tickets", "tenant shown status updated_at helpdesk num"),
    _Index("tickets_priority", "tickets", "tenant shown priority updated_at helpdesk num"),
    _Index("tickets_helpdesk", "tickets", "tenant shown helpdesk updated_at num"),
    _Index("tickets_assignee", "tickets", "tenant shown helpdesk assignee updated_at num"),
    _Index("tickets_grp", "tickets", "tenant shown helpdesk grp updated_at num"),
    _Index("tickets_org", "tickets", "tenant shown helpdesk org updated_at num"),
    _Index("tickets_requester", "tickets", "tenant shown helpdesk requester updated_at num"),
)
INDEXES = (
    _Index("agents_email", "agents", "tenant email"),
    _Index("articles_created_at", "articles", "tenant shown created_at helpdesk num"),
    _Index("articles_folder", "articles", "tenant helpdesk folder num"),
    _Index("articles_position", "articles", "tenant shown position helpdesk num"),
    _Index("articles_title_key", "articles", "tenant shown title_key helpdesk num"),
    _Index("articles_updated_at", "articles", "tenant shown updated_at helpdesk num"),
    _Index("articles_views", "articles", "tenant shown views helpdesk num"),
    _Index("attachments_owner", "attachments", "tenant helpdesk owner_kind owner"),
    _Index("contacts_created", "contacts", "tenant shown created_at helpdesk num"),
    _Index("contacts_domain", "contacts", "tenant email_domain helpdesk num"),
    _Index("contacts_external", "contacts", "tenant external_id"),
    _Index("contacts_name", "contacts", "tenant shown name_key helpdesk num"),
    _Index("contacts_org", "contacts", "tenant helpdesk org num"),
    _Index("contacts_phone", "contacts", "tenant phone"),
    _Index("contacts_updated", "contacts", "tenant shown updated_at helpdesk num"),
    _Index("deliveries_time", "deliveries", "tenant received_at"),
    _Index("images_created", "images", "tenant created_at helpdesk remote_id"),
    _Index("memberships_org", "memberships", "tenant helpdesk org contact"),
    _Index("organizations_created", "organizations", "tenant shown created_at helpdesk num"),
    _Index("organizations_external", "organizations", "tenant external_id"),
    _Index("organizations_name", "organizations", "tenant shown name_key helpdesk num"),
    _Index("organizations_updated", "organizations", "tenant shown updated_at helpdesk num"),
    _Index("search_docs_record", "search_docs", "tenant kind helpdesk num sub", unique=True),
    _Index("tickets_comments_due", "tickets", "tenant helpdesk updated_at num", where="comments_due = 1"),
    _Index("tickets_external", "tickets", "tenant external_id helpdesk num", where="external_id IS NOT NULL"),
    _Index("tickets_id", "tickets", "tenant helpdesk num", unique=True),
)
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


def _column(said: str, key: list[str]) -> sa.Column[Any]:
    name, _, kind = said.partition(":")
    return sa.Column(
        name,
        KINDS[kind.rstrip("?")],
        primary_key=name in key,
        autoincrement=False if name in key else "auto",
        nullable=kind.endswith("?"),
    )


def _described() -> sa.MetaData:
    found = sa.MetaData()
    for name, table in TABLES.items():
        key = table.key.split()
        columns = [_column(said, key) for said in table.columns.split()]
        unique = [sa.UniqueConstraint(*table.unique.split())] if table.unique else []
        sa.Table(name, found, *columns, *unique, sqlite_with_rowid=False)
    for index in (*LIST_INDEXES, *INDEXES):
        columns_of = [found.tables[index.table].c[name] for name in index.columns.split()]
        where = sa.text(index.where) if index.where else None
        sa.Index(index.name, *columns_of, unique=index.unique, sqlite_where=where, postgresql_where=where)
    return found


def _list_indexes(tables: sa.MetaData) -> list[sa.Index]:
    there = {str(index.name): index for index in tables.tables["tickets"].indexes}
    return [there[one.name] for one in LIST_INDEXES]


def _bulk(tables: sa.MetaData) -> tuple[str, ...]:
    """What the server may do with tables though it owns none (storage/bulk.py): drop the list indexes while there are
    no tickets at all, build one of them, and look at what the tables hold by now."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    builds = {
        str(i.name): str(CreateIndex(i, if_not_exists=True).compile(dialect=dialect)) for i in _list_indexes(tables)
    }
    drops = "".join(f"DROP INDEX IF EXISTS {name}; " for name in builds)
    cases = "".join(f"WHEN '{name}' THEN {build}; " for name, build in builds.items())
    head = "CREATE FUNCTION deskgraph_{} LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp "
    return (
        head.format("begin_bulk() RETURNS boolean") + "AS $$ BEGIN LOCK TABLE tickets IN ACCESS EXCLUSIVE MODE; "
        f"IF pg_relation_size('tickets') > 0 THEN RETURN false; END IF; {drops}RETURN true; END $$",
        head.format("build_index(which text) RETURNS void") + "SET maintenance_work_mem = '256MB' "
        f"AS $$ BEGIN CASE which {cases}END CASE; END $$",
        head.format("analyze() RETURNS void") + f"AS $$ BEGIN ANALYZE {', '.join(tables.tables)}; END $$",
    )


def upgrade() -> None:
    connection = op.get_bind()
    tables = _described()
    tables.create_all(connection)
    if connection.dialect.name == "sqlite":
        op.execute(FTS)
        op.execute(SMALL_PAGES)
        return
    op.execute("CREATE SEQUENCE tenant_numbers AS integer")
    for statement in (*WORDS, *_bulk(tables)):
        op.execute(statement)
    for table in tables.sorted_tables:
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
    _described().drop_all(connection)
