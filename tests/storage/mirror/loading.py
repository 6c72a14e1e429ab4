"""Records put into the tables as they lie there, without the ways of sync."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert

from models.enums import FreshnessSource
from models.records import Agent, Article, Contact, Organization, Record, Ticket
from storage import codec, ranks
from storage.database import Database, Session
from storage.statements import Statement
from storage.tables import knowledge, people
from storage.tables.tickets import ticket_bodies, ticket_counts, ticket_tags, ticket_values, tickets
from storage.tenants import Tenancy
from storage.values import field_keys, micros, millis, number_of, number_or_none, seconds, text_key

_INSERTS: dict[str, Statement] = {}


def _insert(table: Table) -> Statement:
    return _INSERTS.setdefault(table.name, Statement(insert(table)))


async def put(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    await session.run_many(_insert(table), rows)


class Loader:
    def __init__(self, database: Database, tenancy: Tenancy) -> None:
        self.database = database
        self.tenancy = tenancy

    def _key(self, record: Record) -> dict[str, Any]:
        return {
            "tenant": self.tenancy.number,
            "helpdesk": self.tenancy.helpdesks[record.helpdesk],
            "num": number_of(record.remote_id),
        }

    def _kept(self, record: Record, card: bytes) -> dict[str, Any]:
        return {
            "shown": ranks.shown(record.lifecycle),
            "lifecycle": ranks.LIFECYCLE.number(record.lifecycle),
            "version": micros(record.updated_at or record.as_of),
            "as_of": millis(record.as_of),
            "detail": ranks.DETAIL.number(record.detail),
            "origin": ranks.ORIGIN.number(FreshnessSource.SYNC),
            "seq": 1,
            "seen": None,
            "marks": None,
            "card": card,
        }

    async def tickets(self, records: Iterable[Ticket]) -> None:
        records = list(records)
        async with self.database.write(self.tenancy.number) as session:
            await put(session, tickets, [self._ticket(one) for one in records])
            await put(session, ticket_bodies, [self._body(one) for one in records])
            await put(session, ticket_tags, [row for one in records for row in self._tags(one)])
            await put(session, ticket_values, [row for one in records for row in self._values(one)])
            counted = Counter(self._counted(one) for one in records)
            names = ("helpdesk", "lifecycle", "status", "priority")
            await session.run(_CLEAR_COUNTS, {"tenant": self.tenancy.number})
            rows = [dict(zip(names, key, strict=True)) | {"n": n} for key, n in counted.items()]
            await put(session, ticket_counts, [row | {"tenant": self.tenancy.number} for row in rows])

    async def forget(self, records: Iterable[Ticket]) -> None:
        """Out of the list and what it is found by."""
        async with self.database.write(self.tenancy.number) as session:
            for table, statement in _FORGET.items():
                place = ("shown", "updated_at") if table != "ticket_bodies" else ()
                rows = [{k: v for k, v in self._ticket(one).items() if k in (*_KEY, *place)} for one in records]
                await session.run_many(statement, [{f"of_{k}": v for k, v in row.items()} for row in rows])

    def _ticket(self, one: Ticket) -> dict[str, Any]:
        return self._key(one) | self._kept(one, codec.ticket_card(one)) | {
            "updated_at": seconds(one.updated_at) or 0,
            "created_at": seconds(one.created_at),
            "due_at": seconds(one.due_at),
            "resolved_at": seconds(one.resolved_at),
            "closed_at": seconds(one.closed_at),
            "first_responded_at": seconds(one.first_responded_at),
            "status": ranks.STATUS.number(one.status),
            "priority": ranks.PRIORITY.number(one.priority),
            "type": ranks.TYPE.number(one.type),
            "channel": ranks.CHANNEL.number(one.channel),
            "native_status": one.status_native.value,
            "requester": number_or_none(one.requester_id),
            "assignee": number_or_none(one.assignee_id),
            "grp": number_or_none(one.group_id),
            "org": number_or_none(one.organization_id),
            "external_id": one.external_id,
            "subject_key": text_key(one.subject),
            "has_attachments": None if one.attachments is None else int(bool(one.attachments)),
            "sla_breached": None,
            "reopens": one.reopens,
            "satisfaction": None,
            "comments_version": None,
            "comments_due": 1,
        }  # fmt: skip

    def _body(self, one: Ticket) -> dict[str, Any]:
        return self._key(one) | {
            "body_text": one.body_text,
            "body_html": one.body_html,
            "attachments": codec.pack_attachments(one.attachments),
            "raw": codec.pack_raw(one.raw),
        }

    def _tags(self, one: Ticket) -> list[dict[str, Any]]:
        place = {"shown": ranks.shown(one.lifecycle), "updated_at": seconds(one.updated_at) or 0}
        return [self._key(one) | place | {"tag": tag} for tag in set(one.tags)]

    def _values(self, one: Ticket) -> list[dict[str, Any]]:
        place = {"shown": ranks.shown(one.lifecycle), "updated_at": seconds(one.updated_at) or 0}
        pairs = field_keys(one.custom_fields)
        return [self._key(one) | place | {"field": field, "value": value} for field, value in pairs]

    def _counted(self, one: Ticket) -> tuple[int, int, int, int]:
        return (
            self.tenancy.helpdesks[one.helpdesk],
            ranks.LIFECYCLE.number(one.lifecycle),
            ranks.STATUS.number(one.status),
            ranks.PRIORITY.number(one.priority),
        )

    async def contacts(self, records: Iterable[Contact]) -> None:
        records = list(records)
        async with self.database.write(self.tenancy.number) as session:
            await put(session, people.contacts, [self._contact(one) for one in records])
            emails = [self._key(one) | {"email": one.email.lower()} for one in records if one.email]
            await put(session, people.contact_emails, emails)
            await put(session, people.memberships, [row for one in records for row in self._memberships(one)])

    def _contact(self, one: Contact) -> dict[str, Any]:
        email = one.email.lower() if one.email else None
        return self._key(one) | self._kept(one, codec.card(one)) | {
            "state": ranks.CONTACT_STATE.number(one.state),
            "name_key": text_key(one.name),
            "email": email,
            "email_domain": email.rpartition("@")[2] if email else None,
            "phone": one.phone,
            "external_id": one.external_id,
            "org": number_or_none(one.organization_id),
            "created_at": seconds(one.created_at),
            "updated_at": seconds(one.updated_at),
            "raw": None,
        }  # fmt: skip

    def _memberships(self, one: Contact) -> list[dict[str, Any]]:
        key = self._key(one)
        shared = {"tenant": key["tenant"], "helpdesk": key["helpdesk"], "contact": key["num"]}
        return [
            shared | {"position": at, "org": number_of(org), "is_primary": int(org == one.organization_id)}
            for at, org in enumerate(one.organization_ids)
        ]

    async def organizations(self, records: Iterable[Organization]) -> None:
        records = list(records)
        rows = [
            self._key(one) | self._kept(one, codec.card(one)) | {
                "name_key": text_key(one.name), "external_id": one.external_id, "raw": None,
                "created_at": seconds(one.created_at), "updated_at": seconds(one.updated_at),
            }
            for one in records
        ]  # fmt: skip
        domains = [self._key(one) | {"domain": domain} for one in records for domain in one.domains]
        async with self.database.write(self.tenancy.number) as session:
            await put(session, people.organizations, rows)
            await put(session, people.organization_domains, domains)

    async def agents(self, records: Iterable[Agent]) -> None:
        rows = [
            self._key(one) | self._kept(one, codec.card(one))
            | {"active": int(one.active), "email": one.email, "raw": None}
            for one in records
        ]  # fmt: skip
        async with self.database.write(self.tenancy.number) as session:
            await put(session, people.agents, rows)

    async def articles(self, records: Iterable[Article]) -> None:
        records = list(records)
        rows = [
            self._key(one) | self._kept(one, codec.card(one)) | {
                "state": ranks.ARTICLE_STATE.number(one.state), "locale": one.locale, "folder": one.folder_id,
                "visibility": ranks.ARTICLE_VISIBILITY.number(one.visibility), "title_key": text_key(one.title),
                "position": one.position, "views": one.views, "raw": None,
                "created_at": seconds(one.created_at), "updated_at": seconds(one.updated_at),
            }
            for one in records
        ]  # fmt: skip
        texts = [
            self._key(one) | {
                "locale": one.locale, "own": 1, "state": ranks.ARTICLE_STATE.number(one.state), "outdated": 0,
                "title": one.title, "updated_at": seconds(one.updated_at), "card": codec.card(one),
            }
            for one in records
        ]  # fmt: skip
        labels = [self._key(one) | {"label": label} for one in records for label in one.labels]
        async with self.database.write(self.tenancy.number) as session:
            await put(session, knowledge.articles, rows)
            await put(session, knowledge.article_texts, texts)
            await put(session, knowledge.article_labels, labels)


_CLEAR_COUNTS = Statement(delete(ticket_counts).where(ticket_counts.c.tenant == bindparam("tenant")))
_KEY = ("tenant", "helpdesk", "num")
_FORGET = {
    table.name: Statement(
        delete(table).where(
            *(
                table.c[name] == bindparam(f"of_{name}")
                for name in (*_KEY, *(("shown", "updated_at") if "shown" in table.c else ()))
            )
        )
    )
    for table in (ticket_tags, ticket_values, ticket_bodies, tickets)
}
