"""A kind of record as a list: its table, what it can be found and ordered by, and how a row becomes a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Table

from storage import codec, ranks
from storage.mirror.article_fields import ARTICLE_FIELDS
from storage.mirror.lowering import Fields
from storage.mirror.people_fields import CONTACT_FIELDS, ORGANIZATION_FIELDS
from storage.mirror.ticket_fields import TICKET_FIELDS
from storage.tables.knowledge import article_labels, articles
from storage.tables.people import contact_emails, contacts, memberships, organization_domains, organizations
from storage.tables.tickets import ticket_tags, ticket_values, tickets


class Key(NamedTuple):
    """One column of an order."""

    column: str
    descending: bool
    nulls_first: bool = False

    def turned(self) -> Key:
        return Key(self.column, not self.descending, not self.nulls_first)


def by_key(table: Table) -> str:
    """SQLite's hint for the primary key of a table that is clustered by it. NOT INDEXED does not keep such a table from
    its other indexes."""
    return f"INDEXED BY sqlite_autoindex_{table.name}_1"


@dataclass(frozen=True)
class Index:
    """`columns` after the tenant, by the names the listed table has for them; `own` where this table differs.

    `name` is None for a table's primary key.
    """

    name: str | None
    table: Table
    columns: tuple[str, ...]
    own: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        return self.own.get(name, name)

    @property
    def hint(self) -> str:
        """SQLite: to be read by this one and no other, whatever the planner has been told of the table."""
        return by_key(self.table) if self.name is None else f"INDEXED BY {self.name}"


@dataclass(frozen=True)
class Listing:
    """`key`: what a row is found by, after the tenant. `nullable`: columns of orders that may have no value.

    `few`: columns of so few values that a list ordered by them can be read value by value. `weights`: how many rows
    share a value of the column, from few to many: the index of the least is read.
    """

    name: str
    table: Table
    key: tuple[str, ...]
    fields: Fields
    indexes: tuple[Index, ...]
    decode: Callable[[bytes], Any]
    nullable: frozenset[str]
    few: Mapping[str, tuple[int, ...]]
    weights: Mapping[str, int]

    @property
    def by_default(self) -> tuple[Key, ...]:
        """The order of the table itself, which every filter can be walked by."""
        return tuple(Key(column, False) for column in self.key if column != "shown")

    def weight(self, column: str) -> int:
        return self.weights.get(column, 50)


def _on(table: Table, entries: Mapping[str | None, str]) -> tuple[Index, ...]:
    return tuple(Index(name, table, tuple(columns.split())) for name, columns in entries.items())


SHOWN = (0, 1)

TICKETS = Listing(
    name="tickets",
    table=tickets,
    key=("shown", "updated_at", "helpdesk", "num"),
    fields=TICKET_FIELDS,
    indexes=(
        *_on(
            tickets,
            {
                None: "shown updated_at helpdesk num",
                "tickets_created": "shown created_at helpdesk num",
                "tickets_due": "shown due_at helpdesk num",
                "tickets_resolved": "shown resolved_at helpdesk num",
                "tickets_number": "shown num helpdesk",
                "tickets_subject": "shown subject_key helpdesk num",
                "tickets_status": "shown status updated_at helpdesk num",
                "tickets_priority": "shown priority updated_at helpdesk num",
                "tickets_helpdesk": "shown helpdesk updated_at num",
                "tickets_assignee": "shown helpdesk assignee updated_at num",
                "tickets_grp": "shown helpdesk grp updated_at num",
                "tickets_org": "shown helpdesk org updated_at num",
                "tickets_requester": "shown helpdesk requester updated_at num",
                "tickets_id": "helpdesk num",
                "tickets_external": "external_id helpdesk num",
            },
        ),
        Index(None, ticket_tags, ("tag", "shown", "updated_at", "helpdesk", "num")),
        Index(None, ticket_values, ("helpdesk", "field", "value", "shown", "updated_at", "num")),
    ),
    decode=codec.ticket,
    nullable=frozenset({"created_at", "due_at", "resolved_at", "subject_key", "value"}),
    few={
        "shown": SHOWN,
        "status": tuple(ranks.STATUS.all().values()),
        "priority": tuple(ranks.PRIORITY.all().values()),
    },
    weights={
        "num": 0, "external_id": 1, "requester": 2, "value": 10, "subject_key": 11, "org": 12, "assignee": 20,
        "tag": 25, "created_at": 30, "due_at": 30, "resolved_at": 30, "updated_at": 30, "grp": 40, "priority": 60,
        "status": 61, "helpdesk": 80, "field": 85, "shown": 99,
    },
)  # fmt: skip

_PEOPLE_WEIGHTS = {
    "num": 0, "email": 1, "phone": 2, "external_id": 1, "domain": 3, "org": 10, "email_domain": 20, "name_key": 15,
    "created_at": 30, "updated_at": 30, "helpdesk": 80, "shown": 99,
}  # fmt: skip

CONTACTS = Listing(
    name="contacts",
    table=contacts,
    key=("helpdesk", "num"),
    fields=CONTACT_FIELDS,
    indexes=(
        *_on(
            contacts,
            {
                None: "helpdesk num",
                "contacts_name": "shown name_key helpdesk num",
                "contacts_created": "shown created_at helpdesk num",
                "contacts_updated": "shown updated_at helpdesk num",
                "contacts_domain": "email_domain helpdesk num",
                "contacts_phone": "phone",
                "contacts_external": "external_id",
            },
        ),
        Index(None, contact_emails, ("email", "helpdesk", "num")),
        Index("memberships_org", memberships, ("helpdesk", "org", "num"), {"num": "contact"}),
    ),
    decode=codec.contact,
    nullable=frozenset({"name_key", "created_at", "updated_at"}),
    few={"shown": SHOWN},
    weights=_PEOPLE_WEIGHTS,
)

ORGANIZATIONS = Listing(
    name="organizations",
    table=organizations,
    key=("helpdesk", "num"),
    fields=ORGANIZATION_FIELDS,
    indexes=(
        *_on(
            organizations,
            {
                None: "helpdesk num",
                "organizations_name": "shown name_key helpdesk num",
                "organizations_created": "shown created_at helpdesk num",
                "organizations_updated": "shown updated_at helpdesk num",
                "organizations_external": "external_id",
            },
        ),
        Index(None, organization_domains, ("domain", "helpdesk", "num")),
    ),
    decode=codec.organization,
    nullable=frozenset({"name_key", "created_at", "updated_at"}),
    few={"shown": SHOWN},
    weights=_PEOPLE_WEIGHTS,
)

ARTICLES = Listing(
    name="articles",
    table=articles,
    key=("helpdesk", "num"),
    fields=ARTICLE_FIELDS,
    indexes=(
        *_on(
            articles,
            {
                None: "helpdesk num",
                "articles_title_key": "shown title_key helpdesk num",
                "articles_created_at": "shown created_at helpdesk num",
                "articles_updated_at": "shown updated_at helpdesk num",
                "articles_position": "shown position helpdesk num",
                "articles_views": "shown views helpdesk num",
                "articles_folder": "helpdesk folder num",
            },
        ),
        Index(None, article_labels, ("label", "helpdesk", "num")),
    ),
    decode=codec.article,
    nullable=frozenset({"title_key", "created_at", "updated_at", "position", "views"}),
    few={"shown": SHOWN},
    weights={
        "num": 0, "folder": 10, "label": 12, "title_key": 15, "created_at": 30, "updated_at": 30, "position": 50,
        "views": 50, "helpdesk": 80, "shown": 99,
    },
)  # fmt: skip

LISTINGS = (TICKETS, CONTACTS, ORGANIZATIONS, ARTICLES)
