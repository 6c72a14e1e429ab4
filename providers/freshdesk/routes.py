"""Which call answers a ticket query: the list, the search, or none. Pure.

The list filters by requester, company, lifecycle and `updated_since` only, and any other key is a 400 (API reference,
"List all tickets"). A list that a requester or a company makes short is read and filtered here. What else the search
knows (API reference, "Filter tickets") is asked there and read whole, at most 300 matches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from models.enums import Lifecycle, OrderDirection, TicketOrderField
from models.errors import Unsupported
from models.queries import TicketFilter, TicketQuery, TimeRange
from models.records import Ticket
from providers.freshdesk import tables
from providers.freshdesk.capabilities import CAPABILITIES
from providers.freshdesk.conditions import LISTED, Conditions
from providers.freshdesk.mapping_fields import Fields

QUERY_LENGTH = 512
_BY_SEARCH = frozenset({"status", "nativeStatus", "priority", "type", "tags.any", "tags.all", "assignee.id", "group"})
_VENDOR_FILTER = {Lifecycle.SPAM: "spam", Lifecycle.DELETED: "deleted"}
SECOND = timedelta(seconds=1)
Test = Callable[[Ticket], bool]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One of the vendor's lists. Several make one query when a caller is bound to several organizations."""

    name: str
    params: Mapping[str, str] = {}
    lifecycle: Lifecycle | None = None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    parts: tuple[Part, ...]
    keep: Test
    stop: Test | None = None
    since: datetime | None = None


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    expression: str
    keep: Test


Route = Listed | Searched | None  # None: nothing can match


def route(query: TicketQuery, bound: frozenset[str] | None, fields: Fields) -> Route:
    """Unsupported names the field and the nearest form that works."""
    asked = query.filter
    _check(query)
    if _empty(asked, bound, fields):
        return None
    keep = Conditions(asked, bound)
    parts = tuple(_parts(asked, bound))
    narrow = all(part.params for part in parts)
    if narrow or (not asked.names() & (_BY_SEARCH | {"channel"}) and _times_listable(query)):
        return Listed(parts=parts, keep=keep, stop=_stop(query), since=_since(asked))
    if asked.channel:
        raise Unsupported(
            "Freshdesk cannot find tickets by `channel`.",
            nearest="Add `requester` or `organization`, or filter by status, priority, type, tags, assignee or group.",
            field="channel",
        )
    if asked.lifecycle and asked.lifecycle != (Lifecycle.ACTIVE,):
        raise Unsupported(
            "Freshdesk cannot list active tickets together with spam or deleted ones under this filter.",
            nearest="Ask for each `lifecycle` by itself.",
            field="lifecycle",
        )
    expression = " AND ".join(_terms(asked, fields))
    if len(expression) + 2 > QUERY_LENGTH:
        raise Unsupported(
            f"This filter is longer than the {QUERY_LENGTH} characters Freshdesk's search takes.",
            nearest="Ask for fewer values at once.",
            field="filter",
        )
    return Searched(expression=expression, keep=keep)


def _check(query: TicketQuery) -> None:
    unknown = query.filter.names() - CAPABILITIES.ticket_filters
    if unknown:
        name = min(unknown)
        raise Unsupported(
            f"Freshdesk cannot filter tickets by `{name}`.",
            nearest="It can by " + ", ".join(f"`{found}`" for found in sorted(CAPABILITIES.ticket_filters)) + ".",
            field=name,
        )
    if query.order.field not in CAPABILITIES.ticket_orders:
        raise Unsupported(
            f"Freshdesk cannot order tickets by {query.order.field.value} without gaps.",
            nearest="Order by CREATED_AT or UPDATED_AT.",
            field="order",
        )
    other = [found for found in query.filter.lifecycle if found not in LISTED]
    if other:
        raise Unsupported(
            f"Freshdesk does not list tickets that are {other[0].value}.",
            nearest="Ask for ACTIVE, SPAM or DELETED, or fetch the ticket by its id.",
            field="lifecycle",
        )


def _empty(asked: TicketFilter, bound: frozenset[str] | None, fields: Fields) -> bool:
    """Whether no ticket of this account can match: told without a call."""
    if bound is not None and not bound:
        return True
    if asked.organization_id is not None and bound is not None and asked.organization_id not in bound:
        return True
    ids = (asked.organization_id, asked.requester_id, asked.assignee_id, asked.group_id)
    if any(found is not None and not found.isdecimal() for found in ids):
        return True
    words = (
        ((asked.status or asked.native_status), lambda: _status_codes(asked, fields)),
        (asked.priority, lambda: _priority_codes(asked)),
        (asked.type, lambda: _type_words(asked, fields)),
    )
    return any(given and not codes() for given, codes in words)


def _parts(asked: TicketFilter, bound: frozenset[str] | None) -> Iterator[Part]:
    for lifecycle in dict.fromkeys(asked.lifecycle or (Lifecycle.ACTIVE,)):
        chosen = {"filter": _VENDOR_FILTER[lifecycle]} if lifecycle in _VENDOR_FILTER else {}
        forced = Lifecycle.DELETED if lifecycle is Lifecycle.DELETED else None
        if asked.requester_id is not None:
            yield Part(name=lifecycle, params={**chosen, "requester_id": asked.requester_id}, lifecycle=forced)
        elif asked.requester_email is not None:
            yield Part(name=lifecycle, params={**chosen, "email": asked.requester_email}, lifecycle=forced)
        elif asked.organization_id is not None or bound is not None:
            organizations = bound or frozenset() if asked.organization_id is None else {asked.organization_id}
            for found in sorted(organizations, key=lambda one: (len(one), one)):
                if found.isdecimal():
                    yield Part(name=f"{lifecycle}/{found}", params={**chosen, "company_id": found}, lifecycle=forced)
        else:
            yield Part(name=lifecycle, params=chosen, lifecycle=forced)


