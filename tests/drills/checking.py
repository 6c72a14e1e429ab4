"""What is at the sandbox, asked for with a client of no relation to ours, and what of it is in the copy; and whether
two copies are one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx
from sqlalchemy import BindParameter, Table, bindparam, func, literal_column, select

from models.enums import ChangeOp, Kind, Lifecycle, SearchKind
from models.records import Ticket
from storage import codec
from storage.changes import changes_after
from storage.database import Database
from storage.ranks import LIFECYCLE, PRIORITY, STATUS
from storage.statements import Statement
from storage.tables.conversation import comments, conversations
from storage.tables.directory import article_folders, field_definitions, group_members, native_statuses, products
from storage.tables.knowledge import article_labels, article_texts, articles
from storage.tables.people import (
    agents,
    contact_emails,
    contacts,
    groups,
    memberships,
    organization_domains,
    organizations,
)
from storage.tables.searching import search_docs
from storage.tables.tickets import ticket_bodies, ticket_counts, ticket_tags, ticket_values, tickets
from storage.tenants import Tenancy
from tests.drills.worker import Account

Copied: TypeAlias = Mapping[str, Counter[tuple[Any, ...]]]
"""The rows of each table."""

CONTENT = (
    *(tickets, ticket_bodies, ticket_tags, ticket_values, ticket_counts),
    *(contacts, contact_emails, memberships, organizations, organization_domains, agents, groups, group_members),
    *(articles, article_texts, article_labels, article_folders),
    *(field_definitions, native_statuses, products, search_docs),
)
READING = {
    *("as_of", "origin", "seq", "seen", "marks", "card", "doc", "detail"),
    *("has_attachments", "comments_version", "comments_due"),
}
"""How and when a record came, which is told in its card too; and whether its comments have been read."""
SAMPLED = 5

_HERE: tuple[BindParameter[int], ...] = (bindparam("tenant"), bindparam("helpdesk"))
_TICKETS = Statement(
    select(tickets.c.num, tickets.c.card)
    .where(tickets.c.tenant == _HERE[0], tickets.c.helpdesk == _HERE[1])
    .order_by(tickets.c.num)
)
_PEOPLE = Statement(select(contacts.c.num).where(contacts.c.tenant == _HERE[0], contacts.c.helpdesk == _HERE[1]))
_DOCS = Statement(
    select(search_docs.c.num, func.count())
    .where(
        search_docs.c.tenant == _HERE[0],
        search_docs.c.helpdesk == _HERE[1],
        search_docs.c.kind == bindparam("of_kind"),
    )
    .group_by(search_docs.c.num)
)
_COUNTS = Statement(
    select(ticket_counts.c.lifecycle, ticket_counts.c.status, ticket_counts.c.priority, ticket_counts.c.n).where(
        ticket_counts.c.tenant == _HERE[0],
        ticket_counts.c.helpdesk == _HERE[1],
        ticket_counts.c.n != bindparam("none"),
    )
)
_SAID = Statement(
    select(conversations.c.ticket, func.count(comments.c.position))
    .select_from(
        conversations.outerjoin(
            comments,
            (comments.c.tenant == conversations.c.tenant)
            & (comments.c.helpdesk == conversations.c.helpdesk)
            & (comments.c.ticket == conversations.c.ticket),
        )
    )
    .where(conversations.c.tenant == _HERE[0], conversations.c.helpdesk == _HERE[1])
    .group_by(conversations.c.ticket)
)


@dataclass
class Verdict:
    """`lost`: at the helpdesk and not, or not as it is there, in the copy. `duplicate`: more than once in a table, the
    search, the counts or the sequence of changes. `ghosts`: in use in the copy, and not at the helpdesk any more."""

    compared: int = 0
    lost: list[str] = field(default_factory=list)
    duplicate: list[str] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return self.compared > 0 and not (self.lost or self.duplicate or self.ghosts)


def client_of(account: Account) -> httpx.Client:
    client = httpx.Client(base_url=account.address + "/api/v2", timeout=60)
    if account.vendor == "ZENDESK":
        client.headers["Authorization"] = f"Bearer {account.secrets['oauth_token']}"
    else:
        client.auth = (account.secrets["api_key"], "X")
    return client


def truth(account: Account) -> tuple[dict[str, tuple[str, str]], set[str]]:
    """Tickets by id, each with its subject and time of change; ids of contacts."""
    with client_of(account) as client:
        if account.vendor == "ZENDESK":
            people = [one for one in exported(client, "users") if one["role"] == "end-user" and one["active"]]
            rows = [one for one in exported(client, "tickets") if one["status"] != "deleted"]
        else:
            people = [*listed(client, "/contacts", {})]
            since = {"updated_since": "1970-01-01T00:00:00Z", "order_by": "updated_at", "order_type": "asc"}
            rows = [*listed(client, "/tickets", since)]
    return {str(one["id"]): (one["subject"], one["updated_at"]) for one in rows}, {str(one["id"]) for one in people}


def exported(client: httpx.Client, name: str) -> Iterator[dict[str, Any]]:
    params: dict[str, str] = {"start_time": "1"}
    while True:
        body = client.get(f"/incremental/{name}/cursor", params=params).raise_for_status().json()
        yield from body[name]
        if body["end_of_stream"]:
            return
        params = {"cursor": body["after_cursor"]}


def listed(client: httpx.Client, path: str, params: dict[str, str]) -> Iterator[dict[str, Any]]:
    page = 1
    while rows := client.get(path, params={**params, "per_page": "100", "page": str(page)}).raise_for_status().json():
        yield from rows
        page += 1


def spoken(account: Account, idents: Iterable[str]) -> dict[str, int]:
    """How many comments these tickets have, the request itself too, which Freshdesk's list has only of some."""
    with client_of(account) as client:

        def got(path: str) -> Any:
            return client.get(path).raise_for_status().json()

        if account.vendor == "ZENDESK":
            return {one: got(f"/tickets/{one}/comments")["count"] for one in idents}
        made = {one: got(f"/tickets/{one}")["created_at"] for one in idents}
        said = {one: listed(client, f"/tickets/{one}/conversations", {}) for one in idents}
        return {one: 1 + sum(row["created_at"] > made[one] for row in rows) for one, rows in said.items()}


