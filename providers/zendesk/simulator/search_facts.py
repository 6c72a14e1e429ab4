"""What a search asks of a ticket's facts, and whom it means by a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from providers.zendesk.simulator import fields, ids
from providers.zendesk.simulator.call import Call
from providers.zendesk.simulator.listings import User
from providers.zendesk.simulator.search_grammar import word_in
from sandbox.facts import Filterable

NONE = "none"


@dataclass(frozen=True)
class Facts:
    """Conditions on a ticket's facts, all of which must hold: one hashable thing, as the index remembers by it."""

    tags: tuple[tuple[frozenset[str], bool], ...] = ()
    """(all of these tags, negative); positive ones are alternatives, as repeated `tags:` are."""
    values: tuple[tuple[str, Any, bool], ...] = ()
    """(field key, value as the vendor writes it, negative)."""
    fields: tuple[Any, ...] = field(default=(), compare=False)

    def __call__(self, ticket: Filterable) -> bool:
        if self.tags:
            have = {*ticket.tags, *fields.tags(list(self.fields), ticket.fields)}
            wanted = [words for words, negative in self.tags if not negative]
            if wanted and not any(words <= have for words in wanted):
                return False
            if any(words <= have for words, negative in self.tags if negative):
                return False
        return all(self._value(ticket, *each) for each in self.values)

    def _value(self, ticket: Filterable, key: str, wanted: str, negative: bool) -> bool:
        definition = next(each for each in self.fields if each.key == key)
        shown = fields.value(definition, ticket.fields.get(key))
        given = [str(each).casefold() for each in (shown if isinstance(shown, list) else [shown])]
        empty = shown in (None, [], "")
        return (empty if wanted == NONE else wanted.casefold() in given and not empty) != negative


def people(call: Call, value: str) -> list[User]:
    """By id, e-mail or name; `me` is the caller."""
    desk = call.account.desk
    if value.lower() == "me":
        user = desk.user(call.principal.user or 0)
        return [user] if user else []
    if value.isdecimal():
        user = desk.user(ids.USER.number(int(value)) or 0)
        return [user] if user else []
    if "@" in value:
        user = desk.user_by_email(value)
        return [user] if user else []
    agents = [agent for agent in desk.staff.agents() if word_in(value, agent.name)]
    return [*agents, *(person for person in desk.people.find(value) if word_in(value, person.name))]
