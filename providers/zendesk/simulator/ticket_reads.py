"""Reading tickets, their comments and audits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from providers.zendesk.simulator import errors, ids, sideloads, tickets, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.listings import TicketListing
from providers.zendesk.simulator.paging import Rows, page, wants_cursor
from providers.zendesk.simulator.render import count_answer, distinct
from providers.zendesk.simulator.routes import Routes
from sandbox.facts import Where
from sandbox.listing import By, TicketQuery
from sandbox.records import Ticket

routes = Routes()
UNARCHIVED = Where()
_OFFSET_SORTS: dict[str, By] = {"id": "number", "created_at": "created", "updated_at": "updated", "status": "status"}
_CURSOR_SORTS: dict[str, By] = {"updated_at": "updated", "id": "number", "status": "status"}
_TEXT_SORTS = ("assignee", "assignee.name", "group", "requester", "requester.name", "subject")


def known(call: Call, name: str = "id") -> Ticket:
    """A ticket that can be seen: archived ones can, deleted and spam ones cannot."""
    ticket = call.account.desk.tickets.get(call.id(name))
    if ticket is None or ticket.state != "live":
        raise errors.not_found()
    return ticket


def order(call: Call) -> tuple[By, bool]:
    """Cursor lists take `sort`, offset lists `sort_by` and `sort_order`; both default to ascending ids."""
    if wants_cursor(call):
        word = call.query.get("sort", "id")
        by = _CURSOR_SORTS.get(word.lstrip("-"))
        if by is None:
            raise errors.invalid_attribute("sort", "one of updated_at, id, status", call.path.strip("/"))
        return by, word.startswith("-")
    word = call.query.get("sort_by", "id")
    if word not in _OFFSET_SORTS and word not in _TEXT_SORTS:
        raise errors.invalid_attribute("sort_by", "a known field", call.path.strip("/"))
    return _OFFSET_SORTS.get(word, "number"), call.query.get("sort_order", "asc") == "desc"


def listed(
    call: Call, *, where: Where = UNARCHIVED, requester: int | None = None, organization: int | None = None
) -> Answer:
    by, descending = order(call)
    query = TicketQuery(order=by, descending=descending, where=where, requester=requester, organization=organization)
    listing = TicketListing(call.account.desk, query)
    return Answer(page(call, "tickets", listing, render=partial(sideloads.tickets_page, call)))


def listed_few(call: Call, rows: Sequence[Ticket], name: str = "tickets") -> Answer:
    """A short list that is simply there."""
    by, descending = order(call)

    def key(ticket: Ticket) -> tuple[Any, int]:
        return call.account.desk.tickets.key(ticket, by)

    listing = Rows.sorted(list(rows), key, descending=descending)
    return Answer(page(call, name, listing, render=partial(sideloads.tickets_page, call, name=name)))


@routes.on("GET", "/api/v2/tickets", resource="tickets", bucket="tickets_index")
def list_tickets(call: Call) -> Answer:
    """Without archived tickets; ten thousand rows by offset and no more (zenpy issue 282)."""
    if external := call.query.get("external_id"):
        written = call.account.desk.tickets.written.values()
        return listed_few(
            call, [ticket for ticket in written if ticket.external_id == external and ticket.state == "live"]
        )
    return listed(call)


@routes.on("GET", "/api/v2/tickets/count", resource="tickets")
def count_tickets(call: Call) -> Answer:
    query = TicketQuery(order="number", where=UNARCHIVED)
    return Answer(count_answer(call.account.desk.tickets.count(query), call.account.clock.now()))


@routes.on("GET", "/api/v2/tickets/recent", resource="tickets")
def recent_tickets(call: Call) -> Answer:
    rows = call.account.desk.tickets.page(TicketQuery(order="updated", descending=True), limit=5)
    return listed_few(call, rows)


@routes.on("GET", "/api/v2/tickets/show_many", resource="tickets")
def show_many(call: Call) -> Answer:
    """Ids that cannot be shown are left out, in silence, and the order is nobody's ('Show Multiple Tickets' page)."""
    found = call.account.desk.tickets.many(distinct(call.ids()))
    rows = [ticket for ticket in found.values() if ticket.state == "live"]
    rows.sort(key=lambda ticket: ticket.number * 2_654_435_761 % 2**32)
    if call.account.profile.show_many_order == "ascending":
        rows.sort(key=lambda ticket: ticket.number)
    return Answer(sideloads.tickets_page(call, rows) | {"count": len(rows), "next_page": None, "previous_page": None})


