"""What is at the sandbox, asked for with a client of no relation to ours, and what of it is in the copy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import httpx
from sqlalchemy import bindparam, func, select

from models.enums import ChangeOp, Kind, SearchKind
from models.records import HelpdeskInfo
from runtime.clock import SystemClock
from storage import codec
from storage.changes import changes_after
from storage.database import Database, open_database
from storage.ranks import LIFECYCLE, PRIORITY, STATUS
from storage.statements import Statement
from storage.tables.people import contacts
from storage.tables.searching import search_docs
from storage.tables.tickets import ticket_counts, tickets
from storage.tenants import Tenancy, enter
from tests.drills.worker import TENANT, Account

PAGES = re.compile(
    r"^freshdesk GET /api/v2/(tickets|contacts|companies|agents)\?"
    r"|^zendesk GET /api/v2/(incremental/|help_center/incremental/|organization_memberships\?|users\?)"
)
"""The lists that streams read page by page."""
PLACES = re.compile(r"[?&](page|cursor|start_time|updated_since|page\[after\])=[^&]*")

_TICKETS = Statement(
    select(tickets.c.num, tickets.c.card)
    .where(tickets.c.tenant == bindparam("tenant"), tickets.c.helpdesk == bindparam("helpdesk"))
    .order_by(tickets.c.num)
)
_CONTACTS = Statement(
    select(contacts.c.num).where(contacts.c.tenant == bindparam("tenant"), contacts.c.helpdesk == bindparam("helpdesk"))
)
_DOCS = Statement(
    select(search_docs.c.num, func.count())
    .where(
        search_docs.c.tenant == bindparam("tenant"),
        search_docs.c.helpdesk == bindparam("helpdesk"),
        search_docs.c.kind == bindparam("of_kind"),
    )
    .group_by(search_docs.c.num)
)
_COUNTS = Statement(
    select(ticket_counts.c.lifecycle, ticket_counts.c.status, ticket_counts.c.priority, ticket_counts.c.n).where(
        ticket_counts.c.tenant == bindparam("tenant"),
        ticket_counts.c.helpdesk == bindparam("helpdesk"),
        ticket_counts.c.n != bindparam("none"),
    )
)


@dataclass
class Verdict:
    """`lost`: at the helpdesk and not, or not as it is there, in the copy. `duplicate`: more than once in a table, the
    search, the counts or the sequence of changes."""

    compared: int = 0
    lost: list[str] = field(default_factory=list)
    duplicate: list[str] = field(default_factory=list)


def pages_of(calls: Iterable[str]) -> Counter[str]:
    """How many pages of each list were fetched."""
    return Counter(PLACES.sub("", call) for call in calls if PAGES.search(call))


def truth(account: Account) -> tuple[dict[str, tuple[str, str]], set[str]]:
    """Tickets by id, each with its subject and time of change; ids of contacts."""
    with httpx.Client(base_url=account.address + "/api/v2", timeout=60) as client:
        if account.vendor == "ZENDESK":
            client.headers["Authorization"] = f"Bearer {account.secrets['oauth_token']}"
            people = [one for one in exported(client, "users") if one["role"] == "end-user" and one["active"]]
            rows = [one for one in exported(client, "tickets") if one["status"] != "deleted"]
        else:
            client.auth = (account.secrets["api_key"], "X")
            people = [*listed(client, "/contacts", {})]
            since = {"updated_since": "1970-01-01T00:00:00Z", "order_by": "updated_at", "order_type": "asc"}
            rows = [*listed(client, "/tickets", since)]
    return {str(one["id"]): (one["subject"], one["updated_at"]) for one in rows}, {str(one["id"]) for one in people}


def exported(client: httpx.Client, name: str) -> Iterator[dict]:
    params: dict[str, str] = {"start_time": "1"}
    while True:
        body = client.get(f"/incremental/{name}/cursor", params=params).raise_for_status().json()
        yield from body[name]
        if body["end_of_stream"]:
            return
        params = {"cursor": body["after_cursor"]}


def listed(client: httpx.Client, path: str, params: dict[str, str]) -> Iterator[dict]:
    page = 1
    while rows := client.get(path, params={**params, "per_page": "100", "page": str(page)}).raise_for_status().json():
        yield from rows
        page += 1


async def checked(url: str, accounts: Iterable[Account], infos: Iterable[HelpdeskInfo]) -> Verdict:
    db = await open_database(url, readers=1)
    try:
        tenancy = await enter(db, TENANT, list(infos), SystemClock())
        verdict = Verdict()
        for account in accounts:
            await _helpdesk(db, tenancy, account, verdict)
        await _changes(db, tenancy, verdict)
        return verdict
    finally:
        await db.aclose()


async def _helpdesk(db: Database, tenancy: Tenancy, account: Account, verdict: Verdict) -> None:
    there, people = truth(account)
    keys = {"tenant": tenancy.number, "helpdesk": tenancy.helpdesks[account.key]}
    rows = [(str(num), codec.ticket(card)) for num, card in await db.fetch(tenancy.number, _TICKETS, keys)]
    known = dict(rows)
    for ident, (subject, updated) in there.items():
        verdict.compared += 1
        found = known.get(ident)
        stamp = None if found is None or found.updated_at is None else f"{found.updated_at:%Y-%m-%dT%H:%M:%SZ}"
        if found is None or (found.subject, stamp) != (subject, updated):
            verdict.lost.append(f"{account.key} ticket {ident}")
    have = {str(num) for (num,) in await db.fetch(tenancy.number, _CONTACTS, keys)}
    verdict.compared += len(people)
    verdict.lost += [f"{account.key} contact {ident}" for ident in sorted(people - have)]
    verdict.duplicate += [f"{account.key} row of {one}" for one, n in Counter(n for n, _ in rows).items() if n > 1]
    kind = list(SearchKind).index(SearchKind.TICKET)
    docs = dict(await db.fetch(tenancy.number, _DOCS, {**keys, "of_kind": kind}))
    verdict.duplicate += [f"{account.key} document of {num}" for num, n in docs.items() if n > 1]
    verdict.lost += [f"{account.key} document of {ident}" for ident in there if int(ident) not in docs]
    real = Counter(
        (LIFECYCLE.number(one.lifecycle), STATUS.number(one.status), PRIORITY.number(one.priority)) for _, one in rows
    )
    told = {tuple(row[:3]): row[3] for row in await db.fetch(tenancy.number, _COUNTS, {**keys, "none": 0})}
    verdict.duplicate += [
        f"{account.key} count of {key}" for key in real.keys() | told.keys() if real[key] != told.get(key)
    ]


async def _changes(db: Database, tenancy: Tenancy, verdict: Verdict) -> None:
    """Numbered without a hole, and each record made once."""
    found, _, newest = await changes_after(db, tenancy, 0, None, 10_000_000)
    if [one.seq for one in found] != list(range(1, newest + 1)):
        verdict.lost.append("a number of the sequence of changes")
    made = Counter(
        (one.helpdesk, one.kind, one.remote_id)
        for one in found
        if one.op is ChangeOp.CREATED and one.kind in (Kind.TICKET, Kind.CONTACT, Kind.COMMENT)
    )
    verdict.duplicate += [f"creation of {key}" for key, n in made.items() if n > 1]