async def verdict(db: Database, tenancy: Tenancy, accounts: Iterable[Account], *, whole: bool) -> Verdict:
    """With `whole` comments too, of every few tickets."""
    found = Verdict()
    for account in accounts:
        there, people = truth(account)
        await _helpdesk(db, tenancy, account, there, people, found)
        if whole:
            await _comments(db, tenancy, account, sorted(there)[::SAMPLED], found)
    await _changes(db, tenancy, found)
    return found


async def _helpdesk(
    db: Database,
    tenancy: Tenancy,
    account: Account,
    there: Mapping[str, tuple[str, str]],
    people: Set[str],
    found: Verdict,
) -> None:
    keys = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[account.key]}
    rows = [(int(num), codec.ticket(card)) for num, card in await db.fetch(tenancy.number, _TICKETS, keys)]
    known = {str(num): one for num, one in rows}
    found.compared += len(there) + len(people)
    found.lost += [f"{account.key} ticket {ident}" for ident, at in there.items() if not _same(known.get(ident), at)]
    active = [num for num, one in known.items() if one.lifecycle in (Lifecycle.ACTIVE, Lifecycle.MERGED)]
    found.ghosts += [f"{account.key} ticket {num}" for num in active if num not in there]
    found.duplicate += [f"{account.key} row of {num}" for num, n in Counter(n for n, _ in rows).items() if n > 1]
    have = {str(num) for (num,) in await db.fetch(tenancy.number, _PEOPLE, keys)}
    found.lost += [f"{account.key} contact {ident}" for ident in sorted(people - have)]
    kind = list(SearchKind).index(SearchKind.TICKET)
    docs = {str(num): n for num, n in await db.fetch(tenancy.number, _DOCS, {**keys, "of_kind": kind})}
    found.duplicate += [f"{account.key} document of {num}" for num, n in docs.items() if n > 1]
    found.lost += [f"{account.key} document of {ident}" for ident in there if ident not in docs]
    real = Counter(
        (LIFECYCLE.number(one.lifecycle), STATUS.number(one.status), PRIORITY.number(one.priority)) for _, one in rows
    )
    told = {tuple(row[:3]): row[3] for row in await db.fetch(tenancy.number, _COUNTS, {**keys, "none": 0})}
    wrong = [key for key in real.keys() | told.keys() if real[key] != told.get(key)]
    found.duplicate += [f"{account.key} count of {key}" for key in wrong]


