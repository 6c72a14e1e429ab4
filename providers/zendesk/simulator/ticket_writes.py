"""The paths that create, change and remove tickets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from providers.zendesk.simulator import comments, errors, ids, sideloads, ticket_input, ticket_saves, tickets
from providers.zendesk.simulator.call import Answer, Call
from providers.zendesk.simulator.changes import Change
from providers.zendesk.simulator.definitions import start_job
from providers.zendesk.simulator.errors import Refused
from providers.zendesk.simulator.listings import TicketListing
from providers.zendesk.simulator.paging import Rows, page
from providers.zendesk.simulator.render import stamp
from providers.zendesk.simulator.routes import Routes
from providers.zendesk.simulator.ticket_reads import known
from sandbox.facts import Where
from sandbox.listing import TicketQuery
from sandbox.records import Message, Person, Ticket

routes = Routes()
DELETED = Where(state="deleted", archived=True)


def _saved(call: Call, ticket: Ticket, said: Message | Change, *, created: bool = False) -> dict[str, Any]:
    audit = comments.audit(call, said) if isinstance(said, Message) else comments.change_audit(said)
    return {**sideloads.ticket_alone(call, ticket, created=created), "audit": audit}


# -- create


@routes.on("POST", "/api/v2/tickets", resource="tickets")
async def create_ticket(call: Call) -> Answer:
    """With an `Idempotency-Key` the first answer is kept two hours; the create is awaited, so a twin meets a 409."""
    key = call.headers.get("idempotency-key")
    if key is None:
        return _created(call)
    kept = call.account.idempotency.begin(key, call.body)
    if kept is not None:
        return Answer(kept.payload, kept.status, {**kept.headers, "x-idempotency-lookup": "hit"})
    try:
        await asyncio.sleep(0)
        answer = _created(call)
    except BaseException:
        call.account.idempotency.forget(key)
        raise
    call.account.idempotency.finish(key, answer)
    return Answer(answer.payload, answer.status, {**answer.headers, "x-idempotency-lookup": "miss"})


def _created(call: Call) -> Answer:
    ticket, message = ticket_saves.create(call, call.root("ticket"))
    location = {"Location": call.url(f"/tickets/{ticket.number}.json")}
    if call.flag("async"):
        job = start_job(call, "create", 1, lambda: [{"id": ticket.number, "index": 0}])
        return Answer({"ticket": {"id": ticket.number}, **job.payload}, 202, location)
    return Answer(_saved(call, ticket, message, created=True), 201, location)


def _each(rows: list[Any], work: Callable[[Any], dict[str, Any]], failed: Callable[[Any, int], dict[str, Any]]) -> Any:
    """One result for each row; a row that fails says so, and the job is completed all the same."""
    results = []
    for place, row in enumerate(rows):
        try:
            results.append({**work(row), "index": place})
        except Refused as refusal:
            told = refusal.payload if isinstance(refusal.payload, dict) else {}
            results.append(
                {
                    **failed(row, place),
                    "success": False,
                    "error": told.get("error", "Error"),
                    "details": told.get("details") or told.get("description"),
                }
            )
    return results


@routes.on("POST", "/api/v2/tickets/create_many", resource="tickets")
def create_many(call: Call) -> Answer:
    rows = call.rows("tickets")

    def make(row: dict[str, Any]) -> dict[str, Any]:
        return {"id": ticket_saves.create(call, row)[0].number}

    work = partial(_each, rows, make, lambda row, place: {"index": place, "action": "create"})
    return start_job(call, "Bulk Create Ticket", len(rows), work)


# -- update


@routes.on("PUT", "/api/v2/tickets/{id}", resource="tickets", bucket="ticket_update")
def update_ticket(call: Call) -> Answer:
    ticket, said = ticket_saves.update(call, known(call), call.root("ticket"))
    return Answer(_saved(call, ticket, said))


@routes.on("PUT", "/api/v2/tickets/update_many", resource="tickets")
def update_many(call: Call) -> Answer:
    """One change for many `ids`, or a list of tickets; always safe against what moved since it was queued."""
    if "ids" in call.query:
        change = call.root("ticket")
        rows = [{**change, "id": number} for number in call.ids()]
    else:
        rows = call.rows("tickets")

    def change_one(row: dict[str, Any]) -> dict[str, Any]:
        ticket = call.account.desk.tickets.get(ticket_input.integer(row.get("id")))
        if ticket is None or ticket.state != "live":
            raise errors.described(404, "TicketNotFound", "Not found")
        ticket_saves.update(call, ticket, {key: value for key, value in row.items() if key != "id"}, bulk=True)
        return {"id": ticket.number, "action": "update", "success": True, "status": "Updated"}

    work = partial(
        _each, rows, change_one, lambda row, place: {"id": row.get("id"), "action": "update", "index": place}
    )
    return start_job(call, "Bulk Update Ticket", len(rows), work)


@routes.on("POST", "/api/v2/tickets/{id}/merge", resource="tickets")
def merge(call: Call) -> Answer:
    target, said = known(call), call.json()
    found = call.account.desk.tickets.many(ticket_input.integer(each) for each in said.get("ids") or ())
    sources = [ticket for ticket in found.values() if ticket.state == "live" and ticket.number != target.number]
    if not sources or target.status == "closed" or any(source.status == "closed" for source in sources):
        raise ticket_input.base_error("Merge: tickets must exist and not be closed")
    return start_job(
        call, "Ticket Merge", len(sources), partial(ticket_saves.close_merged, call, target, sources, said)
    )


@routes.on("PUT", "/api/v2/tickets/{id}/mark_as_spam", resource="tickets")
def mark_as_spam(call: Call) -> Answer:
    """The requester is suspended."""
    ticket, desk = known(call), call.account.desk
    desk.tickets.spam(ticket.number)
    if isinstance(desk.user(ticket.requester), Person):
        desk.people.update(ticket.requester, state="blocked")
    return Answer({})


@routes.on("PUT", "/api/v2/tickets/{id}/comments/{comment}/make_private", resource="tickets")
def make_private(call: Call) -> Answer:
    """One way."""
    call.account.desk.messages.make_private(_message(call).number)
    return Answer({})


def _message(call: Call) -> Message:
    message = call.account.desk.messages.get(ids.COMMENT.number(call.id("comment")) or 0)
    if message is None or message.ticket != known(call).number:
        raise errors.not_found()
    return message


@routes.on("GET", "/api/v2/tickets/{id}/tags", resource="tickets")
def show_tags(call: Call) -> Answer:
    return Answer({"tags": tickets.shown_tags(call, known(call))})


@routes.on("PUT", "/api/v2/tickets/{id}/tags", resource="tickets", bucket="ticket_update")
def add_tags(call: Call) -> Answer:
    """PUT adds, POST replaces ('Tags' page)."""
    ticket = known(call)
    return _tagged(call, ticket, [*ticket.tags, *ticket_input.words(call.json().get("tags"))])


@routes.on("POST", "/api/v2/tickets/{id}/tags", resource="tickets")
def set_tags(call: Call) -> Answer:
    answer = _tagged(call, known(call), ticket_input.words(call.json().get("tags")))
    answer.status = 201
    return answer


@routes.on("DELETE", "/api/v2/tickets/{id}/tags", resource="tickets")
def remove_tags(call: Call) -> Answer:
    ticket, gone = known(call), ticket_input.words(call.json().get("tags"))
    _tagged(call, ticket, [tag for tag in ticket.tags if tag not in gone])
    return Answer(status=204)


def _tagged(call: Call, ticket: Ticket, tags: list[str]) -> Answer:
    """The stamp of an optimistic lock stands at the body's root here."""
    lock = {key: value for key, value in call.json().items() if key in ("safe_update", "updated_stamp")}
    changed, _ = ticket_saves.update(call, ticket, {"tags": tags, **lock})
    return Answer({"tags": tickets.shown_tags(call, changed)})


