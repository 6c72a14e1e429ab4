"""A ticket filter as a question to one ticket in hand."""

from __future__ import annotations

from models.enums import Lifecycle
from models.queries import TicketFilter
from models.records import Ticket

LISTED = (Lifecycle.ACTIVE, Lifecycle.SPAM, Lifecycle.DELETED)


class Conditions:
    """`bound`: the organizations the caller is confined to, or None. The requester's address is left to the vendor: the
    ticket has the id only."""

    def __init__(self, asked: TicketFilter, bound: frozenset[str] | None) -> None:
        self._asked = asked
        self._bound = bound
        self._lifecycle = asked.lifecycle or (Lifecycle.ACTIVE,)

    def __call__(self, ticket: Ticket) -> bool:
        if self._bound is not None and ticket.organization_id not in self._bound:
            return False
        return (
            ticket.lifecycle in self._lifecycle and self._words(ticket) and self._people(ticket) and self._times(ticket)
        )

    def _words(self, ticket: Ticket) -> bool:
        asked = self._asked
        return (
            (not asked.status or ticket.status in asked.status)
            and (not asked.native_status or ticket.status_native.value in asked.native_status)
            and (not asked.priority or ticket.priority in asked.priority)
            and (not asked.type or ticket.type in asked.type)
            and (not asked.channel or ticket.channel in asked.channel)
            and self._tags(ticket)
        )

    def _tags(self, ticket: Ticket) -> bool:
        """Rows of the search may come without tags; then the vendor's word is taken for it."""
        asked = self._asked
        if not (asked.tags_any or asked.tags_all) or "tags" not in (ticket.raw or {}):
            return True
        held = {tag.casefold() for tag in ticket.tags}
        some = not asked.tags_any or any(tag.casefold() in held for tag in asked.tags_any)
        return some and all(tag.casefold() in held for tag in asked.tags_all)

    def _people(self, ticket: Ticket) -> bool:
        asked = self._asked
        pairs = (
            (asked.requester_id, ticket.requester_id),
            (asked.assignee_id, ticket.assignee_id),
            (asked.group_id, ticket.group_id),
            (asked.organization_id, ticket.organization_id),
        )
        return all(wanted is None or wanted == held for wanted, held in pairs)

    def _times(self, ticket: Ticket) -> bool:
        created, updated = self._asked.created_at, self._asked.updated_at
        return (created is None or created.holds(ticket.created_at)) and (
            updated is None or updated.holds(ticket.updated_at)
        )
