"""The untouched tickets of a desk, made when looked at."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from cachetools import LRUCache

from sandbox.conversations import Conversations, Party, Words, message_count
from sandbox.facts import Facts
from sandbox.index import TicketIndex
from sandbox.records import AGENTS_END, FieldValue, Message, Ticket
from sandbox.revising import when
from sandbox.rng import mix
from sandbox.roster import Roster
from sandbox.staff import Staff
from sandbox.stories import TONGUES

_TARGETS = {"low": 72, "normal": 24, "high": 8, "urgent": 2, None: 24}
DUE_AFTER = 3 * 86_400


class BaseTickets:
    """`number` is the ticket's, 1..count; an index is one less."""

    def __init__(self, index: TicketIndex, roster: Roster, staff: Staff, field_keys: list[str]) -> None:
        self.index, self.roster = index, roster
        self.windows = index.windows
        self.count = index.windows.count
        self._staff, self._field_keys = staff, field_keys
        self._seed = mix(roster.seed, roster.desk, 81)
        self.conversations = Conversations(self._seed, max(1, len(staff.agents()) - 1))
        self.support = f"help@support{roster.desk + 1}.example"
        self._made: LRUCache[int, Ticket] = LRUCache(4096)

    def has(self, number: int) -> bool:
        return 1 <= number <= self.count

    def due(self, index: int) -> int:
        """Three days after creation, at the next full hour: many share one, none overtakes an older ticket's."""
        return -(-(self.windows.created(index) + DUE_AFTER) // 3600) * 3600

    def get(self, number: int) -> Ticket:
        found = self._made.get(number)
        if found is None:
            found = self._made[number] = self._make(number)
        return found

    def party(self, number: int) -> Party:
        index = number - 1
        facts, requester = self.index.facts(index), self.roster.requester(index)
        agent = facts.assignee or mix(self._seed, 1, number) % (len(self._staff.agents()) - 1) + 1
        name, email, language = self._asking(requester)
        answering = self._staff.agent(agent)
        assert answering is not None
        return Party(
            number=number,
            requester=requester,
            requester_name=name,
            requester_email=email,
            agent=agent,
            agent_name=answering.name,
            language=language if language in TONGUES else "en",
            created=self.windows.created(index),
            updated=self.windows.updated(index),
            facts=facts,
            merged_into=self._merged_into(number, facts),
            support=self.support,
        )

    def _asking(self, requester: int) -> tuple[str, str | None, str]:
        """Name, e-mail and language, without making the whole person."""
        if requester >= AGENTS_END:
            person, moulds = requester - AGENTS_END, self.roster.moulds
            return (
                self.roster.person_name(person),
                self.roster.email(person),
                moulds.locales[person % len(moulds.locales)],
            )
        agent = self._staff.agent(requester)
        assert agent is not None
        return agent.name, agent.email, agent.locale

    def _merged_into(self, number: int, facts: Facts) -> int | None:
        if not facts.merged:
            return None
        for other in range(number - 1, max(0, number - 20), -1):
            near = self.index.facts(other - 1)
            if near.state == "live" and not near.merged:
                return other
        return None

    def messages(self, number: int) -> list[Message]:
        return self.conversations.messages(self.party(number))

    def message(self, number: int, position: int) -> Message | None:
        """One message without its neighbours; position 0 is the description."""
        party = self.party(number)
        count = message_count(self._seed, number, party.facts)
        if position == 0:
            return self.conversations.description(party)
        return self.conversations.message(party, position, count) if position <= count else None

    def _make(self, number: int) -> Ticket:
        index, party = number - 1, self.party(number)
        facts = party.facts
        words = self.conversations.words(party)
        description = self.conversations.description(party, words)
        count = message_count(self._seed, number, facts)
        created, updated = when(party.created), when(party.updated)
        firm = self.roster.firm_of_ticket(index, party.requester)
        first = when(self.conversations.time(party, 1, count)) if count else None
        luck = mix(self._seed, 2, number)
        changed = updated if facts.status not in ("new", "open") else created
        return Ticket(
            number=number,
            subject=words.subject(),
            html=description.html,
            text=description.text,
            status=facts.status,
            custom_status=facts.custom_status,
            priority=facts.priority,
            kind=facts.kind,
            channel=facts.channel,
            language=party.language,
            tags=facts.tags,
            requester=party.requester,
            submitter=party.requester,
            assignee=facts.assignee,
            group=facts.group,
            organization=None if firm is None else firm + 1,
            product=facts.product,
            state=facts.state,
            archived=facts.archived,
            merged_into=party.merged_into,
            created=created,
            updated=updated,
            touched=updated,
            due=when(self.due(index)),
            first_response_due=created + timedelta(hours=_TARGETS[facts.priority]),
            first_responded=first,
            agent_responded=first,
            requester_responded=self._last_by_person(party, count),
            assigned=first or (created if facts.assignee else None),
            status_changed=changed,
            solved=updated if facts.status in ("solved", "closed") else None,
            closed=updated if facts.status == "closed" else None,
            deleted_at=updated if facts.state == "deleted" else None,
            reopens=luck % 3 if count > 6 else 0,
            fields=self._fields(facts, words, luck, party.created),
            cc=(f"copy{luck % 50}@{self.support.partition('@')[2]}",) if luck % 9 == 0 else (),
            external_id=f"shop-{luck % 10**9}" if luck % 11 == 0 else None,
            satisfaction=facts.satisfaction,
            message_count=count,
            version=count + 1,
        )

    def _last_by_person(self, party: Party, count: int) -> datetime | None:
        for position in range(count, max(1, count - 12), -1):
            if self.conversations.role(party.number, position, count, party.facts) == "person":
                return when(self.conversations.time(party, position, count))
        return None

    def _fields(self, facts: Facts, words: Words, luck: int, created: int) -> dict[str, FieldValue]:
        values: dict[str, FieldValue] = dict.fromkeys(self._field_keys)
        values.update(facts.fields)
        bought: date = when(created - luck % 500 * 86_400).date()
        own: dict[str, FieldValue] = {
            "order_number": words.order_number if luck % 2 else None,
            "amount": round(luck % 90_000 / 100, 2) if luck % 5 < 2 else None,
            "devices": luck % 40 if luck % 7 < 3 else None,
            "purchase_date": bought if luck % 3 else None,
            "serial": words.serial_number if luck % 4 else None,
            "steps": "1. Open the app\n2. Tap “Pair”\n3. Nothing" if luck % 13 == 0 else None,
        }
        values.update((key, value) for key, value in own.items() if key in values)
        return values