# -- delete and restore


@routes.on("DELETE", "/api/v2/tickets/{id}", resource="tickets", bucket="ticket_delete")
def delete_ticket(call: Call) -> Answer:
    call.account.desk.tickets.delete(known(call).number)
    return Answer(status=204)


@routes.on("DELETE", "/api/v2/tickets/destroy_many", resource="tickets")
def delete_many(call: Call) -> Answer:
    rows = call.ids()

    def remove(number: int) -> dict[str, Any]:
        ticket = call.account.desk.tickets.get(number)
        if ticket is None or ticket.state != "live":
            raise errors.described(404, "TicketNotFound", "Not found")
        call.account.desk.tickets.delete(number)
        return {"id": number, "action": "delete", "success": True, "status": "Deleted"}

    work = partial(_each, rows, remove, lambda row, place: {"id": row, "action": "delete", "index": place})
    return start_job(call, "Bulk Delete Ticket", len(rows), work)


@routes.on("GET", "/api/v2/deleted_tickets", resource="tickets", bucket="deleted_tickets")
def deleted_tickets(call: Call) -> Answer:
    def render(rows: Any) -> dict[str, Any]:
        return {"deleted_tickets": [_deleted(call, row) for row in rows]}

    scrubbed = call.account.scrubbed
    query = TicketQuery(order="number", where=DELETED, descending=call.query.get("sort", "id").startswith("-"))
    if scrubbed:
        rows = call.account.desk.tickets.page(query, limit=10_000)
        listing: Any = Rows(
            [row for row in rows if row.number not in scrubbed], lambda row: (row.number, row.number), query.descending
        )
    else:
        listing = TicketListing(call.account.desk, query)
    return Answer(page(call, "deleted_tickets", listing, render=render))


