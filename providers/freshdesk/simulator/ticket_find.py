"""Finding one ticket: the states in which a ticket can be read, and those in which it can be written."""

from __future__ import annotations

from providers.freshdesk.simulator.call import Call
from providers.freshdesk.simulator.errors import Refusal, denied, not_allowed, not_found
from providers.freshdesk.simulator.ticket_list import sees
from sandbox.records import Ticket


def existing(call: Call, name: str = "id") -> Ticket:
    """In any state, if the key may see it."""
    ticket = call.account.desk.tickets.get(call.identifier(name))
    if ticket is None:
        raise not_found()
    if not sees(call.account, call.who, ticket):
        raise denied()
    return ticket


def reachable(call: Call) -> Ticket:
    """For reading: archived tickets have moved away, and nobody knows for certain what a deleted one answers
    (reference: the object; singer-io/tap-freshdesk pull 18: 403; after purging: 404)."""
    ticket = existing(call)
    if ticket.archived:
        if call.account.profile.archived_ticket == "redirect":
            raise Refusal(301, headers={"Location": f"{call.base}/tickets/archived/{ticket.number}"})
        raise not_found()
    if ticket.state == "deleted" and call.account.profile.soft_deleted_ticket != 200:
        raise denied() if call.account.profile.soft_deleted_ticket == 403 else not_found()
    return ticket


def unbinned(ticket: Ticket) -> Ticket:
    """For writing: 405 while it is deleted or spam (changelog of April 2016; verbb/formie and Pipedream threads)."""
    if ticket.state != "live":
        raise not_allowed()
    return ticket


def writable(call: Call) -> Ticket:
    ticket = existing(call)
    if ticket.archived:
        raise not_found()
    return unbinned(ticket)
