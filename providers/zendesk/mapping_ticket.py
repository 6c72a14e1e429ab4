"""Tickets and statuses → models. Pure: tables in mapping_values.py, no call and no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from models.enums import DetailLevel, Lifecycle, Provenance, TicketStatus
from models.records import Contact, NativeStatus, NativeValue, Organization, Satisfaction, Ticket
from providers.zendesk import mapping_values as values
from providers.zendesk import wire
from providers.zendesk.account import Account
from providers.zendesk.lenient import later, moment, pairs, ref, refs, text, texts, whole
from providers.zendesk.rows import Found

EPOCH = 0
MERGED_TAG = "closed_by_merge"
_SCRUBBED = "SCRUBBED"
_UNRATED = frozenset({"unoffered", "offered"})


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket row is mapped with: labels of statuses, and the people and organizations that came along.

    `detail` is FULL when the metrics came along too: everything else is in every row. `addresses`: of people, by id,
    for a row that is to name them without embedding them."""

    detail: DetailLevel = DetailLevel.LISTED
    statuses: Mapping[str, NativeStatus] = {}
    people: Mapping[str, Contact] = {}
    addresses: Mapping[str, str] = {}
    organizations: Mapping[str, Organization] = {}


def ticket(found: Found[wire.Ticket], account: Account, as_of: datetime, beside: Beside) -> Ticket:
    row, ident = found.wire, str(found.wire.id)
    created, metrics = moment(row.created_at), row.metric_set
    native = status_of(row, beside.statuses)
    return Ticket(
        helpdesk=account.key,
        remote_id=ident,
        remote_url=account.page("tickets", ident),
        created_at=created,
        updated_at=moment(row.updated_at),
        lifecycle=lifecycle(row),
        detail=beside.detail,
        as_of=as_of,
        raw=found.raw,
        number=ident,
        version=row.updated_at if isinstance(row.updated_at, str) else "",
        external_id=text(row.external_id),
        subject=text(row.subject) or text(row.raw_subject),
        body_text=row.description,
        status=native.category,
        status_native=native,
        status_since=_since(metrics),
        priority=values.priority(row.priority),
        priority_native=_native(row.priority),
        type=values.type_(row.type),
        type_native=_native(row.type),
        channel=values.channel(_channel(row)),
        channel_native=_native(_channel(row)),
        tags=texts(row.tags),
        requester_id=ref(row.requester_id),
        submitter_id=ref(row.submitter_id),
        assignee_id=ref(row.assignee_id),
        group_id=ref(row.group_id),
        organization_id=ref(row.organization_id),
        product_id=ref(row.brand_id),
        parent_id=ref(row.problem_id),
        ccs=_ccs(row, beside),
        due_at=moment(row.due_at),
        resolved_at=moment(metrics.solved_at) if metrics else None,
        first_responded_at=first_responded(created, metrics),
        reopens=whole(metrics.reopens) if metrics else None,
        satisfaction=satisfaction(row.satisfaction_rating),
        custom_fields=custom_fields(row),
        native=_columns(row),
        requester=beside.people.get(str(row.requester_id)),
        organization=beside.organizations.get(str(row.organization_id)),
    )


def lifecycle(row: wire.Ticket) -> Lifecycle:
    """`deleted` is said in exports only, of spam too; what was deleted for good has its words replaced. A merge closes
    the ticket and tags it; nothing in the row says into which (people leave such tickets out of searches by
    `-tags:closed_by_merge`). Whether a ticket is archived no row tells."""
    if row.status == "deleted":
        blank = row.subject == _SCRUBBED and row.description == _SCRUBBED
        return Lifecycle.PURGED if blank else Lifecycle.DELETED
    if row.status == "scrubbed":
        return Lifecycle.PURGED
    merged = row.status == "closed" and MERGED_TAG in (row.tags or ())
    return Lifecycle.MERGED if merged else Lifecycle.ACTIVE