@routes.on("GET", "/api/v2/tickets/{id}", resource="tickets")
def show_ticket(call: Call) -> Answer:
    return Answer(sideloads.ticket_alone(call, known(call)))


@routes.on("GET", "/api/v2/organizations/{id}/tickets", resource="tickets")
def tickets_of_organization(call: Call) -> Answer:
    number = ids.ORGANIZATION.number(call.id())
    organization = call.account.desk.organizations.get(number) if number else None
    if organization is None or organization.deleted:
        raise errors.not_found()
    return listed(call, organization=organization.number)


@routes.on("GET", "/api/v2/organizations/{id}/tickets/count", resource="tickets")
def count_tickets_of_organization(call: Call) -> Answer:
    query = TicketQuery(order="number", organization=ids.ORGANIZATION.number(call.id()) or 0)
    return Answer(count_answer(call.account.desk.tickets.count(query), call.account.clock.now()))


def _user(call: Call) -> int:
    number = ids.USER.number(call.id())
    if number is None or call.account.desk.user(number) is None:
        raise errors.not_found()
    return number


@routes.on("GET", "/api/v2/users/{id}/tickets/requested", resource="tickets")
def tickets_requested(call: Call) -> Answer:
    """Archived ones too; a new ticket appears 30 to 90 seconds late."""
    user, lag = _user(call), call.account.profile.user_list_lag_seconds
    by, descending = order(call)
    query = TicketQuery(
        order=by,
        descending=descending,
        requester=user,
        where=Where(archived=True),
        created_to=_before(call, lag) if lag else None,
    )
    listing = TicketListing(call.account.desk, query)
    return Answer(page(call, "tickets", listing, render=partial(sideloads.tickets_page, call)))


def _before(call: Call, lag: int) -> datetime:
    moment = call.account.clock.now() - timedelta(seconds=lag)
    return moment.replace(microsecond=0)


@routes.on("GET", "/api/v2/users/{id}/tickets/assigned", resource="tickets")
def tickets_assigned(call: Call) -> Answer:
    return listed(call, where=Where(assignee=frozenset({_user(call)})))


@routes.on("GET", "/api/v2/users/{id}/tickets/assigned/count", resource="tickets")
def count_tickets_assigned(call: Call) -> Answer:
    query = TicketQuery(order="number", where=Where(assignee=frozenset({_user(call)})))
    return Answer(count_answer(call.account.desk.tickets.count(query), call.account.clock.now()))


@routes.on("GET", "/api/v2/users/{id}/tickets/ccd", "/api/v2/users/{id}/tickets/followed", resource="tickets")
def tickets_copied(call: Call) -> Answer:
    user = call.account.desk.user(_user(call))
    address = user.email if user else None
    written = call.account.desk.tickets.written.values()
    return listed_few(call, [ticket for ticket in written if address in ticket.cc and ticket.state == "live"])


@routes.on("GET", "/api/v2/problems", resource="tickets")
def problems(call: Call) -> Answer:
    return listed(call, where=Where(kind=frozenset({"problem"})))


@routes.on("GET", "/api/v2/tickets/{id}/incidents", resource="tickets")
def incidents(call: Call) -> Answer:
    known(call)
    return listed_few(call, [])


@routes.on(
    "GET",
    "/api/v2/tickets/{id}/collaborators",
    "/api/v2/tickets/{id}/followers",
    "/api/v2/tickets/{id}/email_ccs",
    resource="tickets",
)
def people_of_ticket(call: Call) -> Answer:
    ticket = known(call)
    copied, following = tickets.copied_users(call, ticket), tickets.followers(call, ticket)
    kind = call.path.rpartition("/")[2]
    numbers = {"collaborators": [*copied, *following], "followers": following, "email_ccs": copied}[kind]
    return Answer({"users": users.many(call, distinct(numbers))})


@routes.on("GET", "/api/v2/tickets/{id}/related", resource="tickets")
def related(call: Call) -> Answer:
    """A bare object, as the OpenAPI file says."""
    ticket = known(call)
    return Answer(
        {
            "topic_id": None,
            "jira_issue_ids": [],
            "followup_source_ids": [],
            "from_archive": ticket.archived,
            "incidents": 0,
        }
    )