def _same(known: Ticket | None, there: tuple[str, str]) -> bool:
    if known is None or known.updated_at is None:
        return False
    return (known.subject, f"{known.updated_at:%Y-%m-%dT%H:%M:%SZ}") == there


async def _comments(db: Database, tenancy: Tenancy, account: Account, idents: Sequence[str], found: Verdict) -> None:
    keys = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[account.key]}
    told = {str(num): int(n) for num, n in await db.fetch(tenancy.number, _SAID, keys)}
    for ident, count in spoken(account, idents).items():
        found.compared += 1
        if told.get(ident, 0) < count:
            found.lost.append(f"{account.key} {count - told.get(ident, 0)} comments of {ident}")
        elif told[ident] > count:
            found.duplicate.append(f"{account.key} {told[ident] - count} comments of {ident}")


async def _changes(db: Database, tenancy: Tenancy, found: Verdict) -> None:
    """Numbered without a hole, and nothing made that was there. With a ticket its comments go."""
    entries, _, newest = await changes_after(db, tenancy, 0, None, 10_000_000)
    if [one.seq for one in entries] != list(range(1, newest + 1)):
        found.lost.append("a number of the sequence of changes")
    there: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in entries:
        if one.kind not in (Kind.TICKET, Kind.CONTACT, Kind.COMMENT):
            continue
        family = there[one.helpdesk, f"{one.kind} {one.remote_id.partition('/')[0]}"]
        if one.op is ChangeOp.CREATED and one.remote_id in family:
            found.duplicate.append(f"{one.helpdesk} creation of {one.kind} {one.remote_id}")
        if one.op is ChangeOp.DELETED:
            family.discard(one.remote_id)
            if one.kind is Kind.TICKET:
                there.pop((one.helpdesk, f"{Kind.COMMENT} {one.remote_id}"), None)
        else:
            family.add(one.remote_id)


async def copied(db: Database, tenancy: Tenancy) -> Copied:
    async with db.read(tenancy.number) as session:
        return {
            table.name: Counter(map(tuple, await session.fetch(_ROWS[table.name], {"tenant": tenancy.number})))
            for table in CONTENT
        }


def _rows_of(table: Table) -> Statement:
    rows = select(*(column for column in table.columns if column.name not in READING))
    rows = rows.where(table.c.tenant == bindparam("tenant"))
    if table is search_docs:
        rows = rows.where(table.c.kind != literal_column(str(list(SearchKind).index(SearchKind.COMMENT))))
    return Statement(rows)


_ROWS = {table.name: _rows_of(table) for table in CONTENT}


def compared(copy: Copied, undisturbed: Copied, found: Verdict) -> None:
    """Every row of every table, but for how it came there."""
    for name, rows in undisturbed.items():
        found.compared += rows.total()
        found.lost += [f"{name} {row[:4]}" for row in rows - copy[name]]
        found.ghosts += [f"{name} {row[:4]}" for row in copy[name] - rows]
