"""Creating a ticket, once, and finding it again by our marker."""

from __future__ import annotations

from models.errors import BadInput, HelpdeskError, Rejected, Unreadable
from models.queries import TicketDraft, WritePlan
from models.records import Ticket
from providers.freshdesk import wire
from providers.freshdesk.account import Account
from providers.freshdesk.client import Client, seen
from providers.freshdesk.drafts import input_path, plan, tag_of
from providers.freshdesk.lookups import Lookups
from providers.freshdesk.mapping_ticket import ticket
from providers.freshdesk.reads_tickets import Tickets
from providers.upstream import Answer, Call, unreadable

NEWEST = 100
API = "/api/v2"


class Writes:
    def __init__(self, account: Account, client: Client, lookups: Lookups, tickets: Tickets) -> None:
        self._account = account
        self._client = client
        self._lookups = lookups
        self._tickets = tickets

    async def plan(self, draft: TicketDraft, marker: str) -> WritePlan:
        return plan(draft, marker, await self._lookups.words())

    async def create(self, planned: WritePlan) -> Ticket:
        """Sent once. The vendor has no idempotency key, so a lost answer is OutcomeUnknown and stays so until
        `find` has looked."""
        words = await self._lookups.words()  # before it is sent: nothing may fail between the answer and its record
        call = Call(
            method=planned.method,
            path=planned.path.removeprefix(API),
            endpoint="POST /tickets",
            family="tickets.create",
            json=planned.body,
            kind="create",
            idempotent=False,
        )
        try:
            answer = await self._client.send(call)
        except Rejected as error:
            raise _told(error) from None
        try:
            found = seen(answer, answer.body, wire.Ticket, "$")
            made = ticket(self._account, words, found.row, found.raw, self._client.clock.now())
        except Unreadable as error:
            raise _lost(answer, error) from None
        self._tickets.remember(made)
        return made

    async def find(self, marker: str) -> Ticket | None:
        """The newest tickets first, which show it at once; then the search, which lags some minutes."""
        tag = tag_of(marker)
        for one in await self._tickets.newest(NEWEST):
            if tag in one.tags:
                return one
        for one in await self._tickets.find(f"tag:'{tag}'"):
            whole = await self._tickets.whole(one.remote_id)
            if whole is not None and tag in whole.tags:
                return whole
        return None


def _lost(answer: Answer, error: Unreadable) -> HelpdeskError:
    return unreadable(answer, f"has an unexpected value at {error.where or '$'}", error.where)


def _told(error: Rejected) -> HelpdeskError:
    """The vendor's first complaint, in the input's own words."""
    if not error.fields:
        return error
    field, message = error.fields[0]
    path = input_path(field)
    return BadInput(f"Freshdesk does not take `{path}`: {message.rstrip('.')}.", field=path, helpdesk=error.helpdesk)
