"""Reading ticket metrics and satisfaction ratings."""

from __future__ import annotations

from typing import Any

from providers.zendesk.simulator import errors, ids, metrics
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.listings import TicketListing
from providers.zendesk.simulator.paging import page
from providers.zendesk.simulator.render import count_answer, stamp
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.ticket_reads import known
from sandbox.facts import Filterable, Where
from sandbox.listing import TicketQuery
from sandbox.records import Ticket

routes = Routes()


@routes.on("GET", "/api/v2/ticket_metrics")
def list_metrics(call: Call) -> Answer:
    """Newest first, nothing archived."""
    listing = TicketListing(call.account.desk, TicketQuery(order="number", descending=True))
    return Answer(
        page(
            call,
            "ticket_metrics",
            listing,
            render=lambda rows: {"ticket_metrics": [metrics.shown(call, row) for row in rows]},
        )
    )


@routes.on("GET", "/api/v2/tickets/{id}/metrics")
def metrics_of_ticket(call: Call) -> Answer:
    """One object, whatever the OpenAPI file says."""
    return Answer({"ticket_metric": metrics.shown(call, known(call))})


@routes.on("GET", "/api/v2/ticket_metrics/{id}")
def show_metrics(call: Call) -> Answer:
    ticket = call.account.desk.tickets.get(ids.METRIC.number(call.id()) or 0)
    if ticket is None or ticket.state != "live":
        raise errors.not_found()
    return Answer({"ticket_metric": metrics.shown(call, ticket)})


# -- satisfaction


@routes.on("GET", "/api/v2/satisfaction_ratings", resource="satisfaction_ratings", admin=True)
def list_ratings(call: Call) -> Answer:
    listing = TicketListing(call.account.desk, TicketQuery(order="number", where=_rated(call)))
    return Answer(
        page(
            call,
            "satisfaction_ratings",
            listing,
            render=lambda rows: {"satisfaction_ratings": [_rating(call, row) for row in rows]},
        )
    )


def _has_good(ticket: Filterable) -> bool:
    return getattr(ticket, "satisfaction", None) == "good"


def _has_bad(ticket: Filterable) -> bool:
    return getattr(ticket, "satisfaction", None) == "bad"


def _has_any(ticket: Filterable) -> bool:
    return getattr(ticket, "satisfaction", None) is not None


def _rated(call: Call) -> Where:
    word = call.query.get("score", "received")
    test = _has_good if word.startswith("good") else _has_bad if word.startswith("bad") else _has_any
    return Where(test=test, archived=True)


def _rating(call: Call, ticket: Ticket) -> dict[str, Any]:
    number = ids.RATING.id(ticket.number)
    return {
        "id": number,
        "url": call.url(f"/satisfaction_ratings/{number}.json"),
        "ticket_id": ticket.number,
        "requester_id": ids.USER.id(ticket.requester),
        "assignee_id": ids.USER.maybe(ticket.assignee),
        "group_id": ids.GROUP.maybe(ticket.group),
        "score": ticket.satisfaction or "unoffered",
        "comment": "Thank you!" if ticket.satisfaction == "good" else None,
        "reason": "No reason provided" if ticket.satisfaction == "bad" else None,
        "reason_id": 0,
        "created_at": stamp(ticket.solved or ticket.updated),
        "updated_at": stamp(ticket.updated),
    }


@routes.on("GET", "/api/v2/satisfaction_ratings/count", resource="satisfaction_ratings", admin=True)
def count_ratings(call: Call) -> Answer:
    query = TicketQuery(order="number", where=_rated(call))
    return Answer(count_answer(call.account.desk.tickets.count(query), call.account.clock.now()))


@routes.on("GET", "/api/v2/satisfaction_ratings/{id}", resource="satisfaction_ratings", admin=True)
def show_rating(call: Call) -> Answer:
    ticket = call.account.desk.tickets.get(ids.RATING.number(call.id()) or 0)
    if ticket is None or ticket.satisfaction is None:
        raise errors.not_found()
    return Answer({"satisfaction_rating": _rating(call, ticket)})
