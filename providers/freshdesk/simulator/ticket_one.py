"""One ticket: read, deleted, restored, merged, watched (vendor's API reference, 'Tickets')."""

from __future__ import annotations

from providers.freshdesk.simulator import conversations, ticket_shape
from providers.freshdesk.simulator.call import Call, Reply
from providers.freshdesk.simulator.checks import Rule, query_values
from providers.freshdesk.simulator.errors import Complaint, invalid, not_allowed, not_found, wrong_value
from providers.freshdesk.simulator.ids import Base
from providers.freshdesk.simulator.ticket_find import existing, reachable, writable
from providers.freshdesk.simulator.ticket_list import read_include
from sandbox.records import Ticket

INCLUDES = ("conversations", "requester", "company", "stats")
EMBEDDED_CONVERSATIONS = 10


def view(call: Call) -> Reply:
    """`include=conversations` brings the oldest ten."""
    complaints: list[Complaint] = []
    query = query_values(call.params, ("include",), complaints)
    include = read_include(query.get("include"), INCLUDES, complaints)
    if complaints:
        raise invalid(complaints)
    ticket = reachable(call)
    body = ticket_shape.whole(call.account, call.files, ticket)
    body |= ticket_shape.embedded(call.account, call.files, ticket, include)
    if "conversations" in include:
        oldest = conversations.of(call.account, ticket)[:EMBEDDED_CONVERSATIONS]
        body["conversations"] = [
            conversations.conversation(call.account, call.files, ticket, message) for message in oldest
        ]
    return Reply(200, body)


def _archived(call: Call) -> Ticket:
    ticket = existing(call)
    if not ticket.archived:
        raise not_found()
    return ticket


def archived(call: Call) -> Reply:
    return Reply(200, ticket_shape.whole(call.account, call.files, _archived(call)))


def archived_conversations(call: Call) -> Reply:
    ticket = _archived(call)
    return call.paged(
        conversations.of(call.account, ticket),
        lambda message: conversations.conversation(call.account, call.files, ticket, message),
    )


def delete(call: Call) -> Reply:
    """Into the bin; 405 when it is there already."""
    book, number = call.account.desk.tickets, writable(call).number
    if call.account.profile.removal_bumps:
        book.delete(number)
    else:
        book.touch(number, state="deleted", deleted_at=book.now())
    return Reply(204)


def restore(call: Call) -> Reply:
    ticket = existing(call)
    if ticket.state != "deleted":
        raise not_allowed()
    if call.account.profile.removal_bumps:
        call.account.desk.tickets.restore(ticket.number)
    else:
        call.account.desk.tickets.touch(ticket.number, state="live", deleted_at=None)
    return Reply(204)


_NOTE = Rule("object")
MERGE_RULES = {
    "primary_id": Rule("integer", nullable=False), "ticket_ids": Rule("integers", nullable=False),
    "note_in_primary": _NOTE, "note_in_secondary": _NOTE, "convert_recepients_to_cc": Rule("boolean"),
}  # fmt: skip


def merge(call: Call) -> Reply:
    """The secondaries are closed with a private note; nothing machine-readable points from one to the other."""
    values = call.checked(MERGE_RULES, required=("primary_id", "ticket_ids"))
    book = call.account.desk.tickets
    primary = book.get(values["primary_id"])
    others = [book.get(number) for number in values["ticket_ids"]]
    wrong = [
        wrong_value(name, "There is no ticket matching the given id, or it cannot be merged")
        for name, tickets in (("primary_id", [primary]), ("ticket_ids", others))
        if any(ticket is None or ticket.state != "live" or ticket.archived for ticket in tickets)
    ]
    if wrong or primary is None:
        raise invalid(wrong)
    merged = book.merge(primary.number, [ticket.number for ticket in others if ticket is not None])
    for ticket in merged:
        _merge_note(
            call,
            ticket.number,
            values.get("note_in_secondary"),
            f"This ticket is closed and merged into ticket {primary.number}",
        )
    ids = ", ".join(str(ticket.number) for ticket in merged)
    _merge_note(call, primary.number, values.get("note_in_primary"), f"Tickets merged into this one: {ids}")
    return Reply(204)


def _merge_note(call: Call, ticket: int, given: dict[str, object] | None, usual: str) -> None:
    note = given or {}
    body = str(note.get("body") or f"<div>{usual}</div>")
    public = note.get("private") is False
    call.account.desk.messages.add(ticket, author=call.who.agent, public=public, html=body, kind="note", channel="web")


def watchers(call: Call) -> Reply:
    ticket = reachable(call)
    extra = call.account.extras.get(ticket.number)
    return Reply(200, {"watcher_ids": [Base.USER.id(agent) for agent in sorted(extra.watchers)] if extra else []})


def watch(call: Call) -> Reply:
    ticket = reachable(call)
    values = call.checked({"user_id": Rule("integer")})
    agent = call.who.agent if values.get("user_id") is None else values["user_id"] - Base.USER
    if call.account.desk.staff.agent(agent) is None:
        raise invalid([wrong_value("user_id", "There is no agent matching the given user_id")])
    call.account.overlay(ticket.number).watchers.add(agent)
    return Reply(204)


def unwatch(call: Call) -> Reply:
    """For the calling agent alone."""
    call.account.overlay(reachable(call).number).watchers.discard(call.who.agent)
    return Reply(204)
