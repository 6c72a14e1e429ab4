"""Contacts, agents, groups and organizations: what is particular to each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from models.changes import Gone
from models.enums import AgentRole, DetailLevel, IdentityKind, Kind, SearchKind
from models.records import Agent, Contact, Group, Organization, Record
from storage import codec
from storage.apply.cleaning import indexed
from storage.apply.desk import Desk
from storage.apply.held import EMBEDDED, Held, Reading, Shape
from storage.apply.keeping import Keeping, Kept, Side
from storage.apply.outcomes import Telling, public_names
from storage.apply.readings import checked_version, grave_of, ident, packed, read
from storage.ranks import CONTACT_STATE, LIFECYCLE
from storage.search.documents import Doc
from storage.tables.people import (
    agents,
    contact_emails,
    contacts,
    groups,
    memberships,
    organization_domains,
    organizations,
)
from storage.values import millis, number_of, number_or_none, seconds, text_key


def _shape(kind: type[Any], blank: Any, times: tuple[str, ...] = ()) -> Shape:
    """Of a record that is not in use only its id and its times are left."""

    def bones(record: Any) -> Any:
        left: Any = blank(record.helpdesk, record.remote_id)
        return msgspec.structs.replace(left, created_at=record.created_at, updated_at=record.updated_at)

    def buried(record: Any, lifecycle: int, merged_into: str | None) -> Any:
        return msgspec.structs.replace(record, lifecycle=LIFECYCLE.word(lifecycle))

    unpack = codec.unpacker(kind)
    return Shape(pack=codec.pack, unpack=unpack, bones=bones, buried=buried, blank=blank, times=times)


def _reading(unpack: Any) -> Any:
    def make(desk: Desk, record: Record) -> Reading:
        remote_id, version, as_of = ident(record), checked_version(desk, record), millis(record.as_of)
        bare, card = packed(codec.bare(record), unpack)
        return Reading(
            number_of(remote_id),
            remote_id,
            version,
            as_of,
            desk.origin,
            bare,
            card,
            whole=record.detail is DetailLevel.FULL,
            raw=record.raw,
            grave=grave_of(record, version, as_of),
        )

    return make


def _embedded(keeping: Keeping) -> Any:
    def make(desk: Desk, record: Record) -> Reading:
        found = keeping.reading(desk, record)
        found.version, found.grave = EMBEDDED, None
        return found

    return make


def _blank_contact(helpdesk: str, remote_id: str) -> Contact:
    return Contact(helpdesk=helpdesk, remote_id=remote_id, as_of=codec.NO_TIME)


def _blank_agent(helpdesk: str, remote_id: str) -> Agent:
    return Agent(helpdesk=helpdesk, remote_id=remote_id, as_of=codec.NO_TIME, active=False, role=AgentRole.UNKNOWN)


def _blank_group(helpdesk: str, remote_id: str) -> Group:
    return Group(helpdesk=helpdesk, remote_id=remote_id, as_of=codec.NO_TIME, name="")


def _blank_organization(helpdesk: str, remote_id: str) -> Organization:
    return Organization(helpdesk=helpdesk, remote_id=remote_id, as_of=codec.NO_TIME, name="")


def _belongs(contact: Contact) -> tuple[str, ...]:
    """The primary organization first."""
    first = () if contact.organization_id is None else (contact.organization_id,)
    return tuple(dict.fromkeys((*first, *contact.organization_ids)))


def _emails(contact: Contact) -> list[str]:
    told = [one.value for one in contact.identities if one.kind is IdentityKind.EMAIL]
    return list(dict.fromkeys(address(one) for one in (contact.email, *told) if one))


def address(value: str) -> str:
    """As addresses are compared."""
    return (indexed(value) or "").strip().lower()


def _contact_columns(held: Held) -> tuple[Any, ...]:
    record: Contact = held.record
    email = address(record.email) if record.email else None
    return (
        CONTACT_STATE.number(record.state),
        text_key(record.name),
        email,
        email.rpartition("@")[2] if email and "@" in email else None,
        indexed(record.phone),
        indexed(record.external_id),
        number_or_none(record.organization_id),
        seconds(record.created_at),
        seconds(record.updated_at),
    )


def _email_rows(desk: Desk, held: Held) -> Iterator[tuple[Any, ...]]:
    return ((desk.tenant, email, desk.number, held.num) for email in _emails(held.record))


def _membership_rows(desk: Desk, held: Held) -> Iterator[tuple[Any, ...]]:
    main = held.record.organization_id
    for position, one in enumerate(_belongs(held.record)):
        yield desk.tenant, desk.number, held.num, position, number_of(one), int(one == main)


def _contact_docs(desk: Desk, held: Held) -> Iterator[Doc]:
    record: Contact = held.record
    texts = (*_emails(record), record.phone or "", record.external_id or "", record.job_title or "")
    yield Doc(
        kind=SearchKind.CONTACT,
        helpdesk=desk.number,
        num=held.num,
        at=seconds(record.updated_at) or 0,
        title=record.name or "",
        texts=texts,
        orgs=tuple(number_of(one) for one in _belongs(record)),
    )


def _left(old: Held | None, new: Held) -> Sequence[str]:
    before = _belongs(old.record) if old is not None and not old.dead else ()
    after = () if new.dead else _belongs(new.record)
    return [one for one in before if one not in after]


CONTACTS = Keeping(
    kind=Kind.CONTACT,
    table=contacts,
    shape=_shape(
        Contact,
        _blank_contact,
        (
            "job_title",
            "last_active_at",
            "external_id",
            "locale",
            "time_zone",
            "organization_ids",
            "tags",
            "custom_fields",
            "avatar",
        ),
    ),
    telling=Telling(
        kind=Kind.CONTACT,
        fields=public_names(
            Contact,
            {"organization_id": "organization", "organization_ids": "organizations", "custom_fields": None},
        ),
        lost_by=_left,
    ),
    reading=_reading(codec.contact),
    columns=_contact_columns,
    sides=(
        Side(contact_emails, ("tenant", "email", "helpdesk", "num"), _email_rows),
        Side(memberships, ("tenant", "helpdesk", "contact", "position"), _membership_rows),
    ),
    search=SearchKind.CONTACT,
    docs=_contact_docs,
)


def _agent_columns(held: Held) -> tuple[Any, ...]:
    record: Agent = held.record
    return int(record.active), address(record.email) if record.email else None


AGENTS = Keeping(
    kind=Kind.AGENT,
    table=agents,
    shape=_shape(Agent, _blank_agent),
    telling=Telling(kind=None, fields={}),
    reading=_reading(codec.agent),
    columns=_agent_columns,
)
GROUPS = Keeping(
    kind=Kind.GROUP,
    table=groups,
    shape=_shape(Group, _blank_group),
    telling=Telling(kind=None, fields={}),
    reading=_reading(codec.group),
    columns=lambda held: (),
)


def _organization_columns(held: Held) -> tuple[Any, ...]:
    record: Organization = held.record
    return (
        text_key(record.name),
        indexed(record.external_id),
        seconds(record.created_at),
        seconds(record.updated_at),
    )


def _domain_rows(desk: Desk, held: Held) -> Iterator[tuple[Any, ...]]:
    for domain in dict.fromkeys(address(one) for one in held.record.domains if one):
        yield desk.tenant, domain, desk.number, held.num


def _organization_docs(desk: Desk, held: Held) -> Iterator[Doc]:
    record: Organization = held.record
    yield Doc(
        kind=SearchKind.ORGANIZATION,
        helpdesk=desk.number,
        num=held.num,
        at=seconds(record.updated_at) or 0,
        title=record.name,
        texts=(*record.domains, record.notes or "", record.external_id or ""),
        orgs=(held.num,),
    )


def _closed(old: Held | None, new: Held) -> Sequence[str]:
    return (new.remote_id,) if new.dead and old is not None and not old.dead else ()


ORGANIZATIONS = Keeping(
    kind=Kind.ORGANIZATION,
    table=organizations,
    shape=_shape(Organization, _blank_organization),
    telling=Telling(
        kind=Kind.ORGANIZATION, fields=public_names(Organization, {"custom_fields": None}), lost_by=_closed
    ),
    reading=_reading(codec.organization),
    columns=_organization_columns,
    sides=(Side(organization_domains, ("tenant", "domain", "helpdesk", "num"), _domain_rows),),
    search=SearchKind.ORGANIZATION,
    docs=_organization_docs,
)
_ALONG = {CONTACTS.kind: _embedded(CONTACTS), ORGANIZATIONS.kind: _embedded(ORGANIZATIONS)}


class People:
    """All of them in one batch. `along`: those that came with tickets, of which one of each is enough."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: list[Kept] = []

    async def take(
        self, keeping: Keeping, records: Sequence[Any], gone: Sequence[Gone], along: Sequence[Any] = ()
    ) -> None:
        if not (records or gone or along):
            return
        kept = Kept(self._desk, keeping)
        more: list[Reading] = []
        if along:
            latest = {one.remote_id: one for one in sorted(along, key=lambda one: one.as_of)}
            more = read(self._desk, keeping.kind, latest.values(), _ALONG[keeping.kind])
        await kept.take(records, gone, more)
        self._kept.append(kept)

    async def write(self) -> None:
        for kept in self._kept:
            await kept.write()
