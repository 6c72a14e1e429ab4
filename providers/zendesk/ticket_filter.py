"""A ticket filter on a ticket in hand, and as Zendesk's search grammar. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from models.enums import Channel, Lifecycle, TicketPriority, TicketStatus, TicketType
from models.errors import Unsupported
from models.queries import TicketFilter, TimeRange
from models.records import NativeStatus, Ticket
from providers.zendesk import mapping_values as values

SHOWN = frozenset({Lifecycle.ACTIVE, Lifecycle.ARCHIVED})
"""What lists and searches show when nobody asks for a lifecycle. The vendor's own show merged tickets too."""


def matches(ticket: Ticket, wanted: TicketFilter) -> bool:
    """Every condition but `requester_email`, which a reader turns into an id first."""
    return all(
        (
            not wanted.status or ticket.status in wanted.status,
            not wanted.native_status or ticket.status_native.value in wanted.native_status,
            not wanted.priority or ticket.priority in wanted.priority,
            not wanted.type or ticket.type in wanted.type,
            not wanted.channel or ticket.channel in wanted.channel,
            not wanted.tags_any or any(tag in ticket.tags for tag in wanted.tags_any),
            all(tag in ticket.tags for tag in wanted.tags_all),
            wanted.requester_id in (None, ticket.requester_id),
            wanted.assignee_id in (None, ticket.assignee_id),
            wanted.group_id in (None, ticket.group_id),
            wanted.organization_id in (None, ticket.organization_id),
            wanted.external_id in (None, ticket.external_id),
            wanted.created_at is None or wanted.created_at.holds(ticket.created_at),
            wanted.updated_at is None or wanted.updated_at.holds(ticket.updated_at),
            ticket.lifecycle in (wanted.lifecycle or SHOWN),
        )
    )


def nothing_matches(wanted: TicketFilter) -> bool:
    """Values that no Zendesk ticket ever has: the answer is empty, without a call."""
    return _never(wanted.type, (*values.TYPE.values(), TicketType.NONE, TicketType.OTHER)) or _never(
        wanted.priority, (*values.PRIORITY.values(), TicketPriority.NONE, TicketPriority.UNKNOWN)
    )


def _never(wanted: tuple[object, ...], possible: tuple[object, ...]) -> bool:
    return bool(wanted) and not any(value in possible for value in wanted)


def search_query(
    wanted: TicketFilter, statuses: Mapping[str, NativeStatus], organization: str | None = None, via: str | None = None
) -> str:
    """Terms in the grammar of the vendor's 'Search reference'. Different keys must all hold; the same key repeated
    means any of them for status, priority, type and tags (README, "Search"). For channels and organizations nobody
    says so: of these each search takes one. What the grammar says less exactly is checked again on each row.

    `native_status` is asked for by its category, since the key for custom statuses is not documented everywhere.
    """
    return " ".join(("type:ticket", *_terms(wanted, statuses, organization or wanted.organization_id, via)))


def _terms(
    wanted: TicketFilter, statuses: Mapping[str, NativeStatus], organization: str | None, via: str | None
) -> Iterator[str]:
    yield from (f"status:{word}" for word in _status_words(wanted, statuses))
    yield from (f"priority:{word}" for word in _priority_words(wanted.priority))
    yield from (f"ticket_type:{word}" for word in _type_words(wanted.type))
    if wanted.tags_all:
        yield f'tags:"{" ".join(quoted(tag) for tag in wanted.tags_all)}"'
    else:
        yield from (f"tags:{quoted(tag)}" for tag in wanted.tags_any)
    people = (("requester", wanted.requester_id), ("assignee", wanted.assignee_id), ("group", wanted.group_id))
    for name, value in (*people, ("organization", organization), ("via", via)):
        if value is not None:
            yield f"{name}:{quoted(value)}"
    yield from _times("created", wanted.created_at)
    yield from _times("updated", wanted.updated_at)


def quoted(value: str) -> str:
    """A value that cannot end its term."""
    return "".join(c for c in value if c.isprintable() and c not in '"<>: ')


def _times(name: str, bounds: TimeRange | None) -> Iterator[str]:
    if bounds is None:
        return
    for sign, value in ((">", bounds.gt), (">=", bounds.gte), ("<", bounds.lt), ("<=", bounds.lte)):
        if value is not None:
            yield f"{name}{_coarse(sign, value)}{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _coarse(sign: str, value: datetime) -> str:
    """Seconds are the finest the grammar knows: a finer bound is asked for a little wide and then checked on the
    row."""
    return {"<": "<=", ">": ">="}.get(sign, sign) if value.microsecond else sign


def _status_words(wanted: TicketFilter, statuses: Mapping[str, NativeStatus]) -> list[str]:
    words = list(values.words_for(values.STATUS, wanted.status))
    if wanted.status and TicketStatus.UNKNOWN in wanted.status:
        raise _unfindable("status", "UNKNOWN")
    if not wanted.native_status:
        return words
    found = (statuses.get(value) for value in wanted.native_status)
    categories = {status.category for status in found if status}
    native = {value for value in wanted.native_status if value in values.STATUS}
    native |= set(values.words_for(values.STATUS, categories))
    if not native:
        raise Unsupported(
            "This helpdesk has none of the statuses in `nativeStatus`.",
            nearest="`helpdesk { statuses { value } }` lists them.",
            field="nativeStatus",
        )
    return [word for word in words if word in native] if words else sorted(native)


def _priority_words(wanted: tuple[TicketPriority, ...]) -> list[str]:
    if TicketPriority.UNKNOWN in wanted:
        raise _unfindable("priority", "UNKNOWN")
    return [*values.words_for(values.PRIORITY, wanted), *(["none"] if TicketPriority.NONE in wanted else [])]


def _type_words(wanted: tuple[TicketType, ...]) -> list[str]:
    if TicketType.OTHER in wanted:
        raise _unfindable("type", "OTHER")
    return [*values.words_for(values.TYPE, wanted), *(["none"] if TicketType.NONE in wanted else [])]


def channel_words(wanted: tuple[Channel, ...]) -> tuple[str, ...]:
    for catch_all in (Channel.OTHER, Channel.UNKNOWN):
        if catch_all in wanted:
            raise _unfindable("channel", catch_all.value)
    words = values.words_for(values.CHANNEL, wanted)
    if wanted and not words:
        raise Unsupported(
            f"Zendesk has no channel that means {', '.join(wanted)}.", nearest="Leave it out.", field="channel"
        )
    return words


def _unfindable(field: str, value: str) -> Unsupported:
    return Unsupported(
        f"`{field}: {value}` stands for words of the helpdesk we have not seen before; it cannot be searched for.",
        nearest=f"Filter by the other values of `{field}`.",
        field=field,
    )
