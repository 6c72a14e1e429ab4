"""Reading a ticket's comments and audits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from providers.zendesk.simulator import comments, errors, ids, sideloads, users
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.changes import Change
from providers.zendesk.simulator.paging import Rows, page, wants_cursor
from providers.zendesk.simulator.render import count_answer, distinct, seconds
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.ticket_reads import known
from sandbox.records import Message, Ticket

routes = Routes()


def _message_listing(call: Call, messages: list[Message]) -> Rows[Message]:
    if wants_cursor(call):
        descending = call.query.get("sort", "created_at").startswith("-")
    else:
        descending = call.query.get("sort_order", "asc") == "desc"
    return Rows.sorted(messages, lambda message: (seconds(message.created), message.number), descending=descending)


@routes.on("GET", "/api/v2/tickets/{id}/comments", resource="tickets")
def list_comments(call: Call) -> Answer:
    """Deleted tickets answer 404 here too (zenpy issue 259)."""
    ticket = known(call)
    pictures = call.flag("include_inline_images")

    def render(rows: Sequence[Message]) -> dict[str, Any]:
        found: dict[str, Any] = {"comments": [comments.shown(call, row, inline_pictures=pictures) for row in rows]}
        if "users" in sideloads.check(call, frozenset({"users"})):
            found["users"] = users.many(call, distinct(row.author for row in rows))
        return found

    listing = _message_listing(call, call.account.desk.messages.of(ticket.number))
    return Answer(page(call, "comments", listing, render=render))


@routes.on("GET", "/api/v2/tickets/{id}/comments/count", resource="tickets")
def count_comments(call: Call) -> Answer:
    ticket = known(call)
    return Answer(count_answer(len(call.account.desk.messages.of(ticket.number)), call.account.clock.now()))


@routes.on("GET", "/api/v2/tickets/{id}/audits", bucket="ticket_audits")
def list_audits(call: Call) -> Answer:
    """Needs the whole-account `read` scope: `tickets:read` is a 403 ('OAuth tokens' page)."""
    ticket = known(call)
    words = sideloads.check(call, frozenset({"users", "organizations", "groups", "tickets"}))

    def render(rows: Sequence[Message | Change]) -> dict[str, Any]:
        found: dict[str, Any] = {"audits": [_audit(call, row) for row in rows]}
        if "users" in words:
            found["users"] = users.many(call, distinct(row.author for row in rows))
        if "tickets" in words:
            found["tickets"] = sideloads.tickets_page(call, [ticket], words=[])["tickets"]
        return found

    return Answer(page(call, "audits", Rows.sorted(_audits(call, ticket), _when), render=render))


def _audits(call: Call, ticket: Ticket) -> list[Message | Change]:
    return [*call.account.desk.messages.of(ticket.number), *call.account.changes.alone(ticket.number)]


def _when(row: Message | Change) -> tuple[int, int]:
    return seconds(row.created), row.number


def _audit(call: Call, row: Message | Change) -> dict[str, Any]:
    return comments.change_audit(row) if isinstance(row, Change) else comments.audit(call, row)


@routes.on("GET", "/api/v2/tickets/{id}/audits/count")
def count_audits(call: Call) -> Answer:
    return Answer(count_answer(len(_audits(call, known(call))), call.account.clock.now()))


@routes.on("GET", "/api/v2/tickets/{id}/audits/{audit}")
def show_audit(call: Call) -> Answer:
    number = ids.AUDIT.number(call.id("audit"))
    found = next((row for row in _audits(call, known(call)) if row.number == number), None)
    if found is None:
        raise errors.not_found()
    return Answer({"audit": _audit(call, found)})