def first_responded(created: datetime | None, metrics: wire.Metrics | None) -> datetime | None:
    """The metrics tell how long the first reply took and not when it came: in seconds for messaging tickets, else in
    whole minutes, so the moment may be up to a minute early (vendor's 'Ticket metrics')."""
    if metrics is None:
        return None
    seconds = whole(pairs(metrics.reply_time_in_seconds).get("calendar"))
    minutes = whole(pairs(metrics.reply_time_in_minutes).get("calendar"))
    return later(created, seconds if seconds is not None or minutes is None else minutes * 60)


def seconds(value: datetime | None) -> int:
    """A time as an order key; rows without one come last when newest is first."""
    return int(value.timestamp()) if value else EPOCH


def status_of(row: wire.Ticket, known: Mapping[str, NativeStatus]) -> NativeStatus:
    """`status` is the category of the custom status (vendor's API reference, 'Custom ticket statuses'), so our
    meaning is exact with or without the label. A closed ticket keeps its last custom status, which belongs to
    `solved`."""
    word = row.status or ""
    category = values.status(word)
    custom = known.get(str(row.custom_status_id)) if row.custom_status_id else None
    if category is TicketStatus.CLOSED or custom is None:
        exact = category is not TicketStatus.UNKNOWN
        value = word if category is TicketStatus.CLOSED or not row.custom_status_id else str(row.custom_status_id)
        return NativeStatus(
            value=value or "unknown",
            label=values.STATUS_LABELS.get(word, word or "unknown"),
            category=category,
            provenance=Provenance.EXACT if exact else Provenance.UNMAPPED,
            stops_sla=None,
        )
    return msgspec.structs.replace(custom, category=category) if category is not TicketStatus.UNKNOWN else custom


def custom_status(row: wire.CustomStatus) -> NativeStatus:
    category = values.status(row.status_category)
    label = row.agent_label or row.status_category or str(row.id)
    return NativeStatus(
        value=str(row.id),
        label=label,
        customer_label=text(row.end_user_label),
        category=category,
        provenance=Provenance.UNMAPPED if category is TicketStatus.UNKNOWN else Provenance.EXACT,
        active=row.active is not False,
    )


def system_status(word: str) -> NativeStatus:
    return NativeStatus(
        value=word, label=values.STATUS_LABELS[word], category=values.STATUS[word], provenance=Provenance.EXACT
    )


def satisfaction(value: object) -> Satisfaction | None:
    """An object, null on plans without ratings, and in old answers a text (schema of tap-zendesk)."""
    if isinstance(value, str):
        return None if not value or value in _UNRATED else Satisfaction(score=value)
    told = pairs(value)
    score = told.get("score")
    if not isinstance(score, str) or score in _UNRATED:
        return None
    comment = told.get("comment")
    return Satisfaction(score=score, comment=comment if isinstance(comment, str) and comment else None)


def custom_fields(row: wire.Ticket) -> dict[str, object]:
    """`fields` repeats `custom_fields` (schema of tap-zendesk); either may be missing."""
    listed = row.custom_fields if row.custom_fields is not None else row.fields
    return {str(field.id): field.value for field in listed or ()}


def _since(metrics: wire.Metrics | None) -> datetime | None:
    return (moment(metrics.custom_status_updated_at) or moment(metrics.status_updated_at)) if metrics else None


def _channel(row: wire.Ticket) -> str | None:
    return values.channel_word(row.via.channel) if row.via else None


def _native(word: str | None) -> NativeValue | None:
    return NativeValue(value=word) if word else None


def _ccs(row: wire.Ticket, beside: Beside) -> tuple[str, ...]:
    people = ((ident, beside.people.get(ident)) for ident in refs(row.email_cc_ids))
    found = (person.email if person else beside.addresses.get(ident) for ident, person in people)
    return tuple(address for address in found if address)


def _columns(row: wire.Ticket) -> dict[str, object]:
    return {
        "form_id": ref(row.ticket_form_id),
        "brand_id": ref(row.brand_id),
        "custom_status_id": ref(row.custom_status_id),
        "via_channel": _channel(row),
        "problem_id": ref(row.problem_id),
        "has_incidents": row.has_incidents,
        "allow_channelback": row.allow_channelback,
        "generated_at": moment(row.generated_timestamp),
    }
