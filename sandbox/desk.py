"""One helpdesk account's data: its books, put together."""

from __future__ import annotations

from runtime.clock import Clock
from sandbox.base import BaseTickets
from sandbox.facts import FactTable, fact_table
from sandbox.files import FileBook
from sandbox.forms import Forms
from sandbox.index import TicketIndex
from sandbox.knowledge import KnowledgeBook
from sandbox.messages import MessageBook
from sandbox.organizations import OrganizationBook
from sandbox.people import PeopleBook
from sandbox.records import AGENTS_END, Agent, Person
from sandbox.rng import mix
from sandbox.roster import Moulds, Roster
from sandbox.search import SearchBook
from sandbox.staff import Staff
from sandbox.tickets import TicketBook
from sandbox.windows import Windows, default_span


class Desk:
    def __init__(
        self,
        name: str,
        place: int,
        seed: int,
        tickets: int,
        clock: Clock,
        moulds: Moulds,
        span_days: float | None,
        storm: int = 0,
    ) -> None:
        self.name, self.seed, self.clock = name, seed, clock
        start = int(clock.now().timestamp())
        span = default_span(tickets) if span_days is None else int(span_days * 86_400)
        founded = start - span - 3 * 365 * 86_400
        self.staff = Staff(seed, place, clock, founded)
        self.forms = Forms(seed, place, founded)
        windows = Windows(mix(seed, place, 1), tickets, start, span, storm)
        index = TicketIndex(windows, self._facts(mix(seed, place, 2)))
        roster = Roster(seed, place, tickets, len(self.staff.agents()) - 1, moulds)
        oldest, newest = start - span - 1000, start - 1000
        self.people = PeopleBook(roster, clock, oldest, newest)
        self.organizations = OrganizationBook(roster, clock, oldest, newest)
        base = BaseTickets(index, roster, self.staff, [field.key for field in self.forms.fields()])
        self.tickets = TicketBook(base, self.forms, clock)
        self.messages = MessageBook(base, self.tickets, clock)
        self.knowledge = KnowledgeBook(seed, place, clock, founded)
        self.files = FileBook(mix(seed, place, 3), self.messages, self.people, self.knowledge, clock)
        self.search = SearchBook(self.tickets, self.people, self.organizations, self.knowledge, clock)
        self.support_email = base.support

    def _facts(self, seed: int) -> FactTable:
        return fact_table(
            seed,
            tuple((status.key, status.status) for status in self.forms.statuses() if not status.default),
            tuple(self.staff.assignable()),
            tuple(product.number for product in self.staff.products()),
            tuple(self.forms.fields()),
        )

    def user(self, number: int) -> Agent | Person | None:
        """Whoever has the number."""
        return self.staff.agent(number) if number < AGENTS_END else self.people.get(number)

    def user_by_email(self, email: str) -> Agent | Person | None:
        return self.staff.agent_by_email(email) or self.people.by_email(email)