def _times_listable(query: TicketQuery) -> bool:
    """Lower bounds become `updated_since`: what was created after a moment was updated after it, too. An upper bound
    ends a list that is oldest first in the same order; else the list has no way to begin there."""
    ascending = query.order.direction is OrderDirection.ASC
    created_first = query.order.field is TicketOrderField.CREATED_AT
    return not (
        (_upper(query.filter.created_at) and not (ascending and created_first))
        or (_upper(query.filter.updated_at) and not (ascending and not created_first))
    )


def _upper(asked: TimeRange | None) -> datetime | None:
    return None if asked is None else asked.lt or asked.lte


def _lower(asked: TimeRange | None) -> datetime | None:
    """The first whole second that can hold a match: the vendor's times have no finer resolution."""
    if asked is None:
        return None
    if asked.gt is not None:
        return asked.gt.replace(microsecond=0) + SECOND
    if asked.gte is None:
        return None
    return asked.gte.replace(microsecond=0) + (SECOND if asked.gte.microsecond else timedelta())


def _since(asked: TicketFilter) -> datetime | None:
    found = [moment for moment in (_lower(asked.created_at), _lower(asked.updated_at)) if moment is not None]
    return max(found) if found else None


def _stop(query: TicketQuery) -> Test | None:
    """Where a list in this order can end early."""
    by_creation = query.order.field is TicketOrderField.CREATED_AT
    asked = query.filter.created_at if by_creation else query.filter.updated_at
    if asked is None:
        return None

    def beyond(ticket: Ticket) -> bool:
        moment = ticket.created_at if by_creation else ticket.updated_at
        if moment is None:
            return False
        if query.order.descending:
            return (asked.gt is not None and moment <= asked.gt) or (asked.gte is not None and moment < asked.gte)
        return (asked.lt is not None and moment >= asked.lt) or (asked.lte is not None and moment > asked.lte)

    return beyond


def _status_codes(asked: TicketFilter, fields: Fields) -> list[str]:
    found = [(str(code), status) for code, status in fields.statuses.items()]
    if asked.status:
        found = [(code, status) for code, status in found if status.category in asked.status]
    if not asked.native_status:
        return [code for code, _ in found]
    if not asked.status:
        return [code for code in dict.fromkeys(asked.native_status) if code.isdecimal()]
    return [code for code, _ in found if code in asked.native_status]


def _priority_codes(asked: TicketFilter) -> list[str]:
    return [str(code) for code, found in tables.PRIORITY.items() if found in asked.priority]


def _type_words(asked: TicketFilter, fields: Fields) -> list[str | None]:
    known = fields.types or tuple(word.title() for word in tables.TYPE)
    found: list[str | None] = [word for word in known if tables.type_of(word)[0] in asked.type]
    return [*found, None] if tables.type_of(None)[0] in asked.type else found


def _terms(asked: TicketFilter, fields: Fields) -> Iterator[str]:
    if asked.status or asked.native_status:
        yield _any("status", _status_codes(asked, fields))
    if asked.priority:
        yield _any("priority", _priority_codes(asked))
    if asked.type:
        yield _any("type", ["null" if word is None else quoted(word, "type") for word in _type_words(asked, fields)])
    if asked.tags_any:
        yield _any("tag", [quoted(tag, "tags") for tag in asked.tags_any])
    for tag in asked.tags_all:
        yield f"tag:{quoted(tag, 'tags')}"
    if asked.assignee_id:
        yield f"agent_id:{asked.assignee_id}"
    if asked.group_id:
        yield f"group_id:{asked.group_id}"
    yield from _days("created_at", asked.created_at)
    yield from _days("updated_at", asked.updated_at)


def _any(name: str, values: Sequence[str]) -> str:
    joined = " OR ".join(f"{name}:{value}" for value in values)
    return f"({joined})" if len(values) > 1 else joined


def quoted(value: str, field: str) -> str:
    """The search's grammar has no way to write a quote inside a text."""
    if not value or any(mark in value for mark in "'\"\\") or not value.isprintable():
        raise Unsupported(
            f"Freshdesk's search cannot be asked for {value!r}.",
            nearest="Leave out quotes and backslashes.",
            field=field,
        )
    return f"'{value}'"


def _days(name: str, asked: TimeRange | None) -> Iterator[str]:
    """The search knows whole days only; a day more on each side, and the moments are compared here."""
    low, high = _lower(asked), _upper(asked)
    if low is not None:
        yield f"{name}:>'{(low.astimezone(UTC) - timedelta(days=1)).date().isoformat()}'"
    if high is not None:
        yield f"{name}:<'{(high.astimezone(UTC) + timedelta(days=1)).date().isoformat()}'"


def seconds(moment: datetime | None) -> int:
    return 0 if moment is None else math.floor(moment.timestamp())
