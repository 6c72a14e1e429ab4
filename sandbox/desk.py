"""One helpdesk account's data: its books, put together."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from runtime.clock import Clock, ManualClock
from sandbox.base import BaseTickets
from sandbox.facts import FactTable
from sandbox.files import FileBook
from sandbox.forms import Forms
from sandbox.index import TicketIndex
from sandbox.knowledge import KnowledgeBook
from sandbox.messages import MessageBook
from sandbox.organizations import OrganizationBook
from sandbox.people import PeopleBook
from sandbox.records import AGENTS_END, Agent, Person
from sandbox.rng import mix
from sandbox.roster import Roster, moulds_of
from sandbox.search import SearchBook
from sandbox.staff import Staff
from sandbox.tickets import TicketBook
from sandbox.windows import Windows, default_span


class Desk:
    def __init__(
        self, name: str, place: int, seed: int, tickets: int, clock: Clock, span_days: float | None, storm: int = 0
    ) -> None:
        self.name, self.seed, self.clock = name, seed, clock
        start = int(clock.now().timestamp())
        span = default_span(tickets) if span_days is None else int(span_days * 86_400)
        founded = _founded(start, span)
        self.staff = Staff(seed, place, clock, founded)
        self.forms = Forms(seed, place, founded)
        base = _untouched(seed, place, tickets, start, span, storm)
        oldest, newest = start - span - 1000, start - 1000
        self.people = PeopleBook(base.roster, clock, oldest, newest)
        self.organizations = OrganizationBook(base.roster, clock, oldest, newest)
        self.tickets = TicketBook(base, self.forms, clock)
        self.messages = MessageBook(base, self.tickets, clock)
        self.knowledge = KnowledgeBook(seed, place, clock, founded)
        self.files = FileBook(mix(seed, place, 3), self.messages, self.people, self.knowledge, clock)
        self.search = SearchBook(self.tickets, self.people, self.organizations, self.knowledge, clock)
        self.support_email = base.support

    @property
    def version(self) -> int:
        """Moves with every write to what tickets refer to: people, organizations, agents and groups."""
        return self.people.shelf.version + self.organizations.shelf.version + self.staff.version

    def user(self, number: int) -> Agent | Person | None:
        """Whoever has the number."""
        return self.staff.agent(number) if number < AGENTS_END else self.people.get(number)

    def user_by_email(self, email: str) -> Agent | Person | None:
        return self.staff.agent_by_email(email) or self.people.by_email(email)


def _founded(start: int, span: int) -> int:
    return start - span - 3 * 365 * 86_400


@lru_cache(maxsize=8)
def _untouched(seed: int, place: int, tickets: int, start: int, span: int, storm: int) -> BaseTickets:
    """The tickets before anybody wrote. Desks alike share them, and what was made of them by being looked at."""
    founded = _founded(start, span)
    staff = Staff(seed, place, ManualClock(datetime.fromtimestamp(start, UTC)), founded)
    forms = Forms(seed, place, founded)
    table = FactTable(
        mix(seed, place, 2),
        custom=[(status.key, status.status) for status in forms.statuses() if not status.default],
        assignable=staff.assignable(),
        products=[product.number for product in staff.products()],
        fields=forms.fields(),
    )
    index = TicketIndex(Windows(mix(seed, place, 1), tickets, start, span, storm), table)
    roster = Roster(seed, place, tickets, len(staff.agents()) - 1, moulds_of(seed))
    return BaseTickets(index, roster, staff, [field.key for field in forms.fields()])
