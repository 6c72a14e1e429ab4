"""Which of Zendesk's lists answers a ticket query exactly. Pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from models.enums import Lifecycle, TicketOrderField
from models.errors import Unsupported
from models.queries import TicketFilter, TicketQuery, TimeRange
from models.records import Ticket
from providers.zendesk.mapping_ticket import seconds
from providers.zendesk.ticket_filter import SHOWN, channel_words

ORDERS = frozenset({TicketOrderField.UPDATED_AT, TicketOrderField.CREATED_AT, TicketOrderField.NUMBER})
CURSOR_SORT = {TicketOrderField.UPDATED_AT: "updated_at", TicketOrderField.NUMBER: "id"}
SEARCH_SORT = {TicketOrderField.UPDATED_AT: "updated_at", TicketOrderField.CREATED_AT: "created_at"}
FILTERS = frozenset(
    {"status", "nativeStatus", "priority", "type", "channel", "tags.any", "tags.all", "requester.id", "requester.email"}
    | {"assignee.id", "group", "organization.id", "externalId", "createdAt", "updatedAt", "lifecycle"}
)
_TIMES = frozenset({"created_at", "updated_at"})


class Via(StrEnum):
    LIST = "list"
    SEARCH = "search"


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """`path` and `endpoint` of a list, with `extra` as parameters; or what a search is narrowed to."""

    via: Via
    organization: str | None = None
    word: str | None = None
    path: str = ""
    endpoint: str = ""
    extra: dict[str, str | int] = {}


def routes(query: TicketQuery, bound: frozenset[str] | None) -> dict[str, Route]:
    """The lists whose braid is the answer: one, or one for each organization the caller is bound to, or for each of the
    vendor's words for a channel.

    A short list (of one requester, of one external id) is read and checked row by row. Longer ones are taken when the
    list itself is the answer, or ends where a bound on its order says so; everything else is a search.
    """
    check(query)
    wanted = query.filter
    if wanted.external_id is not None:
        return {
            "": Route(via=Via.LIST, path="/tickets", endpoint="/tickets", extra={"external_id": wanted.external_id})
        }
    if wanted.requester_id is not None:
        return {"": _of(f"/users/{wanted.requester_id}/tickets/requested", "/users/{id}/tickets/requested")}
    if _left(query, bound):
        return _searches(query, bound)
    if wanted.organization_id is not None:
        return {wanted.organization_id: _organization(wanted.organization_id)}
    if bound is not None:
        return {ident: _organization(ident) for ident in sorted(bound)}
    if wanted.assignee_id is not None:
        return {"": _of(f"/users/{wanted.assignee_id}/tickets/assigned", "/users/{id}/tickets/assigned")}
    return {"": _of("/tickets", "/tickets")}


def _of(path: str, endpoint: str) -> Route:
    return Route(via=Via.LIST, path=path, endpoint=endpoint)


def _organization(ident: str) -> Route:
    return _of(f"/organizations/{ident}/tickets", "/organizations/{id}/tickets")


def _left(query: TicketQuery, bound: frozenset[str] | None) -> bool:
    """Whether conditions remain that no list takes."""
    wanted = query.filter
    left = {f for f in wanted.__struct_fields__ if getattr(wanted, f) not in ((), None)}
    left -= {"lifecycle", "organization_id"}
    if wanted.organization_id is None and bound is None:
        left -= {"assignee_id"}
    for name in _TIMES & left:
        if _ordered_by(query) == name and _far_end(query, getattr(wanted, name)) is None:
            left.discard(name)
    return bool(left)


def _ordered_by(query: TicketQuery) -> str:
    return {TicketOrderField.UPDATED_AT: "updated_at", TicketOrderField.CREATED_AT: "created_at"}.get(
        query.order.field, ""
    )


def _far_end(query: TicketQuery, bounds: TimeRange) -> object:
    """The bound at the end a list would have to be read up to: newest first, the upper one."""
    if query.order.descending:
        return bounds.lt or bounds.lte
    return bounds.gt or bounds.gte


def _searches(query: TicketQuery, bound: frozenset[str] | None) -> dict[str, Route]:
    if query.order.field not in SEARCH_SORT:
        raise Unsupported(
            "Zendesk's search, which these filters need, cannot order by NUMBER.",
            nearest="Order by CREATED_AT or UPDATED_AT.",
            field="order",
        )
    words = channel_words(query.filter.channel) or (None,)
    own = sorted(bound) if bound is not None and query.filter.organization_id is None else (None,)
    return {
        f"{organization or ''}/{word or ''}": Route(via=Via.SEARCH, organization=organization, word=word)
        for organization in own
        for word in words
    }


def stops(query: TicketQuery, ticket: Ticket) -> bool:
    """Whether the ordered list ends before this row, by a bound on its order."""
    bounds: TimeRange | None = getattr(query.filter, _ordered_by(query) or "_", None)
    if bounds is None:
        return False
    near = (
        TimeRange(gt=bounds.gt, gte=bounds.gte) if query.order.descending else TimeRange(lt=bounds.lt, lte=bounds.lte)
    )
    value = ticket.created_at if _ordered_by(query) == "created_at" else ticket.updated_at
    return value is not None and not near.holds(value)


def key(query: TicketQuery, ticket: Ticket) -> int:
    match query.order.field:
        case TicketOrderField.CREATED_AT:
            return seconds(ticket.created_at)
        case TicketOrderField.NUMBER:
            return int(ticket.remote_id)
        case _:
            return seconds(ticket.updated_at)


def check(query: TicketQuery) -> None:
    if query.order.field not in ORDERS:
        raise Unsupported(
            f"Zendesk cannot list tickets ordered by {query.order.field} in a way that can be paged.",
            nearest="Order by UPDATED_AT, CREATED_AT or NUMBER.",
            field="order",
        )
    if beyond := sorted(query.filter.names() - FILTERS):
        raise Unsupported(
            f"Zendesk cannot filter tickets by {', '.join(beyond)}.", nearest="Leave it out.", field=beyond[0]
        )
    _check_lifecycle(query.filter)


def _check_lifecycle(wanted: TicketFilter) -> None:
    """Deleted tickets are listed without anything but subject and actor (`deleted_tickets`), spam is deleted, and
    archived ones are in no list (vendor's API reference, 'Tickets': GET /tickets leaves out tickets closed some 120
    days ago)."""
    beyond = [value for value in wanted.lifecycle if value not in SHOWN]
    if beyond:
        raise Unsupported(
            f"Zendesk cannot list {', '.join(beyond)} tickets live.",
            nearest="Filter by `lifecycle: ACTIVE`.",
            field="lifecycle",
        )
    if wanted.lifecycle and Lifecycle.ACTIVE not in wanted.lifecycle:
        raise Unsupported(
            "Zendesk does not list archived tickets live.",
            nearest="Ask for one by its id, or filter by `lifecycle: ACTIVE`.",
            field="lifecycle",
        )