def _deleted(call: Call, ticket: Ticket) -> dict[str, Any]:
    actor = call.account.desk.user(ticket.assignee or 1)
    return {
        "id": ticket.number,
        "subject": ticket.subject,
        "description": ticket.text,
        "actor": {"id": ids.USER.id(actor.number if actor else 1), "name": actor.name if actor else ""},
        "deleted_at": stamp(ticket.deleted_at or ticket.updated),
        "previous_state": ticket.status,
    }


def _in_bin(call: Call) -> Ticket:
    ticket = call.account.desk.tickets.get(call.id())
    if ticket is None or ticket.state != "deleted" or ticket.number in call.account.scrubbed:
        raise errors.not_found()
    return ticket


@routes.on("PUT", "/api/v2/deleted_tickets/{id}/restore", resource="tickets")
def restore(call: Call) -> Answer:
    call.account.desk.tickets.restore(_in_bin(call).number)
    return Answer({})


@routes.on("PUT", "/api/v2/deleted_tickets/restore_many", resource="tickets")
def restore_many(call: Call) -> Answer:
    for number in call.ids():
        ticket = call.account.desk.tickets.get(number)
        if ticket is not None and ticket.state == "deleted" and number not in call.account.scrubbed:
            call.account.desk.tickets.restore(number)
    return Answer({})


@routes.on("DELETE", "/api/v2/deleted_tickets/{id}", resource="tickets")
def scrub(call: Call) -> Answer:
    ticket = _in_bin(call)
    return start_job(call, "Permanent Delete", 1, partial(_scrub, call, [ticket.number]))


@routes.on("DELETE", "/api/v2/deleted_tickets/destroy_many", resource="tickets")
def scrub_many(call: Call) -> Answer:
    numbers = call.ids()
    return start_job(call, "Permanent Delete", len(numbers), partial(_scrub, call, numbers))


def _scrub(call: Call, numbers: list[int]) -> dict[str, Any]:
    """The id stays, the words go; the job's result is one object."""
    for number in numbers:
        ticket = call.account.desk.tickets.get(number)
        if ticket is not None and ticket.state == "deleted":
            call.account.desk.tickets.update(number, subject="SCRUBBED", html="SCRUBBED", text="SCRUBBED", tags=())
            call.account.scrubbed.add(number)
    return {"success": True}
